//! Windows by their definitions: all values that are in the window, looked at anew on each bar.

use std::cmp::Ordering;
use std::collections::VecDeque;

use strat_engine::abi::window::Window;

use super::Exact;

/// What a running total loses, relative to the greatest magnitude that it has held: some hundred
/// roundings of a double.
pub const WEAR: f64 = 1e-14;

/// The last n values.
pub struct Values {
    last: VecDeque<Exact>,
    /// How far each of them may be off, in both kinds of arithmetic.
    noises: VecDeque<[f64; 2]>,
    n: usize,
    least: usize,
    /// The greatest magnitude ever.
    greatest: f64,
}

impl Values {
    pub fn new(n: usize, least: usize) -> Self {
        Self {
            last: VecDeque::new(),
            noises: VecDeque::new(),
            n,
            least,
            greatest: 0.0,
        }
    }

    pub fn push(&mut self, x: Exact, noises: [f64; 2]) {
        self.last.push_back(x);
        self.noises.push_back(noises);
        if self.last.len() > self.n {
            self.last.pop_front();
            self.noises.pop_front();
        }
        if x.is_finite() {
            self.greatest = self.greatest.max(x.hi.abs());
        }
    }

    fn there(&self) -> impl Iterator<Item = Exact> {
        self.last.iter().copied().filter(|x| x.is_finite())
    }

    fn sum(&self) -> Exact {
        self.there().fold(Exact::ZERO, Exact::plus)
    }

    fn mean(&self) -> Exact {
        self.sum()
            .over(Exact::of(self.there().count().max(1) as f64))
    }

    /// What a running total of the window has lost by all that went through it.
    pub fn worn(&self, window: Window) -> f64 {
        let (n, greatest) = (self.last.len() as f64, self.greatest);
        WEAR * match window {
            Window::Sum => greatest * n,
            Window::Mean => greatest,
            Window::Weighted => greatest * n * n,
            Window::Squares => greatest * greatest * n,
            _ => 0.0,
        }
    }

    /// How far the result may move when each value moves by its noise of kind `kind`.
    pub fn moved(&self, window: Window, kind: usize) -> f64 {
        let all = || self.noises.iter().map(|noises| noises[kind]);
        let sum: f64 = all().sum();
        if sum == 0.0 {
            return 0.0;
        }
        match window {
            Window::Sum => sum,
            Window::Mean => sum / self.there().count().max(1) as f64,
            Window::Weighted => all().zip(1_u32..).map(|(x, w)| x * f64::from(w)).sum(),
            Window::Squares => {
                let mean = self.mean();
                let mean_noise = sum / self.last.len().max(1) as f64;
                let pairs = self.last.iter().zip(all());
                pairs
                    .filter(|(x, _)| x.is_finite())
                    .map(|(x, noise)| {
                        let moved = noise + mean_noise;
                        moved * (2.0 * x.minus(mean).hi.abs() + moved)
                    })
                    .sum()
            }
            Window::Max | Window::Min => all().fold(0.0, f64::max),
            _ => 0.0,
        }
    }

    pub fn reduce(&self, window: Window) -> Exact {
        let count = self.there().count();
        if count < self.least {
            return Exact::NA;
        }
        match window {
            Window::Sum => self.sum(),
            Window::Mean => self.mean(),
            Window::Weighted => {
                let weighted = self.last.iter().zip(1_u32..);
                weighted.fold(Exact::ZERO, |sum, (x, weight)| {
                    sum.plus(x.times(Exact::of(f64::from(weight))))
                })
            }
            Window::Squares => {
                let mean = self.mean();
                self.there().fold(Exact::ZERO, |sum, x| {
                    let away = x.minus(mean);
                    sum.plus(away.times(away))
                })
            }
            Window::Max => self.pick(Ordering::Greater, true).0,
            Window::Min => self.pick(Ordering::Less, true).0,
            Window::MaxAge => self.pick(Ordering::Greater, false).1,
            Window::MinAge => self.pick(Ordering::Less, false).1,
            Window::MaxAgeOldest => self.pick(Ordering::Greater, true).1,
            Window::MinAgeOldest => self.pick(Ordering::Less, true).1,
            Window::Rank => {
                let Some(newest) = self.last.back().filter(|x| x.is_finite()) else {
                    return Exact::NA;
                };
                let below = |x: &Exact| x.compare(*newest).is_some_and(Ordering::is_le);
                let below = self.there().filter(below).count();
                Exact::of(below as f64).over(Exact::of(count as f64))
            }
        }
    }

    /// The value that compares as `wanted` to all others, and its age: of equal ones the oldest, or
    /// the newest.
    fn pick(&self, wanted: Ordering, oldest: bool) -> (Exact, Exact) {
        let ages = self.last.iter().rev().zip(0_u32..);
        let there = ages
            .filter(|(x, _)| x.is_finite())
            .map(|(x, age)| (*x, age));
        let best = there.reduce(|a, b| match b.0.compare(a.0) {
            Some(order) if order == wanted || oldest && order.is_eq() => b,
            _ => a,
        });
        best.map_or((Exact::NA, Exact::NA), |(x, age)| {
            (x, Exact::of(f64::from(age)))
        })
    }
}
