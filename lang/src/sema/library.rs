//! The library: which of its files a program needs, and what the others would offer.
//!
//! A program uses a few of its functions, so only files are parsed that define a word of the
//! program, or of a file that is parsed for it. Where a word stands does not matter: one too many
//! costs a millisecond, and none is missed.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};

use crate::diag::Sink;
use crate::source::FileId;
use crate::syntax::{ast, parse};

/// The library: file names and texts. It is an argument, so that this crate imports none.
#[derive(Debug, Clone, Copy)]
pub struct Library {
    /// Name and text of each file.
    pub files: &'static [(&'static str, &'static str)],
}

impl Library {
    /// The names that its files define, with the number of the file.
    pub(super) fn names(&self) -> impl Iterator<Item = (&'static str, usize)> + use<> {
        let files = self.files.iter().enumerate();
        files.flat_map(|(i, (_, text))| {
            // An item begins its line with its word: `fn`, `enum`, ….
            let is_item = |line: &&str| line.starts_with(|c: char| c.is_ascii_alphabetic());
            let names = text.lines().filter(is_item);
            let names = names.filter_map(|line| words(line).nth(1));
            names.map(move |name| (name, i))
        })
    }

    /// Which files define a word of the texts, or of another such file.
    pub(super) fn needed<'t>(&self, texts: impl IntoIterator<Item = &'t str>) -> Vec<bool> {
        let names: HashMap<&str, usize> = self.names().collect();
        let mut needed = vec![false; self.files.len()];
        let mut open: Vec<usize> = Vec::new();
        let mut look = |word: &str, open: &mut Vec<usize>| {
            if let Some(&file) = names.get(word)
                && let Some(is_needed) = needed.get_mut(file)
                && !std::mem::replace(is_needed, true)
            {
                open.push(file);
            }
        };
        for text in texts {
            words(text).for_each(|word| look(word, &mut open));
        }
        while let Some(file) = open.pop() {
            let (_, text) = self.files.get(file).copied().unwrap_or_default();
            for line in text.lines().filter(|line| !line.starts_with("//")) {
                words(line).for_each(|word| look(word, &mut open));
            }
        }
        needed
    }

    /// The tree of a file. It is parsed once per process: each check of an editor, a test or a
    /// folder of programs would parse the same text again.
    pub(super) fn tree(&self, file: usize, id: FileId, sink: &mut Sink) -> Arc<ast::File> {
        static PARSED: OnceLock<(Library, Vec<OnceLock<Arc<ast::File>>>)> = OnceLock::new();
        let (_, text) = self.files.get(file).copied().unwrap_or_default();
        let (known, trees) = PARSED.get_or_init(|| {
            let trees = self.files.iter().map(|_| OnceLock::new());
            (*self, trees.collect())
        });
        let kept = trees
            .get(file)
            .filter(|_| std::ptr::eq(known.files, self.files));
        // The places in a tree name its file, so a tree is good only where it has the same number.
        if let Some(tree) = kept.and_then(OnceLock::get)
            && tree.id == id
        {
            return Arc::clone(tree);
        }
        let errors = sink.errors();
        let tree = Arc::new(parse(id, text, sink));
        if let Some(kept) = kept
            && sink.errors() == errors
        {
            // Another thread may have been first with the same tree.
            let _ = kept.set(Arc::clone(&tree));
        }
        tree
    }
}

/// The words of a text.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .filter(|word| !word.is_empty())
}

/// All names of the library and some others, each once and in order, for "did you mean".
pub(super) fn offered<'a>(
    library: &Library,
    others: impl Iterator<Item = &'a str>,
) -> BTreeSet<String> {
    let names = library.names().map(|(name, _)| name.to_owned());
    names.chain(others.map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIBRARY: Library = Library {
        files: &[
            (
                "a.strat",
                "/// Not one().\nfn two(x) {\n    return three(x)\n}\n",
            ),
            (
                "b.strat",
                "fn three(x) {\n    return x\n}\n\nenum Kind { A B }\n",
            ),
            ("c.strat", "fn one(x) {\n    return x\n}\n"),
        ],
    };

    #[test]
    fn files_are_needed_by_the_words_of_the_program() {
        let needed = |text: &str| LIBRARY.needed([text]);
        assert_eq!(needed("let y = two(close)"), [true, true, false]);
        assert_eq!(needed("fn f(kind: Kind) { }"), [false, true, false]);
        assert_eq!(needed("twofold + one_more"), [false, false, false]);
        assert_eq!(needed("one"), [false, false, true]);
        let names: Vec<&str> = LIBRARY.names().map(|(name, _)| name).collect();
        assert_eq!(names, ["two", "three", "Kind", "one"]);
    }
}
