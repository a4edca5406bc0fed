//! Which share of the inputs came how far, counted while a target runs.

use std::sync::atomic::{AtomicU64, Ordering};

use strat_tests::properties::Reach;

static COUNTS: [AtomicU64; 4] = [const { AtomicU64::new(0) }; 4];

/// Runs between two lines of the report; the last line of a sitting is nearly its whole.
const EVERY: u64 = 1024;

/// Counts one input, and now and then prints the shares so far to standard error.
pub fn count(reach: Reach) {
    COUNTS[reach as usize].fetch_add(1, Ordering::Relaxed);
    let counts = COUNTS.each_ref().map(|c| c.load(Ordering::Relaxed));
    let all: u64 = counts.iter().sum();
    if all.is_multiple_of(EVERY) {
        #[allow(clippy::cast_precision_loss)] // a share for people
        let share = |from: usize| 100.0 * counts[from..].iter().sum::<u64>() as f64 / all as f64;
        eprintln!(
            "REACHED of {all} inputs: tree {:.1}%, check {:.1}%, code {:.1}%",
            share(1),
            share(2),
            share(3)
        );
    }
}
