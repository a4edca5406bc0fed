//! What a plan's values are while no trade is open: those of the trade that this close may open.
//!
//! An engine sets the levels of a new position, and sizes it, by the values of the deciding close,
//! when the trade is not there yet: `stop at zone.bottom` would be `na` on the bar of the entry,
//! the one bar on which nothing has been learned of the trade so far. So in a plan's values, and
//! nowhere else, the close stands for `entry_price` and `price`, 0 for `held`, and what the entry
//! is about to keep for what it has kept. Conditions read the trade as it is.
//!
//! Only operations that look at one bar are rewritten; what remembers, such as `highest(high)
//! since entry`, knows no trade before there is one.

use std::collections::HashMap;

use strat_lang::hir::{Input, NodeId};

use super::Lower;
use crate::ir::{Id, Op, is_pointwise, operands};
use crate::passes::renumbered;

impl Lower<'_> {
    /// The nodes of a plan's values, in order.
    pub(super) fn as_entered(&mut self, values: &[NodeId]) -> Vec<Id> {
        let roots: Vec<Id> = values.iter().map(|n| self.at(*n)).collect();
        let mut new: HashMap<Id, Id> = HashMap::new();
        for id in self.read_on_one_bar(&roots) {
            let node = *self.graph.node(id);
            let changed = match node.op {
                Op::Input(input) => self.entered(input, id),
                op if operands(op).iter().flatten().any(|o| new.contains_key(o)) => {
                    let at = |o: Id| new.get(&o).copied().unwrap_or(o);
                    let op = renumbered(op, at);
                    Some(self.add(op, node.is_bool, node.stage, node.body, node.span))
                }
                _ => None,
            };
            new.extend(changed.map(|changed| (id, changed)));
        }
        let at = |id: Id| new.get(&id).copied().unwrap_or(id);
        roots.into_iter().map(at).collect()
    }

    /// What the roots are made of without looking at another bar, operands before their users.
    fn read_on_one_bar(&self, roots: &[Id]) -> Vec<Id> {
        let mut open = roots.to_vec();
        let mut found: Vec<Id> = Vec::new();
        let mut seen = vec![false; self.graph.nodes.len()];
        while let Some(id) = open.pop() {
            let Some(seen) = seen.get_mut(id.index()) else {
                continue;
            };
            if std::mem::replace(seen, true) {
                continue;
            }
            let op = self.graph.node(id).op;
            if is_pointwise(op) {
                open.extend(operands(op).iter().flatten());
            }
            if is_pointwise(op) || matches!(op, Op::Input(_)) {
                found.push(id);
            }
        }
        found.sort_unstable();
        found
    }

    /// A value of the trade, or what stands for it while there is none.
    fn entered(&mut self, input: Input, id: Id) -> Option<Id> {
        let (is_bool, stage, span) = {
            let node = self.graph.node(id);
            (node.is_bool, node.stage, node.span)
        };
        let zero = Op::Number(0.0f64.to_bits());
        let instead = match input {
            Input::EntryPrice | Input::Mark => {
                self.add(Op::Input(Input::Close), false, stage, None, span)
            }
            Input::Held | Input::HeldBars => self.add(zero, false, stage, None, span),
            Input::Kept(i) => return self.kept(i, id),
            _ => return None,
        };
        Some(self.add(Op::Coalesce(id, instead), is_bool, stage, None, span))
    }

    /// What the trade keeps as number `i`; while there is none, what the first entry that holds
    /// would keep. What is kept may itself be `na`, so the trade is asked, not the value.
    fn kept(&mut self, i: u32, id: Id) -> Option<Id> {
        let unit = self.unit;
        let (stage, span) = {
            let node = self.graph.node(id);
            (node.stage, node.span)
        };
        let keeping = unit.entries.iter().filter_map(|entry| {
            let (_, value) = entry.keep.iter().find(|(place, _)| *place == i)?;
            Some((entry.when, *value))
        });
        let keeping: Vec<(NodeId, NodeId)> = keeping.collect();
        let mut kept = None;
        for (when, value) in keeping.into_iter().rev() {
            let (when, value) = (self.at(when), self.at(value));
            kept = Some(match kept {
                None => value,
                Some(rest) => self.add(Op::Select(when, value, rest), false, stage, None, span),
            });
        }
        let kept = kept?;
        let price = self.add(Op::Input(Input::EntryPrice), false, stage, None, span);
        let flat = self.add(Op::IsNa(price), true, stage, None, span);
        Some(self.add(Op::Select(flat, kept, id), false, stage, None, span))
    }
}
