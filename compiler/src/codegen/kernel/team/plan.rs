//! Which steps are of a team, and in which order everything is done once all recurrences have
//! started.

use std::collections::BTreeMap;

use strat_lang::hir::Compare;

use super::code::Builder;
use super::{Planned, Turn};
use crate::codegen::emit::cone;
use crate::codegen::kernel::action::{Action, Step, View, is_passage};
use crate::codegen::kernel::chain::{by_parameters, parts};
use crate::codegen::kernel::order::is_linear;
use crate::codegen::kernel::plan::Planner;
use crate::codegen::wide::is_possible;
use crate::codegen::wide::pointwise::is_wide;
use crate::ir::{Id, Op};

impl Planner<'_> {
    /// Per step its phase once all recurrences have started: odd for those that can be of a team,
    /// even for the others, none for what serves seeds only. What stands in a phase needs nothing of a
    /// later one, and within an odd one only its own team.
    fn phases(&self, seeds_of: &[Vec<usize>]) -> Vec<Option<usize>> {
        let steps = &self.steps;
        let mut is_member = vec![false; steps.len()];
        let mut phases: Vec<Option<usize>> = vec![None; steps.len()];
        for i in (0..steps.len()).filter(|i| seeds_of[*i].is_empty()) {
            let step = &steps[i].0;
            let alike = |from: usize| is_member[from] && steps[from].0.deps == step.deps;
            let has_seed = is_linear(step);
            let views = step.views.iter().enumerate();
            let before: Vec<(usize, bool)> = views
                .filter(|(k, _)| !(has_seed && *k == 1))
                .map(|(_, v)| (self.column_step[v.column], self.is_at_hand(*v)))
                .collect();
            let follows = before.iter().any(|(from, now)| *now && alike(*from));
            let joins = step.deps != 0
                && match step.action {
                    Action::Linear(..) => true,
                    Action::Group(_, g) => self.is_wide_group(g),
                    Action::Map(_) | Action::Quotient | Action::Choice(_) => {
                        follows && self.is_wide_map(step)
                    }
                    Action::After(_) => follows && step.views[0].lag.is_none(),
                    _ => false,
                };
            let behind = before.iter().map(|&(from, now)| {
                let phase = phases[from].unwrap_or(0);
                match (is_member[from], joins) {
                    (true, true) if now && alike(from) => phase,
                    (true, true) => phase + 2,
                    (false, false) => phase,
                    _ => phase + 1,
                }
            });
            phases[i] = Some(behind.max().unwrap_or(0).max(usize::from(joins)));
            is_member[i] = joins;
        }
        phases
    }

    /// Whether a view is of this bar or the one before, which is kept.
    fn is_at_hand(&self, view: View) -> bool {
        let one = |id: Id| matches!(self.graph.node(id).op, Op::Number(bits) if f64::from_bits(bits) == 1.0);
        view.lag.is_none_or(one)
    }

    /// The conditions of the parameters that choose between a recurrence of a team and something
    /// else, as they are where the recurrence is chosen; and those of its arithmetic that ask whether
    /// a parameter is one certain number, which most are not.
    pub(super) fn taken(&self, steps: &[usize]) -> Vec<(Id, bool)> {
        let mut taken: Vec<(Id, bool)> = Vec::new();
        for step in steps.iter().map(|i| &self.steps[*i].0) {
            let Action::Choice(condition) = step.action else {
                continue;
            };
            let is_of =
                |view: &View| view.lag.is_none() && steps.contains(&self.column_step[view.column]);
            let (yes, no) = (is_of(&step.views[0]), is_of(&step.views[1]));
            let is_one_of_many = yes && no && self.is_certain_number(condition);
            if (yes != no || is_one_of_many) && taken.iter().all(|(known, _)| *known != condition) {
                taken.push((condition, yes && !no));
            }
        }
        for step in steps.iter().map(|i| &self.steps[*i].0) {
            let (Action::Map(_), Some(root)) = (step.action, self.id_of(step.out)) else {
                continue;
            };
            let (nodes, _) = cone(self.graph, &[root], |id| self.is_leaf_of(root, id));
            for id in nodes {
                if let Op::Select(condition, ..) = self.graph.node(id).op
                    && self.is_certain_number(condition)
                    && taken.iter().all(|(known, _)| *known != condition)
                {
                    taken.push((condition, false));
                }
            }
        }
        taken
    }

    fn is_certain_number(&self, condition: Id) -> bool {
        let node = self.graph.node(condition);
        let is_number = |id: Id| matches!(self.graph.node(id).op, Op::Number(_));
        !node.stage.series
            && match node.op {
                Op::Compare(Compare::Eq, a, b) => is_number(a) != is_number(b),
                _ => false,
            }
    }

    fn is_wide_group(&self, g: usize) -> bool {
        let group = &self.graph.groups[g];
        let steps: Vec<Id> = group.members.iter().map(|m| m.step).collect();
        let (nodes, _) = cone(self.graph, &steps, |id| self.leaf(id));
        nodes.iter().all(|id| is_wide(self.graph.node(*id).op))
    }

    fn is_wide_map(&self, step: &Step) -> bool {
        let Some(root) = self.id_of(step.out) else {
            return false;
        };
        let (nodes, _) = cone(self.graph, &[root], |id| self.is_leaf_of(root, id));
        // A look back that is copied is no arithmetic.
        !nodes.is_empty() && nodes.iter().all(|id| is_wide(self.graph.node(*id).op))
    }

    /// The node of a column.
    pub(super) fn id_of(&self, column: usize) -> Option<Id> {
        let mut all = self.column_of.iter();
        all.find(|(_, of)| **of == column).map(|(id, _)| *id)
    }

    /// Where the arithmetic of a column stops.
    pub(in crate::codegen::kernel) fn is_leaf_of(&self, root: Id, id: Id) -> bool {
        let node = self.graph.node(id);
        (id != root && self.leaf(id)) || matches!(node.op, Op::Lag(..)) || !node.stage.series
    }

    /// The teams of a plan whose steps are in their final order, and what is to be done in a block
    /// once all recurrences have started; nothing where there are none.
    pub(in crate::codegen::kernel) fn teams(
        &self,
        seeds_of: &[Vec<usize>],
        depth: &[usize],
        results: &[usize],
    ) -> (Vec<Planned>, Vec<Turn>) {
        if !is_possible() {
            return (Vec::new(), Vec::new());
        }
        let mut phases = self.phases(seeds_of);
        let mut by_phase: BTreeMap<(usize, u64), Vec<usize>> = BTreeMap::new();
        for (i, phase) in phases.iter().enumerate() {
            if let Some(phase) = phase.filter(|phase| phase % 2 == 1) {
                let key = (phase, self.steps[i].0.deps);
                by_phase.entry(key).or_default().push(i);
            }
        }
        let mut teams: Vec<Planned> = Vec::new();
        // Arithmetic alone is sooner done bar by bar than turned into rows.
        let goes_on = |i: &usize| {
            matches!(
                self.steps[*i].0.action,
                Action::Linear(..) | Action::Group(..)
            )
        };
        by_phase.retain(|_, steps| steps.iter().any(goes_on));
        for ((phase, _), mut steps) in by_phase {
            let fed = self.feeders(&steps, &phases, phase);
            steps.extend(&fed);
            steps.sort_unstable();
            if let Some(team) = Builder::team(self, steps, seeds_of, results) {
                teams.push(team);
                for step in fed {
                    phases[step] = Some(phase);
                }
            }
        }
        if teams.is_empty() {
            return (teams, Vec::new());
        }
        let mut order: Vec<usize> = (0..self.steps.len())
            .filter(|i| phases[*i].is_some())
            .collect();
        order.sort_by_key(|i| {
            let step = &self.steps[*i].0;
            (phases[*i], depth[*i], is_linear(step), by_parameters(step))
        });
        let of = |i: usize| &self.steps[i].0;
        let mut turns: Vec<Turn> = Vec::new();
        let mut between = Vec::new();
        for i in order {
            match teams.iter().position(|(team, ..)| team.steps.contains(&i)) {
                Some(team) if turns.contains(&Turn::Team(team)) => {}
                Some(team) => {
                    if !between.is_empty() {
                        turns.push(Turn::Steps(parts(&between, of, depth)));
                        between.clear();
                    }
                    turns.push(Turn::Team(team));
                }
                None => between.push(i),
            }
        }
        if !between.is_empty() {
            turns.push(Turn::Steps(parts(&between, of, depth)));
        }
        for (team, ..) in &mut teams {
            team.alone = parts(&team.steps, of, depth);
        }
        (teams, turns)
    }

    /// What a team reads of the same parameters, made of columns that all lanes share: done in its
    /// registers, it is not turned into rows. Others may read it later than the team.
    fn feeders(&self, steps: &[usize], phases: &[Option<usize>], phase: usize) -> Vec<usize> {
        let mut fed = Vec::new();
        for (i, (step, _)) in self.steps.iter().enumerate() {
            let is_made = match step.action {
                Action::Map(_) | Action::Quotient => self.is_wide_map(step),
                _ => false,
            };
            let readers = |of: usize| {
                let (reader, _) = &self.steps[of];
                let views = reader.views.iter().enumerate();
                let is_seed = |k: usize| is_linear(reader) && k == 1;
                views
                    .clone()
                    .any(|(k, view)| !is_seed(k) && self.reaches(*view, step.out, &[]))
            };
            let is_later = |of: usize| phases[of].is_none_or(|at| at > phase);
            let is_read = (0..self.steps.len()).filter(|of| readers(*of));
            if is_made
                && phases[i].is_some()
                && !steps.contains(&i)
                && step.deps == self.steps[steps[0]].0.deps
                && !step.views.is_empty()
                && self.reads_less(&step.views)
                && is_read.clone().any(|of| steps.contains(&of))
                && is_read
                    .clone()
                    .all(|of| steps.contains(&of) || is_later(of))
            {
                fed.push(i);
            }
        }
        fed
    }

    /// Whether what is read is the same for all parameter sets, but for one look as far back as
    /// each of them says: its rows take the place of those of the result.
    fn reads_less(&self, views: &[View]) -> bool {
        let own: Vec<&View> = views
            .iter()
            .filter(|view| !self.is_shared(**view))
            .collect();
        let is_lag = |view: &View| self.is_shared(View { lag: None, ..*view });
        own.len() <= 1 && own.iter().all(|view| is_lag(view))
    }

    /// Whether all parameter sets read the same through a view once nothing is withheld any more.
    pub(super) fn is_shared(&self, view: View) -> bool {
        let step = &self.steps[self.column_step[view.column]].0;
        let is_one = |view: &View| {
            view.lag
                .is_none_or(|n| self.graph.node(n).stage.params == 0)
        };
        is_one(&view)
            && match step.action {
                Action::After(_) => self.is_shared(step.views[0]),
                _ => step.deps == 0,
            }
    }

    /// Whether others than `steps` read a column once all recurrences have started.
    pub(super) fn is_read_beside(
        &self,
        steps: &[usize],
        column: usize,
        seeds_of: &[Vec<usize>],
        taken: &[(Id, bool)],
    ) -> bool {
        self.steps.iter().enumerate().any(|(i, (step, _))| {
            !steps.contains(&i)
                && seeds_of[i].is_empty()
                && step.views.iter().enumerate().any(|(k, view)| {
                    let is_seed = is_linear(step) && k == 1;
                    !is_seed && self.reaches(*view, column, taken)
                })
        })
    }

    /// Whether a view may read a column: behind a choice what it chooses is read, and behind what has
    /// withheld its first values what it goes on with. `taken` are conditions that are known.
    pub(super) fn reaches(&self, view: View, column: usize, taken: &[(Id, bool)]) -> bool {
        let step = &self.steps[self.column_step[view.column]].0;
        let known = |condition: Id| taken.iter().find(|(known, _)| *known == condition);
        let behind = match step.action {
            Action::Choice(condition) => match known(condition) {
                Some((_, yes)) => &step.views[usize::from(!yes)..][..1],
                None => &step.views,
            },
            _ if is_passage(step) => &step.views,
            _ => &[],
        };
        let reaches = |view: &View| self.reaches(*view, column, taken);
        view.column == column || behind.iter().any(reaches)
    }
}
