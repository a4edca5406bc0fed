//! Statements.

use super::body::{Lead, Segment};
use super::grammar::Rule;
use super::item::type_name;
use super::operand::unescape;
use super::reader::{Parsed, Reader};
use super::{quick, recover, state};
use crate::diag::suggest::did_you_mean;
use crate::diag::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{
    Domain, EnterStmt, ExitStmt, Expr, ExprKind, Level, NumberUnit, ParamStmt, Side, Stmt, StmtKind,
};
use crate::syntax::keyword::{Keyword, ORDER_WORDS_TO_COME, STATEMENTS_TO_COME};
use crate::syntax::number;
use crate::syntax::token::TokenKind;

/// One statement of an item's body. What does not parse is reported and becomes an error node, or
/// the statement with an error in place of its value where the name is certain.
pub(super) fn stmt(reader: &mut Reader<'_, '_>, item: Keyword, segment: &Segment) -> Stmt {
    let kind = match segment.lead {
        Lead::Statement(Keyword::State) => state::state(reader, segment),
        Lead::Statement(word) => keyword_stmt(reader, word, segment)
            .or_else(|| recover::stmt(reader.stream, word, segment)),
        Lead::Assignment => Some(assignment(reader, segment)),
        Lead::ToCome => {
            to_come(
                reader,
                reader.stream.span(segment.from),
                reader.stream.text_of(segment.from),
            );
            None
        }
        Lead::Item(word) => {
            misplaced_item(reader, word, item, segment);
            None
        }
        Lead::Unknown => {
            unknown(reader, item, segment);
            None
        }
    };
    Stmt {
        doc: reader.stream.doc(segment.from),
        kind: kind.unwrap_or(StmtKind::Error),
        span: reader.stream.span_of(segment.from, segment.to),
    }
}

fn keyword_stmt(reader: &mut Reader<'_, '_>, word: Keyword, segment: &Segment) -> Option<StmtKind> {
    let (from, to) = (segment.from, segment.to);
    if reader.quick
        && let Some(kind) = quick::stmt(reader.stream, word, from, to)
    {
        return Some(kind);
    }
    let simple = |reader: &mut Reader<'_, '_>, rule, make: fn(Expr) -> StmtKind| {
        reader
            .read(rule, from, to, |parsed| parsed.value().map(make))
            .flatten()
    };
    match word {
        Keyword::Timeframe => timeframe(reader, from, to),
        Keyword::Param => param(reader, from, to),
        Keyword::Require => simple(reader, Rule::require_stmt, StmtKind::Require),
        Keyword::Stop => simple(reader, Rule::stop_stmt, |e| StmtKind::Stop(Level::Share(e))),
        Keyword::Flag => reader.read(Rule::flag_stmt, from, to, |parsed| {
            let name = parsed.take(Rule::name)?;
            let name = parsed.build.ident(&name);
            let when = parsed.value()?;
            Some(StmtKind::Flag { name, when })
        })?,
        Keyword::Let => reader.read(Rule::let_stmt, from, to, |parsed| {
            let name = parsed.take(Rule::name)?;
            let name = parsed.build.ident(&name);
            parsed.assign();
            let value = parsed.take(Rule::full_expr)?;
            let value = parsed.build.full_expr(value);
            Some(StmtKind::Let { name, value })
        })?,
        Keyword::Rec => reader.read(Rule::rec_stmt, from, to, |parsed| {
            let name = parsed.take(Rule::name)?;
            let name = parsed.build.ident(&name);
            parsed.assign();
            let seed = parsed.value()?;
            let step = parsed.value()?;
            Some(StmtKind::Rec { name, seed, step })
        })?,
        Keyword::Return => reader.read(Rule::return_stmt, from, to, |parsed| {
            let value = parsed.take(Rule::full_expr)?;
            Some(StmtKind::Return(parsed.build.full_expr(value)))
        })?,
        Keyword::Enter | Keyword::Exit => order(reader, word, from, to),
        _ => None,
    }
}

fn timeframe(reader: &mut Reader<'_, '_>, from: usize, to: usize) -> Option<StmtKind> {
    let (literal, span) = reader.read(Rule::timeframe_stmt, from, to, |parsed| {
        let pair = parsed.take(Rule::duration)?.into_inner().next()?;
        Some((pair.as_str().to_owned(), parsed.build.span(&pair)))
    })??;
    match number::read(&literal) {
        Ok(duration) if duration.unit == NumberUnit::Duration => Some(StmtKind::Timeframe {
            text: literal,
            seconds: duration.value,
            span,
        }),
        _ => {
            reader.sink.push(
                Diagnostic::error(
                    Code::Syntax,
                    span,
                    format!("expected a duration after `timeframe`, found `{literal}`"),
                )
                .hint("a duration has a unit: `15m`, `1h`, `1d`"),
            );
            None
        }
    }
}

fn param(reader: &mut Reader<'_, '_>, from: usize, to: usize) -> Option<StmtKind> {
    reader.read(Rule::param_stmt, from, to, |parsed| {
        let name = parsed.take(Rule::name)?;
        let name = parsed.build.ident(&name);
        let mut ty = None;
        let mut default = None;
        let mut found = None;
        while let Some(pair) = parsed.pairs.next() {
            match pair.as_rule() {
                Rule::type_tail => ty = type_name(parsed, pair),
                Rule::assign => parsed.check_assign(&pair),
                Rule::else_chain => default = Some(parsed.build.else_chain(pair)),
                Rule::domain => found = domain(parsed, pair),
                _ => {}
            }
        }
        Some(StmtKind::Param(ParamStmt {
            name,
            ty,
            default: default?,
            domain: found,
        }))
    })?
}

fn domain(parsed: &mut Parsed<'_, '_>, pair: pest::iterators::Pair<'_, Rule>) -> Option<Domain> {
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::domain_list => {
                let span = parsed.build.span(&part);
                let values = part
                    .into_inner()
                    .filter(|p| p.as_rule() == Rule::else_chain)
                    .map(|p| parsed.build.else_chain(p))
                    .collect();
                return Some(Domain::List(values, span));
            }
            Rule::domain_range => {
                let mut ends = part
                    .into_inner()
                    .filter(|p| p.as_rule() == Rule::sum)
                    .map(|p| parsed.build.sum(p));
                return Some(Domain::Range {
                    lo: ends.next()?,
                    hi: ends.next()?,
                    step: ends.next(),
                });
            }
            _ => {}
        }
    }
    None
}

/// `enter` and `exit`.
fn order(reader: &mut Reader<'_, '_>, word: Keyword, from: usize, to: usize) -> Option<StmtKind> {
    if let Some(at) = order_to_come(reader, word, from, to) {
        let what = match reader.stream.kind(at) {
            Some(TokenKind::LBrace) => "the legs of an order",
            Some(TokenKind::Keyword(Keyword::All)) => "exit all",
            _ => reader.stream.text_of(at),
        };
        let span = reader.stream.span(at);
        to_come(reader, span, what);
        return None;
    }
    let rule = match word {
        Keyword::Enter => Rule::enter_stmt,
        _ => Rule::exit_stmt,
    };
    reader.read(rule, from, to, |parsed| {
        let mut side = Side::Long;
        let mut tag = None;
        let mut when = None;
        for pair in parsed.pairs.by_ref() {
            match pair.as_rule() {
                Rule::side if pair.as_str() == "short" => side = Side::Short,
                Rule::string => {
                    tag = Some((unescape(pair.as_str()), parsed.build.span(&pair)));
                }
                Rule::else_chain => when = Some(parsed.build.else_chain(pair)),
                _ => {}
            }
        }
        let when = when?;
        Some(match word {
            Keyword::Enter => StmtKind::Enter(EnterStmt {
                side,
                tag,
                legs: Vec::new(),
                clauses: Vec::new(),
                when,
            }),
            _ => StmtKind::Exit(ExitStmt {
                all: false,
                portion: None,
                tag,
                clauses: Vec::new(),
                when,
            }),
        })
    })?
}

/// The first token before `when` that belongs to an order nothing executes yet.
fn order_to_come(reader: &Reader<'_, '_>, word: Keyword, from: usize, to: usize) -> Option<usize> {
    let stream = reader.stream;
    let mut at = from + 1;
    while at < to && stream.keyword(at) != Some(Keyword::When) {
        let is_to_come = match stream.kind(at) {
            Some(TokenKind::Name) => ORDER_WORDS_TO_COME.contains(&stream.text_of(at)),
            Some(TokenKind::LBrace) => word == Keyword::Enter,
            Some(TokenKind::Keyword(Keyword::Stop)) => true,
            Some(TokenKind::Keyword(Keyword::All)) => {
                word == Keyword::Exit && stream.keyword(at + 1) == Some(Keyword::When)
            }
            _ => false,
        };
        if is_to_come {
            return Some(at);
        }
        at = stream.after_group(at);
    }
    None
}

fn to_come(reader: &mut Reader<'_, '_>, span: Span, what: &str) {
    let subject = if what.starts_with("the ") {
        format!("{what} are")
    } else {
        format!("`{what}` is")
    };
    reader.sink.push(Diagnostic::error(
        Code::NotExecutable,
        span,
        format!("{subject} part of the language's design and not executed yet"),
    ));
}

/// `x = e` where `let x = e` was meant.
fn assignment(reader: &mut Reader<'_, '_>, segment: &Segment) -> StmtKind {
    let name = recover::ident(reader.stream, segment.from);
    let start = Span::new(name.span.file, name.span.start, name.span.start);
    reader.sink.push(
        Diagnostic::error(
            Code::Syntax,
            name.span,
            format!(
                "a new name begins with `let`, as in `let {} = …`",
                name.name
            ),
        )
        .fix("write `let`", vec![(start, "let ".to_owned())]),
    );
    let value = if segment.from + 2 < segment.to {
        reader.only_expr(segment.from + 2, segment.to)
    } else {
        None
    };
    let value = value.unwrap_or(Expr {
        kind: ExprKind::Error,
        span: reader.stream.span_of(segment.from, segment.to),
    });
    StmtKind::Let { name, value }
}

fn misplaced_item(reader: &mut Reader<'_, '_>, word: Keyword, item: Keyword, segment: &Segment) {
    let message = format!(
        "a `{}` cannot stand inside a `{}`",
        word.text(),
        item.text()
    );
    reader.sink.push(
        Diagnostic::error(Code::Syntax, reader.stream.span(segment.from), message)
            .hint("close the braces of the item before it, or move it out"),
    );
}

/// Text where a statement should begin.
fn unknown(reader: &mut Reader<'_, '_>, item: Keyword, segment: &Segment) {
    let stream = reader.stream;
    if stream.any_broken(segment.from, segment.to) {
        return;
    }
    let text = stream.text_of(segment.from);
    let span = stream.span(segment.from);
    let report = |message: String| Diagnostic::error(Code::Syntax, span, message);
    let is_fn = item == Keyword::Fn;
    let statements: &[&str] = if is_fn {
        &["let", "rec", "state", "return"]
    } else {
        &[
            "timeframe",
            "param",
            "require",
            "flag",
            "let",
            "rec",
            "state",
            "enter",
            "exit",
            "stop",
        ]
    };
    let is_name = stream.kind(segment.from) == Some(TokenKind::Name);
    let meant = did_you_mean(text, statements.iter().chain(STATEMENTS_TO_COME).copied());
    let foreign = match text {
        "buy" => Some("enter long when …"),
        "sell" => Some("enter short when …` or `exit when …"),
        "short" => Some("enter short when …"),
        "long" | "entry" => Some("enter long when …"),
        "def" | "function" | "func" => Some("fn"),
        "var" | "const" | "val" | "auto" | "double" | "float" | "int" => Some("let"),
        "input" => Some("param"),
        "for" | "while" => None,
        _ => None,
    };
    let report = match (stream.keyword(segment.from), meant, foreign) {
        _ if stream.kind(segment.from).is_some_and(TokenKind::opens) && !is_name => {
            report(format!("expected a statement, found `{text}`"))
                .hint("a statement begins with its keyword")
        }
        (Some(Keyword::If), ..) => {
            report("`if` chooses a value and begins no statement".to_owned())
                .hint("write `let x = if … then … else …`")
        }
        (_, Some(word), _) if is_name => {
            report(format!("`{text}` begins no statement")).hint(format!("did you mean `{word}`?"))
        }
        (_, _, Some(form)) if is_name => {
            report(format!("`{text}` begins no statement")).hint(format!("write `{form}`"))
        }
        _ if is_fn && is_name => report(format!("`{text}` begins no statement"))
            .hint("the value of a `fn` follows `return`"),
        _ if is_name => report(format!("`{text}` begins no statement")).hint(
            "statements begin with `let`, `param`, `enter`, `exit`, `stop`, `rec`, `state`, \
             `timeframe`, `require` or `flag`",
        ),
        _ => report(format!("expected a statement, found `{text}`"))
            .hint("a statement begins with its keyword"),
    };
    reader.sink.push(report);
}
