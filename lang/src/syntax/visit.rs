//! Walks over expressions without recursion: the depth of a tree costs heap, never stack.

use super::ast::{
    Domain, Expr, ExprKind, File, ItemKind, PostOp, StateSeeds, StateStep, Stmt, StmtKind,
};

/// Calls `look` for `root` and everything in it; a node before its parts, parts in written order.
pub fn each_expr<'a>(root: &'a Expr, mut look: impl FnMut(&'a Expr)) {
    let mut pending = vec![root];
    while let Some(expr) = pending.pop() {
        look(expr);
        let from = pending.len();
        push_parts(&expr.kind, &mut pending);
        // The stack gives them back from the end.
        if let Some(added) = pending.get_mut(from..) {
            added.reverse();
        }
    }
}

/// The expressions that a statement consists of, in written order, without those inside them.
#[must_use]
pub fn exprs_of_stmt(stmt: &Stmt) -> Vec<&Expr> {
    match &stmt.kind {
        StmtKind::Timeframe { .. } | StmtKind::Error => Vec::new(),
        StmtKind::Require(value)
        | StmtKind::Flag { when: value, .. }
        | StmtKind::Let { value, .. }
        | StmtKind::Return(value)
        | StmtKind::Enter { when: value, .. }
        | StmtKind::Exit { when: value, .. }
        | StmtKind::Stop(value) => vec![value],
        StmtKind::Rec { seed, step, .. } => vec![seed, step],
        StmtKind::Param(param) => {
            let mut found = vec![&param.default];
            match &param.domain {
                None => {}
                Some(Domain::Range { lo, hi, step }) => {
                    found.extend([lo, hi]);
                    found.extend(step);
                }
                Some(Domain::List(values, _)) => found.extend(values),
            }
            found
        }
        StmtKind::State(block) => {
            let mut found = vec![&block.from];
            match &block.seeds {
                StateSeeds::All(seed) => found.push(seed),
                StateSeeds::Members(members) => found.extend(members.iter().map(|(_, seed)| seed)),
            }
            found.extend(block.steps.iter().map(|step| match step {
                StateStep::Let(_, value) | StateStep::Assign(_, value) => value,
            }));
            found
        }
    }
}

/// The statements of every item in written order.
pub fn stmts_of_file(file: &File) -> impl Iterator<Item = &Stmt> {
    file.items.iter().flat_map(|item| match &item.kind {
        ItemKind::Fn(f) => f.body.as_slice(),
        ItemKind::Strategy(s) => s.body.as_slice(),
        ItemKind::Use(_) => &[],
    })
}

/// Calls `look` for every expression of a file, parameter defaults of functions included.
pub fn each_expr_of_file<'a>(file: &'a File, mut look: impl FnMut(&'a Expr)) {
    for item in &file.items {
        if let ItemKind::Fn(f) = &item.kind {
            for default in f.params.iter().filter_map(|p| p.default.as_ref()) {
                each_expr(default, &mut look);
            }
        }
    }
    for stmt in stmts_of_file(file) {
        for expr in exprs_of_stmt(stmt) {
            each_expr(expr, &mut look);
        }
    }
}

/// The parts of a node in written order.
fn push_parts<'a>(kind: &'a ExprKind, out: &mut Vec<&'a Expr>) {
    match kind {
        ExprKind::Number(_)
        | ExprKind::Str(_)
        | ExprKind::Bool(_)
        | ExprKind::Na
        | ExprKind::Name(_)
        | ExprKind::Error => {}
        ExprKind::Neg { operand, .. }
        | ExprKind::Not { operand, .. }
        | ExprKind::IsNa { operand, .. }
        | ExprKind::Paren(operand) => out.push(operand),
        ExprKind::And(parts) | ExprKind::Or(parts) | ExprKind::Else(parts) => out.extend(parts),
        ExprKind::List { items, .. } => out.extend(items),
        ExprKind::Cross { left, right, .. } => out.extend([&**left, &**right]),
        ExprKind::After { value, bars } => out.extend([&**value, &**bars]),
        ExprKind::If { arms, otherwise } => {
            out.extend(
                arms.iter()
                    .flat_map(|(condition, value)| [condition, value]),
            );
            out.push(otherwise);
        }
        ExprKind::Call { args, .. } => out.extend(args.iter().map(|arg| &arg.value)),
        ExprKind::Record(fields) => {
            out.extend(fields.iter().filter_map(|(_, value)| value.as_ref()));
        }
        ExprKind::Postfix { base, ops } => {
            out.push(base);
            out.extend(ops.iter().filter_map(|op| match op {
                PostOp::Index(at, _) => Some(at),
                PostOp::Field(_) => None,
            }));
        }
        ExprKind::Sum { first, rest } => {
            out.push(first);
            out.extend(rest.iter().map(|(_, term)| term));
        }
        ExprKind::Product { first, rest } => {
            out.push(first);
            out.extend(rest.iter().map(|(_, factor)| factor));
        }
        ExprKind::Compare { first, rest } => {
            out.push(first);
            out.extend(rest.iter().map(|(_, operand)| operand));
        }
    }
}
