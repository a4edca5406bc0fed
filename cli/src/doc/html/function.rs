//! A function as HTML.

use std::fmt::Write as _;

use super::Anchors;
use super::source::source;
use super::text::{code, escaped, prose};
use crate::doc::chart::{Samples, chart};
use crate::doc::markdown::settled;
use crate::doc::model::{FunctionDoc, OutputDoc};
use crate::doc::parts::first_example;

/// What the page knows beside the function.
pub struct Around<'a> {
    /// Where functions are described.
    pub anchors: &'a Anchors,
    /// What charts are drawn over.
    pub samples: &'a Samples,
    /// The file that declares the function, where it is not of the library.
    pub beside: Option<(&'a str, &'a str)>,
}

/// Signature, documentation, chart, what the compiler knows, source.
pub fn function(item: &FunctionDoc, around: &Around<'_>) -> String {
    let mut out = format!(
        "<pre class=\"signature\"><code>{}</code></pre>\n<div class=\"doc\">{}</div>\n",
        escaped(&item.signature),
        prose(&item.doc)
    );
    out.push_str(&drawn(item, around));
    if !item.outputs.is_empty() {
        known(&item.outputs, &mut out);
    }
    out.push_str(&source(&item.source, &item.name, around.anchors));
    out
}

/// The call and its chart, or why it has none.
fn drawn(item: &FunctionDoc, around: &Around<'_>) -> String {
    let Some(call) = &item.call else {
        return "<p class=\"facts\">No chart: no call of it could be made up.</p>\n".to_owned();
    };
    let documented = first_example(&item.doc);
    let chart = chart(
        &item.name,
        call,
        documented.as_ref(),
        around.beside,
        around.samples,
    );
    match chart {
        Ok(figure) => format!("<p class=\"call\">{}</p>\n{figure}", code(&call.text)),
        Err(why) => format!("<p class=\"facts\">{}</p>\n", super::text::inline(&why)),
    }
}

/// The table of what the compiler knows of each output.
fn known(outputs: &[OutputDoc], out: &mut String) {
    let settles = outputs.iter().any(|output| output.settling.is_some());
    let named = outputs.iter().any(|output| !output.name.is_empty());
    out.push_str("<table class=\"known\"><thead><tr>");
    let first = named.then_some("output");
    let last = settles.then_some("settled after");
    let titles = first
        .into_iter()
        .chain(["lookback", "unit", "range"])
        .chain(last);
    for title in titles {
        let _ = write!(out, "<th>{title}</th>");
    }
    out.push_str("</tr></thead><tbody>\n");
    let coded = |text: &str| match text {
        "" => String::new(),
        text => code(text),
    };
    for output in outputs {
        out.push_str("<tr>");
        if named {
            let _ = write!(out, "<td>{}</td>", coded(&output.name));
        }
        let _ = write!(
            out,
            "<td>{}</td><td>{}</td><td>{}</td>",
            code(&output.lookback),
            escaped(&output.unit),
            coded(&output.range)
        );
        if settles {
            let text = output.settling.map_or_else(String::new, settled);
            let _ = write!(out, "<td>{text}</td>");
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody></table>\n");
}
