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
    /// The same, first on a line: the words of most items are not reserved.
    Line,
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

fn surrounded(open: Piece, inner: Vec<Piece>, close: &str) -> Vec<Piece> {
    let mut out = vec![open];
    out.extend(inner);
    out.push(piece(close, Gap::Any));
    out
}

/// What may end a whole expression.
const TAILS: &[&str] = &[
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
fn pattern(text: &'static str) -> BoxedStrategy<Vec<Piece>> {
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

fn one_of(patterns: &[&'static str]) -> BoxedStrategy<Vec<Piece>> {
    let all: Vec<BoxedStrategy<Vec<Piece>>> = patterns.iter().map(|p| pattern(p)).collect();
    prop::strategy::Union::new(all).boxed()
}

/// A clause's operand is a sum: parentheses make one of any expression.
fn order() -> BoxedStrategy<Vec<Piece>> {
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
fn strategy_stmt() -> BoxedStrategy<Vec<Piece>> {
    one_of(&[
        "stop at E",
        "trail E",
        "trail E once E",
        "trail at E once E",
        "take_profit E",
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
        "quote ask ~[ 0 ] at close",
    ])
}

fn starting(mut pieces: Vec<Piece>) -> Vec<Piece> {
    if let Some(first) = pieces.first_mut() {
        first.gap = Gap::Statement;
    }
    pieces
}

fn block(head: Vec<Piece>, body: Vec<Vec<Piece>>) -> Vec<Piece> {
    let mut out = head;
    out.push(piece("{", Gap::Any));
    out.extend(body.into_iter().flat_map(starting));
    out.push(piece("}", Gap::Any));
    starting(out)
}

/// An item with a head and lines of its own. Its first words stand on one line: they are not reserved.
fn table_item(head: &'static str, lines: &[&'static str]) -> BoxedStrategy<Vec<Piece>> {
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

fn on_a_line(mut pieces: Vec<Piece>) -> Vec<Piece> {
    if let Some(first) = pieces.first_mut() {
        first.gap = Gap::Line;
    }
    pieces
}

fn item() -> BoxedStrategy<Vec<Piece>> {
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
                Gap::Line => &[
                    "\n",
                    "\n\n",
                    "\n\n\n\n",
                    " // end\n",
                    "\n/// doc\n",
                    "\n// own\n",
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
        "regime R {",
        "router D by R {",
        "risk R {",
        "test \"t\" {",
        "zones z max 3 drop oldest {",
        "execution {",
        "size",
        "take_profit",
        "take_profit {",
        "trail",
        "at",
        "once",
        "limit",
        "keep",
        "of",
        "every",
        "day",
        "on",
        "event",
        "within",
        "09:30",
        "between",
        "where",
        "by",
        "nearest",
        "since",
        "entry",
        "across",
        "universe",
        "for i in 0..4 {",
        "sum(i in 0..4:",
        "quote bid[0]",
        "score",
        "confidence",
        "override",
        "switch",
        "expect",
        "hold",
        "legs",
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
