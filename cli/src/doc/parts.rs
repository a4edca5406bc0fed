//! The parts of a doc comment: summary, paragraphs, lists, examples.

use strat_lang::example::{self, Example};

/// A piece of documentation.
#[derive(Debug, PartialEq, Eq)]
pub enum Part {
    /// Lines that belong together, joined.
    Paragraph(String),
    /// Items that begin with `-`.
    List(Vec<Entry>),
    /// What stands behind `Example:`.
    Example(String),
}

/// An item of a list.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is about: `` `length` ``, `Lookback`; empty where it names nothing.
    pub term: String,
    /// What is said about it, or the whole item.
    pub text: String,
}

/// The parts of a doc comment in written order.
pub fn parts(doc: &str) -> Vec<Part> {
    let mut out = Vec::new();
    for block in doc.split("\n\n").filter(|block| !block.trim().is_empty()) {
        let mut text = String::new();
        let mut items: Vec<String> = Vec::new();
        for line in block.lines().map(str::trim) {
            match (line.strip_prefix("- "), items.last_mut()) {
                (Some(item), _) => items.push(item.to_owned()),
                (None, Some(item)) => {
                    item.push(' ');
                    item.push_str(line);
                }
                (None, None) => {
                    text.push_str(line);
                    text.push(' ');
                }
            }
        }
        match text.trim() {
            "" => {}
            text => out.push(match text.strip_prefix("Example: ") {
                Some(example) => Part::Example(example.to_owned()),
                None => Part::Paragraph(text.to_owned()),
            }),
        }
        if !items.is_empty() {
            out.push(Part::List(items.iter().map(|item| entry(item)).collect()));
        }
    }
    out
}

/// The first example that can be run.
pub fn first_example(doc: &str) -> Option<Example> {
    parts(doc).into_iter().find_map(|part| match part {
        Part::Example(text) => example::read(&text).ok(),
        Part::Paragraph(_) | Part::List(_) => None,
    })
}

fn entry(item: &str) -> Entry {
    let about = item.split_once(": ").filter(|(term, _)| {
        let quoted = term.len() > 2 && term.starts_with('`') && term.ends_with('`');
        let word = term.split_once(" (").map_or(*term, |(word, _)| word);
        let is_word = word.chars().all(char::is_alphabetic);
        quoted || is_word && term.starts_with(char::is_uppercase)
    });
    match about {
        Some((term, text)) => Entry {
            term: term.to_owned(),
            text: text.to_owned(),
        },
        None => Entry {
            term: String::new(),
            text: item.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doc_comment_has_parts() {
        let doc = "One\nline.\n\nBefore\n- `x`: a series,\n  any unit.\n- Outputs (any): 3.\n- plain: text\n\nExample: `x` over close 1\nis 1.";
        let entry = |term: &str, text: &str| Entry {
            term: term.to_owned(),
            text: text.to_owned(),
        };
        assert_eq!(
            parts(doc),
            [
                Part::Paragraph("One line.".to_owned()),
                Part::Paragraph("Before".to_owned()),
                Part::List(vec![
                    entry("`x`", "a series, any unit."),
                    entry("Outputs (any)", "3."),
                    entry("", "plain: text"),
                ]),
                Part::Example("`x` over close 1 is 1.".to_owned()),
            ]
        );
        assert_eq!(first_example(doc).map(|e| e.results.len()), Some(1));
        assert_eq!(parts(""), []);
    }
}
