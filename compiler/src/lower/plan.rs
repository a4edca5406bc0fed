//! What a strategy asks of the engine beside its signals, and the values that it points to.
//!
//! Every value is computed on every bar, constants as well, so that an engine reads one list.

use strat_abi as abi;
use strat_lang::hir::{
    self, Cooldown, Level, NodeId, Order, OrderKind, Signal, Size, Slicing, TimeInForce, Unit,
};

use super::missing::missing;

/// The plan of a unit, and the nodes of its outputs in order.
#[must_use]
pub fn plan_of(unit: &Unit) -> (abi::Plan, Vec<NodeId>) {
    let (mut plan, values) = asked(unit);
    plan.not_yet = missing(unit).into_iter().map(|m| m.words).collect();
    (plan, values)
}

/// The plan but for what is missing.
pub(super) fn asked(unit: &Unit) -> (abi::Plan, Vec<NodeId>) {
    let mut values = Values::default();
    let asked = &unit.plan;
    let mut plan = abi::Plan {
        entries: unit.entries.iter().map(|s| values.entry(s)).collect(),
        exits: unit
            .exits
            .iter()
            .map(|s| abi::ExitPlan {
                portion: s.portion.map(|n| values.of(n)),
                order: words(&s.order),
            })
            .collect(),
        stops: asked.stops.iter().map(|(n, _)| values.of(*n)).collect(),
        trails: asked
            .trails
            .iter()
            .map(|t| abi::Trail {
                level: values.level(t.level),
                once: t.once.map(|n| values.of(n)),
            })
            .collect(),
        targets: asked
            .targets
            .iter()
            .map(|(level, _)| values.level(*level))
            .collect(),
        ladder: asked
            .ladder
            .iter()
            .map(|(seconds, n)| (seconds.max(0.0).round() as u64, values.of(*n)))
            .collect(),
        pyramid: asked.pyramid.map(|n| values.of(n)),
        cooldown: asked.cooldown.map(|c| match c {
            Cooldown::Bars(n) => abi::Cooldown::Bars(values.of(n)),
            Cooldown::Seconds(n) => abi::Cooldown::Seconds(values.of(n)),
        }),
        kept: asked.kept.len(),
        ..abi::Plan::default()
    };
    plan.outputs = values.0.len();
    (plan, values.0)
}

/// The values that one statement reads beside its condition.
pub(super) fn values_of_signal(signal: &Signal) -> impl Iterator<Item = NodeId> {
    let mut values = Values::default();
    values.entry(signal);
    if let Some(portion) = signal.portion {
        values.of(portion);
    }
    values.0.into_iter()
}

/// Nodes in the order in which they are asked for, each once.
#[derive(Default)]
struct Values(Vec<NodeId>);

impl Values {
    fn of(&mut self, node: NodeId) -> usize {
        if let Some(known) = self.0.iter().position(|n| *n == node) {
            return known;
        }
        self.0.push(node);
        self.0.len() - 1
    }

    fn level(&mut self, level: Level) -> abi::Level {
        match level {
            Level::Share(n) => abi::Level::Share(self.of(n)),
            Level::At(n) => abi::Level::Price(self.of(n)),
        }
    }

    fn entry(&mut self, signal: &Signal) -> abi::EntryPlan {
        abi::EntryPlan {
            side: match signal.side {
                hir::Side::Long => abi::Side::Long,
                hir::Side::Short => abi::Side::Short,
            },
            size: signal.order.size.map(|size| match size {
                Size::Units(n) => abi::Size::Units(self.of(n)),
                Size::OfEquity(n) => abi::Size::OfEquity(self.of(n)),
                Size::Risk(n) => abi::Size::Risk(self.of(n)),
            }),
            keep: signal
                .keep
                .iter()
                .map(|(i, n)| (*i as usize, self.of(*n)))
                .collect(),
            order: words(&signal.order),
        }
    }
}

/// The words of an order that no tier executes yet.
pub(super) fn words(order: &Order) -> Vec<&'static str> {
    let mut words = Vec::new();
    words.extend(match order.kind {
        OrderKind::Market => None,
        OrderKind::Limit(_) => Some("limit"),
        OrderKind::Stop(_) => Some("stop"),
        OrderKind::StopLimit(..) => Some("stop_limit"),
        OrderKind::Trailing(_) => Some("trailing"),
        OrderKind::Bracket(..) => Some("bracket"),
        OrderKind::Oco(..) => Some("oco"),
    });
    words.extend(order.time_in_force.map(|t| match t {
        TimeInForce::Day => "day",
        TimeInForce::Gtc => "gtc",
        TimeInForce::Ioc => "ioc",
        TimeInForce::Fok => "fok",
    }));
    words.extend(order.slicing.map(|s| match s {
        Slicing::Twap(_) => "twap",
        Slicing::Vwap(_) => "vwap",
    }));
    for (asked, word) in [
        (order.post_only, "post_only"),
        (order.reduce_only, "reduce_only"),
        (order.iceberg.is_some(), "iceberg"),
        (order.tolerance.is_some(), "tolerance"),
    ] {
        if asked {
            words.push(word);
        }
    }
    words
}
