//! Steps that go through the bars together, eight parameter sets to a register.
//!
//! A recurrence waits for its own last value, and in a grid there are many of them: parameter sets
//! become lanes, and what follows a recurrence on the same bar is done in the same registers. A *team*
//! is such a set of recurrences and of the arithmetic between and behind them, all of the same
//! parameters. Only what others read is written to its column. Steps keep their own functions: a team
//! takes over where there are enough parameter sets and all recurrences have started, and hands back
//! where something is missing.

use std::collections::BTreeMap;

use strat_abi::linear::Form;

use super::action::{Action, GroupFn, Step, View, no_group};
use super::order::is_linear;
use super::plan::Planner;
use crate::codegen::emit::cone;
use crate::codegen::wide::line::{Op as Step8, Predicate, Source, Two, Value};
use crate::codegen::wide::pointwise::{Pointwise, Val, is_wide};
use crate::codegen::wide::{Frame, Kind, MOST_SLOTS, is_possible};
use crate::ir::{Graph, Id, Op};

/// Operations of a turn at most.
const LONGEST: usize = 600;
/// Groups of eight that a team advances by at most: while one waits, the others go on.
const MOST_GROUPS: usize = 3;

/// A value that is kept from bar to bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    /// The last value of a linear recurrence; where it is not finite, the team hands back.
    Last { step: usize, must_be_finite: bool },
    /// A place in the state of a group.
    Past { step: usize, at: usize },
    /// The value of column `k` of a step on the bar before.
    Before { step: usize, k: usize },
}

/// A compiled team.
pub(super) struct Team {
    /// In order.
    pub(super) steps: Vec<usize>,
    pub(super) function: GroupFn,
    /// Groups of eight lanes.
    pub(super) groups: usize,
    /// What is read once for all lanes.
    pub(super) shared: Vec<View>,
    /// What every lane reads for itself.
    pub(super) own: Vec<View>,
    /// Values that do not depend on bars, per lane.
    pub(super) scalars: Vec<Id>,
    pub(super) slots: Vec<Slot>,
    /// Steps that withhold nothing any more.
    pub(super) open: Vec<usize>,
    /// Choices of the parameters, and whether they are taken to be true: the side that is of the team.
    pub(super) taken: Vec<(Id, bool)>,
    /// The columns that are written: step, and which of its columns.
    pub(super) outs: Vec<(usize, usize)>,
}

/// What is done next in a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Turn {
    /// Steps one after the other.
    Steps(Vec<usize>),
    /// A team.
    Team(usize),
}

fn team_is_in(turns: &[Turn], team: usize) -> bool {
    turns.contains(&Turn::Team(team))
}

/// A team that is planned, with its code.
pub(super) type Planned = (Team, Vec<u8>);

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
                    Action::After(_) => follows,
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
    /// else, as they are where the recurrence is chosen.
    fn taken(&self, steps: &[usize]) -> Vec<(Id, bool)> {
        let mut taken: Vec<(Id, bool)> = Vec::new();
        for step in steps.iter().map(|i| &self.steps[*i].0) {
            let Action::Choice(condition) = step.action else {
                continue;
            };
            let is_of =
                |view: &View| view.lag.is_none() && steps.contains(&self.column_step[view.column]);
            let yes = is_of(&step.views[0]);
            if yes != is_of(&step.views[1]) && taken.iter().all(|(known, _)| *known != condition) {
                taken.push((condition, yes));
            }
        }
        taken
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
        nodes.iter().all(|id| is_wide(self.graph.node(*id).op))
    }

    /// The node of a column.
    fn id_of(&self, column: usize) -> Option<Id> {
        let mut all = self.column_of.iter();
        all.find(|(_, of)| **of == column).map(|(id, _)| *id)
    }

    /// Where the arithmetic of a column stops.
    fn is_leaf_of(&self, root: Id, id: Id) -> bool {
        let node = self.graph.node(id);
        (id != root && self.leaf(id)) || matches!(node.op, Op::Lag(..)) || !node.stage.series
    }

    /// The teams of a plan whose steps are in their final order, and what is to be done in a block
    /// once all recurrences have started; nothing where there are none.
    pub(super) fn teams(
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
        for ((phase, _), mut steps) in by_phase {
            let fed = self.feeders(&steps, seeds_of, results);
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
        order.sort_by_key(|i| (phases[*i], depth[*i], is_linear(&self.steps[*i].0)));
        let mut turns: Vec<Turn> = Vec::new();
        for i in order {
            match teams.iter().position(|(team, _)| team.steps.contains(&i)) {
                Some(team) if team_is_in(&turns, team) => {}
                Some(team) => turns.push(Turn::Team(team)),
                None => match turns.last_mut() {
                    Some(Turn::Steps(steps)) => steps.push(i),
                    _ => turns.push(Turn::Steps(vec![i])),
                },
            }
        }
        (teams, turns)
    }

    /// What a team alone reads of the same parameters, made of columns that all lanes share: done in
    /// its registers, it is not turned into rows.
    fn feeders(&self, steps: &[usize], seeds_of: &[Vec<usize>], results: &[usize]) -> Vec<usize> {
        let is_shared = |view: &View| {
            let lag = view.lag.map_or(0, |n| self.graph.node(n).stage.params);
            self.steps[self.column_step[view.column]].0.deps | lag == 0
        };
        let mut fed = Vec::new();
        for (i, (step, _)) in self.steps.iter().enumerate() {
            let is_made = match step.action {
                Action::Map(_) | Action::Quotient => self.is_wide_map(step),
                Action::After(_) => true,
                _ => false,
            };
            if is_made
                && !steps.contains(&i)
                && seeds_of[i].is_empty()
                && step.deps == self.steps[steps[0]].0.deps
                && !step.views.is_empty()
                && step.views.iter().all(is_shared)
                && !results.contains(&step.out)
                && !self.is_read_beside(steps, step.out, seeds_of)
                && !self.is_looked_back_at(step.out)
            {
                fed.push(i);
            }
        }
        fed
    }

    fn is_looked_back_at(&self, column: usize) -> bool {
        let mut views = self.steps.iter().flat_map(|(step, _)| &step.views);
        views.any(|view| view.lag.is_some() && self.reaches(*view, column))
    }

    /// Whether others than `steps` read a column once all recurrences have started.
    fn is_read_beside(&self, steps: &[usize], column: usize, seeds_of: &[Vec<usize>]) -> bool {
        self.steps.iter().enumerate().any(|(i, (step, _))| {
            !steps.contains(&i)
                && seeds_of[i].is_empty()
                && step.views.iter().enumerate().any(|(k, view)| {
                    let is_seed = is_linear(step) && k == 1;
                    !is_seed && self.reaches(*view, column)
                })
        })
    }

    /// Whether a view may read a column: behind a choice what it chooses is read.
    fn reaches(&self, view: View, column: usize) -> bool {
        let step = &self.steps[self.column_step[view.column]].0;
        view.column == column
            || matches!(step.action, Action::Choice(_))
                && step.views.iter().any(|view| self.reaches(*view, column))
    }
}

/// Builds the code of one team.
struct Builder<'p, 'g> {
    planner: &'p Planner<'g>,
    graph: &'g Graph,
    steps: Vec<usize>,
    code: Pointwise<'g>,
    /// The group of lanes at hand.
    group: usize,
    shared: Vec<View>,
    own: Vec<View>,
    scalars: Vec<Id>,
    slots: Vec<Slot>,
    /// Conditions of the parameters that are taken to be so.
    taken: Vec<(Id, bool)>,
    /// Leaves are numbered once all are known: shared ones first.
    next: Vec<Value>,
}

impl<'p, 'g> Builder<'p, 'g> {
    fn team(
        planner: &'p Planner<'g>,
        steps: Vec<usize>,
        seeds_of: &[Vec<usize>],
        results: &[usize],
    ) -> Option<Planned> {
        let recurrences = steps.iter().filter(|i| planner.steps[**i].0.outs > 0);
        let is_recurrence = |i: &usize| {
            matches!(
                planner.steps[*i].0.action,
                Action::Linear(..) | Action::Group(..)
            )
        };
        let of_groups = steps
            .iter()
            .any(|i| matches!(planner.steps[*i].0.action, Action::Group(..)));
        // A recurrence alone has a loop of its own.
        if recurrences.clone().filter(|i| is_recurrence(i)).count() == 0
            || (steps.len() == 1 && !of_groups)
        {
            return None;
        }
        let outs: Vec<(usize, usize)> = steps
            .iter()
            .flat_map(|i| (0..planner.steps[*i].0.outs).map(move |k| (*i, k)))
            .filter(|(i, k)| {
                let step = &planner.steps[*i].0;
                let column = step.out + k;
                let is_result = |result: &usize| {
                    let view = View {
                        column: *result,
                        lag: None,
                    };
                    planner.reaches(view, column)
                };
                // What is chosen is read where it is.
                !matches!(step.action, Action::Choice(_))
                    && (results.iter().any(is_result)
                        || planner.is_read_beside(&steps, column, seeds_of))
            })
            .collect();
        let open: Vec<usize> = steps
            .iter()
            .copied()
            .filter(|i| matches!(planner.steps[*i].0.action, Action::After(_)))
            .collect();
        let taken = planner.taken(&steps);
        // Twice: how many leaves and slots there are is known after the first time.
        let trial = Self::built(planner, &steps, &outs, 1, 0)?;
        let slots = trial.slots.len();
        let groups = (1..=MOST_GROUPS).rev().find(|groups| {
            slots * groups <= MOST_SLOTS && trial.code.line.ops.len() * groups <= LONGEST
        })?;
        let built = Self::built(planner, &steps, &outs, groups, trial.shared.len())?;
        let leaves = built.shared.len() + built.own.len();
        let mut line = built.code.line;
        line.next = built.next;
        let frame = Frame {
            kind: Kind::Lanes(groups),
            leaves,
        };
        let bytes = frame.function(&line).ok()?;
        Some((
            Team {
                steps,
                function: no_group,
                groups,
                shared: built.shared,
                own: built.own,
                scalars: built.scalars,
                slots: built.slots,
                open,
                taken,
                outs,
            },
            bytes,
        ))
    }

    /// The arithmetic of one bar, for so many groups; `shared` is how many leaves are shared.
    fn built(
        planner: &'p Planner<'g>,
        steps: &[usize],
        outs: &[(usize, usize)],
        groups: usize,
        shared: usize,
    ) -> Option<Self> {
        let mut this = Self {
            planner,
            graph: planner.graph,
            steps: steps.to_vec(),
            code: Pointwise::new(planner.graph),
            group: 0,
            shared: Vec::new(),
            own: Vec::new(),
            scalars: Vec::new(),
            slots: Vec::new(),
            taken: planner.taken(steps),
            next: Vec::new(),
        };
        let mut next: Vec<Vec<Value>> = Vec::new();
        for group in 0..groups {
            this.group = group;
            this.code.forget();
            for step in steps {
                this.step(*step, shared, groups)?;
            }
            for (out, (step, k)) in outs.iter().enumerate() {
                let column = planner.steps[*step].0.out + k;
                let value = this.code.stored(planner.id_of(column)?);
                this.code.line.push(Step8::Keep(out, group, value));
            }
            next.push(std::mem::take(&mut this.next));
        }
        // Slots lie side by side, the groups of each one after the other.
        let slots = this.slots.len();
        this.next = (0..slots)
            .flat_map(|slot| next.iter().map(move |of_group| of_group[slot]))
            .collect();
        Some(this)
    }

    fn step(&mut self, i: usize, shared: usize, groups: usize) -> Option<()> {
        let step = &self.planner.steps[i].0;
        let at = (shared, groups);
        match step.action {
            Action::Choice(_) if self.side_of(step).is_some() => {
                let root = self.planner.id_of(step.out)?;
                let Op::Select(_, x, y) = self.graph.node(root).op else {
                    return None;
                };
                let chosen = if self.side_of(step)? == 0 { x } else { y };
                self.read(&[chosen], at);
                let val = self.code.val(chosen);
                self.code.set(root, val);
            }
            Action::Map(_) | Action::Quotient | Action::Choice(_) => {
                let root = self.planner.id_of(step.out)?;
                let (nodes, leaves) =
                    cone(self.graph, &[root], |id| self.planner.is_leaf_of(root, id));
                self.read(&leaves, at);
                for id in nodes {
                    self.code.node(id);
                }
            }
            Action::Linear(form, _) => {
                let member = self.planner.id_of(step.out)?;
                let Op::Member(g, _) = self.graph.node(member).op else {
                    return None;
                };
                let linear = self.graph.linear(g as usize)?;
                let leaves: Vec<Id> = [Some(linear.rest), linear.factor]
                    .into_iter()
                    .flatten()
                    .collect();
                self.read(&leaves, at);
                let b = self.code.num(linear.rest);
                let a = linear.factor.map(|id| self.code.num(id));
                let must_be_finite = form != Form::Known;
                let last = self.past(
                    Slot::Last {
                        step: i,
                        must_be_finite,
                    },
                    groups,
                );
                let value = self.go_on(form, last, a, b)?;
                self.next.push(value);
                self.code.set(member, Val::Num(value));
            }
            Action::After(id) => {
                let Op::After(x, _) = self.graph.node(id).op else {
                    return None;
                };
                self.read(&[x], at);
                let val = self.code.val(x);
                self.code.set(id, val);
            }
            Action::Group(_, g) => self.members(i, g, at)?,
            _ => return None,
        }
        Some(())
    }

    /// As `strat_abi::linear` goes on.
    fn go_on(&mut self, form: Form, last: Value, a: Option<Value>, b: Value) -> Option<Value> {
        let line = &mut self.code.line;
        Some(match form {
            Form::Plus => line.two(Two::Add, last, b),
            Form::Times => {
                let product = line.two(Two::Mul, last, a?);
                line.two(Two::Add, product, b)
            }
            Form::Towards => {
                let distance = line.two(Two::Sub, b, last);
                let way = line.two(Two::Mul, distance, a?);
                line.two(Two::Add, last, way)
            }
            Form::Into => {
                let sum = line.two(Two::Add, last, b);
                line.two(Two::Mul, sum, a?)
            }
            Form::Known => {
                let known = line.compare(Predicate::Ordered, b, b);
                line.choose(known, b, last)
            }
        })
    }

    fn members(&mut self, i: usize, g: usize, at: (usize, usize)) -> Option<()> {
        let group = &self.graph.groups[g];
        let steps: Vec<Id> = group.members.iter().map(|m| m.step).collect();
        let (nodes, leaves) = cone(self.graph, &steps, |id| self.planner.leaf(id));
        self.read(&leaves, at);
        // Where the past of each member begins in the state: behind whether it has started.
        let mut places = Vec::with_capacity(group.members.len());
        let mut place = 1;
        for member in &group.members {
            places.push(place);
            place += member.depth as usize;
        }
        let first = self.next.len();
        let mut past = Vec::with_capacity(place);
        for at_state in 1..place {
            let slot = Slot::Past {
                step: i,
                at: at_state,
            };
            past.push(self.past(slot, at.1));
            // Known at the end.
            self.next.push(past[at_state - 1]);
        }
        for id in nodes {
            if let Op::Prev(_, m, lag) = self.graph.node(id).op {
                let value = past[places[m as usize] + lag as usize - 2];
                self.code.set_stored(id, value);
            } else {
                self.code.node(id);
            }
        }
        for (m, member) in group.members.iter().enumerate() {
            let value = self.code.stored(member.step);
            let newest = places[m] - 1;
            for back in (1..member.depth as usize).rev() {
                self.next[first + newest + back] = past[newest + back - 1];
            }
            self.next[first + newest] = if member.keeps {
                let known = self.code.line.compare(Predicate::Ordered, value, value);
                self.code.line.choose(known, value, past[newest])
            } else {
                value
            };
            let column = self.planner.steps[i].0.out + m;
            if let Some(id) = self.planner.id_of(column) {
                let val = self.code.val(member.step);
                self.code.set(id, val);
            }
        }
        Some(())
    }

    /// What a slot held before this bar.
    fn past(&mut self, slot: Slot, groups: usize) -> Value {
        let known = self.slots.iter().position(|s| *s == slot);
        let i = known.unwrap_or_else(|| {
            self.slots.push(slot);
            self.slots.len() - 1
        });
        self.code.line.take(Source::Past(i * groups + self.group))
    }

    /// The side of a choice that is taken to be chosen.
    fn side_of(&self, step: &Step) -> Option<usize> {
        let Action::Choice(condition) = step.action else {
            return None;
        };
        let known = self.taken.iter().find(|(known, _)| *known == condition);
        known.map(|(_, yes)| usize::from(!yes))
    }

    /// What a look one bar back at a step of the team reads; nothing where it looks elsewhere.
    fn before(&mut self, id: Id, groups: usize) -> Option<Value> {
        let Op::Lag(..) = self.graph.node(id).op else {
            return None;
        };
        let mut column = self.planner.view(id).column;
        // Behind a choice what is chosen is looked at.
        loop {
            let step = self.planner.column_step[column];
            let of = &self.planner.steps[step].0;
            if !self.steps.contains(&step) {
                return None;
            }
            let Some(side) = self.side_of(of) else { break };
            if of.views[side].lag.is_some() {
                return None;
            }
            column = of.views[side].column;
        }
        let step = self.planner.column_step[column];
        let of = &self.planner.steps[step].0;
        let value = self.code.stored(self.planner.id_of(column)?);
        if matches!(of.action, Action::Choice(_)) {
            return None;
        }
        let slot = Slot::Before {
            step,
            k: column - of.out,
        };
        let past = self.past(slot, groups);
        self.next.push(value);
        Some(past)
    }

    /// Takes what some arithmetic reads from outside the team.
    fn read(&mut self, leaves: &[Id], (shared, groups): (usize, usize)) {
        for id in leaves {
            let node = self.graph.node(*id);
            if self.code.is_known(*id) || matches!(node.op, Op::Number(_) | Op::Bool(_)) {
                continue;
            }
            if let Some(past) = self.before(*id, groups) {
                self.code.set_stored(*id, past);
                continue;
            }
            let source = if node.stage.series {
                let view = self.planner.view(*id);
                let deps = self.planner.steps[self.planner.column_step[view.column]]
                    .0
                    .deps;
                let lag = view.lag.map_or(0, |n| self.graph.node(n).stage.params);
                if deps | lag == 0 {
                    Source::Bar(place(&mut self.shared, view))
                } else {
                    Source::Row(shared + place(&mut self.own, view), self.group)
                }
            } else {
                Source::Scalars(place(&mut self.scalars, *id), self.group)
            };
            let stored = self.code.line.take(source);
            self.code.set_stored(*id, stored);
        }
    }
}

fn place<T: PartialEq>(all: &mut Vec<T>, one: T) -> usize {
    let known = all.iter().position(|other| *other == one);
    known.unwrap_or_else(|| {
        all.push(one);
        all.len() - 1
    })
}
