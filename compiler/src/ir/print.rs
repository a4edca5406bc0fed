//! The text form of a graph, as `stratc emit ir` prints it.

use std::fmt::Write as _;

use strat_abi::Need;

use super::{Choose, FeedKind, Graph, Id, Look, Op, Start};

/// One line per node, group, signal and output.
#[must_use]
pub fn print(graph: &Graph) -> String {
    let mut out = String::new();
    for (i, node) in graph.nodes.iter().enumerate() {
        let ty = if node.is_bool { "bool" } else { "f64" };
        let mut stage = match (node.stage.series, node.stage.params) {
            (false, 0) => "constant".to_owned(),
            (false, _) => "params".to_owned(),
            (true, _) => "series".to_owned(),
        };
        if node.stage.params != 0 {
            let names: Vec<String> = (0..64)
                .filter(|p| node.stage.params >> p & 1 == 1)
                .map(|p| format!("p{p}"))
                .collect();
            let _ = write!(stage, "({})", names.join(" "));
        }
        let body = match (node.body, node.zone) {
            (Some(g), _) => format!(" in g{g}"),
            (None, Some(p)) => format!(" in z{p}"),
            (None, None) => String::new(),
        };
        let _ = writeln!(out, "%{i}: {ty} {stage}{body} = {}", op_text(node.op));
    }
    for (i, group) in graph.groups.iter().enumerate() {
        let start = match group.start {
            Start::FirstSeed => "first seed".to_owned(),
            Start::Bar(n) => format!("bar {}", id(n)),
        };
        let _ = writeln!(out, "g{i}: from {start}, reads {}", ids(&group.reads));
        for (j, m) in group.members.iter().enumerate() {
            let _ = writeln!(
                out,
                "g{i}.{j}: seed {} step {} depth {}{}",
                id(m.seed),
                id(m.step),
                m.depth,
                if m.keeps { "" } else { " plain lag" }
            );
        }
    }
    pools(&mut out, graph);
    for (what, signals) in [("enter", &graph.entries), ("exit", &graph.exits)] {
        for s in signals {
            let _ = writeln!(
                out,
                "{what} {:?} when {} from bar {}",
                s.tag,
                id(s.when),
                look(graph, s.look)
            );
        }
    }
    for (r, text) in &graph.requires {
        let _ = writeln!(out, "require {} `{text}`", id(*r));
    }
    for f in &graph.flags {
        let _ = writeln!(out, "flag {}", id(*f));
    }
    if let Some(stop) = graph.stop {
        let _ = writeln!(out, "stop {}", id(stop));
    }
    for (name, node, l) in &graph.outputs {
        let _ = writeln!(
            out,
            "output {name} = {} from bar {}",
            id(*node),
            look(graph, *l)
        );
    }
    for (i, value) in graph.values.iter().enumerate() {
        let _ = writeln!(out, "value {i} = {}", id(*value));
    }
    for (i, need) in graph.needs.iter().enumerate() {
        let _ = match need {
            Need::Symbol(symbol) => writeln!(out, "need {i}: bars of {symbol:?}"),
            Need::External(name) => writeln!(out, "need {i}: external `{name}`"),
        };
    }
    feeds(&mut out, graph);
    out
}

fn pools(out: &mut String, graph: &Graph) {
    for (i, p) in graph.pools.iter().enumerate() {
        let full = if p.drops_oldest {
            "drops oldest"
        } else {
            "drops new"
        };
        let dies = p.dies.map_or(String::new(), |d| format!(" dies {}", id(d)));
        let _ = writeln!(
            out,
            "z{i}: `{}` max {} {full}, born {} keeps {} next {}{dies}",
            p.name,
            p.max,
            id(p.born),
            ids(&p.keep),
            ids(&p.next)
        );
    }
    for (i, q) in graph.queries.iter().enumerate() {
        let choose = match q.choose {
            Choose::Newest => "newest".to_owned(),
            Choose::Highest(v) => format!("highest {}", id(v)),
            Choose::Lowest(v) => format!("lowest {}", id(v)),
            Choose::Count => "count".to_owned(),
        };
        let of = q
            .condition
            .map_or(String::new(), |c| format!(" where {}", id(c)));
        let _ = writeln!(out, "q{i}: {choose} of z{}{of}", q.pool);
    }
}

fn feeds(out: &mut String, graph: &Graph) {
    for (i, feed) in graph.feeds.iter().enumerate() {
        let (what, inner) = match &feed.kind {
            FeedKind::Timeframe { millis, graph } => {
                (format!("on bars of {millis} ms"), Some(graph))
            }
            FeedKind::Symbol { need, graph } => (format!("on need {need}"), Some(graph)),
            FeedKind::Due(calendar) => (format!("due {calendar:?}"), None),
            FeedKind::Within { from, to, zone } => (format!("within {from}..{to} s {zone}"), None),
            FeedKind::External(need) => (format!("values of need {need}"), None),
            FeedKind::Event(need) => (format!("events of need {need}"), None),
            FeedKind::Later(name) if name.is_empty() => continue,
            FeedKind::Later(name) => (format!("`{name}`, not executed yet"), None),
        };
        let _ = writeln!(out, "feed {i}: {what}");
        for line in inner.map(|graph| print(graph)).unwrap_or_default().lines() {
            let _ = writeln!(out, "  {line}");
        }
    }
}

fn id(id: Id) -> String {
    format!("%{}", id.0)
}

fn ids(all: &[Id]) -> String {
    let all: Vec<String> = all.iter().map(|i| id(*i)).collect();
    format!("[{}]", all.join(", "))
}

fn look(graph: &Graph, at: u32) -> String {
    match graph.looks[at as usize] {
        Look::Bars(n) => n.to_string(),
        Look::Value(n) => id(n),
        Look::Sum(a, b) => format!("({} + {})", look(graph, a), look(graph, b)),
        Look::Max(a, b) => format!("max({}, {})", look(graph, a), look(graph, b)),
        Look::Min(a, b) => format!("min({}, {})", look(graph, a), look(graph, b)),
    }
}

fn op_text(op: Op) -> String {
    let call = |name: String, args: &[Id]| {
        let args: Vec<String> = args.iter().map(|a| id(*a)).collect();
        format!("{name}({})", args.join(", "))
    };
    match op {
        Op::Number(bits) => {
            let v = f64::from_bits(bits);
            if v.is_nan() {
                "na".to_owned()
            } else {
                v.to_string()
            }
        }
        Op::Bool(b) => b.to_string(),
        Op::Input(i) => format!("{i:?}").to_lowercase(),
        Op::Param(p) => format!("p{p}"),
        Op::Math1(f, a) => call(format!("{f:?}").to_lowercase(), &[a]),
        Op::Math2(f, a, b) => call(format!("{f:?}").to_lowercase(), &[a, b]),
        Op::Fma(a, b, c) => call("fma".to_owned(), &[a, b, c]),
        Op::Compare(f, a, b) => call(format!("{f:?}").to_lowercase(), &[a, b]),
        Op::And(a, b) => call("and".to_owned(), &[a, b]),
        Op::Or(a, b) => call("or".to_owned(), &[a, b]),
        Op::Not(a) => call("not".to_owned(), &[a]),
        Op::IsNa(a) => call("is_na".to_owned(), &[a]),
        Op::Select(c, a, b) => call("select".to_owned(), &[c, a, b]),
        Op::Coalesce(a, b) => call("coalesce".to_owned(), &[a, b]),
        Op::NumOf(a) => call("num".to_owned(), &[a]),
        Op::Lag(a, n) => call("lag".to_owned(), &[a, n]),
        Op::Window(w, x, n, least) => call(format!("window_{w:?}").to_lowercase(), &[x, n, least]),
        Op::Pair(p, x, y, n) => call(format!("window_{p:?}").to_lowercase(), &[x, y, n]),
        Op::Cross(a, b) => call("cross".to_owned(), &[a, b]),
        Op::After(a, n) => call("after".to_owned(), &[a, n]),
        Op::New(g, i, a) => call(format!("new g{g}.{i} "), &[a]),
        Op::Prev(g, i, n) => format!("prev g{g}.{i} {n} bars ago"),
        Op::Member(g, i) => format!("member g{g}.{i}"),
        Op::ZoneKept(p, i) => format!("kept z{p}.{i}"),
        Op::ZoneNew(p, i, a) => call(format!("next z{p}.{i} "), &[a]),
        Op::ZonePrev(p, i) => format!("last z{p}.{i}"),
        Op::ZoneAge(p) => format!("age z{p}"),
        Op::Query(q, i) => format!("query q{q}.{i}"),
    }
}
