//! What is checked of a file before any of its rows is read: that it is Parquet to its end, that
//! its columns have types bars can be made of, and that its row groups lie within it.

use arrow::datatypes::DataType;
use parquet::arrow::arrow_reader::ArrowReaderMetadata;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::{ChunkReader, Length};
use parquet::file::statistics::Statistics;

use super::column::{Unit, is_number, time_unit};
use super::source::Source;
use super::{ORIGIN, SAMPLE, footer};
use crate::columns::{NAMES, Naming};
use crate::describe::Origin;

/// A row group as the footer describes it.
pub(super) struct Group {
    pub(super) rows: usize,
    /// Least and greatest count in the time column, where the file says so.
    pub(super) counts: Option<(i64, i64)>,
}

/// The marks at both ends of a file, and its footer's lists.
pub(super) fn frame(source: &Source) -> Result<(), String> {
    const MARK: &[u8] = b"PAR1";
    const TAIL: u64 = 8;
    let len = source.len();
    if len == 0 {
        return Err("is empty; expected a Parquet file".to_owned());
    }
    let read = |start: u64, bytes: u64| {
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        source
            .get_bytes(start, bytes)
            .map_err(|e| format!("cannot be read: {e}"))
    };
    let head = read(0, len.min(4))?;
    if head != MARK {
        return Err(
            "is not a Parquet file (it does not begin with PAR1); `stratc data import` reads CSV files".to_owned()
        );
    }
    let cut = "is cut short: it begins as a Parquet file and does not end as one; copy or download it again";
    if len < 4 + TAIL {
        return Err(cut.to_owned());
    }
    let tail = read(len - TAIL, TAIL)?;
    let (Some(size), Some(mark)) = (tail.first_chunk::<4>(), tail.get(4..)) else {
        return Err(cut.to_owned());
    };
    if mark == b"PARE" {
        return Err("is encrypted; expected a plain Parquet file".to_owned());
    }
    if mark != MARK {
        return Err(cut.to_owned());
    }
    let size = u64::from(u32::from_le_bytes(*size));
    let start = (len - TAIL).checked_sub(size).filter(|&start| start >= 4);
    let start =
        start.ok_or_else(|| format!("is damaged: its footer claims {size} of its {len} bytes"))?;
    footer::check(&read(start, size)?).map_err(|problem| format!("is damaged: {problem}"))
}

pub(super) fn types(
    meta: &ArrowReaderMetadata,
    roots: &[usize; 6],
    naming: Naming,
) -> Result<Unit, String> {
    let mut unit = Unit::Unsaid;
    for (place, &root) in roots.iter().enumerate() {
        let name = naming.called(place);
        let kind = meta
            .schema()
            .fields()
            .get(root)
            .map_or(&DataType::Null, |field| field.data_type());
        let expected = if place == 0 {
            match time_unit(kind) {
                Some(found) => {
                    unit = found;
                    continue;
                }
                None => "a timestamp, a date, or whole numbers since 1970 (Int64)",
            }
        } else if is_number(kind) {
            continue;
        } else {
            "a number (Float64)"
        };
        return Err(format!(
            "has a column `{name}` of type {kind}; expected {expected}"
        ));
    }
    Ok(unit)
}

/// The leaf of the Parquet schema that each column is; columns before it may have several.
pub(super) fn leaves(meta: &ArrowReaderMetadata, roots: &[usize; 6]) -> Option<[usize; 6]> {
    let schema = meta.parquet_schema();
    let mut leaves = [0; 6];
    for (leaf, root) in leaves.iter_mut().zip(roots) {
        *leaf =
            (0..schema.num_columns()).find(|&leaf| schema.get_column_root_idx(leaf) == *root)?;
    }
    Some(leaves)
}

/// Checks what reading relies on: the parser takes these numbers as they come.
pub(super) fn group(
    group: &RowGroupMetaData,
    leaves: &[usize; 6],
    len: u64,
) -> Result<Group, String> {
    let rows = usize::try_from(group.num_rows()).map_err(|_| {
        format!(
            "is damaged: its footer claims {} rows in a row group",
            group.num_rows()
        )
    })?;
    let mut counts = None;
    for (place, &leaf) in leaves.iter().enumerate() {
        let Some(chunk) = group.columns().get(leaf) else {
            return Err("is damaged: a row group lacks a column".to_owned());
        };
        let start = chunk
            .dictionary_page_offset()
            .unwrap_or_else(|| chunk.data_page_offset());
        let end = u64::try_from(start)
            .ok()
            .zip(u64::try_from(chunk.compressed_size()).ok())
            .and_then(|(start, size)| start.checked_add(size))
            .filter(|&end| end <= len && chunk.data_page_offset() >= 0);
        if end.is_none() {
            return Err(format!(
                "is damaged or cut short: its footer places the column `{}` beyond its end at {len} bytes",
                NAMES.get(place).unwrap_or(&"timestamp")
            ));
        }
        if place == 0 {
            counts = match chunk.statistics() {
                Some(Statistics::Int64(s)) => s.min_opt().copied().zip(s.max_opt().copied()),
                Some(Statistics::Int32(s)) => s
                    .min_opt()
                    .map(|&least| i64::from(least))
                    .zip(s.max_opt().map(|&most| i64::from(most))),
                _ => None,
            };
        }
    }
    Ok(Group { rows, counts })
}

pub(super) fn origin(meta: &ArrowReaderMetadata) -> Origin {
    let marks = meta.metadata().file_metadata().key_value_metadata();
    let marked = marks
        .into_iter()
        .flatten()
        .any(|mark| mark.key == ORIGIN && mark.value.as_deref() == Some(SAMPLE));
    if marked {
        Origin::Sample
    } else {
        Origin::Market
    }
}
