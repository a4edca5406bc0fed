//! One bar: which conditions of which entry or exit held, and with which values.

use std::collections::BTreeMap;

use strat_compiler::Executor;
use strat_lang::hir::{NodeId, Unit};

use super::outline::{Condition, Joint, Operand, Statement};
use super::values::{Source, columns};
use crate::failure::Done;
use crate::lookback::Lookbacks;

/// Why a statement whose condition holds decides nothing all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gate {
    /// A `require` excludes the parameter set.
    Excluded(String),
    /// The bar lies before the statement's lookback, in bars.
    WarmUp(usize),
}

/// An entry or exit on one bar.
#[derive(Debug)]
pub struct Told<'a> {
    /// The statement.
    pub statement: &'a Statement,
    /// Whether its condition held; `None` is na.
    pub holds: Option<bool>,
    /// Its lookback, in bars.
    pub lookback: usize,
    /// What keeps it from deciding, whatever its condition.
    pub gate: Option<Gate>,
    /// Its conditions.
    pub conditions: Vec<ToldCondition<'a>>,
}

impl<'a> Told<'a> {
    /// Whether it decides on this bar.
    pub fn decides(&self) -> bool {
        self.holds == Some(true) && self.gate.is_none()
    }

    /// The conditions that do not hold.
    pub fn missing(&self) -> Vec<&ToldCondition<'a>> {
        let missing = |c: &&ToldCondition<'a>| c.holds != Some(true);
        self.conditions.iter().filter(missing).collect()
    }
}

/// A condition on one bar.
#[derive(Debug)]
pub struct ToldCondition<'a> {
    /// The condition.
    pub condition: &'a Condition,
    /// Whether it held; `None` is na.
    pub holds: Option<bool>,
    /// What it consists of.
    pub parts: Vec<ToldCondition<'a>>,
    /// What it compares.
    pub operands: Vec<ToldOperand<'a>>,
}

/// A value on one bar.
#[derive(Debug)]
pub struct ToldOperand<'a> {
    /// What it is.
    pub operand: &'a Operand,
    /// Its value; NaN is na, a condition is 1 or 0.
    pub value: f64,
    /// Its value one bar before, where that matters and there is one.
    pub before: Option<f64>,
}

/// A value now and one bar before.
#[derive(Debug, Clone, Copy)]
struct Seen {
    now: f64,
    before: Option<f64>,
}

/// What a strategy saw on one bar.
pub struct Asked<'a> {
    /// The strategy.
    pub unit: &'a Unit,
    /// Its statements.
    pub statements: &'a [Statement],
    /// The parameter set.
    pub params: &'a [f64],
    /// All bars up to and including the one that is asked about, and what stands beside them.
    pub source: Source<'a>,
    /// What computes it.
    pub executor: Executor,
}

/// Tells each statement on the last of the bars.
pub fn tell<'a>(asked: &Asked<'a>) -> Done<Vec<Told<'a>>> {
    let nodes = nodes(asked.statements);
    let mut seen: BTreeMap<NodeId, Seen> = BTreeMap::new();
    columns(
        asked.unit,
        &nodes,
        asked.params,
        asked.source,
        asked.executor,
        |at, column| {
            let mut newest = column.iter().rev().copied();
            let seen_now = Seen {
                now: newest.next().unwrap_or(f64::NAN),
                before: newest.next(),
            };
            if let Some(id) = nodes.get(at) {
                seen.insert(*id, seen_now);
            }
        },
    )?;
    let whens: Vec<NodeId> = asked.statements.iter().map(|s| s.when).collect();
    let lookbacks = Lookbacks::new(asked.unit, &whens);
    let known = lookbacks.at(asked.params);
    let excluded = lookbacks.excluded(asked.params);
    let told = asked
        .statements
        .iter()
        .zip(known)
        .map(|(statement, lookback)| {
            let at = asked.source.bars.len().saturating_sub(1);
            let gate = match &excluded {
                Some(text) => Some(Gate::Excluded(text.clone())),
                None => (at < lookback).then_some(Gate::WarmUp(lookback)),
            };
            Told {
                statement,
                holds: truth(value(&seen, statement.when).now),
                lookback,
                gate,
                conditions: statement
                    .conditions
                    .iter()
                    .map(|c| told(c, &seen))
                    .collect(),
            }
        });
    Ok(told.collect())
}

fn value(seen: &BTreeMap<NodeId, Seen>, id: NodeId) -> Seen {
    seen.get(&id).copied().unwrap_or(Seen {
        now: f64::NAN,
        before: None,
    })
}

/// A condition's value: 1, 0 or NaN.
pub fn truth(value: f64) -> Option<bool> {
    (!value.is_nan()).then_some(value == 1.0)
}

fn told<'a>(condition: &'a Condition, seen: &BTreeMap<NodeId, Seen>) -> ToldCondition<'a> {
    let operand = |operand: &'a Operand| {
        let seen = value(seen, operand.node);
        ToldOperand {
            operand,
            value: seen.now,
            before: seen.before.filter(|_| operand.with_past),
        }
    };
    ToldCondition {
        condition,
        holds: truth(value(seen, condition.node).now),
        parts: condition.parts.iter().map(|c| told(c, seen)).collect(),
        operands: condition.operands.iter().map(operand).collect(),
    }
}

/// Every node that is shown, each once.
fn nodes(statements: &[Statement]) -> Vec<NodeId> {
    let mut found: Vec<NodeId> = Vec::new();
    for statement in statements {
        found.push(statement.when);
        let mut open: Vec<&Condition> = statement.conditions.iter().collect();
        while let Some(condition) = open.pop() {
            found.push(condition.node);
            found.extend(condition.operands.iter().map(|o| o.node));
            open.extend(&condition.parts);
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

impl ToldCondition<'_> {
    /// The parts that keep it from holding, named as deep as they are told; itself where it has none.
    pub fn culprits(&self) -> Vec<&str> {
        let names: Vec<&str> = match self.condition.joint {
            Joint::All | Joint::Name => self
                .parts
                .iter()
                .filter(|part| part.holds != Some(true))
                .flat_map(ToldCondition::culprits)
                .collect(),
            _ => Vec::new(),
        };
        if names.is_empty() {
            vec![&self.condition.text]
        } else {
            names
        }
    }
}
