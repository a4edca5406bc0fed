//! What the kernel computes in which order: the steps, and the bit masks at the end.

use std::collections::BTreeMap;

use strat_abi::ladder::Ladder;
use strat_abi::pair::Pair;
use strat_abi::window::{Window, ladder_of};
use strat_lang::hir::Math2;

use super::action::{Action, GroupFn, MapFn, MaskFn, Step, View, no_group, no_map};
use super::chain::{Part, parts};
use super::choose::{block_form, columns, is_leaf};
use super::near::{Plan, Span};
use super::team::{Team, TeamFn, Turn};
use super::{code, code_pool};
use crate::codegen::jit::{Code, CodegenError, Jit};
use crate::ir::{Graph, Id, Op, Start};

/// A condition over bit masks.
#[derive(Debug, Clone)]
pub enum MaskTree {
    /// Mask number i.
    Leaf(usize),
    /// All of them.
    And(Vec<MaskTree>),
    /// Any of them.
    Or(Vec<MaskTree>),
    /// Always or never.
    Always(bool),
}

/// A compiled kernel, for any grid.
pub struct Kernel {
    /// The steps in order.
    pub steps: Vec<Step>,
    /// For each column the step that writes it.
    pub column_step: Vec<usize>,
    /// For each bit mask the step that writes it.
    pub mask_step: Vec<usize>,
    /// Entry and exit conditions in order: tree and lookback formula.
    pub signals: Vec<(MaskTree, u32)>,
    /// Number of entries among them.
    pub entries: usize,
    /// The columns of an expression's outputs.
    pub outputs: Vec<usize>,
    /// The columns of the values that the plan points into.
    pub values: Vec<usize>,
    /// For each step whether nothing but those values needs it.
    pub for_values: Vec<bool>,
    /// For each step the recurrences whose seeds alone it serves, where there are any: once they
    /// have started it is not needed any more.
    pub seeds_of: Vec<Vec<usize>>,
    /// For each step the recurrence that goes towards it and can advance in the same loop.
    pub followed_by: Vec<Option<usize>>,
    /// Steps that go through the bars together in a grid.
    pub(super) teams: Vec<Team>,
    /// What is done in a block, and once all recurrences have started, where there are teams.
    pub(super) parts: Vec<Part>,
    pub(super) turns: Vec<Turn>,
    /// Per step when its columns are needed, where they may be near.
    pub(super) spans: Vec<Vec<Span>>,
    _code: Code,
}

impl Kernel {
    /// Bytes that one more parameter set needs at most while it runs: the columns and masks that
    /// depend on every parameter, for one block.
    #[must_use]
    pub fn bytes_per_combo(&self, params: usize) -> usize {
        let all = (1_u64 << params.min(63)) - 1;
        let mut bytes = 64 + 8 * self.signals.len();
        for step in &self.steps {
            if step.deps & all == all && all != 0 {
                bytes += match step.action {
                    Action::Mask(_) | Action::CrossBits => 128 * step.outs,
                    _ => 8 * 1280 * step.outs,
                } + match step.action {
                    Action::Pool(_, _, state) => 8 * state,
                    _ => 0,
                } + 160;
            }
        }
        bytes
    }
}

/// A function still to be compiled.
pub(super) enum Pending {
    None,
    Map(Id),
    Share,
    Mask(bool, Vec<(Id, bool)>),
    Group(usize),
    Pool(usize, Vec<usize>),
}

pub(super) struct Planner<'g> {
    pub(super) graph: &'g Graph,
    pub(super) is_column: Vec<bool>,
    pub(super) column_of: BTreeMap<Id, usize>,
    /// Per column that is divided by the column of its reciprocal.
    pub(super) share_of: BTreeMap<usize, usize>,
    pub(super) cross_bits: BTreeMap<(Id, Id), usize>,
    pub(super) steps: Vec<(Step, Pending)>,
    pub(super) column_step: Vec<usize>,
    pub(super) mask_step: Vec<usize>,
    pub(super) group_column: Vec<Option<usize>>,
    pub(super) query_column: Vec<Option<usize>>,
}

/// Plans and compiles the kernel of a graph.
///
/// # Errors
/// What Cranelift refuses.
pub fn compile(graph: &Graph, clif: Option<&mut String>) -> Result<Kernel, CodegenError> {
    let mut planner = Planner {
        graph,
        is_column: columns(graph),
        column_of: BTreeMap::new(),
        share_of: BTreeMap::new(),
        cross_bits: BTreeMap::new(),
        steps: Vec::new(),
        column_step: Vec::new(),
        mask_step: Vec::new(),
        group_column: vec![None; graph.groups.len()],
        query_column: vec![None; graph.queries.len()],
    };
    planner.columns();
    let mut signals = Vec::new();
    for s in graph.entries.iter().chain(&graph.exits) {
        signals.push((planner.mask(s.when, true), s.look));
    }
    let column = |id: &Id| planner.column_of.get(id).copied().unwrap_or(0);
    let outputs: Vec<usize> = graph.outputs.iter().map(|(_, id, _)| column(id)).collect();
    let values: Vec<usize> = graph.values.iter().map(column).collect();
    planner.divide_sums(&outputs, &values);
    let depth = planner.order_steps();
    let seeds_of = planner.seeds_of(&outputs, &values);
    let followed_by = planner.followed_by();
    let for_values = planner.for_values(&outputs);
    let results: Vec<usize> = outputs.iter().chain(&values).copied().collect();
    let (planned, turns) = planner.teams(&seeds_of, &depth, &results);
    let Planner {
        steps,
        column_step,
        mask_step,
        is_column,
        ..
    } = planner;
    let mut jit = Jit::new(clif.is_some())?;
    let mut ids = Vec::new();
    for (i, (step, pending)) in steps.iter().enumerate() {
        let leaf = |id: Id| is_leaf(graph, &is_column, id);
        let id = match pending {
            Pending::None => continue,
            Pending::Map(root) => {
                code::map(&mut jit, graph, &format!("map_{i}"), *root, step, leaf)?
            }
            Pending::Share => code::share(&mut jit, &format!("share_{i}"))?,
            Pending::Mask(all, terms) => code::mask(
                &mut jit,
                graph,
                &format!("mask_{i}"),
                *all,
                terms,
                step,
                leaf,
            )?,
            Pending::Group(g) => {
                code::group(&mut jit, graph, &format!("group_{g}"), *g, step, leaf)?
            }
            Pending::Pool(p, queries) => code_pool::pool(
                &mut jit,
                graph,
                &format!("pool_{i}"),
                *p,
                queries,
                step,
                leaf,
            )?,
        };
        ids.push((i, id));
    }
    let (mut teams, mut team_ids) = (Vec::new(), Vec::new());
    for (i, (team, bytes, half)) in planned.into_iter().enumerate() {
        let id = jit.define_bytes(&format!("team_{i}"), 6, &bytes)?;
        let half = half.map(|bytes| jit.define_bytes(&format!("team_{i}_half"), 6, &bytes));
        team_ids.extend([id, half.transpose()?.unwrap_or(id)]);
        teams.push(team);
    }
    if let (Some(out), Some(text)) = (clif, jit.clif.take()) {
        out.push_str(&text);
    }
    let functions: Vec<_> = ids.iter().map(|(_, id)| *id).chain(team_ids).collect();
    let (code, addresses) = jit.finish(&functions)?;
    let (addresses, of_teams) = addresses.split_at(ids.len());
    // SAFETY: each was assembled as a function of lanes, which has this signature.
    let function = |address| unsafe { std::mem::transmute::<*const u8, TeamFn>(address) };
    for (team, [whole, half]) in teams.iter_mut().zip(of_teams.as_chunks::<2>().0) {
        (team.function, team.half) = (function(*whole), function(*half));
    }
    let mut steps: Vec<Step> = steps.into_iter().map(|(s, _)| s).collect();
    for ((i, _), address) in ids.iter().zip(addresses.iter().copied()) {
        // SAFETY: each function was built with the signature of its step's action.
        unsafe {
            steps[*i].action = match steps[*i].action {
                Action::Mask(_) => Action::Mask(std::mem::transmute::<*const u8, MaskFn>(address)),
                Action::Group(_, g) => {
                    Action::Group(std::mem::transmute::<*const u8, GroupFn>(address), g)
                }
                Action::Pool(_, p, state) => {
                    Action::Pool(std::mem::transmute::<*const u8, GroupFn>(address), p, state)
                }
                _ => Action::Map(std::mem::transmute::<*const u8, MapFn>(address)),
            };
        }
    }
    let all: Vec<usize> = (0..steps.len()).collect();
    let parts = parts(&all, |i| &steps[i], &depth);
    let spans = Plan {
        steps: &steps,
        column_step: &column_step,
        parts: &parts,
        turns: &turns,
        teams: &teams,
        outputs: &outputs,
        values: &values,
    }
    .spans();
    Ok(Kernel {
        steps,
        column_step,
        mask_step,
        signals,
        entries: graph.entries.len(),
        outputs,
        values,
        for_values,
        seeds_of,
        followed_by,
        teams,
        parts,
        turns,
        spans,
        _code: code,
    })
}

impl Planner<'_> {
    pub(super) fn leaf(&self, id: Id) -> bool {
        is_leaf(self.graph, &self.is_column, id)
    }

    pub(super) fn add(&mut self, action: Action, deps: u64, outs: usize) -> usize {
        let out = self.column_step.len();
        let step = self.steps.len();
        for _ in 0..outs {
            self.column_step.push(step);
        }
        self.push(action, deps, out, outs);
        step
    }

    pub(super) fn push(&mut self, action: Action, deps: u64, out: usize, outs: usize) {
        self.steps.push((
            Step {
                action,
                deps,
                views: Vec::new(),
                shares: Vec::new(),
                scalars: Vec::new(),
                out,
                outs,
            },
            Pending::None,
        ));
    }

    pub(super) fn view(&self, id: Id) -> View {
        if let Some(&column) = self.column_of.get(&id) {
            return View { column, lag: None };
        }
        match self.graph.node(id).op {
            Op::Lag(x, n) => View {
                column: self.column_of.get(&x).copied().unwrap_or(0),
                lag: Some(n),
            },
            _ => View {
                column: 0,
                lag: None,
            },
        }
    }

    /// Splits the leaves of some arithmetic into columns it reads and values it is passed.
    pub(super) fn leaves(&self, leaves: &[Id]) -> (Vec<View>, Vec<Id>) {
        let (mut views, mut scalars) = (Vec::new(), Vec::new());
        for id in leaves {
            let node = self.graph.node(*id);
            if node.stage.series {
                views.push(self.view(*id));
            } else if !matches!(node.op, Op::Number(_) | Op::Bool(_)) {
                scalars.push(*id);
            }
        }
        (views, scalars)
    }

    /// One step per column, in the order of the nodes.
    fn columns(&mut self) {
        for i in 0..self.graph.nodes.len() {
            let id = Id(i as u32);
            if !self.is_column[i] {
                continue;
            }
            let node = *self.graph.node(id);
            let deps = node.stage.params;
            match node.op {
                Op::Input(input) => {
                    // An extra column may depend on parameters.
                    let step = self.add(Action::Input(input), deps, 1);
                    self.column_of.insert(id, self.steps[step].0.out);
                }
                Op::Window(w, x, ..) => {
                    let action = match (w, ladder_of(w)) {
                        (_, Some(ladder)) => Action::Sum(ladder, id),
                        (Window::Mean, _) => Action::Mean(id),
                        (Window::Rank, _) => Action::Ordered(w, id),
                        _ => Action::Extreme(w, id),
                    };
                    let step = self.add(action, deps, 1);
                    self.steps[step].0.views = vec![self.view(x)];
                    self.column_of.insert(id, self.steps[step].0.out);
                }
                Op::Pair(p, x, y, _) => {
                    let action = if p == Pair::Products {
                        Action::Sum(Ladder::Products, id)
                    } else {
                        Action::Pair(p, id)
                    };
                    let step = self.add(action, deps, 1);
                    self.steps[step].0.views = vec![self.view(x), self.view(y)];
                    self.column_of.insert(id, self.steps[step].0.out);
                }
                Op::After(x, _) => {
                    let step = self.add(Action::After(id), deps, 1);
                    self.steps[step].0.views = vec![self.view(x)];
                    self.column_of.insert(id, self.steps[step].0.out);
                }
                Op::Cross(a, b) => {
                    let step = self.add(Action::CrossColumn, deps, 1);
                    self.steps[step].0.views = vec![self.view(a), self.view(b)];
                    self.column_of.insert(id, self.steps[step].0.out);
                }
                Op::Member(g, m) => {
                    let first = self.group(g as usize);
                    self.column_of.insert(id, first + m as usize);
                }
                Op::Query(q, output) => {
                    let column = self.query(q as usize, output);
                    self.column_of.insert(id, column);
                }
                _ => self.map(id, deps),
            }
        }
    }

    fn map(&mut self, id: Id, deps: u64) {
        // A look back that is itself looked back at is copied; so is a value that is passed in.
        let (_, leaves) = crate::codegen::emit::cone(self.graph, &[id], |x| {
            (x != id && self.leaf(x))
                || matches!(self.graph.node(x).op, Op::Lag(..))
                || !self.graph.node(x).stage.series
        });
        let (views, scalars) = if self.graph.node(id).stage.series {
            self.leaves(&leaves)
        } else {
            let constant = matches!(self.graph.node(id).op, Op::Number(_) | Op::Bool(_));
            (Vec::new(), if constant { Vec::new() } else { vec![id] })
        };
        // A lag as root reads its own operand's column.
        let views = if let Op::Lag(x, n) = self.graph.node(id).op {
            vec![View {
                column: self.column_of.get(&x).copied().unwrap_or(0),
                lag: Some(n),
            }]
        } else {
            views
        };
        let fixed = |id: Id| !self.graph.node(id).stage.series;
        let (action, views, scalars) = match self.graph.node(id).op {
            Op::Math2(Math2::Div, x, by) if self.is_read(x) && fixed(by) => {
                (Action::Quotient, views, vec![by])
            }
            Op::Select(c, x, y) if fixed(c) && self.is_read(x) && self.is_read(y) => {
                let views = vec![self.view(x), self.view(y)];
                (Action::Choice(c), views, Vec::new())
            }
            Op::Math1(f, x) if self.is_read(x) && block_form(f).is_some() => {
                let action = block_form(f).map_or(Action::Map(no_map), Action::Elementary);
                (action, views, Vec::new())
            }
            _ => (Action::Map(no_map), views, scalars),
        };
        let shares = match action {
            Action::Map(_) => self.shares(id, deps),
            _ => Vec::new(),
        };
        let step = self.add(action, deps, 1);
        self.steps[step].0.views = views;
        self.steps[step].0.scalars = scalars;
        if let Action::Map(_) = action {
            self.steps[step].1 = Pending::Map(id);
        }
        for (divisor, view) in shares {
            self.steps[step].0.shares.push(divisor);
            self.steps[step].0.views.push(view);
        }
        self.column_of.insert(id, self.steps[step].0.out);
    }

    /// Whether a series is read as a column, maybe some bars back.
    fn is_read(&self, id: Id) -> bool {
        let node = self.graph.node(id);
        node.stage.series && !node.is_bool && self.leaf(id)
    }

    fn group(&mut self, g: usize) -> usize {
        if let Some(known) = self.group_column[g] {
            return known;
        }
        if let Some(linear) = self.graph.linear(g) {
            let first = self.linear(linear);
            self.group_column[g] = Some(first);
            return first;
        }
        let group = &self.graph.groups[g];
        let mut roots: Vec<Id> = group
            .members
            .iter()
            .flat_map(|m| [m.seed, m.step])
            .collect();
        if let Start::Bar(n) = group.start {
            roots.push(n);
        }
        let (_, leaves) = crate::codegen::emit::cone(self.graph, &roots, |x| self.leaf(x));
        let mut deps = 0;
        for id in leaves.iter().chain(&group.body) {
            deps |= self.graph.node(*id).stage.params;
        }
        let (views, scalars) = self.leaves(&leaves);
        let outs = group.members.len();
        let step = self.add(Action::Group(no_group, g), deps, outs);
        self.steps[step].0.views = views;
        self.steps[step].0.scalars = scalars;
        self.steps[step].1 = Pending::Group(g);
        let first = self.steps[step].0.out;
        self.group_column[g] = Some(first);
        first
    }
}
