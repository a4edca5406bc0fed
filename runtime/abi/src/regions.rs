//! Exact sums over rolling windows for a block of bars, several lengths at once, as the kernel runs
//! them.
//!
//! The results are those of [`crate::sums`], since both are the exact sum rounded once. A region,
//! which is a chunk of the block and what its longest window reaches before it, has one table of
//! prefix sums for all lengths: of whole numbers (`whole`), or of parts of the values (`prefix`).
//! Where the values of a region are so far apart that no table holds them, its windows are taken
//! step by step.

use crate::lanes::Lane;
use crate::parts::largest;
use crate::prefix::{Table, first_row, table_len, windows};
#[cfg(target_arch = "x86_64")]
use crate::quotient::{Exact, divide};
use crate::sums::{self, Weights};
#[cfg(target_arch = "x86_64")]
use crate::turn::LANES;
#[cfg(target_arch = "x86_64")]
use crate::whole;

/// Least bars that are worked on at a time, so that their sums stay in the nearest memory.
const CHUNK: usize = 1024;

/// The sums of a block from which its windows are made; memory is used again from block to block.
#[derive(Debug, Default)]
pub struct SumBlock {
    memory: Vec<f64>,
    regions: Vec<Region>,
    /// Values of a region without those that are missing.
    known: Vec<f64>,
    /// Bars of history that the regions reach.
    back: usize,
    is_whole: bool,
}

/// A chunk of a block, and what the longest window reaches before it.
#[derive(Debug)]
struct Region {
    start: usize,
    end: usize,
    /// Where its table is in the memory.
    at: usize,
    table: Prefix,
}

/// How the sums of a region are made.
#[derive(Debug)]
enum Prefix {
    /// From whole numbers of this unit, which begin at a place of the memory.
    #[cfg(target_arch = "x86_64")]
    Whole { unit: i32, first: usize },
    /// From parts of the values.
    Parts(Table),
    /// Step by step.
    None,
}

impl SumBlock {
    /// The block `xs[front..]`, for windows of up to `longest` bars; `xs[..front]` is what came
    /// before it.
    pub fn begin(&mut self, weights: Weights, xs: &[f64], front: usize, longest: usize) {
        let longest = longest.max(1);
        self.back = (longest - 1).min(front);
        let (xs, len) = (&xs[front - self.back..], xs.len() - front);
        let chunk = CHUNK.max(4 * longest.next_power_of_two());
        let of_region = table_len(weights, self.back + chunk.min(len));
        let least = of_region * len.div_ceil(chunk);
        if self.memory.len() < least {
            self.memory.resize(least, 0.0);
        }
        self.regions.clear();
        self.is_whole = true;
        let mut memory = self.memory.chunks_exact_mut(of_region);
        for start in (0..len).step_by(chunk) {
            let end = (start + chunk).min(len);
            let mut values = &xs[start..self.back + end];
            let mut most = largest(values);
            if most >= f64::INFINITY.to_bits() {
                self.is_whole = false;
                self.known.clear();
                let known = |x: &f64| if x.is_finite() { *x } else { 0.0 };
                self.known.extend(values.iter().map(known));
                values = &self.known;
                most = largest(values);
            }
            let bounds = (self.back, longest);
            let memory = memory.next().unwrap_or_default();
            self.regions.push(Region {
                start,
                end,
                at: self.regions.len() * of_region,
                table: Prefix::over(weights, values, most, bounds, memory),
            });
        }
    }

    /// One window over the block that was begun with these values.
    pub fn window(&self, weights: Weights, xs: &[f64], front: usize, lane: &mut Lane<'_>) {
        let least = weights.needed(lane.n, lane.least);
        if least > lane.n {
            // More values are asked for than the window holds.
            lane.out.fill(f64::NAN);
            return;
        }
        if !lane.fits() {
            step_by_step(weights, xs, front, lane);
            lane.divide();
            return;
        }
        for region in &self.regions {
            let out = &mut lane.out[region.start..region.end];
            let (memory, bounds) = (&self.memory[region.at..], (self.back + 1, lane.n));
            match &region.table {
                #[cfg(target_arch = "x86_64")]
                Prefix::Whole { unit, first } => {
                    whole(&memory[*first..], bounds, *unit, lane.over, out);
                }
                Prefix::Parts(table) => {
                    windows(weights, &table.tables(memory), bounds, lane.over, out);
                }
                Prefix::None => {
                    let xs = &xs[front - self.back..][region.start..self.back + region.end];
                    let mut lane = Lane { out, ..*lane };
                    step_by_step(weights, xs, self.back, &mut lane);
                    lane.divide();
                }
            }
        }
        if !self.is_whole {
            // Missing values add nothing, so only their number matters.
            lane.withhold(xs, xs, front, least);
        }
    }
}

/// Windows over the block `xs[front..]`; `xs[..front]` is what came before it.
pub(crate) fn sums(weights: Weights, xs: &[f64], front: usize, lanes: &mut [Lane<'_>]) {
    let longest = lanes.iter().filter(|l| l.fits()).map(|l| l.n).max();
    let mut block = SumBlock::default();
    block.begin(weights, xs, front, longest.unwrap_or(1));
    for lane in lanes {
        block.window(weights, xs, front, lane);
    }
}

impl Prefix {
    fn over(
        weights: Weights,
        xs: &[f64],
        largest: u64,
        (front, longest): (usize, usize),
        memory: &mut [f64],
    ) -> Self {
        #[cfg(target_arch = "x86_64")]
        if weights == Weights::Equal
            && let Some(unit) = whole::unit(largest, longest)
        {
            let (at, lead, row) = first_row(front, xs.len(), memory);
            // SAFETY: there is no unit where the machine has not such registers.
            #[allow(unsafe_code)]
            if unsafe { whole::scan(xs, lead, unit, &mut memory[at..][..row]) } {
                let first = at + LANES + lead - 1;
                return Self::Whole { unit, first };
            }
        }
        let table = Table::over(weights, xs, largest, (front, longest), memory);
        table.map_or(Self::None, Self::Parts)
    }
}

/// Windows of a region of whole numbers.
#[cfg(target_arch = "x86_64")]
fn whole(row: &[f64], window: (usize, usize), unit: i32, over: Option<f64>, out: &mut [f64]) {
    let exact = over.and_then(Exact::of);
    // SAFETY: there is no unit where the machine has not such registers.
    #[allow(unsafe_code)]
    unsafe {
        whole::windows(row, window, unit, exact, out);
    }
    if let (Some(by), None) = (over, exact) {
        divide(out, by);
    }
}

fn step_by_step(weights: Weights, xs: &[f64], front: usize, lane: &mut Lane<'_>) {
    let (n, least, ring) = (lane.n, lane.least, lane.ring(xs.len()));
    let mut state = vec![0.0; sums::state_len(weights, ring)];
    lane.step_by_step(xs, xs, front, xs.len(), |x, _| {
        sums::step(weights, &mut state, x, n, least, ring)
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::tests::any_double;
    use crate::lanes::tests::{in_blocks, same};
    use crate::sums::tests::{WEIGHTS, series, stepped};
    use proptest::prelude::*;

    /// Whether the kernel in blocks gives the bits that the steps give.
    fn agree(xs: &[f64], ns: &[usize], block: usize, least: impl Fn(usize) -> usize) {
        for over in [None, Some(3.0)] {
            agree_over(over, xs, ns, block, &least);
        }
    }

    /// The same where each of them is divided by a number.
    fn agree_over(
        over: Option<f64>,
        xs: &[f64],
        ns: &[usize],
        block: usize,
        least: impl Fn(usize) -> usize,
    ) {
        for weights in WEIGHTS {
            let got = in_blocks((xs, xs), ns, &least, block, |x, _, front, lanes| {
                lanes.iter_mut().for_each(|lane| lane.over = over);
                sums(weights, x, front, lanes);
            });
            for (got, &n) in got.iter().zip(ns) {
                let want = stepped(weights, xs, n, least(n));
                for (t, (got, sum)) in got.iter().zip(want).enumerate() {
                    let want = over.map_or(sum, |by| sum / by);
                    assert!(
                        same(*got, want),
                        "{weights:?} n {n} bar {t}: {got} for {want} in {xs:?}"
                    );
                }
            }
        }
    }

    fn divisor() -> impl Strategy<Value = Option<f64>> {
        let number = prop_oneof![
            4 => (1..100_u32).prop_map(f64::from),
            1 => any_double(),
            1 => Just(f64::NAN),
            1 => Just(-0.0),
        ];
        prop_oneof![1 => Just(None), 2 => number.prop_map(Some)]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

        #[test]
        fn blocks_give_what_steps_give(
            xs in series(200),
            ns in prop::collection::vec(1usize..40, 1..6),
            block in 1usize..200,
            part in 1usize..45,
            over in divisor(),
        ) {
            agree_over(over, &xs, &ns, block, |n| if part > 40 { n + 1 } else { part.min(n) });
        }
    }

    /// Parts that a series of 300 bars needs for windows of 20; 0 for step by step.
    fn parts(weights: Weights, x: impl Fn(usize) -> f64) -> usize {
        let xs: Vec<f64> = (0..300).map(x).collect();
        agree(&xs, &[1, 2, 7, 20], 300, |n| n);
        agree(&xs, &[1, 2, 7, 20], 77, |n| n);
        let mut memory = vec![0.0; table_len(weights, xs.len())];
        let table = Table::over(weights, &xs, largest(&xs), (0, 20), &mut memory);
        table.map_or(0, |table| table.tables(&memory).parts)
    }

    #[test]
    fn parts_that_series_need() {
        let noise = |i: usize| ((i * 7_919) % 10_007) as f64 / 10_007.0;
        let (equal, rising) = (Weights::Equal, Weights::Rising);
        for weights in WEIGHTS {
            assert_eq!(parts(weights, |_| 0.0), 1);
            assert_eq!(parts(weights, |_| -0.0), 1);
            assert_eq!(parts(weights, |i| (i * i) as f64), 1, "whole numbers");
            assert_eq!(parts(weights, |i| 1e4 + noise(i)), 2, "prices");
            assert_eq!(
                parts(weights, |i| noise(i) - noise(i + 1)),
                2,
                "differences"
            );
            assert_eq!(parts(weights, |i| 1e4 + 9.9e5 * noise(i)), 2, "volumes");
            assert_eq!(
                parts(weights, |i| if i % 40 == 9 { 1e12 } else { noise(i) }),
                3
            );
            assert_eq!(
                parts(weights, |i| if i == 9 { 1e60 } else { noise(i) }),
                0,
                "far apart"
            );
            assert_eq!(parts(weights, |i| 1e308 * (noise(i) - 0.5)), 0);
        }
        let moves = |i: usize| libm::exp10(-7.0 * noise(i)) / 10.0;
        assert_eq!((parts(equal, moves), parts(rising, moves)), (2, 3));
        let both = |i: usize| {
            if i.is_multiple_of(2) {
                1e8
            } else {
                1e-8 * noise(i)
            }
        };
        assert_eq!((parts(equal, both), parts(rising, both)), (3, 3));
        let least = |i: usize| f64::from_bits(i as u64 % 9);
        assert_eq!(
            (parts(equal, least), parts(equal, |i| 2.0 * least(i))),
            (0, 2)
        );
    }

    /// How the sums of a series are made where the machine has the registers.
    #[cfg(target_arch = "x86_64")]
    #[test]
    fn prices_are_whole_numbers_and_volumes_are_parts() {
        let of = |longest: usize, x: &dyn Fn(usize) -> f64| {
            let xs: Vec<f64> = (0..300).map(x).collect();
            agree(&xs, &[1, 5, longest.min(40)], 300, |n| n);
            let mut memory = vec![0.0; table_len(Weights::Equal, xs.len())];
            Prefix::over(Weights::Equal, &xs, largest(&xs), (0, longest), &mut memory)
        };
        let is_whole = |prefix: &Prefix| matches!(prefix, Prefix::Whole { .. });
        let noise = |i: usize| ((i * 7_919) % 10_007) as f64 / 10_007.0;
        let has_registers = whole::unit(1.0_f64.to_bits(), 1).is_some();
        let prices = |i: usize| 10_000.0 + 100.0 * noise(i);
        // Their differences are multiples of the same unit, their greatest sum fills 63 bits.
        let moves = |i: usize| prices(i) - prices(i + 1);
        let full = |_: usize| f64::from_bits(2.0_f64.to_bits() - 1);
        for (longest, series) in [
            (100, &prices as &dyn Fn(usize) -> f64),
            (100, &moves),
            (256, &full),
            (256, &|i| -full(i)),
        ] {
            assert_eq!(is_whole(&of(longest, series)), has_registers);
        }
        let volumes = |i: usize| 1e-3 + 9.9e5 * noise(i) * noise(i) * noise(i);
        assert!(matches!(of(100, &volumes), Prefix::Parts(_)));
        assert!(matches!(
            of(100, &|i| if i == 9 { 1e60 } else { noise(i) }),
            Prefix::None
        ));
        // A value that half of the unit is too much for.
        let least = |i: usize| if i == 3 { f64::from_bits(1) } else { 1.4e17 };
        assert!(!is_whole(&of(64, &least)));
        // What is near the ends of the range is left to others.
        assert!(!is_whole(&of(40, &|_| 0.0)));
        assert!(!is_whole(&of(40, &|i| noise(i) * 1e-300)));
        assert!(!is_whole(&of(40, &|i| noise(i) * 1e300)));
    }

    #[test]
    fn blocks_longer_than_a_chunk() {
        let xs: Vec<f64> = (0..5_000)
            .map(|i| match i % 1_400 {
                600 => f64::NAN,
                700 => 1e70,
                _ => 100.0 + f64::from(i * i % 977) * 0.01,
            })
            .collect();
        agree(&xs, &[3, 40], 5_000, |n| n.div_ceil(2));
        agree(&xs, &[1], 4_096, |n| n);
    }

    #[test]
    fn fewer_bars_than_the_window_is_long() {
        let xs: Vec<f64> = (0..10).map(|i| f64::from(i) * 1.1).collect();
        for least in [1, 4, 11] {
            let mut out = [0.0; 10];
            let padded = [vec![f64::NAN; 10], xs.clone()].concat();
            let mut lanes = [Lane {
                back: 10,
                n: 1 << 29,
                least,
                over: Some(7.0),
                out: &mut out,
            }];
            sums(Weights::Equal, &padded, 10, &mut lanes);
            for (got, want) in out.iter().zip(stepped(Weights::Equal, &xs, 1 << 29, least)) {
                let want = want / 7.0;
                assert!(same(*got, want), "least {least}: {got} for {want}");
            }
        }
    }
}
