//! The unit of each node, from its operands.
//!
//! What does not go together was reported where it stands (see `units`); here it is unknown.

use super::builder::Builder;
use crate::hir::{
    Choose, Dimension, FeedKind, GroupId, Input, Kind, Math1, Math2, PoolId, QueryId,
};
use crate::hir::{NodeId, PairFn, WindowFn};

impl Builder {
    /// The unit of what `kind` computes. Its operands are nodes already.
    pub(super) fn dimension_of(&self, kind: Kind) -> Dimension {
        let of = |id: NodeId| self.dimension(id);
        let both = |a: NodeId, b: NodeId| of(a).with(of(b)).unwrap_or_default();
        match kind {
            Kind::Number(_) => Dimension::Literal,
            Kind::Input(input) => self.dimension_of_input(input),
            Kind::Param(p) => self
                .unit
                .params
                .get(p as usize)
                .map_or(Dimension::Unknown, |p| p.dimension),
            Kind::Free(n) => self.free_units.get(&n).copied().unwrap_or_default(),
            Kind::Math1(op, a) => match op {
                Math1::Neg | Math1::Abs | Math1::Floor | Math1::Ceil | Math1::Round => of(a),
                Math1::Sqrt => of(a).to_the(0.5),
                Math1::Sign => Dimension::Plain,
                _ => of(a).of_function(),
            },
            Kind::Math2(op, a, b) => match op {
                Math2::Add | Math2::Sub | Math2::Min | Math2::Max => both(a, b),
                // The remainder is of what is divided, whatever it is divided by.
                Math2::Mod => match of(a) {
                    Dimension::Literal => of(b),
                    unit => unit,
                },
                Math2::Mul => of(a).times(of(b)),
                Math2::Div => of(a).over(of(b)),
                Math2::Pow => match self.constant(b) {
                    Some(exponent) => of(a).to_the(exponent),
                    None if of(a).has_powers() => Dimension::Unknown,
                    None => of(a),
                },
            },
            Kind::Fma(a, b, c) => of(a).times(of(b)).with(of(c)).unwrap_or_default(),
            Kind::Select(_, a, b) | Kind::Coalesce(a, b) => both(a, b),
            Kind::NumOf(_) => Dimension::Plain,
            Kind::Lag(x, _) | Kind::After(x, _) | Kind::New(_, _, x) | Kind::ZoneNew(_, _, x) => {
                of(x)
            }
            Kind::Window(WindowFn::SquaredDeviations, x, ..) => of(x).times(of(x)),
            Kind::Window(WindowFn::Rank, ..) => Dimension::Plain,
            Kind::Window(
                WindowFn::MaxAge
                | WindowFn::MinAge
                | WindowFn::MaxAgeOldest
                | WindowFn::MinAgeOldest,
                ..,
            ) => Dimension::Bars,
            Kind::Pair(PairFn::Products, x, y, _) => of(x).times(of(y)),
            Kind::Pair(PairFn::Nth | PairFn::At, x, ..) => of(x),
            Kind::Pair(PairFn::Apart, x, y, _) => both(x, y),
            Kind::Window(_, x, ..) => of(x),
            Kind::Prev(g, i, _) => self.dimension_of_past(g, i),
            Kind::Member(g, i) => self.dimension_of_member(g, i),
            Kind::ZoneKept(p, i) => self.dimension_of_kept(p, i),
            Kind::ZonePrev(p, i) => self
                .unit
                .pools
                .get(p.0 as usize)
                .and_then(|pool| pool.next.get(i as usize))
                .map_or(Dimension::Unknown, |(_, id)| of(*id)),
            Kind::ZoneAge(_) => Dimension::Bars,
            Kind::Query(q, i) => self.dimension_of_query(q, i),
            // Conditions.
            _ => Dimension::Unknown,
        }
    }

    fn dimension_of_input(&self, input: Input) -> Dimension {
        match input {
            Input::Open
            | Input::High
            | Input::Low
            | Input::Close
            | Input::EntryPrice
            | Input::Mark => Dimension::PRICE,
            Input::Volume | Input::Quantity => Dimension::QUANTITY,
            Input::BarIndex | Input::HeldBars => Dimension::Bars,
            Input::Time | Input::Held => Dimension::DURATION,
            Input::Extra(i) => match self.unit.feeds.get(i as usize).map(|f| &f.kind) {
                Some(FeedKind::Timeframe { unit, .. } | FeedKind::Symbol { unit, .. }) => unit
                    .outputs
                    .first()
                    .map_or(Dimension::Unknown, |(_, id)| unit.node(*id).dimension),
                _ => Dimension::Unknown,
            },
            Input::Kept(i) => {
                let mut kept = self.unit.entries.iter().flat_map(|e| &e.keep);
                let value = kept.find(|(k, _)| *k == i);
                value.map_or(Dimension::Unknown, |(_, id)| self.dimension(*id))
            }
        }
    }

    /// The past of a member while its step is built: the unit of its seed. A bare literal as a
    /// seed says nothing.
    fn dimension_of_past(&self, g: GroupId, i: u32) -> Dimension {
        let Some(member) = self.member(g, i) else {
            return Dimension::Unknown;
        };
        let start = if member.keeps {
            member.seed
        } else {
            member.step
        };
        match self.dimension(start) {
            Dimension::Literal => Dimension::Unknown,
            unit => unit,
        }
    }

    fn dimension_of_member(&self, g: GroupId, i: u32) -> Dimension {
        let Some(member) = self.member(g, i) else {
            return Dimension::Unknown;
        };
        let step = self.dimension(member.step);
        if member.keeps {
            self.dimension(member.seed).with(step).unwrap_or_default()
        } else {
            step
        }
    }

    fn member(&self, g: GroupId, i: u32) -> Option<&crate::hir::Member> {
        let group = self.unit.groups.get(g.0 as usize)?;
        group.members.get(i as usize)
    }

    fn dimension_of_kept(&self, p: PoolId, i: u32) -> Dimension {
        let pool = self.unit.pools.get(p.0 as usize);
        pool.and_then(|pool| pool.keep.get(i as usize))
            .map_or(Dimension::Unknown, |(_, id)| self.dimension(*id))
    }

    /// Outputs of a query are the kept values, then the `next` values, then the age.
    fn dimension_of_query(&self, q: QueryId, i: u32) -> Dimension {
        let Some(query) = self.unit.queries.get(q.0 as usize) else {
            return Dimension::Unknown;
        };
        if query.choose == Choose::Count {
            return Dimension::Plain;
        }
        let Some(pool) = self.unit.pools.get(query.pool.0 as usize) else {
            return Dimension::Unknown;
        };
        let mut values = pool.keep.iter().chain(&pool.next);
        match values.nth(i as usize) {
            Some((_, id)) => self.dimension(*id),
            None => Dimension::Bars,
        }
    }
}
