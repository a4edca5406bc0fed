//! Code in registers of eight doubles beside plain arithmetic, bit for bit.

use proptest::prelude::*;

mod fused;

use super::line::{Line, Op, Predicate, Rounding, Source, Two, Value};
use super::{Frame, Kind, STRIP, Turning, is_possible};
use crate::codegen::jit::Jit;

/// Runs a function over columns; `state` and outputs as its kind wants them.
fn run(kind: Kind, line: &Line, leaves: &[&[f64]], scalars: &[f64], out: &mut [f64]) {
    let len = leaves[0].len();
    let frame = Frame {
        kind,
        leaves: leaves.len(),
    };
    let bytes = frame.function(line).expect("assembles");
    let mut jit = Jit::new(false).expect("a machine");
    let id = jit.define_bytes("f", 4, &bytes).expect("memory");
    let (_code, addresses) = jit.finish(&[id]).expect("memory");
    let pointers: Vec<*const f64> = leaves.iter().map(|l| l.as_ptr()).collect();
    type Function = unsafe extern "C" fn(*const *const f64, *const f64, *mut f64, i64);
    // SAFETY: a function of this signature was assembled; all columns have whole turns.
    unsafe {
        let f = std::mem::transmute::<*const u8, Function>(addresses[0]);
        f(
            pointers.as_ptr(),
            scalars.as_ptr(),
            out.as_mut_ptr(),
            len as i64,
        );
    }
}

fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
}

fn any_value() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => any::<f64>(),
        4 => -1e6..1e6f64,
        3 => (0u64..1 << 53, 1u64..2000).prop_map(|(m, e)| m as f64 * f64::from_bits(e << 52)),
        2 => (0i64..200).prop_map(|i| i as f64),
        1 => Just(0.0),
        1 => Just(-0.0),
        1 => Just(f64::NAN),
        1 => Just(f64::INFINITY),
        1 => Just(f64::MIN_POSITIVE),
    ]
}

/// Runs a line over columns as it is built at first, and with a part of it left to the divider.
fn run_both(turns: usize, build: impl Fn(Line) -> Line, leaves: &[&[f64]]) -> [Vec<f64>; 2] {
    let plain = build(Line::default());
    let balanced = build(plain.balanced(0));
    [plain, balanced].map(|line| {
        let mut out = vec![0.0; leaves[0].len()];
        run(Kind::Column(turns), &line, leaves, &[], &mut out);
        out
    })
}

/// Quotients of two columns, four to a turn.
fn quotients(xs: &[f64], ys: &[f64]) -> [Vec<f64>; 2] {
    let build = |mut line: Line| {
        for which in 0..4 {
            let x = line.take(Source::Bars(0, which));
            let y = line.take(Source::Bars(1, which));
            let q = line.quotient(x, y);
            line.push(Op::Keep(0, which, q));
        }
        line
    };
    run_both(4, build, &[xs, ys])
}

/// Quotients of a column and a number.
fn shares(xs: &[f64], by: f64) -> Vec<f64> {
    let mut line = Line::default();
    let x = line.take(Source::Bars(0, 0));
    let y = line.take(Source::Scalar(0));
    let q = line.quotient(x, y);
    line.push(Op::Keep(0, 0, q));
    let mut out = vec![0.0; xs.len()];
    run(Kind::Column(1), &line, &[xs], &[by], &mut out);
    out
}

fn assert_shares(xs: &[f64], by: f64) {
    for (x, q) in xs.iter().zip(shares(xs, by)) {
        assert!(same(q, x / by), "{x:e} / {by:e}: {q:e} for {:e}", x / by);
    }
}

fn assert_quotients(xs: &[f64], ys: &[f64]) {
    for quotients in quotients(xs, ys) {
        for ((x, y), q) in xs.iter().zip(ys).zip(quotients) {
            assert!(same(q, x / y), "{x:e} / {y:e}: {q:e} for {:e}", x / y);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    /// Equal divisions, whatever is divided by what.
    #[test]
    fn quotients_are_divisions(
        pairs in prop::collection::vec((any_value(), any_value()), 128),
    ) {
        if is_possible() {
            let (xs, ys): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
            assert_quotients(&xs, &ys);
            assert_shares(&xs, ys[0]);
            assert_shares(&xs, 2.0 * ys[1].abs().ceil());
        }
    }

    /// Equal roots, whatever they are of.
    #[test]
    fn roots_are_roots(xs in prop::collection::vec(any_value(), 128)) {
        if is_possible() {
            assert_roots(&xs);
        }
    }

    /// More values than there are registers, numbers and conditions, and what a function keeps from
    /// turn to turn.
    #[test]
    fn what_has_no_register_comes_back(
        xs in prop::collection::vec(-9.0..9.0f64, 64),
        picks in prop::collection::vec((0usize..1000, 0usize..1000, 0usize..9), 60..140),
    ) {
        if is_possible() {
            assert_programs(&xs, &picks);
        }
    }
}

/// Roots by products, four to a turn.
fn assert_roots(xs: &[f64]) {
    let build = |mut line: Line| {
        for which in 0..4 {
            let x = line.take(Source::Bars(0, which));
            let root = line.root(x);
            line.push(Op::Keep(0, which, root));
        }
        line
    };
    for roots in run_both(4, build, &[xs]) {
        for (x, root) in xs.iter().zip(roots) {
            let want = x.sqrt();
            assert!(same(root, want), "root of {x:e}: {root:e} for {want:e}");
        }
    }
}

/// Divisors whose reciprocals are below the range of normal doubles, or above that of doubles.
#[test]
fn quotients_by_the_largest_and_the_smallest() {
    if !is_possible() {
        return;
    }
    let size = |e: u64, m: u64| f64::from_bits(e << 52 | ((m * 0x0003_1415_9265_3589) >> 3));
    let by: Vec<f64> = (0..64)
        .map(|i| size(if i % 2 == 0 { 2046 - i / 8 } else { i / 8 }, i))
        .collect();
    for x in [1.0, -3.7e300, f64::MAX, 1e-260, 7e-310, 0.0, -0.0] {
        assert_quotients(&[x; 64], &by);
        for by in &by {
            assert_shares(&[x; 8], *by);
        }
    }
}

/// Squares, and their neighbours, whose roots lie next to doubles and next to middles.
#[test]
fn hard_roots_are_roots() {
    if !is_possible() {
        return;
    }
    let xs: Vec<f64> = (1..4000u64)
        .flat_map(|m| {
            let root = f64::from_bits(1.0f64.to_bits() + m * 1_127_118_991_121);
            let half = root + f64::EPSILON / 2.0;
            [
                root * root,
                half * half,
                (root * root).next_up(),
                (root * root).next_down(),
            ]
        })
        .collect();
    assert_roots(&xs[..xs.len() - xs.len() % 32]);
}

/// Divisors next to powers of two, and numerators whose quotient lies next to the middle of two
/// doubles.
#[test]
fn hard_quotients_are_divisions() {
    if !is_possible() {
        return;
    }
    let below = |x: f64, n: u64| f64::from_bits(x.to_bits() - n);
    for by in (0..40).map(|n| below(2.0, n)).chain((3..60).map(f64::from)) {
        let middles = (1..1200u64).map(|m| {
            let quotient = f64::from_bits(1.5f64.to_bits() + m * 7_919_993);
            quotient * by
        });
        let mut xs: Vec<f64> = middles
            .flat_map(|x| [below(x, 1), x, f64::from_bits(x.to_bits() + 1)])
            .collect();
        xs.truncate(xs.len() - xs.len() % 32);
        assert_quotients(&xs, &vec![by; xs.len()]);
        assert_shares(&xs, by);
    }
}

/// Two outputs of lanes that remember, `y = y[1] + x * factor` and `x * row`: from any bar on, for any
/// number of bars, in one call or two, into the columns of so many lanes.
fn assert_lanes(groups: usize, lanes: usize, start: usize, bars: [usize; 2]) {
    let (width, end) = (8 * groups, start + bars[0] + bars[1]);
    let mut line = Line::default();
    for group in 0..groups {
        let x = line.take(Source::Bar(0));
        let (past, factor) = (
            line.take(Source::Past(group)),
            line.take(Source::Scalars(0, group)),
        );
        let step = line.two(Two::Mul, x, factor);
        let y = line.two(Two::Add, past, step);
        line.next.push(y);
        line.push(Op::Keep(0, group, y));
        let row = line.take(Source::Row(1, group));
        let product = line.two(Two::Mul, x, row);
        line.push(Op::Keep(1, group, product));
    }
    let frame = Frame {
        kind: Kind::Lanes(groups),
        leaves: 2,
    };
    let bytes = frame.function(&line).expect("assembles");
    let mut jit = Jit::new(false).expect("a machine");
    let id = jit.define_bytes("f", 6, &bytes).expect("memory");
    let (_code, addresses) = jit.finish(&[id]).expect("memory");
    let xs: Vec<f64> = (0..end).map(|t| (t * 7 % 13) as f64 - 4.0).collect();
    let rows: Vec<f64> = (0..(end - start) * width)
        .map(|i| (i % 101) as f64)
        .collect();
    let factors: Vec<f64> = (0..width).map(|lane| lane as f64 * 0.25).collect();
    let mut state = vec![1.0; width];
    let mut kept = vec![f64::NAN; Turning::room(groups, 2)];
    let mut columns = vec![vec![-1.0; end + 1]; 2 * lanes.next_multiple_of(4)];
    let pointers: Vec<*mut f64> = columns.iter_mut().map(|c| c.as_mut_ptr()).collect();
    let column = |lane: usize, out: usize| {
        let column = pointers.get(2 * lane + out);
        column.copied().unwrap_or(std::ptr::null_mut())
    };
    let mut turning = Turning::new(groups, lanes, 2, kept.as_mut_ptr(), column);
    turning.begin();
    type Function =
        unsafe extern "C" fn(*const *const f64, *const f64, *mut f64, *mut usize, i64, i64);
    let middle = start + bars[0];
    for (start, end, rows, is_last) in [
        (start, middle, &rows[..], bars[1] == 0),
        (middle, end, &rows[bars[0] * width..], true),
    ] {
        if start == end {
            continue;
        }
        // SAFETY: a function of this signature was assembled; all columns have so many bars.
        unsafe {
            let f = std::mem::transmute::<*const u8, Function>(addresses[0]);
            f(
                [xs.as_ptr(), rows.as_ptr()].as_ptr(),
                factors.as_ptr(),
                state.as_mut_ptr(),
                turning.argument(is_last),
                end as i64,
                start as i64,
            );
        }
    }
    let whole = end - (end - start) % STRIP;
    for lane in 0..width {
        let mut y = 1.0;
        for t in 0..=end {
            let mut want = [-1.0; 2];
            let is_inside = (start..end).contains(&t);
            if is_inside {
                y += xs[t] * factors[lane];
                want = [y, xs[t] * rows[(t - start) * width + lane]];
            }
            for (out, want) in want.into_iter().enumerate() {
                let got = if is_inside && t >= whole {
                    // Behind the last whole strip rows are left.
                    kept[turning.last(t - start, out, lane)]
                } else if let Some(column) = columns.get(2 * lane + out) {
                    column[t]
                } else {
                    continue;
                };
                assert_eq!(got, want, "lane {lane} of {lanes}, output {out}, bar {t}");
            }
        }
        assert_eq!(state[lane], y);
    }
}

#[test]
fn lanes_write_columns() {
    if !is_possible() {
        return;
    }
    for groups in 1..=3 {
        for lanes in 8 * groups - 7..=8 * groups {
            for (start, bars) in [(0, 1), (0, 8), (3, 7), (5, 40), (16, 33)] {
                assert_lanes(groups, lanes, start, [bars, 0]);
                assert_lanes(groups, lanes, start, [bars / 16 * 8, bars - bars / 16 * 8]);
                assert_lanes(groups, lanes, start, [8, bars]);
            }
        }
    }
}

/// More leaves than there are registers for their pointers, each read several times.
#[test]
fn many_leaves() {
    if !is_possible() {
        return;
    }
    let columns: Vec<Vec<f64>> = (0..19)
        .map(|c| {
            (0..16)
                .map(|t| f64::from(c * 31 + t) * 0.37 - 50.0)
                .collect()
        })
        .collect();
    let leaves: Vec<&[f64]> = columns.iter().map(|c| &c[..]).collect();
    let mut line = Line::default();
    let mut all = line.constant(0.0);
    let mut want = vec![0.0; 16];
    for round in 0..3 {
        for i in (0..leaves.len()).rev() {
            let (x, y) = ((i * 7 + round) % leaves.len(), i);
            let (a, b) = (line.take(Source::Bars(x, 0)), line.take(Source::Bars(y, 0)));
            let less = line.compare(Predicate::Less, a, b);
            let quotient = line.quotient(a, b);
            let chosen = line.choose(less, quotient, a);
            all = line.two(Two::Add, all, chosen);
            for (t, want) in want.iter_mut().enumerate() {
                let (a, b) = (columns[x][t], columns[y][t]);
                *want += if a < b { a / b } else { a };
            }
        }
    }
    line.push(Op::Keep(0, 0, all));
    let mut out = vec![0.0; 16];
    run(Kind::Column(1), &line, &leaves, &[], &mut out);
    for (got, want) in out.iter().zip(want) {
        assert!(same(*got, want), "{got:e} for {want:e}");
    }
}

/// A program of picked operations on all values so far, in registers and plainly.
fn assert_programs(xs: &[f64], picks: &[(usize, usize, usize)]) {
    let mut line = Line::default();
    // Numbers and conditions so far, with what they are on each bar.
    let plain = |f: &dyn Fn(f64) -> f64| xs.iter().map(|x| f(*x)).collect::<Vec<f64>>();
    let mut numbers: Vec<(Value, Vec<f64>)> = Vec::new();
    let mut conditions: Vec<(Value, Vec<bool>)> = Vec::new();
    for c in 0..40 {
        let x = line.take(Source::Bars(0, 0));
        let c = f64::from(c) - 20.5;
        let by = line.constant(c);
        numbers.push((line.two(Two::Add, x, by), plain(&|x| x + c)));
    }
    for &(a, b, what) in picks {
        let (va, pa) = numbers[a % numbers.len()].clone();
        let (vb, pb) = numbers[b % numbers.len()].clone();
        let both = |f: &dyn Fn(f64, f64) -> f64| {
            pa.iter()
                .zip(&pb)
                .map(|(a, b)| f(*a, *b))
                .collect::<Vec<f64>>()
        };
        match what {
            0 => numbers.push((line.two(Two::Sub, va, vb), both(&|a, b| a - b))),
            1 => numbers.push((line.two(Two::Mul, va, vb), both(&|a, b| a * b))),
            2 => numbers.push((line.quotient(va, vb), both(&|a, b| a / b))),
            3 => numbers.push((
                line.two(Two::Lesser, va, vb),
                both(&|a, b| if a < b { a } else { b }),
            )),
            4 => {
                let value = line.push(Op::Round(Rounding::Down, va));
                numbers.push((value, pa.iter().map(|a| a.floor()).collect()));
            }
            5 => {
                let value = line.root(va);
                numbers.push((value, pa.iter().map(|a| a.sqrt()).collect()));
            }
            6 if !conditions.is_empty() => {
                let (vc, pc) = conditions[(a + b) % conditions.len()].clone();
                let chosen = pc.iter().zip(pa.iter().zip(&pb));
                let chosen = chosen.map(|(c, (a, b))| if *c { *a } else { *b }).collect();
                numbers.push((line.choose(vc, va, vb), chosen));
            }
            7 if conditions.len() > 1 => {
                let (vc, pc) = conditions[a % conditions.len()].clone();
                let (vd, pd) = conditions[b % conditions.len()].clone();
                let value = line.push(Op::Either(vc, vd));
                conditions.push((value, pc.iter().zip(&pd).map(|(c, d)| *c | *d).collect()));
            }
            _ => {
                let less = line.compare(Predicate::Less, va, vb);
                conditions.push((less, pa.iter().zip(&pb).map(|(a, b)| a < b).collect()));
            }
        }
    }
    // Everything is read once more at the end.
    let mut all = numbers[0].clone();
    for (value, plain) in &numbers[1..] {
        all.0 = line.two(Two::Add, all.0, *value);
        all.1 = all.1.iter().zip(plain).map(|(a, b)| a + b).collect();
    }
    for (value, plain) in &conditions {
        let minus = line.two(Two::Sub, numbers[0].0, all.0);
        all.0 = line.choose(*value, minus, all.0);
        let now = plain.iter().zip(all.1.iter().zip(&numbers[0].1));
        all.1 = now.map(|(c, (a, n))| if *c { n - a } else { *a }).collect();
    }
    line.push(Op::Keep(0, 0, all.0));
    let mut out = vec![0.0; xs.len()];
    run(Kind::Column(1), &line, &[xs], &[], &mut out);
    for (t, (got, want)) in out.iter().zip(&all.1).enumerate() {
        assert!(same(*got, *want), "bar {t}: {got:e} for {want:e}");
    }
}
