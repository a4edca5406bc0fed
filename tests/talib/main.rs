//! Every function of TA-Lib against the library's function of that name.
//!
//! `cargo test` compares one series with three sets per function, and made-up series with the
//! defaults; `just oracle-full` compares everything and writes `docs/talib.md`.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "counts of bars are small"
)]

mod call;
mod exact;
mod faint;
mod judge;
mod matrix;
mod mutants;
mod registry;
mod rounding;
mod series;
mod sets;
mod table;

use self::judge::Referee;
use self::matrix::{Row, run};
use self::series::{
    Series, grid_series, long_series, shared_series, small_series, spike_series, unit_series,
    wild_series,
};
use self::sets::SAMPLED;

/// Every series with when exact arithmetic judges it.
fn of(series: impl IntoIterator<Item = Series>, referee: Referee) -> Vec<(Series, Referee)> {
    series.into_iter().map(|s| (s, referee)).collect()
}

fn demand_none_wrong(rows: &[Row]) {
    let functions = rows.iter().filter(|row| !row.wrong.is_empty()).count();
    let wrong: Vec<&str> = rows
        .iter()
        .flat_map(|row| row.wrong.iter().take(5))
        .map(String::as_str)
        .collect();
    assert!(
        wrong.is_empty(),
        "{functions} functions:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn three_sets_on_one_series() {
    let mut series = shared_series(500);
    series.truncate(1);
    if series.is_empty() {
        series.push(wild_series(500));
    }
    demand_none_wrong(&run(&of(series, Referee::WhereTheyDiffer), 3));
}

#[test]
fn defaults_on_made_up_series() {
    let series = vec![
        wild_series(400),
        small_series(400),
        spike_series(400),
        grid_series(400),
        unit_series(200),
    ];
    demand_none_wrong(&run(&of(series, Referee::WhereTheyDiffer), 1));
}

#[test]
#[ignore = "takes minutes and is meant for release: `just oracle-full`"]
fn the_full_matrix() {
    let made_up = [
        wild_series(1500),
        small_series(1500),
        spike_series(1500),
        grid_series(1500),
        unit_series(1000),
    ];
    let parts = shared_series(1500).into_iter().map(Series::into_part);
    let mut series = of(made_up.into_iter().chain(parts), Referee::Always);
    series.extend(of(shared_series(usize::MAX), Referee::WhereTheyDiffer));
    series.extend(of([long_series()], Referee::WhereTheyDiffer));
    let rows = run(&series, 1 + SAMPLED);
    // The table of some functions is shown, that of all is kept.
    if std::env::var_os("STRATC_ONLY").is_some() {
        println!("{}", table::text(&rows, &series));
    } else {
        table::write(&rows, &series);
    }
    demand_none_wrong(&rows);
}
