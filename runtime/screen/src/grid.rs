//! Which parameter sets a screen runs.
//!
//! A grid is one list of values per parameter; its sets are numbered with the last parameter
//! varying fastest, and are made from their number when they are needed, so that a grid takes no
//! memory however many sets it has.

use std::fmt;

use rayon::prelude::*;
use strat_engine::abi::{ParamError, ParamInfo, Program, ProgramInfo};

/// Sets resolved between two looks at the cancel flag.
const STRIDE: usize = 1 << 16;

/// The values each parameter takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    names: Vec<String>,
    axes: Vec<Vec<f64>>,
    len: usize,
}

/// How many sets of a grid a program takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GridCount {
    /// Sets to run.
    pub kept: usize,
    /// Sets left out by a `require`.
    pub excluded: usize,
}

/// Why a grid cannot be run.
#[derive(Debug, Clone, PartialEq)]
pub enum GridError {
    /// A program without a parameter of this name.
    UnknownParam {
        /// The name given.
        name: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// A value that the parameter does not allow.
    Value {
        /// The parameter.
        name: String,
        /// The value given.
        value: f64,
        /// What is allowed, in words.
        expected: String,
    },
    /// A parameter without any value.
    NoValues {
        /// The parameter.
        name: String,
    },
    /// More sets than can be counted.
    TooLarge,
    /// Not one axis per parameter of the program.
    Shape {
        /// Parameters of the program.
        expected: usize,
        /// Axes of the grid.
        found: usize,
    },
    /// A set that the program cannot run.
    Invalid {
        /// Its values by name.
        values: Vec<(String, f64)>,
        /// Why.
        message: String,
    },
    /// Every set is left out by a `require`.
    Empty {
        /// Number of sets.
        excluded: usize,
        /// Why the first one is.
        message: String,
    },
}

impl fmt::Display for GridError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownParam { name, known } if known.is_empty() => {
                write!(f, "there is no parameter `{name}`: the strategy has none")
            }
            Self::UnknownParam { name, known } => {
                write!(
                    f,
                    "there is no parameter `{name}`; there is `{}`",
                    known.join("`, `")
                )
            }
            Self::Value {
                name,
                value,
                expected,
            } => {
                write!(f, "`{name}` cannot be {value}: it takes {expected}")
            }
            Self::NoValues { name } => write!(f, "`{name}` has no value to run with; give one"),
            Self::TooLarge => write!(
                f,
                "the grid has more parameter sets than can be counted; give some parameters fewer values"
            ),
            Self::Shape { expected, found } => write!(
                f,
                "the strategy has {expected} parameters but the grid has {found}; make the grid from this strategy"
            ),
            Self::Invalid { values, message } => {
                f.write_str("the strategy cannot run with ")?;
                for (at, (name, value)) in values.iter().enumerate() {
                    let comma = if at == 0 { "" } else { ", " };
                    write!(f, "{comma}{name} = {value}")?;
                }
                write!(f, ": {message}")
            }
            Self::Empty { excluded, message } => write!(
                f,
                "no parameter set is left to run: all {excluded} are excluded, the first because {message}"
            ),
        }
    }
}

impl std::error::Error for GridError {}

impl Grid {
    /// The grid a program declares: every value of a parameter that can be swept, the default of
    /// one that cannot.
    ///
    /// # Errors
    /// [`GridError::TooLarge`].
    pub fn of(info: &ProgramInfo) -> Result<Self, GridError> {
        let mut grid = Self {
            names: info.params.iter().map(|param| param.name.clone()).collect(),
            axes: info
                .params
                .iter()
                .map(|param| {
                    if param.sweep.is_empty() {
                        vec![param.default]
                    } else {
                        param.sweep.clone()
                    }
                })
                .collect(),
            len: 0,
        };
        grid.count()?;
        Ok(grid)
    }

    /// This grid with other values for one parameter; a single value holds it fixed.
    ///
    /// # Errors
    /// A name that is not a parameter of `info`, a value outside its domain, no value at all, or
    /// a grid that gets too large.
    pub fn with_values(
        mut self,
        info: &ProgramInfo,
        name: &str,
        values: Vec<f64>,
    ) -> Result<Self, GridError> {
        let known = || info.params.iter().map(|param| param.name.clone()).collect();
        let (axis, param) = self
            .axes
            .iter_mut()
            .zip(&info.params)
            .find(|(_, param)| param.name == name)
            .ok_or_else(|| GridError::UnknownParam {
                name: name.to_owned(),
                known: known(),
            })?;
        for &value in &values {
            if let Some(expected) = refusal(param, value) {
                return Err(GridError::Value {
                    name: name.to_owned(),
                    value,
                    expected,
                });
            }
        }
        *axis = values;
        self.count()?;
        Ok(self)
    }

    /// Number of sets, those that a `require` excludes included.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no set; a grid that was made has at least one.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Parameters, in declared order.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Values of each parameter, in declared order.
    #[must_use]
    pub fn axes(&self) -> &[Vec<f64>] {
        &self.axes
    }

    /// Appends the values of set `number` to `out`.
    pub fn push_set(&self, number: usize, out: &mut Vec<f64>) {
        let first = out.len();
        out.resize(first + self.axes.len(), 0.0);
        let mut rest = number;
        for (slot, axis) in out[first..].iter_mut().zip(&self.axes).rev() {
            *slot = axis[rest % axis.len()];
            rest /= axis.len();
        }
    }

    /// Asks the program about every set: how many it takes. Runs on the threads of the current
    /// rayon pool; `go_on` is asked now and then, and `None` means that it said no.
    ///
    /// # Errors
    /// The first set, by number, that the program cannot run; a grid of which every set is excluded.
    pub fn check(
        &self,
        program: &dyn Program,
        go_on: impl Fn() -> bool,
    ) -> Result<Option<GridCount>, GridError> {
        let expected = program.info().params.len();
        if expected != self.axes.len() {
            return Err(GridError::Shape {
                expected,
                found: self.axes.len(),
            });
        }
        let mut count = GridCount::default();
        let mut why = None;
        for first in (0..self.len).step_by(STRIDE) {
            if !go_on() {
                return Ok(None);
            }
            let last = self.len.min(first.saturating_add(STRIDE));
            let found = (first..last)
                .into_par_iter()
                .map_init(Vec::new, |set, number| {
                    set.clear();
                    self.push_set(number, set);
                    match program.resolve(set) {
                        Ok(_) => Found {
                            kept: 1,
                            ..Found::default()
                        },
                        Err(ParamError::Excluded(message)) => Found {
                            excluded: Some((number, message)),
                            ..Found::default()
                        },
                        Err(ParamError::Invalid(message)) => Found {
                            invalid: Some((number, message)),
                            ..Found::default()
                        },
                    }
                })
                .reduce(Found::default, Found::join);
            if let Some((number, message)) = found.invalid {
                let mut set = Vec::new();
                self.push_set(number, &mut set);
                let values = self.names.iter().cloned().zip(set).collect();
                return Err(GridError::Invalid { values, message });
            }
            count.kept += found.kept;
            count.excluded += last - first - found.kept;
            why = why.or(found.excluded);
        }
        if count.kept == 0 {
            let message = why.map(|(_, message)| message).unwrap_or_default();
            return Err(GridError::Empty {
                excluded: count.excluded,
                message,
            });
        }
        Ok(Some(count))
    }

    fn count(&mut self) -> Result<(), GridError> {
        if let Some(at) = self.axes.iter().position(Vec::is_empty) {
            return Err(GridError::NoValues {
                name: self.names[at].clone(),
            });
        }
        self.len = self
            .axes
            .iter()
            .try_fold(1usize, |len, axis| len.checked_mul(axis.len()))
            .ok_or(GridError::TooLarge)?;
        Ok(())
    }
}

/// What the program said about some sets.
#[derive(Default)]
struct Found {
    kept: usize,
    invalid: Option<(usize, String)>,
    excluded: Option<(usize, String)>,
}

impl Found {
    fn join(self, later: Self) -> Self {
        Self {
            kept: self.kept + later.kept,
            invalid: self.invalid.or(later.invalid),
            excluded: self.excluded.or(later.excluded),
        }
    }
}

/// Why a parameter does not take `value`, as what it takes instead.
fn refusal(param: &ParamInfo, value: f64) -> Option<String> {
    let domain = || {
        if param.domain_text.is_empty() {
            "a finite number".to_owned()
        } else {
            param.domain_text.clone()
        }
    };
    if !value.is_finite() {
        return Some(domain());
    }
    if param.integer && value.fract() != 0.0 {
        return Some("whole numbers only".to_owned());
    }
    if param.only_sweep && !param.sweep.contains(&value) {
        return Some(domain());
    }
    match param.bounds {
        Some((least, greatest)) if !(least..=greatest).contains(&value) => Some(domain()),
        _ => None,
    }
}
