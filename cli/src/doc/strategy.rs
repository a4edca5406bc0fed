//! A strategy in words: parameters, entries, exits, stops, warm-up.

use strat_lang::hir::{NodeId, Unit, look_formula};
use strat_lang::source::SourceMap;
use strat_lang::syntax::ast::{Domain, Item, Level, ParamStmt, Stmt, StmtKind, StrategyItem};

use crate::lookback::Lookbacks;
use crate::why::bar_text::title;
use crate::why::outline::outline;
use crate::why::words::one_line;

/// A strategy.
#[derive(Debug)]
pub struct StrategyDoc {
    /// Its name.
    pub name: String,
    /// Its documentation.
    pub doc: String,
    /// Its parameters.
    pub params: Vec<ParamDoc>,
    /// Sentences about the whole: timeframe, `require`s.
    pub about: Vec<String>,
    /// Entries and exits: a title and the conditions that must all hold.
    pub signals: Vec<(String, Vec<String>)>,
    /// Sentences about what else opens and closes trades: stops, trails, targets.
    pub levels: Vec<String>,
    /// What it needs before it decides; missing where the strategy has errors.
    pub warm_up: Option<String>,
}

/// A parameter.
#[derive(Debug)]
pub struct ParamDoc {
    /// Its name.
    pub name: String,
    /// Its default, as written.
    pub default: String,
    /// The values it may take, as written.
    pub domain: String,
    /// Its documentation.
    pub doc: String,
}

/// What a reference says about a strategy; `unit` is there where it has no errors.
pub fn strategy(
    item: &Item,
    declared: &StrategyItem,
    unit: Option<&Unit>,
    map: &SourceMap,
) -> StrategyDoc {
    let mut doc = StrategyDoc {
        name: declared.name.name.clone(),
        doc: item.doc.clone().unwrap_or_default(),
        params: Vec::new(),
        about: Vec::new(),
        signals: signals(declared, unit, map),
        levels: Vec::new(),
        warm_up: unit.and_then(warm_up),
    };
    let words = Words { map };
    for stmt in &declared.body {
        match &stmt.kind {
            StmtKind::Param(param) => doc.params.push(words.param(stmt, param)),
            StmtKind::Timeframe { text, .. } => doc.about.push(format!("Runs on `{text}` bars.")),
            StmtKind::Require(e) => {
                let text = words.code(e.span);
                doc.about.push(format!("Only with {text}."));
            }
            _ => doc.levels.extend(words.sentence(stmt)),
        }
    }
    doc
}

fn signals(
    declared: &StrategyItem,
    unit: Option<&Unit>,
    map: &SourceMap,
) -> Vec<(String, Vec<String>)> {
    if let Some(unit) = unit {
        let statements = outline(unit, &declared.body, map);
        let told = statements.iter().map(|statement| {
            let conditions = statement.conditions.iter();
            (
                title(statement),
                conditions.map(|c| c.text.clone()).collect(),
            )
        });
        return told.collect();
    }
    let words = Words { map };
    let whole = declared.body.iter().filter_map(|stmt| match &stmt.kind {
        StmtKind::Enter(enter) => Some(("enter".to_owned(), enter.when.span)),
        StmtKind::Exit(exit) => Some(("exit".to_owned(), exit.when.span)),
        _ => None,
    });
    whole
        .map(|(title, span)| (title, vec![words.text(span)]))
        .collect()
}

/// `199 bars at the defaults: max(slow - 1, 33)`.
fn warm_up(unit: &Unit) -> Option<String> {
    let signals = unit.entries.iter().chain(&unit.exits);
    let whens: Vec<NodeId> = signals.map(|signal| signal.when).collect();
    let defaults: Vec<f64> = unit.params.iter().map(|p| p.default).collect();
    let at = Lookbacks::new(unit, &whens).at(&defaults);
    let (longest, bars) = whens.iter().zip(&at).rev().max_by_key(|(_, bars)| **bars)?;
    let formula = look_formula(unit, unit.node(*longest).look, &[]);
    let bars = crate::summary::counted(*bars, "bar", "bars");
    Some(
        match unit.params.is_empty() || formula.parse::<u64>().is_ok() {
            true => bars,
            false => format!("{bars} at the defaults: `{formula}`"),
        },
    )
}

struct Words<'a> {
    map: &'a SourceMap,
}

impl Words<'_> {
    fn text(&self, span: strat_lang::source::Span) -> String {
        one_line(self.map.slice(span))
    }

    fn code(&self, span: strat_lang::source::Span) -> String {
        format!("`{}`", self.text(span))
    }

    fn param(&self, stmt: &Stmt, param: &ParamStmt) -> ParamDoc {
        let domain = match &param.domain {
            None => String::new(),
            Some(Domain::List(_, span)) => self.text(*span),
            Some(Domain::Range { lo, hi, step }) => {
                let step = step.as_ref().map_or_else(String::new, |step| {
                    format!(" step {}", self.text(step.span))
                });
                format!("{}..{}{step}", self.text(lo.span), self.text(hi.span))
            }
        };
        ParamDoc {
            name: param.name.name.clone(),
            default: self.text(param.default.span),
            domain,
            doc: stmt.doc.clone().unwrap_or_default(),
        }
    }

    /// What a statement does beside entries and exits.
    fn sentence(&self, stmt: &Stmt) -> Option<String> {
        Some(match &stmt.kind {
            StmtKind::Stop(Level::Share(e)) => {
                format!(
                    "Closes at a loss of {} of the entry price.",
                    self.code(e.span)
                )
            }
            StmtKind::Stop(Level::At(e)) => {
                format!("Closes when the price {} is reached.", self.code(e.span))
            }
            StmtKind::Trail { level, once } => {
                let once = once
                    .as_ref()
                    .map_or_else(String::new, |e| format!(", once {}", self.code(e.span)));
                match level {
                    Level::Share(e) => format!(
                        "A stop follows {} behind the best price since entry{once}.",
                        self.code(e.span)
                    ),
                    Level::At(e) => format!(
                        "A stop follows the price {}{once}; it only ever tightens.",
                        self.code(e.span)
                    ),
                }
            }
            StmtKind::TakeProfit(Level::Share(e)) => {
                format!("Takes a profit of {}.", self.code(e.span))
            }
            StmtKind::TakeProfit(Level::At(e)) => {
                format!("Takes profit at the price {}.", self.code(e.span))
            }
            StmtKind::Ladder(rows) => {
                let steps: Vec<String> = rows
                    .iter()
                    .map(|(age, least)| {
                        format!("{} after {}", self.code(least.span), self.code(age.span))
                    })
                    .collect();
                format!("Takes profit: {}.", steps.join(", "))
            }
            StmtKind::Pyramid(e) => {
                format!("Adds to a position up to {} entries.", self.code(e.span))
            }
            StmtKind::Cooldown { length, is_bars } => format!(
                "After a trade it waits for {}{}.",
                self.code(length.span),
                if *is_bars { " bars" } else { "" }
            ),
            StmtKind::Within(e) => format!("Enters only {}.", self.code(e.span)),
            StmtKind::Legs(_) | StmtKind::Execution(_) | StmtKind::Zones(_) => self.code(stmt.span),
            _ => return None,
        })
    }
}
