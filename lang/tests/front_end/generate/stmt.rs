//! Statements and orders.

use proptest::prelude::*;

use super::expr::{TAILS, expr};
use super::piece::{Gap, Piece, piece, words};

pub(super) fn after(head: &str, tail: Vec<Piece>) -> Vec<Piece> {
    let mut out = words(head);
    out.extend(tail);
    out
}

pub(super) fn stmt() -> impl Strategy<Value = Vec<Piece>> + Clone {
    let e = expr().boxed();
    let two = (expr(), expr()).boxed();
    let member = |name: &'static str, e: &BoxedStrategy<Vec<Piece>>| {
        e.clone()
            .prop_map(move |value| after(&format!("{name} ="), value))
    };
    prop_oneof![
        e.clone().prop_map(|v| after("let a =", v)),
        (
            expr(),
            prop::option::of(prop::sample::select(TAILS.to_vec()))
        )
            .prop_map(|(v, tail)| {
                let mut out = after("return", v);
                if let Some(tail) = tail {
                    out.extend(words(tail));
                }
                out
            }),
        two.clone().prop_map(|(seed, step)| {
            let mut out = after("rec b =", seed);
            out.extend(after("then", step));
            out
        }),
        e.clone().prop_map(|v| after("enter short \"a\" when", v)),
        e.clone().prop_map(|v| after("enter when", v)),
        e.clone().prop_map(|v| after("exit \"b\" when", v)),
        e.clone().prop_map(|v| after("stop", v)),
        e.clone().prop_map(|v| after("require", v)),
        e.clone().prop_map(|v| after("flag c when", v)),
        Just(words("timeframe 15m")),
        Just(words("param d : bars = - 3 in 1 .. n step s")),
        Just(words("param e = 7 in [ 7 , 10 ]")),
        (member("f", &e), member("long", &e), member("step", &e)).prop_map(|(seed, a, b)| {
            let mut out = words("state from bar 2 {");
            out.extend(seed);
            out.extend(words("long = na } then {"));
            out.extend(a);
            out.extend(words("let g = 1"));
            out.extend(b);
            out.extend(words("}"));
            out
        }),
        member("f", &e).prop_map(|a| {
            let mut out = words("state from bar n all s {");
            out.extend(a);
            out.extend(words("}"));
            out
        }),
    ]
}

/// A pattern of words in which `E` is an expression, `(` and `[` touch what stands before them, and
/// `|` begins a line of inner braces.
pub(super) fn pattern(text: &'static str) -> BoxedStrategy<Vec<Piece>> {
    let holes = text.split(' ').filter(|word| *word == "E").count();
    prop::collection::vec(expr(), holes)
        .prop_map(move |values| {
            let mut values = values.into_iter();
            let mut out = Vec::new();
            let mut gap = Gap::Any;
            for word in text.split(' ') {
                match word {
                    "|" => gap = Gap::Statement,
                    "E" => {
                        let mut value = values.next().unwrap_or_default();
                        if let Some(first) = value.first_mut().filter(|_| gap == Gap::Statement) {
                            first.gap = gap;
                        }
                        out.extend(value);
                        gap = Gap::Any;
                    }
                    _ => {
                        let touches = word.starts_with('~');
                        let word = word.trim_start_matches('~');
                        out.push(piece(word, if touches { Gap::None } else { gap }));
                        gap = Gap::Any;
                    }
                }
            }
            out
        })
        .boxed()
}

pub(super) fn one_of(patterns: &[&'static str]) -> BoxedStrategy<Vec<Piece>> {
    let all: Vec<BoxedStrategy<Vec<Piece>>> = patterns.iter().map(|p| pattern(p)).collect();
    prop::strategy::Union::new(all).boxed()
}

/// A clause's operand is a sum: parentheses make one of any expression.
pub(super) fn order() -> BoxedStrategy<Vec<Piece>> {
    let clauses = [
        "market",
        "limit ( E )",
        "stop ( E )",
        "trailing 2%",
        "stop_limit ( E ) , x",
        "bracket a , b",
        "oco a * 2 , b",
        "size 0.5",
        "size 10% of equity",
        "size risk ( E )",
        "day",
        "gtc",
        "ioc",
        "fok",
        "post_only",
        "reduce_only",
        "iceberg 3",
        "twap over 30m",
        "vwap over n",
        "tolerance 2 ticks",
        "keep h0 = E",
        "keep a = E , b = ( E )",
    ];
    let heads = [
        "enter",
        "enter long",
        "enter short \"t\"",
        "enter \"t\" { | sell a 1 | buy b ( E ) }",
        "exit",
        "exit all",
        "exit 50%",
        "exit n * 2 \"t\"",
        "exit \"t\"",
        "quote bid ~[ E ] at ( E )",
    ];
    let clauses = prop::collection::vec(one_of(&clauses), 0..3);
    (one_of(&heads), clauses, expr())
        .prop_map(|(mut out, clauses, condition)| {
            out.extend(clauses.into_iter().flatten());
            out.extend(after("when", condition));
            out
        })
        .boxed()
}

/// What stands in a strategy beside the older statements.
pub(super) fn strategy_stmt() -> BoxedStrategy<Vec<Piece>> {
    one_of(&[
        "stop at E",
        "trail E",
        "trail E once E",
        "trail at E once E",
        // Behind the bare word a `{` begins a ladder.
        "take_profit ( E )",
        "take_profit at E",
        "take_profit { | 0m => 10% | n * 2 => ( E ) }",
        "pyramid 3",
        "cooldown 5 bars",
        "cooldown 4h",
        "legs a = \"A/B\" , b = \"C/D\"",
        "within 09:30 .. 16:00",
        "within 09:30 .. 16:00 utc",
        "execution { | fees 0.1% | slippage 5bp | convention strat | cash 10000 }",
        "zones gap max 64 drop oldest { | born when E | keep a = E | b = E | next c = E | dies when E }",
        "zones gap max n drop newest { }",
        "on fill { | let a = E | exit when E }",
        "every 100ms { | let a = E | for i in 0 .. 4 { | let b = i } }",
        "for i in 0 .. n - 1 { | enter when E }",
        // Without a `when` a quote ends with its line or its braces alone.
        "quote ask ~[ 0 ] at close when E",
        "on book { | quote ask ~[ 0 ] at close }",
    ])
}
