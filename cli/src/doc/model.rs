//! What a reference says about each item of a file.

use strat_compiler::Executor;
use strat_engine::abi::Program;
use strat_lang::hir::{NodeId, Ty, Unit, look_formula};
use strat_lang::sema::{self, FunctionInfo, Reference};
use strat_lang::source::SourceMap;
use strat_lang::syntax::ast::{Item, ItemKind};

use super::call::{Call, call};
use super::parts::first_example;
use super::strategy::{StrategyDoc, strategy};
use crate::sources::{Disk, LIBRARY};
use crate::why::words::one_line;

/// One source file.
#[derive(Debug)]
pub struct Page {
    /// Its name as it is shown.
    pub file: String,
    /// Its text, for a file that is not of the library.
    pub text: Option<String>,
    /// The comment at its top, for a file of the library.
    pub about: String,
    /// Its functions in written order.
    pub functions: Vec<FunctionDoc>,
    /// Its strategies.
    pub strategies: Vec<StrategyDoc>,
    /// Its other items.
    pub others: Vec<OtherDoc>,
}

impl Page {
    /// Whether there is anything to say.
    pub fn is_empty(&self) -> bool {
        self.functions.is_empty() && self.strategies.is_empty() && self.others.is_empty()
    }
}

/// A function.
#[derive(Debug)]
pub struct FunctionDoc {
    /// Its name.
    pub name: String,
    /// `sma(x: series = close, length: bars)`.
    pub signature: String,
    /// Its documentation, lines joined by newlines.
    pub doc: String,
    /// What it returns: one output without a name, or the fields of its record. Empty where the
    /// function has errors.
    pub outputs: Vec<OutputDoc>,
    /// A call of it that compiles.
    pub call: Option<Call>,
    /// Its source, without its documentation.
    pub source: String,
}

/// What a function returns.
#[derive(Debug)]
pub struct OutputDoc {
    /// The field; empty for a single value.
    pub name: String,
    /// Bars before its first value, as a formula of the parameters.
    pub lookback: String,
    /// What it is in the call: `price`, `number`, `condition`; empty without a call.
    pub unit: String,
    /// Between which bounds it lies in the call, as `0..100`; empty where that is not known.
    pub range: String,
    /// Bars after which the call has forgotten its first values to 1e-9, where it remembers any.
    pub settling: Option<Settling>,
}

/// How long a recurrence remembers its first value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settling {
    /// So many bars.
    Bars(usize),
    /// For good.
    Never,
}

/// A regime, router, risk table, portfolio, screen, enum or test.
#[derive(Debug)]
pub struct OtherDoc {
    /// The word that it begins with.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Its documentation.
    pub doc: String,
    /// Its source, without the indentation that all lines share.
    pub source: String,
}

/// The pages of the library.
pub fn library() -> Vec<Page> {
    let mut map = SourceMap::new();
    let found = sema::reference(&mut map, &Disk, &LIBRARY, None);
    pages(found, &map, &[], None)
}

/// The page of a file (its name as shown, and its text).
pub fn file(name: &str, text: &str) -> Vec<Page> {
    // Both take the library's files first and then this one, so that a place in the units is the
    // same place in the trees.
    let mut map = SourceMap::new();
    let found = sema::reference(&mut map, &Disk, &LIBRARY, Some((name, text)));
    let checked = sema::check_source(&mut SourceMap::new(), &Disk, &LIBRARY, name, text);
    pages(found, &map, &checked.units, Some((name, text)))
}

fn pages(
    found: Reference,
    map: &SourceMap,
    units: &[Unit],
    beside: Option<(&str, &str)>,
) -> Vec<Page> {
    let mut pages = Vec::with_capacity(found.files.len());
    for (name, functions) in found.files {
        let text = map.iter().find(|(_, file)| file.name == name);
        let about = text.map_or_else(String::new, |(_, file)| head(&file.text));
        let functions = functions
            .iter()
            .map(|info| function(info, map, beside))
            .collect();
        pages.push(Page {
            text: beside.map(|(_, text)| text.to_owned()),
            file: name,
            about,
            functions,
            strategies: Vec::new(),
            others: Vec::new(),
        });
    }
    for item in &found.items {
        let file = map.find(item.span.file);
        let page = pages
            .iter_mut()
            .find(|page| file.is_some_and(|file| file.name == page.file));
        let Some(page) = page else { continue };
        match &item.kind {
            ItemKind::Strategy(declared) => {
                let unit = units.iter().find(|unit| unit.name == declared.name.name);
                page.strategies.push(strategy(item, declared, unit, map));
            }
            _ => page.others.extend(other(item, map)),
        }
    }
    pages
}

/// The `//` comment at the top of a file, on one line.
fn head(text: &str) -> String {
    let lines = text
        .lines()
        .take_while(|line| line.starts_with("//") && !line.starts_with("///"));
    let words: Vec<&str> = lines
        .map(|line| line.trim_start_matches('/').trim())
        .collect();
    words.join(" ")
}

fn function(info: &FunctionInfo, map: &SourceMap, beside: Option<(&str, &str)>) -> FunctionDoc {
    let item = &info.item;
    let params: Vec<String> = item
        .params
        .iter()
        .map(|param| {
            let ty = (param.ty.as_ref()).map_or_else(String::new, |ty| format!(": {}", ty.name));
            let default = param.default.as_ref().map_or_else(String::new, |e| {
                format!(" = {}", one_line(map.slice(e.span)))
            });
            format!("{}{ty}{default}", param.name.name)
        })
        .collect();
    let names: Vec<String> = item.params.iter().map(|p| p.name.name.clone()).collect();
    let doc = info.doc.clone().unwrap_or_default();
    let call =
        (info.unit.as_ref()).and_then(|_| call(item, first_example(&doc).as_ref(), map, beside));
    let shown = (call.as_ref()).map_or_else(Vec::new, |call| in_call(&call.unit));
    let outputs = info.unit.as_ref().map_or_else(Vec::new, |unit| {
        let outputs = unit.outputs.iter().enumerate();
        outputs
            .map(|(at, (name, id))| {
                let shown = shown.get(at).cloned().unwrap_or_default();
                OutputDoc {
                    name: name.clone(),
                    lookback: lookback(look_formula(unit, unit.node(*id).look, &names), &shown),
                    unit: shown.unit,
                    range: shown.range,
                    settling: shown.settling,
                }
            })
            .collect()
    });
    FunctionDoc {
        name: item.name.name.clone(),
        signature: format!("{}({})", item.name.name, params.join(", ")),
        doc,
        outputs,
        call,
        source: map.slice(info.span).to_owned(),
    }
}

/// Longest formula of a lookback that is shown, in bytes; beyond, nobody reads it.
const LONGEST: usize = 96;

/// The formula, or the number of the call where the formula says nothing: which average a
/// parameter chooses, say.
fn lookback(formula: String, shown: &Shown) -> String {
    match shown.lookback {
        Some(bars) if formula.len() > LONGEST || formula.contains('…') => bars.to_string(),
        _ => formula,
    }
}

/// What is known of an output of the call.
#[derive(Debug, Clone, Default)]
struct Shown {
    lookback: Option<usize>,
    unit: String,
    range: String,
    settling: Option<Settling>,
}

fn in_call(unit: &Unit) -> Vec<Shown> {
    let one = |output: &(String, NodeId)| {
        let node = unit.node(output.1);
        let is_number = node.ty != Ty::Bool;
        let word = match (is_number, node.dimension.is_known()) {
            (false, _) => "condition".to_owned(),
            (true, true) => node.dimension.text(),
            (true, false) => "number".to_owned(),
        };
        let range = match node.range.is_any() {
            false if is_number => node.range.text(),
            _ => String::new(),
        };
        let (lookback, settling) = memory(unit, output).unzip();
        Shown {
            lookback,
            unit: word,
            range,
            settling: settling.flatten(),
        }
    };
    unit.outputs.iter().map(one).collect()
}

/// The lookback of an output, and the settling of one that stands on recurrences.
fn memory(unit: &Unit, output: &(String, NodeId)) -> Option<(usize, Option<Settling>)> {
    let mut alone = unit.clone();
    alone.outputs = vec![output.clone()];
    let program = strat_compiler::compile(&alone, Executor::Interp).ok()?;
    let resolved = program.resolve(&[]).ok()?;
    let settling = match resolved.settle {
        None => Some(Settling::Never),
        Some(bars) if bars > resolved.lookback => Some(Settling::Bars(bars)),
        Some(_) => None,
    };
    Some((resolved.lookback, settling))
}

fn other(item: &Item, map: &SourceMap) -> Option<OtherDoc> {
    let kind = match &item.kind {
        ItemKind::Regime(_) => "regime",
        ItemKind::Router(_) => "router",
        ItemKind::Risk(_) => "risk",
        ItemKind::Portfolio(_) => "portfolio",
        ItemKind::Screen(_) => "screen",
        ItemKind::Enum(_) => "enum",
        ItemKind::Fn(_)
        | ItemKind::Strategy(_)
        | ItemKind::Use(_)
        | ItemKind::Edition(..)
        | ItemKind::Test(_) => return None,
    };
    Some(OtherDoc {
        kind,
        name: item.kind.name().map(|n| n.name.clone()).unwrap_or_default(),
        doc: item.doc.clone().unwrap_or_default(),
        source: map.slice(item.span).to_owned(),
    })
}
