//! The functions of the library, read from its sources: a function that is added is tested.

use std::sync::LazyLock;

use strat_lang::diag::Sink;
use strat_lang::source::SourceMap;
use strat_lang::syntax::ast::{ExprKind, FnItem, ItemKind, StmtKind};
use strat_lang::syntax::parse;

use super::{Takes, Ty};

/// A parameter of a function, by the name it is given by.
#[derive(Debug, Clone)]
pub struct Parameter {
    pub name: String,
    pub takes: Takes,
    pub default: bool,
}

/// A function of the library.
#[derive(Debug, Clone)]
pub struct LibraryFn {
    pub name: String,
    pub params: Vec<Parameter>,
    /// The outputs of a record; empty for one value.
    pub fields: Vec<String>,
    /// What the one value is.
    pub ty: Ty,
}

/// All of them, in the order of the sources.
pub static FUNCTIONS: LazyLock<Vec<LibraryFn>> = LazyLock::new(|| {
    let mut map = SourceMap::default();
    let mut all = Vec::new();
    for (name, text) in strat_stdlib::FILES {
        let mut sink = Sink::new();
        let id = map.add((*name).to_owned(), (*text).to_owned());
        let file = parse(id, text, &mut sink);
        assert!(!sink.has_errors(), "{name} does not parse");
        for item in &file.items {
            if let ItemKind::Fn(f) = &item.kind {
                all.push(describe(f));
            }
        }
    }
    all
});

fn describe(f: &FnItem) -> LibraryFn {
    let params = f.params.iter().enumerate().map(|(i, p)| Parameter {
        name: p.name.name.clone(),
        takes: match p.ty.as_ref().map(|ty| ty.name.as_str()) {
            Some("series") => Takes::Series,
            Some("bars") => Takes::Bars,
            Some("condition") => Takes::Condition,
            // `x` is what the function is about, others are factors.
            _ if i == 0 || p.name.name == "x" => Takes::Series,
            _ => Takes::Number,
        },
        default: p.default.is_some(),
    });
    let fields = f.body.iter().find_map(|stmt| match &stmt.kind {
        StmtKind::Return(value) => match &value.kind {
            ExprKind::Record(fields) => Some(fields.iter().map(|(n, _)| n.name.clone()).collect()),
            _ => None,
        },
        _ => None,
    });
    let is_condition = f.body.iter().any(|stmt| match &stmt.kind {
        StmtKind::Return(value) => matches!(
            value.kind,
            ExprKind::Compare { .. }
                | ExprKind::Cross { .. }
                | ExprKind::IsNa { .. }
                | ExprKind::Not { .. }
                | ExprKind::And(_)
                | ExprKind::Or(_)
                | ExprKind::List { .. }
                | ExprKind::Between { .. }
        ),
        _ => false,
    });
    LibraryFn {
        ty: if is_condition {
            Ty::Condition
        } else {
            Ty::Number
        },
        name: f.name.name.clone(),
        params: params.collect(),
        fields: fields.unwrap_or_default(),
    }
}
