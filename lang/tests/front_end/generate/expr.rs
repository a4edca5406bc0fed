//! Expressions of every form.

use proptest::prelude::*;

use super::piece::{Gap, Piece, chain, joined, piece, words};

fn name() -> impl Strategy<Value = Vec<Piece>> + Clone {
    // Words that only some places give a meaning are names everywhere else.
    let names = [
        "close", "x", "long", "step", "size", "bars", "after", "from", "above", "some", "on",
        "score", "trail", "next", "keep",
    ];
    prop::sample::select(names.to_vec()).prop_map(words)
}

fn literal() -> impl Strategy<Value = Vec<Piece>> + Clone {
    let texts = [
        "0",
        "20",
        "1_000",
        "2.0",
        "1e-3",
        "98%",
        "15bp",
        "250ms",
        "4h",
        "09:30",
        "true",
        "false",
        "na",
        "\"a \\\" // b\"",
    ];
    prop::sample::select(texts.to_vec()).prop_map(|text| vec![piece(text, Gap::Any)])
}

pub(super) fn surrounded(open: Piece, inner: Vec<Piece>, close: &str) -> Vec<Piece> {
    let mut out = vec![open];
    out.extend(inner);
    out.push(piece(close, Gap::Any));
    out
}

/// What may end a whole expression.
pub(super) const TAILS: &[&str] = &[
    "after n bars",
    "every 20 bars",
    "every 4h",
    "every day at 09:30 utc",
    "every week on monday",
    "every month at 00:00 \"Europe/Berlin\"",
    "on event funding",
    "after 3 bars every n * 2 bars",
];

/// Any expression, as the grammar's layers have it.
pub fn expr() -> impl Strategy<Value = Vec<Piece>> + Clone {
    let simple = prop_oneof![name(), literal()];
    simple.prop_recursive(3, 24, 3, |inner| {
        let inner = inner.boxed();
        let arg = (prop::option::of(name()), inner.clone()).prop_map(|(name, value)| {
            let mut out = name.unwrap_or_default();
            if !out.is_empty() {
                out.push(piece(":", Gap::Any));
            }
            out.extend(value);
            out
        });
        let call = (name(), prop::collection::vec(arg, 0..3)).prop_map(|(mut out, args)| {
            out.extend(surrounded(piece("(", Gap::None), joined(args, ","), ")"));
            out
        });
        let field = (name(), prop::option::of(inner.clone())).prop_map(|(mut out, value)| {
            if let Some(value) = value {
                out.push(piece(":", Gap::Any));
                out.extend(value);
            }
            out
        });
        let record = prop::collection::vec(field, 1..3)
            .prop_map(|fields| surrounded(piece("{", Gap::Any), joined(fields, ","), "}"));
        let list = (prop::bool::ANY, prop::collection::vec(inner.clone(), 1..4)).prop_map(
            |(all, items)| {
                let mut inner = Vec::new();
                for (i, item) in items.into_iter().enumerate() {
                    let first = item.first().map_or("", |p| p.text.as_str());
                    if i > 0 && matches!(first, "(" | "-") {
                        inner.push(piece("not", Gap::Any));
                    }
                    inner.extend(item);
                }
                let mut out = words(if all { "all" } else { "any" });
                out.extend(surrounded(piece("{", Gap::Any), inner, "}"));
                out
            },
        );
        let paren = inner
            .clone()
            .prop_map(|inner| surrounded(piece("(", Gap::Any), inner, ")"));
        let unrolled = (name(), inner.clone()).prop_map(|(mut out, body)| {
            let mut range = words("i in 0 .. n - 1 :");
            range.extend(body);
            out.extend(surrounded(piece("(", Gap::None), range, ")"));
            out
        });
        let orders = ["", "by nearest", "by highest", "by lowest"];
        let zone = (
            name(),
            inner.clone(),
            inner.clone(),
            prop::sample::select(orders.to_vec()),
        )
            .prop_map(|(mut out, condition, value, order)| {
                // In parentheses, so that nothing goes on with its condition.
                out.extend(words("where ("));
                out.extend(condition);
                out.extend(words(")"));
                if !order.is_empty() {
                    out.extend(words(order));
                    out.extend(words("("));
                    out.extend(value);
                    out.extend(words(")"));
                }
                surrounded(piece("(", Gap::Any), out, ")")
            });
        let tailed =
            (inner.clone(), prop::sample::select(TAILS.to_vec())).prop_map(|(mut out, tail)| {
                out.extend(words(tail));
                surrounded(piece("(", Gap::Any), out, ")")
            });
        let session = prop_oneof![
            Just(words("within 09:30 .. 16:00")),
            Just(words("feed funding")),
            Just(words("within 9:30 .. 16:00 utc")),
            Just(words("within 22:00 .. 02:00 \"Europe/Berlin\"")),
        ];
        let primary = prop_oneof![
            6 => name(), 3 => literal(), 3 => call, 1 => record, 1 => list, 1 => paren,
            1 => unrolled, 1 => zone, 1 => tailed, 1 => session,
        ];
        let sources = [
            "",
            "",
            "",
            "@ 4h",
            "of \"A/B\"",
            "since entry",
            "across universe @ 1d",
        ];
        let postfix = (
            primary,
            prop::option::of(inner),
            prop::bool::weighted(0.2),
            prop::sample::select(sources.to_vec()),
        )
            .prop_map(|(mut out, index, field, source)| {
                if let Some(index) = index {
                    out.extend(surrounded(piece("[", Gap::None), index, "]"));
                }
                if field {
                    out.push(piece(".", Gap::None));
                    out.push(piece("stop", Gap::None));
                }
                if !source.is_empty() {
                    out.extend(words(source));
                }
                out
            });
        let factor = (0usize..3, postfix.boxed()).prop_map(|(signs, value)| {
            let mut out = vec![piece("-", Gap::Any); signs.saturating_sub(1)];
            out.extend(value);
            out
        });
        let product = chain(factor.boxed(), &["*", "/", "mod"]);
        let sum = chain(product.boxed(), &["+", "-"]).boxed();
        let comparison = prop_oneof![
            4 => sum.clone(),
            2 => chain(sum.clone(), &["<", "<=", ">", ">="]),
            1 => (sum.clone(), sum.clone()).prop_map(|(a, b)| joined(vec![a, b], "==")),
            1 => (sum.clone(), sum.clone()).prop_map(|(mut a, b)| {
                a.extend(words("crosses below"));
                a.extend(b);
                a
            }),
            1 => (sum.clone(), sum.clone()).prop_map(|(mut a, b)| {
                a.extend(words("between"));
                a.extend(b);
                a.extend(words(".. n"));
                a
            }),
            1 => sum.prop_map(|mut a| {
                a.extend(words("is not na"));
                a
            }),
        ];
        let condition = (prop::bool::weighted(0.2), comparison.boxed()).prop_map(|(not, value)| {
            let mut out = if not { words("not") } else { Vec::new() };
            out.extend(value);
            out
        });
        let and = chain(condition.boxed(), &["and"]);
        let or = chain(and.boxed(), &["or"]).boxed();
        let choice = (or.clone(), or.clone(), or.clone()).prop_map(|(a, b, c)| {
            let mut out = words("if");
            out.extend(a);
            out.extend(words("then"));
            out.extend(b);
            out.extend(words("else"));
            out.extend(c);
            out
        });
        chain(prop_oneof![3 => or, 1 => choice].boxed(), &["else"])
    })
}
