//! Source as HTML: words of the language, numbers, texts and comments marked, and functions that
//! the page describes linked.

use std::fmt::Write as _;

use strat_lang::diag::Sink;
use strat_lang::source::SourceMap;
use strat_lang::syntax::{TokenKind, lex};

use super::Anchors;
use super::text::escaped;

/// The source, collapsed.
pub fn source(text: &str, own: &str, anchors: &Anchors) -> String {
    format!(
        "<details><summary>Source</summary><pre><code>{}</code></pre></details>\n",
        marked(text, own, anchors)
    )
}

/// The source of the function `own` with its tokens marked.
fn marked(text: &str, own: &str, anchors: &Anchors) -> String {
    let file = SourceMap::new().add(String::new(), text.to_owned());
    let tokens = lex(file, text, &mut Sink::new());
    let mut out = String::new();
    let mut done = 0;
    for (at, token) in tokens.iter().enumerate() {
        let word = escaped(token.text(text));
        let start = token.span.start as usize;
        out.push_str(&escaped(text.get(done..start).unwrap_or_default()));
        done = token.span.end as usize;
        let is_call = (tokens.get(at + 1)).is_some_and(|next| next.kind == TokenKind::LParen);
        let class = match token.kind {
            TokenKind::Comment | TokenKind::Doc => "c",
            TokenKind::Keyword(_) => "w",
            TokenKind::Number => "n",
            TokenKind::Str => "t",
            TokenKind::Name if is_call => match anchors.get(token.text(text)) {
                Some(anchor) if token.text(text) != own => {
                    let _ = write!(out, "<a href=\"#{}\">{word}</a>", escaped(anchor));
                    continue;
                }
                _ => "",
            },
            _ => "",
        };
        let _ = match class {
            "" => write!(out, "{word}"),
            class => write!(out, "<i class=\"{class}\">{word}</i>"),
        };
    }
    out.push_str(&escaped(text.get(done..).unwrap_or_default()));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_and_calls_are_linked() {
        let anchors = Anchors::from([("sma".to_owned(), "sma".to_owned())]);
        let text = "fn f(x) {\n    // a < b\n    return sma(x, 2) & ü\n}";
        assert_eq!(
            marked(text, "f", &anchors),
            "<i class=\"w\">fn</i> f(x) {\n    <i class=\"c\">// a &lt; b</i>\n    <i class=\"w\">return</i> <a href=\"#sma\">sma</a>(x, <i class=\"n\">2</i>) &amp; ü\n}"
        );
    }
}
