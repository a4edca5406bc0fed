//! Lookbacks as people write them: `max(slow - 1, 33)`.
//!
//! A formula is brought into the form "the longest of some sums": nested maxima are one, numbers
//! are added up, and a sum that another one always covers is left out. Only the form changes, never
//! the value.

use super::{Kind, Look, LookId, Math1, Math2, NodeId, Unit};

/// Deepest arithmetic of a length that is written out.
const DEEPEST: usize = 16;

/// Most sums of one formula; what has more is written as it was computed.
const MOST_SUMS: usize = 12;

/// Longest text of a formula's part, so that an odd length of pages stays readable.
const LONGEST: usize = 60;

/// A sum of named amounts and a number.
#[derive(Debug, Clone, PartialEq)]
struct Sum {
    /// Name and how often it is counted.
    parts: Vec<(String, i64)>,
    add: i64,
}

impl Sum {
    fn number(add: i64) -> Self {
        Self {
            parts: Vec::new(),
            add,
        }
    }

    fn name(name: String) -> Self {
        Self {
            parts: vec![(name, 1)],
            add: 0,
        }
    }

    fn plus(&self, other: &Self, sign: i64) -> Self {
        let mut parts = self.parts.clone();
        for (name, count) in &other.parts {
            let count = count.saturating_mul(sign);
            match parts.iter_mut().find(|(n, _)| n == name) {
                Some((_, known)) => *known = known.saturating_add(count),
                None => parts.push((name.clone(), count)),
            }
        }
        parts.retain(|(_, count)| *count != 0);
        Self {
            parts,
            add: self.add.saturating_add(other.add.saturating_mul(sign)),
        }
    }

    fn times(&self, k: i64) -> Self {
        Self::number(0).plus(self, k)
    }

    fn same_parts(&self, other: &Self) -> bool {
        self.parts.len() == other.parts.len()
            && self.parts.iter().all(|part| other.parts.contains(part))
    }

    fn text(&self) -> String {
        let mut out = String::new();
        for (name, count) in &self.parts {
            let sign = match (out.is_empty(), *count < 0) {
                (true, true) => "-",
                (true, false) => "",
                (false, true) => " - ",
                (false, false) => " + ",
            };
            out.push_str(sign);
            if count.unsigned_abs() != 1 {
                out.push_str(&format!("{} * ", count.unsigned_abs()));
            }
            out.push_str(name);
        }
        match (out.is_empty(), self.add) {
            (true, add) => add.to_string(),
            (false, 0) => out,
            (false, add) if add < 0 => format!("{out} - {}", add.unsigned_abs()),
            (false, add) => format!("{out} + {add}"),
        }
    }
}

/// The longest of these.
type Longest = Vec<Sum>;

/// A count of bars as a number.
#[allow(clippy::cast_precision_loss)] // far below 2^53, and only compared
fn exact(bars: i64) -> f64 {
    bars as f64
}

fn text(sums: &Longest) -> String {
    let texts: Vec<String> = sums.iter().map(Sum::text).collect();
    match &texts[..] {
        [only] => only.clone(),
        _ => format!("max({})", texts.join(", ")),
    }
}

/// A part that is written as it is, shortened where it is too long to read.
fn part(text: String) -> Longest {
    let short = if text.chars().count() > LONGEST {
        let head: String = text.chars().take(LONGEST).collect();
        format!("{head}…")
    } else {
        text
    };
    vec![Sum::name(short)]
}

struct Writer<'u> {
    unit: &'u Unit,
    free: &'u [String],
}

impl Writer<'_> {
    /// Joins sums of the same parts, and drops those that another one always covers.
    fn longest(&self, sums: Longest) -> Longest {
        let mut kept: Longest = Vec::with_capacity(sums.len());
        for sum in sums {
            match kept.iter_mut().find(|k| k.same_parts(&sum)) {
                Some(known) => known.add = known.add.max(sum.add),
                None => kept.push(sum),
            }
        }
        let ends: Vec<(f64, f64)> = kept.iter().map(|sum| self.ends(sum)).collect();
        let covered = |at: usize| {
            let most = ends.get(at).map_or(f64::INFINITY, |(_, most)| *most);
            ends.iter().enumerate().any(|(other, (least, other_most))| {
                // Of two that never differ the later one goes.
                other != at && most <= *least && (other < at || most < *other_most)
            })
        };
        let drop: Vec<bool> = (0..kept.len()).map(covered).collect();
        let mut drop = drop.into_iter();
        kept.retain(|_| !drop.next().unwrap_or(false));
        kept.sort_by_key(|sum| sum.parts.is_empty());
        kept
    }

    /// Between which numbers a sum lies, by the domains of the parameters. A number of bars is
    /// never below 0.
    fn ends(&self, sum: &Sum) -> (f64, f64) {
        let mut ends = (exact(sum.add), exact(sum.add));
        for (name, count) in &sum.parts {
            let param = self.unit.params.iter().find(|p| p.name == *name);
            let bounds = param.and_then(|p| p.bounds);
            let (lo, hi) = bounds.unwrap_or((0.0, f64::INFINITY));
            let (lo, hi) = (lo.max(0.0) * exact(*count), hi * exact(*count));
            ends = (ends.0 + lo.min(hi), ends.1 + lo.max(hi));
        }
        // `length - 1` of a length that is not known better is at least 0, for lengths are at least 1.
        let parts = i64::try_from(sum.parts.len()).unwrap_or(0);
        let grows = parts > 0 && sum.parts.iter().all(|(_, count)| *count > 0);
        if grows && sum.add + parts >= 0 {
            ends.0 = ends.0.max(0.0);
        }
        ends
    }

    fn sum(&self, a: &Longest, b: &Longest) -> Longest {
        if a.len() * b.len() > MOST_SUMS {
            return part(format!("{} + {}", text(a), text(b)));
        }
        let all = a.iter().flat_map(|x| b.iter().map(move |y| x.plus(y, 1)));
        self.longest(all.collect())
    }

    fn max(&self, a: &Longest, b: &Longest) -> Longest {
        let both = self.longest(a.iter().chain(b).cloned().collect());
        if both.len() > MOST_SUMS {
            return part(text(&both));
        }
        both
    }

    fn length(&self, id: NodeId, depth: usize) -> Longest {
        if depth > DEEPEST {
            return part("…".to_owned());
        }
        let of = |id| self.length(id, depth + 1);
        match self.unit.node(id).kind {
            #[allow(clippy::cast_possible_truncation)] // whole and far below 2^53
            Kind::Number(bits) if f64::from_bits(bits).fract() == 0.0 => {
                vec![Sum::number(f64::from_bits(bits) as i64)]
            }
            Kind::Number(bits) => part(f64::from_bits(bits).to_string()),
            Kind::Param(p) => {
                let name = self.unit.params.get(p as usize).map(|p| p.name.clone());
                part(name.unwrap_or_else(|| format!("param {p}")))
            }
            Kind::Free(k) => {
                let at = (k as usize).wrapping_sub(1);
                part(self.free.get(at).cloned().unwrap_or_else(|| "…".to_owned()))
            }
            Kind::Math2(Math2::Add, a, b) => self.sum(&of(a), &of(b)),
            Kind::Math2(Math2::Max, a, b) => self.max(&of(a), &of(b)),
            Kind::Math2(op, a, b) => self.operation(op, &of(a), &of(b)),
            Kind::Math1(op, a) => {
                let a = text(&of(a));
                part(match op {
                    Math1::Neg => format!("-({a})"),
                    op => format!("{}({a})", format!("{op:?}").to_lowercase()),
                })
            }
            _ => part("…".to_owned()),
        }
    }

    fn operation(&self, op: Math2, a: &Longest, b: &Longest) -> Longest {
        let number = |x: &Longest| match &x[..] {
            [only] if only.parts.is_empty() => Some(only.add),
            _ => None,
        };
        match (op, &b[..]) {
            (Math2::Sub, [only]) => {
                return self.longest(a.iter().map(|x| x.plus(only, -1)).collect());
            }
            (Math2::Mul, _) => {
                let scaled = |x: &Longest, k: i64| x.iter().map(|s| s.times(k)).collect();
                match (number(a), number(b)) {
                    (_, Some(k)) if k >= 0 => return self.longest(scaled(a, k)),
                    (Some(k), _) if k >= 0 => return self.longest(scaled(b, k)),
                    _ => {}
                }
            }
            _ => {}
        }
        let bracketed = |x: &Longest| match &x[..] {
            [only] if only.parts.len() + usize::from(only.add != 0) <= 1 => text(x),
            [_] => format!("({})", text(x)),
            _ => text(x),
        };
        let sign = match op {
            Math2::Sub => "-",
            Math2::Mul => "*",
            Math2::Div => "/",
            Math2::Mod => "mod",
            op => {
                let name = format!("{op:?}").to_lowercase();
                return part(format!("{name}({}, {})", text(a), text(b)));
            }
        };
        part(format!("{} {sign} {}", bracketed(a), bracketed(b)))
    }
}

/// A lookback as a formula of the parameters, or of the free parameters of a function that is
/// checked on its own, by their names in order.
#[must_use]
pub fn look_formula(unit: &Unit, id: LookId, free: &[String]) -> String {
    let writer = Writer { unit, free };
    let mut known: Vec<Longest> = Vec::with_capacity(id.0 as usize + 1);
    // Formulas stand after their operands.
    for look in unit.looks.all().iter().take(id.0 as usize + 1) {
        let of = |l: LookId| known.get(l.0 as usize).cloned().unwrap_or_default();
        let form = match *look {
            Look::Bars(bars) => vec![Sum::number(bars)],
            Look::Value(node) => writer.length(node, 0),
            Look::Sum(a, b) => writer.sum(&of(a), &of(b)),
            Look::Max(a, b) => writer.max(&of(a), &of(b)),
            Look::Min(a, b) => part(format!("min({}, {})", text(&of(a)), text(&of(b)))),
        };
        known.push(form);
    }
    known.last().map(text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hir::{Dimension, Input, Looks, Node, Param, Range, Stage, Ty};
    use crate::source::Span;

    fn node(kind: Kind) -> Node {
        Node {
            kind,
            ty: Ty::Number,
            stage: Stage::default(),
            look: Looks::ZERO,
            span: Span::default(),
            body: None,
            zone: None,
            dimension: Dimension::default(),
            range: Range::default(),
        }
    }

    /// Parameters `fast` in 5..20, `slow` in 30..60 and `n` without a domain; nodes 0, 1, 2.
    fn unit() -> Unit {
        let param = |name: &str, bounds| Param {
            name: name.to_owned(),
            integer: true,
            default: 10.0,
            bounds,
            sweep: Vec::new(),
            only_sweep: false,
            domain_text: String::new(),
            labels: Vec::new(),
            dimension: Dimension::default(),
            span: Span::default(),
        };
        Unit {
            params: vec![
                param("fast", Some((5.0, 20.0))),
                param("slow", Some((30.0, 60.0))),
                param("n", None),
            ],
            nodes: (0..3).map(|p| node(Kind::Param(p))).collect(),
            ..Unit::default()
        }
    }

    fn value(unit: &mut Unit, id: u32) -> LookId {
        unit.looks.value(NodeId(id))
    }

    #[test]
    fn sums_are_added_up_and_maxima_joined() {
        let mut u = unit();
        let (slow, n) = (value(&mut u, 1), value(&mut u, 2));
        let minus = u.looks.bars(-1);
        let a = u.looks.sum(slow, minus);
        let b = u.looks.sum(a, n);
        let b = u.looks.sum(b, minus);
        assert_eq!(look_formula(&u, b, &[]), "slow + n - 2");
        let twice = u.looks.sum(n, n);
        assert_eq!(look_formula(&u, twice, &[]), "2 * n");
        let most = u.looks.max(a, n);
        let most = u.looks.sum(most, minus);
        assert_eq!(look_formula(&u, most, &[]), "max(slow - 2, n - 1)");
        let number = u.looks.bars(50);
        let most = u.looks.max(number, a);
        assert_eq!(look_formula(&u, most, &[]), "max(slow - 1, 50)");
    }

    #[test]
    fn what_the_domains_rule_out_is_left_out() {
        let mut u = unit();
        let (fast, slow) = (value(&mut u, 0), value(&mut u, 1));
        let most = u.looks.max(fast, slow);
        assert_eq!(look_formula(&u, most, &[]), "slow", "fast is at most 20");
        let number = u.looks.bars(30);
        let most = u.looks.max(slow, number);
        assert_eq!(look_formula(&u, most, &[]), "slow");
        let least = u.looks.min(fast, slow);
        assert_eq!(look_formula(&u, least, &[]), "min(fast, slow)");
    }

    #[test]
    fn arithmetic_of_lengths_is_written_out() {
        let mut u = unit();
        u.nodes.push(node(Kind::Number(2.0_f64.to_bits())));
        u.nodes
            .push(node(Kind::Math2(Math2::Mul, NodeId(1), NodeId(3))));
        u.nodes
            .push(node(Kind::Math2(Math2::Div, NodeId(1), NodeId(3))));
        u.nodes
            .push(node(Kind::Math2(Math2::Max, NodeId(0), NodeId(2))));
        u.nodes.push(node(Kind::Input(Input::Close)));
        for (id, expected) in [
            (4, "2 * slow"),
            (5, "slow / 2"),
            (6, "max(fast, n)"),
            (7, "…"),
        ] {
            let look = value(&mut u, id);
            assert_eq!(look_formula(&u, look, &[]), expected);
        }
        u.nodes.push(node(Kind::Free(1)));
        let look = value(&mut u, 8);
        assert_eq!(look_formula(&u, look, &["length".to_owned()]), "length");
    }
}
