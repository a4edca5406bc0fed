//! `// allow W0601: why`: lints that the source silences, each with a reason.
//!
//! On a line of its own an `allow` covers the statement or the item that begins after it, or, where
//! neither begins there, the next line of code. Behind code it covers that line. What it covers is a
//! matter of where a report begins. Errors are never silenced, and neither are the two lints that
//! keep this tidy: an `allow` without a reason (W0607), an `allow` that silences nothing (W0608).

use std::collections::HashMap;

use crate::diag::{Code, Diagnostic, Severity, Sink, suggest};
use crate::source::{FileId, Span};
use crate::syntax::visit::stmts_of_file;
use crate::syntax::{Token, TokenKind, ast, lex};

/// One code of an `allow`.
struct Allowed<'t> {
    /// As written.
    text: &'t str,
    span: Span,
    /// The warning that it names, if it names one that can be silenced.
    code: Option<Code>,
    used: bool,
}

/// One comment that silences.
struct Allow<'t> {
    comment: Span,
    /// From the word to the last code.
    span: Span,
    codes: Vec<Allowed<'t>>,
    /// What stands behind the codes, without a colon; empty where there is nothing.
    rest: &'t str,
    has_reason: bool,
    /// Reports that begin here are covered.
    covered: (u32, u32),
}

/// Everything found in a check of `text`, without what its comments silence.
pub(super) fn silence(text: &str, file: &ast::File, sink: Sink) -> Vec<Diagnostic> {
    let has_errors = sink.has_errors();
    let is_complete = !sink.is_full();
    let found = sink.into_sorted();
    // Most files silence nothing, and need no second look at their tokens.
    if !text.contains("allow") {
        return found;
    }
    let mut allows = allows(text, file);
    let mut kept = Sink::new();
    let (ours, others): (Vec<Diagnostic>, _) = (found.into_iter())
        .partition(|d| d.severity == Severity::Warning && d.span.file == file.id);
    others.into_iter().for_each(|other| kept.push(other));
    // The reports are sorted by their beginning.
    let mut silenced = vec![false; ours.len()];
    for allow in &mut allows {
        let (from, to) = allow.covered;
        let first = ours.partition_point(|d| d.span.start < from);
        let end = ours.partition_point(|d| d.span.start < to).max(first);
        for (at, report) in ours.iter().enumerate().take(end).skip(first) {
            for allowed in &mut allow.codes {
                if allowed.code == Some(report.code) {
                    allowed.used = true;
                    if let Some(silenced) = silenced.get_mut(at) {
                        *silenced = true;
                    }
                }
            }
        }
    }
    let ours = ours.into_iter().zip(silenced);
    let ours: Vec<Diagnostic> = ours
        .filter_map(|(report, silenced)| (!silenced).then_some(report))
        .collect();
    ours.iter().for_each(|report| kept.push(report.clone()));
    for allow in &allows {
        if kept.is_full() {
            break;
        }
        if !allow.has_reason {
            kept.push(without_reason(allow));
        }
        for allowed in &allow.codes {
            // Where there are errors, or too many reports, lints may be missing.
            let is_known = allowed.code.is_some();
            if !allowed.used && (!is_known || (!has_errors && is_complete)) {
                kept.push(useless(allow, allowed, &ours, text));
            }
        }
    }
    kept.into_sorted()
}

/// The comments of a text that silence.
fn allows<'t>(text: &'t str, file: &ast::File) -> Vec<Allow<'t>> {
    let tokens = lex(file.id, text, &mut Sink::new());
    let mut wholes: HashMap<u32, u32> = HashMap::new();
    let items = file.items.iter().map(|item| item.span);
    for span in items.chain(stmts_of_file(file).iter().map(|stmt| stmt.span)) {
        let end = wholes.entry(span.start).or_insert(span.end);
        *end = span.end.max(*end);
    }
    let mut found = Vec::new();
    // From the last token on, so that the code after a comment is known.
    let mut next_code: Option<Span> = None;
    // What comments before it cover, once one of them asked.
    let mut after: Option<(u32, u32)> = None;
    for (at, token) in tokens.iter().enumerate().rev() {
        if !token.kind.is_comment() {
            next_code = Some(token.span);
            after = None;
            continue;
        }
        if token.kind != TokenKind::Comment {
            continue;
        }
        let before = at.checked_sub(1).and_then(|i| tokens.get(i));
        let line = line_around(text, token.span.start, before);
        let covered = match (line, next_code) {
            (Some(line), _) => line,
            (None, Some(code)) => *after.get_or_insert_with(|| {
                let whole = wholes.get(&code.start).copied();
                let end = whole.unwrap_or_else(|| line_end(text, code.start));
                (code.start, end)
            }),
            (None, None) => (0, 0),
        };
        found.extend(read(text, file.id, *token, covered));
    }
    found.reverse();
    found
}

/// The part of a comment's line in front of it, where code stands there.
fn line_around(text: &str, start: u32, before: Option<&Token>) -> Option<(u32, u32)> {
    let head = text.get(..start as usize)?;
    let line = head.rfind('\n').map_or(0, |at| at + 1);
    let line = u32::try_from(line).ok()?;
    let before = before.filter(|token| token.span.end > line)?;
    (!before.kind.is_comment()).then_some((line, start))
}

fn line_end(text: &str, from: u32) -> u32 {
    let rest = text.get(from as usize..).unwrap_or_default();
    let length = rest.find('\n').unwrap_or(rest.len());
    from.saturating_add(u32::try_from(length).unwrap_or(u32::MAX))
}

/// The `allow` that a comment is, if it is one.
fn read<'t>(text: &'t str, file: FileId, token: Token, covered: (u32, u32)) -> Option<Allow<'t>> {
    let comment = token.text(text);
    let words = comment.strip_prefix("//")?.trim_start();
    let place = |rest: &str| {
        let before = comment.len() - rest.len();
        token.span.start + u32::try_from(before).unwrap_or(0)
    };
    let start = place(words);
    let mut rest = words.strip_prefix("allow")?;
    if !rest.starts_with([' ', '\t']) {
        return None;
    }
    let mut codes = Vec::new();
    let mut end = start;
    loop {
        let from = rest.trim_start_matches([' ', '\t', ',']);
        let length = from
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(from.len());
        let (word, behind) = from.split_at(length);
        if !reads_as_code(word) {
            break;
        }
        end = place(behind);
        rest = behind;
        let code = Code::from_text(word).filter(|code| {
            let is_of_allows = matches!(code, Code::AllowWithoutReason | Code::UselessAllow);
            code.is_warning() && !is_of_allows && code.text() == word
        });
        codes.push(Allowed {
            text: word,
            span: Span::new(file, place(from), end),
            code,
            used: false,
        });
    }
    if codes.is_empty() {
        return None;
    }
    let rest = rest.trim();
    let reason = rest.strip_prefix(':').map(str::trim);
    Some(Allow {
        comment: token.span,
        span: Span::new(file, start, end),
        codes,
        rest: rest.trim_start_matches(':'),
        has_reason: reason.is_some_and(|reason| !reason.is_empty()),
        covered,
    })
}

/// `W0601`, and what someone may have written for it. Other comments may well begin with "allow".
fn reads_as_code(word: &str) -> bool {
    let digits = word.strip_prefix(['W', 'w', 'E', 'e']);
    digits.is_some_and(|d| d.len() >= 3 && d.bytes().all(|b| b.is_ascii_digit()))
}

fn without_reason(allow: &Allow<'_>) -> Diagnostic {
    let report = Diagnostic::warning(
        Code::AllowWithoutReason,
        allow.span,
        "this `allow` does not say why",
    );
    let first = allow.codes.first().map_or("W0601", |allowed| allowed.text);
    if allow.rest.is_empty() {
        report.hint(format!(
            "the reason stands behind a colon, as in `// allow {first}: kept for the next version`"
        ))
    } else {
        let end = Span::new(allow.span.file, allow.span.end, allow.span.end);
        report
            .hint("a colon stands before the reason")
            .fix("write a colon", vec![(end, ":".to_owned())])
    }
}

fn useless(
    allow: &Allow<'_>,
    allowed: &Allowed<'_>,
    left: &[Diagnostic],
    text: &str,
) -> Diagnostic {
    let report = |message: String| Diagnostic::warning(Code::UselessAllow, allowed.span, message);
    let Some(code) = allowed.code else {
        return unknown(allowed, report);
    };
    let report = report(format!(
        "no {code} is reported here, so this silences nothing"
    ));
    let stray = left.iter().find(|other| other.code == code);
    match stray {
        Some(stray) => report.related(stray.span, "this one it does not cover").hint(
            "an `allow` stands directly before the statement or item, or at the end of the line",
        ),
        None if allow.codes.len() == 1 => report.suggest(
            "remove the comment",
            vec![(whole_comment(allow.comment, text), String::new())],
        ),
        None => report,
    }
}

/// The report about a code that no warning has.
fn unknown(allowed: &Allowed<'_>, report: impl Fn(String) -> Diagnostic) -> Diagnostic {
    let written = allowed.text;
    match Code::from_text(written) {
        Some(code) if !code.is_warning() => {
            report(format!("{code} is an error, and errors cannot be silenced"))
        }
        Some(code) if code.text() == written => report(format!(
            "{code} is about `allow` itself and cannot be silenced"
        )),
        _ => {
            let report = report(format!("there is no warning `{written}`"));
            let lints = Code::ALL.iter().filter(|code| code.is_warning());
            match suggest::did_you_mean(written, lints.map(|code| code.text())) {
                Some(near) => report.did_you_mean(allowed.span, written, near),
                None => report.hint("`stratc explain` lists all of them"),
            }
        }
    }
}

/// A comment with the white space before it, and with its line where nothing else stands there.
fn whole_comment(comment: Span, text: &str) -> Span {
    let head = text.get(..comment.start as usize).unwrap_or_default();
    let code = head.trim_end_matches([' ', '\t']);
    let start = u32::try_from(code.len()).unwrap_or(comment.start);
    let is_alone = code.is_empty() || code.ends_with('\n');
    let end = line_end(text, comment.end);
    let has_end = text.as_bytes().get(end as usize) == Some(&b'\n');
    let end = if is_alone && has_end {
        end + 1
    } else {
        comment.end
    };
    Span::new(comment.file, start, end)
}
