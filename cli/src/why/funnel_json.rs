//! A funnel as JSON.

use serde_json::{Value, json};
use strat_market::format_time;
use strat_report::json::number;

use super::bar_json::{statement, words};
use super::funnel::Funnel;
use super::funnel_text::Counted;

/// A statement's funnel over all symbols, and over each.
pub fn funnel(counted: &Counted<'_>) -> Value {
    let mut value = statement(counted.statement);
    let conditions: Vec<Value> = counted.statement.conditions.iter().map(words).collect();
    let pairs: Vec<Value> = counted
        .total
        .excluding()
        .iter()
        .map(|pair| {
            json!({
                "first": pair.first,
                "second": pair.second,
                "common": pair.common,
                "expected": number(pair.expected),
                "ratio": number(pair.ratio()),
            })
        })
        .collect();
    let symbols: Vec<Value> = counted
        .symbols
        .iter()
        .map(|(name, funnel)| {
            let mut value = counts(funnel);
            if let Value::Object(all) = &mut value {
                all.insert("symbol".to_owned(), name.as_str().into());
            }
            value
        })
        .collect();
    let more = json!({
        "lookback": counted.lookback,
        "conditions": conditions,
        "excluding_pairs": pairs,
        "total": counts(&counted.total),
        "symbols": symbols,
    });
    if let (Value::Object(all), Value::Object(more)) = (&mut value, more) {
        all.extend(more);
    }
    value
}

fn counts(funnel: &Funnel) -> Value {
    let times: Vec<String> = funnel.first.iter().map(|time| format_time(*time)).collect();
    json!({
        "bars": funnel.bars,
        "past_warm_up": funnel.warm,
        "left": funnel.left,
        "alone": funnel.alone,
        "without": funnel.without,
        "na": funnel.unknown,
        "passing": funnel.through(),
        "first_passing": times,
    })
}
