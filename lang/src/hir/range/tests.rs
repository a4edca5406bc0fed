//! Results of values lie in the results of their ranges.

use super::Range;

const VALUES: &[f64] = &[
    f64::NEG_INFINITY,
    -1e300,
    -7.0,
    -2.5,
    -1.0,
    -0.5,
    -1e-300,
    -0.0,
    0.0,
    1e-300,
    0.3,
    1.0,
    2.0,
    3.7,
    100.0,
    1e300,
    f64::INFINITY,
];

fn ranges() -> Vec<Range> {
    let mut all = vec![Range::ANY];
    for (i, a) in VALUES.iter().enumerate() {
        all.push(Range::point(*a));
        for b in VALUES.iter().skip(i + 1).filter(|b| *b > a) {
            all.push(Range {
                neg_zero: a.is_sign_negative(),
                ..Range::new(*a, *b)
            });
        }
    }
    all
}

/// Whether a value may come of it: between the bounds, and -0 only where that is said.
fn is_in(range: Range, v: f64) -> bool {
    let is_neg_zero = v == 0.0 && v.is_sign_negative();
    v.is_nan() || (range.contains(v) && (!is_neg_zero || range.neg_zero))
}

fn values(range: Range) -> impl Iterator<Item = f64> {
    VALUES.iter().copied().filter(move |v| is_in(range, *v))
}

#[test]
fn every_result_lies_in_the_result_of_the_ranges() {
    type Two = (&'static str, fn(Range, Range) -> Range, fn(f64, f64) -> f64);
    let two: &[Two] = &[
        ("+", Range::plus, |a, b| a + b),
        ("-", Range::minus, |a, b| a - b),
        ("*", Range::times, |a, b| a * b),
        ("/", Range::over, |a, b| a / b),
        ("mod", Range::remainder, |a, b| a % b),
        ("min", Range::least, |a, b| if b < a { b } else { a }),
        ("max", Range::greatest, |a, b| if b > a { b } else { a }),
    ];
    for (name, range, number) in two {
        for (a, b) in ranges()
            .into_iter()
            .flat_map(|a| ranges().into_iter().map(move |b| (a, b)))
        {
            let out = range(a, b);
            for (x, y) in values(a).flat_map(|x| values(b).map(move |y| (x, y))) {
                let v = number(x, y);
                assert!(is_in(out, v), "{x} {name} {y} = {v}: {a:?} {b:?} {out:?}");
            }
        }
    }
    type One = (&'static str, fn(Range) -> Range, fn(f64) -> f64);
    let one: &[One] = &[
        ("-", Range::negated, |a| -a),
        ("abs", Range::magnitude, f64::abs),
        ("sqrt", Range::root, f64::sqrt),
        ("floor", |a| a.rounded(f64::floor), f64::floor),
        ("ceil", |a| a.rounded(f64::ceil), f64::ceil),
        (
            "round",
            |a| a.rounded(f64::round_ties_even),
            f64::round_ties_even,
        ),
    ];
    for (name, range, number) in one {
        for a in ranges() {
            for x in values(a) {
                let (v, out) = (number(x), range(a));
                assert!(is_in(out, v), "{name} {x} = {v}: {a:?} {out:?}");
            }
        }
    }
}

#[test]
fn strict_bounds() {
    let any = Range::ANY;
    assert!(
        any.above(70.0, false)
            .meet(any.below(70.0, true))
            .is_empty()
    );
    assert_eq!(Range::whole(0.0, 9.0).below(5.0, false).hi, 4.0);
    assert!(Range::new(0.0, 1.0).without(0.0).lo > 0.0);
    assert_eq!(Range::new(0.0, 100.0).text(), "0..100");
}
