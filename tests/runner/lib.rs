//! What the tests share: where the market data lies, and how a program is made.

use std::path::PathBuf;

use strat_compiler::{Compiled, Executor, compile};
#[cfg(feature = "data")]
use strat_data::{Key, Range, Store};
use strat_lang::diag::Diagnostic;
use strat_lang::hir::Unit;
use strat_lang::sema::{Checked, Library, check_expr_on, check_source};
use strat_lang::source::{MemoryWorld, SourceMap};
use strat_market::Bars;
#[cfg(feature = "data")]
use strat_market::Exchange;

pub mod calls;
pub mod candles;
pub mod compare;
pub mod data;
pub mod decided;
pub mod large;
pub mod properties;
pub mod sources;

/// The library every program sees.
pub const LIBRARY: Library = Library {
    files: strat_stdlib::FILES,
};

/// The root of the workspace.
#[must_use]
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .map(PathBuf::from)
        .unwrap_or_default()
}

/// The folder of shared market data: `STRATC_SHARED`, else `../shared` beside the workspace.
#[must_use]
pub fn shared() -> Option<PathBuf> {
    let dir =
        std::env::var_os("STRATC_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    dir.join("data").is_dir().then_some(dir)
}

/// The shared folder, or a word on standard output that the test had nothing to work on.
#[must_use]
pub fn shared_or_skip(test: &str) -> Option<PathBuf> {
    let dir = shared();
    if dir.is_none() {
        println!("{test}: skipped: no market data");
    }
    dir
}

/// Bars of the shared data.
///
/// # Panics
/// Where they are not there.
#[cfg(feature = "data")]
#[must_use]
pub fn bars(shared: &std::path::Path, symbol: &str, timeframe: &str) -> Bars {
    let key = Key {
        exchange: Exchange::default(),
        symbol: symbol.parse().expect("a symbol"),
        timeframe: timeframe.parse().expect("a timeframe"),
    };
    Store::open(shared.join("data"))
        .load(&key, &Range::default())
        .expect("shared data")
        .bars
}

/// The last `count` bars.
#[must_use]
pub fn last(bars: &Bars, count: usize) -> Bars {
    bars.slice(bars.len().saturating_sub(count)..bars.len())
}

/// Checks a source text.
#[must_use]
pub fn check(text: &str) -> Checked {
    let mut map = SourceMap::default();
    check_source(&mut map, &MemoryWorld::new(), &LIBRARY, "test.strat", text)
}

/// Seconds of the bars that tests evaluate expressions on.
const HOUR: Option<f64> = Some(3600.0);

/// Checks an expression on hourly bars.
#[must_use]
pub fn check_expression(text: &str) -> Checked {
    let mut map = SourceMap::default();
    check_expr_on(&mut map, &MemoryWorld::new(), &LIBRARY, text, None, HOUR)
}

/// Checks an expression over the functions of a file and its strategy's parameters and `let`s.
#[must_use]
pub fn check_expression_in(expression: &str, file: &str) -> Checked {
    let mut map = SourceMap::default();
    let file = Some(("test.strat", file));
    check_expr_on(
        &mut map,
        &MemoryWorld::new(),
        &LIBRARY,
        expression,
        file,
        HOUR,
    )
}

/// The one unit of a text that must be right.
///
/// # Panics
/// With the diagnostics, where it is not.
#[must_use]
pub fn unit(checked: Checked, text: &str) -> Unit {
    let wrong: Vec<&Diagnostic> = checked.diagnostics.iter().collect();
    assert!(!checked.has_errors(), "{text}\n{wrong:#?}");
    checked.units.into_iter().next().expect("one unit")
}

/// A strategy file of the repository, compiled.
///
/// # Panics
/// Where it has errors.
#[must_use]
pub fn strategy(path: &str, executor: Executor) -> Compiled {
    let text = std::fs::read_to_string(root().join(path)).expect(path);
    compile(&unit(check(&text), path), executor).expect("code")
}

/// The five screens: stem and path.
pub const SCREENS: &[(&str, &str)] = &[
    ("sma_crossover", "strategies/screens/sma_crossover.strat"),
    (
        "rsi_mean_reversion",
        "strategies/screens/rsi_mean_reversion.strat",
    ),
    (
        "bollinger_breakout",
        "strategies/screens/bollinger_breakout.strat",
    ),
    ("ema_rsi_combo", "strategies/screens/ema_rsi_combo.strat"),
    (
        "volatility_breakout",
        "strategies/screens/volatility_breakout.strat",
    ),
];
