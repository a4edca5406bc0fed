//! Conditions to bit masks: lists are split so that terms of the same parameters are one function.

use std::collections::BTreeMap;

use super::action::{Action, no_mask};
use super::plan::{MaskTree, Pending, Planner};
use crate::codegen::emit::cone;
use crate::ir::{Id, Op};

impl Planner<'_> {
    /// The bit masks of a condition where it is true (or, with `want` false, where it is false).
    pub(super) fn mask(&mut self, id: Id, want: bool) -> MaskTree {
        let mut terms = Vec::new();
        // A list of conditions under one connective, flattened without recursion.
        let all = self.connective(id, want);
        let mut open = vec![(id, want)];
        while let Some((id, want)) = open.pop() {
            match self.graph.node(id).op {
                Op::Not(x) => open.push((x, !want)),
                Op::And(a, b) if want == all => open.extend([(b, want), (a, want)]),
                Op::Or(a, b) if want != all => open.extend([(b, want), (a, want)]),
                _ => terms.push((id, want)),
            }
        }
        // Terms of the same parameters are one function; crossings and mixed lists stand alone.
        let mut by_deps: BTreeMap<u64, Vec<(Id, bool)>> = BTreeMap::new();
        let mut parts = Vec::new();
        for (id, want) in terms {
            let node = self.graph.node(id);
            match node.op {
                Op::Bool(b) => parts.push(MaskTree::Always(b == want)),
                Op::Cross(a, b) if want && !self.is_column[id.index()] => {
                    parts.push(MaskTree::Leaf(self.cross(a, b)));
                }
                Op::And(..) | Op::Or(..) if self.has_parts(id) => {
                    let part = self.mask(id, want);
                    parts.push(part);
                }
                _ => by_deps
                    .entry(node.stage.params)
                    .or_default()
                    .push((id, want)),
            }
        }
        for (deps, terms) in by_deps {
            let roots: Vec<Id> = terms.iter().map(|(id, _)| *id).collect();
            let (_, leaves) = cone(self.graph, &roots, |x| self.leaf(x));
            let (views, scalars) = self.leaves(&leaves);
            let mask = self.add_mask(Action::Mask(no_mask), deps, 1);
            let step = self.mask_step[mask];
            self.steps[step].0.views = views;
            self.steps[step].0.scalars = scalars;
            self.steps[step].1 = Pending::Mask(all, terms);
            parts.push(MaskTree::Leaf(mask));
        }
        match parts.len() {
            1 => parts.swap_remove(0),
            _ if all => MaskTree::And(parts),
            _ => MaskTree::Or(parts),
        }
    }

    /// Whether the outermost connective, with its sign, asks for all of its terms.
    fn connective(&self, id: Id, want: bool) -> bool {
        let (mut id, mut want) = (id, want);
        loop {
            match self.graph.node(id).op {
                Op::Not(x) => (id, want) = (x, !want),
                Op::And(..) => return want,
                Op::Or(..) => return !want,
                _ => return true,
            }
        }
    }

    /// Whether a nested list holds crossings or parts with fewer parameters than the whole.
    fn has_parts(&self, id: Id) -> bool {
        let whole = self.graph.node(id).stage.params;
        let mut open = vec![id];
        while let Some(id) = open.pop() {
            let node = self.graph.node(id);
            match node.op {
                Op::And(a, b) | Op::Or(a, b) => open.extend([a, b]),
                Op::Not(a) => open.push(a),
                Op::Cross(..) if !self.is_column[id.index()] => return true,
                _ if node.stage.params != whole && node.stage.series => return true,
                _ => {}
            }
        }
        false
    }

    fn add_mask(&mut self, action: Action, deps: u64, outs: usize) -> usize {
        let out = self.mask_step.len();
        let step = self.steps.len();
        self.mask_step.extend(std::iter::repeat_n(step, outs));
        self.push(action, deps, out, outs);
        out
    }

    /// The mask of `a crosses above b`; both directions of a pair are computed together.
    fn cross(&mut self, a: Id, b: Id) -> usize {
        if let Some(&mask) = self.cross_bits.get(&(a, b)) {
            return mask;
        }
        let deps = self.graph.node(a).stage.params | self.graph.node(b).stage.params;
        let mask = self.add_mask(Action::CrossBits, deps, 2);
        let step = self.mask_step[mask];
        self.steps[step].0.views = vec![self.view(a), self.view(b)];
        self.cross_bits.insert((a, b), mask);
        self.cross_bits.insert((b, a), mask + 1);
        mask
    }
}
