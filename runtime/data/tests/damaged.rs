//! No file, however damaged, does more than return an error.

mod files;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use files::{HOUR, NEW_YEAR, btc, columns, hourly, load_all, write};
use parquet::file::metadata::{
    ParquetMetaData, ParquetMetaDataReader, ParquetMetaDataWriter, RowGroupMetaDataBuilder,
};
use parquet::file::statistics::Statistics;
use strat_data::{Preload, Range, Store};
use strat_market::When;

/// A new file each time: some file systems wait for the disk when a file is cut and written again.
fn rewrite(path: &Path, bytes: &[u8]) {
    fs::remove_file(path).unwrap();
    fs::write(path, bytes).unwrap();
}

/// Every byte of a small file is changed in three ways, one at a time; nothing may panic, and a
/// load that succeeds must give whole columns.
#[test]
fn changed_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path());
    let path = store.path(&btc());
    write(&path, columns(&hourly(20)), 16);
    let good = fs::read(&path).unwrap();
    let mut panics = Vec::new();
    let mut errors = 0;
    for at in 0..good.len() {
        for change in [0xff, 0x80, 1 << (at % 8)] {
            let mut bytes = good.clone();
            bytes[at] ^= change;
            rewrite(&path, &bytes);
            match catch_unwind(AssertUnwindSafe(|| load_all(&store))) {
                Ok(Ok(loaded)) => assert!(loaded.bars.is_rectangular()),
                Ok(Err(error)) => {
                    errors += 1;
                    assert!(
                        error.to_string().contains("binance_BTC_USDT_1h.parquet"),
                        "{error}"
                    );
                }
                Err(_) => panics.push((at, change)),
            }
        }
    }
    assert_eq!(panics, []);
    assert!(
        errors > good.len() / 4,
        "{errors} errors of {} bytes",
        good.len()
    );
}

/// The file with its footer replaced by what `change` makes of it.
fn with_footer(path: &Path, change: impl FnOnce(ParquetMetaData) -> ParquetMetaData) {
    let bytes = fs::read(path).unwrap();
    let tail = bytes.len() - 8;
    let size = u32::from_le_bytes(bytes[tail..tail + 4].try_into().unwrap()) as usize;
    let meta = ParquetMetaDataReader::new()
        .parse_and_finish(&fs::File::open(path).unwrap())
        .unwrap();
    let mut out = bytes[..tail - size].to_vec();
    ParquetMetaDataWriter::new(&mut out, &change(meta))
        .finish()
        .unwrap();
    fs::write(path, out).unwrap();
}

/// The same row groups, each changed.
fn each_group(
    meta: ParquetMetaData,
    mut change: impl FnMut(RowGroupMetaDataBuilder) -> RowGroupMetaDataBuilder,
) -> ParquetMetaData {
    let groups: Vec<_> = meta
        .row_groups()
        .iter()
        .map(|group| change(group.clone().into_builder()).build().unwrap())
        .collect();
    meta.into_builder().set_row_groups(groups).build()
}

#[test]
fn rows_that_are_only_claimed() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path());
    let path = store.path(&btc());
    for (claim, words) in [
        (
            1_000_000_000,
            "its footer claims 1000000000 rows and 40 can be read",
        ),
        (i64::MAX, "rows"),
        (39, "rows"),
        (0, "no rows"),
        (-1, "claims -1 rows"),
    ] {
        write(&path, columns(&hourly(40)), 64);
        with_footer(&path, |meta| {
            each_group(meta, |group| group.set_num_rows(claim))
        });
        let error = load_all(&store).unwrap_err().to_string();
        assert!(error.contains(words), "{claim}: {error}");
    }
}

#[test]
fn places_beyond_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path());
    let path = store.path(&btc());
    for size in [1 << 40, i64::MAX / 2, -1] {
        write(&path, columns(&hourly(40)), 64);
        with_footer(&path, |meta| {
            each_group(meta, |mut group| {
                let mut chunks = group.take_columns();
                let changed = chunks[4]
                    .clone()
                    .into_builder()
                    .set_total_compressed_size(size)
                    .build()
                    .unwrap();
                chunks[4] = changed;
                group.set_column_metadata(chunks)
            })
        });
        let error = load_all(&store).unwrap_err().to_string();
        assert!(
            error.contains("places the column `close` beyond its end"),
            "{size}: {error}"
        );
    }
}

#[test]
fn footer_times_that_are_not_those_of_the_rows() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path());
    let path = store.path(&btc());
    write(&path, columns(&hourly(40)), 64);
    with_footer(&path, |meta| {
        each_group(meta, |mut group| {
            let mut chunks = group.take_columns();
            let wrong = Statistics::int64(
                Some(1_704_067_200_000),
                Some(1_704_167_200_000),
                None,
                Some(0),
                false,
            );
            chunks[0] = chunks[0]
                .clone()
                .into_builder()
                .set_statistics(wrong)
                .build()
                .unwrap();
            group.set_column_metadata(chunks)
        })
    });
    let error = load_all(&store).unwrap_err().to_string();
    assert!(
        error.contains("the times in its footer are not those of its rows"),
        "{error}"
    );
}

#[test]
fn thousands_of_row_groups() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path());
    let bars = hourly(3000);
    write(&store.path(&btc()), columns(&bars), 1);
    assert_eq!(load_all(&store).unwrap().bars, bars);
    let range = Range {
        from: Some(When::Date(NEW_YEAR + 24 * HOUR)),
        preload: Preload::Bars(5),
        ..Range::default()
    };
    let loaded = store.load(&btc(), &range).unwrap();
    assert_eq!((loaded.start, loaded.bars), (5, bars.slice(19..3000)));
}

#[test]
fn cut_files() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path());
    let path = store.path(&btc());
    write(&path, columns(&hourly(20)), 16);
    let good = fs::read(&path).unwrap();
    for length in 0..good.len() {
        rewrite(&path, &good[..length]);
        let error = load_all(&store).unwrap_err().to_string();
        let words = match length {
            0 => "is empty",
            1..4 => "is not a Parquet file",
            _ => "is cut short",
        };
        assert!(
            error.contains(words) && error.contains("binance_BTC_USDT_1h.parquet"),
            "{length}: {error}"
        );
        // Cut out of the middle, with the end in place.
        let mut bytes = good[..length.min(4)].to_vec();
        bytes.extend_from_slice(&good[length.max(4).min(good.len())..]);
        rewrite(&path, &bytes);
        if bytes.len() < good.len() {
            assert!(load_all(&store).is_err(), "{length}");
        }
    }
}
