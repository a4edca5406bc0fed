//! Exact sums over a rolling window, step by step.
//!
//! A result is the exact sum of the window's values, each times its weight, rounded once to the
//! nearest double. So it depends on the values of its window and on nothing else, and any way to
//! compute it gives the same bits: [`crate::ladders`] does it for a block of bars.
//!
//! Weights from 1 to n need no second look at the window: when a bar comes, all others lose one
//! weight each, which takes away their plain sum.

use crate::exact::{PLACES, SLOTS, Term, add, nearest, place, put};

/// How much the values of a window count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weights {
    /// All the same.
    Equal,
    /// From 1 for the oldest to n for the newest.
    Rising,
    /// Distance in bars from the window's middle, newer ones positive.
    Centred,
}

impl Weights {
    /// Values that a window of `n` needs, where `least` are asked for: one at least, and all where
    /// the weights differ.
    pub(crate) fn needed(self, n: usize, least: usize) -> usize {
        match self {
            Self::Equal => least.max(1),
            _ => least.max(n),
        }
    }

    /// Doubles of its exact sums: the plain one, and the one with rising weights.
    fn slots(self) -> usize {
        match self {
            Self::Equal => SLOTS,
            _ => 2 * SLOTS,
        }
    }
}

/// Slots before the sums, whole numbers as bits: place of the next value in the ring, bars seen up
/// to its length, values that are there, and the places of the sums that are not 0.
const HEAD: usize = 5;
const CURSOR: usize = 0;
const BARS: usize = 1;
const COUNT: usize = 2;
const LOW: usize = 3;
const HIGH: usize = 4;

/// Doubles of state for a window of `ring` values; it begins as zeros.
#[must_use]
pub(crate) fn state_len(weights: Weights, ring: usize) -> usize {
    HEAD + weights.slots() + ring
}

/// One more value into a window of `n`, below 2^31.
///
/// `ring` is `n`, or less when fewer bars than that will ever come. A value that is na or infinite
/// is missing: it adds nothing, and with fewer values than [`Weights::needed`] the result is na.
pub(crate) fn step(
    weights: Weights,
    state: &mut [f64],
    x: f64,
    n: usize,
    least: usize,
    ring: usize,
) -> f64 {
    // Once per kind, so that the kind is settled inside.
    match weights {
        Weights::Equal => step_of(Weights::Equal, state, x, n, least, ring),
        Weights::Rising => step_of(Weights::Rising, state, x, n, least, ring),
        Weights::Centred => step_of(Weights::Centred, state, x, n, least, ring),
    }
}

#[inline(always)]
fn step_of(
    weights: Weights,
    state: &mut [f64],
    x: f64,
    n: usize,
    least: usize,
    ring: usize,
) -> f64 {
    let needed = weights.needed(n, least);
    if needed > ring {
        return f64::NAN;
    }
    let (head, rest) = state.split_at_mut(HEAD);
    let (sums, values) = rest.split_at_mut(weights.slots());
    let (plain, rising) = sums.split_at_mut(SLOTS);
    let word = |head: &[f64], i: usize| head[i].to_bits() as usize;
    let is_weighted = weights != Weights::Equal;

    let (mut count, mut low, mut high) = (word(head, COUNT), word(head, LOW), word(head, HIGH));
    let (cursor, bars) = (word(head, CURSOR), word(head, BARS));
    let old = std::mem::replace(&mut values[cursor], x);
    if is_weighted {
        for i in low..high {
            put(rising, i, place(rising, i) - place(plain, i));
        }
    }
    let mut reach = |term: Term| {
        (low, high) = if low == high {
            (term.place, term.place + 2)
        } else {
            (low.min(term.place), high.max(term.place + 2))
        };
    };
    if bars == ring && old.is_finite() {
        count -= 1;
        // With rising weights it had 1, which is gone already.
        if old != 0.0 {
            let term = Term::of(old);
            reach(term);
            add(plain, term, -1);
        }
    }
    if x.is_finite() {
        count += 1;
        if x != 0.0 {
            let term = Term::of(x);
            reach(term);
            add(plain, term, 1);
            if is_weighted {
                add(rising, term, n as i64);
            }
        }
    }
    // A value far away from the others, once it has left, costs nothing any more.
    debug_assert!(high <= PLACES);
    let is_zero = |i: usize| place(plain, i) == 0 && (!is_weighted || place(rising, i) == 0);
    while low < high && is_zero(high - 1) {
        high -= 1;
    }
    while low < high && is_zero(low) {
        low += 1;
    }

    let next = if cursor + 1 == ring { 0 } else { cursor + 1 };
    for (i, value) in [(CURSOR, next), (BARS, (bars + 1).min(ring))] {
        head[i] = f64::from_bits(value as u64);
    }
    for (i, value) in [(COUNT, count), (LOW, low), (HIGH, high)] {
        head[i] = f64::from_bits(value as u64);
    }
    if count < needed {
        return f64::NAN;
    }
    match weights {
        Weights::Equal => nearest(|i| place(plain, i), low..high, 0),
        Weights::Rising => nearest(|i| place(rising, i), low..high, 0),
        Weights::Centred => {
            // Twice the distance from the middle is whole: 2i - (n - 1), or 2(i + 1) - (n + 1).
            let middle = n as i128 + 1;
            let twice = |i: usize| 2 * place(rising, i) - middle * place(plain, i);
            nearest(twice, low..high, -1)
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::exact::tests::{any_double, by_hand, power};
    use crate::lanes::tests::same;
    use proptest::prelude::*;

    pub(crate) const WEIGHTS: [Weights; 3] = [Weights::Equal, Weights::Rising, Weights::Centred];

    /// The definition of a window that ends with the last of the values.
    fn defined(weights: Weights, xs: &[f64], n: usize, least: usize) -> f64 {
        let window = &xs[xs.len() - n.min(xs.len())..];
        // Place in the window, of which the first bars may not have come yet.
        let first = n - window.len();
        let weight = |i: usize| match weights {
            Weights::Equal => 1,
            Weights::Rising => i as i128 + 1,
            Weights::Centred => 2 * i as i128 - (n as i128 - 1),
        };
        let terms: Vec<(f64, i128)> = window
            .iter()
            .enumerate()
            .filter(|(_, x)| x.is_finite())
            .map(|(i, x)| (*x, weight(first + i)))
            .collect();
        let needed = if weights == Weights::Equal { least } else { n };
        if terms.len() < needed.max(1) {
            return f64::NAN;
        }
        by_hand(&terms, weights == Weights::Centred)
    }

    pub(crate) fn stepped(weights: Weights, xs: &[f64], n: usize, least: usize) -> Vec<f64> {
        let ring = n.min(xs.len());
        let mut state = vec![0.0; state_len(weights, ring)];
        xs.iter()
            .map(|x| step(weights, &mut state, *x, n, least, ring))
            .collect()
    }

    /// Series as they come, and as they should not.
    pub(crate) fn series(most: usize) -> impl Strategy<Value = Vec<f64>> {
        let many = move |x: BoxedStrategy<f64>| prop::collection::vec(x, 1..most);
        let cents = || (1_000_000..1_010_000_i32).prop_map(|c| f64::from(c) / 100.0);
        let ulp = f64::EPSILON;
        prop_oneof![
            many(cents().boxed()),
            // Differences of prices, many of them none.
            many(cents().boxed()).prop_map(|xs| {
                let flat = |x: f64| {
                    if (x * 7.0) as i64 % 3 == 0 {
                        10_000.0
                    } else {
                        x
                    }
                };
                xs.windows(2)
                    .map(|w| flat(w[1]) - flat(w[0]))
                    .chain([0.0])
                    .collect()
            }),
            // Volumes over six orders, and none.
            many(prop_oneof![9 => (0.0..6.0_f64).prop_map(libm::exp10), 1 => Just(0.0)].boxed()),
            // Moves.
            many(
                (-7.0..-1.0_f64, any::<bool>())
                    .prop_map(|(e, up)| {
                        let x = libm::exp10(e);
                        if up { x } else { -x }
                    })
                    .boxed()
            ),
            // Whole numbers.
            many((-9..9_i32).prop_map(f64::from).boxed()),
            many(prop_oneof![Just(1e8), Just(1e-8), Just(-1e8), -1.0..1.0_f64].boxed()),
            many(prop_oneof![Just(1e16), Just(1e-30), Just(-1e16), Just(1.0 / 3.0)].boxed()),
            many(
                (-9..9_i64)
                    .prop_map(|i| i as f64 * f64::from_bits(1))
                    .boxed()
            ),
            many(prop_oneof![Just(1e308), Just(-1e308), Just(1.7e308), Just(1e290)].boxed()),
            // Exactly half of what a double resolves, and a trace beside it.
            many(
                prop_oneof![
                    4 => Just(1.0),
                    2 => Just(1.0 + ulp),
                    4 => Just(ulp / 2.0),
                    2 => Just(-ulp / 2.0),
                    1 => Just(1e-40),
                    1 => Just(-1e-40),
                    1 => Just(power(-90)),
                ]
                .boxed()
            ),
            many(
                prop_oneof![
                    20 => cents(),
                    1 => Just(f64::NAN),
                    1 => Just(f64::INFINITY),
                    1 => Just(f64::NEG_INFINITY),
                    2 => Just(-0.0),
                ]
                .boxed()
            ),
            many(Just(-0.0).boxed()),
            many(any_double().boxed()),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

        #[test]
        fn a_step_gives_the_exact_sum_rounded_once(
            xs in series(60),
            n in 1usize..80,
            part in 1usize..80,
        ) {
            for weights in WEIGHTS {
                let got = stepped(weights, &xs, n, part.min(n));
                for (t, got) in got.iter().enumerate() {
                    let want = defined(weights, &xs[..=t], n, part.min(n));
                    prop_assert!(same(*got, want), "{weights:?} n {n} bar {t}: {got} for {want}");
                }
            }
        }
    }

    #[test]
    fn what_has_left_leaves_nothing() {
        let calm: Vec<f64> = (0..50).map(|i| 100.0 + f64::from(i) * 0.1).collect();
        let xs = [&[1e300, -3e-300, 1.0][..], &calm].concat();
        for weights in WEIGHTS {
            let (late, fresh) = (stepped(weights, &xs, 7, 7), stepped(weights, &calm, 7, 7));
            assert_eq!(late[10..], fresh[7..], "{weights:?}");
        }
    }

    #[test]
    fn examples() {
        let xs = [1.0, 2.0, 3.0, 5.0, f64::NAN];
        assert_eq!(
            stepped(Weights::Equal, &xs, 3, 2)[1..],
            [3.0, 6.0, 10.0, 8.0]
        );
        assert_eq!(stepped(Weights::Rising, &xs, 3, 3)[2..4], [14.0, 23.0]);
        assert_eq!(stepped(Weights::Centred, &xs, 3, 3)[2..4], [2.0, 3.0]);
        assert_eq!(stepped(Weights::Centred, &xs, 2, 2)[1..4], [0.5, 0.5, 1.0]);
        // Ten times 0.1, which is a little more than a tenth, is nearest to 1.
        assert_eq!(stepped(Weights::Equal, &[0.1; 10], 10, 10)[9], 1.0);
        // Nothing is asked for, and still a sum of nothing is none.
        assert!(stepped(Weights::Equal, &[f64::NAN], 3, 0)[0].is_nan());
    }
}
