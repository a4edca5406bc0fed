//! Units written by hand, node by node.

use strat_lang::hir::{
    Choose, Compare, Dimension, Feed, FeedKind, Group, GroupId, Input, Kind, Looks, Math2, Member,
    Node, NodeId, Order, Param, Pool, PoolId, Query, QueryId, Range, Side, Signal, Stage, Start,
    Ty, Unit, WindowFn,
};
use strat_lang::source::Span;

/// A unit under construction.
#[derive(Default)]
pub struct Hand {
    pub unit: Unit,
}

pub const NOWHERE: Span = Span {
    file: strat_lang::source::FileId(0),
    start: 0,
    end: 0,
};

impl Hand {
    pub fn node(&mut self, kind: Kind, of: &[NodeId], ty: Ty) -> NodeId {
        let mut stage = Stage::default();
        let mut zone = None;
        let mut body = None;
        for id in of {
            stage = stage.join(self.unit.node(*id).stage);
            zone = zone.or(self.unit.node(*id).zone);
            body = body.or(self.unit.node(*id).body);
        }
        match kind {
            Kind::Prev(g, ..) | Kind::New(g, ..) => {
                stage.series = true;
                body = Some(g);
            }
            Kind::Param(p) => stage.params |= 1 << p,
            Kind::Input(Input::Extra(i)) => {
                stage.series = true;
                stage.params |= self.unit.feeds[i as usize].params;
            }
            Kind::Input(_) | Kind::Lag(..) | Kind::Window(..) | Kind::Query(..) => {
                stage.series = true;
            }
            Kind::ZoneKept(p, _)
            | Kind::ZoneNew(p, ..)
            | Kind::ZonePrev(p, _)
            | Kind::ZoneAge(p) => {
                stage.series = true;
                zone = Some(p);
            }
            _ => {}
        }
        self.unit.nodes.push(Node {
            kind,
            ty,
            stage,
            look: Looks::ZERO,
            span: NOWHERE,
            body,
            zone,
            dimension: Dimension::default(),
            range: Range::default(),
        });
        NodeId(self.unit.nodes.len() as u32 - 1)
    }

    pub fn number(&mut self, x: f64) -> NodeId {
        self.node(Kind::Number(x.to_bits()), &[], Ty::Number)
    }

    pub fn input(&mut self, input: Input) -> NodeId {
        self.node(Kind::Input(input), &[], Ty::Number)
    }

    pub fn param(&mut self, name: &str, default: f64) -> NodeId {
        self.unit.params.push(Param {
            name: name.to_owned(),
            integer: true,
            default,
            bounds: None,
            sweep: Vec::new(),
            only_sweep: false,
            domain_text: String::new(),
            labels: Vec::new(),
            dimension: Dimension::default(),
            span: NOWHERE,
        });
        let p = self.unit.params.len() as u32 - 1;
        self.node(Kind::Param(p), &[], Ty::Number)
    }

    pub fn math(&mut self, f: Math2, a: NodeId, b: NodeId) -> NodeId {
        self.node(Kind::Math2(f, a, b), &[a, b], Ty::Number)
    }

    pub fn less(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.node(Kind::Compare(Compare::Lt, a, b), &[a, b], Ty::Bool)
    }

    pub fn at_most(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.node(Kind::Compare(Compare::Le, a, b), &[a, b], Ty::Bool)
    }

    pub fn and(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.node(Kind::And(a, b), &[a, b], Ty::Bool)
    }

    pub fn or_else(&mut self, a: NodeId, b: NodeId) -> NodeId {
        self.node(Kind::Coalesce(a, b), &[a, b], Ty::Number)
    }

    pub fn lag(&mut self, a: NodeId, bars: f64) -> NodeId {
        let n = self.number(bars);
        self.node(Kind::Lag(a, n), &[a, n], Ty::Number)
    }

    pub fn window(&mut self, f: WindowFn, x: NodeId, n: NodeId) -> NodeId {
        self.node(Kind::Window(f, x, n, n), &[x, n], Ty::Number)
    }

    /// `rec y = x then y[1] + share * (x - y[1])`
    pub fn smooth(&mut self, x: NodeId, share: NodeId) -> NodeId {
        let g = GroupId(self.unit.groups.len() as u32);
        let one = self.number(1.0);
        let last = self.node(Kind::Prev(g, 0, one), &[x], Ty::Number);
        let apart = self.math(Math2::Sub, x, last);
        let part = self.math(Math2::Mul, share, apart);
        let sum = self.math(Math2::Add, last, part);
        let step = self.node(Kind::New(g, 0, sum), &[sum, x, share], Ty::Number);
        self.unit.groups.push(Group {
            start: Start::FirstSeed,
            members: vec![Member {
                name: "y".to_owned(),
                seed: x,
                step,
                keeps: true,
                span: NOWHERE,
            }],
        });
        let y = self.node(Kind::Member(g, 0), &[x, share], Ty::Number);
        self.unit.nodes[y.0 as usize].stage.series = true;
        self.unit.nodes[y.0 as usize].body = None;
        y
    }

    pub fn feed(&mut self, kind: FeedKind, params: u64) -> NodeId {
        self.unit.feeds.push(Feed {
            kind,
            params,
            span: NOWHERE,
        });
        let i = self.unit.feeds.len() as u32 - 1;
        self.input(Input::Extra(i))
    }

    /// Makes room for a pool; [`Hand::define`] says what it is.
    pub fn pool(&mut self) -> PoolId {
        self.unit.pools.push(Pool {
            name: "zones".to_owned(),
            max: 0,
            drops_oldest: false,
            born: NodeId(0),
            keep: Vec::new(),
            next: Vec::new(),
            dies: None,
            span: NOWHERE,
        });
        PoolId(self.unit.pools.len() as u32 - 1)
    }

    pub fn kept(&mut self, pool: PoolId, i: u32) -> NodeId {
        self.node(Kind::ZoneKept(pool, i), &[], Ty::Number)
    }

    pub fn last(&mut self, pool: PoolId, i: u32) -> NodeId {
        self.node(Kind::ZonePrev(pool, i), &[], Ty::Number)
    }

    pub fn age(&mut self, pool: PoolId) -> NodeId {
        self.node(Kind::ZoneAge(pool), &[], Ty::Number)
    }

    pub fn next(&mut self, pool: PoolId, i: u32, of: NodeId) -> NodeId {
        self.node(Kind::ZoneNew(pool, i, of), &[of], Ty::Number)
    }

    pub fn query(
        &mut self,
        pool: PoolId,
        condition: Option<NodeId>,
        choose: Choose,
        output: u32,
    ) -> NodeId {
        self.unit.queries.push(Query {
            pool,
            condition,
            choose,
            span: NOWHERE,
        });
        self.output_of(QueryId(self.unit.queries.len() as u32 - 1), output)
    }

    pub fn output_of(&mut self, query: QueryId, output: u32) -> NodeId {
        self.node(Kind::Query(query, output), &[], Ty::Number)
    }

    pub fn output(&mut self, name: &str, node: NodeId) {
        self.unit.outputs.push((name.to_owned(), node));
    }

    pub fn signal(&self, tag: &str, when: NodeId) -> Signal {
        Signal {
            tag: tag.to_owned(),
            when,
            terms: Vec::new(),
            side: Side::Long,
            portion: None,
            order: Order::default(),
            keep: Vec::new(),
            legs: Vec::new(),
            span: NOWHERE,
        }
    }
}

/// A unit of one output.
pub fn expression(make: impl FnOnce(&mut Hand) -> NodeId) -> Unit {
    let mut hand = Hand::default();
    let node = make(&mut hand);
    hand.output("value", node);
    hand.unit
}
