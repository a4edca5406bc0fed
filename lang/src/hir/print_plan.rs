//! The text form of what a unit reads from elsewhere and asks of the engine.

use std::fmt::Write as _;

use super::{
    Choose, Cooldown, EventKind, Feed, FeedKind, Level, NodeId, Order, OrderKind, Period, Plan,
    Query, Signal, Size, Slicing, Unit, print_unit,
};

/// Feeds, pools, queries and the plan, one line each; units of feeds indented below them.
pub(super) fn print_rest(unit: &Unit, out: &mut String) {
    for (i, feed) in unit.feeds.iter().enumerate() {
        print_feed(i, feed, out);
    }
    for (i, pool) in unit.pools.iter().enumerate() {
        let drop = if pool.drops_oldest {
            "oldest"
        } else {
            "newest"
        };
        let _ = writeln!(
            out,
            "  pool z{i} {} max {} drop {drop} born %{}",
            pool.name, pool.max, pool.born.0
        );
        for (what, list) in [("keep", &pool.keep), ("next", &pool.next)] {
            for (name, n) in list {
                let _ = writeln!(out, "    {what} {name} %{}", n.0);
            }
        }
        if let Some(dies) = pool.dies {
            let _ = writeln!(out, "    dies %{}", dies.0);
        }
    }
    for (i, query) in unit.queries.iter().enumerate() {
        let _ = writeln!(out, "  query q{i} {}", query_text(query));
    }
    print_plan(&unit.plan, out);
}

fn print_feed(i: usize, feed: &Feed, out: &mut String) {
    let (text, inner) = match &feed.kind {
        FeedKind::Timeframe { seconds, unit } => (format!("bars of {seconds} s"), Some(unit)),
        FeedKind::Symbol { symbol, unit } => (format!("symbol {symbol:?}"), Some(unit)),
        FeedKind::Due(c) => {
            let every = match c.every {
                Period::Seconds(s) => format!("every {s} s"),
                Period::Day => "every day".to_owned(),
                Period::Week(day) => format!("every week on day {day}"),
                Period::Month => "every month".to_owned(),
            };
            (format!("due {every} at {} s {}", c.at, c.zone), None)
        }
        FeedKind::Within { from, to, zone } => (format!("within {from}..{to} s {zone}"), None),
        FeedKind::External(name) => (format!("external {name}"), None),
        FeedKind::Event(name) => (format!("event {name}"), None),
        FeedKind::Book { name, levels: None } => (format!("book {name}"), None),
        FeedKind::Book {
            name,
            levels: Some(levels),
        } => (format!("book {name} of {levels} levels"), None),
        FeedKind::Rank { of, highest } => {
            let first = if *highest { "greatest" } else { "least" };
            (format!("rank of %{} from the {first}", of.0), None)
        }
    };
    let _ = writeln!(out, "  extra {i}: {text}");
    if let Some(inner) = inner {
        for line in print_unit(inner).lines() {
            let _ = writeln!(out, "    {line}");
        }
    }
}

fn query_text(query: &Query) -> String {
    let mut text = format!("of z{}", query.pool.0);
    if let Some(n) = query.condition {
        let _ = write!(text, " where %{}", n.0);
    }
    match query.choose {
        Choose::Newest => text.push_str(" newest"),
        Choose::Nearest(n) => {
            let _ = write!(text, " nearest %{}", n.0);
        }
        Choose::Highest(n) => {
            let _ = write!(text, " highest %{}", n.0);
        }
        Choose::Lowest(n) => {
            let _ = write!(text, " lowest %{}", n.0);
        }
        Choose::Count => text.push_str(" count"),
    }
    text
}

fn level_text(level: Level) -> String {
    match level {
        Level::Share(n) => format!("share %{}", n.0),
        Level::At(n) => format!("at %{}", n.0),
    }
}

fn print_plan(plan: &Plan, out: &mut String) {
    if !plan.on.is_empty() && plan.on != "bar" {
        let _ = writeln!(out, "  on {}", plan.on);
    }
    for leg in &plan.legs {
        let _ = writeln!(out, "  leg {} {:?}", leg.name, leg.symbol);
    }
    for (n, _) in &plan.stops {
        let _ = writeln!(out, "  stop at %{}", n.0);
    }
    for trail in &plan.trails {
        let once = trail.once.map(|n| format!(" once %{}", n.0));
        let level = level_text(trail.level);
        let _ = writeln!(out, "  trail {level}{}", once.unwrap_or_default());
    }
    for (level, _) in &plan.targets {
        let _ = writeln!(out, "  take_profit {}", level_text(*level));
    }
    for (seconds, n) in &plan.ladder {
        let _ = writeln!(out, "  take_profit from {seconds} s %{}", n.0);
    }
    if let Some(n) = plan.pyramid {
        let _ = writeln!(out, "  pyramid %{}", n.0);
    }
    match plan.cooldown {
        Some(Cooldown::Bars(n)) => {
            let _ = writeln!(out, "  cooldown bars %{}", n.0);
        }
        Some(Cooldown::Seconds(n)) => {
            let _ = writeln!(out, "  cooldown seconds %{}", n.0);
        }
        None => {}
    }
    for (i, name) in plan.kept.iter().enumerate() {
        let _ = writeln!(out, "  kept {i} {name}");
    }
    for handler in &plan.handlers {
        let event = match &handler.event {
            EventKind::Named(name) => format!("on {name}"),
            EventKind::Every(seconds) => format!("every {seconds} s"),
        };
        let _ = writeln!(out, "  {event}");
        for quote in &handler.quotes {
            let side = if quote.is_bid { "bid" } else { "ask" };
            let when = quote.when.map(|n| format!(" when %{}", n.0));
            let _ = writeln!(
                out,
                "    quote {side}[{}] at %{}{}{}",
                quote.slot,
                quote.price.0,
                order_text(&quote.order),
                when.unwrap_or_default()
            );
        }
    }
    let e = &plan.execution;
    for (name, value) in [("fees", e.fees), ("slippage", e.slippage), ("cash", e.cash)] {
        if let Some(value) = value {
            let _ = writeln!(out, "  {name} {value}");
        }
    }
    if let Some(convention) = &e.convention {
        let _ = writeln!(out, "  convention {convention}");
    }
}

/// What a signal says besides its tag and condition.
pub(super) fn signal_text(signal: &Signal) -> String {
    let mut text = order_text(&signal.order);
    if signal.side == super::Side::Short {
        text.push_str(" short");
    }
    if let Some(n) = signal.portion {
        let _ = write!(text, " part %{}", n.0);
    }
    for (i, n) in &signal.keep {
        let _ = write!(text, " keep {i} %{}", n.0);
    }
    for leg in &signal.legs {
        let _ = write!(text, " {:?} leg {} %{}", leg.side, leg.leg, leg.ratio.0);
    }
    text.to_lowercase()
}

fn order_text(order: &Order) -> String {
    let id = |n: NodeId| format!("%{}", n.0);
    let mut text = match order.kind {
        OrderKind::Market => String::new(),
        OrderKind::Limit(p) => format!(" limit {}", id(p)),
        OrderKind::Stop(p) => format!(" stop {}", id(p)),
        OrderKind::StopLimit(p, q) => format!(" stop_limit {} {}", id(p), id(q)),
        OrderKind::Trailing(d) => format!(" trailing {}", id(d)),
        OrderKind::Bracket(p, q) => format!(" bracket {} {}", id(p), id(q)),
        OrderKind::Oco(p, q) => format!(" oco {} {}", id(p), id(q)),
    };
    match order.size {
        None => {}
        Some(Size::Units(n)) => text.push_str(&format!(" size {}", id(n))),
        Some(Size::OfEquity(n)) => text.push_str(&format!(" size {} of equity", id(n))),
        Some(Size::Risk(n)) => text.push_str(&format!(" size risk {}", id(n))),
    }
    if let Some(t) = order.time_in_force {
        text.push_str(&format!(" {t:?}").to_lowercase());
    }
    for (is, word) in [
        (order.post_only, " post_only"),
        (order.reduce_only, " reduce_only"),
    ] {
        if is {
            text.push_str(word);
        }
    }
    let optional = [(order.iceberg, "iceberg"), (order.tolerance, "tolerance")];
    for (n, word) in optional {
        if let Some(n) = n {
            text.push_str(&format!(" {word} {}", id(n)));
        }
    }
    match order.slicing {
        None => {}
        Some(Slicing::Twap(n)) => text.push_str(&format!(" twap {}", id(n))),
        Some(Slicing::Vwap(n)) => text.push_str(&format!(" vwap {}", id(n))),
    }
    text
}
