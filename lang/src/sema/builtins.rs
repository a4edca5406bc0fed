//! Functions that the language itself supplies. Everything else is written in the language.

use crate::hir::{Math1, Math2, WindowFn};

/// What a built-in name computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Builtin {
    /// One number to one number.
    Math1(Math1),
    /// Two numbers to one.
    Math2(Math2),
    /// `min`, `max`: two or more numbers.
    Fold(Math2),
    /// `clamp(x, lo, hi)`
    Clamp,
    /// `num(condition)`
    Num,
    /// `window_…(x, n, least: k)`
    Window(WindowFn),
    /// `lookback(x)`: bars before the first value of x.
    Lookback,
}

/// Name, what it computes, its parameters for messages.
pub(super) const BUILTINS: &[(&str, Builtin, &str)] = &[
    ("abs", Builtin::Math1(Math1::Abs), "x"),
    ("atan", Builtin::Math1(Math1::Atan), "x"),
    ("ceil", Builtin::Math1(Math1::Ceil), "x"),
    ("clamp", Builtin::Clamp, "x, lo, hi"),
    ("cos", Builtin::Math1(Math1::Cos), "x"),
    ("exp", Builtin::Math1(Math1::Exp), "x"),
    ("floor", Builtin::Math1(Math1::Floor), "x"),
    ("ln", Builtin::Math1(Math1::Ln), "x"),
    ("lookback", Builtin::Lookback, "x"),
    ("max", Builtin::Fold(Math2::Max), "a, b, …"),
    ("min", Builtin::Fold(Math2::Min), "a, b, …"),
    ("num", Builtin::Num, "condition"),
    ("pow", Builtin::Math2(Math2::Pow), "x, exponent"),
    ("round", Builtin::Math1(Math1::Round), "x"),
    ("sign", Builtin::Math1(Math1::Sign), "x"),
    ("sin", Builtin::Math1(Math1::Sin), "x"),
    ("sqrt", Builtin::Math1(Math1::Sqrt), "x"),
    (
        "window_max",
        Builtin::Window(WindowFn::Max),
        "x, n, least: n",
    ),
    (
        "window_mean",
        Builtin::Window(WindowFn::Mean),
        "x, n, least: n",
    ),
    (
        "window_min",
        Builtin::Window(WindowFn::Min),
        "x, n, least: n",
    ),
    (
        "window_squares",
        Builtin::Window(WindowFn::SquaredDeviations),
        "x, n, least: n",
    ),
    (
        "window_sum",
        Builtin::Window(WindowFn::Sum),
        "x, n, least: n",
    ),
    (
        "window_weighted",
        Builtin::Window(WindowFn::WeightedSum),
        "x, n",
    ),
];

/// The built-in of a name.
pub(super) fn builtin(name: &str) -> Option<(Builtin, &'static str)> {
    BUILTINS
        .iter()
        .find(|(n, ..)| *n == name)
        .map(|(_, b, params)| (*b, *params))
}
