//! Text and documentation as HTML: everything that comes from a source file passes here.

use std::fmt::Write as _;

use crate::doc::parts::{Entry, Part, parts};
use strat_lang::example::{self, Example};

/// Most bars of an example that are shown; of a longer one, the last.
const MOST_BARS: usize = 16;

/// Equal bars at the begin of an example that are told as one, at least.
const LONG_RUN: usize = 4;

/// Documentation: paragraphs, lists, and examples as tables.
pub fn prose(doc: &str) -> String {
    let mut out = String::new();
    for part in parts(doc) {
        match part {
            Part::Paragraph(text) => {
                let _ = writeln!(out, "<p>{}</p>", inline(&text));
            }
            Part::List(entries) => list(&entries, &mut out),
            Part::Example(text) => match example::read(&text) {
                Ok(example) => table(&example, &mut out),
                Err(_) => {
                    let _ = writeln!(out, "<p>Example: {}</p>", inline(&text));
                }
            },
        }
    }
    out
}

/// A list, or a table of terms where each item has one.
fn list(entries: &[Entry], out: &mut String) {
    let terms = entries.iter().all(|entry| !entry.term.is_empty());
    out.push_str(if terms { "<dl>" } else { "<ul>" });
    for Entry { term, text } in entries {
        let (term, text) = (inline(term), inline(text));
        let _ = match (terms, term.is_empty()) {
            (true, _) => write!(out, "<dt>{term}</dt><dd>{text}</dd>"),
            (false, true) => write!(out, "<li>{text}</li>"),
            (false, false) => write!(out, "<li>{term}: {text}</li>"),
        };
    }
    out.push_str(if terms { "</dl>\n" } else { "</ul>\n" });
}

/// An example, a column for each bar; equal bars at its begin share one.
fn table(example: &Example, out: &mut String) {
    let len = example.bars();
    let missing = len - example.results.len().min(len);
    let results: Vec<String> = (0..missing)
        .map(|_| String::new())
        .chain(example.results.iter().cloned())
        .collect();
    let columns = example.columns.iter();
    let mut rows: Vec<(String, &[String], &str)> = columns
        .map(|(name, values)| (name.clone(), &values[..], ""))
        .collect();
    rows.push((code(&example.expression), &results, " class=\"result\""));
    let run = (rows.iter())
        .map(|(_, values, _)| {
            values
                .iter()
                .take_while(|v| values.first() == Some(v))
                .count()
        })
        .min()
        .filter(|run| *run >= LONG_RUN);
    let from = run.unwrap_or_default().max(len.saturating_sub(MOST_BARS));
    out.push_str("<table class=\"example\"><tbody>\n");
    for (title, values, class) in rows {
        let first = match (from, values.first()) {
            (0, _) => String::new(),
            (from, Some(first)) if run == Some(from) && !first.is_empty() => {
                format!("<td>{} ×{from}</td>", escaped(first))
            }
            _ => "<td>…</td>".to_owned(),
        };
        let shown = values.iter().skip(from);
        let cells: String = shown.map(|v| format!("<td>{}</td>", escaped(v))).collect();
        let _ = writeln!(out, "<tr{class}><th>{title}</th>{first}{cells}</tr>");
    }
    out.push_str("</tbody></table>\n");
}

/// Text with `code` between backticks; a backtick without a second is itself.
pub fn inline(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    let closed = parts.len() % 2 == 1;
    let mut out = String::new();
    for (at, part) in parts.iter().enumerate() {
        let inside = at % 2 == 1;
        match inside && (closed || at + 1 < parts.len()) {
            true => out.push_str(&code(part)),
            false if inside => {
                out.push('`');
                out.push_str(&escaped(part));
            }
            false => out.push_str(&escaped(part)),
        }
    }
    out
}

/// Text as code.
pub fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(text))
}

/// Text in which nothing is markup.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_code_is_marked() {
        assert_eq!(
            inline("`a < b` & <c>"),
            "<code>a &lt; b</code> &amp; &lt;c&gt;"
        );
        assert_eq!(inline("a ` b"), "a ` b");
        assert_eq!(inline("`x` and ` b"), "<code>x</code> and ` b");
        assert_eq!(
            prose("one\ntwo\n\n- a <b\n  more\n- b"),
            "<p>one two</p>\n<ul><li>a &lt;b more</li><li>b</li></ul>\n"
        );
        assert_eq!(
            prose("- `a<`: b\n- Edges: c"),
            "<dl><dt><code>a&lt;</code></dt><dd>b</dd><dt>Edges</dt><dd>c</dd></dl>\n"
        );
        assert_eq!(prose(""), "");
    }

    #[test]
    fn an_example_is_a_table_of_its_last_bars() {
        let html = prose("Example: `x<y` over close 1..20 is … 3, 4.");
        assert!(
            html.contains("<tr><th>close</th><td>…</td><td>5</td>"),
            "{html}"
        );
        assert!(
            html.contains("<th><code>x&lt;y</code></th><td>…</td><td></td>"),
            "{html}"
        );
        assert!(
            html.contains("<td></td><td>3</td><td>4</td></tr>"),
            "{html}"
        );
        let html = prose("Example: `f` over open 5 x9, 6; close 5 x9, 7 is na x9, 2.");
        for row in [
            "<tr><th>open</th><td>5 ×9</td><td>6</td></tr>",
            "<tr class=\"result\"><th><code>f</code></th><td>na ×9</td><td>2</td></tr>",
        ] {
            assert!(html.contains(row), "{html}");
        }
        let other = prose("Example: see <there>.");
        assert_eq!(other, "<p>Example: see &lt;there&gt;.</p>\n");
    }
}
