//! The order of the rows.

use std::cmp::Ordering;

use crate::sweep::Row;

/// Sorts rows that stand in grid order: best Sharpe ratio first, rows without one last. Equal
/// ratios keep the order of the grid.
pub fn rank(rows: &mut [Row]) {
    rows.sort_by(
        |a, b| match (a.metrics.sharpe_ratio, b.metrics.sharpe_ratio) {
            (Some(a), Some(b)) => b.total_cmp(&a),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        },
    );
}
