//! Two prices around 1e5 that hardly move, as whole numbers of a small quantum, so that any sum of
//! them and of their products is a whole number as well and known exactly.

use strat_engine::abi::BarValues;
use strat_tests::candles::Dice;

/// The quantum, about 1e-9, is `2^-QUANTUM_BITS`: a price of 1e5 is a double without rounding, and
/// so is one of 1e8.
pub const QUANTUM_BITS: i32 = 30;
const QUANTUM: f64 = 1.0 / (1_u64 << QUANTUM_BITS) as f64;

/// The price they move around, in quanta.
const MIDDLE: i64 = 100_000 << QUANTUM_BITS;
/// How far they go from there: one unit.
const FURTHEST: i64 = 1 << QUANTUM_BITS;
/// A price far away, for one bar.
const SPIKE: i64 = 100_000_000 << QUANTUM_BITS;

/// What prices do.
#[derive(Debug, Clone, Copy)]
pub struct Course {
    /// The largest move from bar to bar, a price.
    pub move_size: f64,
    /// The bar on which both prices are 1e8.
    pub spike: Option<usize>,
}

/// The prices, bar by bar.
#[derive(Debug, Clone)]
pub struct Walk {
    course: Course,
    dice: Dice,
    bar: usize,
    x: i64,
    y: i64,
}

impl Walk {
    pub fn new(course: Course) -> Self {
        Self {
            course,
            dice: Dice::new(61),
            bar: 0,
            x: MIDDLE,
            y: MIDDLE,
        }
    }

    fn step(&mut self, x: i64) -> i64 {
        let most = self.course.move_size / QUANTUM;
        let moved = x + ((2.0 * self.dice.roll() - 1.0) * most).round() as i64;
        // Where it would go too far it goes back.
        if (moved - MIDDLE).abs() > FURTHEST {
            x - (moved - x)
        } else {
            moved
        }
    }
}

impl Iterator for Walk {
    type Item = (i64, i64);

    fn next(&mut self) -> Option<(i64, i64)> {
        (self.x, self.y) = (self.step(self.x), self.step(self.y));
        // What one does, the other does in part.
        self.y += (self.x - self.y) / 64;
        let is_spike = self.course.spike == Some(self.bar);
        self.bar += 1;
        Some(if is_spike {
            (SPIKE, SPIKE)
        } else {
            (self.x, self.y)
        })
    }
}

/// A price of so many quanta.
pub fn price(quanta: i64) -> f64 {
    quanta as f64 * QUANTUM
}

/// The bar with these prices as close and open.
pub fn bar(t: usize, (x, y): (i64, i64)) -> BarValues {
    let (close, open) = (price(x), price(y));
    BarValues {
        time: 3600.0 * t as f64,
        open,
        high: close.max(open),
        low: close.min(open),
        close,
        volume: 1.0,
    }
}

#[test]
fn prices_are_doubles_without_rounding() {
    let course = Course {
        move_size: 1e-3,
        spike: Some(7),
    };
    for (t, (x, y)) in Walk::new(course).take(1000).enumerate() {
        for quanta in [x, y] {
            let back = price(quanta) / QUANTUM;
            assert_eq!(back as i64, quanta, "bar {t}");
            assert_eq!(back.fract(), 0.0, "bar {t}");
        }
        assert_eq!(t == 7, price(x) > 1e7);
    }
}
