//! Where the memory of each node lies in the state of a handler.

use crate::codegen::group::state_len;
use crate::ir::{Graph, Id, Op};

/// Where a node's memory lies.
pub(super) struct Slots {
    pub(super) fixed: usize,
    pub(super) node: Vec<usize>,
    pub(super) ring: Vec<usize>,
    pub(super) group: Vec<usize>,
    pub(super) rings: Vec<Id>,
    /// Pools that are asked, in the order of their rings behind those of nodes.
    pub(super) pools: Vec<usize>,
}

impl Slots {
    pub(super) fn of(graph: &Graph) -> Self {
        // Slot 0 counts the bars.
        let mut slots = Self {
            fixed: 1,
            node: vec![0; graph.nodes.len()],
            ring: vec![0; graph.nodes.len()],
            group: Vec::new(),
            rings: Vec::new(),
            pools: Vec::new(),
        };
        for (i, node) in graph.nodes.iter().enumerate() {
            match node.op {
                Op::Lag(_, n) => {
                    slots.node[i] = slots.fixed;
                    slots.fixed += 1;
                    if !is_one(graph, n) {
                        slots.ring[i] = slots.rings.len();
                        slots.rings.push(Id(i as u32));
                    }
                }
                Op::Window(..) | Op::Pair(..) => {
                    slots.ring[i] = slots.rings.len();
                    slots.rings.push(Id(i as u32));
                }
                Op::Cross(..) | Op::After(..) => {
                    slots.node[i] = slots.fixed;
                    slots.fixed += 1;
                }
                Op::Query(q, _) => {
                    let pool = graph.queries[q as usize].pool as usize;
                    if !slots.pools.contains(&pool) {
                        slots.pools.push(pool);
                    }
                }
                _ => {}
            }
        }
        for g in 0..graph.groups.len() {
            slots.group.push(slots.fixed);
            slots.fixed += state_len(graph, g);
        }
        slots
    }

    /// The ring of a pool.
    pub(super) fn pool_ring(&self, pool: usize) -> usize {
        let at = self.pools.iter().position(|p| *p == pool);
        self.rings.len() + at.unwrap_or(0)
    }
}

pub(super) fn is_one(graph: &Graph, n: Id) -> bool {
    graph.node(n).op == Op::Number(1.0_f64.to_bits())
}
