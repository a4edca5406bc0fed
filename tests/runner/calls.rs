//! Calls of functions with arguments made up from their parameters' types, so that a function that
//! is added is called without a word here.

use strat_lang::diag::Sink;
use strat_lang::source::FileId;
use strat_lang::syntax::ast::{FnItem, FnParam, ItemKind};
use strat_lang::syntax::parse;

/// Sets of arguments: the defaults, and two more.
pub const SETS: usize = 3;

/// Arguments of a type. Several parameters of one type get neighbours, so that they differ.
const OF_TYPE: &[(&str, [&str; 5])] = &[
    ("bars", ["14", "5", "9", "3", "26"]),
    (
        "series",
        ["close", "(high + low) / 2", "open", "high", "low"],
    ),
    (
        "condition",
        [
            "close > open",
            "volume > 100",
            "close crosses above open",
            "high > close",
            "low < open",
        ],
    ),
    ("ratio", ["2%", "10%", "0.5%", "50%", "5%"]),
    ("price", ["close", "open", "high", "low", "close[1]"]),
    ("qty", ["volume", "2.0", "volume[1]", "1.0", "0.5"]),
    ("MAType", ["SMA", "EMA", "WMA", "TEMA", "KAMA"]),
    ("number", ["0.5", "2.0", "3.0", "1.5", "0.1"]),
];

/// Arguments of parameters whose type does not say what they take: function, parameter, one
/// argument for each set.
const OF_NAME: &[(&str, &str, [&str; SETS])] = &[
    (
        "ta_mavp",
        "periods",
        [
            "2 + bar_index mod 20",
            "round(10 + 5 * sin(bar_index))",
            "5 + bar_index mod 3",
        ],
    ),
    ("ta_goertzel", "cycle", ["20", "7", "50"]),
    ("ta_goertzel", "first", ["0", "5", "10"]),
];

/// A call of `f` with the arguments of a set (below [`SETS`]); `None` where there is nothing to
/// choose, so that it would be that of set 0.
///
/// # Panics
/// Where `f` takes something that no argument is known for.
#[must_use]
pub fn call(f: &FnItem, set: usize) -> Option<String> {
    let arguments = f.params.iter().enumerate().filter_map(|(i, param)| {
        // `least` is the length where it is left out, and may not be more.
        let is_left_out = param.default.is_some() && (set == 0 || param.name.name == "least");
        (!is_left_out).then(|| argument(f, i, set))
    });
    let arguments: Vec<String> = arguments.collect();
    match (set, arguments.len()) {
        (1.., 0) => None,
        _ => Some(format!("{}({})", f.name.name, arguments.join(", "))),
    }
}

/// Parameters of type `bars` that are no length of a window: they count something else.
const NO_LENGTHS: &[&str] = &["ago", "bins", "first", "least", "poles", "unstable"];

/// A call of `f` with all its lengths the same, everything else left out where it may be; `None`
/// where it has no length.
///
/// # Panics
/// As [`call`].
#[must_use]
pub fn call_of_length(f: &FnItem, length: usize) -> Option<String> {
    let is_length = |param: &FnParam| {
        let is_bars = param.ty.as_ref().is_some_and(|ty| ty.name == "bars");
        is_bars && !NO_LENGTHS.contains(&param.name.name.as_str())
    };
    if !f.params.iter().any(is_length) {
        return None;
    }
    let arguments = f.params.iter().enumerate().filter_map(|(i, param)| {
        if is_length(param) {
            return Some(format!("{}: {length}", param.name.name));
        }
        param.default.is_none().then(|| argument(f, i, 0))
    });
    let arguments: Vec<String> = arguments.collect();
    Some(format!("{}({})", f.name.name, arguments.join(", ")))
}

/// The argument of the i-th parameter in a set.
fn argument(f: &FnItem, i: usize, set: usize) -> String {
    let param = &f.params[i];
    let name = param.name.name.as_str();
    let named = OF_NAME
        .iter()
        .find(|(function, of, _)| *function == f.name.name && *of == name)
        .map(|(.., texts)| texts[set]);
    let ty = param.ty.as_ref().map(|ty| ty.name.as_str());
    // Without a type the first is what the function is about, unless it has a number as its
    // default; further ones are factors.
    let is_subject = i == 0 && param.default.is_none();
    let ty = ty.unwrap_or(if is_subject { "series" } else { "number" });
    let of_type = || {
        let (_, texts) = OF_TYPE.iter().find(|(of, _)| *of == ty)?;
        Some(texts[(i + set) % texts.len()])
    };
    let text = named.or_else(of_type).unwrap_or_else(|| {
        let function = &f.name.name;
        panic!("`{function}` takes `{name}: {ty}`: give it arguments in OF_NAME")
    });
    format!("{name}: {text}")
}

/// Functions of a text, by its tree.
///
/// # Panics
/// Where the text has errors.
#[must_use]
pub fn functions(text: &str) -> Vec<FnItem> {
    let mut sink = Sink::new();
    let file = parse(FileId(0), text, &mut sink);
    assert!(!sink.has_errors(), "a file of the repository parses");
    let items = file.items.into_iter();
    items
        .filter_map(|item| match item.kind {
            ItemKind::Fn(f) => Some(f),
            _ => None,
        })
        .collect()
}

/// Functions of a text, by its lines: found without the parser.
#[must_use]
pub fn headers(text: &str) -> usize {
    text.lines().filter(|line| line.starts_with("fn ")).count()
}
