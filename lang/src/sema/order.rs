//! Functions in the order in which they can be checked, callees first, so that what is wrong in
//! one is reported once. Functions that call each other in a circle have no such order.

use std::collections::BTreeSet;

use super::DEEPEST_CALLS;
use super::name::INPUTS;
use super::scope::Program;
use crate::diag::{Code, Diagnostic, Sink};
use crate::source::Span;
use crate::syntax::ast::{ExprKind, FnItem, StateSeeds, StateStep, StmtKind};
use crate::syntax::visit::{each_expr, exprs_of_stmt};

/// Most names of a circle that a message spells out.
const MOST_NAMED: usize = 5;

/// The order, and which functions cannot be called.
pub(super) struct Order {
    /// All functions, callees first.
    pub(super) defs: Vec<usize>,
    /// Per function: whether its calls go in a circle or too deep.
    pub(super) broken: Vec<bool>,
}

/// How far a function is in the walk.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Seen {
    New,
    /// On the way from the first to the current one.
    Open,
    Done,
}

/// Walks the calls of all functions and reports circles and chains that are too deep.
pub(super) fn order(program: &Program<'_>, sink: &mut Sink) -> Order {
    let count = program.fns.len();
    let calls: Vec<Vec<(usize, Span)>> = (0..count).map(|def| calls_of(program, def)).collect();
    let name = |def: usize| &program.fns[def].item.name.name;
    let mut order = Order {
        defs: Vec::with_capacity(count),
        broken: vec![false; count],
    };
    let mut seen = vec![Seen::New; count];
    let mut depth = vec![0_usize; count];
    for first in 0..count {
        if seen[first] != Seen::New {
            continue;
        }
        // Functions on the way, each with the number of its calls already followed.
        let mut way: Vec<(usize, usize)> = vec![(first, 0)];
        seen[first] = Seen::Open;
        while let Some((def, next)) = way.last_mut() {
            let def = *def;
            let Some(&(callee, span)) = calls[def].get(*next) else {
                way.pop();
                seen[def] = Seen::Done;
                order.defs.push(def);
                let deepest = calls[def]
                    .iter()
                    .filter(|(c, _)| !order.broken[*c])
                    .max_by_key(|(c, _)| depth[*c]);
                depth[def] = 1 + deepest.map_or(0, |(c, _)| depth[*c]);
                if let Some(&(callee, span)) = deepest
                    && depth[def] > DEEPEST_CALLS
                {
                    sink.push(
                        Diagnostic::error(
                            Code::TooLarge,
                            span,
                            format!(
                                "calls are nested {} deep here; {DEEPEST_CALLS} is the most",
                                depth[def]
                            ),
                        )
                        .related(
                            program.fns[callee].item.name.span,
                            format!("`{}` already nests {DEEPEST_CALLS}", name(callee)),
                        ),
                    );
                    order.broken[def] = true;
                }
                continue;
            };
            *next += 1;
            match seen[callee] {
                Seen::Done => {}
                Seen::New => {
                    seen[callee] = Seen::Open;
                    way.push((callee, 0));
                }
                Seen::Open => {
                    let from = way.iter().position(|(d, _)| *d == callee).unwrap_or(0);
                    let circle: Vec<usize> = way[from..].iter().map(|(d, _)| *d).collect();
                    let through: Vec<String> = circle[1..]
                        .iter()
                        .take(MOST_NAMED)
                        .map(|d| format!("`{}`", name(*d)))
                        .collect();
                    let mut text = format!("`{}` calls itself", name(callee));
                    if !through.is_empty() {
                        text = format!("{text} through {}", through.join(", "));
                    }
                    sink.push(
                        Diagnostic::error(Code::RecursiveFunction, span, text)
                            .hint("a value that depends on its own past is a `rec`"),
                    );
                    for d in circle {
                        order.broken[d] = true;
                    }
                }
            }
        }
    }
    order
}

/// The functions that a function calls, in written order, each once.
fn calls_of(program: &Program<'_>, def: usize) -> Vec<(usize, Span)> {
    let item = program.fns[def].item;
    let fns = &program.modules[program.fns[def].module].fns;
    let own = own_names(item);
    let is_own = |name: &str| own.contains(name) || INPUTS.iter().any(|(n, _)| *n == name);
    let mut found: Vec<(usize, Span)> = Vec::new();
    let mut known = BTreeSet::new();
    let roots = item
        .params
        .iter()
        .filter_map(|p| p.default.as_ref())
        .chain(item.body.iter().flat_map(exprs_of_stmt));
    for root in roots {
        each_expr(root, |e| {
            let (name, span) = match &e.kind {
                ExprKind::Call { callee, .. } => (callee.name.as_str(), callee.span),
                // A name without brackets may call too.
                ExprKind::Name(name) if !is_own(name) => (name.as_str(), e.span),
                _ => return,
            };
            let is_call = matches!(e.kind, ExprKind::Call { .. });
            let needs_brackets = |f: usize| {
                program.fns[f]
                    .item
                    .params
                    .iter()
                    .any(|p| p.default.is_none())
            };
            if let Some(&callee) = fns.get(name)
                && (is_call || !needs_brackets(callee))
                && known.insert(callee)
            {
                found.push((callee, span));
            }
        });
    }
    found
}

/// The names that a function defines itself.
fn own_names(item: &FnItem) -> BTreeSet<&str> {
    let mut own: BTreeSet<&str> = item.params.iter().map(|p| p.name.name.as_str()).collect();
    for stmt in &item.body {
        match &stmt.kind {
            StmtKind::Let { name, .. } | StmtKind::Rec { name, .. } => {
                own.insert(&name.name);
            }
            StmtKind::State(block) => {
                if let StateSeeds::Members(members) = &block.seeds {
                    own.extend(members.iter().map(|(n, _)| n.name.as_str()));
                }
                for step in &block.steps {
                    let (StateStep::Let(n, _) | StateStep::Assign(n, _)) = step;
                    own.insert(&n.name);
                }
            }
            _ => {}
        }
    }
    own
}
