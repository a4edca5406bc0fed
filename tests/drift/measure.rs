//! Every window over a long course of prices, through handler and kernel, against the exact results.

use std::sync::Arc;

use strat_compiler::codegen::handler::{self, HandlerStream};
use strat_compiler::lower::hir_to_ir;
use strat_compiler::{Executor, compile};
use strat_engine::abi::BarColumns;
use strat_lang::hir::Unit;
use strat_tests::{check_expression, unit};

use crate::exact::Sums;
use crate::walk::{Course, Walk, bar, price};

/// Nanoseconds from bar to bar: ten million hours are more than a time can hold.
const MINUTE: i64 = 60_000_000_000;

/// A function of the library and its exact value.
pub struct Subject {
    /// Its call, with `N` for the length.
    pub call: &'static str,
    pub exact: fn(&Sums) -> f64,
    /// What an error is a share of.
    pub size: fn(&Sums) -> f64,
    /// What the error is a share of, in words.
    pub of: &'static str,
    /// Whether small moves make its result small: its last digits are those of the moves.
    pub is_of_moves: bool,
}

/// What is measured.
pub const SUBJECTS: [Subject; 11] = [
    level("window_sum(close, N)", Sums::sum),
    level("ta_sma(close, N)", Sums::mean),
    level("sma(close, N)", Sums::mean),
    level("wma(close, N)", Sums::weighted_mean),
    Subject {
        size: Sums::mean,
        of: "mean",
        ..level("ta_linearreg(close, N)", Sums::line)
    },
    moves("window_squares(close, N)", Sums::squares),
    moves("ta_var(close, N)", |s| s.squares() / s.count()),
    moves("ta_stddev(close, N)", |s| (s.squares() / s.count()).sqrt()),
    Subject {
        size: Sums::most_products,
        of: "most that is possible",
        ..moves("window_products(close, open, N)", Sums::products)
    },
    Subject {
        size: |_| 1.0,
        of: "1",
        ..moves("ta_correl(close, open, N)", Sums::correlation)
    },
    Subject {
        size: Sums::most_slope,
        of: "most that is possible",
        ..moves("ta_linearreg_slope(close, N)", Sums::slope)
    },
];

const fn level(call: &'static str, exact: fn(&Sums) -> f64) -> Subject {
    Subject {
        call,
        exact,
        size: exact,
        of: "value",
        is_of_moves: false,
    }
}

const fn moves(call: &'static str, exact: fn(&Sums) -> f64) -> Subject {
    Subject {
        is_of_moves: true,
        ..level(call, exact)
    }
}

/// The largest error of one function, and the bar it was on.
#[derive(Debug, Clone, Copy, Default)]
pub struct Worst {
    pub error: f64,
    pub bar: usize,
}

impl Worst {
    fn take(&mut self, bar: usize, error: f64) {
        // A missing value is the largest error of all.
        let error = if error.is_nan() { f64::INFINITY } else { error };
        if error > self.error {
            *self = Self { error, bar };
        }
    }
}

/// Bars as columns: open and close are all there is.
struct Columns {
    time: Vec<i64>,
    close: Vec<f64>,
    open: Vec<f64>,
}

impl Columns {
    fn of(course: Course, bars: usize) -> Self {
        Self {
            time: (0..bars as i64).map(|t| t * MINUTE).collect(),
            close: Walk::new(course)
                .take(bars)
                .map(|(x, _)| price(x))
                .collect(),
            open: Walk::new(course)
                .take(bars)
                .map(|(_, y)| price(y))
                .collect(),
        }
    }

    fn bars(&self) -> BarColumns<'_> {
        BarColumns {
            time: &self.time,
            open: &self.open,
            high: &self.close,
            low: &self.open,
            close: &self.close,
            volume: &self.close,
            others: &[],
        }
    }
}

/// The largest error of every subject with windows of `n` bars, in their order. The handler is
/// shown one bar after the other and keeps its windows only; the kernel takes whole columns, of
/// one function at a time.
///
/// # Panics
/// Where handler and kernel differ, or a call does not compile.
pub fn measure(course: Course, bars: usize, n: usize) -> Vec<Worst> {
    let units: Vec<Unit> = SUBJECTS
        .iter()
        .map(|subject| {
            let call = subject.call.replace('N', &n.to_string());
            unit(check_expression(&call), &call)
        })
        .collect();
    let streamed = stream(&units, course, bars, n);
    let columns = Columns::of(course, bars);
    for ((unit, subject), streamed) in units.iter().zip(&SUBJECTS).zip(&streamed) {
        let kernel = compile(unit, Executor::Kernel).expect("code");
        let values = kernel.evaluate(&[], columns.bars());
        let sum = values[0].iter().fold(0, |sum, x| bits(sum, *x));
        assert_eq!(sum, streamed.bits, "{} in handler and kernel", subject.call);
    }
    streamed.iter().map(|s| s.worst).collect()
}

/// What a handler did: its largest error, and all bits of all its values in one number.
#[derive(Clone, Default)]
struct Streamed {
    worst: Worst,
    bits: u64,
}

/// Takes the bits of one more value into a sum of all.
fn bits(sum: u64, x: f64) -> u64 {
    let x = if x.is_nan() { f64::NAN } else { x };
    (sum.rotate_left(5) ^ x.to_bits()).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

fn stream(units: &[Unit], course: Course, bars: usize, n: usize) -> Vec<Streamed> {
    let mut streams: Vec<HandlerStream> = units
        .iter()
        .map(|unit| {
            let graph = hir_to_ir(unit);
            let code = handler::compile(&graph, None).expect("code");
            HandlerStream::new(Arc::new(code), &graph, &graph.scalars(&[]), bars)
        })
        .collect();
    let mut streamed = vec![Streamed::default(); units.len()];
    let mut sums = Sums::new(n);
    for (t, prices) in Walk::new(course).take(bars).enumerate() {
        sums.push(prices);
        let bar = bar(t, prices);
        for ((stream, subject), streamed) in streams.iter_mut().zip(&SUBJECTS).zip(&mut streamed) {
            stream.advance(&bar, &[]);
            let x = stream.output(0);
            streamed.bits = bits(streamed.bits, x);
            if sums.is_full() {
                let wanted = (subject.exact)(&sums);
                let error = (x - wanted).abs() / (subject.size)(&sums).abs();
                streamed
                    .worst
                    .take(t, if x == wanted { 0.0 } else { error });
            } else {
                assert!(x.is_nan(), "{} on bar {t}", subject.call);
            }
        }
    }
    streamed
}
