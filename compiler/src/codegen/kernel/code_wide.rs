//! The functions of the kernel in registers of eight doubles.

use super::action::Step;
use super::code::MAP_TURN;
use crate::codegen::emit::cone;
use crate::codegen::wide::line::{Line, Op as Step8, Source};
use crate::codegen::wide::pointwise::{Pointwise, is_wide};
use crate::codegen::wide::{Frame, Kind, is_possible};
use crate::ir::{Graph, Id, Op};

/// Times eight bars per turn of the loop of a column.
const TURN: usize = MAP_TURN / 8;
/// Operations of a turn at most.
const LONGEST: usize = 400;

/// As `code::map`; nothing where it must be done otherwise.
pub(super) fn map(
    graph: &Graph,
    root: Id,
    step: &Step,
    is_leaf: impl Fn(Id) -> bool,
) -> Option<Vec<u8>> {
    let cone = Cone::of(graph, &[root], step, is_leaf)?;
    let turns = if cone.nodes.len() * TURN <= LONGEST {
        TURN
    } else {
        1
    };
    let built = |line| {
        let mut code = Pointwise::new(graph, line);
        for which in 0..turns {
            cone.eight(&mut code, which);
            let value = code.stored(root);
            code.line.push(Step8::Keep(0, which, value));
        }
        code.line
    };
    let trial = built(Line::default());
    cone.function(&built(trial.balanced(0)), Kind::Column(turns))
}

/// Lower bounds of the reciprocals of a column.
pub(super) fn share() -> Option<Vec<u8>> {
    let mut line = Line::default();
    for which in 0..TURN {
        let value = line.take(Source::Bars(0, which));
        let share = line.push(Step8::Share(value));
        line.push(Step8::Keep(0, which, share));
    }
    let frame = Frame {
        kind: Kind::Column(TURN),
        leaves: 1,
    };
    frame.function(&line).ok()
}

/// As `code::mask`; nothing where it must be done otherwise.
pub(super) fn mask(
    graph: &Graph,
    all: bool,
    terms: &[(Id, bool)],
    step: &Step,
    is_leaf: impl Fn(Id) -> bool,
) -> Option<Vec<u8>> {
    let roots: Vec<Id> = terms.iter().map(|(id, _)| *id).collect();
    let cone = Cone::of(graph, &roots, step, is_leaf)?;
    let built = |line| {
        let mut code = Pointwise::new(graph, line);
        cone.eight(&mut code, 0);
        let mut holds = None;
        for (id, want) in terms {
            let (yes, no) = code.condition(*id);
            let one = if *want { yes } else { no };
            holds = Some(match holds {
                None => one,
                Some(h) if all => code.line.push(Step8::Both(h, one)),
                Some(h) => code.line.push(Step8::Either(h, one)),
            });
        }
        code.line.push(Step8::Bits(holds?));
        Some(code.line)
    };
    let trial = built(Line::default())?;
    cone.function(&built(trial.balanced(0))?, Kind::Bits)
}

/// The nodes of some arithmetic, and where its leaves lie.
struct Cone {
    nodes: Vec<Id>,
    /// Scalars by their place, and columns.
    scalars: Vec<(Id, usize)>,
    columns: Vec<Id>,
    /// Divisors whose reciprocals lie in the columns behind those.
    shares: Vec<Id>,
}

impl Cone {
    fn of(graph: &Graph, roots: &[Id], step: &Step, is_leaf: impl Fn(Id) -> bool) -> Option<Self> {
        let (nodes, leaves) = cone(graph, roots, is_leaf);
        if !is_possible() || !nodes.iter().all(|id| is_wide(graph.node(*id).op)) {
            return None;
        }
        let place = |id: &Id| step.scalars.iter().position(|s| s == id);
        let is_constant = |id: &Id| matches!(graph.node(*id).op, Op::Number(_) | Op::Bool(_));
        Some(Self {
            nodes,
            scalars: leaves
                .iter()
                .filter_map(|id| Some((*id, place(id)?)))
                .collect(),
            columns: leaves
                .iter()
                .filter(|id| place(id).is_none() && !is_constant(id))
                .copied()
                .collect(),
            shares: step.shares.clone(),
        })
    }

    /// The arithmetic of eight bars of a turn.
    fn eight(&self, code: &mut Pointwise<'_>, which: usize) {
        code.forget();
        let scalars = self.scalars.iter().map(|(id, i)| (*id, Source::Scalar(*i)));
        let columns = self.columns.iter().enumerate();
        let columns = columns.map(|(i, id)| (*id, Source::Bars(i, which)));
        for (id, source) in scalars.chain(columns) {
            let stored = code.line.take(source);
            code.set_stored(id, stored);
        }
        for (i, id) in self.shares.iter().enumerate() {
            let below = Source::Bars(self.columns.len() + i, which);
            code.share(*id, below);
        }
        for id in &self.nodes {
            code.node(*id);
        }
    }

    fn function(&self, line: &Line, kind: Kind) -> Option<Vec<u8>> {
        let leaves = self.columns.len() + self.shares.len();
        Frame { kind, leaves }.function(line).ok()
    }
}
