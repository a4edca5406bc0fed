//! The comparison sees an executor that is wrong: each is broken in turn, on purpose.

use std::cell::Cell as Counter;
use strat_engine::abi::TradeValues;

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use strat_compiler::ir::Op;
use strat_compiler::lower::hir_to_ir;
use strat_compiler::{Compiled, Executor};
use strat_engine::abi::{
    BarColumns, BarValues, ComboState, Decision, ParamError, Program, ProgramInfo, Resolved,
    Scratch, Stream, Sweep,
};
use strat_engine::columns;
use strat_lang::hir::Unit;
use strat_tests::candles::wild;
use strat_tests::{check, check_expression, unit};

use crate::cases::{Cases, View};
use crate::compare::{Cell, Column, Trio, check_decisions, check_outputs, first_difference};
use crate::program::render;

const STRATEGY: &str = "
strategy Made {
    param n: bars = 20 in [5, 20, 50]
    let average = sma(close, n)
    rec held = close then held[1] + 0.125 * (close - held[1])
    enter long when close crosses above average + 0.25
    enter long when close > highest(close, 7)[1] and held > 1
    exit when close < average or held < lowest(low, n)
}";

const EXPRESSION: &str = "{ a: ema(close, 20) * 0.125, b: num(close crosses above sma(close, 7)) }";

fn made() -> Unit {
    unit(check(STRATEGY), STRATEGY)
}

fn sets() -> Vec<Vec<f64>> {
    vec![vec![5.0], vec![20.0], vec![50.0]]
}

/// The unit with one of its numbers changed.
fn with_wrong_constant(unit: &Unit, from: f64, to: f64, executor: Executor) -> Compiled {
    let mut graph = hir_to_ir(unit);
    let mut changed = 0;
    for node in &mut graph.nodes {
        if node.op == Op::Number(from.to_bits()) {
            node.op = Op::Number(to.to_bits());
            changed += 1;
        }
    }
    assert_eq!(changed, 1, "{from}");
    let right = strat_compiler::compile(unit, executor).expect("code");
    Compiled::from_graph(graph, right.info().clone(), executor).expect("code")
}

const ALL: [Executor; 3] = [Executor::Interp, Executor::Kernel, Executor::Handler];

#[test]
fn a_wrong_constant_in_a_strategy_shows() {
    let (unit, bars) = (made(), wild(3, 2500, true));
    let (bars, sets) = (columns(&bars), sets());
    let right = Trio::of(&unit).expect("code");
    for executor in ALL {
        // A threshold, a length, and the weight of a recurrence.
        for (from, to) in [(0.25, 0.26), (7.0, 8.0), (0.125, 0.126)] {
            let wrong = with_wrong_constant(&unit, from, to, executor);
            let against: &[&Compiled] = match executor {
                Executor::Interp => &[&right.kernel, &right.handler],
                _ => &[&right.interp],
            };
            for right in against {
                let found = check_decisions(*right, &wrong, &sets, &[1, 3], bars);
                assert!(found.is_err(), "{executor:?}: {from} as {to} is not seen");
                let found = check_decisions(&wrong, *right, &sets, &[1, 3], bars);
                assert!(
                    found.is_err(),
                    "{executor:?} as oracle: {from} as {to} is not seen"
                );
            }
        }
        let same = with_wrong_constant(&unit, 0.25, 0.25, executor);
        check_decisions(&right.interp, &same, &sets, &[1, 3], bars).expect("no difference");
    }
}

#[test]
fn a_wrong_constant_in_an_expression_shows() {
    let unit = unit(check_expression(EXPRESSION), EXPRESSION);
    let bars = wild(4, 1100, true);
    let bars = columns(&bars);
    let right = Trio::of(&unit).expect("code");
    for executor in ALL {
        for (from, to) in [(0.125, 0.125 + f64::EPSILON / 8.0), (7.0, 8.0)] {
            let wrong = with_wrong_constant(&unit, from, to, executor);
            for right in [&right.interp, &right.kernel, &right.handler] {
                let found = check_outputs(right, &wrong, &[], bars);
                assert!(found.is_err(), "{executor:?}: {from} as {to} is not seen");
            }
        }
        let same = with_wrong_constant(&unit, 7.0, 7.0, executor);
        check_outputs(&right.interp, &same, &[], bars).expect("no difference");
    }
}

// ----- programs that go wrong while they run

/// Where a program goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Stream,
    StreamOver,
    Masks,
}

/// How it goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    /// This bar never reaches the program.
    Skips(usize),
    /// An entry bit of this bar is the opposite.
    FlipsEntry(usize),
    /// An exit bit of this bar is the opposite.
    FlipsExit(usize),
    /// Every decision comes one bar later.
    Late,
    /// Entries stand as exits.
    Swaps,
    /// Every set is given the masks of the first.
    OneForAll,
    /// A bit past the last bar is set.
    PastTheEnd,
}

struct Faulty<'p> {
    right: &'p dyn Program,
    place: Place,
    fault: Fault,
}

impl Faulty<'_> {
    fn at(&self, place: Place) -> Fault {
        if self.place == place {
            self.fault
        } else {
            Fault::None
        }
    }
}

impl Program for Faulty<'_> {
    fn info(&self) -> &ProgramInfo {
        self.right.info()
    }

    fn resolve(&self, params: &[f64]) -> Result<Resolved, ParamError> {
        self.right.resolve(params)
    }

    fn stream(&self, params: &[f64], most_bars: usize) -> Box<dyn Stream + '_> {
        let right = self.right.stream(params, most_bars);
        Box::new(FaultyStream::new(right, self.at(Place::Stream)))
    }

    fn stream_over<'a>(&'a self, params: &[f64], bars: BarColumns<'a>) -> Box<dyn Stream + 'a> {
        let right = self.right.stream_over(params, bars);
        Box::new(FaultyStream::new(right, self.at(Place::StreamOver)))
    }

    fn sweep<'a>(&'a self, combos: &[f64], bars: BarColumns<'a>) -> Option<Box<dyn Sweep + 'a>> {
        let right = self.right.sweep(combos, bars)?;
        Some(Box::new(FaultySweep {
            right,
            fault: self.at(Place::Masks),
            start: 0,
            len: 0,
        }))
    }
}

struct FaultyStream<'a> {
    right: Box<dyn Stream + 'a>,
    fault: Fault,
    bar: usize,
    last: Decision,
}

impl<'a> FaultyStream<'a> {
    fn new(right: Box<dyn Stream + 'a>, fault: Fault) -> Self {
        Self {
            right,
            fault,
            bar: 0,
            last: Decision::default(),
        }
    }
}

impl Stream for FaultyStream<'_> {
    fn on_bar(&mut self, bar: &BarValues, trade: &TradeValues<'_>) -> Decision {
        let t = self.bar;
        self.bar += 1;
        if self.fault == Fault::Skips(t) {
            return self.last;
        }
        let now = self.right.on_bar(bar, trade);
        let before = std::mem::replace(&mut self.last, now);
        let (entries, exits) = (now.entries, now.exits);
        match self.fault {
            Fault::FlipsEntry(at) if at == t => Decision {
                entries: entries ^ 2,
                exits,
            },
            Fault::FlipsExit(at) if at == t => Decision {
                entries,
                exits: exits ^ 1,
            },
            Fault::Late => before,
            Fault::Swaps => Decision {
                entries: exits,
                exits: entries,
            },
            _ => now,
        }
    }
}

struct FaultySweep<'a> {
    right: Box<dyn Sweep + 'a>,
    fault: Fault,
    start: usize,
    len: usize,
}

impl Sweep for FaultySweep<'_> {
    fn block(&self) -> usize {
        self.right.block()
    }

    fn combo_state(&self, combo: usize) -> ComboState {
        self.right.combo_state(combo)
    }

    fn begin_block(&mut self, start: usize, len: usize) {
        (self.start, self.len) = (start, len);
        self.right.begin_block(start, len);
    }

    fn masks(
        &self,
        combo: usize,
        state: &mut ComboState,
        scratch: &mut Scratch,
        entries: &mut [u64],
        exits: &mut [u64],
    ) {
        let asked = if self.fault == Fault::OneForAll {
            0
        } else {
            combo
        };
        self.right.masks(asked, state, scratch, entries, exits);
        let last = combo == 2 || self.fault == Fault::Late;
        let bit = |words: &mut [u64], t: usize| {
            if (self.start..self.start + self.len).contains(&t) && last {
                words[(t - self.start) / 64] ^= 1 << ((t - self.start) % 64);
            }
        };
        match self.fault {
            Fault::FlipsEntry(t) => bit(entries, t),
            Fault::FlipsExit(t) => bit(exits, t),
            Fault::Late => {
                for word in entries.iter_mut().chain(exits) {
                    *word <<= 1;
                }
            }
            Fault::Swaps => entries.swap_with_slice(exits),
            Fault::PastTheEnd if !self.len.is_multiple_of(64) => {
                entries[self.len / 64] |= 1 << (self.len % 64);
            }
            _ => {}
        }
    }
}

#[test]
fn a_program_that_goes_wrong_while_it_runs_shows() {
    let (unit, bars) = (made(), wild(5, 2500, true));
    let (bars, sets) = (columns(&bars), sets());
    let trio = Trio::of(&unit).expect("code");
    let run = |right: &dyn Program, place, fault| {
        let wrong = Faulty {
            right,
            place,
            fault,
        };
        check_decisions(&trio.interp, &wrong, &sets, &[3], bars)
    };
    let both = [
        Fault::FlipsEntry(0),
        Fault::FlipsEntry(1024),
        Fault::FlipsExit(63),
        Fault::FlipsExit(2499),
        Fault::Late,
        Fault::Swaps,
    ];
    let executors: [(&str, &dyn Program); 3] = [
        ("interpreter", &trio.interp),
        ("kernel", &trio.kernel),
        ("handler", &trio.handler),
    ];
    for (name, right) in executors {
        for place in [Place::Stream, Place::StreamOver] {
            run(right, place, Fault::None).expect("no difference");
            let skips = [Fault::Skips(100), Fault::Skips(2000)];
            for fault in both.into_iter().chain(skips) {
                // A kernel has decided before a bar can be kept from it, but then answers late.
                let found = run(right, place, fault);
                assert!(found.is_err(), "{name}: {fault:?} in {place:?} is not seen");
            }
        }
    }
    run(&trio.kernel, Place::Masks, Fault::None).expect("no difference");
    for fault in both
        .into_iter()
        .chain([Fault::OneForAll, Fault::PastTheEnd])
    {
        let found = run(&trio.kernel, Place::Masks, fault);
        assert!(found.is_err(), "{fault:?} in masks is not seen");
    }
}

// ----- the comparison itself, and how a failing case is shown

#[test]
fn only_na_equals_another_bit_pattern() {
    let column = |cells: &[f64]| {
        vec![Column {
            name: "x".to_owned(),
            cells: cells.iter().copied().map(Cell::Number).collect(),
        }]
    };
    let same = |a: &[f64], b: &[f64]| first_difference(&column(a), &column(b)).is_none();
    let other_nan = f64::from_bits(f64::NAN.to_bits() ^ 1 << 63 | 5);
    assert!(same(&[1.0, f64::NAN], &[1.0, other_nan]));
    assert!(!same(&[0.0], &[-0.0]));
    assert!(!same(&[1.0], &[f64::NAN]));
    assert!(!same(&[f64::NAN], &[1.0]));
    assert!(!same(&[0.1 + 0.2], &[0.3]));
    assert!(!same(&[1.0], &[1.0, 1.0]));
    assert!(!same(&[1.0, 1.0], &[1.0]));
    assert!(first_difference(&column(&[]), &[]).is_some());
    assert!(first_difference(&[], &column(&[])).is_some());
    let bits = vec![Column {
        name: "x".to_owned(),
        cells: vec![Cell::Bits(1.0_f64.to_bits())],
    }];
    assert!(first_difference(&column(&[1.0]), &bits).is_some());
    let found = first_difference(&column(&[1.0, 2.0, 3.0]), &column(&[1.0, 2.5, 3.5]));
    assert_eq!(found.map(|d| d.bar), Some(1));
}

/// A case shrinks to the few lines that matter, whatever it was found in.
#[test]
fn what_fails_is_shown_small() {
    for word in [
        "window_squares",
        "crosses below",
        "ta_adx",
        " not ",
        "state from",
    ] {
        let config = Config {
            cases: 2000,
            failure_persistence: None,
            max_shrink_iters: 4000,
            ..Config::default()
        };
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[9; 32]);
        let mut runner = TestRunner::new_with_rng(config, rng);
        let first = Counter::new(0);
        let result = runner.run(&Cases(View::Strategy), |case| {
            let file = render::text(&case.program).file;
            if file.contains(word) {
                first.set(first.get().max(file.len()));
                return Err(TestCaseError::fail("it is there"));
            }
            Ok(())
        });
        let Err(TestError::Fail(_, case)) = result else {
            panic!("`{word}` is never written");
        };
        let file = render::text(&case.program).file;
        assert!(file.contains(word), "{file}");
        assert!(file.len() < 250 && file.len() * 3 < first.get(), "{file}");
        assert_eq!(case.market.bars, 1);
    }
}
