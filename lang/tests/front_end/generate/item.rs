//! Items with their bodies.

use proptest::prelude::*;

use super::expr::surrounded;
use super::piece::{Gap, Piece, piece, words};
use super::stmt::{one_of, order, stmt, strategy_stmt};

pub(super) fn starting(mut pieces: Vec<Piece>) -> Vec<Piece> {
    if let Some(first) = pieces.first_mut() {
        first.gap = Gap::Statement;
    }
    pieces
}

pub(super) fn block(head: Vec<Piece>, body: Vec<Vec<Piece>>) -> Vec<Piece> {
    let mut out = head;
    out.push(piece("{", Gap::Any));
    out.extend(body.into_iter().flat_map(starting));
    out.push(piece("}", Gap::Any));
    starting(out)
}

/// An item with a head and lines of its own. Its first words stand on one line: they are not reserved.
pub(super) fn table_item(head: &'static str, lines: &[&'static str]) -> BoxedStrategy<Vec<Piece>> {
    prop::collection::vec(one_of(lines), 0..4)
        .prop_map(move |lines| {
            let head = head
                .split(' ')
                .map(|word| piece(word, Gap::Space))
                .collect();
            on_a_line(block(head, lines))
        })
        .boxed()
}

pub(super) fn on_a_line(mut pieces: Vec<Piece>) -> Vec<Piece> {
    if let Some(first) = pieces.first_mut() {
        first.gap = Gap::Line;
    }
    pieces
}

pub(super) fn item() -> BoxedStrategy<Vec<Piece>> {
    let body = prop::collection::vec(stmt(), 0..4);
    let params =
        prop::sample::select(&["", "x", "x , length : bars = 10", "x = - 1 , y"] as &[&str]);
    let function = (params, body.clone()).prop_map(move |(params, body)| {
        let mut head = words("fn f");
        let inner = if params.is_empty() {
            Vec::new()
        } else {
            words(params)
        };
        head.extend(surrounded(piece("(", Gap::None), inner, ")"));
        block(head, body)
    });
    let inner = prop_oneof![2 => stmt().boxed(), 1 => order(), 2 => strategy_stmt()];
    let strategy = (
        prop::sample::select(vec!["strategy S", "strategy S on book"]),
        prop::collection::vec(inner, 0..5),
    )
        .prop_map(move |(head, body)| block(words(head), body));
    let lines = |texts: &'static [&'static str]| {
        prop::sample::select(texts).prop_map(|text| {
            let pieces = text
                .split(' ')
                .map(|word| piece(word, Gap::Space))
                .collect();
            on_a_line(pieces)
        })
    };
    let regime = table_item(
        "regime R",
        &[
            "timeframe 1h",
            "let a = E",
            "score up = E",
            "confidence = E",
            "unknown when E",
            "confirm 3 bars",
            "transitions over n bars",
            "param p = 1",
            "require E",
        ],
    );
    let router = table_item(
        "router D by R",
        &[
            "| up => A",
            "| up => A 70% + B 30% size 0.8",
            "| down when ( E ) => B size n * 2",
            "override when E => size * 0.5",
            "suggest switch when E",
            "on switch keep open",
            "on switch close open",
        ],
    );
    let risk = table_item(
        "risk Default",
        &[
            "| max_leverage 1.0",
            "| max_daily_loss 5% => halt until next day",
            "| max_x ( E ) => halt",
            "| y 3 => warn",
            "| z - 1 => reject",
        ],
    );
    let screen = table_item(
        "screen G of S",
        &[
            "sweep fast in 5 .. 50 step 5",
            "sweep slow in [ 50 , 100 ]",
            "rank by sharpe",
            "keep top 20",
            "grid at most 1_000",
            "fees 0.1%",
            "slippage 5bp",
            "convention vectorbt",
            "cash 10000",
            "timeframe 1h",
        ],
    );
    let portfolio = table_item(
        "portfolio P",
        &[
            "universe \"A/B\" \"C/D\"",
            "rebalance every week on monday at 00:00 utc",
            "rebalance every n bars",
            "rebalance on event funding",
            "hold where E weight ( E )",
            "hold where E",
            "gross 100%",
            "drift 5%",
            "let a = E",
            "timeframe 1h",
        ],
    );
    let test = table_item(
        "test \"a b\"",
        &[
            "with S ~( fast : 2 , slow : E )",
            "with S",
            "timeframe 1h",
            "| close = [ 5 , - 4 , E ]",
            "expect enter long \"t\" at bar 4",
            "expect no enter",
            "expect exit at bar n",
            "expect no exit \"t\"",
            "expect buy at bar 5 price 6",
            "expect sell at bar 9",
            "expect ( E ) at bar 4 = 5.5 within 1e-9",
            "expect x = [ na , E ]",
            "expect f ~( x ) = 3",
        ],
    );
    let others = lines(&[
        "use a , b from \"c.strat\"",
        "enum Kind { simple exponential weighted }",
    ]);
    prop_oneof![
        3 => function, 5 => strategy, 1 => regime, 1 => router, 1 => risk, 1 => screen, 1 => portfolio,
        1 => test, 1 => others,
    ]
    .boxed()
}
