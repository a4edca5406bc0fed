//! The tree as text, for `stratc emit tree` and for tests.
//!
//! One node a line, children indented. The printer keeps its own stack, so a tree as deep as the
//! grammar allows takes no more of the thread's than a flat one.

mod expr;
mod order;
mod stmt;

use super::ast::{Expr, File, Ident, Item, ItemKind};
use crate::source::Span;

/// The tree of a file, without places.
#[must_use]
pub fn print_tree(file: &File) -> String {
    let mut out = Printer::new(false);
    for item in &file.items {
        out.item(item);
    }
    out.text
}

/// The tree of a file, each node followed by its bytes as `@start..end`.
#[must_use]
pub fn print_tree_with_spans(file: &File) -> String {
    let mut out = Printer::new(true);
    for item in &file.items {
        out.item(item);
    }
    out.text
}

/// The tree of one expression, without places.
#[must_use]
pub fn print_expr(expr: &Expr) -> String {
    let mut out = Printer::new(false);
    out.expr(0, expr);
    out.text
}

/// A line that is still to be printed.
enum Pending<'a> {
    Node(&'a Expr),
    Line(String),
}

struct Printer {
    text: String,
    with_spans: bool,
}

impl Printer {
    const fn new(with_spans: bool) -> Self {
        Self {
            text: String::new(),
            with_spans,
        }
    }

    fn line(&mut self, indent: usize, text: &str, span: Option<Span>) {
        // Indentation stops growing where it would make the text quadratic in the depth.
        for _ in 0..indent.min(64) {
            self.text.push_str("  ");
        }
        self.text.push_str(text);
        if let Some(span) = span.filter(|_| self.with_spans) {
            self.text
                .push_str(&format!(" @{}..{}", span.start, span.end));
        }
        self.text.push('\n');
    }

    fn item(&mut self, item: &Item) {
        self.line(0, &item_head(&item.kind), Some(item.span));
        self.doc(1, item.doc.as_deref());
        match &item.kind {
            ItemKind::Fn(f) => {
                for param in &f.params {
                    let head = format!("parameter {}{}", param.name.name, typed(param.ty.as_ref()));
                    self.line(1, &head, Some(param.name.span));
                    if let Some(default) = &param.default {
                        self.expr(2, default);
                    }
                }
            }
            ItemKind::Enum(e) => {
                for value in &e.values {
                    self.line(1, &format!("value {}", value.name), Some(value.span));
                }
            }
            _ => {}
        }
        for stmt in item.kind.body() {
            self.stmt(1, stmt);
        }
    }

    fn doc(&mut self, indent: usize, doc: Option<&str>) {
        if let Some(doc) = doc {
            self.line(indent, &format!("doc {doc:?}"), None);
        }
    }

    /// A line and under it an expression.
    fn labelled(&mut self, indent: usize, label: &str, value: &Expr) {
        self.line(indent, label, None);
        self.expr(indent + 1, value);
    }

    fn expr(&mut self, indent: usize, root: &Expr) {
        let mut pending = vec![(indent, Pending::Node(root))];
        while let Some((indent, next)) = pending.pop() {
            match next {
                Pending::Line(text) => self.line(indent, &text, None),
                Pending::Node(expr) => {
                    self.line(indent, &expr::head(&expr.kind), Some(expr.span));
                    let from = pending.len();
                    expr::children(&expr.kind, indent + 1, &mut pending);
                    // The stack gives them back from the end.
                    if let Some(added) = pending.get_mut(from..) {
                        added.reverse();
                    }
                }
            }
        }
    }
}

fn typed(ty: Option<&Ident>) -> String {
    ty.map(|ty| format!(": {}", ty.name)).unwrap_or_default()
}

fn item_head(kind: &ItemKind) -> String {
    match kind {
        ItemKind::Fn(f) => format!("fn {}", f.name.name),
        ItemKind::Strategy(s) => {
            let on = s.on.as_ref().map(|on| format!(" on {}", on.name));
            format!("strategy {}{}", s.name.name, on.unwrap_or_default())
        }
        ItemKind::Use(u) => {
            let names: Vec<&str> = u.names.iter().map(|n| n.name.as_str()).collect();
            let from = u.from.as_ref().map(|(path, _)| format!(" from {path:?}"));
            format!("use {}{}", names.join(", "), from.unwrap_or_default())
        }
        ItemKind::Edition(number, _) => format!("edition {}", number.text),
        ItemKind::Enum(e) => format!("enum {}", e.name.name),
        ItemKind::Regime(r) => format!("regime {}", r.name.name),
        ItemKind::Router(r) => format!("router {} by {}", r.name.name, r.regime.name),
        ItemKind::Risk(r) => format!("risk {}", r.name.name),
        ItemKind::Screen(s) => format!("screen {} of {}", s.name.name, s.strategy.name),
        ItemKind::Portfolio(p) => format!("portfolio {}", p.name.name),
        ItemKind::Test(t) => format!("test {:?}", t.name.0),
    }
}
