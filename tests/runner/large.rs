//! A large file of the usual mix, made by rule: functions with recurrences and states, and
//! strategies with parameters, series, several entries and exits.

use std::fmt::Write as _;

/// At least `lines` lines that check without a report.
#[must_use]
pub fn file(lines: usize) -> String {
    let mut text = String::from("// Made by rule for measurements.\n");
    let mut number = 0;
    while text.lines().count() < lines {
        functions(&mut text, number);
        strategy(&mut text, number);
        number += 1;
    }
    text
}

fn functions(text: &mut String, n: usize) {
    // Writing to a String cannot fail.
    let _ = write!(
        text,
        "
/// An average that follows `x` faster where its changes go one way.
fn adaptive_{n}(x: series = close, length: bars = {length}) {{
    let change = abs(x - x[length])
    let path = window_sum(abs(x - x[1]), length)
    let efficiency = if path == 0 then 0 else change / path
    let weight = pow(efficiency * (2 / 3 - 2 / 31) + 2 / 31, 2)
    rec y = x then y[1] + weight * (x - y[1])
    return y
}}

/// Bands of {n} around a middle that looks at the range of each bar.
/// Outputs: `upper`, `mid`, `lower`, `place`.
fn channel_{n}(length: bars = 20, mult = {mult}) {{
    let mid = (highest(high, length) + lowest(low, length)) / 2
    let reach = mult * atr(length)
    let upper = mid + reach
    let lower = mid - reach
    let place = if upper == lower then na else (close - lower) / (upper - lower)
    return {{ upper, mid, lower, place }}
}}

/// A stop line that turns when a close goes through it.
fn turning_{n}(length: bars = {length}, mult = 3.0) {{
    let reach = mult * atr(length)
    let middle = (high + low) / 2
    state from bar 1 {{ up = true  line = middle }} then {{
        let below = middle - reach
        let above = middle + reach
        up = if close > line[1] then true else if close < line[1] then false else up[1]
        line = if up and up[1] then max(below, line[1])
            else if up then below
            else if up[1] then above
            else min(above, line[1])
    }}
    return {{ up, line }}
}}
",
        length = 8 + n % 20,
        mult = f64::from(u32::try_from(n % 6).unwrap_or(0)) * 0.5 + 0.5,
    );
}

fn strategy(text: &mut String, n: usize) {
    let _ = write!(
        text,
        "
/// Pullbacks {n} inside an established trend, and breakouts out of a narrow channel.
strategy Pullback{n} {{
    timeframe 1h
    param quick: bars = 20 in 5..50 step 5
    param calm: bars = 100 in [50, 100, 200]
    param length: bars = {length} in 7..40
    param mult = 2.0 in 1.0..3.0 step 0.5
    param oversold = 35 in 20..45
    param overbought = 75 in 60..90
    require quick < calm

    let fast = ema(close, quick)
    let slow = ema(close, calm)
    let own = adaptive_{n}(close, length)
    let momentum = rsi(close, 14)
    let strength = adx(14)
    let trend = macd(close, 12, 26, 9)
    let bands = bollinger(close, length, mult)
    let edge = channel_{n}(length, mult)
    let line = turning_{n}(length)
    let noise = stdev(returns(close), length) // per bar
    let active = volume_ratio(length)
    rec best = close then max(close, best[1] * 99.5%)

    enter long \"pullback\" when all {{
        close > fast > slow // uptrend
        momentum < oversold
        active > 0.8
        trend.hist > 0 or trend.hist > trend.hist[1]
        close < bands.upper * 98%
        line.up
    }}
    enter long \"breakout\" when all {{
        close crosses above edge.upper[1]
        strength > 20
        any {{
            noise < 2%
            edge.place > 0.9
            own > own[1] > own[2]
        }}
    }}

    exit \"overbought\" when momentum > overbought and close < best
    exit \"breakdown\" when close < fast and close[1] >= fast[1]
    exit \"turned\" when close crosses below line.line
    exit \"wide\" when bands.width > 0.2 and (trend.hist else 0) < 0
    stop {stop}%
}}
",
        length = 14 + n % 20,
        stop = 2 + n % 5,
    );
}
