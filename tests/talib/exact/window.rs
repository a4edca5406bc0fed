//! Windows by their definitions: all values that are in the window, looked at anew on each bar.

use std::collections::VecDeque;

use strat_engine::abi::window::Window;

use super::Exact;

/// The last n values.
pub struct Values {
    last: VecDeque<Exact>,
    /// How far each of them may be off.
    noises: VecDeque<f64>,
    n: usize,
    least: usize,
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

    pub fn push(&mut self, x: Exact, noise: f64) {
        self.last.push_back(x);
        self.noises.push_back(noise);
        if self.last.len() > self.n {
            self.last.pop_front();
            self.noises.pop_front();
        }
        if x.is_finite() {
            self.greatest = self.greatest.max(x.hi.abs());
        }
    }

    /// No sum of magnitudes that was ever in the window was above this.
    pub fn worn(&self) -> f64 {
        self.greatest * self.last.len() as f64
    }

    /// How far the result may move when each value moves by its noise.
    pub fn noise(&self, window: Window) -> f64 {
        let all = || self.noises.iter().copied();
        let sum = || all().sum::<f64>();
        match window {
            Window::Sum => sum(),
            Window::Mean => sum() / self.there().count().max(1) as f64,
            Window::Weighted => all().zip(1_u32..).map(|(x, w)| x * f64::from(w)).sum(),
            Window::Squares => {
                if sum() == 0.0 {
                    return 0.0;
                }
                let mean = self.sum().over(Exact::of(self.there().count().max(1) as f64));
                let mean_noise = sum() / self.last.len().max(1) as f64;
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
            Window::Rank => 0.0,
        }
    }

    fn there(&self) -> impl Iterator<Item = Exact> {
        self.last.iter().copied().filter(|x| x.is_finite())
    }

    fn sum(&self) -> Exact {
        self.there().fold(Exact::ZERO, Exact::plus)
    }

    pub fn reduce(&self, window: Window) -> Exact {
        let count = self.there().count();
        if count < self.least {
            return Exact::NA;
        }
        let number = Exact::of(count as f64);
        let pick = |wanted: std::cmp::Ordering| {
            let better = |a: Exact, b: Exact| {
                if b.compare(a) == Some(wanted) { b } else { a }
            };
            self.there().reduce(better).unwrap_or(Exact::NA)
        };
        match window {
            Window::Sum => self.sum(),
            Window::Mean => self.sum().over(number),
            Window::Weighted => {
                let weighted = self.last.iter().zip(1_u32..);
                weighted.fold(Exact::ZERO, |sum, (x, weight)| {
                    sum.plus(x.times(Exact::of(f64::from(weight))))
                })
            }
            Window::Squares => {
                let mean = self.sum().over(number);
                self.there().fold(Exact::ZERO, |sum, x| {
                    let away = x.minus(mean);
                    sum.plus(away.times(away))
                })
            }
            Window::Max => pick(std::cmp::Ordering::Greater),
            Window::Min => pick(std::cmp::Ordering::Less),
            Window::Rank => {
                let Some(newest) = self.last.back().filter(|x| x.is_finite()) else {
                    return Exact::NA;
                };
                let below = |x: &Exact| x.compare(*newest).is_some_and(std::cmp::Ordering::is_le);
                Exact::of(self.there().filter(below).count() as f64).over(number)
            }
        }
    }
}
