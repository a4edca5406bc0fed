//! Makes typed nodes: each expression once, with its type, stage, lookback and body.

use crate::hir::{
    Compare, Dimension, Group, GroupId, Input, Kind, LookId, Math2, Member, Node, NodeId, QueryId,
    Range, Stage, Start, Ty, Unit,
};
use crate::source::Span;
use rustc_hash::FxHashMap;

/// Most bars that a member of a state is looked back, in its own step.
pub(super) const MOST_MEMBER_LAG: f64 = 64.0;

/// Most nodes of one unit; what is larger is reported, not compiled.
pub(super) const MOST_NODES: usize = 400_000;

/// Which limit a unit outgrew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outgrown {
    /// [`MOST_NODES`].
    Nodes,
    /// The work of the whole run.
    Effort,
    /// The stack.
    Depth,
}

/// A unit while it is built.
#[derive(Default)]
pub(super) struct Builder {
    pub(super) unit: Unit,
    /// Equal expressions are one node; a unit that was given by hand keeps them apart.
    index: FxHashMap<(Kind, Option<Dimension>), NodeId>,
    /// Units of free parameters that name their type.
    pub(super) free_units: FxHashMap<u32, Dimension>,
    /// The value of a constant node, where it is plain arithmetic.
    consts: Vec<Option<f64>>,
    /// Whether the step of a group was seen to read a group around it.
    pub(super) mixed: bool,
    /// Groups whose step is being built, outermost first.
    pub(super) open: Vec<GroupId>,
    /// Members that stand for the lag of an expression inside a step.
    hidden: FxHashMap<(GroupId, NodeId), u32>,
    /// Stages of closed groups.
    group_stage: Vec<Stage>,
    pub(super) outgrown: Option<Outgrown>,
}

impl Builder {
    pub(super) fn number(&mut self, value: f64, span: Span) -> NodeId {
        self.number_of(value, Dimension::Literal, span)
    }

    /// A number with its unit: `2%` and `0.02` are told apart.
    pub(super) fn number_of(&mut self, value: f64, unit: Dimension, span: Span) -> NodeId {
        // One bit pattern for every NaN, so that na is one node.
        let bits = if value.is_nan() {
            f64::NAN.to_bits()
        } else {
            value.to_bits()
        };
        self.add_as(Kind::Number(bits), Some(unit), span)
    }

    pub(super) fn na(&mut self, span: Span) -> NodeId {
        self.number(f64::NAN, span)
    }

    /// The value of a constant node.
    pub(super) fn constant(&self, id: NodeId) -> Option<f64> {
        self.consts.get(id.0 as usize).copied().flatten()
    }

    pub(super) fn ty(&self, id: NodeId) -> Ty {
        self.unit.node(id).ty
    }

    pub(super) fn dimension(&self, id: NodeId) -> Dimension {
        self.unit.node(id).dimension
    }

    pub(super) fn stage(&self, id: NodeId) -> Stage {
        self.unit.node(id).stage
    }

    pub(super) fn look(&self, id: NodeId) -> LookId {
        self.unit.node(id).look
    }

    /// The open group whose step a node belongs to.
    pub(super) fn open_body(&self, id: NodeId) -> Option<GroupId> {
        self.unit.node(id).body.filter(|g| self.open.contains(g))
    }

    pub(super) fn math2(&mut self, op: Math2, a: NodeId, b: NodeId, span: Span) -> NodeId {
        self.add(Kind::Math2(op, a, b), span)
    }

    pub(super) fn add(&mut self, kind: Kind, span: Span) -> NodeId {
        self.add_as(kind, None, span)
    }

    /// A node whose unit is given where it does not follow from its operands.
    pub(super) fn add_as(&mut self, kind: Kind, unit: Option<Dimension>, span: Span) -> NodeId {
        if let Some(&id) = self.index.get(&(kind, unit)) {
            return id;
        }
        if self.unit.nodes.len() >= MOST_NODES {
            self.outgrown = Some(Outgrown::Nodes);
            return NodeId(0);
        }
        let operands = kind.operands();
        let mut stage = Stage::default();
        let mut body = None;
        let mut zone = match kind {
            Kind::ZoneKept(p, _) | Kind::ZonePrev(p, _) | Kind::ZoneAge(p) => Some(p),
            _ => None,
        };
        let mut any = false;
        for id in operands.iter().flatten() {
            let node = self.unit.node(*id);
            stage = stage.join(node.stage);
            any |= node.ty == Ty::Any;
            zone = zone.or(node.zone);
            if let Some(theirs) = node.body.filter(|g| self.open.contains(g)) {
                let own = match kind {
                    Kind::New(g, ..) => g,
                    _ => *body.get_or_insert(theirs),
                };
                self.mixed |= own != theirs;
            }
        }
        match kind {
            Kind::Input(input) => {
                stage.series = true;
                if let Input::Extra(f) = input
                    && let Some(feed) = self.unit.feeds.get(f as usize)
                {
                    stage.params |= feed.params;
                }
            }
            Kind::Query(q, _) => {
                stage = self.query_stage(q);
            }
            Kind::Param(p) => stage.params |= 1 << (p % 64),
            // A free parameter may turn out to be anything: it passes as a length too.
            Kind::Free(_) => stage.params |= 1 << 63,
            Kind::Prev(g, ..) => {
                stage.series = true;
                body = Some(g);
            }
            Kind::New(g, ..) => {
                stage.series = true;
                body = Some(g);
            }
            Kind::Member(g, _) => {
                stage = self.group_stage[g.0 as usize];
                stage.series = true;
            }
            Kind::Lag(..)
            | Kind::Window(..)
            | Kind::Pair(..)
            | Kind::Cross(..)
            | Kind::After(..)
            | Kind::ZoneKept(..)
            | Kind::ZoneNew(..)
            | Kind::ZonePrev(..)
            | Kind::ZoneAge(_) => {
                stage.series = true;
            }
            _ => {}
        }
        let ty = match kind {
            Kind::Free(_) => Ty::Any,
            Kind::Bool(_)
            | Kind::Compare(..)
            | Kind::And(..)
            | Kind::Or(..)
            | Kind::Not(_)
            | Kind::IsNa(_)
            | Kind::Cross(..) => Ty::Bool,
            Kind::Select(_, a, b) | Kind::Coalesce(a, b) => {
                if self.ty(a) == Ty::Any {
                    self.ty(b)
                } else {
                    self.ty(a)
                }
            }
            Kind::Lag(a, _) | Kind::After(a, _) | Kind::New(_, _, a) | Kind::ZoneNew(_, _, a) => {
                self.ty(a)
            }
            Kind::Member(g, i) => self.member_ty(g, i),
            Kind::Prev(g, i, _) => self.member_ty(g, i),
            _ if any && matches!(kind, Kind::Math1(..) | Kind::Math2(..) | Kind::Fma(..)) => {
                Ty::Number
            }
            _ => Ty::Number,
        };
        let dimension = match (ty, unit) {
            (Ty::Bool, _) => Dimension::Unknown,
            (_, Some(unit)) => unit,
            _ => self.dimension_of(kind),
        };
        let look = self.look_of(kind, &operands);
        let value = self.fold(kind);
        let id = NodeId(u32::try_from(self.unit.nodes.len()).unwrap_or(u32::MAX));
        self.unit.nodes.push(Node {
            kind,
            ty,
            dimension,
            range: Range::ANY,
            stage,
            look,
            span,
            body,
            zone,
        });
        self.consts.push(value);
        self.index.insert((kind, unit), id);
        id
    }

    fn member_ty(&self, g: GroupId, i: u32) -> Ty {
        let member = self
            .unit
            .groups
            .get(g.0 as usize)
            .and_then(|g| g.members.get(i as usize));
        match member {
            Some(m) if !m.keeps => self.ty(m.step),
            Some(m) => self.ty(m.seed),
            None => Ty::Number,
        }
    }

    /// A query depends on all that its pool depends on.
    pub(super) fn query_nodes(&self, q: QueryId) -> Vec<NodeId> {
        let Some(query) = self.unit.queries.get(q.0 as usize) else {
            return Vec::new();
        };
        let mut nodes = query.nodes();
        if let Some(pool) = self.unit.pools.get(query.pool.0 as usize) {
            nodes.extend(pool.nodes());
        }
        nodes
    }

    fn query_stage(&self, q: QueryId) -> Stage {
        let series = Stage {
            params: 0,
            series: true,
        };
        (self.query_nodes(q).into_iter()).fold(series, |all, n| all.join(self.stage(n)))
    }

    /// The condition `a op b` for a written comparison.
    pub(super) fn compare(
        &mut self,
        op: crate::syntax::ast::CompareOp,
        a: NodeId,
        b: NodeId,
        span: Span,
    ) -> NodeId {
        use crate::syntax::ast::CompareOp as Op;
        let kind = match op {
            Op::Lt => Kind::Compare(Compare::Lt, a, b),
            Op::Le => Kind::Compare(Compare::Le, a, b),
            Op::Gt => Kind::Compare(Compare::Lt, b, a),
            Op::Ge => Kind::Compare(Compare::Le, b, a),
            Op::Eq => Kind::Compare(Compare::Eq, a, b),
            Op::Ne => Kind::Compare(Compare::Ne, a, b),
        };
        self.add(kind, span)
    }

    /// Opens a group; its members' steps are filled in by [`Builder::close_group`].
    pub(super) fn open_group(&mut self, start: Start) -> GroupId {
        let id = GroupId(u32::try_from(self.unit.groups.len()).unwrap_or(u32::MAX));
        self.unit.groups.push(Group {
            start,
            members: Vec::new(),
        });
        self.group_stage.push(Stage::default());
        self.open.push(id);
        id
    }

    pub(super) fn add_member(
        &mut self,
        g: GroupId,
        name: &str,
        seed: NodeId,
        keeps: bool,
        span: Span,
    ) -> u32 {
        let members = &mut self.unit.groups[g.0 as usize].members;
        members.push(Member {
            name: name.to_owned(),
            seed,
            step: seed,
            keeps,
            span,
        });
        u32::try_from(members.len() - 1).unwrap_or(u32::MAX)
    }

    /// The member's new value, known by its own node so that a lag of it finds the member.
    pub(super) fn set_step(&mut self, g: GroupId, i: u32, value: NodeId, span: Span) -> NodeId {
        let new = self.add(Kind::New(g, i, value), span);
        self.unit.groups[g.0 as usize].members[i as usize].step = new;
        new
    }

    /// The value n bars ago, of a series or of something inside an open step.
    pub(super) fn lag(&mut self, x: NodeId, n: NodeId, span: Span) -> NodeId {
        if self.constant(n) == Some(0.0) {
            return x;
        }
        let Some(g) = self.open_body(x) else {
            return self.add(Kind::Lag(x, n), span);
        };
        match self.unit.node(x).kind {
            Kind::New(g, i, _) => self.add(Kind::Prev(g, i, n), span),
            Kind::Prev(g, i, k) => {
                let both = self.math2(Math2::Add, k, n, span);
                let both = self
                    .constant(both)
                    .map_or(both, |value| self.number(value, span));
                self.add(Kind::Prev(g, i, both), span)
            }
            _ => {
                let i = if let Some(&i) = self.hidden.get(&(g, x)) {
                    i
                } else {
                    let na = self.na(span);
                    let i = self.add_member(g, "", na, false, span);
                    self.hidden.insert((g, x), i);
                    self.set_step(g, i, x, span);
                    i
                };
                self.add(Kind::Prev(g, i, n), span)
            }
        }
    }

    /// A value of a finished step, read from outside: it becomes a member without a past.
    pub(super) fn export(&mut self, g: GroupId, x: NodeId, span: Span) -> NodeId {
        let i = if let Some(&i) = self.hidden.get(&(g, x)) {
            i
        } else {
            let na = self.na(span);
            let i = self.add_member(g, "", na, false, span);
            self.hidden.insert((g, x), i);
            self.set_step(g, i, x, span);
            i
        };
        self.group_stage[g.0 as usize] = self.group_stage[g.0 as usize].join(self.stage(x));
        self.add(Kind::Member(g, i), span)
    }

    /// Closes the innermost group: from now on its members are read from outside.
    pub(super) fn close_group(&mut self, g: GroupId) {
        self.open.retain(|o| *o != g);
        let group = &self.unit.groups[g.0 as usize];
        let mut stage = Stage {
            params: 0,
            series: true,
        };
        for m in &group.members {
            stage = stage.join(self.stage(m.seed)).join(self.stage(m.step));
        }
        if let Start::Bar(n) = group.start {
            stage = stage.join(self.stage(n));
        }
        self.group_stage[g.0 as usize] = stage;
    }
}
