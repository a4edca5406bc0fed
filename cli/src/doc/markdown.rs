//! A reference as Markdown.

use std::fmt::Write as _;

use super::model::{FunctionDoc, OtherDoc, OutputDoc, Page, Settling};
use super::strategy::StrategyDoc;

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

/// The name of a file without its folders.
fn short(file: &str) -> &str {
    file.rsplit('/').next().unwrap_or(file)
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
            let _ = write!(out, "\n{}\n", facts(only).join(" · "));
        }
        outputs => {
            out.push_str("\n| field | is | lookback | settles |\n|---|---|---|---|\n");
            for output in outputs {
                let settles = output.settling.map_or_else(String::new, settles);
                let _ = writeln!(
                    out,
                    "| `{}` | {} | `{}` | {settles} |",
                    output.name, output.kind, output.lookback
                );
            }
        }
    }
    if let Some(example) = &item.example {
        let _ = write!(out, "\nExample: `{example}`\n");
    }
}

/// What is known of a single output.
fn facts(output: &OutputDoc) -> Vec<String> {
    let mut facts = vec![
        format!("Returns a {}", output.kind),
        format!("lookback `{}`", output.lookback),
    ];
    if let Some(settling) = output.settling {
        facts.push(format!("settles {}", settles(settling)));
    }
    facts
}

/// When the example has settled.
pub fn settles(settling: Settling) -> String {
    match settling {
        Settling::Bars(bars) => format!("after {bars} bars in the example"),
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
