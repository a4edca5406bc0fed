//! Near columns: those that are read by their own chain only, on the same bar. All parameter sets
//! write them to the same places, of which there are few, since one is used again as soon as
//! nothing reads what is in it.

use strat_lang::hir::Input;

use super::action::{Action, Step, is_passage};
use super::chain::Part;
use super::team::{Team, Turn};

/// Everything that is run in a block.
pub(super) struct Plan<'p> {
    pub(super) steps: &'p [Step],
    pub(super) column_step: &'p [usize],
    /// Before all recurrences have started, and from then on where there are teams.
    pub(super) parts: &'p [Part],
    pub(super) turns: &'p [Turn],
    pub(super) teams: &'p [Team],
    /// The columns of an expression's outputs, which are handed out at the end of the last part,
    /// and of the values that a plan points into, which are read later.
    pub(super) outputs: &'p [usize],
    pub(super) values: &'p [usize],
}

/// When a near column is needed: in which chain, from which place in it, up to which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    chain: usize,
    first: usize,
    last: usize,
}

impl Span {
    /// Whether both are needed at the same time: what a step reads is needed while it writes.
    fn meets(self, other: Self) -> bool {
        self.chain == other.chain && self.first <= other.last && other.first <= self.last
    }
}

impl Plan<'_> {
    /// Per step when its columns are needed, where all of them may be near: nothing where one is
    /// not.
    pub(super) fn spans(&self) -> Vec<Vec<Span>> {
        let readers = self.readers();
        let (outputs, values) = (self.reached(self.outputs), self.reached(self.values));
        let later: Vec<&[Part]> = self
            .turns
            .iter()
            .map(|turn| match turn {
                Turn::Steps(parts) => &parts[..],
                Turn::Team(_) => &[],
            })
            .collect();
        let of_team = |i: usize| self.teams.iter().any(|team| team.steps.contains(&i));
        let mut spans: Vec<Vec<Span>> = vec![Vec::new(); self.steps.len()];
        let mut is_near: Vec<bool> = self
            .steps
            .iter()
            .enumerate()
            .map(|(i, step)| {
                let mut columns = step.out..step.out + step.outs;
                is_written(step)
                    && !of_team(i)
                    && columns.all(|c| !values[c] && !readers[c].iter().any(|i| of_team(*i)))
            })
            .collect();
        let mut chain = 0;
        for order in [vec![self.parts], later] {
            let last = order.last().and_then(|parts| parts.last());
            let run = order.iter().flat_map(|parts| parts.iter());
            let mut is_run = vec![false; self.steps.len()];
            for i in run.clone().flat_map(Part::steps) {
                is_run[*i] = true;
            }
            for part in run {
                let steps = part.steps();
                let is_last = last.is_some_and(|last| std::ptr::eq(last, part));
                for (first, &i) in steps.iter().enumerate() {
                    let columns = self.steps[i].out..self.steps[i].out + self.steps[i].outs;
                    if !is_near[i] || !matches!(part, Part::Chain(_)) {
                        is_near[i] = false;
                        continue;
                    }
                    let is_output = columns.clone().any(|c| outputs[c]);
                    let mut until = if is_output { steps.len() } else { first };
                    is_near[i] &= is_last || !is_output;
                    for reader in columns.flat_map(|c| &readers[c]).filter(|i| is_run[**i]) {
                        match steps.iter().position(|step| step == reader) {
                            Some(at) => until = until.max(at),
                            None => is_near[i] = false,
                        }
                    }
                    spans[i].push(Span {
                        chain,
                        first,
                        last: until,
                    });
                }
                chain += 1;
            }
        }
        for (spans, is_near) in spans.iter_mut().zip(is_near) {
            if !is_near {
                spans.clear();
            }
        }
        spans
    }

    /// Per column the steps that may read it.
    fn readers(&self) -> Vec<Vec<usize>> {
        let mut readers = vec![Vec::new(); self.column_step.len()];
        for (i, step) in self.steps.iter().enumerate() {
            for view in &step.views {
                self.reach(view.column, &mut |column| readers[column].push(i));
            }
        }
        readers
    }

    /// Per column whether one of these is it, or may be.
    fn reached(&self, results: &[usize]) -> Vec<bool> {
        let mut reached = vec![false; self.column_step.len()];
        for column in results {
            self.reach(*column, &mut |column| reached[column] = true);
        }
        reached
    }

    /// What may be read through a column: behind a choice what it chooses is read, and behind what
    /// withholds first values what it withholds.
    fn reach(&self, column: usize, each: &mut impl FnMut(usize)) {
        each(column);
        let step = &self.steps[self.column_step[column]];
        if is_passage(step) {
            for view in &step.views {
                self.reach(view.column, each);
            }
        }
    }
}

/// Whether a step writes columns, and not bits or what the bars hold.
fn is_written(step: &Step) -> bool {
    !matches!(
        step.action,
        Action::Mask(_)
            | Action::CrossBits
            | Action::Input(Input::Open | Input::High | Input::Low | Input::Close | Input::Volume)
    )
}

/// Where near columns lie: in one of some places, each as wide as what is widest in it.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// Per step its place, where its columns are near.
    pub(super) of: Vec<Option<usize>>,
    /// Per place the columns it has room for.
    pub(super) columns: Vec<usize>,
}

impl Places {
    /// Those of the steps that have spans and of which `is_near` holds.
    pub(super) fn of(steps: &[Step], spans: &[Vec<Span>], is_near: impl Fn(usize) -> bool) -> Self {
        let mut places = Self {
            of: vec![None; steps.len()],
            columns: Vec::new(),
        };
        let mut taken: Vec<Vec<Span>> = Vec::new();
        for (i, spans) in spans.iter().enumerate() {
            if spans.is_empty() || !is_near(i) {
                continue;
            }
            let is_free = |taken: &Vec<Span>| {
                taken
                    .iter()
                    .all(|theirs| spans.iter().all(|ours| !ours.meets(*theirs)))
            };
            let place = taken.iter().position(is_free).unwrap_or_else(|| {
                taken.push(Vec::new());
                places.columns.push(0);
                taken.len() - 1
            });
            taken[place].extend(spans);
            places.columns[place] = places.columns[place].max(steps[i].outs);
            places.of[i] = Some(place);
        }
        places
    }
}
