//! Windows kept in order of size bar by bar, in registers of eight doubles: one value leaves, one
//! comes, and those between the two move by one place.
//!
//! A value that goes up pulls those between down: in the new order a place holds what stood there
//! where that is below the old value, and else the larger of that and the smaller of its upper
//! neighbour and the new value. Likewise where it goes down. So no place has to be looked for.

use std::arch::x86_64::{
    __m512d, _mm512_alignr_epi64, _mm512_castpd_si512, _mm512_castsi512_pd, _mm512_cmp_pd_mask,
    _mm512_mask_max_pd, _mm512_mask_min_pd, _mm512_max_pd, _mm512_min_pd, _mm512_set1_pd,
};

use crate::pair::{known, place};
use crate::turn::LANES;
use crate::turn::registers::{load, store};

/// Longest window that is kept this way; in longer ones most places would be passed for nothing.
pub(crate) const MOST: usize = 512;

const NOT_ABOVE: i32 = 2;
const NOT_BELOW: i32 = 5;

/// Bars whose values are made ready at a time.
const CHUNK: usize = 64;

/// As [`f64::is_finite`], where the units for doubles have enough to do.
#[inline(always)]
fn is_there(x: f64) -> bool {
    x.to_bits() << 1 < f64::INFINITY.to_bits() << 1
}

/// A window of `n` bars as [`crate::pair`] keeps it.
pub(crate) struct Window<'a> {
    /// Its values in order.
    pub(crate) sorted: &'a mut [f64],
    /// How many of them are not missing.
    pub(crate) there: usize,
    pub(crate) n: usize,
}

/// Bars of a series, the values that leave with each, and which place is asked for.
#[derive(Clone, Copy)]
pub(crate) struct Bars<'a> {
    pub(crate) olds: &'a [f64],
    pub(crate) xs: &'a [f64],
    pub(crate) ys: &'a [f64],
}

impl Window<'_> {
    /// As [`crate::pair::step`] for each bar; the window is no longer than [`MOST`].
    #[target_feature(enable = "avx512f")]
    pub(crate) fn run(&mut self, bars: Bars<'_>, out: &mut [f64]) {
        match self.sorted.len().div_ceil(LANES) {
            1 => self.run_in::<1, 1>(bars, out),
            2 => self.run_in::<2, 2>(bars, out),
            3 => self.run_in::<3, 3>(bars, out),
            4 => self.run_in::<4, 4>(bars, out),
            5 => self.run_in::<5, 5>(bars, out),
            6 => self.run_in::<6, 6>(bars, out),
            7 => self.run_in::<7, 7>(bars, out),
            8 => self.run_in::<8, 8>(bars, out),
            9 => self.run_in::<9, 9>(bars, out),
            10 => self.run_in::<10, 10>(bars, out),
            11 => self.run_in::<11, 11>(bars, out),
            12 => self.run_in::<12, 12>(bars, out),
            13 => self.run_in::<13, 13>(bars, out),
            14 => self.run_in::<14, 14>(bars, out),
            15 => self.run_in::<15, 15>(bars, out),
            16 => self.run_in::<16, 16>(bars, out),
            _ => self.run_in::<0, { MOST / LANES }>(bars, out),
        }
    }

    /// In `WIDE` registers, or, where that is 0, in memory of `LINES` lines.
    #[target_feature(enable = "avx512f")]
    fn run_in<const WIDE: usize, const LINES: usize>(&mut self, bars: Bars<'_>, out: &mut [f64]) {
        let mut order = Order([[f64::INFINITY; LANES]; LINES]);
        let lines = if WIDE == 0 {
            self.sorted.len().div_ceil(LANES)
        } else {
            WIDE
        };
        let order = &mut order.0[..lines];
        order.as_flattened_mut()[..self.sorted.len()].copy_from_slice(self.sorted);
        let mut held = [_mm512_set1_pd(f64::INFINITY); WIDE];
        for (held, order) in held.iter_mut().zip(&*order) {
            *held = load(order);
        }
        let len = bars.olds.len().min(bars.xs.len()).min(out.len());
        let (mut from, mut to) = ([0.0; CHUNK], [0.0; CHUNK]);
        let mut asked = (f64::NAN.to_bits(), None);
        for start in (0..len).step_by(CHUNK) {
            let range = start..len.min(start + CHUNK);
            let (olds, xs) = (&bars.olds[range.clone()], &bars.xs[range.clone()]);
            for (values, known_ones) in [(olds, &mut from), (xs, &mut to)] {
                for (x, to) in values.iter().zip(known_ones) {
                    *to = known(*x);
                }
            }
            let moves = from.iter().zip(&to);
            let values = olds.iter().zip(xs);
            let (ys, out) = (&bars.ys[range.clone()], &mut out[range]);
            for ((((from, to), (old, x)), y), out) in moves.zip(values).zip(ys).zip(out) {
                if WIDE == 0 {
                    renew_lines(order, *from, *to);
                } else {
                    renew(&mut held, *from, *to);
                }
                for (held, order) in held.iter().zip(&mut *order) {
                    store(*held, order);
                }
                self.there = self.there + usize::from(is_there(*x)) - usize::from(is_there(*old));
                // Mostly the same place is asked for, bar by bar.
                if y.to_bits() != asked.0 {
                    asked = (y.to_bits(), place(*y, self.n));
                }
                *out = match asked.1 {
                    Some(place) if self.there == self.n => order.as_flattened()[place],
                    _ => f64::NAN,
                };
            }
        }
        let order = &order.as_flattened()[..self.sorted.len()];
        self.sorted.copy_from_slice(order);
    }
}

/// Where registers are kept in memory: in lines of their own, since writing across the border of two
/// is slow.
#[repr(align(64))]
struct Order<const LINES: usize>([[f64; LANES]; LINES]);

/// Takes `old` out and puts `new` in.
#[inline]
#[target_feature(enable = "avx512f")]
fn renew<const WIDE: usize>(held: &mut [__m512d; WIDE], old: f64, new: f64) {
    let (from, to) = (_mm512_set1_pd(old), _mm512_set1_pd(new));
    if new >= old {
        for i in 0..WIDE {
            let x = held[i];
            let above = if i + 1 < WIDE {
                held[i + 1]
            } else {
                _mm512_set1_pd(f64::INFINITY)
            };
            let pulled = _mm512_min_pd(upper(x, above), to);
            let moves = _mm512_cmp_pd_mask::<NOT_BELOW>(x, from);
            held[i] = _mm512_mask_max_pd(x, moves, x, pulled);
        }
    } else {
        for i in (0..WIDE).rev() {
            let x = held[i];
            let below = if i > 0 {
                held[i - 1]
            } else {
                _mm512_set1_pd(f64::NEG_INFINITY)
            };
            let pushed = _mm512_max_pd(lower(below, x), to);
            let moves = _mm512_cmp_pd_mask::<NOT_ABOVE>(x, from);
            held[i] = _mm512_mask_min_pd(x, moves, x, pushed);
        }
    }
}

/// The same in memory.
#[inline]
#[target_feature(enable = "avx512f")]
fn renew_lines(order: &mut [[f64; LANES]], old: f64, new: f64) {
    let (from, to) = (_mm512_set1_pd(old), _mm512_set1_pd(new));
    let mut lines = order.iter_mut();
    if new >= old {
        let Some(mut line) = lines.next() else { return };
        let mut x = load(line);
        let mut go = |line: &mut [f64; LANES], above: __m512d| {
            let moves = _mm512_cmp_pd_mask::<NOT_BELOW>(x, from);
            let pulled = _mm512_min_pd(upper(x, above), to);
            store(_mm512_mask_max_pd(x, moves, x, pulled), line);
            x = above;
        };
        for next in lines {
            go(line, load(next));
            line = next;
        }
        go(line, _mm512_set1_pd(f64::INFINITY));
    } else {
        let Some(mut line) = lines.next_back() else {
            return;
        };
        let mut x = load(line);
        let mut go = |line: &mut [f64; LANES], below: __m512d| {
            let moves = _mm512_cmp_pd_mask::<NOT_ABOVE>(x, from);
            let pushed = _mm512_max_pd(lower(below, x), to);
            store(_mm512_mask_min_pd(x, moves, x, pushed), line);
            x = below;
        };
        for next in lines.rev() {
            go(line, load(next));
            line = next;
        }
        go(line, _mm512_set1_pd(f64::NEG_INFINITY));
    }
}

/// The neighbours above; the first of `above` follows the last of `x`.
#[inline]
#[target_feature(enable = "avx512f")]
fn upper(x: __m512d, above: __m512d) -> __m512d {
    let (x, above) = (_mm512_castpd_si512(x), _mm512_castpd_si512(above));
    _mm512_castsi512_pd(_mm512_alignr_epi64::<1>(above, x))
}

/// The neighbours below; the first of `x` follows the last of `below`.
#[inline]
#[target_feature(enable = "avx512f")]
fn lower(below: __m512d, x: __m512d) -> __m512d {
    let (below, x) = (_mm512_castpd_si512(below), _mm512_castpd_si512(x));
    _mm512_castsi512_pd(_mm512_alignr_epi64::<7>(x, below))
}
