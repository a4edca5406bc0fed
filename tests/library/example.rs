//! What an example wants of the results: met to the digits that are written.

use strat_lang::example::{Example, read};
use strat_market::Bars;

/// A bar length of an hour, in nanoseconds.
const HOUR: i64 = 3_600_000_000_000;

/// One wanted result.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    value: f64,
    /// Half a unit of the last digit that is written.
    within: f64,
}

impl Wanted {
    /// Whether a result is what is written.
    pub fn is_met(&self, x: f64) -> bool {
        // A written number is itself rounded, and a value may lie on the edge.
        let within = self.within * (1.0 + 1e-9) + 1e-12 * self.value.abs();
        x.is_nan() && self.value.is_nan() || x == self.value || (x - self.value).abs() <= within
    }

    /// Reads a result.
    ///
    /// # Errors
    /// Where it is neither a number nor `na`, `true` or `false`.
    pub fn read(text: &str) -> Result<Self, String> {
        let exact = |value: f64| Self { value, within: 0.0 };
        match text {
            "na" => return Ok(exact(f64::NAN)),
            "true" => return Ok(exact(1.0)),
            "false" => return Ok(exact(0.0)),
            _ => {}
        }
        let value: f64 = text.parse().map_err(|_| format!("`{text}` is no number"))?;
        let (digits, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let decimals = digits.split_once('.').map_or(0, |(_, d)| d.len() as i32);
        let exponent: i32 = exponent.parse().map_err(|_| format!("`{text}`"))?;
        let within = format!("5e{}", exponent - decimals - 1);
        Ok(Self {
            within: within.parse().unwrap_or(0.0),
            ..exact(value)
        })
    }
}

/// The bars of an example.
pub fn bars(example: &Example) -> Bars {
    Bars {
        time: (0..example.bars() as i64).map(|i| i * HOUR).collect(),
        open: example.column("open"),
        high: example.column("high"),
        low: example.column("low"),
        close: example.column("close"),
        volume: example.column("volume"),
    }
}

#[test]
fn results_are_met_to_the_digits_that_are_written() {
    let met = |text: &str, x: f64| Wanted::read(text).expect("a result").is_met(x);
    assert!(met("3.7", 3.666) && !met("3.7", 3.76));
    assert!(met("true", 1.0) && !met("true", 0.0) && !met("true", f64::NAN));
    assert!(met("-5e-3", -0.005) && !met("-5e-3", -0.0056));
    assert!(met("na", f64::NAN) && !met("na", 0.0));
    for wrong in ["one", "truth", ""] {
        assert!(Wanted::read(wrong).is_err(), "{wrong}");
    }
    let example = read("`x` over close 1, 2; volume 3, na is 1, 2.").expect("an example");
    let bars = bars(&example);
    assert_eq!((bars.len(), bars.high[1], bars.volume[0]), (2, 2.0, 3.0));
}
