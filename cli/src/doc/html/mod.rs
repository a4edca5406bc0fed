//! A reference as one page of HTML that needs nothing else: style, script and charts are inside.

mod function;
mod source;
mod strategy;
pub mod text;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use self::function::{Around, function};
use self::strategy::{other, strategy};
use self::text::{escaped, inline, prose};
use super::chart::Samples;
use super::model::Page;
use crate::summary::counted;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Where on the page each function is described.
pub type Anchors = BTreeMap<String, String>;

/// An item as the page lists it.
struct Entry {
    /// The word before its name; empty for a function.
    kind: &'static str,
    name: String,
    html: String,
}

/// The page.
pub fn book(title: &str, intro: &str, pages: &[Page]) -> String {
    let samples = Samples::new();
    let (mut index, mut main) = (String::new(), String::new());
    let anchors = anchors(pages);
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    for page in pages.iter().filter(|page| !page.is_empty()) {
        let around = Around {
            anchors: &anchors,
            samples: &samples,
            beside: page.text.as_deref().map(|text| (&page.file[..], text)),
        };
        let entries = entries(page, &around);
        let file = escaped(&page.file);
        // A long path breaks between its parts.
        let breaking = file.replace('/', "/<wbr>").replace('_', "_<wbr>");
        let about = inline(page.about.trim_end_matches('.'));
        let _ = writeln!(
            index,
            "<details data-group open><summary>{breaking}<small>{about}</small></summary><ul>"
        );
        let _ = writeln!(main, "<section data-group><h2>{file}</h2>");
        main.push_str(&prose(&page.about));
        for entry in &entries {
            let id = escaped(&anchor(&entry.name, &mut taken));
            let name = escaped(&entry.name);
            let kind = match entry.kind {
                "" => String::new(),
                kind => format!("<small>{kind}</small> "),
            };
            let _ = writeln!(index, "<li><a href=\"#{id}\">{name}</a></li>");
            let _ = writeln!(
                main,
                "<article id=\"{id}\"><h3>{kind}<a href=\"#{id}\">{name}</a></h3>\n{}</article>",
                entry.html
            );
        }
        index.push_str("</ul></details>\n");
        main.push_str("</section>\n");
    }
    let title = escaped(title);
    let functions = pages.iter().map(|page| page.functions.len()).sum();
    let count = counted(functions, "function", "functions");
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<nav>\n<input id=\"search\" type=\"search\" placeholder=\"Search {count}  /\" aria-label=\"Search\" autocomplete=\"off\">\n{index}</nav>\n<main>\n<h1>{title}</h1>\n{}<p id=\"none\" class=\"none\" hidden>Nothing here has all of these words.</p>\n{main}</main>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n",
        prose(intro)
    )
}

fn entries(page: &Page, around: &Around<'_>) -> Vec<Entry> {
    let strategies = page.strategies.iter().map(|item| Entry {
        kind: "strategy",
        name: item.name.clone(),
        html: strategy(item),
    });
    let others = page.others.iter().map(|item| Entry {
        kind: item.kind,
        name: item.name.clone(),
        html: other(item),
    });
    let functions = page.functions.iter().map(|item| Entry {
        kind: "",
        name: item.name.clone(),
        html: function(item, around),
    });
    strategies.chain(others).chain(functions).collect()
}

/// Where functions will be described; of a name that several files declare, the first.
fn anchors(pages: &[Page]) -> Anchors {
    let mut anchors = Anchors::new();
    let mut taken = BTreeMap::new();
    for page in pages {
        for name in page.strategies.iter().map(|item| &item.name) {
            anchor(name, &mut taken);
        }
        for name in page.others.iter().map(|item| &item.name) {
            anchor(name, &mut taken);
        }
        for function in &page.functions {
            let place = anchor(&function.name, &mut taken);
            anchors.entry(function.name.clone()).or_insert(place);
        }
    }
    anchors
}

/// A place of its own for each item of the page, in written order: two files may declare one name.
fn anchor(name: &str, taken: &mut BTreeMap<String, usize>) -> String {
    let times = taken.entry(name.to_owned()).or_default();
    *times += 1;
    match *times {
        1 => name.to_owned(),
        times => format!("{name}-{times}"),
    }
}
