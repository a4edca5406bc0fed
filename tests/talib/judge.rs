//! The comparison, and its rule.
//!
//! - `na` on the same bars. Whole numbers are equal.
//! - Numbers are within [`NEAR`] of TA-Lib's, relative to TA-Lib's value.
//! - Where TA-Lib is further than [`FAR`] from exact arithmetic, again relative to the value, ours
//!   must be nearer to it, or as near as doubles can be ([`Noisy`](crate::exact::Noisy)): what is
//!   left of two averages that meet has the error of the averages, and what is left of products that
//!   cancel that of the products, whoever computes it. A bound on
//!   the rounding of running totals must explain TA-Lib's error: another formula is not excused.
//! - Where TA-Lib happens to hit a value, such as 0, ours is as near as doubles can be.
//! - A whole number that differs is a tie where TA-Lib's answer comes out as well when comparisons
//!   closer than 1e-12 go the other way; where it needs the rounding that a running total gathers,
//!   TA-Lib's totals are worn. Anything else is an error.

use strat_engine::columns;
use ta_lib::abstract_api::OutputType;

use crate::call::Call;
use crate::exact::{Exact, Noisy, Spread, outputs};
use crate::rounding::exact;
use crate::series::Series;

/// Relative difference that is allowed.
pub const NEAR: f64 = 1e-9;
/// Relative error above which TA-Lib is no longer the measure.
pub const FAR: f64 = 1e-10;
/// Bounds on the noise of doubles that ours may be off.
const ROUNDINGS: f64 = 4.0;

/// Relative difference up to which the two speak for each other.
const AGREED: f64 = 1e-11;

/// When exact arithmetic judges all values of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Referee {
    Always,
    /// Where one of them differs, a number by more than [`AGREED`].
    WhereTheyDiffer,
}

/// What a comparison found.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Values that were there and compared, over all outputs.
    pub compared: usize,
    /// Largest relative difference of those that TA-Lib is the measure of.
    pub largest: f64,
    /// Whole numbers that differ by a tie.
    pub ties: usize,
    /// Whole numbers that differ because TA-Lib's totals are worn.
    pub worn: usize,
    /// Values where TA-Lib is further than [`FAR`] from exact arithmetic and ours is nearer.
    pub further: usize,
    /// Largest relative error of TA-Lib on those, and of ours.
    pub errors: (f64, f64),
    /// Values that differ by no more than doubles are from exact arithmetic, or not at all.
    pub noise: usize,
}

impl Found {
    /// Takes in what another comparison found.
    pub fn add(&mut self, other: &Self) {
        self.compared += other.compared;
        self.largest = self.largest.max(other.largest);
        self.ties += other.ties;
        self.worn += other.worn;
        self.further += other.further;
        self.noise += other.noise;
        self.errors.0 = self.errors.0.max(other.errors.0);
        self.errors.1 = self.errors.1.max(other.errors.1);
    }
}

/// `|a - b|` relative to `b`; 0 where they are equal, infinite where only `b` is 0.
fn apart(a: f64, b: f64) -> f64 {
    if a == b || a.is_nan() && b.is_nan() {
        0.0
    } else {
        ((a - b) / b).abs()
    }
}

/// Compares one function with one set on one series.
///
/// # Errors
/// The first bar that breaks the rule, or what TA-Lib refuses.
pub fn compare(call: &Call, series: &Series, referee: Referee) -> Result<Found, String> {
    let info = call.info;
    let place = |what: String| format!("{} on {}: {what}", call.expression, series.name);
    let theirs = call.theirs(series).map_err(place)?;
    let ours = call.ours(series);
    if ours.len() < theirs.len() {
        return Err(place(format!(
            "{} outputs, TA-Lib has {}",
            ours.len(),
            theirs.len()
        )));
    }
    let mut found = Found::default();
    let mut differs = false;
    for (i, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
        let is_whole = info.outputs[i].kind == OutputType::Integer;
        let pairs = ours.iter().zip(theirs).enumerate();
        for (t, (o, w)) in pairs {
            if o.is_nan() != w.is_nan() {
                let name = info.outputs[i].param_name;
                return Err(place(format!("{name} on bar {t}: {o}, TA-Lib {w}")));
            }
            found.compared += usize::from(!w.is_nan());
            let apart = apart(*o, *w);
            differs |= apart > if is_whole { 0.0 } else { AGREED };
            // Until the referee says otherwise.
            found.largest = found.largest.max(apart);
        }
    }
    let has_reals = info.outputs.iter().any(|o| o.kind == OutputType::Real);
    if differs || referee == Referee::Always && has_reals {
        found.largest = 0.0;
        let exact = match has_reals {
            true => exact(call, series).map_err(place)?,
            false => Vec::new(),
        };
        let case = Case {
            call,
            series,
            exact: &exact,
            ours: &ours,
            theirs: &theirs,
        };
        judge(&case, &mut found).map_err(place)?;
    }
    Ok(found)
}

/// The real outputs that could be off by a share of their value and still be taken for right: the
/// exact value of such a formula would be off by that as well.
///
/// # Errors
/// What TA-Lib refuses.
pub fn forgiven(call: &Call, series: &Series, share: f64) -> Result<Vec<&'static str>, String> {
    let theirs = call.theirs(series)?;
    let ours = call.ours(series);
    let exact = exact(call, series)?;
    let factor = 1.0 + share;
    let mut names = Vec::new();
    for (i, output) in call.info.outputs.iter().enumerate() {
        // Nothing is no share off.
        if output.kind == OutputType::Integer || theirs[i].iter().all(|w| w.is_nan() || *w == 0.0) {
            continue;
        }
        let (mut ours, mut exact) = (ours.clone(), exact.clone());
        ours[i].iter_mut().for_each(|o| *o *= factor);
        for e in &mut exact[i] {
            e.value = e.value.times(Exact::of(factor));
        }
        let case = Case {
            call,
            series,
            exact: &exact,
            ours: &ours,
            theirs: &theirs,
        };
        if judge(&case, &mut Found::default()).is_ok() {
            names.push(output.param_name);
        }
    }
    Ok(names)
}

/// What is known of one function with one set on one series.
struct Case<'a> {
    call: &'a Call,
    series: &'a Series,
    exact: &'a [Vec<Noisy>],
    ours: &'a [Vec<f64>],
    theirs: &'a [Vec<f64>],
}

fn judge(case: &Case<'_>, found: &mut Found) -> Result<(), String> {
    let Case {
        call,
        series,
        exact,
        ours,
        theirs,
    } = *case;
    let bars = columns(&series.bars);
    let mut spread: Option<Vec<Vec<Spread<false>>>> = None;
    let mut worn: Option<Vec<Vec<Spread<true>>>> = None;
    for (i, output) in call.info.outputs.iter().enumerate() {
        for (t, (&o, &w)) in ours[i].iter().zip(&theirs[i]).enumerate() {
            let wrong = |why: &str| {
                let e = exact.get(i).map_or(f64::NAN, |e| e[t].value.hi);
                let name = output.param_name;
                Err(format!(
                    "{name} on bar {t}: {o:?}, TA-Lib {w:?}, exact {e:?}: {why}"
                ))
            };
            if output.kind == OutputType::Integer {
                if o == w || o.is_nan() {
                    continue;
                }
                let spread = spread.get_or_insert_with(|| outputs(&call.graph, bars));
                if spread[i][t].holds(w) {
                    found.ties += 1;
                    continue;
                }
                let worn = worn.get_or_insert_with(|| outputs(&call.graph, bars));
                if worn[i][t].holds(w) {
                    found.worn += 1;
                    continue;
                }
                return wrong("not a tie");
            }
            let e = exact[i][t];
            let far = |x: f64| e.value.minus(Exact::of(x)).hi.abs();
            let (own, talib) = (far(o), far(w));
            let size = e.value.hi.abs();
            if !e.value.is_finite() || talib <= FAR * size {
                let apart = apart(o, w);
                if apart <= NEAR {
                    found.largest = found.largest.max(apart);
                } else if own <= ROUNDINGS * e.noise {
                    found.noise += 1;
                } else {
                    return wrong(&format!(
                        "TA-Lib is exact there, ours off by {own:e}, doubles by {:e}",
                        e.noise
                    ));
                }
            } else if talib > ROUNDINGS * e.running {
                return wrong(&format!(
                    "no rounding of TA-Lib's explains that: {:e}, at most {:e}",
                    talib, e.running
                ));
            } else if o == w || own <= ROUNDINGS * e.noise && talib <= ROUNDINGS * e.noise {
                found.noise += 1;
            } else if own < talib || own <= ROUNDINGS * e.noise {
                found.further += 1;
                let relative = |x: f64| if size > 0.0 { x / size } else { f64::INFINITY };
                found.errors.0 = found.errors.0.max(relative(talib));
                if own > 0.0 {
                    found.errors.1 = found.errors.1.max(relative(own));
                }
            } else {
                return wrong(&format!(
                    "TA-Lib is not exact, and ours is further away: {own:e}, doubles {:e}",
                    e.noise
                ));
            }
        }
    }
    Ok(())
}
