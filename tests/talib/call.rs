//! One function with one set of parameters: as an expression of the language, and as a call of
//! TA-Lib.

use strat_compiler::ir::Graph;
use strat_compiler::lower::hir_to_ir;
use strat_compiler::{Compiled, Executor, compile};
use strat_engine::abi::Program;
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
fn unit(formula: Formula<'_>) -> Result<Unit, String> {
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

fn kernel(unit: &Unit) -> Result<Compiled, String> {
    let program = compile(unit, Executor::Kernel).map_err(|e| e.to_string())?;
    program.resolve(&[]).map_err(|e| format!("{e:?}"))?;
    Ok(program)
}

/// The outputs of an expression over a series, from the kernel.
///
/// # Errors
/// What the compiler says.
pub fn evaluate<'a>(
    formula: impl Into<Formula<'a>>,
    series: &Series,
) -> Result<Vec<Vec<f64>>, String> {
    Ok(kernel(&unit(formula.into())?)?.evaluate(&[], columns(&series.bars)))
}

/// TA-Lib's order of operations, as functions `talib_NAME`.
const AS_TALIB: &str = include_str!("as_talib.strat");

/// One function with one set, compiled once for all series.
pub struct Call {
    pub info: &'static FuncInfo,
    set: Set,
    /// What it is in the language.
    pub expression: String,
    program: Compiled,
    inputs: Vec<Compiled>,
    pub graph: Graph,
    /// The same in TA-Lib's order of operations, where that is written down.
    pub as_talib: Option<Graph>,
}

impl Call {
    /// The library's function.
    ///
    /// # Errors
    /// What the compiler says.
    pub fn new(info: &'static FuncInfo, set: &Set) -> Result<Self, String> {
        Self::of(info, set, (&*expression(info, set)).into())
    }

    /// Another formula in its place.
    ///
    /// # Errors
    /// What the compiler says.
    pub fn of(info: &'static FuncInfo, set: &Set, formula: Formula<'_>) -> Result<Self, String> {
        let named = |why: String| format!("{}: {why}", formula.expression);
        let unit_of = |formula| unit(formula).map_err(named);
        let unit = unit_of(formula)?;
        let theirs = formula.expression.replacen("ta_", "talib_", 1);
        let name = theirs.split('(').next().unwrap_or_default();
        let as_talib = if AS_TALIB.contains(&format!("fn {name}(")) {
            let formula = Formula {
                expression: &theirs,
                file: AS_TALIB,
            };
            Some(hir_to_ir(&unit_of(formula)?))
        } else {
            None
        };
        let inputs = inputs(info).into_iter();
        Ok(Self {
            info,
            set: set.clone(),
            expression: formula.expression.to_owned(),
            program: kernel(&unit).map_err(named)?,
            inputs: inputs
                .map(|text| kernel(&unit_of(text.into())?))
                .collect::<Result<_, _>>()?,
            graph: hir_to_ir(&unit),
            as_talib,
        })
    }

    /// Our outputs, from the kernel.
    pub fn ours(&self, series: &Series) -> Vec<Vec<f64>> {
        self.program.evaluate(&[], columns(&series.bars))
    }

    /// TA-Lib's outputs.
    ///
    /// # Errors
    /// Where TA-Lib refuses.
    pub fn theirs(&self, series: &Series) -> Result<Vec<Vec<f64>>, String> {
        let bars = columns(&series.bars);
        let inputs = self.inputs.iter();
        let inputs: Vec<Vec<f64>> = inputs
            .map(|program| program.evaluate(&[], bars).swap_remove(0))
            .collect();
        reference(self.info, &self.set, series, &inputs)
    }
}

/// TA-Lib's outputs in place: NaN before the first. It is shown the series from its first bar on,
/// since it knows no missing values.
fn reference(
    info: &FuncInfo,
    set: &Set,
    series: &Series,
    given: &[Vec<f64>],
) -> Result<Vec<Vec<f64>>, String> {
    let refused = |e| format!("TA-Lib refuses: {e:?}");
    let (first, len) = (series.first, series.bars.len());
    let count = len - first;
    let mut builder = Core::builder();
    if let Some(id) = info.unst_id {
        builder = builder.unstable_period(id, set.unstable);
    }
    let core = builder.build().map_err(refused)?;
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
