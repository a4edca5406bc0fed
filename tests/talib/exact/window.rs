//! Windows: all values that are in the window taken together, and none that has left it.

use std::cmp::Ordering;
use std::collections::VecDeque;

use strat_engine::abi::window::Window;

use super::Exact;
use super::pair::OWN;
use super::sliding::Sliding;
use super::totals::{Best, Moments, Noises, Sorted, Sum};

/// Half a unit in the last place of 1.
const EPS: f64 = f64::EPSILON / 2.0;

/// What a running total has lost after so many bars, relative to the greatest magnitude that it has
/// held: some hundred roundings of a double, and more on a long series. There one value comes and
/// one goes on every bar, each rounded up or down by at most half a unit of the last place, and the
/// root of the number of steps says how far such a walk leads.
pub fn wear(bars: usize) -> f64 {
    (EPS * (2.0 * bars as f64).sqrt()).max(1e-14)
}

/// What is kept of the last n values.
enum Held {
    Sum(Sliding<Sum>),
    Squares(Sliding<Moments>),
    Best(Sliding<Best>),
    Ranked(VecDeque<Exact>, Sorted),
}

/// The last n values.
pub struct Values {
    window: Window,
    held: Held,
    /// How far each of them may be off.
    noises: Noises,
    n: usize,
    least: usize,
    bars: usize,
    /// The newest.
    newest: Exact,
    /// The greatest magnitude ever.
    greatest: f64,
}

impl Values {
    pub fn new(window: Window, n: usize, least: usize) -> Self {
        Self {
            window,
            held: match window {
                Window::Sum | Window::Mean | Window::Weighted => Held::Sum(Sliding::new()),
                Window::Squares | Window::Moment => Held::Squares(Sliding::new()),
                Window::Rank => Held::Ranked(VecDeque::new(), Sorted::default()),
                _ => Held::Best(Sliding::new()),
            },
            noises: Noises::new(),
            n,
            least,
            bars: 0,
            newest: Exact::NA,
            greatest: 0.0,
        }
    }

    pub fn push(&mut self, x: Exact, noises: [f64; 2]) {
        let n = self.n;
        match &mut self.held {
            Held::Sum(held) => held.push(Sum::of(x), n),
            Held::Squares(held) if self.window == Window::Moment => {
                // A bar's distance from the window's middle is that from the mean of the bars.
                held.push(Moments::of(Exact::of(self.bars as f64), x), n);
            }
            Held::Squares(held) => held.push(Moments::of(x, x), n),
            Held::Best(held) => {
                let wanted = match self.window {
                    Window::Min | Window::MinAge | Window::MinAgeOldest => Ordering::Less,
                    _ => Ordering::Greater,
                };
                let oldest = matches!(self.window, Window::MaxAgeOldest | Window::MinAgeOldest);
                held.push(Best::of(x, self.bars, wanted, oldest), n);
            }
            Held::Ranked(last, sorted) => {
                last.push_back(x);
                if x.is_finite() {
                    sorted.insert(x);
                }
                if last.len() > n
                    && let Some(old) = last.pop_front().filter(|old| old.is_finite())
                {
                    sorted.remove(old);
                }
            }
        }
        self.noises.push(noises, n);
        self.bars += 1;
        self.newest = x;
        if x.is_finite() {
            self.greatest = self.greatest.max(x.hi.abs());
        }
    }

    /// What a running total of the window has lost by all that went through it.
    pub fn worn(&self) -> f64 {
        let (n, greatest) = (self.bars.min(self.n) as f64, self.greatest);
        wear(self.bars)
            * match self.window {
                Window::Sum => greatest * n,
                Window::Mean => greatest,
                // The total of products goes on by the total of values on every bar, and takes in its
                // error each time.
                Window::Weighted | Window::Moment => greatest * n * (n + self.bars as f64 / 2.0),
                Window::Squares => greatest * greatest * n,
                _ => 0.0,
            }
    }

    /// How far the result may move when each value moves by its noise of kind `kind`.
    pub fn moved(&self, kind: usize) -> f64 {
        let own = self.rounded();
        let Some(noise) = self.noises.total(kind) else {
            return own;
        };
        let moved = match (self.window, &self.held) {
            (Window::Sum, _) => noise.sum[kind],
            (Window::Mean, Held::Sum(held)) => {
                let count = held.total().map_or(0, |all| all.count);
                noise.sum[kind] / count.max(1) as f64
            }
            (Window::Weighted, _) => noise.weighted[kind],
            (Window::Moment, _) => noise.sum[kind] * (self.n as f64 - 1.0) / 2.0,
            (_, Held::Squares(held)) => {
                // The sum of (noise + its mean) * (2 * distance + noise + its mean), the first
                // product bounded by Cauchy and Schwarz.
                let squares = held.total().map_or(0.0, |all| all.squares.0.hi);
                let noises = noise.squares_with_mean(kind);
                2.0 * (noises * squares).sqrt() + noises
            }
            (Window::Max | Window::Min, _) => noise.greatest[kind],
            _ => 0.0,
        };
        own + moved
    }

    /// What is rounded of the products of a moment, which cancel: distances from both middles.
    fn rounded(&self) -> f64 {
        match (self.window, &self.held) {
            (Window::Moment, Held::Squares(held)) => held.total().map_or(0.0, |all| {
                OWN * (all.squares.0.hi * all.squares.1.hi).max(0.0).sqrt()
            }),
            _ => 0.0,
        }
    }

    pub fn reduce(&self) -> Exact {
        match &self.held {
            Held::Sum(held) => match held.total().filter(|all| all.count >= self.least) {
                None => Exact::NA,
                Some(all) => match self.window {
                    Window::Mean => all.sum.over(Exact::of(all.count.max(1) as f64)),
                    Window::Weighted if all.count < self.bars.min(self.n) => Exact::NA,
                    Window::Weighted => all.weighted,
                    _ => all.sum,
                },
            },
            Held::Squares(held) => {
                let all = held.total().filter(|all| all.count >= self.least);
                match self.window {
                    Window::Moment => all.map_or(Exact::NA, |all| all.products),
                    _ => all.map_or(Exact::NA, |all| all.squares.0),
                }
            }
            Held::Best(held) => {
                let all = held.total().filter(|all| all.count >= self.least);
                let Some((x, bar)) = all.and_then(|all| all.best) else {
                    return Exact::NA;
                };
                match self.window {
                    Window::Max | Window::Min => x,
                    _ => Exact::of((self.bars - 1 - bar) as f64),
                }
            }
            Held::Ranked(_, sorted) => {
                if sorted.len() < self.least || !self.newest.is_finite() {
                    return Exact::NA;
                }
                let count = Exact::of(sorted.len() as f64);
                Exact::of(sorted.up_to(self.newest) as f64).over(count)
            }
        }
    }
}
