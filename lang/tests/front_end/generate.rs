//! Programs made up at random, and texts that only look like programs.

use proptest::prelude::*;

/// A piece of a program: one token, and what may stand before it.
#[derive(Debug, Clone)]
pub struct Piece {
    text: String,
    gap: Gap,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Gap {
    /// Nothing.
    None,
    /// White space on the same line.
    Space,
    /// Any white space and comments.
    Any,
    /// A new statement or item: white space, comments, documentation.
    Statement,
}

fn piece(text: &str, gap: Gap) -> Piece {
    Piece {
        text: text.to_owned(),
        gap,
    }
}

fn words(text: &str) -> Vec<Piece> {
    text.split(' ').map(|word| piece(word, Gap::Any)).collect()
}

fn joined(parts: Vec<Vec<Piece>>, between: &str) -> Vec<Piece> {
    let mut out = Vec::new();
    for (i, part) in parts.into_iter().enumerate() {
        if i > 0 {
            // `+` and `-` first on a line would merge conditions of a list.
            let gap = if matches!(between, "+" | "-") {
                Gap::Space
            } else {
                Gap::Any
            };
            out.push(piece(between, gap));
        }
        out.extend(part);
    }
    out
}

fn chain(
    inner: impl Strategy<Value = Vec<Piece>> + Clone,
    operators: &'static [&'static str],
) -> impl Strategy<Value = Vec<Piece>> + Clone {
    let parts = prop_oneof![
        4 => prop::collection::vec(inner.clone(), 1),
        1 => prop::collection::vec(inner, 2..4),
    ];
    (parts, prop::sample::select(operators)).prop_map(|(parts, op)| joined(parts, op))
}

fn name() -> impl Strategy<Value = Vec<Piece>> + Clone {
    // Words that only some places give a meaning are names everywhere else.
    let names = [
        "close", "x", "long", "step", "size", "bars", "after", "from", "above", "some", "on",
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
        "true",
        "false",
        "na",
        "\"a \\\" // b\"",
    ];
    prop::sample::select(texts.to_vec()).prop_map(|text| vec![piece(text, Gap::Any)])
}

fn surrounded(open: Piece, inner: Vec<Piece>, close: &str) -> Vec<Piece> {
    let mut out = vec![open];
    out.extend(inner);
    out.push(piece(close, Gap::Any));
    out
}

/// Any expression, as the grammar's layers have it.
pub fn expr() -> impl Strategy<Value = Vec<Piece>> + Clone {
    let simple = prop_oneof![name(), literal()];
    simple.prop_recursive(4, 60, 4, |inner| {
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
        let primary =
            prop_oneof![4 => name(), 2 => literal(), 2 => call, 1 => record, 1 => list, 1 => paren];
        let postfix = (primary, prop::option::of(inner), prop::bool::weighted(0.2)).prop_map(
            |(mut out, index, field)| {
                if let Some(index) = index {
                    out.extend(surrounded(piece("[", Gap::None), index, "]"));
                }
                if field {
                    out.push(piece(".", Gap::None));
                    out.push(piece("stop", Gap::None));
                }
                out
            },
        );
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

fn after(head: &str, tail: Vec<Piece>) -> Vec<Piece> {
    let mut out = words(head);
    out.extend(tail);
    out
}

fn stmt() -> impl Strategy<Value = Vec<Piece>> + Clone {
    let e = expr().boxed();
    let two = (expr(), expr()).boxed();
    let member = |name: &'static str, e: &BoxedStrategy<Vec<Piece>>| {
        e.clone()
            .prop_map(move |value| after(&format!("{name} ="), value))
    };
    prop_oneof![
        e.clone().prop_map(|v| after("let a =", v)),
        (expr(), prop::bool::ANY).prop_map(|(v, ends)| {
            let mut out = after("return", v);
            if ends {
                out.extend(words("after n bars"));
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

fn starting(mut pieces: Vec<Piece>) -> Vec<Piece> {
    if let Some(first) = pieces.first_mut() {
        first.gap = Gap::Statement;
    }
    pieces
}

fn item() -> impl Strategy<Value = Vec<Piece>> + Clone {
    let body = prop::collection::vec(stmt(), 0..4);
    let params =
        prop::sample::select(&["", "x", "x , length : bars = 10", "x = - 1 , y"] as &[&str]);
    let block = |head: Vec<Piece>, body: Vec<Vec<Piece>>| {
        let mut out = head;
        out.push(piece("{", Gap::Any));
        out.extend(body.into_iter().flat_map(starting));
        out.push(piece("}", Gap::Any));
        starting(out)
    };
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
    let strategy = body.prop_map(move |body| block(words("strategy S"), body));
    let uses = Just("use a , b from \"c.strat\"").prop_map(|text| {
        let pieces = text
            .split(' ')
            .map(|word| piece(word, Gap::Space))
            .collect();
        starting(pieces)
    });
    prop_oneof![function, strategy, uses]
}

/// A program that parses, laid out at random, with comments.
pub fn program() -> impl Strategy<Value = String> {
    let layout = prop::collection::vec(0u8..=255, 1..60);
    (prop::collection::vec(item(), 0..3), layout).prop_map(|(items, layout)| {
        let pieces: Vec<Piece> = items.into_iter().flatten().collect();
        let mut text = String::new();
        for (i, piece) in pieces.iter().enumerate() {
            let choice = layout.get(i % layout.len()).copied().unwrap_or(0) as usize;
            let gaps: &[&str] = match piece.gap {
                Gap::None => &[""],
                Gap::Space => &[" ", "  ", "\t"],
                Gap::Any => &[
                    " ",
                    " ",
                    " ",
                    " ",
                    "  ",
                    "\n",
                    "\n    ",
                    "\r\n",
                    "\n\n\n",
                    " // a\n",
                    "\n// own line\n\n",
                    " /// odd\n",
                    "\n/// odd\n",
                ],
                Gap::Statement => &[
                    "\n",
                    " ",
                    "\n\n",
                    "\n\n\n\n",
                    " // end\n",
                    "\n/// doc\n/// more\n",
                    "\n// own\n",
                    "\n///\n",
                ],
            };
            text.push_str(gaps.get(choice % gaps.len()).copied().unwrap_or(" "));
            text.push_str(&piece.text);
        }
        text
    })
}

/// Texts that look a little like programs: the words and signs of the language in any order.
pub fn token_soup() -> impl Strategy<Value = String> {
    let tokens = [
        "fn",
        "f",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "strategy",
        "S",
        "let",
        "x",
        "=",
        "==",
        ":=",
        "&&",
        "!",
        "and",
        "or",
        "not",
        "if",
        "then",
        "else",
        "all {",
        "any {",
        "when",
        "enter",
        "long",
        "exit",
        "stop",
        "3%",
        "20",
        "1e5",
        "1e999",
        "4h",
        "\"s\"",
        "\"open",
        ",",
        ":",
        ".",
        "..",
        ";",
        "+",
        "-",
        "*",
        "/",
        "mod",
        "<",
        ">=",
        "is",
        "na",
        "crosses",
        "above",
        "param",
        "in",
        "step",
        "state",
        "from",
        "bar",
        "rec",
        "return",
        "after",
        "bars",
        "use",
        "require",
        "flag",
        "timeframe",
        "\n",
        "\n",
        "\n\n",
        "// c\n",
        "/// d\n",
        "§",
        "\0",
        "@",
        "=>",
        "regime",
        "size",
        "take_profit",
        "of",
        "every",
        "\r\n",
        "é",
        "'",
        "\t",
    ];
    let token = prop::sample::select(tokens.to_vec());
    let spaced = (token, prop::bool::weighted(0.7)).prop_map(|(token, space)| {
        if space {
            format!("{token} ")
        } else {
            token.to_owned()
        }
    });
    prop::collection::vec(spaced, 0..80).prop_map(|parts| parts.concat())
}

/// Soup inside a strategy, so that it gets as far as the statements.
pub fn strategy_soup() -> impl Strategy<Value = String> {
    token_soup().prop_map(|soup| format!("strategy S {{\n    let a = 1\n    {soup}\n}}\n"))
}
