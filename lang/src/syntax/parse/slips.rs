//! Slips that are seen in the tokens of a statement before the grammar reads it: operators and
//! words of other languages, and lines that would merge with the one before.

use super::grammar::Rule;
use crate::diag::{Certainty, Code, Diagnostic, Sink};
use crate::source::Span;
use crate::syntax::keyword::Keyword;
use crate::syntax::stream::Stream;
use crate::syntax::token::TokenKind;

/// What was found in a range.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Whether the grammar cannot read the range; the reason is reported.
    pub is_fatal: bool,
    /// Offsets of brackets that were reported as merging two conditions, in order.
    pub merged: Vec<u32>,
}

/// Looks through tokens `from..to`, which `rule` is going to read.
pub(super) fn look(
    stream: &Stream<'_>,
    rule: Rule,
    from: usize,
    to: usize,
    sink: &mut Sink,
) -> Found {
    let mut found = Found {
        is_fatal: stream.any_broken(from, to),
        merged: Vec::new(),
    };
    let has_arrow = matches!(
        rule,
        Rule::ladder_rows | Rule::route_row | Rule::override_stmt | Rule::limit_row
    );
    // For each open bracket whether it is the brace of a condition list.
    let mut lists: Vec<bool> = Vec::new();
    for at in from..to {
        let Some(kind) = stream.kind(at) else { break };
        if at > from && lists.last() == Some(&true) && merges(stream, at, kind) {
            sink.push(merged(stream, at, kind));
            found.merged.push(stream.span(at).start);
        }
        if kind.opens() {
            let is_list = kind == TokenKind::LBrace
                && at > from
                && matches!(stream.keyword(at - 1), Some(Keyword::All | Keyword::Any));
            lists.push(is_list);
        } else if kind.closes() {
            lists.pop();
        }
        let is_thin = kind == TokenKind::Minus
            && stream.kind(at + 1) == Some(TokenKind::Gt)
            && stream.touches(at + 1);
        if is_thin && has_arrow && lists.is_empty() {
            let span = stream.span(at).to(stream.span(at + 1));
            found.is_fatal = true;
            sink.push(
                Diagnostic::error(
                    Code::ForeignOperator,
                    span,
                    "a row is written with `=>`, not `->`",
                )
                .fix("write `=>`", vec![(span, "=>".to_owned())]),
            );
        }
        if kind == TokenKind::FatArrow && has_arrow && lists.is_empty() {
            continue;
        }
        if let Some(report) = slip(stream, at, from, to, kind, &mut found.is_fatal) {
            sink.push(report);
        }
    }
    found
}

/// Whether a token of a condition list would silently go on with the condition before it, or could
/// be read so: `+` and `-` first on their line; a bracket anywhere, unless it may be a call's or an
/// index's (the tree builder judges those of one line).
fn merges(stream: &Stream<'_>, at: usize, kind: TokenKind) -> bool {
    let before = stream.kind_before(at);
    if at == 0 || !stream.ends_expression(at - 1) {
        return false;
    }
    match kind {
        TokenKind::Plus | TokenKind::Minus => stream.after_line_end(at),
        TokenKind::LParen => {
            stream.after_line_end(at) || before != Some(TokenKind::Name) || is_method(stream, at)
        }
        TokenKind::LBracket => stream.after_line_end(at),
        _ => false,
    }
}

/// Whether a bracket touches a field, as in `x.upper(3)`: no call, and no condition of its own.
fn is_method(stream: &Stream<'_>, at: usize) -> bool {
    at >= 2
        && stream.kind(at) == Some(TokenKind::LParen)
        && stream.kind(at - 2) == Some(TokenKind::Dot)
        && !stream.after_line_end(at)
}

/// Whether a token goes on with the expression before it once nothing stands between them.
fn merges_when_joined(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Plus | TokenKind::Minus | TokenKind::LParen | TokenKind::LBracket
    )
}

fn merged(stream: &Stream<'_>, at: usize, kind: TokenKind) -> Diagnostic {
    let symbol = stream.text_of(at);
    if is_method(stream, at) {
        let field = stream.text_of(at - 1);
        return Diagnostic::error(
            Code::Syntax,
            stream.span(at - 1),
            format!("a value has no methods, such as `{field}`"),
        )
        .hint(format!("a function takes the value first: `{field}(x, …)`"));
    }
    let report = Diagnostic::error(
        Code::MergedCondition,
        stream.span(at),
        format!("a condition that begins with `{symbol}` would continue the condition before"),
    );
    match kind {
        TokenKind::Plus | TokenKind::Minus => report.hint(format!(
            "to continue the line before, end that line with `{symbol}`; to begin a condition, turn the comparison round or name the value with `let`"
        )),
        _ => report.hint(
            "begin the condition with a name: turn the comparison round or name the value with `let`",
        ),
    }
}

/// One slip, and whether it keeps the grammar from reading on.
fn slip(
    stream: &Stream<'_>,
    at: usize,
    from: usize,
    to: usize,
    kind: TokenKind,
    is_fatal: &mut bool,
) -> Option<Diagnostic> {
    let span = stream.span(at);
    let text = stream.text_of(at);
    let before = if at > from {
        stream.kind_before(at)
    } else {
        None
    };
    let after = if at + 1 < to {
        stream.kind(at + 1)
    } else {
        None
    };
    let is_after_value = at > from && stream.ends_expression(at - 1);
    let foreign = |message: String| Diagnostic::error(Code::ForeignOperator, span, message);
    let replace = |title: &str, with: &str| (title.to_owned(), vec![(span, with.to_owned())]);
    match kind {
        TokenKind::Semicolon if before == Some(TokenKind::Semicolon) => None,
        TokenKind::Semicolon => {
            let mut last = at;
            while last + 1 < to && stream.kind(last + 1) == Some(TokenKind::Semicolon) {
                last += 1;
            }
            let run = stream.span_of(at, last + 1);
            let report =
                Diagnostic::error(Code::ForeignOperator, run, "statements end without `;`");
            let next = last + 1;
            // What follows must not become part of what stands before.
            let would_merge = next < to && stream.kind(next).is_some_and(merges_when_joined);
            let touches = next < to && stream.touches(next);
            let gap = if touches { " " } else { "" };
            Some(if would_merge {
                report.hint("begin the next statement or condition on a line of its own")
            } else {
                report.fix("remove it", vec![(run, gap.to_owned())])
            })
        }
        TokenKind::Foreign => {
            // The grammar reads these with the meaning they were meant to have.
            let binary = is_after_value;
            let is_read = match text {
                "&&" | "||" => binary,
                ":=" => true,
                "!" => !binary && !matches!(before, Some(TokenKind::Minus)),
                _ => false,
            };
            if is_read {
                return None;
            }
            *is_fatal = true;
            Some(unread_operator(stream, at, before, after))
        }
        TokenKind::FatArrow => {
            *is_fatal = true;
            let (title, edits) = replace("write `>=`", ">=");
            Some(
                foreign("`=>` is no comparison; at least is written `>=`".to_owned())
                    .suggest(title, edits),
            )
        }
        TokenKind::Colon
            if matches!(
                before,
                Some(TokenKind::Keyword(
                    Keyword::Else | Keyword::Then | Keyword::When
                ))
            ) && !matches!(
                // `{ then: x }` names a field.
                stream.kind_before(at - 1),
                Some(TokenKind::LBrace | TokenKind::Comma)
            ) =>
        {
            *is_fatal = true;
            let (title, edits) = replace("remove the colon", "");
            let word = stream.text_of(at - 1);
            Some(
                Diagnostic::error(
                    Code::Syntax,
                    span,
                    format!("no colon stands after `{word}`"),
                )
                .fix(title, edits),
            )
        }
        TokenKind::Name if is_after_value => {
            if matches!(text, "elif" | "elsif" | "elseif") {
                *is_fatal = true;
                let (title, edits) = replace("write `else if`", "else if");
                return Some(
                    Diagnostic::error(Code::Syntax, span, format!("`{text}` is written `else if`"))
                        .fix(title, edits),
                );
            }
            None
        }
        _ => None,
    }
}

/// An operator of another language that has no place in the grammar.
fn unread_operator(
    stream: &Stream<'_>,
    at: usize,
    before: Option<TokenKind>,
    after: Option<TokenKind>,
) -> Diagnostic {
    let span = stream.span(at);
    let text = stream.text_of(at);
    let report = |message: &str| Diagnostic::error(Code::ForeignOperator, span, message);
    let put = |report: Diagnostic, with: &str| {
        // A word needs space where a sign did not.
        let is_word = with.starts_with(|c: char| c.is_ascii_alphabetic());
        let space = |touches: bool| if is_word && touches { " " } else { "" };
        let left = space(stream.touches(at));
        let right = space(stream.touches(at + 1));
        report.fix(
            format!("write `{with}`"),
            vec![(span, format!("{left}{with}{right}"))],
        )
    };
    match text {
        "%" => {
            let begins_value = !stream.after_line_end(at + 1)
                && after.is_some_and(|kind| {
                    matches!(
                        kind,
                        TokenKind::Name | TokenKind::Number | TokenKind::LParen
                    )
                });
            if before == Some(TokenKind::Number) && !begins_value {
                let gap = Span::new(span.file, stream.span(at - 1).end, span.start);
                report("the `%` of a percentage touches its number")
                    .fix("remove the space", vec![(gap, String::new())])
            } else if begins_value {
                let mut report = put(
                    report("the remainder of a division is written `mod`"),
                    "mod",
                );
                // `98 % x` may be a percentage that lost its operator.
                if before == Some(TokenKind::Number)
                    && let Some(fix) = &mut report.fix
                {
                    fix.certainty = Certainty::Possible;
                }
                report
            } else {
                report("`%` belongs to a number, as in `98%`")
                    .hint("multiply by 1% for a value in percent")
            }
        }
        "===" => put(report("`===` is written `==`"), "=="),
        "!==" => put(report("`!==` is written `!=`"), "!="),
        "<>" => put(report("`<>` is written `!=`"), "!="),
        "=<" => put(report("`=<` is written `<=`"), "<="),
        "&" => put(report("`&` is written `and`"), "and"),
        "|" => put(report("`|` is written `or`"), "or"),
        "&&" => put(report("`&&` is written `and`"), "and"),
        "||" => put(report("`||` is written `or`"), "or"),
        "~" => report("`~` is no operator").hint("the opposite of a condition is `not`"),
        "!" => report("`!` is written `not`")
            .hint("`not` stands before a whole comparison, not inside arithmetic"),
        "**" | "^" => report("this operator is not part of the language")
            .hint("powers are written `pow(x, 2)`"),
        "?" => report("`?` is no operator").hint("write `if … then … else …`"),
        "++" | "+=" | "-=" | "*=" | "/=" => report("a name keeps its value within a bar")
            .hint("a value that builds on the bar before is a `rec`: `rec y = 0 then y[1] + 1`"),
        "/*" => report("comments begin with `//` and end with the line"),
        _ => report("this operator is not part of the language"),
    }
}
