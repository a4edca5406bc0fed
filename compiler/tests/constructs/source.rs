//! Programs from their source: those of the repository, and one for every construct.

use std::path::{Path, PathBuf};

use strat_abi::{Need, OtherColumns, Program};
use strat_compiler::{Executor, compile};
use strat_lang::hir::Unit;
use strat_lang::sema::{Checked, Library, check_expr, check_source};
use strat_lang::source::{MemoryWorld, SourceMap};

use crate::agree::{Beside, agree};
use crate::market::{Bars, MINUTE, Trades};

const LIBRARY: Library = Library {
    files: strat_stdlib::FILES,
};

fn units(name: &str, checked: Checked) -> Vec<Unit> {
    assert!(!checked.has_errors(), "{name}: {:#?}", checked.diagnostics);
    checked.units
}

fn program(text: &str) -> Vec<Unit> {
    let mut map = SourceMap::default();
    let world = MemoryWorld::new();
    let checked = check_source(&mut map, &world, &LIBRARY, "test.strat", text);
    units(text, checked)
}

fn expression(text: &str) -> Unit {
    let mut map = SourceMap::default();
    let hourly =
        "strategy Made { timeframe 1h enter long when close > open exit when close < open }";
    let file = Some(("test.strat", hourly));
    let checked = check_expr(&mut map, &MemoryWorld::new(), &LIBRARY, text, file);
    units(text, checked).remove(0)
}

/// The default set, and those in which every parameter is the least or the greatest that is swept.
fn sets(unit: &Unit) -> Vec<Vec<f64>> {
    let program = compile(unit, Executor::Interp).expect("code");
    let params = &program.info().params;
    let all = |pick: fn(&[f64]) -> Option<&f64>| -> Vec<f64> {
        let value = |p: &strat_abi::ParamInfo| pick(&p.sweep).copied().unwrap_or(p.default);
        params.iter().map(value).collect()
    };
    let mut sets = vec![
        all(|_| None),
        all(|sweep| sweep.first()),
        all(|sweep| sweep.last()),
    ];
    sets.retain(|set| program.resolve(set).is_ok());
    sets.dedup();
    assert!(!sets.is_empty(), "{}: no set runs", unit.name);
    sets
}

/// Runs a unit on wild bars with all the data and the trades it asks for; gives how many bars decide
/// something, or have a value.
fn run(unit: &Unit, seed: u64, count: usize) -> usize {
    let minutes = unit
        .timeframe
        .map_or(60, |seconds| (seconds / 60.0) as i64)
        .max(1);
    let own = Bars::wild(seed, count, minutes);
    let program = compile(unit, Executor::Interp).expect("code");
    let needs = &program.info().needs;
    let theirs: Vec<Bars> = (0..needs.len() as u64)
        .map(|i| Bars::wild(seed + 1 + i, count, minutes))
        .collect();
    let time: Vec<i64> = (0..count as i64)
        .map(|i| own.time[0] + i * 3 * minutes * MINUTE)
        .collect();
    let others: Vec<OtherColumns<'_>> = needs
        .iter()
        .zip(&theirs)
        .map(|(need, bars)| match need {
            Need::Symbol(_) => OtherColumns::Bars(bars.columns(&[])),
            Need::External(_) => OtherColumns::Values {
                time: &time,
                value: &bars.close,
            },
        })
        .collect();
    let plan = &program.info().plan;
    let trades = Trades::wild(seed, count, plan.kept);
    let trades = plan.reads_trade.then_some(&trades);
    let beside = if needs.is_empty() {
        Beside::Bars
    } else {
        Beside::Known
    };
    let bars = own.columns(&others);
    let got = agree(unit, &sets(unit), bars, trades, beside);
    let set = &sets(unit)[0];
    let columns = trades.map(Trades::columns).unwrap_or_default();
    let (decisions, _) = program.decide_with(set, bars, &columns);
    let decided = decisions
        .iter()
        .filter(|d| d.entries | d.exits != 0)
        .count();
    decided + got.iter().flatten().filter(|x| !x.is_nan()).count()
}

#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "a test reads the programs of the repository"
)]
fn programs_of_the_repository_agree() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut open: Vec<PathBuf> = vec![root.join("examples"), root.join("strategies")];
    let mut texts: Vec<(String, String)> = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let inside = std::fs::read_dir(&path).expect("a folder");
            let mut inside: Vec<PathBuf> = inside.map(|e| e.expect("a file").path()).collect();
            inside.sort();
            open.extend(inside);
        } else if path.extension().is_some_and(|e| e == "strat") {
            let text = std::fs::read_to_string(&path).expect("a text");
            texts.push((path.to_string_lossy().into_owned(), text));
        }
    }
    // A file uses those that lie beside it.
    let mut world = MemoryWorld::new();
    for (path, text) in &texts {
        world.insert(path, text);
    }
    let mut seen = 0;
    for (path, text) in &texts {
        let mut map = SourceMap::default();
        let checked = check_source(&mut map, &world, &LIBRARY, path, text);
        for unit in units(path, checked) {
            let known = run(&unit, 41, 1500);
            println!("{path} {}: {known}", unit.name);
            seen += 1;
        }
    }
    assert!(seen >= 10, "{seen} programs");
}

#[test]
fn constructs_agree_as_they_are_written() {
    for text in [
        "close of \"ETH/USDT\" / close",
        "ema(close, 20) @ 4h",
        "(close[1] @ 4h) - (close @ 4h)[1]",
        "sma(close of \"ETH/USDT\", 5) @ 1d",
        "(ema(high, 10) @ 4h) of \"ETH/USDT\"",
        "close every 20 bars",
        "sma(close, 3) every 4h",
        "num(within 09:30..16:00 \"America/New_York\")",
        "num(within 22:00..02:00 utc)",
        "close on event funding",
        "sma((close on event funding), 3) @ 4h",
        "(close every week on monday at 09:30 \"America/New_York\") - (close every month)",
        "close every day at 09:30 \"America/New_York\"",
        "bank(p in 2..30: sma(x: close, length: p))[bar_index mod 40]",
        "sum(i in 0..4: close[i] * i)",
        "bars_since(close > open)",
        "value_when(close > open, high)",
    ] {
        let known = run(&expression(text), 51, 900);
        assert!(known > 100, "{text}: {known} values");
    }
    for body in [
        // The open trade.
        "enter long keep h = high when close > open
         exit when close < entry_price or held > 4h and profit > 1%
         exit \"memory\" when close > h * 101%",
        "enter long when close > open
         exit when close < highest(high) since entry * 90%",
        // Plans.
        "param n: bars = 5 in 2..20
         enter long size 10% of equity when close > sma(close, n)
         enter short size 0.5 when close < sma(close, n) * 99%
         exit 50% when close crosses below sma(close, n)
         stop 5%
         stop at lowest(low, n)
         trail 2% once profit > 1%
         trail at close - atr(n)
         take_profit { 0m => 10%  4h => 2% }",
        // Zones with parameters on longer bars.
        "param n: bars = 5 in 2..20
         zones gap max 8 drop oldest {
             born when low > high[2]
             keep bottom = high[2] top = low
             next least = min(least[1] else low, low)
             dies when least < bottom or age > n
         }
         let near = gap where least > bottom by nearest top
         enter long when count(gap) > 1 and near.least < close and (ema(close, n) @ 4h) < close
         exit when count(gap where age > 3) == 0",
        "zones a max 4 drop newest { born when close > open keep p = close dies when age > 5 }
         zones b max 4 drop oldest { born when count(a) > 2 keep q = low }
         let oldest = b where q > 0 by highest age
         enter long when close > oldest.q and count(a where p < oldest.q) > 0
         exit when close < (b where q > 0).q",
        "within 09:30..16:00 \"America/New_York\"
         cooldown 3 bars
         pyramid 2
         enter long when close > open
         exit when close < open and position > 0",
    ] {
        let text = format!("strategy Made {{ timeframe 1h {body} }}");
        for unit in program(&text) {
            println!("{text}");
            let known = run(&unit, 61, 1200);
            assert!(known > 10, "{text}: {known} values");
        }
    }
}
