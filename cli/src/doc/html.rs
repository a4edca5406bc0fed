//! A reference as one page of HTML that needs nothing else: style and script are inside.

use std::fmt::Write as _;

use super::markdown::{example_facts, settled};
use super::model::{FunctionDoc, OtherDoc, Page};
use super::strategy::StrategyDoc;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// An item as the page lists it.
struct Entry {
    /// The word before its name; empty for a function.
    kind: &'static str,
    name: String,
    /// What the search looks at beside the name.
    doc: String,
    html: String,
}

/// The page.
pub fn book(title: &str, intro: &str, pages: &[Page]) -> String {
    let (mut index, mut main) = (String::new(), String::new());
    for (at, page) in pages.iter().enumerate() {
        let entries = entries(page);
        let file = escaped(&page.file);
        // A long path breaks between its parts.
        let breaking = file.replace('/', "/<wbr>").replace('_', "_<wbr>");
        let _ = writeln!(index, "<div data-group><h2>{breaking}</h2><ul>");
        let _ = writeln!(main, "<section data-group><h2>{file}</h2>");
        if !page.about.is_empty() {
            let _ = write!(main, "{}", prose(&page.about));
        }
        for entry in &entries {
            let id = anchor(at, entry);
            let words = words(entry);
            let name = escaped(&entry.name);
            let kind = match entry.kind {
                "" => String::new(),
                kind => format!("<small>{kind}</small> "),
            };
            let _ = writeln!(
                index,
                "<li data-words=\"{words}\"><a href=\"#{id}\">{name}</a></li>"
            );
            let _ = writeln!(
                main,
                "<article id=\"{id}\" data-words=\"{words}\"><h3>{kind}<a href=\"#{id}\">{name}</a></h3>\n{}</article>",
                entry.html
            );
        }
        index.push_str("</ul></div>\n");
        main.push_str("</section>\n");
    }
    let title = escaped(title);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<nav>\n<input id=\"search\" type=\"search\" placeholder=\"Search  /\" aria-label=\"Search\" autocomplete=\"off\">\n{index}</nav>\n<main>\n<h1>{title}</h1>\n{}<p id=\"none\" class=\"none\" hidden>Nothing here has all of these words.</p>\n{main}</main>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n",
        prose(intro)
    )
}

fn entries(page: &Page) -> Vec<Entry> {
    let strategies = page.strategies.iter().map(|item| Entry {
        kind: "strategy",
        name: item.name.clone(),
        doc: item.doc.clone(),
        html: strategy(item),
    });
    let others = page.others.iter().map(|item| Entry {
        kind: item.kind,
        name: item.name.clone(),
        doc: item.doc.clone(),
        html: other(item),
    });
    let functions = page.functions.iter().map(|item| Entry {
        kind: "",
        name: item.name.clone(),
        doc: item.doc.clone(),
        html: function(item),
    });
    strategies.chain(others).chain(functions).collect()
}

/// A name of its own for each item of the page: two files may declare the same name.
fn anchor(page: usize, entry: &Entry) -> String {
    match page {
        0 => escaped(&entry.name),
        page => format!("{}-{}", escaped(&entry.name), page + 1),
    }
}

fn words(entry: &Entry) -> String {
    let text = format!("{} {} {}", entry.kind, entry.name, entry.doc);
    let words: Vec<&str> = text.split_whitespace().collect();
    escaped(&words.join(" ").to_lowercase())
}

fn function(item: &FunctionDoc) -> String {
    let mut out = format!("<pre><code>{}</code></pre>\n", escaped(&item.signature));
    out.push_str(&prose(&item.doc));
    match &item.outputs[..] {
        [] => {}
        [only] if only.name.is_empty() => {
            let lookback = code(&only.lookback);
            let _ = writeln!(out, "<p class=\"facts\">Lookback {lookback}</p>");
        }
        outputs => {
            out.push_str("<table><thead><tr><th>field</th><th>lookback</th><th>in the example</th><th>settled after</th></tr></thead><tbody>\n");
            for output in outputs {
                let range = match output.range.as_str() {
                    "" => String::new(),
                    range => format!(" in {}", code(range)),
                };
                let _ = writeln!(
                    out,
                    "<tr><td>{}</td><td>{}</td><td>{}{range}</td><td>{}</td></tr>",
                    code(&output.name),
                    code(&output.lookback),
                    escaped(&output.unit),
                    output.settling.map_or_else(String::new, settled)
                );
            }
            out.push_str("</tbody></table>\n");
        }
    }
    if let Some(example) = &item.example {
        let facts = example_facts(&item.outputs, code);
        let _ = writeln!(
            out,
            "<p class=\"facts\">Example: {}{facts}</p>",
            code(example)
        );
    }
    out
}

fn strategy(item: &StrategyDoc) -> String {
    let mut out = prose(&item.doc);
    if !item.about.is_empty() {
        out.push_str(&prose(&item.about.join(" ")));
    }
    if !item.params.is_empty() {
        out.push_str("<table><thead><tr><th>parameter</th><th>default</th><th>domain</th><th></th></tr></thead><tbody>\n");
        for param in &item.params {
            let domain = match param.domain.as_str() {
                "" => String::new(),
                domain => code(domain),
            };
            let _ = writeln!(
                out,
                "<tr><td>{}</td><td>{}</td><td>{domain}</td><td>{}</td></tr>",
                code(&param.name),
                code(&param.default),
                inline(&param.doc)
            );
        }
        out.push_str("</tbody></table>\n");
    }
    for (title, conditions) in &item.signals {
        let title = escaped(title);
        match &conditions[..] {
            [only] => {
                let _ = writeln!(out, "<p><strong>{title}</strong> when {}</p>", code(only));
            }
            all => {
                let _ = write!(
                    out,
                    "<p><strong>{title}</strong> when all hold:</p>\n<ul>\n"
                );
                for condition in all {
                    let _ = writeln!(out, "<li>{}</li>", code(condition));
                }
                out.push_str("</ul>\n");
            }
        }
    }
    if !item.levels.is_empty() {
        out.push_str("<ul>\n");
        for sentence in &item.levels {
            let _ = writeln!(out, "<li>{}</li>", inline(sentence));
        }
        out.push_str("</ul>\n");
    }
    if let Some(warm_up) = &item.warm_up {
        let _ = writeln!(out, "<p class=\"facts\">Warm-up: {}</p>", inline(warm_up));
    }
    out
}

fn other(item: &OtherDoc) -> String {
    format!(
        "{}<pre><code>{}</code></pre>\n",
        prose(&item.doc),
        escaped(&item.source)
    )
}

/// Documentation as paragraphs; an empty line parts them, lines that begin with `-` are a list.
fn prose(doc: &str) -> String {
    let mut out = String::new();
    for part in doc.split("\n\n").filter(|part| !part.trim().is_empty()) {
        let is_item = |line: &str| line.trim_start().starts_with("- ");
        let mut text = String::new();
        let mut items: Vec<String> = Vec::new();
        for line in part.lines() {
            match (is_item(line), items.last_mut()) {
                (true, _) => items.push(line.trim_start().trim_start_matches("- ").to_owned()),
                (false, Some(item)) => {
                    item.push(' ');
                    item.push_str(line.trim());
                }
                (false, None) => {
                    text.push_str(line.trim());
                    text.push(' ');
                }
            }
        }
        if !text.trim().is_empty() {
            let _ = writeln!(out, "<p>{}</p>", inline(text.trim()));
        }
        if !items.is_empty() {
            let items: Vec<String> = items
                .iter()
                .map(|i| format!("<li>{}</li>", inline(i)))
                .collect();
            let _ = writeln!(out, "<ul>{}</ul>", items.join(""));
        }
    }
    out
}

/// Text with `code` between backticks; a backtick without a second is itself.
fn inline(text: &str) -> String {
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

fn code(text: &str) -> String {
    format!("<code>{}</code>", escaped(text))
}

fn escaped(text: &str) -> String {
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
            prose("one\ntwo\n\n- `a`\n  more\n- b"),
            "<p>one two</p>\n<ul><li><code>a</code> more</li><li>b</li></ul>\n"
        );
        assert_eq!(prose(""), "");
    }
}
