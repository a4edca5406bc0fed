//! Exact values, and the bounds on what rounding makes of them.

use strat_compiler::lower::hir_to_ir;
use strat_engine::columns;
use strat_tests::check_expression_in;

use crate::call::{Formula, graph};
use crate::exact::{Noisy, outputs, outputs_of_worn};
use crate::series::Series;

/// TA-Lib's order of operations, as functions `talib_NAME`.
const AS_TALIB: &str = include_str!("as_talib.strat");

/// Functions that smooth the price by a weighted sum of four, which TA-Lib keeps running.
const SMOOTHED: [&str; 3] = ["ta_ht_", "ta_mama(", "MAType.MAMA"];

/// The triangular average is a running total of a running total: what the inner one has lost, the
/// outer one gathers anew on every bar.
const TOTALS_OF_TOTALS: [&str; 2] = ["TRIMA", "ta_trima("];

/// The exact outputs of an expression `ta_NAME(…)`. Where TA-Lib's own order of operations is
/// written down, that bounds how far TA-Lib may be off.
///
/// # Errors
/// Where it does not compile, or TA-Lib's order gives another number.
pub fn exact(formula: Formula<'_>, series: &Series) -> Result<Vec<Vec<Noisy>>, String> {
    let mut exact = in_either_order(formula, series)?;
    let mut names = TOTALS_OF_TOTALS.iter();
    if names.any(|name| formula.expression.contains(name)) {
        for output in &mut exact {
            for (t, e) in output.iter_mut().enumerate() {
                e.running *= 1.0 + t as f64 / 100.0;
            }
        }
    }
    Ok(exact)
}

fn in_either_order(formula: Formula<'_>, series: &Series) -> Result<Vec<Vec<Noisy>>, String> {
    let bars = columns(&series.bars);
    let expression = formula.expression;
    let graph = graph(formula)?;
    let outputs = if SMOOTHED.iter().any(|name| expression.contains(name)) {
        outputs_of_worn::<Noisy>
    } else {
        outputs::<Noisy>
    };
    let mut exact = outputs(&graph, bars);
    let theirs = expression.replacen("ta_", "talib_", 1);
    let name = theirs.split('(').next().unwrap_or_default();
    if !AS_TALIB.contains(&format!("fn {name}(")) {
        return Ok(exact);
    }
    let checked = check_expression_in(&theirs, AS_TALIB);
    if checked.has_errors() {
        return Err(format!("{theirs}: {:?}", checked.diagnostics));
    }
    let unit = checked.units.first().ok_or("no unit")?;
    let other = outputs(&hir_to_ir(unit), bars);
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
