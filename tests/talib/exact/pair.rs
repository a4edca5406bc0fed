//! Windows of two series.

use std::collections::VecDeque;

use strat_engine::abi::pair::Pair;

use super::Exact;
use super::sliding::Sliding;
use super::totals::{Moments, Noises, Sorted};
use super::window::wear;

/// A value and how far it may be off, in both kinds of arithmetic.
type Value = (Exact, [f64; 2]);

/// What is left of products that cancel may be off by half a unit of the last place of what cancels,
/// whoever computes it: the products themselves are rounded.
pub const OWN: f64 = f64::EPSILON / 2.0;

/// The last n values of both series.
pub struct Pairs {
    pair: Pair,
    /// Those of the first, where single ones are asked for.
    last: VecDeque<Exact>,
    /// Those of the first that are there, in order.
    sorted: Sorted,
    moments: Sliding<Moments>,
    noises: (Noises, Noises),
    newest: Value,
    n: usize,
    bars: usize,
    /// The greatest magnitudes ever.
    greatest: (f64, f64),
}

impl Pairs {
    pub fn new(pair: Pair, n: usize) -> Self {
        Self {
            pair,
            last: VecDeque::new(),
            sorted: Sorted::default(),
            moments: Sliding::new(),
            noises: (Noises::new(), Noises::new()),
            newest: (Exact::NA, [0.0; 2]),
            n,
            bars: 0,
            greatest: (0.0, 0.0),
        }
    }

    pub fn push(&mut self, x: Value, y: Value) {
        let n = self.n;
        if self.pair == Pair::Products {
            self.moments.push(Moments::of(x.0, y.0), n);
        } else {
            self.keep(x.0);
        }
        self.noises.0.push(x.1, n);
        self.noises.1.push(y.1, n);
        self.newest = y;
        self.bars += 1;
        let larger = |so_far: f64, x: Exact| {
            if x.is_finite() {
                so_far.max(x.hi.abs())
            } else {
                so_far
            }
        };
        self.greatest = (larger(self.greatest.0, x.0), larger(self.greatest.1, y.0));
    }

    fn keep(&mut self, x: Exact) {
        self.last.push_back(x);
        let old = match self.last.len() > self.n {
            true => self.last.pop_front(),
            false => None,
        };
        if self.pair == Pair::At {
            return;
        }
        if x.is_finite() {
            self.sorted.insert(x);
        }
        if let Some(old) = old.filter(|old| old.is_finite()) {
            self.sorted.remove(old);
        }
    }

    pub fn reduce(&self) -> Exact {
        let (y, _) = self.newest;
        match self.pair {
            Pair::Products => {
                let all = self.moments.total().filter(|all| all.count == self.n);
                all.map_or(Exact::NA, |all| all.products)
            }
            Pair::At => {
                let from_front = self.last.len().checked_sub(1 + y.hi.max(0.0) as usize);
                let is_place = y.hi >= 0.0 && y.hi < self.n as f64 && y.hi.fract() == 0.0;
                let x = from_front.and_then(|at| self.last.get(at));
                x.filter(|_| is_place).map_or(Exact::NA, |x| *x)
            }
            _ if self.sorted.len() < self.n || y.is_na() => Exact::NA,
            Pair::Nth => {
                let place = (y.hi.fract() == 0.0 && y.hi >= 1.0).then_some(y.hi as usize - 1);
                let x = place.and_then(|place| self.sorted.get(place));
                x.unwrap_or(Exact::NA)
            }
            Pair::Apart => self.sorted.apart(y),
        }
    }

    /// How far the result may move when each value moves by its noise of kind `kind`.
    pub fn moved(&self, kind: usize) -> f64 {
        let (of_x, of_y) = (self.noises.0.total(kind), self.noises.1.total(kind));
        match self.pair {
            Pair::Products => {
                let all = self.moments.total();
                let (dx, dy) = all.map_or((0.0, 0.0), |a| (a.squares.0.hi, a.squares.1.hi));
                // The sum of dx * ny + dy * nx + nx * ny, d the distance from the mean and n the
                // noise of that distance, each product bounded by Cauchy and Schwarz.
                let noise = |of: Option<super::totals::Noise>| {
                    of.map_or(0.0, |noise| noise.squares_with_mean(kind))
                };
                let (nx, ny) = (noise(of_x), noise(of_y));
                let root = |a: f64, b: f64| {
                    if a == 0.0 || b == 0.0 {
                        0.0
                    } else {
                        (a * b).sqrt()
                    }
                };
                OWN * root(dx, dy) + root(dx, ny) + root(dy, nx) + root(nx, ny)
            }
            Pair::Nth | Pair::At => of_x.map_or(0.0, |noise| noise.greatest[kind]),
            Pair::Apart => {
                let (_, newest) = self.newest;
                let n = self.bars.min(self.n) as f64;
                of_x.map_or(0.0, |noise| noise.sum[kind]) + newest[kind] * n
            }
        }
    }

    /// What a running total of the window has lost by all that went through it.
    pub fn worn(&self) -> f64 {
        let n = self.bars.min(self.n) as f64;
        wear(self.bars)
            * match self.pair {
                Pair::Products => self.greatest.0 * self.greatest.1 * n,
                Pair::Apart => self.greatest.0 * n,
                Pair::Nth | Pair::At => 0.0,
            }
    }
}
