//! The list of functions: TA-Lib's, the crate's and the library's.

use std::collections::BTreeSet;

use strat_tests::LIBRARY;
use strat_tests::calls::functions;
use ta_lib::abstract_api::{FuncInfo, get_func_handle};

/// The names of `talib.get_functions()` of TA-Lib 0.8.2 for Python, one per line.
const NAMES: &str = include_str!("functions.txt");

/// TA-Lib's names.
pub fn names() -> impl Iterator<Item = &'static str> {
    NAMES.lines()
}

/// All functions, as the crate describes them.
pub fn all() -> Vec<&'static FuncInfo> {
    names()
        .map(|name| get_func_handle(name).expect(name).info())
        .collect()
}

/// A function's name in the library.
pub fn ours(name: &str) -> String {
    format!("ta_{}", name.to_lowercase())
}

/// Whether it is a candlestick pattern.
pub fn is_candle(name: &str) -> bool {
    name.starts_with("CDL")
}

/// The names of all functions of the library.
pub fn library() -> BTreeSet<String> {
    let files = LIBRARY.files.iter();
    files
        .flat_map(|(_, text)| functions(text))
        .map(|f| f.name.name.to_string())
        .collect()
}

#[test]
fn the_list_is_whole() {
    let distinct: BTreeSet<&str> = names().collect();
    assert_eq!(distinct.len(), names().count(), "a name stands twice");
    let candles = distinct.iter().filter(|n| is_candle(n)).count();
    assert_eq!((distinct.len() - candles, candles), (140, 61));
    let unknown: Vec<_> = names().filter(|n| get_func_handle(n).is_none()).collect();
    assert!(unknown.is_empty(), "not in the crate: {unknown:?}");
}

#[test]
fn the_library_has_every_function() {
    let library = library();
    let missing: Vec<String> = names().map(ours).filter(|n| !library.contains(n)).collect();
    assert!(
        missing.is_empty(),
        "{} of 201 are missing: {}",
        missing.len(),
        missing.join(" ")
    );
}
