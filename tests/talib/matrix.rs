//! All functions with all sets on all series, by several threads.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use ta_lib::abstract_api::{FuncInfo, Group};

use crate::judge::{Found, Referee, compare};
use crate::registry::{all, library, ours};
use crate::series::Series;
use crate::sets::{Set, sets};

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

/// Compares every function with `count` of its sets on every series that suits it.
pub fn run(series: &[Series], long: Option<&Series>, count: usize, referee: Referee) -> Vec<Row> {
    let all = all();
    let library = library();
    let next = AtomicUsize::new(0);
    let rows = Mutex::new(Vec::new());
    let only = std::env::var("STRATC_ONLY").ok();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(info) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if only.as_ref().is_some_and(|only| only != info.name) {
                        continue;
                    }
                    // That it has all of them is a test of its own.
                    if !library.contains(&ours(info.name)) {
                        continue;
                    }
                    let row = row(info, series, long, count, referee);
                    // Shown where a run takes minutes.
                    println!("{}: {} broken", info.name, row.wrong.len());
                    for why in row.wrong.iter().take(3) {
                        println!("    {why}");
                    }
                    rows.lock().expect("no thread panicked").push(row);
                }
            });
        }
    });
    let mut rows = rows.into_inner().expect("no thread panicked");
    rows.sort_by_key(|row| row.info.name);
    rows
}

fn row(
    info: &'static FuncInfo,
    series: &[Series],
    long: Option<&Series>,
    count: usize,
    referee: Referee,
) -> Row {
    let sets = sets(info, count);
    let mut row = Row {
        info,
        sets: sets.len(),
        found: Found::default(),
        series: Vec::new(),
        wrong: Vec::new(),
    };
    for series in series.iter().filter(|s| suits(info, s)) {
        let mut there = Found::default();
        for set in &sets {
            take(&mut row, &mut there, info, set, series, referee);
        }
        row.found.add(&there);
        row.series.push((series.name.clone(), there));
    }
    // Lengths that the others do not fill.
    if let Some(long) = long {
        let mut there = Found::default();
        for set in sets.iter().filter(|set| set.is_long()).take(3) {
            take(&mut row, &mut there, info, set, long, Referee::Never);
        }
        row.found.add(&there);
        row.series.push((long.name.clone(), there));
    }
    row
}

fn take(
    row: &mut Row,
    there: &mut Found,
    info: &FuncInfo,
    set: &Set,
    series: &Series,
    referee: Referee,
) {
    match compare(info, set, series, referee) {
        Ok(found) => there.add(&found),
        Err(why) => row.wrong.push(why),
    }
}

/// Numbers that are no prices suit functions that are not about prices.
fn suits(info: &FuncInfo, series: &Series) -> bool {
    let is_plain = matches!(info.group, Group::MathTransform | Group::MathOperators);
    series.name != "unit" || is_plain
}
