//! Where a fault is shown. A function that is right by itself may be wrong for the arguments of a
//! call; then the fault is the call's, and it is shown at the argument that the user wrote there.

use std::collections::BTreeSet;

use super::Checker;
use crate::diag::{Code, Diagnostic, Severity};
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, FnItem, PostOp, StateSeeds, StateStep, StmtKind};
use crate::syntax::visit::{each_expr, exprs_of_stmt};

/// Longest piece of the user's text that a hint repeats, in bytes.
const MOST_WORDS: usize = 40;

/// A call that is being inlined.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) def: usize,
    /// Where it is called.
    pub(super) call: Span,
    /// Where each argument is written; a default has no place.
    pub(super) args: Vec<Option<Span>>,
}

impl<'t> Checker<'t, '_> {
    /// Begins the inlining of a call.
    pub(super) fn enter(&mut self, frame: Frame) {
        if self.calls.is_empty() {
            self.call_failed = false;
        }
        self.calls.push(frame);
    }

    /// Ends it.
    pub(super) fn leave(&mut self) {
        self.calls.pop();
    }

    /// Reports; what lies inside a call is shown where the user caused it, once per call.
    pub(super) fn report(&mut self, mut diagnostic: Diagnostic) {
        // Nodes are no longer what they say.
        if self.builder.outgrown.is_some() {
            return;
        }
        if self.muted > 0 {
            self.incomplete |= diagnostic.severity == Severity::Error;
            return;
        }
        let Some(outermost) = self.calls.first() else {
            self.sink.push(diagnostic);
            return;
        };
        if std::mem::replace(&mut self.call_failed, true) {
            return;
        }
        let name = &self.program.fns[outermost.def].item.name.name;
        diagnostic.message = format!("in `{name}`: {}", diagnostic.message);
        diagnostic.label.clear();
        diagnostic.fix = None;
        let is_library = |span: Span| {
            self.calls.iter().any(|f| {
                self.program.is_library(f.def)
                    && self.program.fns[f.def].item.name.span.file == span.file
            })
        };
        diagnostic.related.retain(|r| !is_library(r.span));
        let mut inside = None;
        let mut span = diagnostic.span;
        for frame in self.calls.iter().rev() {
            if inside.is_none() && !self.program.is_library(frame.def) {
                inside = Some(span);
            }
            let item = self.program.fns[frame.def].item;
            let behind = params_behind(item, span);
            let mut behind = behind.iter();
            span = match (behind.next(), behind.next()) {
                (Some(p), None) => frame.args.get(*p).copied().flatten(),
                _ => None,
            }
            .unwrap_or(frame.call);
        }
        diagnostic.span = span;
        if let Some(inside) = inside {
            diagnostic = diagnostic.related(inside, "this is where it does not fit");
        }
        self.sink.push(diagnostic);
    }

    pub(super) fn error(&mut self, code: Code, span: Span, message: impl Into<String>) {
        self.report(Diagnostic::error(code, span, message));
    }

    /// Notes that something reported elsewhere is missing here.
    pub(super) fn silent(&mut self) -> super::Value {
        self.incomplete = true;
        super::Value::Error
    }

    /// The user's own text of a place, to be repeated in a hint: where it is short, and is theirs.
    pub(super) fn words(&self, span: Span) -> Option<&'t str> {
        if !self.calls.is_empty() {
            return None;
        }
        let text = self.program.map.slice(span);
        (!text.is_empty() && text.len() <= MOST_WORDS && !text.contains('\n')).then_some(text)
    }

    /// The user's text of a side of a comparison that needs no brackets, else `otherwise`.
    pub(super) fn term_words(&self, e: &Expr, otherwise: &'static str) -> &'t str {
        match e.kind {
            ExprKind::Sum { .. } | ExprKind::Product { .. } | ExprKind::Neg { .. } => {
                self.words(e.span).unwrap_or(otherwise)
            }
            _ => self.operand_words(e, otherwise),
        }
    }

    /// The user's text of an operand that needs no brackets, else `otherwise`.
    pub(super) fn operand_words(&self, e: &Expr, otherwise: &'static str) -> &'t str {
        match e.kind {
            ExprKind::Name(_)
            | ExprKind::Number(_)
            | ExprKind::Call { .. }
            | ExprKind::Postfix { .. }
            | ExprKind::Paren(_) => self.words(e.span).unwrap_or(otherwise),
            _ => otherwise,
        }
    }
}

/// The parameters of a function that what is written at `span` in its body depends on.
fn params_behind(item: &FnItem, span: Span) -> BTreeSet<usize> {
    let lies_in =
        |inner: Span| inner.file == span.file && inner.start >= span.start && inner.end <= span.end;
    let mut names: Vec<&str> = Vec::new();
    let roots = item
        .body
        .iter()
        .flat_map(exprs_of_stmt)
        .chain(item.params.iter().filter_map(|p| p.default.as_ref()));
    for root in roots {
        each_expr(root, |e| match &e.kind {
            ExprKind::Name(name) if lies_in(e.span) => names.push(name),
            ExprKind::Record(fields) => names.extend(
                fields
                    .iter()
                    .filter(|(name, value)| value.is_none() && lies_in(name.span))
                    .map(|(name, _)| name.name.as_str()),
            ),
            // A wrong field is the fault of what it is asked of.
            ExprKind::Postfix { base, ops }
                if ops
                    .iter()
                    .any(|op| matches!(op, PostOp::Field(f) if f.span == span)) =>
            {
                names_in(base, &mut names);
            }
            _ => {}
        });
    }
    let mut found = BTreeSet::new();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    while let Some(name) = names.pop() {
        if !seen.insert(name) {
            continue;
        }
        if let Some(i) = item.params.iter().position(|p| p.name.name == name) {
            found.insert(i);
            continue;
        }
        for stmt in &item.body {
            match &stmt.kind {
                StmtKind::Let { name: n, value } if n.name == name => names_in(value, &mut names),
                StmtKind::Rec {
                    name: n,
                    seed,
                    step,
                } if n.name == name => {
                    names_in(seed, &mut names);
                    names_in(step, &mut names);
                }
                StmtKind::State(block) => {
                    match &block.seeds {
                        StateSeeds::All(_) => {}
                        StateSeeds::Members(members) => {
                            for (_, seed) in members.iter().filter(|(n, _)| n.name == name) {
                                names_in(seed, &mut names);
                            }
                        }
                    }
                    for step in &block.steps {
                        let (StateStep::Let(n, value) | StateStep::Assign(n, value)) = step;
                        if n.name == name {
                            names_in(value, &mut names);
                        }
                    }
                }
                _ => {}
            }
        }
    }
    found
}

/// Adds the names that an expression reads.
pub(super) fn names_in<'e>(root: &'e Expr, out: &mut Vec<&'e str>) {
    each_expr(root, |e| match &e.kind {
        ExprKind::Name(name) => out.push(name),
        ExprKind::Record(fields) => out.extend(
            fields
                .iter()
                .filter(|(_, value)| value.is_none())
                .map(|(name, _)| name.name.as_str()),
        ),
        _ => {}
    });
}
