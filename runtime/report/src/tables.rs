//! Aligned tables for a terminal.

/// A table: a head, rows of as many cells, columns of numbers to the right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    head: Vec<String>,
    right: Vec<bool>,
    rows: Vec<Vec<String>>,
}

/// Blanks between two columns.
const GAP: &str = "  ";

impl Table {
    /// A table with its columns: name, and whether they are aligned to the right.
    #[must_use]
    pub fn new<S: Into<String>>(columns: impl IntoIterator<Item = (S, bool)>) -> Self {
        let (head, right) = columns
            .into_iter()
            .map(|(name, right)| (name.into(), right))
            .unzip();
        Self {
            head,
            right,
            rows: Vec::new(),
        }
    }

    /// Adds a row; cells without a column are left out, missing ones are empty.
    pub fn row<S: Into<String>>(&mut self, cells: impl IntoIterator<Item = S>) {
        let mut cells: Vec<String> = cells.into_iter().map(Into::into).collect();
        cells.resize(self.head.len(), String::new());
        self.rows.push(cells);
    }

    /// The text: head, a rule, rows; no blanks at the end of a line.
    #[must_use]
    pub fn render(&self) -> String {
        let widths: Vec<usize> = (0..self.head.len())
            .map(|at| {
                let cells = self.rows.iter().filter_map(|row| row.get(at));
                cells
                    .chain(self.head.get(at))
                    .map(|cell| cell.chars().count())
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        let mut out = String::new();
        let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
        for cells in [&self.head, &rule].into_iter().chain(&self.rows) {
            let mut line = String::new();
            for (at, ((cell, width), right)) in
                cells.iter().zip(&widths).zip(&self.right).enumerate()
            {
                if at > 0 {
                    line.push_str(GAP);
                }
                let blanks = " ".repeat(width - cell.chars().count().min(*width));
                if *right {
                    line.push_str(&blanks);
                    line.push_str(cell);
                } else {
                    line.push_str(cell);
                    line.push_str(&blanks);
                }
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }
}

/// Lines of a name and what it is, the second column aligned: `fees      0.1% per side`.
#[must_use]
pub fn pairs<N: AsRef<str>, V: AsRef<str>>(lines: &[(N, V)]) -> String {
    let width = lines
        .iter()
        .map(|(name, _)| name.as_ref().chars().count())
        .max()
        .unwrap_or(0);
    let mut out = String::new();
    for (name, value) in lines {
        let name = name.as_ref();
        let blanks = " ".repeat(width - name.chars().count());
        out.push_str(format!("{name}{blanks}{GAP}{}", value.as_ref()).trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let mut table = Table::new([("name", false), ("value", true), ("note", false)]);
        table.row(["a", "1.5", "x"]);
        table.row(["größer", "-12"]);
        table.row(["b", "3", "", "too many"]);
        assert_eq!(
            table.render(),
            "name    value  note\n------  -----  ----\na         1.5  x\ngrößer    -12\nb           3\n"
        );
    }

    #[test]
    fn pairs_line_up() {
        assert_eq!(
            pairs(&[("fees", "0.1%"), ("slippage", "0"), ("x", "")]),
            "fees      0.1%\nslippage  0\nx\n"
        );
        assert_eq!(pairs::<&str, &str>(&[]), "");
    }
}
