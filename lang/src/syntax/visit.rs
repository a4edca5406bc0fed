//! Walks over expressions without recursion: the depth of a tree costs heap, never stack.

use super::ast::{
    Clause, ClauseKind, Domain, Every, Expectation, Expr, ExprKind, File, ItemKind, PostOp,
    Schedule, StateBlock, StateSeeds, StateStep, Stmt, StmtKind,
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

/// The expressions that a statement consists of, in written order, without those inside them and
/// without those of the statements it holds ([`inner_stmts`]).
#[must_use]
pub fn exprs_of_stmt(stmt: &Stmt) -> Vec<&Expr> {
    match &stmt.kind {
        StmtKind::Timeframe { .. }
        | StmtKind::Error
        | StmtKind::Legs(_)
        | StmtKind::On { .. }
        | StmtKind::OnSwitch { .. }
        | StmtKind::Universe(_) => Vec::new(),
        StmtKind::Require(value)
        | StmtKind::Flag { when: value, .. }
        | StmtKind::Let { value, .. }
        | StmtKind::Return(value)
        | StmtKind::Pyramid(value)
        | StmtKind::Cooldown { length: value, .. }
        | StmtKind::Within(value)
        | StmtKind::Score { value, .. }
        | StmtKind::Confidence(value)
        | StmtKind::Unknown(value)
        | StmtKind::Confirm(value)
        | StmtKind::Transitions(value)
        | StmtKind::Suggest(value) => vec![value],
        StmtKind::Stop(level) | StmtKind::TakeProfit(level) => vec![level.expr()],
        StmtKind::Trail { level, once } => std::iter::once(level.expr()).chain(once).collect(),
        StmtKind::Ladder(rows) => rows.iter().flat_map(|(age, least)| [age, least]).collect(),
        StmtKind::Rec { seed, step, .. } => vec![seed, step],
        StmtKind::Param(param) => {
            let mut found = vec![&param.default];
            found.extend(param.domain.iter().flat_map(exprs_of_domain));
            found
        }
        StmtKind::Sweep { domain, .. } => exprs_of_domain(domain),
        StmtKind::State(block) => exprs_of_state(block),
        StmtKind::Enter(enter) => enter
            .legs
            .iter()
            .map(|leg| &leg.ratio)
            .chain(enter.clauses.iter().flat_map(exprs_of_clause))
            .chain([&enter.when])
            .collect(),
        StmtKind::Exit(exit) => (exit.portion.iter())
            .chain(exit.clauses.iter().flat_map(exprs_of_clause))
            .chain([&exit.when])
            .collect(),
        StmtKind::Quote(quote) => [&quote.slot, &quote.price]
            .into_iter()
            .chain(quote.clauses.iter().flat_map(exprs_of_clause))
            .chain(&quote.when)
            .collect(),
        StmtKind::Zones(zones) => std::iter::once(&zones.max)
            .chain(&zones.born)
            .chain(zones.keep.iter().map(|(_, value)| value))
            .chain(zones.next.iter().map(|(_, value)| value))
            .chain(&zones.dies)
            .collect(),
        StmtKind::Execution(settings) => settings.iter().map(|s| &s.value).collect(),
        StmtKind::Setting(setting) => vec![&setting.value],
        StmtKind::For { lo, hi, .. } => vec![lo, hi],
        StmtKind::Route(row) => (row.when.iter())
            .chain(row.mix.iter().filter_map(|(_, share)| share.as_ref()))
            .chain(&row.size)
            .collect(),
        StmtKind::Override { when, factor } => vec![when, factor],
        StmtKind::Limit(row) => vec![&row.value],
        StmtKind::Rebalance(schedule) => exprs_of_schedule(schedule).collect(),
        StmtKind::Hold { condition, weight } => std::iter::once(condition).chain(weight).collect(),
        StmtKind::With { args, .. } => args.iter().map(|arg| &arg.value).collect(),
        StmtKind::Column { values, .. } => values.iter().collect(),
        StmtKind::Expect(expect) => {
            let mut found = Vec::new();
            match &expect.what {
                Expectation::Enter { .. } | Expectation::Exit { .. } => found.extend(&expect.bar),
                Expectation::Fill { price, .. } => {
                    found.extend(&expect.bar);
                    found.extend(price);
                }
                Expectation::Value {
                    value,
                    expected,
                    within,
                } => {
                    found.push(value);
                    found.extend(&expect.bar);
                    found.extend(expected);
                    found.extend(within);
                }
            }
            found
        }
    }
}

fn exprs_of_domain(domain: &Domain) -> Vec<&Expr> {
    match domain {
        Domain::Range { lo, hi, step } => [lo, hi].into_iter().chain(step).collect(),
        Domain::List(values, _) => values.iter().collect(),
    }
}

fn exprs_of_state(block: &StateBlock) -> Vec<&Expr> {
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

/// The expressions of a clause in written order.
#[must_use]
pub fn exprs_of_clause(clause: &Clause) -> Vec<&Expr> {
    match &clause.kind {
        ClauseKind::Market
        | ClauseKind::TimeInForce(_)
        | ClauseKind::PostOnly
        | ClauseKind::ReduceOnly => Vec::new(),
        ClauseKind::Limit(e)
        | ClauseKind::Stop(e)
        | ClauseKind::Trailing(e)
        | ClauseKind::Size(e)
        | ClauseKind::SizeOfEquity(e)
        | ClauseKind::SizeRisk(e)
        | ClauseKind::Iceberg(e)
        | ClauseKind::Twap(e)
        | ClauseKind::Vwap(e)
        | ClauseKind::Tolerance(e)
        | ClauseKind::Keep(_, e) => vec![e],
        ClauseKind::StopLimit(a, b) | ClauseKind::Bracket(a, b) | ClauseKind::Oco(a, b) => {
            vec![a, b]
        }
    }
}

fn exprs_of_schedule(schedule: &Schedule) -> impl Iterator<Item = &Expr> {
    let bars = match &schedule.every {
        Every::Bars(bars) => Some(&**bars),
        _ => None,
    };
    bars.into_iter()
}

/// The statements that a statement holds between braces of its own.
#[must_use]
pub fn inner_stmts(stmt: &Stmt) -> &[Stmt] {
    match &stmt.kind {
        StmtKind::On { body, .. } | StmtKind::For { body, .. } => body,
        _ => &[],
    }
}

/// The statements of every item in written order, each before those that it holds.
#[must_use]
pub fn stmts_of_file(file: &File) -> Vec<&Stmt> {
    let mut found = Vec::new();
    let mut pending: Vec<&Stmt> = Vec::new();
    for item in &file.items {
        pending.extend(item.kind.body().iter().rev());
        while let Some(stmt) = pending.pop() {
            found.push(stmt);
            pending.extend(inner_stmts(stmt).iter().rev());
        }
    }
    found
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
        | ExprKind::Within { .. }
        | ExprKind::Feed(_)
        | ExprKind::Error => {}
        ExprKind::Between { operand, lo, hi } => out.extend([&**operand, &**lo, &**hi]),
        ExprKind::Every { value, schedule } => {
            out.push(value);
            out.extend(exprs_of_schedule(schedule));
        }
        ExprKind::Loop { lo, hi, body, .. } => out.extend([&**lo, &**hi, &**body]),
        ExprKind::Zone { condition, by, .. } => {
            out.push(condition);
            out.extend(by.iter().map(|(_, value)| &**value));
        }
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
                PostOp::Field(_)
                | PostOp::At(..)
                | PostOp::Of(..)
                | PostOp::Since(_)
                | PostOp::Across(_) => None,
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
