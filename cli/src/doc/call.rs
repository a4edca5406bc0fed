//! A call that shows how a function is used: made of its defaults and of what its parameters are
//! called, else the one of its documentation, and kept only where it compiles.

use strat_lang::hir::Unit;
use strat_lang::sema;
use strat_lang::source::SourceMap;
use strat_lang::syntax::ast::{ExprKind, FnItem, FnParam};
use strat_market::Timeframe;

use crate::sources::{Disk, LIBRARY};
use crate::why::words::one_line;
use strat_lang::example::Example;

/// A call that compiles.
#[derive(Debug)]
pub struct Call {
    /// As it is written.
    pub text: String,
    /// On bars of which length.
    pub timeframe: Timeframe,
    /// What it computes.
    pub unit: Unit,
}

/// The lengths of bars that a call is tried on: what joins bars to longer ones needs shorter ones.
pub const TIMEFRAMES: [Timeframe; 2] = [Timeframe::H4, Timeframe::H1];

/// The call; `beside` is the file (name and text) that declares the function, where that is not
/// the library.
pub fn call(
    item: &FnItem,
    documented: Option<&Example>,
    map: &SourceMap,
    beside: Option<(&str, &str)>,
) -> Option<Call> {
    let documented = documented.and_then(|example| of_example(item, example));
    let mut attempts = Vec::new();
    if item.params.iter().all(|param| usual(param).is_some()) {
        attempts.push(usual_call(item, map));
    }
    attempts.extend(documented);
    // A parameter without a type may be a number or a series.
    attempts.extend(["2", "close", "0.5"].map(|untyped| written(item, map, untyped)));
    attempts.into_iter().find_map(|text| {
        TIMEFRAMES.into_iter().find_map(|timeframe| {
            let unit = unit(&text, timeframe, beside)?;
            Some(Call {
                text: text.clone(),
                timeframe,
                unit,
            })
        })
    })
}

/// What an expression computes on bars of this length, where it compiles.
pub fn unit(text: &str, timeframe: Timeframe, beside: Option<(&str, &str)>) -> Option<Unit> {
    let mut own = SourceMap::new();
    let seconds = timeframe.seconds() as f64;
    let checked = sema::check_expr_on(&mut own, &Disk, &LIBRARY, text, beside, Some(seconds));
    checked.units.into_iter().next()
}

/// The call of the function that its documentation shows, without the field that is taken of it.
fn of_example(item: &FnItem, example: &Example) -> Option<String> {
    let inside = example
        .expression
        .strip_prefix(&item.name.name)?
        .strip_prefix('(')?;
    let mut depth = 1usize;
    let end = inside.find(|c| {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        depth == 0
    })?;
    let inside = inside.get(..end)?;
    Some(format!("{}({inside})", item.name.name))
}

/// A call of plain values that everyone knows.
fn usual_call(item: &FnItem, map: &SourceMap) -> String {
    let angles = ["ta_sin", "ta_cos", "ta_tan", "degrees"];
    let shares = [
        "ta_acos", "ta_asin", "ta_atan", "ta_cosh", "ta_exp", "ta_sinh", "ta_tanh",
    ];
    match item.name.name.as_str() {
        // A price is no angle, and too much for an exponential.
        name if angles.contains(&name) => format!("{name}(bar_index / 10)"),
        name if shares.contains(&name) => format!("{name}(roc(close, 20) / 100)"),
        // No bar of the sample leaves the last one's band of three ranges.
        "supertrend" => "supertrend(10, 1.0)".to_owned(),
        _ => written(item, map, "close"),
    }
}

fn written(item: &FnItem, map: &SourceMap, untyped: &str) -> String {
    // What comes after the last parameter that must be given, and is no plain value, is left out.
    let must = item.params.iter().rposition(|p| p.default.is_none());
    let shown = |at: usize, param: &FnParam| must.is_some_and(|must| at <= must) || is_plain(param);
    let mut args: Vec<String> = Vec::new();
    for (at, param) in item.params.iter().enumerate() {
        if !shown(at, param) {
            break;
        }
        let mut text = match &param.default {
            Some(default) => one_line(map.slice(default.span)),
            None => usual(param).unwrap_or(untyped).to_owned(),
        };
        // A series beside the close is that of another market.
        let is_other = param.default.is_none() && text == "close";
        if is_other && args.iter().any(|arg| arg == "close") {
            text = OTHER.to_owned();
        }
        args.push(text);
    }
    format!("{}({})", item.name.name, args.join(", "))
}

/// The close of the second symbol of the sample.
const OTHER: &str = "close of \"ETH/USDT\"";

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

/// What one gives a parameter, where its type or its name says so.
fn usual(param: &FnParam) -> Option<&'static str> {
    let ty = param.ty.as_ref().map(|ty| ty.name.as_str());
    Some(match (ty, param.name.name.as_str()) {
        _ if param.default.is_some() => "",
        (Some("bars"), _) => "20",
        (Some("series"), _) => "close",
        (Some("price"), name) if name.contains("level") => "sma(close, 20)",
        (Some("price"), _) => "close",
        (Some("condition"), _) => "close > highest(close, 20)[1]",
        (Some("ratio"), _) => "2%",
        (_, "x" | "source" | "real" | "value") => "close",
        _ => return None,
    })
}
