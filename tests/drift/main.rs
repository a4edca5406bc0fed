//! Rolling sums, means and variances over ten million bars, against whole numbers.
//!
//! `cargo test` takes two hundred thousand bars; `just drift` takes ten million and writes
//! `docs/drift.md`.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "counts of bars are small, and prices are whole numbers below 2^57"
)]

mod exact;
mod measure;
mod table;
mod walk;

use self::measure::{SUBJECTS, Worst, measure};
use self::walk::Course;

/// Lengths of the windows.
const LENGTHS: [usize; 2] = [20, 1000];

/// Largest moves per bar.
const MOVES: [f64; 3] = [1e-3, 1e-5, 1e-7];

/// The bar on which both prices are 1e8, where there is one.
const SPIKE: usize = 5000;

/// Every course of prices.
fn courses() -> impl Iterator<Item = Course> {
    let spikes = [None, Some(SPIKE)];
    spikes
        .into_iter()
        .flat_map(|spike| MOVES.map(|move_size| Course { move_size, spike }))
}

/// The largest error that is allowed of a result as large as the prices, relative to it.
const OF_LEVEL: f64 = 1e-14;

/// The same of a result that is made of the moves alone, where they are 1e-3.
const OF_MOVES: f64 = 1e-9;

/// The results that are further off than is allowed.
fn too_far(course: Course, n: usize, worst: &[Worst], of_moves: f64) -> Vec<String> {
    let rows = SUBJECTS.iter().zip(worst);
    rows.filter(|(subject, worst)| {
        let allowed = if subject.is_of_moves {
            of_moves
        } else {
            OF_LEVEL
        };
        worst.error > allowed
    })
    .map(|(subject, worst)| {
        let call = subject.call.replace('N', &n.to_string());
        format!("{call}, {course:?}: {:e} on bar {}", worst.error, worst.bar)
    })
    .collect()
}

#[test]
fn sums_do_not_drift() {
    let mut wrong = Vec::new();
    for course in courses().filter(|c| c.move_size >= 1e-3) {
        let worst = measure(course, 200_000, 20);
        wrong.extend(too_far(course, 20, &worst, OF_MOVES));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn small_moves_keep_their_digits() {
    let mut wrong = Vec::new();
    for course in courses() {
        let worst = measure(course, 200_000, 20);
        wrong.extend(too_far(course, 20, &worst, OF_MOVES));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
#[ignore = "takes minutes and is meant for release: `just drift`"]
fn ten_million_bars() {
    const BARS: usize = 10_000_000;
    let mut columns = Vec::new();
    let mut wrong = Vec::new();
    for course in courses() {
        for n in LENGTHS {
            let worst = measure(course, BARS, n);
            println!(
                "moves of {:e}, {:?}, {n} bars",
                course.move_size, course.spike
            );
            for (subject, worst) in SUBJECTS.iter().zip(&worst) {
                let (call, Worst { error, bar }) = (subject.call, worst);
                println!("    {call:34} {error:8.1e} on bar {bar}");
            }
            if course.move_size >= 1e-3 {
                wrong.extend(too_far(course, n, &worst, OF_MOVES));
            }
            columns.push((course, n, worst));
        }
    }
    table::write(BARS, &columns);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
