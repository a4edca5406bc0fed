//! The tree as text, for `stratc emit tree` and for tests.
//!
//! One node a line, children indented. The printer keeps its own stack, so a tree as deep as the
//! grammar allows takes no more of the thread's than a flat one.

use super::ast::{
    AddOp, Arg, CompareOp, Domain, Expr, ExprKind, File, Ident, Item, ItemKind, ListKind, MulOp,
    NumberUnit, PostOp, Side, StateSeeds, StateStep, Stmt, StmtKind,
};
use super::visit::exprs_of_stmt;
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
        let (head, body): (String, &[Stmt]) = match &item.kind {
            ItemKind::Fn(f) => (format!("fn {}", f.name.name), &f.body),
            ItemKind::Strategy(s) => (format!("strategy {}", s.name.name), &s.body),
            ItemKind::Use(u) => {
                let names: Vec<&str> = u.names.iter().map(|n| n.name.as_str()).collect();
                let from = u.from.as_ref().map(|(path, _)| format!(" from {path:?}"));
                (
                    format!("use {}{}", names.join(", "), from.unwrap_or_default()),
                    &[],
                )
            }
            other => ("item".to_owned(), other.body()),
        };
        self.line(0, &head, Some(item.span));
        self.doc(1, item.doc.as_deref());
        if let ItemKind::Fn(f) = &item.kind {
            for param in &f.params {
                let head = format!("parameter {}{}", param.name.name, typed(param.ty.as_ref()));
                self.line(1, &head, Some(param.name.span));
                if let Some(default) = &param.default {
                    self.expr(2, default);
                }
            }
        }
        for stmt in body {
            self.stmt(stmt);
        }
    }

    fn doc(&mut self, indent: usize, doc: Option<&str>) {
        if let Some(doc) = doc {
            self.line(indent, &format!("doc {doc:?}"), None);
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        let head = match &stmt.kind {
            StmtKind::Timeframe { text, seconds, .. } => format!("timeframe {text} ({seconds} s)"),
            StmtKind::Param(p) => format!("param {}{}", p.name.name, typed(p.ty.as_ref())),
            StmtKind::Require(_) => "require".to_owned(),
            StmtKind::Flag { name, .. } => format!("flag {}", name.name),
            StmtKind::Let { name, .. } => format!("let {}", name.name),
            StmtKind::Rec { name, .. } => format!("rec {}", name.name),
            StmtKind::State(_) => "state".to_owned(),
            StmtKind::Return(_) => "return".to_owned(),
            StmtKind::Enter(enter) => {
                let side = if enter.side == Side::Long {
                    "long"
                } else {
                    "short"
                };
                format!("enter {side}{}", tagged(enter.tag.as_ref()))
            }
            StmtKind::Exit(exit) => format!("exit{}", tagged(exit.tag.as_ref())),
            StmtKind::Stop(_) => "stop".to_owned(),
            StmtKind::Error => "error".to_owned(),
            _ => "statement".to_owned(),
        };
        self.line(1, &head, Some(stmt.span));
        self.doc(2, stmt.doc.as_deref());
        match &stmt.kind {
            StmtKind::Timeframe { .. } | StmtKind::Error => {}
            StmtKind::Param(param) => {
                self.expr(2, &param.default);
                match &param.domain {
                    None => {}
                    Some(Domain::Range { lo, hi, step }) => {
                        self.line(2, "range", None);
                        self.expr(3, lo);
                        self.expr(3, hi);
                        if let Some(step) = step {
                            self.expr(3, step);
                        }
                    }
                    Some(Domain::List(values, span)) => {
                        self.line(2, "list", Some(*span));
                        for value in values {
                            self.expr(3, value);
                        }
                    }
                }
            }
            StmtKind::Require(value)
            | StmtKind::Flag { when: value, .. }
            | StmtKind::Let { value, .. }
            | StmtKind::Return(value) => self.expr(2, value),
            StmtKind::Rec { seed, step, .. } => {
                self.expr(2, seed);
                self.expr(2, step);
            }
            StmtKind::State(block) => {
                self.line(2, "from", None);
                self.expr(3, &block.from);
                match &block.seeds {
                    StateSeeds::All(seed) => {
                        self.line(2, "all", None);
                        self.expr(3, seed);
                    }
                    StateSeeds::Members(members) => {
                        for (name, seed) in members {
                            self.line(2, &format!("seed {}", name.name), Some(name.span));
                            self.expr(3, seed);
                        }
                    }
                }
                for step in &block.steps {
                    let (word, name, value) = match step {
                        StateStep::Let(name, value) => ("let", name, value),
                        StateStep::Assign(name, value) => ("step", name, value),
                    };
                    self.line(2, &format!("{word} {}", name.name), Some(name.span));
                    self.expr(3, value);
                }
            }
            _ => {
                for value in exprs_of_stmt(stmt) {
                    self.expr(2, value);
                }
            }
        }
    }

    fn expr(&mut self, indent: usize, root: &Expr) {
        let mut pending = vec![(indent, Pending::Node(root))];
        while let Some((indent, next)) = pending.pop() {
            match next {
                Pending::Line(text) => self.line(indent, &text, None),
                Pending::Node(expr) => {
                    self.line(indent, &head(&expr.kind), Some(expr.span));
                    let from = pending.len();
                    children(&expr.kind, indent + 1, &mut pending);
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

fn tagged(tag: Option<&(String, Span)>) -> String {
    tag.map(|(tag, _)| format!(" {tag:?}")).unwrap_or_default()
}

/// The first line of a node.
fn head(kind: &ExprKind) -> String {
    match kind {
        ExprKind::Number(number) => {
            let unit = match number.unit {
                NumberUnit::Integer | NumberUnit::Real => "",
                NumberUnit::Percent | NumberUnit::BasisPoint => " ratio",
                NumberUnit::Duration | NumberUnit::TimeOfDay => " s",
            };
            if unit.is_empty() {
                format!("number {}", number.text)
            } else {
                format!("number {} ({}{unit})", number.text, number.value)
            }
        }
        ExprKind::Str(text) => format!("string {text:?}"),
        ExprKind::Bool(value) => format!("{value}"),
        ExprKind::Na => "na".to_owned(),
        ExprKind::Name(name) => format!("name {name}"),
        ExprKind::Call { callee, .. } => format!("call {}", callee.name),
        ExprKind::Postfix { .. } => "postfix".to_owned(),
        ExprKind::Neg { count, .. } => repeated("neg", *count),
        ExprKind::Sum { .. } => "sum".to_owned(),
        ExprKind::Product { .. } => "product".to_owned(),
        ExprKind::Compare { .. } => "compare".to_owned(),
        ExprKind::Cross { above: true, .. } => "crosses above".to_owned(),
        ExprKind::Cross { above: false, .. } => "crosses below".to_owned(),
        ExprKind::IsNa { negated: false, .. } => "is na".to_owned(),
        ExprKind::IsNa { negated: true, .. } => "is some".to_owned(),
        ExprKind::Not { count, .. } => repeated("not", *count),
        ExprKind::And(_) => "and".to_owned(),
        ExprKind::Or(_) => "or".to_owned(),
        ExprKind::List {
            kind: ListKind::All,
            ..
        } => "all".to_owned(),
        ExprKind::List {
            kind: ListKind::Any,
            ..
        } => "any".to_owned(),
        ExprKind::If { .. } => "if".to_owned(),
        ExprKind::Else(_) => "else".to_owned(),
        ExprKind::Record(_) => "record".to_owned(),
        ExprKind::After { .. } => "after".to_owned(),
        ExprKind::Paren(_) => "paren".to_owned(),
        ExprKind::Between { .. } => "between".to_owned(),
        ExprKind::Every { .. } => "every".to_owned(),
        ExprKind::Within { .. } => "within".to_owned(),
        ExprKind::Loop { callee, var, .. } => format!("loop {} {}", callee.name, var.name),
        ExprKind::Zone { pool, .. } => format!("zone {}", pool.name),
        ExprKind::Error => "error".to_owned(),
    }
}

fn repeated(word: &str, count: u32) -> String {
    if count == 1 {
        word.to_owned()
    } else {
        format!("{word} x{count}")
    }
}

/// What stands under a node, in order.
fn children<'a>(kind: &'a ExprKind, indent: usize, out: &mut Vec<(usize, Pending<'a>)>) {
    let mut node = |expr: &'a Expr| out.push((indent, Pending::Node(expr)));
    match kind {
        ExprKind::Number(_)
        | ExprKind::Str(_)
        | ExprKind::Bool(_)
        | ExprKind::Na
        | ExprKind::Name(_)
        | ExprKind::Within { .. }
        | ExprKind::Error => {}
        ExprKind::Between { operand, lo, hi } => {
            [operand, lo, hi].into_iter().for_each(|e| node(e))
        }
        ExprKind::Every { value, .. } => node(value),
        ExprKind::Loop { lo, hi, body, .. } => [lo, hi, body].into_iter().for_each(|e| node(e)),
        ExprKind::Zone { condition, by, .. } => {
            node(condition);
            by.iter().for_each(|(_, e)| node(e));
        }
        ExprKind::Neg { operand, .. }
        | ExprKind::Not { operand, .. }
        | ExprKind::IsNa { operand, .. }
        | ExprKind::Paren(operand) => node(operand),
        ExprKind::And(parts) | ExprKind::Or(parts) | ExprKind::Else(parts) => {
            parts.iter().for_each(node);
        }
        ExprKind::List { items, .. } => items.iter().for_each(node),
        ExprKind::Cross { left, right, .. } => {
            node(left);
            node(right);
        }
        ExprKind::After { value, bars } => {
            node(value);
            node(bars);
        }
        ExprKind::If { arms, otherwise } => {
            for (condition, value) in arms {
                node(condition);
                node(value);
            }
            node(otherwise);
        }
        ExprKind::Call { args, .. } => {
            for Arg { name, value } in args {
                let value_at = labelled(out, indent, name.as_ref().map(|n| n.name.as_str()));
                out.push((value_at, Pending::Node(value)));
            }
        }
        ExprKind::Record(fields) => {
            for (name, value) in fields {
                let value_at = labelled(out, indent, Some(&name.name));
                out.extend(value.as_ref().map(|v| (value_at, Pending::Node(v))));
            }
        }
        ExprKind::Postfix { base, ops } => {
            node(base);
            for op in ops {
                match op {
                    PostOp::Index(at, _) => {
                        let value_at = labelled(out, indent, Some("index"));
                        out.push((value_at, Pending::Node(at)));
                    }
                    PostOp::Field(name) => {
                        out.push((indent, Pending::Line(format!("field {}", name.name))));
                    }
                    PostOp::At(n, _) => {
                        out.push((indent, Pending::Line(format!("at {}", n.text))));
                    }
                    PostOp::Of(symbol, _) => {
                        out.push((indent, Pending::Line(format!("of {symbol:?}"))));
                    }
                    PostOp::Since(name) => {
                        out.push((indent, Pending::Line(format!("since {}", name.name))));
                    }
                    PostOp::Across(name) => {
                        out.push((indent, Pending::Line(format!("across {}", name.name))));
                    }
                }
            }
        }
        ExprKind::Sum { first, rest } => {
            node(first);
            for (op, term) in rest {
                let sign = if *op == AddOp::Add { "+" } else { "-" };
                let value_at = labelled(out, indent, Some(sign));
                out.push((value_at, Pending::Node(term)));
            }
        }
        ExprKind::Product { first, rest } => {
            node(first);
            for (op, factor) in rest {
                let sign = match op {
                    MulOp::Mul => "*",
                    MulOp::Div => "/",
                    MulOp::Mod => "mod",
                };
                let value_at = labelled(out, indent, Some(sign));
                out.push((value_at, Pending::Node(factor)));
            }
        }
        ExprKind::Compare { first, rest } => {
            node(first);
            for (op, operand) in rest {
                let sign = match op {
                    CompareOp::Lt => "<",
                    CompareOp::Le => "<=",
                    CompareOp::Gt => ">",
                    CompareOp::Ge => ">=",
                    CompareOp::Eq => "==",
                    CompareOp::Ne => "!=",
                };
                let value_at = labelled(out, indent, Some(sign));
                out.push((value_at, Pending::Node(operand)));
            }
        }
    }
}

/// Puts a label on a line of its own and gives the indentation of what belongs to it.
fn labelled(out: &mut Vec<(usize, Pending<'_>)>, indent: usize, label: Option<&str>) -> usize {
    match label {
        None => indent,
        Some(label) => {
            out.push((indent, Pending::Line(label.to_owned())));
            indent + 1
        }
    }
}
