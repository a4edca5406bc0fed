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

fn longest(mut sums: Longest) -> Longest {
    let mut kept: Longest = Vec::with_capacity(sums.len());
    for sum in sums.drain(..) {
        match kept.iter_mut().find(|k| k.same_parts(&sum)) {
            Some(known) => known.add = known.add.max(sum.add),
            None => kept.push(sum),
        }
    }
    let covered = |number: i64| {
        kept.iter().any(|sum| {
            let grows = !sum.parts.is_empty() && sum.parts.iter().all(|(_, count)| *count > 0);
            let parts = i64::try_from(sum.parts.len()).unwrap_or(0);
            // Lengths are at least 1, lags at least 0.
            grows && (number <= sum.add || number <= 0 && sum.add + parts >= 0)
        })
    };
    let plain: Vec<bool> = kept
        .iter()
        .map(|sum| sum.parts.is_empty() && covered(sum.add))
        .collect();
    let mut drop = plain.into_iter();
    kept.retain(|_| !drop.next().unwrap_or(false));
    kept.sort_by_key(|sum| sum.parts.is_empty());
    kept
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
    fn sum(&self, a: &Longest, b: &Longest) -> Longest {
        if a.len() * b.len() > MOST_SUMS {
            return part(format!("{} + {}", text(a), text(b)));
        }
        let all = a.iter().flat_map(|x| b.iter().map(move |y| x.plus(y, 1)));
        longest(all.collect())
    }

    fn max(&self, a: &Longest, b: &Longest) -> Longest {
        let both = longest(a.iter().chain(b).cloned().collect());
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
            (Math2::Sub, [only]) => return longest(a.iter().map(|x| x.plus(only, -1)).collect()),
            (Math2::Mul, _) => {
                let scaled = |x: &Longest, k: i64| x.iter().map(|s| s.times(k)).collect();
                match (number(a), number(b)) {
                    (_, Some(k)) if k >= 0 => return longest(scaled(a, k)),
                    (Some(k), _) if k >= 0 => return longest(scaled(b, k)),
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
