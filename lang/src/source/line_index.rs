//! Byte offset to line and column.
//!
//! Lines end at `\n`; a `\r` before it belongs to the line ending. Columns count Unicode scalar
//! values, because that is what an editor's status line shows. One line may be megabytes long, so
//! every line that is not pure ASCII keeps a checkpoint each `STRIDE` bytes and a column is
//! counted from the nearest one.

/// Bytes between two checkpoints of a line.
const STRIDE: usize = 1024;

/// A place as people count it: both start at 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineCol {
    /// Line, from 1.
    pub line: u32,
    /// Column in Unicode scalar values, from 1.
    pub column: u32,
}

/// Where the lines of one text begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineIndex {
    /// First byte of each line; the first is 0.
    starts: Vec<u32>,
    /// Continuation bytes before byte `i * STRIDE`; empty when the text is ASCII.
    extra: Vec<u32>,
    /// Length of the text in bytes.
    len: u32,
}

impl LineIndex {
    /// The index of `text`. Texts over 4 GiB are indexed up to there.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let len = u32::try_from(text.len()).unwrap_or(u32::MAX);
        let bytes = text.as_bytes().get(..len as usize).unwrap_or_default();
        let mut starts = vec![0];
        for (i, byte) in bytes.iter().enumerate() {
            if *byte == b'\n' {
                starts.push(offset(i + 1));
            }
        }
        let mut extra = Vec::new();
        if !bytes.is_ascii() {
            let mut seen = 0;
            for (i, byte) in bytes.iter().enumerate() {
                if i.is_multiple_of(STRIDE) {
                    extra.push(seen);
                }
                seen += u32::from(is_continuation(*byte));
            }
            extra.push(seen);
        }
        Self { starts, extra, len }
    }

    /// Line and column of byte `at` of `text`, which must be the text of this index. An offset past
    /// the end counts as the end, one inside a character as that character.
    #[must_use]
    pub fn line_col(&self, text: &str, at: u32) -> LineCol {
        let at = at.min(self.len);
        let line = self.line_of(at);
        let start = self.starts.get(line).copied().unwrap_or(0);
        let continued = self
            .continuations(text, at)
            .saturating_sub(self.continuations(text, start));
        LineCol {
            line: offset(line) + 1,
            column: (at - start).saturating_sub(continued) + 1,
        }
    }

    /// Number of lines; a text without a line end has one.
    #[must_use]
    pub fn line_count(&self) -> u32 {
        offset(self.starts.len())
    }

    /// Bytes of line `line` (from 1) without its line end, as `start..end`; `None` past the last line.
    #[must_use]
    pub fn line_range(&self, text: &str, line: u32) -> Option<(u32, u32)> {
        let index = (line as usize).checked_sub(1)?;
        let start = self.starts.get(index).copied()?;
        let next = self.starts.get(index + 1).copied();
        let mut end = next.map_or(self.len, |n| n - 1);
        let before = (end as usize)
            .checked_sub(1)
            .and_then(|i| text.as_bytes().get(i));
        if next.is_some() && end > start && before == Some(&b'\r') {
            end -= 1;
        }
        Some((start, end))
    }

    /// Index (from 0) of the line that holds byte `at`.
    fn line_of(&self, at: u32) -> usize {
        self.starts
            .partition_point(|start| *start <= at)
            .saturating_sub(1)
    }

    /// Continuation bytes of UTF-8 before byte `at`; those of a character that `at` lies in count.
    fn continuations(&self, text: &str, at: u32) -> u32 {
        let at = at as usize;
        let Some(known) = self.extra.get(at / STRIDE) else {
            return self.extra.last().copied().unwrap_or(0);
        };
        let bytes = text.as_bytes();
        let from = at / STRIDE * STRIDE;
        let counted = bytes.get(from..at).unwrap_or_default();
        let mut count = *known
            + counted
                .iter()
                .map(|b| u32::from(is_continuation(*b)))
                .sum::<u32>();
        // Inside a character: count the byte itself too, so that the column is that character's.
        if bytes.get(at).is_some_and(|b| is_continuation(*b)) {
            count += 1;
        }
        count
    }
}

/// Whether a byte continues a character of UTF-8.
const fn is_continuation(byte: u8) -> bool {
    byte & 0b1100_0000 == 0b1000_0000
}

/// A count as an offset; texts are cut at 4 GiB before.
fn offset(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, offset: u32) -> (u32, u32) {
        let place = LineIndex::new(text).line_col(text, offset);
        (place.line, place.column)
    }

    #[test]
    fn counts_lines_and_columns_from_one() {
        let text = "ab\ncd\r\n\nx";
        assert_eq!(at(text, 0), (1, 1));
        assert_eq!(at(text, 2), (1, 3));
        assert_eq!(at(text, 3), (2, 1));
        assert_eq!(at(text, 5), (2, 3));
        assert_eq!(at(text, 7), (3, 1));
        assert_eq!(at(text, 8), (4, 1));
        assert_eq!(at(text, 9), (4, 2));
        assert_eq!(at(text, 900), (4, 2));
        assert_eq!(at("", 0), (1, 1));
    }

    #[test]
    fn columns_count_characters_not_bytes() {
        let text = "é→x\n😀y";
        assert_eq!(at(text, 2), (1, 2));
        assert_eq!(
            at(text, 3),
            (1, 2),
            "inside a character counts as that character"
        );
        assert_eq!(at(text, 4), (1, 2));
        assert_eq!(at(text, 5), (1, 3));
        assert_eq!(at(text, 7), (2, 1));
        assert_eq!(at(text, 11), (2, 2));
    }

    #[test]
    fn agrees_with_counting_on_a_long_line() {
        let text: String = "aé😀".repeat(3_000);
        let index = LineIndex::new(&text);
        let mut column = 0;
        for (byte, _) in text.char_indices() {
            column += 1;
            let place = index.line_col(&text, u32::try_from(byte).unwrap_or(0));
            assert_eq!((place.line, place.column), (1, column), "byte {byte}");
        }
    }

    #[test]
    fn a_line_range_leaves_its_end_out() {
        let text = "ab\r\n\r\ncd";
        let index = LineIndex::new(text);
        assert_eq!(index.line_count(), 3);
        assert_eq!(index.line_range(text, 1), Some((0, 2)));
        assert_eq!(index.line_range(text, 2), Some((4, 4)));
        assert_eq!(index.line_range(text, 3), Some((6, 8)));
        assert_eq!(index.line_range(text, 4), None);
        assert_eq!(index.line_range(text, 0), None);
    }
}
