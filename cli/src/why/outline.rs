//! The conditions of each entry and exit as they are written, with the nodes that compute them.
//!
//! The typed tree knows nodes, the syntax tree knows words; a place in the source joins the two.

use std::cell::Cell;

use strat_lang::hir::{Input, Kind, NodeId, QueryId, Side, Signal, Unit};
use strat_lang::source::{SourceMap, Span};
use strat_lang::syntax::ast::{Expr, ExprKind, ListKind, Stmt, StmtKind};

use super::words::one_line;

/// Deepest nesting that is shown part by part; what lies deeper is shown as a whole.
const DEEPEST: usize = 12;

/// Most parts of one statement that are shown; beyond, conditions are shown as a whole.
const MOST_PARTS: usize = 200;

/// Most names of one operand that are shown beside it.
const MOST_NAMES: usize = 8;

/// Whether a statement opens or closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// `enter`
    Enter,
    /// `exit`
    Exit,
}

/// An entry or an exit.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Which of the two.
    pub what: What,
    /// Of an entry: its side.
    pub side: Side,
    /// Its tag.
    pub tag: String,
    /// Line in the file, from 1.
    pub line: u32,
    /// The whole condition.
    pub when: NodeId,
    /// The conditions that it lists, all of which must hold.
    pub conditions: Vec<Condition>,
}

/// How the parts of a condition are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joint {
    /// It has no parts.
    None,
    /// All of them must hold.
    All,
    /// One of them is enough.
    Any,
    /// Its part must not hold.
    Not,
    /// Its part is what its name stands for.
    Name,
}

/// A condition.
#[derive(Debug, Clone)]
pub struct Condition {
    /// Its words.
    pub text: String,
    /// Line in the file, from 1.
    pub line: u32,
    /// What computes it.
    pub node: NodeId,
    /// Whether it reads the open trade.
    pub of_trade: bool,
    /// How `parts` are joined.
    pub joint: Joint,
    /// The conditions that it consists of.
    pub parts: Vec<Condition>,
    /// What it compares.
    pub operands: Vec<Operand>,
}

/// A value that a condition looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operand {
    /// Its words.
    pub text: String,
    /// What computes it.
    pub node: NodeId,
    /// Whether it is a condition.
    pub is_bool: bool,
    /// Whether the value of the bar before matters as well: sides of a crossing.
    pub with_past: bool,
}

/// What outlining a unit needs at hand.
struct Outliner<'a> {
    unit: &'a Unit,
    map: &'a SourceMap,
    of_trade: Vec<bool>,
    /// What the statement at hand reaches.
    reach: Vec<bool>,
    /// Parts of the statement at hand that may still be shown.
    parts_left: Cell<usize>,
    /// The strategy's own statements, for the values of its names.
    body: &'a [Stmt],
}

/// The entries, then the exits of a strategy; `body` are its statements in the syntax tree.
pub fn outline(unit: &Unit, body: &[Stmt], map: &SourceMap) -> Vec<Statement> {
    let mut outliner = Outliner {
        unit,
        map,
        of_trade: of_trade(unit),
        reach: Vec::new(),
        parts_left: Cell::new(0),
        body,
    };
    let entries = unit.entries.iter().map(|s| (What::Enter, s));
    let exits = unit.exits.iter().map(|s| (What::Exit, s));
    entries
        .chain(exits)
        .map(|(what, signal)| outliner.statement(what, signal))
        .collect()
}

/// Which nodes read the open trade.
pub fn of_trade(unit: &Unit) -> Vec<bool> {
    let mut found: Vec<bool> = Vec::with_capacity(unit.nodes.len());
    for node in &unit.nodes {
        let known = |id: &NodeId| found.get(id.0 as usize) == Some(&true);
        let own = match node.kind {
            Kind::Input(input) => Input::is_of_trade(input),
            Kind::Member(g, _) => unit.groups.get(g.0 as usize).is_some_and(|group| {
                let members = group.members.iter();
                members.flat_map(|m| [m.seed, m.step]).any(|id| known(&id))
            }),
            Kind::Query(q, _) => queried(unit, q).iter().any(known),
            kind => kind.operands().iter().flatten().any(known),
        };
        found.push(own);
    }
    found
}

impl<'a> Outliner<'a> {
    fn statement(&mut self, what: What, signal: &Signal) -> Statement {
        self.reach = reach(self.unit, signal.when);
        self.parts_left.set(MOST_PARTS);
        let when = find_statement(self.body, signal.span);
        let written: Vec<&Expr> = when.map(listed).unwrap_or_default();
        let conditions = signal
            .terms
            .iter()
            .map(|(node, span)| {
                match written.iter().find(|e| e.span == *span) {
                    Some(e) => self.condition(e, *node, 0),
                    // A session that stands beside the entries has no expression among them.
                    None => self.leaf(*span, *node),
                }
            })
            .collect();
        Statement {
            what,
            side: signal.side,
            tag: signal.tag.clone(),
            line: self.line(signal.span),
            when: signal.when,
            conditions,
        }
    }

    fn line(&self, span: Span) -> u32 {
        let file = self.map.find(span.file);
        file.map_or(0, |file| file.line_col(span.start).line)
    }

    fn text(&self, span: Span) -> String {
        one_line(self.map.slice(span))
    }

    fn leaf(&self, span: Span, node: NodeId) -> Condition {
        Condition {
            text: self.text(span),
            line: self.line(span),
            node,
            of_trade: self.of_trade.get(node.0 as usize) == Some(&true),
            joint: Joint::None,
            parts: Vec::new(),
            operands: Vec::new(),
        }
    }

    /// The node of an expression with one value.
    fn node_of(&self, e: &Expr) -> Option<NodeId> {
        let reached = |id: NodeId| self.reach.get(id.0 as usize) == Some(&true);
        let worth = self
            .unit
            .worth_at(e.span, reached)
            .or_else(|| self.unit.worth_at(e.span, |_| true))?;
        match worth.nodes()[..] {
            [(_, id)] => Some(id),
            _ => None,
        }
    }

    fn condition(&self, e: &Expr, node: NodeId, depth: usize) -> Condition {
        let mut condition = self.leaf(e.span, node);
        let plain = unbracketed(e);
        let (joint, parts): (Joint, Vec<&Expr>) = match &plain.kind {
            ExprKind::And(items) => (Joint::All, items.iter().collect()),
            ExprKind::Or(items) => (Joint::Any, items.iter().collect()),
            ExprKind::List { kind, items } => {
                let joint = match kind {
                    ListKind::All => Joint::All,
                    ListKind::Any => Joint::Any,
                };
                (joint, items.iter().collect())
            }
            ExprKind::Not { count, operand } if count % 2 == 1 => (Joint::Not, vec![operand]),
            ExprKind::Name(name) => (Joint::Name, self.meaning(name).into_iter().collect()),
            _ => (Joint::None, Vec::new()),
        };
        let left = self.parts_left.get();
        if depth < DEEPEST && parts.len() <= left {
            self.parts_left.set(left - parts.len());
            let known = parts
                .into_iter()
                .filter_map(|e| Some((e, self.node_of(e)?)));
            condition.parts = known
                .map(|(e, id)| self.condition(e, id, depth + 1))
                .collect();
        }
        if condition.parts.is_empty() {
            self.compared(plain, &mut condition.operands);
        } else {
            condition.joint = joint;
        }
        condition
    }

    /// The value of a `let` of the strategy.
    fn meaning(&self, name: &str) -> Option<&'a Expr> {
        self.body.iter().find_map(|stmt| match &stmt.kind {
            StmtKind::Let { name: n, value } if n.name == name => Some(value),
            _ => None,
        })
    }

    /// What a condition without parts looks at.
    fn compared(&self, e: &Expr, found: &mut Vec<Operand>) {
        match &e.kind {
            ExprKind::Compare { first, rest } => {
                self.operand(first, false, found);
                for (_, e) in rest {
                    self.operand(e, false, found);
                }
            }
            ExprKind::Cross { left, right, .. } => {
                self.operand(left, true, found);
                self.operand(right, true, found);
            }
            ExprKind::Between { operand, lo, hi } => {
                for e in [operand, lo, hi] {
                    self.operand(e, false, found);
                }
            }
            ExprKind::IsNa { operand, .. } => self.operand(operand, false, found),
            ExprKind::Call { args, .. } => {
                for arg in args {
                    self.operand(&arg.value, false, found);
                }
            }
            ExprKind::If { arms, otherwise } => {
                for (when, then) in arms {
                    self.operand(when, false, found);
                    self.operand(then, false, found);
                }
                self.operand(otherwise, false, found);
            }
            ExprKind::Postfix { base, .. } => self.operand(base, false, found),
            ExprKind::After { value, .. } | ExprKind::Every { value, .. } => {
                self.operand(value, false, found);
            }
            _ => {}
        }
    }

    /// An operand, and the names that it is computed from.
    fn operand(&self, e: &Expr, with_past: bool, found: &mut Vec<Operand>) {
        let e = unbracketed(e);
        let Some(node) = self.node_of(e) else { return };
        if self.unit.node(node).stage.is_const() {
            return;
        }
        self.add(e, node, with_past, found);
        let before = found.len();
        let mut names = Vec::new();
        names_in(e, &mut names);
        for name in names {
            let Some(node) = self.node_of(name) else {
                continue;
            };
            if found.len() - before < MOST_NAMES && !self.unit.node(node).stage.is_const() {
                self.add(name, node, false, found);
            }
        }
    }

    fn add(&self, e: &Expr, node: NodeId, with_past: bool, found: &mut Vec<Operand>) {
        let text = self.text(e.span);
        if found.iter().any(|known| known.text == text) {
            return;
        }
        found.push(Operand {
            text,
            node,
            is_bool: self.unit.node(node).ty == strat_lang::hir::Ty::Bool,
            with_past,
        });
    }
}

/// The names, fields and past values that arithmetic is made of; the arguments of calls are left
/// to the call.
fn names_in<'e>(e: &'e Expr, found: &mut Vec<&'e Expr>) {
    let mut open = vec![e];
    while let Some(e) = open.pop() {
        let before = open.len();
        match &e.kind {
            ExprKind::Name(_) | ExprKind::Postfix { .. } | ExprKind::Call { .. } => found.push(e),
            ExprKind::Paren(inner) => open.push(inner),
            ExprKind::Neg { operand, .. } => open.push(operand),
            ExprKind::Sum { first, rest } => {
                open.push(first);
                open.extend(rest.iter().map(|(_, e)| e));
            }
            ExprKind::Product { first, rest } => {
                open.push(first);
                open.extend(rest.iter().map(|(_, e)| e));
            }
            ExprKind::Else(items) => open.extend(items),
            ExprKind::If { arms, otherwise } => {
                for (when, then) in arms {
                    open.extend([when, then]);
                }
                open.push(otherwise);
            }
            _ => {}
        }
        // In written order.
        if let Some(new) = open.get_mut(before..) {
            new.reverse();
        }
    }
}

/// An expression without the brackets around it.
fn unbracketed(mut e: &Expr) -> &Expr {
    while let ExprKind::Paren(inner) = &e.kind {
        e = inner;
    }
    e
}

/// The conditions that a `when` lists, as the check takes them apart.
fn listed(when: &Expr) -> Vec<&Expr> {
    let plain = unbracketed(when);
    match &plain.kind {
        ExprKind::And(items)
        | ExprKind::List {
            kind: ListKind::All,
            items,
        } => items.iter().collect(),
        _ => vec![plain],
    }
}

/// The condition of the entry or exit at a place, also inside a loop or an event.
fn find_statement(body: &[Stmt], span: Span) -> Option<&Expr> {
    let mut open: Vec<&Stmt> = body.iter().collect();
    while let Some(stmt) = open.pop() {
        match &stmt.kind {
            StmtKind::Enter(enter) if stmt.span == span => return Some(&enter.when),
            StmtKind::Exit(exit) if stmt.span == span => return Some(&exit.when),
            StmtKind::For { body, .. } | StmtKind::On { body, .. } => open.extend(body),
            _ => {}
        }
    }
    None
}

/// The nodes that a node is computed from, itself included.
pub fn reach(unit: &Unit, from: NodeId) -> Vec<bool> {
    let mut seen = vec![false; unit.nodes.len()];
    let mut open = vec![from];
    while let Some(id) = open.pop() {
        match seen.get_mut(id.0 as usize) {
            Some(known) if !*known => *known = true,
            _ => continue,
        }
        let kind = unit.node(id).kind;
        open.extend(kind.operands().into_iter().flatten());
        if let Kind::Member(g, _) = kind
            && let Some(group) = unit.groups.get(g.0 as usize)
        {
            open.extend(group.members.iter().flat_map(|m| [m.seed, m.step]));
        }
        if let Kind::Query(q, _) = kind {
            open.extend(queried(unit, q));
        }
    }
    seen
}

/// What a question to a pool of zones is computed from.
fn queried(unit: &Unit, q: QueryId) -> Vec<NodeId> {
    let Some(query) = unit.queries.get(q.0 as usize) else {
        return Vec::new();
    };
    let mut nodes = query.nodes();
    if let Some(pool) = unit.pools.get(query.pool.0 as usize) {
        nodes.extend(pool.nodes());
    }
    nodes
}
