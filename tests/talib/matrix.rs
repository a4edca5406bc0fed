//! All functions with all sets on all series, by several threads.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use ta_lib::abstract_api::{FuncInfo, Group};

use crate::call::Call;
use crate::judge::{Found, Referee, compare};
use crate::registry::{all, library, ours};
use crate::series::Series;
use crate::sets::sets;

/// What was found for one function.
pub struct Row {
    pub info: &'static FuncInfo,
    pub sets: usize,
    pub found: Found,
    /// Per series what was found there.
    pub series: Vec<(String, Found)>,
    /// Where the rule is broken.
    pub wrong: Vec<String>,
}

/// Compares every function with `count` of its sets on every series that suits it; of `STRATC_ONLY`,
/// where that is set to names with commas between them.
pub fn run(series: &[(Series, Referee)], count: usize) -> Vec<Row> {
    let all = all();
    let library = library();
    let next = AtomicUsize::new(0);
    let rows = Mutex::new(Vec::new());
    let only = std::env::var("STRATC_ONLY").ok();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(info) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let is_meant = |only: &String| only.split(',').any(|name| name == info.name);
                    if !only.as_ref().is_none_or(is_meant) {
                        continue;
                    }
                    // That it has all of them is a test of its own.
                    if !library.contains(&ours(info.name)) {
                        continue;
                    }
                    let began = start.elapsed();
                    let row = row(info, series, count);
                    let mut rows = rows.lock().expect("no thread panicked");
                    // Shown where a run takes minutes.
                    let (now, took) = (start.elapsed(), start.elapsed() - began);
                    println!(
                        "{:4} s  {} of {}  {}: {} broken, {:.1} s",
                        now.as_secs(),
                        rows.len() + 1,
                        all.len(),
                        info.name,
                        row.wrong.len(),
                        took.as_secs_f64()
                    );
                    for why in row.wrong.iter().take(3) {
                        println!("    {why}");
                    }
                    rows.push(row);
                }
            });
        }
    });
    let mut rows = rows.into_inner().expect("no thread panicked");
    rows.sort_by_key(|row| row.info.name);
    rows
}

fn row(info: &'static FuncInfo, series: &[(Series, Referee)], count: usize) -> Row {
    let sets = sets(info, count);
    let suitable: Vec<_> = series.iter().filter(|(s, _)| suits(info, s)).collect();
    let mut row = Row {
        info,
        sets: sets.len(),
        found: Found::default(),
        series: suitable
            .iter()
            .map(|(s, _)| (s.name.clone(), Found::default()))
            .collect(),
        wrong: Vec::new(),
    };
    // The long series is there for lengths that the others do not fill.
    let mut long = 0;
    for set in &sets {
        let call = match Call::new(info, set) {
            Ok(call) => call,
            Err(why) => {
                row.wrong.push(why);
                continue;
            }
        };
        long += usize::from(set.is_long());
        let is_long = set.is_long() && long <= MOST_LONG;
        let is_large = call.graph.nodes.len() > MOST_NODES;
        for ((series, referee), (_, found)) in suitable.iter().zip(&mut row.series) {
            let is_part = series.bars.len() <= MOST_BARS;
            if series.name == "long" && !is_long || is_large && !is_part {
                continue;
            }
            match compare(&call, series, *referee) {
                Ok(more) => found.add(&more),
                Err(why) => row.wrong.push(why),
            }
        }
    }
    for (_, found) in &row.series {
        row.found.add(found);
    }
    row
}

/// Sets that are compared on the long series.
const MOST_LONG: usize = 3;

/// Operations of a call that exact arithmetic still follows over a series longer than
/// [`MOST_BARS`]. A bank of a thousand averages has more, each of them with its windows in memory.
const MOST_NODES: usize = 6000;
const MOST_BARS: usize = 2000;

/// Numbers that are no prices suit functions that are not about prices.
fn suits(info: &FuncInfo, series: &Series) -> bool {
    let is_plain = matches!(info.group, Group::MathTransform | Group::MathOperators);
    series.name != "unit" || is_plain
}
