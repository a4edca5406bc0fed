//! Exact values, and the bounds on what rounding makes of them.

use strat_engine::columns;

use crate::call::Call;
use crate::exact::{Noisy, outputs, outputs_of_worn};
use crate::series::Series;

/// Functions that smooth the price by a weighted sum of four, which TA-Lib keeps running.
const SMOOTHED: [&str; 3] = ["ta_ht_", "ta_mama(", "MAType.MAMA"];

/// The triangular average is a running total of a running total: what the inner one has lost, the
/// outer one gathers anew on every bar.
const TOTALS_OF_TOTALS: [&str; 2] = ["TRIMA", "ta_trima("];

/// The exact outputs of a call. Where TA-Lib's own order of operations is written down, that bounds
/// how far TA-Lib may be off.
///
/// # Errors
/// Where TA-Lib's order gives another number.
pub fn exact(call: &Call, series: &Series) -> Result<Vec<Vec<Noisy>>, String> {
    let mut exact = in_either_order(call, series)?;
    let mut names = TOTALS_OF_TOTALS.iter();
    if names.any(|name| call.expression.contains(name)) {
        for output in &mut exact {
            for (t, e) in output.iter_mut().enumerate() {
                e.running *= 1.0 + t as f64 / 100.0;
            }
        }
    }
    Ok(exact)
}

fn in_either_order(call: &Call, series: &Series) -> Result<Vec<Vec<Noisy>>, String> {
    let bars = columns(&series.bars);
    let is_smoothed = SMOOTHED.iter().any(|name| call.expression.contains(name));
    let outputs = if is_smoothed {
        outputs_of_worn::<Noisy>
    } else {
        outputs::<Noisy>
    };
    let mut exact = outputs(&call.graph, bars);
    let Some(as_talib) = &call.as_talib else {
        return Ok(exact);
    };
    let other = outputs(as_talib, bars);
    for (exact, other) in exact.iter_mut().zip(&other) {
        for (t, (e, o)) in exact.iter_mut().zip(other).enumerate() {
            if e.value.is_na() {
                continue;
            }
            let apart = e.value.minus(o.value).hi.abs();
            // Constants are folded in doubles, in either order, and recurrences gather what that
            // changes as they gather rounding.
            if apart > 1e-12 * e.value.hi.abs() + o.noise.max(o.running) {
                let (e, o) = (e.value.hi, o.value.hi);
                return Err(format!("bar {t}: {e:?} exactly, in TA-Lib's order {o:?}"));
            }
            (e.running, e.noise) = (o.running, e.noise.min(o.noise));
        }
    }
    Ok(exact)
}
