//! What names of other tools are called here.

use super::Checker;
use crate::syntax::ast::Arg;

/// What to write for a value of another tool.
pub(super) fn name(name: &str) -> Option<&'static str> {
    Some(match name {
        "nan" | "NaN" | "NAN" | "NA" | "None" | "none" | "null" | "nil" => {
            "a missing value is `na`"
        }
        "True" | "TRUE" => "write `true`",
        "False" | "FALSE" => "write `false`",
        "hl2" => "write `(high + low) / 2`",
        "hlc3" | "typical_price" => "write `(high + low + close) / 3`",
        "ohlc4" => "write `(open + high + low + close) / 4`",
        "vol" => "the traded volume is `volume`",
        "tr" => "the true range is `true_range()`",
        "hour" | "minute" | "hour_of_day" => "a session is a condition: `within 09:30..16:00 utc`",
        "dayofweek" | "day_of_week" | "weekday" => {
            "days of the week are known to schedules: `x every week on monday`"
        }
        "pnl" | "current_profit" | "open_profit" | "unrealized_pnl" => {
            "the profit of the open trade is `profit`, a share of its entry price"
        }
        "bars_in_trade" | "bars_since_entry" | "trade_duration" => {
            "the age of the open trade is `held_bars`, or `held` as a duration"
        }
        "position_size" | "in_position" => "what is held is `position`, 0 without a trade",
        "self" | "ctx" | "this" => "names stand alone: `self.x` is written `x`",
        "df" | "dataframe" | "data" | "candle" => {
            "a column is written by its name: `close`, `close[1]`"
        }
        _ => return None,
    })
}

/// `one bar ago`, `5 bars ago`.
pub(super) fn bars_ago(n: &str) -> String {
    match n {
        "1" => "one bar ago".to_owned(),
        _ => format!("{n} bars ago"),
    }
}

/// Whether a name that is bound to nothing is what other tools write before each value.
pub(super) fn is_prefix(name: &str) -> bool {
    matches!(
        name,
        "self" | "ctx" | "this" | "df" | "dataframe" | "data" | "candle" | "ta" | "params"
    )
}

/// What to write for a function of another tool, with the arguments of the call where they can be
/// repeated.
pub(super) fn function(checker: &Checker<'_, '_>, name: &str, args: &[Arg]) -> Option<String> {
    let arg = |i: usize, otherwise: &'static str| {
        args.get(i).map_or(otherwise, |arg| {
            checker.operand_words(&arg.value, otherwise)
        })
    };
    let term = |i: usize, otherwise: &'static str| {
        args.get(i)
            .map_or(otherwise, |arg| checker.term_words(&arg.value, otherwise))
    };
    Some(match name {
        "crossover" | "cross_above" | "crossed_above" | "crosses_above" => {
            format!("write `{} crosses above {}`", term(0, "a"), term(1, "b"))
        }
        "crossunder" | "cross_below" | "crossed_below" | "crosses_below" => {
            format!("write `{} crosses below {}`", term(0, "a"), term(1, "b"))
        }
        "shift" | "ref" | "delay" | "lag" => {
            let (x, n) = (arg(0, "x"), arg(1, "n"));
            format!("write `{x}[{n}]` for the value {}", bars_ago(n))
        }
        "nz" | "fillna" => format!("write `{} else 0`", arg(0, "x")),
        "isna" | "isnan" | "is_na" | "na" => format!("write `{} is na`", term(0, "x")),
        "iff" | "where" | "ifelse" => "write `if condition then a else b`".to_owned(),
        "input" | "input_int" | "input_float" => format!(
            "a default is written as it is, with a domain for grids: `param name = {} in 5..50`",
            arg(0, "14")
        ),
        "log" => "the natural logarithm is `ln(x)`".to_owned(),
        "std" | "stddev" => "the standard deviation of a window is `stdev(x, n)`".to_owned(),
        "mean" | "average" | "ma" => "the mean of a window is `sma(x, n)`".to_owned(),
        "rma" | "smma" => "Wilder's smoothing is `wilder(x, n)`".to_owned(),
        "bb" | "bbands" | "BBANDS" | "boll" => {
            "Bollinger bands are `bollinger(x, n, mult)`".to_owned()
        }
        _ => return None,
    })
}
