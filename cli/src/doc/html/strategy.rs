//! Strategies and other items as HTML.

use std::fmt::Write as _;

use super::text::{code, escaped, inline, prose};
use crate::doc::model::OtherDoc;
use crate::doc::strategy::StrategyDoc;

/// A strategy.
pub fn strategy(item: &StrategyDoc) -> String {
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

/// An item of another kind: its documentation and its source.
pub fn other(item: &OtherDoc) -> String {
    format!(
        "{}<pre><code>{}</code></pre>\n",
        prose(&item.doc),
        escaped(&item.source)
    )
}
