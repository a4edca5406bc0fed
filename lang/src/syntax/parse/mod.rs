//! Tokens and text to the tree.
//!
//! The tokens cut a file into items and an item into statements; pest parses each of these alone.
//! So every broken statement is one report and everything else is still in the tree.

mod block;
mod body;
mod expr;
mod foreign;
mod grammar;
mod item;
mod message;
mod operand;
mod order;
mod quick;
mod reader;
mod recover;
mod row;
mod slips;
mod source;
mod state;
mod stmt;
mod table;
mod trial;
mod unknown;
mod word;

use super::ast::{Expr, ExprKind, File};
use super::dialect;
use super::nesting::{self, Nesting};
use super::split;
use super::stream::Stream;
use super::token::lex;
use crate::diag::{Code, Diagnostic, Sink};
use crate::source::{FileId, Span};
use reader::Reader;

/// Nesting that any thread's stack holds; deeper text is parsed on a thread of its own.
const SHALLOW: usize = 24;

/// Stack of that thread. Only the pages that are used take memory.
const DEEP_STACK: usize = 256 << 20;

/// Parses a file. All errors go to `sink`; what did not parse is an error node in the tree, and an
/// item whose header did not parse is left out.
pub fn parse(id: FileId, text: &str, sink: &mut Sink) -> File {
    file(id, text, sink, true)
}

/// As [`parse`], by the grammar alone: plain statements take the long way, too. For tests, which
/// hold the short way to the same tree and the same reports.
pub fn parse_by_grammar(id: FileId, text: &str, sink: &mut Sink) -> File {
    file(id, text, sink, false)
}

fn file(id: FileId, text: &str, sink: &mut Sink, quick: bool) -> File {
    let mut found = Sink::new();
    let tokens = lex(id, text, &mut found);
    let mut stream = Stream::new(id, text, &tokens);
    let nesting = nesting::check(&mut stream, &mut found);
    let items = split::split(&stream, &mut found);
    if let Some(report) = dialect::report(&stream, &items) {
        sink.push(report);
        return File {
            id,
            items: Vec::new(),
        };
    }
    sink.append(found);
    let items = with_stack(&nesting, id, sink, |sink| {
        let mut reader = Reader::new(&stream, sink, quick);
        items
            .iter()
            .filter(|raw| !nesting.is_too_deep(raw.start, raw.end))
            .filter_map(|raw| item::item(&mut reader, raw))
            .collect()
    });
    File {
        id,
        items: items.unwrap_or_default(),
    }
}

/// Parses a single expression, such as the one of `stratc eval`. Gives an error node when there is
/// none.
pub fn parse_expr(id: FileId, text: &str, sink: &mut Sink) -> Expr {
    let tokens = lex(id, text, sink);
    let mut stream = Stream::new(id, text, &tokens);
    let nesting = nesting::check(&mut stream, sink);
    let all = stream.span_of(0, stream.len());
    let nothing = Expr {
        kind: ExprKind::Error,
        span: all,
    };
    if stream.len() == 0 {
        if !sink.has_errors() {
            sink.push(Diagnostic::error(
                Code::Syntax,
                all,
                "expected an expression",
            ));
        }
        return nothing;
    }
    if nesting.is_too_deep(0, stream.len()) {
        return nothing;
    }
    let found = with_stack(&nesting, id, sink, |sink| {
        Reader::new(&stream, sink, false).only_expr(0, stream.len())
    });
    found.flatten().unwrap_or(nothing)
}

/// Runs the recursive part where the stack holds it: here, or on a thread with a large stack.
fn with_stack<T: Send>(
    nesting: &Nesting,
    id: FileId,
    sink: &mut Sink,
    work: impl FnOnce(&mut Sink) -> T + Send,
) -> Option<T> {
    if nesting.depth <= SHALLOW {
        return Some(work(sink));
    }
    let result = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .stack_size(DEEP_STACK)
            .spawn_scoped(scope, || work(&mut *sink));
        thread.ok().and_then(|handle| handle.join().ok())
    });
    if result.is_none() {
        sink.push(Diagnostic::error(
            Code::TooLarge,
            Span::new(id, 0, 0),
            "this file nests too deep for the memory that is left",
        ));
    }
    result
}
