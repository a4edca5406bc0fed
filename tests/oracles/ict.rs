//! Order blocks, gaps and pools against the specification's detections. Each of ours stands on the
//! bar from which it is known.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;
use strat_compiler::{Executor, compile};
use strat_engine::columns;
use strat_market::Bars;
use strat_tests::{check_expression_in, shared_or_skip, unit};

use crate::specification::{evaluate, spec_bars};

/// The bars that the detections are of, and the detections.
fn detections(shared: &Path, test: &str) -> Option<(Bars, Value)> {
    let bars = spec_bars(shared, test)?;
    let text = std::fs::read_to_string(shared.join("spec/oracle/ict.json")).expect("the table");
    let table: Value = serde_json::from_str(&text).expect("JSON");
    let ends = [0, 1].map(|i| index(&table["slice"][i]));
    Some((bars.slice(ends[0]..ends[1]), table))
}

fn index(x: &Value) -> usize {
    usize::try_from(x.as_u64().expect("an index")).expect("an index")
}

fn number(x: &Value) -> f64 {
    x.as_f64().expect("a number")
}

fn rows<'v>(table: &'v Value, name: &str) -> &'v Vec<Value> {
    table[name].as_array().expect("detections")
}

/// Bars on which a condition is true.
fn bars_of(expr: &str, bars: &Bars) -> Vec<usize> {
    let values = evaluate(&format!("num({expr})"), bars);
    (0..bars.len()).filter(|&t| values[t] == 1.0).collect()
}

/// A block is known three bars after it stood; there ours has the same numbers.
#[test]
fn order_blocks_are_met_where_they_are_confirmed() {
    let Some(shared) = shared_or_skip("order_blocks") else {
        return;
    };
    let Some((bars, table)) = detections(&shared, "blocks") else {
        return;
    };
    let blocks = rows(&table, "order_blocks");
    assert_eq!(blocks.len(), 23);
    for side in ["bullish", "bearish"] {
        let theirs: Vec<usize> = (blocks.iter())
            .filter(|b| b["type"] == side)
            .map(|b| index(&b["start_idx"]) + 3)
            .collect();
        assert_eq!(bars_of(&format!("order_block().{side}"), &bars), theirs);
    }
    for field in ["high", "low", "open", "close", "volume", "strength"] {
        let ours = evaluate(&format!("order_block().{field}"), &bars);
        for block in blocks {
            let (ours, theirs) = (ours[index(&block["start_idx"]) + 3], number(&block[field]));
            assert!(
                (ours - theirs).abs() <= 1e-12 * theirs,
                "{field}: {ours}, theirs {theirs}"
            );
        }
    }
}

/// A gap is known on its third bar: the rule is causal, and ours are the same ones.
#[test]
fn fair_value_gaps_are_met() {
    let Some(shared) = shared_or_skip("fair_value_gaps") else {
        return;
    };
    let Some((bars, table)) = detections(&shared, "gaps") else {
        return;
    };
    let gaps = rows(&table, "fair_value_gaps");
    assert_eq!(gaps.len(), 152);
    for side in ["bullish", "bearish"] {
        let theirs: Vec<usize> = (gaps.iter())
            .filter(|g| g["type"] == side)
            .map(|g| index(&g["candle_idx"]))
            .collect();
        assert_eq!(bars_of(&format!("fair_value_gap().{side}"), &bars), theirs);
    }
    let bottom = evaluate("fair_value_gap().bottom", &bars);
    let top = evaluate("fair_value_gap().top", &bars);
    for gap in gaps {
        let t = index(&gap["candle_idx"]);
        assert_eq!(bottom[t], number(&gap["gap_start"]));
        assert_eq!(top[t], number(&gap["gap_end"]));
    }
}

/// How far each gap is filled on the last bar; a pool has no gap any more that is filled.
#[test]
fn gaps_fill_as_the_specification_says() {
    let Some(shared) = shared_or_skip("gaps_fill") else {
        return;
    };
    let Some((bars, table)) = detections(&shared, "fills") else {
        return;
    };
    let last = bars.len() - 1;
    for side in ["bullish", "bearish"] {
        let gaps: Vec<&Value> = rows(&table, "fair_value_gaps")
            .iter()
            .filter(|g| g["type"] == side)
            .collect();
        let (part, gone) = if side == "bullish" {
            ("top - low", "low <= bottom")
        } else {
            ("high - bottom", "high >= top")
        };
        let mut file = format!(
            "fn fills() {{\nlet found = fair_value_gap()\nzones gap max 256 drop oldest {{\n\
             born when found.{side}\nkeep bottom = found.bottom  top = found.top\n\
             next fill = max(fill[1] else 0, min(1, ({part}) / (top - bottom)))\n\
             dies when {gone}\n}}\nreturn {{\n"
        );
        for (i, gap) in gaps.iter().enumerate() {
            let age = last - index(&gap["candle_idx"]);
            let _ = writeln!(file, "g{i}: (gap where age == {age}).fill,");
        }
        file.push_str("n: count(gap) }\n}\n");
        let program = compile(
            &unit(check_expression_in("fills()", &file), &file),
            Executor::Kernel,
        )
        .expect("code");
        let ours = program.evaluate(&[], columns(&bars));
        let open = gaps.iter().filter(|g| g["filled"] == false).count();
        assert_eq!(ours[gaps.len()][last], open as f64);
        for (gap, fill) in gaps.iter().zip(&ours) {
            let fill = fill[last];
            if gap["filled"] == true {
                assert!(fill.is_nan(), "{gap}");
            } else if index(&gap["candle_idx"]) < last {
                assert!(
                    (100.0 * fill - number(&gap["fill_pct"])).abs() < 1e-9,
                    "{gap}: {fill}"
                );
            }
        }
        // The library's own pool, of all ages, has as many.
        let count = evaluate(&format!("{side}_gaps(0.1%, 1000).count"), &bars);
        assert_eq!(count[last], open as f64);
    }
}

/// The specification looks 50 bars ahead for touches and takes the mean volume of the whole frame.
/// Ours stands five bars after the swing with the touches until then, none of them later than the
/// bar; counted on to 49 bars after the swing they are the specification's.
#[test]
fn liquidity_pools_are_met_where_they_are_confirmed() {
    let Some(shared) = shared_or_skip("liquidity_pools") else {
        return;
    };
    let Some((bars, table)) = detections(&shared, "pools") else {
        return;
    };
    let mean = bars.volume.iter().sum::<f64>() / bars.len() as f64;
    let volume = evaluate("liquidity_swing().volume", &bars);
    for (pools, price, column, found) in [
        ("buy_side", "high", &bars.high, 35),
        ("sell_side", "low", &bars.low, 32),
    ] {
        let level = evaluate(&format!("liquidity_swing().{price}"), &bars);
        let early = evaluate(&format!("liquidity_swing().{price}_touches"), &bars);
        let mut theirs = rows(&table, pools).iter();
        let mut met = 0;
        for t in (0..bars.len()).filter(|&t| !level[t].is_nan() && t + 45 < bars.len()) {
            let swing = t - 5;
            let near = |x: &f64| (x - level[t]).abs() <= level[t] * 0.001;
            let until = |end: usize| column[swing - 50..end].iter().filter(|x| near(x)).count();
            assert_eq!(early[t], until(t + 1) as f64);
            let touches = until(swing + 50);
            if touches < 2 || swing + 50 >= bars.len() {
                continue;
            }
            let pool = theirs.next().expect("a pool of theirs");
            assert_eq!(level[t], number(&pool["price_level"]));
            assert_eq!(volume[t], number(&pool["volume_at_level"]));
            assert_eq!(touches, index(&pool["touches"]));
            let strength = evaluate(
                &format!("pool_strength({touches}, {}, {mean})", volume[t]),
                &bars.slice(0..1),
            );
            assert!((strength[0] - number(&pool["strength"])).abs() < 1e-9);
            met += 1;
        }
        assert_eq!((theirs.next(), met), (None, found));
    }
}

/// The pools' own counting of touches: what the newest swing has 44 bars after it was confirmed.
#[test]
fn pools_count_touches_as_they_come() {
    let Some(shared) = shared_or_skip("pools_count_touches") else {
        return;
    };
    let Some((bars, _)) = detections(&shared, "touches") else {
        return;
    };
    for (side, price) in [("buy", &bars.high), ("sell", &bars.low)] {
        let [level, touches, age] = ["level", "touches", "age"]
            .map(|f| evaluate(&format!("{side}_side_pools().{f}"), &bars));
        let mut seen = 0;
        for t in (0..bars.len()).filter(|&t| !level[t].is_nan()) {
            let swing = t - 5 - age[t] as usize;
            let end = (swing + 50).min(t + 1);
            let near = |x: &&f64| (*x - level[t]).abs() <= level[t] * 0.001;
            let count = price[swing - 50..end].iter().filter(near).count();
            assert_eq!(price[swing], level[t], "bar {t}");
            assert_eq!(touches[t], count as f64, "bar {t}");
            seen += 1;
        }
        assert!(seen > 400, "{seen}");
    }
}
