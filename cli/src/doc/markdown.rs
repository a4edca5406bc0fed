//! A reference as Markdown.

use std::fmt::Write as _;

use super::model::{FunctionDoc, OtherDoc, OutputDoc, Page, Settling};
use super::strategy::StrategyDoc;
use crate::summary::counted;

/// One file that describes several pages, with an index on top.
pub fn book(title: &str, intro: &str, pages: &[Page]) -> String {
    let mut out = format!("# {title}\n\n{intro}\n");
    for page in pages {
        let names = page.functions.iter().map(|f| f.name.as_str());
        let links: Vec<String> = names.map(|name| format!("[`{name}`](#{name})")).collect();
        let _ = write!(out, "\n**{}** {}\n", short(&page.file), links.join(" "));
    }
    for page in pages {
        let _ = write!(out, "\n## {}\n", short(&page.file));
        body(page, &mut out);
    }
    out
}

/// One page.
pub fn page(page: &Page) -> String {
    let mut out = format!("# {}\n", page.file);
    body(page, &mut out);
    out
}

/// The name of a file of the library without the folder that all are in.
fn short(file: &str) -> &str {
    file.strip_prefix("stdlib/").unwrap_or(file)
}

fn body(page: &Page, out: &mut String) {
    if !page.about.is_empty() {
        let _ = write!(out, "\n{}\n", page.about);
    }
    for item in &page.strategies {
        strategy(item, out);
    }
    for item in &page.others {
        other(item, out);
    }
    for item in &page.functions {
        function(item, out);
    }
}

fn function(item: &FunctionDoc, out: &mut String) {
    let _ = write!(
        out,
        "\n### {}\n\n```strat\n{}\n```\n",
        item.name, item.signature
    );
    if !item.doc.is_empty() {
        let _ = write!(out, "\n{}\n", item.doc);
    }
    match &item.outputs[..] {
        [] => {}
        [only] if only.name.is_empty() => {
            let _ = write!(out, "\nLookback `{}`.\n", only.lookback);
        }
        outputs => {
            out.push_str(
                "\n| field | lookback | in the call | settled after |\n|---|---|---|---|\n",
            );
            for output in outputs {
                let range = match output.range.as_str() {
                    "" => String::new(),
                    range => format!(" in `{range}`"),
                };
                let _ = writeln!(
                    out,
                    "| `{}` | `{}` | {}{range} | {} |",
                    output.name,
                    output.lookback,
                    output.unit,
                    output.settling.map_or_else(String::new, settled)
                );
            }
        }
    }
    if let Some(call) = &item.call {
        let facts = facts(&item.outputs, |text| format!("`{text}`"));
        let _ = write!(out, "\nCall: `{}`{facts}\n", call.text);
    }
}

/// What is known of the call of a function with one output: `, a price in 0..inf, settled after
/// 208 bars`; `code` marks what is written in the language.
fn facts(outputs: &[OutputDoc], code: impl Fn(&str) -> String) -> String {
    let [only] = outputs else {
        return String::new();
    };
    if !only.name.is_empty() || only.unit.is_empty() {
        return String::new();
    }
    let article = match only.unit.starts_with(['a', 'e', 'i', 'o', 'u']) {
        true => "an",
        false => "a",
    };
    let mut facts = match only.unit.as_str() {
        "bars" => ": a number of bars".to_owned(),
        unit => format!(": {article} {unit}"),
    };
    if !only.range.is_empty() {
        let _ = write!(facts, " in {}", code(&only.range));
    }
    match only.settling {
        None => {}
        Some(Settling::Never) => facts.push_str(", never settled"),
        Some(bars) => {
            let _ = write!(facts, ", settled after {}", settled(bars));
        }
    }
    facts
}

/// When the call has settled.
pub fn settled(settling: Settling) -> String {
    match settling {
        Settling::Bars(bars) => counted(bars, "bar", "bars"),
        Settling::Never => "never".to_owned(),
    }
}

fn strategy(item: &StrategyDoc, out: &mut String) {
    let _ = write!(out, "\n### strategy {}\n", item.name);
    if !item.doc.is_empty() {
        let _ = write!(out, "\n{}\n", item.doc);
    }
    if !item.about.is_empty() {
        let _ = write!(out, "\n{}\n", item.about.join(" "));
    }
    if !item.params.is_empty() {
        let documented = item.params.iter().any(|p| !p.doc.is_empty());
        out.push_str(match documented {
            true => "\n| parameter | default | domain | |\n|---|---|---|---|\n",
            false => "\n| parameter | default | domain |\n|---|---|---|\n",
        });
        for param in &item.params {
            let domain = match param.domain.as_str() {
                "" => String::new(),
                domain => format!("`{domain}`"),
            };
            let _ = write!(out, "| `{}` | `{}` | {domain} |", param.name, param.default);
            if documented {
                let _ = write!(out, " {} |", param.doc.replace('\n', " "));
            }
            out.push('\n');
        }
    }
    for (title, conditions) in &item.signals {
        match &conditions[..] {
            [only] => {
                let _ = write!(out, "\n**{title}** when `{only}`\n");
            }
            all => {
                let _ = write!(out, "\n**{title}** when all hold:\n\n");
                for condition in all {
                    let _ = writeln!(out, "- `{condition}`");
                }
            }
        }
    }
    if !item.levels.is_empty() {
        out.push('\n');
        for sentence in &item.levels {
            let _ = writeln!(out, "- {sentence}");
        }
    }
    if let Some(warm_up) = &item.warm_up {
        let _ = write!(out, "\nWarm-up: {warm_up}\n");
    }
}

fn other(item: &OtherDoc, out: &mut String) {
    let _ = write!(out, "\n### {} {}\n", item.kind, item.name);
    if !item.doc.is_empty() {
        let _ = write!(out, "\n{}\n", item.doc);
    }
    let _ = write!(out, "\n```strat\n{}\n```\n", item.source);
}
