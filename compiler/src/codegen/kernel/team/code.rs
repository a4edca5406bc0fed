//! The code of a team: one bar of its steps, for up to three groups of eight lanes.

use strat_abi::linear::Form;

use super::{Planned, Slot, Team, no_team};
use crate::codegen::emit::{cone, cone_along};
use crate::codegen::kernel::action::{Action, Step, View, is_passage};
use crate::codegen::kernel::plan::Planner;
use crate::codegen::wide::line::{Line, Op as Step8, Predicate, Source, Two, Value};
use crate::codegen::wide::pointwise::{Pointwise, Val};
use crate::codegen::wide::{Frame, Kind, MOST_GROUPS, MOST_SLOTS};
use crate::ir::{Graph, Id, Op, operands};

/// Operations of a turn at most.
const LONGEST: usize = 600;
/// Half slots that a register of rows takes to become columns: three shuffles for each.
const TURNED: usize = 6;

/// Builds the code of one team.
pub(super) struct Builder<'p, 'g> {
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
    /// What the slots hold after this bar.
    next: Vec<Value>,
}

impl<'p, 'g> Builder<'p, 'g> {
    /// The team of some steps; nothing where they are better run one by one.
    pub(super) fn team(
        planner: &'p Planner<'g>,
        steps: Vec<usize>,
        seeds_of: &[Vec<usize>],
        results: &[usize],
    ) -> Option<Planned> {
        let taken = planner.taken(&steps);
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
                    planner.reaches(view, column, &taken)
                };
                // What is passed on is read where it is.
                !is_passage(step)
                    && (results.iter().any(is_result)
                        || planner.is_read_beside(&steps, column, seeds_of, &taken))
            })
            .collect();
        // While one group waits, the others go on.
        // Twice: shared leaves are numbered first, and how many slots and operations a group needs
        // decides how many groups there is room for.
        let trial = Self::built(planner, &steps, &outs, (1, 0), (Line::default(), false))?;
        let slots = trial.slots.len();
        let groups = (1..=MOST_GROUPS).rev().find(|groups| {
            slots * groups <= MOST_SLOTS && trial.code.line.ops.len() * groups <= LONGEST
        })?;
        let size = (groups, trial.shared.len());
        let built = |is_half| {
            let start = (Line::default(), is_half);
            let trial = Self::built(planner, &steps, &outs, size, start)?;
            let balanced = (trial.code.line.balanced(TURNED), is_half);
            Self::built(planner, &steps, &outs, size, balanced)
        };
        let function = |built: &Self| {
            let frame = Frame {
                kind: Kind::Lanes(groups),
                leaves: built.shared.len() + built.own.len(),
            };
            frame.function(&built.code.line).ok()
        };
        let half = built(true)?;
        let is_half = |op: &Step8| matches!(op, Step8::HalfDiv(..));
        let half = match half.code.line.ops.iter().any(is_half) {
            true => Some(function(&half)?),
            false => None,
        };
        let built = built(false)?;
        let bytes = function(&built)?;
        Some((
            Team {
                steps,
                alone: Vec::new(),
                function: no_team,
                half: no_team,
                groups,
                shared: built.shared,
                own: built.own,
                scalars: built.scalars,
                slots: built.slots,
                taken,
                outs,
            },
            bytes,
            half,
        ))
    }

    /// The arithmetic of one bar, for so many groups, added to a line, where of the last group four lanes
    /// are wanted or all of them; `shared` is how many leaves are shared.
    fn built(
        planner: &'p Planner<'g>,
        steps: &[usize],
        outs: &[(usize, usize)],
        (groups, shared): (usize, usize),
        (line, is_half): (Line, bool),
    ) -> Option<Self> {
        let mut this = Self {
            planner,
            graph: planner.graph,
            steps: steps.to_vec(),
            code: Pointwise::new(planner.graph, line),
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
            this.code.line.is_half = is_half && group + 1 == groups;
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
        this.code.line.next = (0..slots)
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
                let (nodes, leaves) = cone_along(
                    &[root],
                    |id| self.planner.is_leaf_of(root, id),
                    |id| match self.chosen(id) {
                        Some(chosen) => [Some(chosen), None, None, None],
                        None => operands(self.graph.node(id).op),
                    },
                );
                self.read(&leaves, at);
                self.shares(step);
                for id in nodes {
                    match self.chosen(id) {
                        Some(chosen) => {
                            let val = self.code.val(chosen);
                            self.code.set(id, val);
                        }
                        None => self.code.node(id),
                    }
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
            Form::TimesFused => line.push(Step8::Fused(last, a?, b)),
            Form::TowardsFused => {
                let distance = line.two(Two::Sub, b, last);
                line.push(Step8::Fused(distance, a?, last))
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

    /// What a node chooses, where its condition is taken to be known.
    fn chosen(&self, id: Id) -> Option<Id> {
        let Op::Select(condition, yes, no) = self.graph.node(id).op else {
            return None;
        };
        let known = self.taken.iter().find(|(known, _)| *known == condition);
        known.map(|(_, is_so)| if *is_so { yes } else { no })
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
        // Behind what passes something on that is looked at.
        loop {
            let step = self.planner.column_step[column];
            let of = &self.planner.steps[step].0;
            if !self.steps.contains(&step) {
                return None;
            }
            let side = match of.action {
                Action::After(_) => Some(0),
                _ => self.side_of(of),
            };
            let Some(side) = side else { break };
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

    /// Reciprocals that are the same for all lanes are taken where they are.
    fn shares(&mut self, step: &Step) {
        let views = step.views.iter().rev();
        for (id, view) in step.shares.iter().rev().zip(views) {
            if self.planner.is_shared(*view) && self.code.is_known(*id) {
                let place = place(&mut self.shared, *view);
                self.code.share(*id, Source::Bar(place));
            }
        }
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
                if self.planner.is_shared(view) {
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
