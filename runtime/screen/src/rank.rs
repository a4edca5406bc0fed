//! The order of the rows.

use std::cmp::Ordering;

use strat_engine::Figure;

use crate::sweep::Row;

/// Sorts rows that stand in grid order: the greatest of `by` first, rows without one last. Equal
/// ones keep the order of the grid.
pub fn rank(rows: &mut [Row], by: Figure) {
    rows.sort_by(|a, b| match (by.of(&a.metrics), by.of(&b.metrics)) {
        (Some(a), Some(b)) => b.total_cmp(&a),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    });
}
