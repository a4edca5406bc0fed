//! All files of a run, so that a span can be shown with its text.

use super::line_index::{LineCol, LineIndex};
use super::span::{FileId, Span};

/// One file as it was read.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// The path as it is shown.
    pub name: String,
    /// The whole text.
    pub text: String,
    /// Where its lines begin.
    pub index: LineIndex,
}

impl SourceFile {
    /// Line and column of byte `at`.
    #[must_use]
    pub fn line_col(&self, at: u32) -> LineCol {
        self.index.line_col(&self.text, at)
    }
}

/// The files of a run, by the id they were given.
#[derive(Debug, Clone, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

impl SourceMap {
    /// An empty map.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps a file and gives its id: 0 for the first, 1 for the next.
    pub fn add(&mut self, name: String, text: String) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        let index = LineIndex::new(&text);
        self.files.push(SourceFile { name, text, index });
        id
    }

    /// The file of an id that this map gave.
    ///
    /// # Panics
    ///
    /// When the id comes from another map; see [`SourceMap::find`] where that is possible.
    #[must_use]
    pub fn get(&self, id: FileId) -> &SourceFile {
        self.find(id)
            .expect("the file id comes from this source map")
    }

    /// The file of an id, if this map has it.
    #[must_use]
    pub fn find(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    /// The text that a span covers; empty when it lies outside the file.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.find(span.file)
            .and_then(|file| file.text.get(span.start as usize..span.end as usize))
            .unwrap_or("")
    }

    /// All files with their ids, in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files
            .iter()
            .enumerate()
            .map(|(i, file)| (FileId(u32::try_from(i).unwrap_or(u32::MAX)), file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_ids_in_order_and_slices() {
        let mut map = SourceMap::new();
        let a = map.add("a.strat".to_owned(), "let x".to_owned());
        let b = map.add("b.strat".to_owned(), "é".to_owned());
        assert_eq!((a, b), (FileId(0), FileId(1)));
        assert_eq!(map.get(b).name, "b.strat");
        assert_eq!(map.slice(Span::new(a, 4, 5)), "x");
        assert_eq!(map.slice(Span::new(a, 4, 50)), "");
        assert_eq!(map.slice(Span::new(b, 1, 2)), "", "inside a character");
        assert_eq!(map.iter().count(), 2);
        assert!(map.find(FileId(2)).is_none());
    }
}
