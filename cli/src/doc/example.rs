//! A call that shows how a function is used: made of its defaults and of what its parameters are
//! called, and kept only where it compiles.

use strat_lang::hir::Unit;
use strat_lang::sema;
use strat_lang::source::SourceMap;
use strat_lang::syntax::ast::{ExprKind, FnItem, FnParam};

use crate::sources::{Disk, LIBRARY};
use crate::why::words::one_line;

/// The call and its unit; `beside` is the file (name and text) that declares the function, where
/// that is not the library.
pub fn example(
    item: &FnItem,
    map: &SourceMap,
    beside: Option<(&str, &str)>,
) -> Option<(String, Unit)> {
    // A parameter without a type may be a number or a series.
    let attempts = ["2", "close", "0.5"];
    attempts.into_iter().find_map(|untyped| {
        let call = call(item, map, untyped);
        let mut own = SourceMap::new();
        let checked = sema::check_expr(&mut own, &Disk, &LIBRARY, &call, beside);
        let unit = checked.units.into_iter().next()?;
        Some((call, unit))
    })
}

fn call(item: &FnItem, map: &SourceMap, untyped: &str) -> String {
    // What comes after the last parameter that must be given, and is no plain value, is left out.
    let must = item.params.iter().rposition(|p| p.default.is_none());
    let shown = |at: usize, param: &FnParam| must.is_some_and(|must| at <= must) || is_plain(param);
    let mut args = Vec::new();
    for (at, param) in item.params.iter().enumerate() {
        if !shown(at, param) {
            break;
        }
        args.push(argument(param, map, untyped));
    }
    format!("{}({})", item.name.name, args.join(", "))
}

/// Whether a default can be shown as an argument: it reads no other parameter.
fn is_plain(param: &FnParam) -> bool {
    let Some(default) = &param.default else {
        return false;
    };
    match &default.kind {
        ExprKind::Number(_) => true,
        ExprKind::Name(name) => ["open", "high", "low", "close", "volume"].contains(&name.as_str()),
        _ => false,
    }
}

fn argument(param: &FnParam, map: &SourceMap, untyped: &str) -> String {
    if let Some(default) = &param.default {
        return one_line(map.slice(default.span));
    }
    let ty = param.ty.as_ref().map(|ty| ty.name.as_str());
    let text = match (ty, param.name.name.as_str()) {
        (Some("bars"), _) => "20",
        (Some("series" | "price"), _) => "close",
        (Some("condition"), _) => "close > open",
        (Some("ratio"), _) => "2%",
        (Some("qty" | "number"), _) => "2",
        (_, "x" | "a" | "source" | "real" | "value") => "close",
        (_, "y" | "b") => "volume",
        _ => untyped,
    };
    text.to_owned()
}
