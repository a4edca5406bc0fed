//! What numbers, names, lengths and domains the generator chooses from.

pub(super) const INPUTS: &[&str] = &[
    "close",
    "close",
    "close",
    "open",
    "high",
    "low",
    "volume",
    "bar_index",
];
pub(super) const NUMBERS: &[&str] = &[
    "0", "1", "2", "3", "20", "100", "99.5", "101", "102.5", "0.5", "1_000", "1e-3", "2.5e1",
    "98%", "1.5%", "15bp", "250bp", "4h",
];
pub(super) const FACTORS: &[&str] = &["0.5", "0.1", "90%", "1.5%", "250bp", "0.25", "2e-1"];
pub(super) const LAGS: &[u32] = &[0, 1, 1, 2, 3, 5, 6, 13, 40, 63, 64, 65, 200];
pub(super) const FAR: &[u32] = &[1023, 1024, 1025, 3000, 70_000];
pub(super) const WINDOWS: &[u32] = &[1, 2, 3, 5, 7, 10, 14, 20, 50, 64, 100];
pub(super) const WINDOW_FNS: &[&str] = &[
    "window_sum",
    "window_mean",
    "window_moment",
    "window_weighted",
    "window_squares",
    "window_max",
    "window_min",
    "window_max_age",
    "window_min_age",
    "window_max_age_oldest",
    "window_min_age_oldest",
    "window_rank",
];
pub(super) const PAIR_FNS: &[&str] =
    &["window_products", "window_nth", "window_apart", "window_at"];

/// Type, default, domain and how many values a grid takes of it: lengths.
pub(super) const WHOLE: &[Domain] = &[
    ("bars", "1", "[0, 1, 5]", 3),
    ("bars", "2", "[2, 7, 70]", 3),
    ("bars", "14", "[3, 14]", 2),
    ("bars", "10", "[10, 1200]", 2),
    ("bars", "2", "1..3", 3),
    ("bars", "0", "0..2", 3),
    ("bars", "10", "5..15 step 5", 3),
    ("bars", "20", "20..130 step 55", 3),
    ("bars", "3", "", 1),
    ("bars", "0", "[0, 4000]", 2),
    ("bars", "9", "2..20", 19),
];
/// The same of other numbers.
pub(super) const REAL: &[Domain] = &[
    ("", "1.5", "[0.5, 1.5]", 2),
    ("", "1.5", "1.0..2.0 step 0.5", 3),
    ("number", "2.0", "1.5..3.0", 1),
    ("price", "100.0", "", 1),
    ("ratio", "1%", "[1%, 2.5%]", 2),
    ("", "35", "25..45 step 10", 3),
];
pub(super) type Domain = (&'static str, &'static str, &'static str, usize);

/// Most parameter sets of a grid, so that a run stays short.
pub(super) const SETS: usize = 24;
