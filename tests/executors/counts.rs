//! Every form of the language and every function of the library is made up often enough. Programs
//! are only made and written here, which is cheap; that such programs run is [`crate::property`]'s.

use std::collections::{BTreeMap, BTreeSet};

use strat_lang::diag::Sink;
use strat_lang::source::FileId;
use strat_lang::syntax::ast::{ExprKind, PostOp, StmtKind};
use strat_lang::syntax::parse;
use strat_lang::syntax::visit::{each_expr_of_file, stmts_of_file};

use crate::program::library::FUNCTIONS;
use crate::program::{generate, render};

/// How many programs.
const PROGRAMS: u64 = 10_000;

/// How often each form stands in them at least.
const LEAST: u32 = 100;

/// What is written; the functions of the library come on top.
const CONSTRUCTS: &[&str] = &[
    "!=",
    "*",
    "+",
    "-",
    "/",
    "<",
    "<=",
    "==",
    ">",
    ">=",
    "abs",
    "after",
    "all",
    "and",
    "any",
    "acos",
    "asin",
    "atan",
    "bank of a loop",
    "bar_index",
    "basis points",
    "between",
    "by highest",
    "by lowest",
    "by nearest",
    "call of a fn",
    "call with defaults",
    "call without brackets",
    "call without its source",
    "ceil",
    "chain",
    "clamp",
    "close",
    "column of a leg",
    "cooldown 3 bars",
    "cooldown 4h",
    "cos",
    "cosh",
    "count of zones",
    "count since entry",
    "crosses above",
    "crosses below",
    "duration",
    "else",
    "enter",
    "enter long",
    "enter short",
    "entry_price",
    "every so many bars",
    "every so often",
    "execution { fees 0.1%  slippage 5bp }",
    "exit",
    "exit 50%",
    "external column",
    "exit all",
    "exp",
    "fma",
    "field",
    "first since entry",
    "flag",
    "floor",
    "fn",
    "fn with a record",
    "held",
    "held_bars",
    "hidden lag",
    "high",
    "external column",
    "highest since entry",
    "if",
    "if chain",
    "is na",
    "is not na",
    "is some",
    "keep h0 = {}",
    "lag",
    "lag beyond the data",
    "lag by a parameter",
    "lag of 0",
    "lag of a call",
    "lag of a member",
    "lag of a record",
    "least",
    "legs",
    "let",
    "let in a state",
    "limit {}",
    "ln",
    "log10",
    "lookback",
    "low",
    "lowest since entry",
    "max",
    "max of a loop",
    "member on this bar",
    "min",
    "min of a loop",
    "minus sign",
    "mod",
    "na",
    "name",
    "named argument",
    "next of a zone",
    "not",
    "num",
    "number",
    "of another symbol",
    "on an event",
    "on longer bars",
    "open",
    "or",
    "output of a call",
    "param of an enum",
    "param with a list",
    "param with a range",
    "param with a range and step",
    "param without domain",
    "percent",
    "position",
    "pow",
    "price",
    "profit",
    "pyramid 3",
    "rec",
    "rec of a condition",
    "record",
    "require",
    "round",
    "several entries",
    "several exits",
    "sign",
    "sin",
    "size 0.5",
    "size 10% of equity",
    "size risk 2%",
    "size {}",
    "sinh",
    "sqrt",
    "tan",
    "tanh",
    "state whose lines look forward",
    "state with one member",
    "state with one seed",
    "state with several members",
    "stop",
    "stop at {}",
    "sum of a loop",
    "sum since entry",
    "tag",
    "take_profit 4%",
    "take_profit at {}",
    "take_profit { 0m => 10%  4h => 2% }",
    "timeframe",
    "trail 1.5% once {}",
    "trail 2%",
    "trail at {}",
    "true or false",
    "unitless",
    "value of an enum",
    "volume",
    "what an entry kept",
    "where",
    "window of a parameter",
    "window_apart",
    "window_at",
    "window_max",
    "window_max_age",
    "window_max_age_oldest",
    "window_mean",
    "window_min",
    "window_min_age",
    "window_min_age_oldest",
    "window_nth",
    "window_products",
    "window_rank",
    "window_squares",
    "window_sum",
    "window_moment",
    "window_weighted",
    "within",
    "within 09:30..16:00 \"America/New_York\"",
    "zones",
    "{ sell a 1  buy b 2 }",
];

/// Kinds of nodes of the tree that a strategy or a function can hold.
const NODES: &[&str] = &[
    "number", "bool", "na", "name", "call", "postfix", "neg", "sum", "product", "compare", "cross",
    "is na", "not", "and", "or", "list", "if", "else", "record", "after", "between", "every",
    "within", "feed", "loop", "zone", "paren", "index", "field", "at", "of", "since",
];

/// Statements of strategies and functions that every tier runs.
const STATEMENTS: &[&str] = &[
    "timeframe",
    "param",
    "require",
    "flag",
    "let",
    "rec",
    "state",
    "return",
    "enter",
    "exit",
    "stop",
    "trail",
    "take_profit",
    "ladder",
    "pyramid",
    "cooldown",
    "legs",
    "zones",
    "within",
    "execution",
];

/// The name of a kind of node; a new kind does not compile until it is named here. Texts stand
/// inside other forms only, and what did not parse is no form.
fn node(kind: &ExprKind) -> Option<&'static str> {
    Some(match kind {
        ExprKind::Number(_) => "number",
        ExprKind::Bool(_) => "bool",
        ExprKind::Na => "na",
        ExprKind::Name(_) => "name",
        ExprKind::Call { .. } => "call",
        ExprKind::Postfix { .. } => "postfix",
        ExprKind::Neg { .. } => "neg",
        ExprKind::Sum { .. } => "sum",
        ExprKind::Product { .. } => "product",
        ExprKind::Compare { .. } => "compare",
        ExprKind::Cross { .. } => "cross",
        ExprKind::IsNa { .. } => "is na",
        ExprKind::Not { .. } => "not",
        ExprKind::And(_) => "and",
        ExprKind::Or(_) => "or",
        ExprKind::List { .. } => "list",
        ExprKind::If { .. } => "if",
        ExprKind::Else(_) => "else",
        ExprKind::Record(_) => "record",
        ExprKind::After { .. } => "after",
        ExprKind::Between { .. } => "between",
        ExprKind::Every { .. } => "every",
        ExprKind::Within { .. } => "within",
        ExprKind::Feed(_) => "feed",
        ExprKind::Loop { .. } => "loop",
        ExprKind::Zone { .. } => "zone",
        ExprKind::Paren(_) => "paren",
        ExprKind::Str(_) | ExprKind::Error => return None,
    })
}

/// The name of what stands behind an operand; comparing members of a universe is a portfolio's.
fn operation(op: &PostOp) -> Option<&'static str> {
    Some(match op {
        PostOp::Index(..) => "index",
        PostOp::Field(_) => "field",
        PostOp::At(..) => "at",
        PostOp::Of(..) => "of",
        PostOp::Since(_) => "since",
        PostOp::Across(_) => return None,
    })
}

/// The name of a statement. Those of other items, and those on events, which no tier runs, are not
/// made up.
fn statement(kind: &StmtKind) -> Option<&'static str> {
    Some(match kind {
        StmtKind::Timeframe { .. } => "timeframe",
        StmtKind::Param(_) => "param",
        StmtKind::Require(_) => "require",
        StmtKind::Flag { .. } => "flag",
        StmtKind::Let { .. } => "let",
        StmtKind::Rec { .. } => "rec",
        StmtKind::State(_) => "state",
        StmtKind::Return(_) => "return",
        StmtKind::Enter(_) => "enter",
        StmtKind::Exit(_) => "exit",
        StmtKind::Stop(_) => "stop",
        StmtKind::Trail { .. } => "trail",
        StmtKind::TakeProfit(_) => "take_profit",
        StmtKind::Ladder(_) => "ladder",
        StmtKind::Pyramid(_) => "pyramid",
        StmtKind::Cooldown { .. } => "cooldown",
        StmtKind::Legs(_) => "legs",
        StmtKind::Zones(_) => "zones",
        StmtKind::Within(_) => "within",
        StmtKind::Execution(_) => "execution",
        StmtKind::On { .. } | StmtKind::For { .. } | StmtKind::Quote(_) => return None,
        StmtKind::Score { .. }
        | StmtKind::Confidence(_)
        | StmtKind::Unknown(_)
        | StmtKind::Confirm(_)
        | StmtKind::Transitions(_)
        | StmtKind::Route(_)
        | StmtKind::Override { .. }
        | StmtKind::Suggest(_)
        | StmtKind::OnSwitch { .. }
        | StmtKind::Limit(_)
        | StmtKind::Universe(_)
        | StmtKind::Rebalance(_)
        | StmtKind::Hold { .. }
        | StmtKind::Sweep { .. }
        | StmtKind::Setting(_)
        | StmtKind::With { .. }
        | StmtKind::Column { .. }
        | StmtKind::Expect(_)
        | StmtKind::Error => return None,
    })
}

/// Counts the nodes and statements of a file as the compiler reads it.
fn read(text: &str, counts: &mut BTreeMap<String, u32>) {
    let mut sink = Sink::new();
    let file = parse(FileId(0), text, &mut sink);
    assert!(!sink.has_errors(), "does not parse:\n{text}");
    let mut count = |sort: &str, name: Option<&str>| {
        if let Some(name) = name {
            *counts.entry(format!("{sort}: {name}")).or_default() += 1;
        }
    };
    for stmt in stmts_of_file(&file) {
        count("statement", statement(&stmt.kind));
    }
    each_expr_of_file(&file, |e| {
        count("node", node(&e.kind));
        if let ExprKind::Postfix { ops, .. } = &e.kind {
            for op in ops {
                count("node", operation(op));
            }
        }
    });
}

#[test]
fn every_form_and_every_function_is_made_up_often() {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for seed in 0..PROGRAMS {
        // As a run draws them: far apart.
        let text = render::text(&generate::program(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)));
        read(&text.file, &mut counts);
        for (construct, count) in text.counts {
            *counts.entry(construct).or_default() += count;
        }
    }
    let all = |sort: &str, names: &[&str]| -> Vec<String> {
        names.iter().map(|name| format!("{sort}{name}")).collect()
    };
    let functions: Vec<&str> = FUNCTIONS.iter().map(|f| f.name.as_str()).collect();
    let wanted: BTreeSet<String> = [
        all("", CONSTRUCTS),
        all("library: ", &functions),
        all("node: ", NODES),
        all("statement: ", STATEMENTS),
    ]
    .concat()
    .into_iter()
    .collect();
    let rare: Vec<(&String, u32)> = wanted
        .iter()
        .map(|name| (name, counts.get(name).copied().unwrap_or(0)))
        .filter(|(_, count)| *count < LEAST)
        .collect();
    assert!(rare.is_empty(), "too rare: {rare:?}");
    let unknown: Vec<_> = counts
        .iter()
        .filter(|(name, _)| !wanted.contains(*name))
        .collect();
    assert!(
        unknown.is_empty(),
        "written, but nobody asks for it: {unknown:?}"
    );
}
