//! The text form of a unit, as `stratc emit hir` prints it.

use std::fmt::Write as _;

use super::{Kind, Look, LookId, Node, NodeId, Range, Stage, Start, Ty, Unit, print_plan};

/// One line per node: id, operation, type, unit, range, stage, lookback.
#[must_use]
pub fn print_unit(unit: &Unit) -> String {
    let mut out = String::new();
    let name = if unit.name.is_empty() {
        "expression"
    } else {
        &unit.name
    };
    let _ = writeln!(out, "unit {name}");
    for (i, p) in unit.params.iter().enumerate() {
        let kind = if p.integer { "integer" } else { "real" };
        let _ = writeln!(
            out,
            "  param {i} {}: {kind} {} = {} in {}",
            p.name,
            p.dimension.text(),
            p.default,
            p.domain_text
        );
    }
    for (i, node) in unit.nodes.iter().enumerate() {
        let ty = match node.ty {
            Ty::Number => "number",
            Ty::Bool => "bool",
            Ty::Any => "any",
        };
        let body = match node.body {
            Some(g) => format!(" in g{}", g.0),
            None => String::new(),
        };
        let _ = writeln!(
            out,
            "  %{i} = {} : {ty}{} {} lookback {}{body}",
            kind_text(unit, node.kind),
            values_text(node),
            stage_text(unit, node.stage),
            look_text(unit, node.look),
        );
    }
    for (i, g) in unit.groups.iter().enumerate() {
        let start = match g.start {
            Start::FirstSeed => "first seed".to_owned(),
            Start::Bar(n) => format!("bar %{}", n.0),
        };
        let _ = writeln!(out, "  group g{i} from {start}");
        for (j, m) in g.members.iter().enumerate() {
            let _ = writeln!(
                out,
                "    member {j} `{}` seed %{} step %{}",
                m.name, m.seed.0, m.step.0
            );
        }
    }
    for (n, text) in &unit.requires {
        let _ = writeln!(out, "  require %{} `{text}`", n.0);
    }
    for (name, n) in &unit.flags {
        let _ = writeln!(out, "  flag {name} %{}", n.0);
    }
    for (what, signals) in [("enter", &unit.entries), ("exit", &unit.exits)] {
        for s in signals {
            let look = look_text(unit, unit.node(s.when).look);
            let rest = print_plan::signal_text(s);
            let _ = writeln!(
                out,
                "  {what} {:?} %{} from bar {look}{rest}",
                s.tag, s.when.0
            );
        }
    }
    if let Some(stop) = unit.stop {
        let _ = writeln!(out, "  stop %{}", stop.0);
    }
    print_plan::print_rest(unit, &mut out);
    for (name, n) in &unit.outputs {
        let _ = writeln!(out, "  output {name} %{}", n.0);
    }
    out
}

/// Unit and range: ` price 0..inf`; of a condition whether it can hold.
fn values_text(node: &Node) -> String {
    match node.ty {
        Ty::Bool if node.range == Range::TRUE => " always".to_owned(),
        Ty::Bool if node.range == Range::FALSE => " never".to_owned(),
        Ty::Bool => String::new(),
        _ => format!(" {} {}", node.dimension.text(), node.range.text()),
    }
}

/// The stage as words: `constant`, `params(fast, slow)`, `series`, `series(fast)`.
fn stage_text(unit: &Unit, stage: Stage) -> String {
    let names: Vec<&str> = unit
        .params
        .iter()
        .enumerate()
        .filter(|(i, _)| stage.params >> (i % 64) & 1 == 1)
        .map(|(_, p)| p.name.as_str())
        .collect();
    match (stage.series, names.is_empty()) {
        (false, true) => "constant".to_owned(),
        (false, false) => format!("params({})", names.join(", ")),
        (true, true) => "series".to_owned(),
        (true, false) => format!("series({})", names.join(", ")),
    }
}

/// A lookback as a formula of the parameters.
#[must_use]
pub fn look_text(unit: &Unit, id: LookId) -> String {
    match unit.looks.get(id) {
        Look::Bars(n) => n.to_string(),
        Look::Value(n) => value_text(unit, n),
        Look::Sum(a, b) => match unit.looks.get(b) {
            Look::Bars(n) if n < 0 => format!("{} - {}", look_text(unit, a), n.unsigned_abs()),
            _ => format!("{} + {}", look_text(unit, a), look_text(unit, b)),
        },
        Look::Max(a, b) => format!("max({}, {})", look_text(unit, a), look_text(unit, b)),
        Look::Min(a, b) => format!("min({}, {})", look_text(unit, a), look_text(unit, b)),
    }
}

fn value_text(unit: &Unit, id: NodeId) -> String {
    match unit.node(id).kind {
        Kind::Number(bits) => f64::from_bits(bits).to_string(),
        Kind::Param(p) => unit
            .params
            .get(p as usize)
            .map_or_else(|| format!("param {p}"), |p| p.name.clone()),
        _ => format!("%{}", id.0),
    }
}

fn kind_text(unit: &Unit, kind: Kind) -> String {
    let n = |id: NodeId| format!("%{}", id.0);
    match kind {
        Kind::Number(bits) => {
            let v = f64::from_bits(bits);
            if v.is_nan() {
                "na".to_owned()
            } else {
                v.to_string()
            }
        }
        Kind::Bool(b) => b.to_string(),
        Kind::Input(i) => format!("{i:?}").to_lowercase(),
        Kind::Param(_) | Kind::Free(_) => match kind {
            Kind::Param(p) => unit
                .params
                .get(p as usize)
                .map_or_else(|| format!("param {p}"), |p| format!("param {}", p.name)),
            _ => "free".to_owned(),
        },
        Kind::Math1(f, a) => format!("{}({})", format!("{f:?}").to_lowercase(), n(a)),
        Kind::Math2(f, a, b) => {
            format!("{}({}, {})", format!("{f:?}").to_lowercase(), n(a), n(b))
        }
        Kind::Fma(a, b, c) => format!("fma({}, {}, {})", n(a), n(b), n(c)),
        Kind::Compare(f, a, b) => {
            format!("{}({}, {})", format!("{f:?}").to_lowercase(), n(a), n(b))
        }
        Kind::And(a, b) => format!("and({}, {})", n(a), n(b)),
        Kind::Or(a, b) => format!("or({}, {})", n(a), n(b)),
        Kind::Not(a) => format!("not({})", n(a)),
        Kind::IsNa(a) => format!("is_na({})", n(a)),
        Kind::Select(c, a, b) => format!("select({}, {}, {})", n(c), n(a), n(b)),
        Kind::Coalesce(a, b) => format!("coalesce({}, {})", n(a), n(b)),
        Kind::NumOf(a) => format!("num({})", n(a)),
        Kind::Lag(a, k) => format!("lag({}, {})", n(a), n(k)),
        Kind::Window(f, x, k, least) => {
            format!("window_{f:?}({}, {}, least {})", n(x), n(k), n(least)).to_lowercase()
        }
        Kind::Pair(f, x, y, k) => {
            format!("window_{f:?}({}, {}, {})", n(x), n(y), n(k)).to_lowercase()
        }
        Kind::Cross(a, b) => format!("crosses_above({}, {})", n(a), n(b)),
        Kind::After(a, k) => format!("after({}, {})", n(a), n(k)),
        Kind::New(g, i, a) => format!("new(g{}.{i}, {})", g.0, n(a)),
        Kind::Prev(g, i, k) => format!("prev(g{}.{i}, {})", g.0, n(k)),
        Kind::Member(g, i) => format!("member(g{}.{i})", g.0),
        Kind::ZoneKept(p, i) => format!("kept(z{}.{i})", p.0),
        Kind::ZoneNew(p, i, a) => format!("next(z{}.{i}) %{}", p.0, a.0),
        Kind::ZonePrev(p, i) => format!("last(z{}.{i})", p.0),
        Kind::ZoneAge(p) => format!("age(z{})", p.0),
        Kind::Query(q, i) => format!("query(q{}.{i})", q.0),
    }
}
