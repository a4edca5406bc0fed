//! Statements: the first line of each, and what stands under it.

use super::expr::schedule_head;
use super::{Printer, typed};
use crate::source::Span;
use crate::syntax::ast::{
    Domain, Event, Every, Expectation, Expr, Level, LimitAction, Side, StateBlock, StateSeeds,
    StateStep, Stmt, StmtKind, ZoneDrop, ZonesBlock,
};
use crate::syntax::visit::exprs_of_stmt;

impl Printer {
    pub(super) fn stmt(&mut self, indent: usize, stmt: &Stmt) {
        self.line(indent, &head(&stmt.kind), Some(stmt.span));
        let inner = indent + 1;
        self.doc(inner, stmt.doc.as_deref());
        match &stmt.kind {
            StmtKind::Param(param) => {
                self.expr(inner, &param.default);
                if let Some(domain) = &param.domain {
                    self.domain(inner, domain);
                }
            }
            StmtKind::Sweep { domain, .. } => self.domain(inner, domain),
            StmtKind::State(block) => self.state(inner, block),
            StmtKind::Enter(enter) => self.enter(inner, enter),
            StmtKind::Exit(exit) => self.exit(inner, exit),
            StmtKind::Quote(quote) => self.quote(inner, quote),
            StmtKind::Trail { level, once } => {
                self.expr(inner, level.expr());
                if let Some(once) = once {
                    self.labelled(inner, "once", once);
                }
            }
            StmtKind::Legs(legs) => {
                for (name, symbol, _) in legs {
                    self.line(
                        inner,
                        &format!("leg {} {symbol:?}", name.name),
                        Some(name.span),
                    );
                }
            }
            StmtKind::Zones(zones) => self.zones(inner, zones),
            StmtKind::Execution(settings) => {
                for setting in settings {
                    let label = format!("setting {}", setting.name.name);
                    self.labelled(inner, &label, &setting.value);
                }
            }
            StmtKind::On { body, .. } => self.stmts(inner, body),
            StmtKind::For { lo, hi, body, .. } => {
                self.expr(inner, lo);
                self.expr(inner, hi);
                self.stmts(inner, body);
            }
            StmtKind::Ladder(rows) => {
                for (age, least) in rows {
                    self.line(inner, "row", None);
                    self.expr(inner + 1, age);
                    self.expr(inner + 1, least);
                }
            }
            StmtKind::Route(row) => {
                if let Some(when) = &row.when {
                    self.labelled(inner, "when", when);
                }
                for (name, share) in &row.mix {
                    self.line(inner, &format!("strategy {}", name.name), Some(name.span));
                    if let Some(share) = share {
                        self.expr(inner + 1, share);
                    }
                }
                if let Some(size) = &row.size {
                    self.labelled(inner, "size", size);
                }
            }
            StmtKind::Override { when, factor } => {
                self.expr(inner, when);
                self.labelled(inner, "size", factor);
            }
            StmtKind::Universe(symbols) => {
                for (symbol, span) in symbols {
                    self.line(inner, &format!("symbol {symbol:?}"), Some(*span));
                }
            }
            StmtKind::Rebalance(schedule) => {
                self.line(inner, &schedule_head(schedule), Some(schedule.span));
                if let Every::Bars(bars) = &schedule.every {
                    self.expr(inner + 1, bars);
                }
            }
            StmtKind::Hold { condition, weight } => {
                self.expr(inner, condition);
                if let Some(weight) = weight {
                    self.labelled(inner, "weight", weight);
                }
            }
            StmtKind::With { args, .. } => {
                for arg in args {
                    let label = arg.name.as_ref().map_or("argument", |n| n.name.as_str());
                    self.labelled(inner, label, &arg.value);
                }
            }
            StmtKind::Expect(expect) => {
                if let Some(bar) = &expect.bar {
                    self.labelled(inner, "bar", bar);
                }
                self.expectation(inner, &expect.what);
            }
            _ => {
                for value in exprs_of_stmt(stmt) {
                    self.expr(inner, value);
                }
            }
        }
    }

    fn stmts(&mut self, indent: usize, stmts: &[Stmt]) {
        for stmt in stmts {
            self.stmt(indent, stmt);
        }
    }

    fn domain(&mut self, indent: usize, domain: &Domain) {
        match domain {
            Domain::Range { lo, hi, step } => {
                self.line(indent, "range", None);
                for value in [lo, hi].into_iter().chain(step) {
                    self.expr(indent + 1, value);
                }
            }
            Domain::List(values, span) => {
                self.line(indent, "list", Some(*span));
                for value in values {
                    self.expr(indent + 1, value);
                }
            }
        }
    }

    fn state(&mut self, indent: usize, block: &StateBlock) {
        self.labelled(indent, "from", &block.from);
        match &block.seeds {
            StateSeeds::All(seed) => self.labelled(indent, "all", seed),
            StateSeeds::Members(members) => {
                for (name, seed) in members {
                    self.named(indent, "seed", &name.name, name.span, seed);
                }
            }
        }
        for step in &block.steps {
            let (word, name, value) = match step {
                StateStep::Let(name, value) => ("let", name, value),
                StateStep::Assign(name, value) => ("step", name, value),
            };
            self.named(indent, word, &name.name, name.span, value);
        }
    }

    fn named(&mut self, indent: usize, word: &str, name: &str, span: Span, value: &Expr) {
        self.line(indent, &format!("{word} {name}"), Some(span));
        self.expr(indent + 1, value);
    }

    fn zones(&mut self, indent: usize, zones: &ZonesBlock) {
        self.labelled(indent, "max", &zones.max);
        if let Some(born) = &zones.born {
            self.labelled(indent, "born", born);
        }
        for (word, names) in [("keep", &zones.keep), ("next", &zones.next)] {
            for (name, value) in names {
                self.named(indent, word, &name.name, name.span, value);
            }
        }
        if let Some(dies) = &zones.dies {
            self.labelled(indent, "dies", dies);
        }
    }

    fn expectation(&mut self, indent: usize, what: &Expectation) {
        match what {
            Expectation::Enter { .. } | Expectation::Exit { .. } => {}
            Expectation::Fill { price, .. } => {
                if let Some(price) = price {
                    self.labelled(indent, "price", price);
                }
            }
            Expectation::Value {
                value,
                expected,
                within,
            } => {
                self.labelled(indent, "value", value);
                self.line(indent, "equals", None);
                for value in expected {
                    self.expr(indent + 1, value);
                }
                if let Some(within) = within {
                    self.labelled(indent, "within", within);
                }
            }
        }
    }
}

/// `long` or `short`.
pub(super) const fn side(side: Side) -> &'static str {
    match side {
        Side::Long => "long",
        Side::Short => "short",
    }
}

/// A tag as it follows a word.
pub(super) fn tagged(tag: Option<&(String, Span)>) -> String {
    tag.map(|(tag, _)| format!(" {tag:?}")).unwrap_or_default()
}

fn leveled(word: &str, level: &Level) -> String {
    match level {
        Level::Share(_) => word.to_owned(),
        Level::At(_) => format!("{word} at"),
    }
}

fn head(kind: &StmtKind) -> String {
    match kind {
        StmtKind::Timeframe { text, seconds, .. } => format!("timeframe {text} ({seconds} s)"),
        StmtKind::Param(p) => format!("param {}{}", p.name.name, typed(p.ty.as_ref())),
        StmtKind::Require(_) => "require".to_owned(),
        StmtKind::Flag { name, .. } => format!("flag {}", name.name),
        StmtKind::Let { name, .. } => format!("let {}", name.name),
        StmtKind::Rec { name, .. } => format!("rec {}", name.name),
        StmtKind::State(_) => "state".to_owned(),
        StmtKind::Return(_) => "return".to_owned(),
        StmtKind::Enter(enter) => {
            format!("enter {}{}", side(enter.side), tagged(enter.tag.as_ref()))
        }
        StmtKind::Exit(exit) => {
            let all = if exit.all { " all" } else { "" };
            format!("exit{all}{}", tagged(exit.tag.as_ref()))
        }
        StmtKind::Stop(level) => leveled("stop", level),
        StmtKind::Trail { level, .. } => leveled("trail", level),
        StmtKind::TakeProfit(level) => leveled("take_profit", level),
        StmtKind::Ladder(_) => "take_profit ladder".to_owned(),
        StmtKind::Pyramid(_) => "pyramid".to_owned(),
        StmtKind::Cooldown { is_bars: true, .. } => "cooldown bars".to_owned(),
        StmtKind::Cooldown { is_bars: false, .. } => "cooldown".to_owned(),
        StmtKind::Legs(_) => "legs".to_owned(),
        StmtKind::Zones(zones) => {
            let drop = match zones.drop {
                ZoneDrop::Oldest => "oldest",
                ZoneDrop::Newest => "newest",
            };
            format!("zones {} drop {drop}", zones.name.name)
        }
        StmtKind::Within(_) => "within".to_owned(),
        StmtKind::Execution(_) => "execution".to_owned(),
        StmtKind::On { event, .. } => match event {
            Event::Named(name) => format!("on {}", name.name),
            Event::Every(length, _) => format!("every {}", length.text),
        },
        StmtKind::For { var, .. } => format!("for {}", var.name),
        StmtKind::Quote(quote) => format!("quote {}", quote.side.name),
        StmtKind::Score { name, .. } => format!("score {}", name.name),
        StmtKind::Confidence(_) => "confidence".to_owned(),
        StmtKind::Unknown(_) => "unknown".to_owned(),
        StmtKind::Confirm(_) => "confirm bars".to_owned(),
        StmtKind::Transitions(_) => "transitions over bars".to_owned(),
        StmtKind::Route(row) => format!("route {}", row.class.name),
        StmtKind::Override { .. } => "override".to_owned(),
        StmtKind::Suggest(_) => "suggest switch".to_owned(),
        StmtKind::OnSwitch { keeps: true } => "on switch keep open".to_owned(),
        StmtKind::OnSwitch { keeps: false } => "on switch close open".to_owned(),
        StmtKind::Limit(row) => {
            let action = match row.action {
                None => "",
                Some((LimitAction::Reject, _)) => " => reject",
                Some((LimitAction::Halt, _)) => " => halt",
                Some((LimitAction::HaltUntilNextDay, _)) => " => halt until next day",
                Some((LimitAction::Warn, _)) => " => warn",
            };
            format!("limit {}{action}", row.name.name)
        }
        StmtKind::Universe(_) => "universe".to_owned(),
        StmtKind::Rebalance(_) => "rebalance".to_owned(),
        StmtKind::Hold { .. } => "hold".to_owned(),
        StmtKind::Sweep { name, .. } => format!("sweep {}", name.name),
        StmtKind::Setting(setting) => format!("setting {}", setting.name.name),
        StmtKind::With { name, .. } => format!("with {}", name.name),
        StmtKind::Column { name, .. } => format!("column {}", name.name),
        StmtKind::Expect(expect) => match &expect.what {
            Expectation::Enter {
                none,
                side: taken,
                tag,
            } => {
                let side = taken.map(|s| format!(" {}", side(s))).unwrap_or_default();
                format!("expect {}enter{side}{}", no(*none), tagged(tag.as_ref()))
            }
            Expectation::Exit { none, tag } => {
                format!("expect {}exit{}", no(*none), tagged(tag.as_ref()))
            }
            Expectation::Fill {
                side: Side::Long, ..
            } => "expect buy".to_owned(),
            Expectation::Fill { .. } => "expect sell".to_owned(),
            Expectation::Value { .. } => "expect value".to_owned(),
        },
        StmtKind::Error => "error".to_owned(),
    }
}

const fn no(none: bool) -> &'static str {
    if none { "no " } else { "" }
}
