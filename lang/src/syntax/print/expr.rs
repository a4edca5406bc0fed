//! Expressions: the first line of each node, and what stands under it.

use super::Pending;
use crate::syntax::ast::{
    AddOp, Arg, CompareOp, Every, Expr, ExprKind, ListKind, MulOp, NumberUnit, PostOp, Schedule,
    Zone, ZoneOrder,
};

/// The first line of a node.
pub(super) fn head(kind: &ExprKind) -> String {
    match kind {
        ExprKind::Number(number) => {
            let unit = match number.unit {
                NumberUnit::Integer | NumberUnit::Real => "",
                NumberUnit::Percent | NumberUnit::BasisPoint => " ratio",
                NumberUnit::Duration | NumberUnit::TimeOfDay => " s",
            };
            if unit.is_empty() {
                format!("number {}", number.text)
            } else {
                format!("number {} ({}{unit})", number.text, number.value)
            }
        }
        ExprKind::Str(text) => format!("string {text:?}"),
        ExprKind::Bool(value) => format!("{value}"),
        ExprKind::Na => "na".to_owned(),
        ExprKind::Name(name) => format!("name {name}"),
        ExprKind::Call { callee, .. } => format!("call {}", callee.name),
        ExprKind::Postfix { .. } => "postfix".to_owned(),
        ExprKind::Neg { count, .. } => repeated("neg", *count),
        ExprKind::Sum { .. } => "sum".to_owned(),
        ExprKind::Product { .. } => "product".to_owned(),
        ExprKind::Compare { .. } => "compare".to_owned(),
        ExprKind::Cross { above: true, .. } => "crosses above".to_owned(),
        ExprKind::Cross { above: false, .. } => "crosses below".to_owned(),
        ExprKind::IsNa { negated: false, .. } => "is na".to_owned(),
        ExprKind::IsNa { negated: true, .. } => "is some".to_owned(),
        ExprKind::Not { count, .. } => repeated("not", *count),
        ExprKind::And(_) => "and".to_owned(),
        ExprKind::Or(_) => "or".to_owned(),
        ExprKind::List {
            kind: ListKind::All,
            ..
        } => "all".to_owned(),
        ExprKind::List {
            kind: ListKind::Any,
            ..
        } => "any".to_owned(),
        ExprKind::If { .. } => "if".to_owned(),
        ExprKind::Else(_) => "else".to_owned(),
        ExprKind::Record(_) => "record".to_owned(),
        ExprKind::After { .. } => "after".to_owned(),
        ExprKind::Paren(_) => "paren".to_owned(),
        ExprKind::Between { .. } => "between".to_owned(),
        ExprKind::Every { schedule, .. } => schedule_head(schedule),
        ExprKind::Within { from, to, zone } => {
            format!(
                "within {}..{}{}",
                from.text,
                to.text,
                zone_name(zone.as_ref())
            )
        }
        ExprKind::Loop { callee, var, .. } => format!("loop {} {}", callee.name, var.name),
        ExprKind::Zone { pool, by, .. } => {
            let by = match by.as_ref().map(|(order, _)| *order) {
                None => "",
                Some(ZoneOrder::Nearest) => " by nearest",
                Some(ZoneOrder::Highest) => " by highest",
                Some(ZoneOrder::Lowest) => " by lowest",
            };
            format!("zone {}{by}", pool.name)
        }
        ExprKind::Feed(name) => format!("feed {}", name.name),
        ExprKind::Error => "error".to_owned(),
    }
}

/// `every week on monday at 00:00 utc`; a number of bars stands under it.
pub(super) fn schedule_head(schedule: &Schedule) -> String {
    let every = match &schedule.every {
        Every::Bars(_) => "every bars".to_owned(),
        Every::Duration(length) => format!("every {}", length.text),
        Every::Day => "every day".to_owned(),
        Every::Week(None) => "every week".to_owned(),
        Every::Week(Some(day)) => format!("every week on {}", day.name),
        Every::Month => "every month".to_owned(),
        Every::Event(event) => format!("on event {}", event.name),
    };
    let at = schedule.at.as_ref().map(|at| format!(" at {}", at.text));
    let zone = zone_name(schedule.zone.as_ref());
    format!("{every}{}{zone}", at.unwrap_or_default())
}

fn zone_name(zone: Option<&Zone>) -> String {
    zone.map(|zone| format!(" {:?}", zone.name))
        .unwrap_or_default()
}

fn repeated(word: &str, count: u32) -> String {
    if count == 1 {
        word.to_owned()
    } else {
        format!("{word} x{count}")
    }
}

/// What stands under a node, in order.
pub(super) fn children<'a>(kind: &'a ExprKind, indent: usize, out: &mut Vec<(usize, Pending<'a>)>) {
    let mut node = |expr: &'a Expr| out.push((indent, Pending::Node(expr)));
    match kind {
        ExprKind::Number(_)
        | ExprKind::Str(_)
        | ExprKind::Bool(_)
        | ExprKind::Na
        | ExprKind::Name(_)
        | ExprKind::Within { .. }
        | ExprKind::Feed(_)
        | ExprKind::Error => {}
        ExprKind::Between { operand, lo, hi } => {
            [operand, lo, hi].into_iter().for_each(|e| node(e))
        }
        ExprKind::Every { value, schedule } => {
            node(value);
            if let Every::Bars(bars) = &schedule.every {
                node(bars);
            }
        }
        ExprKind::Loop { lo, hi, body, .. } => [lo, hi, body].into_iter().for_each(|e| node(e)),
        ExprKind::Zone { condition, by, .. } => {
            node(condition);
            by.iter().for_each(|(_, e)| node(e));
        }
        ExprKind::Neg { operand, .. }
        | ExprKind::Not { operand, .. }
        | ExprKind::IsNa { operand, .. }
        | ExprKind::Paren(operand) => node(operand),
        ExprKind::And(parts) | ExprKind::Or(parts) | ExprKind::Else(parts) => {
            parts.iter().for_each(node);
        }
        ExprKind::List { items, .. } => items.iter().for_each(node),
        ExprKind::Cross { left, right, .. } => {
            node(left);
            node(right);
        }
        ExprKind::After { value, bars } => {
            node(value);
            node(bars);
        }
        ExprKind::If { arms, otherwise } => {
            for (condition, value) in arms {
                node(condition);
                node(value);
            }
            node(otherwise);
        }
        ExprKind::Call { args, .. } => {
            for Arg { name, value } in args {
                let value_at = labelled(out, indent, name.as_ref().map(|n| n.name.as_str()));
                out.push((value_at, Pending::Node(value)));
            }
        }
        ExprKind::Record(fields) => {
            for (name, value) in fields {
                let value_at = labelled(out, indent, Some(&name.name));
                out.extend(value.as_ref().map(|v| (value_at, Pending::Node(v))));
            }
        }
        ExprKind::Postfix { base, ops } => {
            node(base);
            for op in ops {
                match op {
                    PostOp::Index(at, _) => {
                        let value_at = labelled(out, indent, Some("index"));
                        out.push((value_at, Pending::Node(at)));
                    }
                    PostOp::Field(name) => {
                        out.push((indent, Pending::Line(format!("field {}", name.name))));
                    }
                    PostOp::At(n, _) => {
                        out.push((indent, Pending::Line(format!("at {}", n.text))));
                    }
                    PostOp::Of(symbol, _) => {
                        out.push((indent, Pending::Line(format!("of {symbol:?}"))));
                    }
                    PostOp::Since(name) => {
                        out.push((indent, Pending::Line(format!("since {}", name.name))));
                    }
                    PostOp::Across(name) => {
                        out.push((indent, Pending::Line(format!("across {}", name.name))));
                    }
                }
            }
        }
        ExprKind::Sum { first, rest } => {
            node(first);
            for (op, term) in rest {
                let sign = if *op == AddOp::Add { "+" } else { "-" };
                let value_at = labelled(out, indent, Some(sign));
                out.push((value_at, Pending::Node(term)));
            }
        }
        ExprKind::Product { first, rest } => {
            node(first);
            for (op, factor) in rest {
                let sign = match op {
                    MulOp::Mul => "*",
                    MulOp::Div => "/",
                    MulOp::Mod => "mod",
                };
                let value_at = labelled(out, indent, Some(sign));
                out.push((value_at, Pending::Node(factor)));
            }
        }
        ExprKind::Compare { first, rest } => {
            node(first);
            for (op, operand) in rest {
                let sign = match op {
                    CompareOp::Lt => "<",
                    CompareOp::Le => "<=",
                    CompareOp::Gt => ">",
                    CompareOp::Ge => ">=",
                    CompareOp::Eq => "==",
                    CompareOp::Ne => "!=",
                };
                let value_at = labelled(out, indent, Some(sign));
                out.push((value_at, Pending::Node(operand)));
            }
        }
    }
}

/// Puts a label on a line of its own and gives the indentation of what belongs to it.
fn labelled(out: &mut Vec<(usize, Pending<'_>)>, indent: usize, label: Option<&str>) -> usize {
    match label {
        None => indent,
        Some(label) => {
            out.push((indent, Pending::Line(label.to_owned())));
            indent + 1
        }
    }
}
