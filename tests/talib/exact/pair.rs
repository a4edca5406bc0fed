//! Windows of two series, by their definitions.

use std::collections::VecDeque;

use strat_engine::abi::pair::Pair;

use super::Exact;
use super::window::WEAR;

/// A value and how far it may be off, in both kinds of arithmetic.
type Value = (Exact, [f64; 2]);

/// The last n values of both series.
pub struct Pairs {
    last: VecDeque<(Value, Value)>,
    n: usize,
    /// The greatest magnitudes ever.
    greatest: (f64, f64),
}

impl Pairs {
    pub fn new(n: usize) -> Self {
        Self {
            last: VecDeque::new(),
            n,
            greatest: (0.0, 0.0),
        }
    }

    pub fn push(&mut self, x: Value, y: Value) {
        self.last.push_back((x, y));
        if self.last.len() > self.n {
            self.last.pop_front();
        }
        let larger = |so_far: f64, x: Exact| {
            if x.is_finite() {
                so_far.max(x.hi.abs())
            } else {
                so_far
            }
        };
        self.greatest = (larger(self.greatest.0, x.0), larger(self.greatest.1, y.0));
    }

    /// This bar's value of the second series.
    fn newest(&self) -> Value {
        self.last.back().map_or((Exact::NA, [0.0; 2]), |(_, y)| *y)
    }

    fn mean(&self, of: impl Fn(&(Value, Value)) -> Exact) -> Exact {
        let sum = self.last.iter().map(of).fold(Exact::ZERO, Exact::plus);
        sum.over(Exact::of(self.last.len().max(1) as f64))
    }

    fn is_whole(&self) -> bool {
        self.last.len() == self.n && self.last.iter().all(|((x, _), _)| x.is_finite())
    }

    pub fn reduce(&self, pair: Pair) -> Exact {
        let (y, _) = self.newest();
        if pair == Pair::At {
            let from_front = self.last.len().checked_sub(1 + y.hi.max(0.0) as usize);
            let is_place = y.hi >= 0.0 && y.hi < self.n as f64 && y.hi.fract() == 0.0;
            let x = from_front.and_then(|at| self.last.get(at));
            return x.filter(|_| is_place).map_or(Exact::NA, |((x, _), _)| *x);
        }
        if !self.is_whole() || y.is_na() {
            return Exact::NA;
        }
        let xs = self.last.iter().map(|((x, _), _)| *x);
        match pair {
            Pair::Products => {
                if !self.last.iter().all(|(_, (y, _))| y.is_finite()) {
                    return Exact::NA;
                }
                let (mean_x, mean_y) = (self.mean(|((x, _), _)| *x), self.mean(|(_, (y, _))| *y));
                let pairs = self.last.iter();
                pairs.fold(Exact::ZERO, |sum, ((x, _), (y, _))| {
                    sum.plus(x.minus(mean_x).times(y.minus(mean_y)))
                })
            }
            Pair::Nth => {
                let mut sorted: Vec<Exact> = xs.collect();
                sorted.sort_by(|a, b| a.compare(*b).unwrap_or(std::cmp::Ordering::Equal));
                let place = (y.hi.fract() == 0.0 && y.hi >= 1.0).then_some(y.hi as usize - 1);
                let x = place.and_then(|place| sorted.get(place));
                x.copied().unwrap_or(Exact::NA)
            }
            Pair::Above => xs
                .map(|x| x.minus(y))
                .filter(|x| x.hi > 0.0)
                .fold(Exact::ZERO, Exact::plus),
            Pair::At => Exact::NA,
        }
    }

    /// How far the result may move when each value moves by its noise of kind `kind`.
    pub fn moved(&self, pair: Pair, kind: usize) -> f64 {
        let (_, newest) = self.newest();
        let noises = || self.last.iter().map(|((_, x), (_, y))| (x[kind], y[kind]));
        let of_x: f64 = noises().map(|(x, _)| x).sum();
        match pair {
            Pair::Products => {
                let of_y: f64 = noises().map(|(_, y)| y).sum();
                if of_x == 0.0 && of_y == 0.0 {
                    return 0.0;
                }
                let n = self.last.len().max(1) as f64;
                let (mean_x, mean_y) = (self.mean(|((x, _), _)| *x), self.mean(|(_, (y, _))| *y));
                self.last
                    .iter()
                    .map(|((x, nx), (y, ny))| {
                        let (dx, dy) = (x.minus(mean_x).hi.abs(), y.minus(mean_y).hi.abs());
                        let (nx, ny) = (nx[kind] + of_x / n, ny[kind] + of_y / n);
                        dx * ny + dy * nx + nx * ny
                    })
                    .sum()
            }
            Pair::Nth | Pair::At => noises().map(|(x, _)| x).fold(0.0, f64::max),
            Pair::Above => of_x + newest[kind] * self.last.len() as f64,
        }
    }

    /// What a running total of the window has lost by all that went through it.
    pub fn worn(&self, pair: Pair) -> f64 {
        let n = self.last.len() as f64;
        match pair {
            Pair::Products => WEAR * self.greatest.0 * self.greatest.1 * n,
            Pair::Above => WEAR * self.greatest.0 * n,
            Pair::Nth | Pair::At => 0.0,
        }
    }
}
