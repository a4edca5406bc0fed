//! Fused products, and quotients of which half is wanted.

use proptest::prelude::*;

use super::{any_value, run, same};
use crate::codegen::wide::line::{Line, Op, Source, Two, Value};
use crate::codegen::wide::{Kind, is_possible};

fn column(kind: usize, line: &Line, leaves: &[&[f64]]) -> Vec<f64> {
    let mut out = vec![0.0; leaves[0].len()];
    run(Kind::Column(kind), line, leaves, &[], &mut out);
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Rounded once, whichever of the operands lie in memory or are read again later.
    #[test]
    fn products_are_rounded_once(
        values in prop::collection::vec((any_value(), any_value(), any_value()), 16),
        read_again in prop::collection::vec(0usize..3, 0..4),
        in_registers in prop::collection::vec(0usize..3, 0..4),
        is_less in any::<bool>(),
        places in prop::sample::select(vec![[0, 1, 2], [0, 0, 1], [0, 1, 0], [1, 0, 0], [0, 0, 0]]),
    ) {
        if !is_possible() {
            return Ok(());
        }
        let columns: [Vec<f64>; 3] = [
            values.iter().map(|v| v.0).collect(),
            values.iter().map(|v| v.1).collect(),
            values.iter().map(|v| v.2).collect(),
        ];
        let mut line = Line::default();
        let mut taken: Vec<Value> = (0..3).map(|k| line.take(Source::Bars(k, 0))).collect();
        for k in in_registers {
            // Twice its sign changed.
            let sign = line.constant(-0.0);
            let turned = line.two(Two::Xor, taken[k], sign);
            taken[k] = line.two(Two::Xor, turned, sign);
        }
        let [a, b, c] = places.map(|k| taken[k]);
        let mut result = if is_less {
            let sign = line.constant(-0.0);
            let minus = line.two(Two::Xor, c, sign);
            line.fused(a, b, minus)
        } else {
            line.push(Op::Fused(a, b, c))
        };
        prop_assert_eq!(is_less, matches!(line.ops.last(), Some(Op::FusedLess(..))));
        // Infinite or na where one of these is, and else as it was.
        for k in &read_again {
            let nothing = line.two(Two::Sub, taken[*k], taken[*k]);
            result = line.two(Two::Sub, result, nothing);
        }
        line.push(Op::Keep(0, 0, result));
        let got = column(1, &line, &[&columns[0], &columns[1], &columns[2]]);
        for (t, got) in got.into_iter().enumerate() {
            let [a, b, c] = places.map(|k| columns[k][t]);
            let fused = a.mul_add(b, if is_less { -c } else { c });
            let want = read_again.iter().fold(fused, |x, k| x - (columns[*k][t] - columns[*k][t]));
            prop_assert!(same(got, want), "{a:e} * {b:e} + {c:e}: {got:e} for {want:e}");
        }
    }

    /// The lower lanes are quotients, the upper ones the same again.
    #[test]
    fn half_a_register_is_divided(
        pairs in prop::collection::vec((any_value(), any_value()), 16),
        by_divider in any::<bool>(),
    ) {
        if !is_possible() {
            return Ok(());
        }
        let (xs, ys): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
        let build = |mut line: Line| {
            line.is_half = true;
            let x = line.take(Source::Bars(0, 0));
            let y = line.take(Source::Bars(1, 0));
            let quotient = if by_divider {
                line.push(Op::HalfDiv(x, y))
            } else {
                line.quotient(x, y)
            };
            line.push(Op::Keep(0, 0, quotient));
            line
        };
        let plain = build(Line::default());
        for line in [build(plain.balanced(0)), plain] {
            let got = column(1, &line, &[&xs, &ys]);
            for at in (0..16).step_by(8) {
                for t in at..at + 4 {
                    let want = xs[t] / ys[t];
                    prop_assert!(same(got[t], want), "{:e} / {:e}: {:e}", xs[t], ys[t], got[t]);
                    if by_divider {
                        prop_assert!(same(got[t + 4], want));
                    }
                }
            }
        }
    }
}
