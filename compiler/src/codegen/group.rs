//! The step of a group of members, the same for a column of bars and for one bar.

use cranelift::prelude::{
    FloatCC, FunctionBuilder, InstBuilder, IntCC, Type, Value, Variable, types,
};

use super::emit::Emit;
use super::jit::Imports;
use crate::ir::{Graph, Op, Start};

/// The variables that carry a group from bar to bar.
pub struct GroupVars {
    /// 1 once it has started (64-bit integer).
    pub started: Variable,
    /// Per member its last values, newest first.
    pub past: Vec<Vec<Variable>>,
    /// Per member its value on this bar, as it is stored.
    pub out: Vec<Variable>,
}

impl GroupVars {
    /// Declares the variables of group `g`, of the type that its values have; the caller defines
    /// `started` and `past`.
    pub fn declare(b: &mut FunctionBuilder<'_>, graph: &Graph, g: usize, ty: Type) -> Self {
        let members = &graph.groups[g].members;
        Self {
            started: b.declare_var(types::I64),
            past: members
                .iter()
                .map(|m| (0..m.depth).map(|_| b.declare_var(ty)).collect())
                .collect(),
            out: members.iter().map(|_| b.declare_var(ty)).collect(),
        }
    }
}

/// Doubles of state of a group: whether it has started, and the past of its members.
pub fn state_len(graph: &Graph, g: usize) -> usize {
    1 + graph.groups[g]
        .members
        .iter()
        .map(|m| m.depth as usize)
        .sum::<usize>()
}

/// Emits one bar of group `g`: afterwards the past has advanced and `out` holds the members.
///
/// `bar` is the number of the bar, `from` the first bar of a `state`: plain doubles both.
#[allow(
    clippy::too_many_arguments,
    reason = "the parts of one function under construction"
)]
pub fn emit_group(
    b: &mut FunctionBuilder<'_>,
    imports: &mut Imports<'_>,
    emit: &mut Emit<'_>,
    graph: &Graph,
    g: usize,
    vars: &GroupVars,
    bar: Value,
    from: Option<Value>,
) {
    let group = &graph.groups[g];
    let step = b.create_block();
    let wait = b.create_block();
    let seed = b.create_block();
    let nothing = b.create_block();
    let done = b.create_block();

    let seeds: Vec<Value> = group
        .members
        .iter()
        .map(|m| emit.stored(b, m.seed))
        .collect();
    let started = b.use_var(vars.started);
    let running = b.ins().icmp_imm_u(IntCC::NotEqual, started, 0);
    b.ins().brif(running, step, &[], wait, &[]);

    // Not started: is this the bar?
    b.switch_to_block(wait);
    let begins = match (group.start, from) {
        (Start::Bar(_), Some(from)) => {
            let mut begins = b.ins().fcmp(FloatCC::GreaterThanOrEqual, bar, from);
            for (_, seed) in group.members.iter().zip(&seeds).filter(|(m, _)| m.awaited) {
                let seed = &emit.first(b, *seed);
                let known = b.ins().fcmp(FloatCC::Ordered, *seed, *seed);
                begins = b.ins().band(begins, known);
            }
            begins
        }
        _ => match seeds.first() {
            Some(first) => {
                let first = emit.first(b, *first);
                b.ins().fcmp(FloatCC::Ordered, first, first)
            }
            None => b.ins().iconst(types::I8, 0),
        },
    };
    b.ins().brif(begins, seed, &[], nothing, &[]);

    b.switch_to_block(nothing);
    let na = emit.constant(b, f64::NAN);
    for out in &vars.out {
        b.def_var(*out, na);
    }
    b.ins().jump(done, &[]);

    b.switch_to_block(seed);
    let one = b.ins().iconst(types::I64, 1);
    b.def_var(vars.started, one);
    for ((past, out), value) in vars.past.iter().zip(&vars.out).zip(&seeds) {
        for p in past {
            b.def_var(*p, *value);
        }
        b.def_var(*out, *value);
    }
    // A `rec` takes its seed as this bar's value; a `state` steps on its first bar.
    match group.start {
        Start::FirstSeed => b.ins().jump(done, &[]),
        Start::Bar(_) => b.ins().jump(step, &[]),
    };

    b.switch_to_block(step);
    for id in &group.body {
        match graph.node(*id).op {
            Op::Prev(_, m, lag) => {
                let value = b.use_var(vars.past[m as usize][lag as usize - 1]);
                emit.set_stored(b, *id, value);
            }
            _ => emit.node(b, imports, *id),
        }
    }
    let new: Vec<Value> = group
        .members
        .iter()
        .map(|m| emit.stored(b, m.step))
        .collect();
    for ((m, past), (out, value)) in group
        .members
        .iter()
        .zip(&vars.past)
        .zip(vars.out.iter().zip(&new))
    {
        b.def_var(*out, *value);
        let kept = if m.keeps {
            let last = b.use_var(past[0]);
            let known = b.ins().fcmp(FloatCC::Ordered, *value, *value);
            emit.select(b, known, *value, last)
        } else {
            *value
        };
        for i in (1..past.len()).rev() {
            let newer = b.use_var(past[i - 1]);
            b.def_var(past[i], newer);
        }
        b.def_var(past[0], kept);
    }
    emit.forget(&group.body);
    b.ins().jump(done, &[]);

    b.switch_to_block(done);
}
