//! CSV text: a header, then one line per row, ended by `\n`. Fields are quoted only where they
//! must be.

use std::fmt::Write as _;

use crate::number::Exact;

/// CSV text as it grows, row by row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Csv {
    text: String,
    in_row: bool,
}

impl Csv {
    /// A text with its header.
    #[must_use]
    pub fn with_header<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> Self {
        let mut csv = Self::default();
        for name in names {
            csv.text(name.as_ref());
        }
        csv.end_row();
        csv
    }

    /// Adds a field of text.
    pub fn text(&mut self, field: &str) -> &mut Self {
        self.separate();
        // A field that spreadsheets would drop blanks from keeps them in quotes.
        let special = |c: char| matches!(c, ',' | '"' | '\n' | '\r');
        if field.contains(special) || field.trim() != field {
            self.text.push('"');
            self.text.push_str(&field.replace('"', "\"\""));
            self.text.push('"');
        } else {
            self.text.push_str(field);
        }
        self
    }

    /// Adds a number in its shortest exact form; a missing one (NaN) is an empty field.
    pub fn number(&mut self, value: f64) -> &mut Self {
        self.display(Exact(value))
    }

    /// Adds a count.
    pub fn count(&mut self, value: u64) -> &mut Self {
        self.display(value)
    }

    /// Ends the row.
    pub fn end_row(&mut self) {
        self.text.push('\n');
        self.in_row = false;
    }

    /// The whole text.
    #[must_use]
    pub fn into_text(self) -> String {
        self.text
    }

    /// Adds what needs no quotes.
    fn display(&mut self, value: impl std::fmt::Display) -> &mut Self {
        self.separate();
        // Writing to a String cannot fail.
        let _ = write!(self.text, "{value}");
        self
    }

    fn separate(&mut self) {
        if self.in_row {
            self.text.push(',');
        }
        self.in_row = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_what_must_be_quoted() {
        let mut csv = Csv::with_header(["a", "b,c", "say \"x\""]);
        csv.text("plain").text("two\nlines").text(" blank");
        csv.end_row();
        csv.text("").number(0.5).count(7);
        csv.end_row();
        csv.number(f64::NAN).number(f64::INFINITY).text("");
        csv.end_row();
        assert_eq!(
            csv.into_text(),
            "a,\"b,c\",\"say \"\"x\"\"\"\nplain,\"two\nlines\",\" blank\"\n,0.5,7\n,inf,\n"
        );
    }
}
