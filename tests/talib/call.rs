//! One function with one set of parameters: as an expression of the language, and as a call of
//! TA-Lib.

use strat_compiler::ir::Graph;
use strat_compiler::lower::hir_to_ir;
use strat_compiler::{Executor, compile};
use strat_engine::columns;
use strat_lang::hir::Unit;
use strat_tests::{check_expression, check_expression_in};
use ta_lib::Core;
use ta_lib::abstract_api::{FuncInfo, InputType, OutputType};

use crate::registry::ours;
use crate::series::Series;
use crate::sets::{AVERAGES, Set, Value};

/// The expressions that are handed over as real series.
fn inputs(info: &FuncInfo) -> Vec<&'static str> {
    let reals = info.inputs.iter().filter(|i| i.kind == InputType::Real);
    reals
        .enumerate()
        .map(|(i, input)| match (input.param_name, i) {
            // Lengths: whole and broken, below the least and above the most.
            ("inPeriods", _) => "0.5 + 7 * bar_index mod 41",
            (_, 0) => "close",
            _ => "open",
        })
        .collect()
}

/// The call in the language.
pub fn expression(info: &FuncInfo, set: &Set) -> String {
    let mut arguments: Vec<String> = inputs(info).into_iter().map(str::to_owned).collect();
    arguments.extend(set.values.iter().map(|value| match value {
        Value::Whole(n) => n.to_string(),
        Value::Real(x) => format!("{x:?}"),
        Value::Average(kind) => format!("MAType.{}", AVERAGES[*kind as usize]),
    }));
    if set.unstable > 0 {
        arguments.push(format!("unstable: {}", set.unstable));
    }
    format!("{}({})", ours(info.name), arguments.join(", "))
}

/// An expression, and a file whose functions go before those of the library.
#[derive(Debug, Clone, Copy)]
pub struct Formula<'a> {
    pub expression: &'a str,
    pub file: &'a str,
}

impl<'a> From<&'a str> for Formula<'a> {
    fn from(expression: &'a str) -> Self {
        Self {
            expression,
            file: "",
        }
    }
}

/// A unit of an expression.
///
/// # Errors
/// What the compiler says.
pub fn unit(formula: Formula<'_>) -> Result<Unit, String> {
    let checked = if formula.file.is_empty() {
        check_expression(formula.expression)
    } else {
        check_expression_in(formula.expression, formula.file)
    };
    if checked.has_errors() {
        let first = checked.diagnostics.first();
        return Err(first.map_or("refused".into(), |d| d.message.clone()));
    }
    checked.units.into_iter().next().ok_or("no unit".into())
}

/// The graph of an expression, for the referee.
///
/// # Errors
/// What the compiler says.
pub fn graph<'a>(formula: impl Into<Formula<'a>>) -> Result<Graph, String> {
    unit(formula.into()).map(|unit| hir_to_ir(&unit))
}

/// The outputs of an expression over a series, from the kernel.
///
/// # Errors
/// What the compiler says.
pub fn evaluate<'a>(
    formula: impl Into<Formula<'a>>,
    series: &Series,
) -> Result<Vec<Vec<f64>>, String> {
    use strat_engine::abi::Program;
    let program = compile(&unit(formula.into())?, Executor::Kernel).map_err(|e| e.to_string())?;
    program.resolve(&[]).map_err(|e| format!("{e:?}"))?;
    Ok(program.evaluate(&[], columns(&series.bars)))
}

/// TA-Lib's outputs in place: NaN before the first. It is shown the series from its first bar on,
/// since it knows no missing values.
///
/// # Errors
/// Where TA-Lib refuses.
pub fn reference(info: &FuncInfo, set: &Set, series: &Series) -> Result<Vec<Vec<f64>>, String> {
    let refused = |e| format!("TA-Lib refuses: {e:?}");
    let (first, len) = (series.first, series.bars.len());
    let count = len - first;
    let mut builder = Core::builder();
    if let Some(id) = info.unst_id {
        builder = builder.unstable_period(id, set.unstable);
    }
    let core = builder.build().map_err(refused)?;
    let given: Vec<Vec<f64>> = inputs(info)
        .iter()
        .map(|text| evaluate(*text, series).map(|mut all| all.swap_remove(0)))
        .collect::<Result<_, _>>()?;
    let mut real = vec![vec![0.0; count]; info.outputs.len()];
    let mut whole = vec![vec![0_i32; count]; info.outputs.len()];
    let mut call = info.id.new_call(&core);
    let mut next = given.iter();
    let bars = &series.bars;
    for (slot, input) in info.inputs.iter().enumerate() {
        if input.kind == InputType::Price {
            let [o, h, l, c, v] = [&bars.open, &bars.high, &bars.low, &bars.close, &bars.volume]
                .map(|column| Some(&column[first..]));
            call.set_price_input(slot, o, h, l, c, v, None)
                .map_err(refused)?;
        } else if let Some(column) = next.next() {
            call.set_input(slot, &column[first..]).map_err(refused)?;
        }
    }
    for (i, value) in set.values.iter().enumerate() {
        match *value {
            Value::Whole(n) | Value::Average(n) => call.set_opt_input(i, n).map_err(refused)?,
            Value::Real(x) => call.set_opt_input(i, x).map_err(refused)?,
        };
    }
    for (i, (real, whole)) in real.iter_mut().zip(&mut whole).enumerate() {
        match info.outputs[i].kind {
            OutputType::Real => call.set_output(i, real).map_err(refused)?,
            OutputType::Integer => call.set_int_output(i, whole).map_err(refused)?,
        };
    }
    let range = call.call(0, count - 1).map_err(refused)?;
    let mut placed = Vec::with_capacity(info.outputs.len());
    for (i, output) in info.outputs.iter().enumerate() {
        let mut column = vec![f64::NAN; first + range.beg_idx];
        match output.kind {
            OutputType::Real => column.extend(&real[i][..range.count]),
            OutputType::Integer => {
                // Places in the series count from the first bar of all, as in the language.
                let shift = if info.name.ends_with("INDEX") {
                    first
                } else {
                    0
                };
                let whole = whole[i][..range.count].iter();
                column.extend(whole.map(|x| f64::from(*x) + shift as f64));
            }
        }
        column.resize(len, f64::NAN);
        placed.push(column);
    }
    Ok(placed)
}
