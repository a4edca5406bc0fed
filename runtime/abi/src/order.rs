//! The values of a window in order of size, with the number and the sum of those above any bound,
//! and so the sum of their distances from it.
//!
//! A tree over the slots of a ring: each value is a node, nodes are ordered by value (and by slot
//! where values are equal), and balanced as a treap whose priorities are a fixed hash of the slot
//! (C. R. Aragon, R. Seidel, "Randomized search trees", 1989): the shape depends on nothing but
//! the order of the values. A value comes or goes in O(log n). Sums are in double-double
//! arithmetic and made anew from the children, so that nothing drifts.

use crate::running::Double;

/// Slots before the nodes: the root.
const HEAD: usize = 1;
/// Doubles per node: value, left, right, size, sum (two). Links are slot + 1, 0 for none.
const NODE: usize = 6;
const VALUE: usize = 0;
const LEFT: usize = 1;
const RIGHT: usize = 2;
const SIZE: usize = 3;
const SUM: usize = 4;

/// Doubles of state for `n` values.
#[must_use]
pub fn state_len(n: usize) -> usize {
    HEAD + NODE * n
}

/// A view of the state.
pub struct Tree<'a>(pub &'a mut [f64]);

/// Spreads slots over all 64 bits (the finaliser of splitmix64).
fn priority(slot: usize) -> u64 {
    let mut z = (slot as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Tree<'_> {
    fn get(&self, slot: usize, field: usize) -> f64 {
        self.0[HEAD + NODE * slot + field]
    }

    fn set(&mut self, slot: usize, field: usize, to: f64) {
        self.0[HEAD + NODE * slot + field] = to;
    }

    fn link(&self, slot: usize, field: usize) -> Option<usize> {
        (self.get(slot, field) as usize).checked_sub(1)
    }

    fn set_link(&mut self, slot: usize, field: usize, to: Option<usize>) {
        self.set(slot, field, to.map_or(0.0, |s| (s + 1) as f64));
    }

    fn root(&self) -> Option<usize> {
        (self.0[0] as usize).checked_sub(1)
    }

    fn set_root(&mut self, to: Option<usize>) {
        self.0[0] = to.map_or(0.0, |s| (s + 1) as f64);
    }

    fn size(&self, node: Option<usize>) -> f64 {
        node.map_or(0.0, |s| self.get(s, SIZE))
    }

    fn sum(&self, node: Option<usize>) -> Double {
        node.map_or(Double::default(), |s| Double {
            hi: self.get(s, SUM),
            lo: self.get(s, SUM + 1),
        })
    }

    fn before(&self, a: usize, b: usize) -> bool {
        let (x, y) = (self.get(a, VALUE), self.get(b, VALUE));
        x < y || (x == y && a < b)
    }

    /// Size and sum from the children.
    fn renew(&mut self, slot: usize) {
        let (left, right) = (self.link(slot, LEFT), self.link(slot, RIGHT));
        let size = self.size(left) + self.size(right) + 1.0;
        let sum = self
            .sum(left)
            .plus(self.sum(right))
            .plus_double(self.get(slot, VALUE));
        self.set(slot, SIZE, size);
        self.set(slot, SUM, sum.hi);
        self.set(slot, SUM + 1, sum.lo);
    }

    /// Splits the nodes under `node` into those before `slot` and those after it.
    fn split(&mut self, node: Option<usize>, slot: usize) -> (Option<usize>, Option<usize>) {
        let Some(node) = node else {
            return (None, None);
        };
        if self.before(node, slot) {
            let (inner, after) = self.split(self.link(node, RIGHT), slot);
            self.set_link(node, RIGHT, inner);
            self.renew(node);
            (Some(node), after)
        } else {
            let (before, inner) = self.split(self.link(node, LEFT), slot);
            self.set_link(node, LEFT, inner);
            self.renew(node);
            (before, Some(node))
        }
    }

    /// One tree of two, all of `a` before all of `b`.
    fn join(&mut self, a: Option<usize>, b: Option<usize>) -> Option<usize> {
        let (Some(x), Some(y)) = (a, b) else {
            return a.or(b);
        };
        if priority(x) > priority(y) {
            let right = self.join(self.link(x, RIGHT), b);
            self.set_link(x, RIGHT, right);
            self.renew(x);
            a
        } else {
            let left = self.join(a, self.link(y, LEFT));
            self.set_link(y, LEFT, left);
            self.renew(y);
            b
        }
    }

    fn insert_under(&mut self, node: Option<usize>, slot: usize) -> usize {
        let Some(top) = node.filter(|top| priority(*top) >= priority(slot)) else {
            let (before, after) = self.split(node, slot);
            self.set_link(slot, LEFT, before);
            self.set_link(slot, RIGHT, after);
            self.renew(slot);
            return slot;
        };
        let side = if self.before(slot, top) { LEFT } else { RIGHT };
        let child = self.insert_under(self.link(top, side), slot);
        self.set_link(top, side, Some(child));
        self.renew(top);
        top
    }

    fn remove_under(&mut self, node: Option<usize>, slot: usize) -> Option<usize> {
        let top = node?;
        if top == slot {
            return self.join(self.link(top, LEFT), self.link(top, RIGHT));
        }
        let side = if self.before(slot, top) { LEFT } else { RIGHT };
        let child = self.remove_under(self.link(top, side), slot);
        self.set_link(top, side, child);
        self.renew(top);
        Some(top)
    }

    /// Puts a value into a slot that is in no tree.
    pub fn insert(&mut self, slot: usize, x: f64) {
        self.set(slot, VALUE, x);
        self.set_link(slot, LEFT, None);
        self.set_link(slot, RIGHT, None);
        let root = self.insert_under(self.root(), slot);
        self.set_root(Some(root));
    }

    /// Takes a slot out of the tree.
    pub fn remove(&mut self, slot: usize) {
        let root = self.remove_under(self.root(), slot);
        self.set_root(root);
    }

    /// How many values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.size(self.root()) as usize
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.root().is_none()
    }

    /// The k-th smallest, k from 1; na where there are fewer.
    #[must_use]
    pub fn nth(&self, k: usize) -> f64 {
        let (mut node, mut k) = (self.root(), k as f64);
        while let Some(slot) = node {
            let left = self.link(slot, LEFT);
            let before = self.size(left);
            if k <= before {
                node = left;
            } else if k == before + 1.0 {
                return self.get(slot, VALUE);
            } else {
                k -= before + 1.0;
                node = self.link(slot, RIGHT);
            }
        }
        f64::NAN
    }

    /// How many values are not above `x`.
    #[must_use]
    pub fn not_above(&self, x: f64) -> usize {
        let (mut node, mut count) = (self.root(), 0.0);
        while let Some(slot) = node {
            if self.get(slot, VALUE) <= x {
                count += self.size(self.link(slot, LEFT)) + 1.0;
                node = self.link(slot, RIGHT);
            } else {
                node = self.link(slot, LEFT);
            }
        }
        count as usize
    }

    /// The sum of the distances of all values from `x`.
    #[must_use]
    pub fn apart(&self, x: f64) -> f64 {
        let (mut node, mut count, mut sum) = (self.root(), 0.0, Double::default());
        while let Some(slot) = node {
            let value = self.get(slot, VALUE);
            if value > x {
                let right = self.link(slot, RIGHT);
                count += self.size(right) + 1.0;
                sum = sum.plus(self.sum(right)).plus_double(value);
                node = self.link(slot, LEFT);
            } else {
                node = self.link(slot, RIGHT);
            }
        }
        let (all, total) = (self.size(self.root()), self.sum(self.root()));
        let (below, rest) = (all - count, total.minus(sum));
        let level = Double { hi: x, lo: 0.0 }.times(count - below);
        sum.minus(rest).minus(level).value()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_tree_holds_the_window(xs in prop::collection::vec(-20i8..20, 1..300), n in 1usize..40) {
            let mut state = vec![0.0; state_len(n)];
            let mut tree = Tree(&mut state);
            for t in 0..xs.len() {
                if t >= n {
                    tree.remove(t % n);
                }
                tree.insert(t % n, f64::from(xs[t]));
                let mut window: Vec<i8> = xs[(t + 1).saturating_sub(n)..=t].to_vec();
                window.sort_unstable();
                prop_assert_eq!(tree.len(), window.len());
                for (k, v) in window.iter().enumerate() {
                    prop_assert_eq!(tree.nth(k + 1), f64::from(*v));
                }
                prop_assert!(tree.nth(window.len() + 1).is_nan() && tree.nth(0).is_nan());
                for bound in [-21i8, -3, 0, 7, 21] {
                    let apart: i32 = window.iter().map(|v| (i32::from(*v) - i32::from(bound)).abs()).sum();
                    prop_assert_eq!(tree.apart(f64::from(bound)), f64::from(apart));
                    prop_assert_eq!(tree.not_above(f64::from(bound)), window.iter().filter(|v| **v <= bound).count());
                }
            }
        }
    }
}
