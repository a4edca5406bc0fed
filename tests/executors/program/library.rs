//! The functions of the library, read from its sources: a function that is added is tested.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use strat_lang::diag::Sink;
use strat_lang::hir;
use strat_lang::sema::check_expr;
use strat_lang::source::{MemoryWorld, SourceMap};
use strat_lang::syntax::ast::{ExprKind, FnItem, ItemKind};
use strat_lang::syntax::parse;
use strat_tests::{LIBRARY, check_expression, unit};

use super::{Takes, Ty};

/// A parameter of a function, by the name it is given by.
#[derive(Debug, Clone)]
pub struct Parameter {
    pub name: String,
    pub takes: Takes,
    pub default: bool,
    /// What a choice may be.
    pub choices: Vec<String>,
}

/// A function of the library.
#[derive(Debug, Clone)]
pub struct LibraryFn {
    pub name: String,
    /// The file of the library that it stands in.
    pub file: &'static str,
    pub params: Vec<Parameter>,
    /// The outputs of a record that are of the type; empty for one value.
    pub fields: Vec<String>,
    /// Whether it has to know how long a bar is.
    pub hourly: bool,
    /// How many outputs there are.
    pub outputs: usize,
    /// What it gives.
    pub ty: Ty,
}

impl LibraryFn {
    /// A call with usual arguments: the defaults where there are any, but for what is measured.
    pub fn call(&self) -> String {
        self.call_with(None)
    }

    /// A call whose first number of bars is this; nothing where it takes none.
    pub fn call_of_length(&self, length: &str) -> Option<String> {
        let takes_bars = self.params.iter().any(|p| p.takes == Takes::Bars);
        takes_bars.then(|| self.call_with(Some(length)))
    }

    fn call_with(&self, length: Option<&str>) -> String {
        let first = self.params.iter().position(|p| p.takes == Takes::Bars);
        let given = length.and(first);
        let mut lengths = ["5", "9", "14", "3"].into_iter().cycle();
        // Where there are several, their units have to meet.
        let several = self
            .params
            .iter()
            .filter(|p| p.takes == Takes::Series)
            .count()
            > 1;
        let close = if several { "unitless(close)" } else { "close" };
        let mut series = [close, "unitless(high)", "unitless(volume)"]
            .into_iter()
            .cycle();
        let args: Vec<String> = self
            .params
            .iter()
            .enumerate()
            .filter(|(i, p)| {
                !p.default || p.takes == Takes::Series || p.name == "length" || given == Some(*i)
            })
            .map(|(i, p)| {
                let value = match p.takes {
                    Takes::Bars if given == Some(i) => length.unwrap_or("5"),
                    Takes::Series => series.next().unwrap_or(close),
                    Takes::Condition => "close > open",
                    Takes::Bars => lengths.next().unwrap_or("5"),
                    Takes::Number => "0.5",
                    Takes::Choice => p.choices.first().map_or("", |c| c.as_str()),
                };
                format!("{}: {value}", p.name)
            })
            .collect();
        format!("{}({})", self.name, args.join(", "))
    }
}

/// All of them, in the order of the sources.
pub static FUNCTIONS: LazyLock<Vec<LibraryFn>> = LazyLock::new(|| {
    let mut map = SourceMap::default();
    let (mut functions, mut enums) = (Vec::new(), BTreeMap::new());
    for (name, text) in strat_stdlib::FILES {
        let mut sink = Sink::new();
        let id = map.add((*name).to_owned(), (*text).to_owned());
        let file = parse(id, text, &mut sink);
        assert!(!sink.has_errors(), "{name} does not parse");
        for item in file.items {
            match item.kind {
                ItemKind::Fn(f) => functions.push((*name, f)),
                ItemKind::Enum(e) => {
                    let of =
                        |v: &strat_lang::syntax::ast::Ident| format!("{}.{}", e.name.name, v.name);
                    enums.insert(e.name.name.clone(), e.values.iter().map(of).collect());
                }
                _ => {}
            }
        }
    }
    let describe = |(file, f): &(&'static str, FnItem)| describe(file, f, &enums);
    functions.iter().map(describe).collect()
});

fn describe(file: &'static str, f: &FnItem, enums: &BTreeMap<String, Vec<String>>) -> LibraryFn {
    let params = f.params.iter().enumerate().map(|(i, p)| {
        let ty = p.ty.as_ref().map(|ty| ty.name.as_str());
        let choices = ty.and_then(|ty| enums.get(ty)).cloned();
        let is_number = matches!(&p.default, Some(e) if matches!(e.kind, ExprKind::Number(..)));
        let takes = match ty {
            _ if choices.is_some() => Takes::Choice,
            Some("series") => Takes::Series,
            Some("bars") => Takes::Bars,
            Some("condition") => Takes::Condition,
            // `x` is what the function is about, others are factors.
            None if !is_number && (i == 0 || p.name.name == "x") => Takes::Series,
            _ => Takes::Number,
        };
        Parameter {
            name: p.name.name.clone(),
            takes,
            default: p.default.is_some(),
            choices: choices.unwrap_or_default(),
        }
    });
    let mut described = LibraryFn {
        name: f.name.name.clone(),
        file,
        params: params.collect(),
        fields: Vec::new(),
        hourly: false,
        outputs: 1,
        ty: Ty::Number,
    };
    // What it gives, the language says.
    let text = described.call();
    let (mut map, world) = (SourceMap::default(), MemoryWorld::new());
    described.hourly = check_expr(&mut map, &world, &LIBRARY, &text, None).has_errors();
    let unit = unit(check_expression(&text), &text);
    let is_condition = |id: hir::NodeId| unit.node(id).ty == hir::Ty::Bool;
    described.outputs = unit.outputs.len();
    if unit.outputs.iter().all(|(_, id)| is_condition(*id)) {
        described.ty = Ty::Condition;
    }
    if unit.outputs.len() > 1
        || unit
            .outputs
            .first()
            .is_some_and(|(name, _)| name != "value")
    {
        let of_type = unit
            .outputs
            .iter()
            .filter(|(_, id)| is_condition(*id) == (described.ty == Ty::Condition));
        described.fields = of_type.map(|(name, _)| name.clone()).collect();
    }
    described
}
