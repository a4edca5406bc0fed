//! One bar as JSON: exact values, na as null.

use serde_json::{Value, json};
use strat_lang::hir::Side;
use strat_market::format_time;
use strat_report::json::number;

use super::bar::{Gate, Told, ToldCondition, ToldOperand};
use super::outline::{Condition, Joint, Statement, What};
use super::trades::OpenTrade;

/// What a statement is: `enter` or `exit`, side, tag, line.
pub fn statement(statement: &Statement) -> Value {
    let side = match (statement.what, statement.side) {
        (What::Exit, _) => Value::Null,
        (What::Enter, Side::Long) => "long".into(),
        (What::Enter, Side::Short) => "short".into(),
    };
    json!({
        "kind": match statement.what {
            What::Enter => "enter",
            What::Exit => "exit",
        },
        "side": side,
        "tag": statement.tag,
        "line": statement.line,
    })
}

/// The trade that is open.
pub fn trade(open: &OpenTrade) -> Value {
    json!({
        "since": format_time(open.since),
        "bars": open.bars,
        "entry_price": number(open.price),
        "quantity": number(open.quantity),
        "mark": number(open.mark),
        "entry_tag": open.tag,
    })
}

/// A statement with its conditions.
pub fn told(told: &Told<'_>) -> Value {
    let mut value = statement(told.statement);
    let (gate, why) = match &told.gate {
        None => (Value::Null, Value::Null),
        Some(Gate::WarmUp(_)) => ("warm-up".into(), Value::Null),
        Some(Gate::Excluded(text)) => ("require".into(), text.as_str().into()),
    };
    let missing: Vec<&str> = told
        .missing()
        .iter()
        .map(|c| c.condition.text.as_str())
        .collect();
    let more = json!({
        "decides": told.decides(),
        "holds": told.holds,
        "gate": gate,
        "require": why,
        "lookback": told.lookback,
        "missing": missing,
        "conditions": told.conditions.iter().map(condition).collect::<Vec<_>>(),
    });
    if let (Value::Object(all), Value::Object(more)) = (&mut value, more) {
        all.extend(more);
    }
    value
}

/// Words and place of a condition.
pub fn words(condition: &Condition) -> Value {
    json!({ "text": condition.text, "line": condition.line })
}

fn condition(told: &ToldCondition<'_>) -> Value {
    let joint = match told.condition.joint {
        Joint::None => Value::Null,
        Joint::All => "all".into(),
        Joint::Any => "any".into(),
        Joint::Not => "not".into(),
        Joint::Name => "name".into(),
    };
    json!({
        "text": told.condition.text,
        "line": told.condition.line,
        "holds": told.holds,
        "reads_trade": told.condition.of_trade,
        "operands": told.operands.iter().map(operand).collect::<Vec<_>>(),
        "joint": joint,
        "parts": told.parts.iter().map(condition).collect::<Vec<_>>(),
    })
}

fn operand(told: &ToldOperand<'_>) -> Value {
    let mut value = json!({
        "text": told.operand.text,
        "value": number(told.value),
    });
    if let (Some(before), Value::Object(all)) = (told.before, &mut value) {
        all.insert("before".to_owned(), number(before));
    }
    value
}
