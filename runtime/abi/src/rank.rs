//! The rank of the newest value of a rolling window: the share of the window's values that are
//! not above it, itself included.
//!
//! The state holds the values twice, as a ring by age and in order of size. A bar finds its
//! places by halving and moves what lies between the value that leaves and the one that comes: no
//! more than the window, one block of memory. Long windows keep a tree instead
//! ([`crate::order`]). Missing values stand in the ring only.

/// Slots before the ring: cursor, number of values in order.
const HEAD: usize = 2;

/// Longest window whose order is an array.
const SHORT: usize = crate::orders::MOST;

/// Doubles of state for a window of `n` values.
#[must_use]
pub fn state_len(n: usize) -> usize {
    HEAD + n
        + if n <= SHORT {
            n
        } else {
            crate::order::state_len(n)
        }
}

/// Makes the state of a window that has seen nothing.
pub fn clear(state: &mut [f64], n: usize) {
    state.fill(0.0);
    state[HEAD..HEAD + n].fill(f64::NAN);
}

/// One more value of a window of `ring`. Na where the value is missing, or
/// fewer than `least` are there.
pub fn step(state: &mut [f64], x: f64, least: usize, ring: usize) -> f64 {
    let (head, rest) = state.split_at_mut(HEAD);
    let (values, sorted) = rest.split_at_mut(ring);
    let cursor = head[0] as usize;
    let mut count = head[1] as usize;
    let old = std::mem::replace(&mut values[cursor], x);
    head[0] = if cursor + 1 == ring {
        0.0
    } else {
        (cursor + 1) as f64
    };
    if ring > SHORT {
        let mut tree = crate::order::Tree(sorted);
        if old.is_finite() {
            tree.remove(cursor);
        }
        if !x.is_finite() {
            return f64::NAN;
        }
        tree.insert(cursor, x);
        let count = tree.len();
        return if count >= least {
            tree.not_above(x) as f64 / count as f64
        } else {
            f64::NAN
        };
    }
    if old.is_finite() {
        let at = sorted[..count].partition_point(|v| *v < old);
        sorted.copy_within(at + 1..count, at);
        count -= 1;
    }
    let mut rank = f64::NAN;
    if x.is_finite() {
        let at = sorted[..count].partition_point(|v| *v <= x);
        sorted.copy_within(at..count, at + 1);
        sorted[at] = x;
        count += 1;
        if count >= least {
            rank = (at + 1) as f64 / count as f64;
        }
    }
    head[1] = count as f64;
    rank
}
