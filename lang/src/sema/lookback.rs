//! Lookbacks of nodes while they are made: the bars before the first value.

use super::builder::Builder;
use crate::hir::{GroupId, Kind, LookId, Looks, NodeId, QueryId, Start};

impl Builder {
    /// The lookback of a node, by its operands.
    pub(super) fn look_of(&mut self, kind: Kind, operands: &[Option<NodeId>; 4]) -> LookId {
        let of = |b: &Self, id: NodeId| b.look(id);
        match kind {
            Kind::Lag(x, n) => {
                let n = self.length_look(n);
                let x = of(self, x);
                self.unit.looks.sum(x, n)
            }
            Kind::After(x, n) => {
                let n = self.length_look(n);
                let x = of(self, x);
                self.unit.looks.sum(x, n)
            }
            Kind::Window(_, x, _, least) => {
                let least = self.length_look(least);
                let minus = self.unit.looks.bars(-1);
                let least = self.unit.looks.sum(least, minus);
                let x = of(self, x);
                self.unit.looks.sum(x, least)
            }
            Kind::Pair(_, x, y, n) => {
                let n = self.length_look(n);
                let minus = self.unit.looks.bars(-1);
                let n = self.unit.looks.sum(n, minus);
                let (x, y) = (of(self, x), of(self, y));
                let both = self.unit.looks.max(x, y);
                self.unit.looks.sum(both, n)
            }
            // The crossing needs a bar on the other side before it.
            Kind::Cross(a, b) => {
                let both = {
                    let (a, b) = (of(self, a), of(self, b));
                    self.unit.looks.max(a, b)
                };
                let one = self.unit.looks.bars(1);
                self.unit.looks.sum(both, one)
            }
            // Where the condition is na the second branch is taken, so it needs no warm-up; nor
            // does a branch that is never taken.
            Kind::Select(c, a, b) => {
                let (look_a, look_b) = (of(self, a), of(self, b));
                match self.constant(c) {
                    Some(1.0) => look_a,
                    Some(_) => look_b,
                    None => {
                        let both = self.unit.looks.max(look_a, look_b);
                        // `if x is na then na else y` is na wherever x is.
                        match self.unit.node(c).kind {
                            Kind::IsNa(x) if self.constant(a).is_some_and(f64::is_nan) => {
                                let x = of(self, x);
                                self.unit.looks.max(both, x)
                            }
                            _ => both,
                        }
                    }
                }
            }
            Kind::Coalesce(a, b) => {
                let (a, b) = (of(self, a), of(self, b));
                self.unit.looks.min(a, b)
            }
            Kind::IsNa(_) | Kind::Prev(..) => Looks::ZERO,
            Kind::Query(q, _) => self.query_look(q),
            Kind::Member(g, i) => self.member_look(g, i),
            _ => {
                let mut look = Looks::ZERO;
                for id in operands.iter().flatten() {
                    let other = of(self, *id);
                    look = self.unit.looks.max(look, other);
                }
                look
            }
        }
    }

    /// No zone is known before all that it is made of.
    fn query_look(&mut self, q: QueryId) -> LookId {
        let mut look = Looks::ZERO;
        for n in self.query_nodes(q) {
            let other = self.look(n);
            look = self.unit.looks.max(look, other);
        }
        look
    }

    /// Replaces the lookback of a node that knows more of it than its operands tell.
    pub(super) fn set_look(&mut self, id: NodeId, look: LookId) {
        if let Some(node) = self.unit.nodes.get_mut(id.0 as usize) {
            node.look = look;
        }
    }

    fn member_look(&mut self, g: GroupId, i: u32) -> LookId {
        let group = &self.unit.groups[g.0 as usize];
        let member = &group.members[i as usize];
        let (step, seed, start) = (member.step, member.seed, group.start);
        let step = self.look(step);
        let first = match start {
            Start::FirstSeed => self.look(seed),
            Start::Bar(n) => {
                let bar = self.length_look(n);
                self.longest_seed(g, bar)
            }
        };
        self.unit.looks.max(first, step)
    }

    /// The longest lookback of the seeds that a `state` waits for, and no less than `look`.
    fn longest_seed(&mut self, g: GroupId, mut look: LookId) -> LookId {
        let members = &self.unit.groups[g.0 as usize].members;
        let seeds: Vec<NodeId> = members.iter().map(|m| m.seed).collect();
        for seed in seeds {
            if self.stage(seed).series {
                let other = self.look(seed);
                look = self.unit.looks.max(look, other);
            }
        }
        look
    }

    /// The lookback that a length stands for.
    pub(super) fn length_look(&mut self, n: NodeId) -> LookId {
        match self.constant(n) {
            #[allow(clippy::cast_possible_truncation)] // saturates, which is what is wanted
            Some(v) => self.unit.looks.bars(v as i64),
            None => self.unit.looks.value(n),
        }
    }
}
