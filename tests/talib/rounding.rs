//! Exact values, and the bounds on what rounding makes of them.

use strat_compiler::lower::hir_to_ir;
use strat_engine::columns;
use strat_tests::check_expression_in;

use crate::call::graph;
use crate::exact::{Noisy, outputs, outputs_of_worn};
use crate::series::Series;

/// TA-Lib's order of operations, as functions `talib_NAME`.
const AS_TALIB: &str = include_str!("as_talib.strat");

/// Functions that smooth the price by a weighted sum of four, which TA-Lib keeps running.
const SMOOTHED: [&str; 2] = ["ta_ht_", "ta_mama("];

/// The exact outputs of an expression `ta_NAME(…)`. Where TA-Lib's own order of operations is
/// written down, it has a say in how far TA-Lib may be off.
///
/// # Errors
/// Where it does not compile, or TA-Lib's order gives another number.
pub fn exact(expression: &str, series: &Series) -> Result<Vec<Vec<Noisy>>, String> {
    let bars = columns(&series.bars);
    let graph = graph(expression)?;
    if SMOOTHED.iter().any(|name| expression.starts_with(name)) {
        return Ok(outputs_of_worn(&graph, bars));
    }
    let mut exact = outputs::<Noisy>(&graph, bars);
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
    let other = outputs::<Noisy>(&hir_to_ir(unit), bars);
    for (exact, other) in exact.iter_mut().zip(&other) {
        for (t, (e, o)) in exact.iter_mut().zip(other).enumerate() {
            if e.value.is_na() {
                continue;
            }
            let apart = e.value.minus(o.value).hi.abs();
            // Constants are folded in doubles, in either order.
            if apart > 1e-12 * e.value.hi.abs().max(o.noise) {
                let (e, o) = (e.value.hi, o.value.hi);
                return Err(format!("bar {t}: {e:?} exactly, in TA-Lib's order {o:?}"));
            }
            e.running = e.running.max(o.running);
        }
    }
    Ok(exact)
}
