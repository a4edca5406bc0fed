//! Orders: legs, clauses and conditions.

use super::Printer;
use crate::syntax::ast::{Clause, ClauseKind, EnterStmt, ExitStmt, QuoteStmt, Side, TimeInForce};
use crate::syntax::visit::exprs_of_clause;

impl Printer {
    pub(super) fn enter(&mut self, indent: usize, enter: &EnterStmt) {
        for leg in &enter.legs {
            let word = match leg.side {
                Side::Long => "buy",
                Side::Short => "sell",
            };
            self.line(
                indent,
                &format!("{word} {}", leg.leg.name),
                Some(leg.leg.span),
            );
            self.expr(indent + 1, &leg.ratio);
        }
        self.clauses(indent, &enter.clauses);
        self.expr(indent, &enter.when);
    }

    pub(super) fn exit(&mut self, indent: usize, exit: &ExitStmt) {
        if let Some(portion) = &exit.portion {
            self.labelled(indent, "portion", portion);
        }
        self.clauses(indent, &exit.clauses);
        self.expr(indent, &exit.when);
    }

    pub(super) fn quote(&mut self, indent: usize, quote: &QuoteStmt) {
        self.labelled(indent, "slot", &quote.slot);
        self.labelled(indent, "at", &quote.price);
        self.clauses(indent, &quote.clauses);
        if let Some(when) = &quote.when {
            self.labelled(indent, "when", when);
        }
    }

    fn clauses(&mut self, indent: usize, clauses: &[Clause]) {
        for clause in clauses {
            self.line(indent, &clause_head(&clause.kind), Some(clause.span));
            for value in exprs_of_clause(clause) {
                self.expr(indent + 1, value);
            }
        }
    }
}

fn clause_head(kind: &ClauseKind) -> String {
    let word = match kind {
        ClauseKind::Market => "market",
        ClauseKind::Limit(_) => "limit",
        ClauseKind::Stop(_) => "stop",
        ClauseKind::StopLimit(..) => "stop_limit",
        ClauseKind::Trailing(_) => "trailing",
        ClauseKind::Bracket(..) => "bracket",
        ClauseKind::Oco(..) => "oco",
        ClauseKind::Size(_) => "size",
        ClauseKind::SizeOfEquity(_) => "size of equity",
        ClauseKind::SizeRisk(_) => "size risk",
        ClauseKind::TimeInForce(TimeInForce::Day) => "day",
        ClauseKind::TimeInForce(TimeInForce::Gtc) => "gtc",
        ClauseKind::TimeInForce(TimeInForce::Ioc) => "ioc",
        ClauseKind::TimeInForce(TimeInForce::Fok) => "fok",
        ClauseKind::PostOnly => "post_only",
        ClauseKind::ReduceOnly => "reduce_only",
        ClauseKind::Iceberg(_) => "iceberg",
        ClauseKind::Twap(_) => "twap over",
        ClauseKind::Vwap(_) => "vwap over",
        ClauseKind::Tolerance(_) => "tolerance ticks",
        ClauseKind::Keep(name, _) => return format!("keep {}", name.name),
    };
    word.to_owned()
}
