//! The functions of the kernel: loops over a block of bars.

use cranelift::module::FuncId;
use cranelift::prelude::{FunctionBuilder, InstBuilder, IntCC, MemFlagsData, Value, types};

use super::action::Step;
use super::code_wide;
use crate::codegen::emit::{Emit, Lanes, cone, is_call};
use crate::codegen::group::{GroupVars, emit_group};
use crate::codegen::jit::{CodegenError, Imports, Jit};
use crate::ir::{Graph, Id, Op, Start};

/// How a loop reads its leaves.
pub(super) struct Leaves {
    /// Node and pointer to its value on the block's first bar.
    columns: Vec<(Id, Value)>,
    pub(super) nodes: Vec<Id>,
}

pub(super) fn flags() -> MemFlagsData {
    // Columns are 8-byte aligned, vectors read from any bar.
    MemFlagsData::new().with_notrap()
}

/// Loads pointers and passed values before the loop.
pub(super) fn prologue(
    b: &mut FunctionBuilder<'_>,
    emit: &mut Emit<'_>,
    graph: &Graph,
    roots: &[Id],
    step: &Step,
    is_leaf: impl Fn(Id) -> bool,
    args: &[Value],
) -> Leaves {
    let (nodes, leaves) = cone(graph, roots, is_leaf);
    let mut columns = Vec::with_capacity(step.views.len());
    for id in &leaves {
        if let Some(i) = step.scalars.iter().position(|s| s == id) {
            let value = b.ins().load(types::F64, flags(), args[1], (i * 8) as i32);
            let value = match emit.ty() {
                types::F64 => value,
                ty => b.ins().splat(ty, value),
            };
            emit.set_stored(b, *id, value);
        } else if !matches!(graph.node(*id).op, Op::Number(_) | Op::Bool(_)) {
            let at = (columns.len() * 8) as i32;
            let pointer = b.ins().load(types::I64, flags(), args[0], at);
            columns.push((*id, pointer));
        }
    }
    Leaves { columns, nodes }
}

/// Emits the arithmetic of the bars at byte offset `at`.
pub(super) fn body(
    b: &mut FunctionBuilder<'_>,
    imports: &mut Imports<'_>,
    emit: &mut Emit<'_>,
    leaves: &Leaves,
    at: Value,
    extra: i32,
) {
    let mut inside: Vec<Id> = leaves.nodes.clone();
    inside.extend(leaves.columns.iter().map(|(id, _)| *id));
    emit.forget(&inside);
    for (id, pointer) in &leaves.columns {
        let address = b.ins().iadd(*pointer, at);
        let value = emit.load(b, address, extra);
        emit.set_stored(b, *id, value);
    }
    for id in &leaves.nodes {
        emit.node(b, imports, *id);
    }
}

fn lanes(graph: &Graph, roots: &[Id], is_leaf: impl Fn(Id) -> bool) -> Lanes {
    let (nodes, _) = cone(graph, roots, is_leaf);
    if nodes.iter().any(|id| is_call(graph.node(*id).op)) {
        Lanes::One
    } else {
        Lanes::Two
    }
}

/// Bars per turn of the loop of a map at most; blocks are rounded up to it.
pub(super) const MAP_TURN: usize = 32;
/// Bars per turn of the loop of a map in registers of two doubles.
const TURN: usize = 8;

/// `f(leaves, scalars, out, len)`: a column; `len` is rounded up to whole turns.
pub fn map(
    jit: &mut Jit,
    graph: &Graph,
    name: &str,
    root: Id,
    step: &Step,
    is_leaf: impl Fn(Id) -> bool + Copy,
) -> Result<FuncId, CodegenError> {
    // The root is computed even if it is a leaf to others.
    let inner_leaf = |id: Id| {
        let node = graph.node(id);
        (id != root && is_leaf(id)) || matches!(node.op, Op::Lag(..)) || !node.stage.series
    };
    if let Some(bytes) = code_wide::map(graph, root, step, inner_leaf) {
        return jit.define_bytes(name, 4, &bytes);
    }
    let lanes = lanes(graph, &[root], inner_leaf);
    jit.define(name, 4, |b, imports, args| {
        let mut emit = Emit::new(graph, lanes);
        let leaves = prologue(b, &mut emit, graph, &[root], step, inner_leaf, args);
        let eight = b.ins().iconst(types::I64, 8);
        let end = b.ins().imul(args[3], eight);
        let width = emit.ty().bytes() as i32;
        // Code that calls functions gains nothing from being written out several times.
        let turn = match lanes {
            Lanes::Two => (TURN * 8) as i32,
            _ => width,
        };
        count(b, end, i64::from(turn), |b, at| {
            let address = b.ins().iadd(args[2], at);
            for extra in (0..turn).step_by(width as usize) {
                body(b, imports, &mut emit, &leaves, at, extra);
                let value = emit.stored(b, root);
                b.ins().store(flags(), value, address, extra);
            }
        });
        b.ins().return_(&[]);
    })
}

/// `f(leaves, _, out, len)`: what quotients need of a divisor, as [`code_wide::share`] makes it; else na,
/// which makes them ask the divider.
pub fn share(jit: &mut Jit, name: &str) -> Result<FuncId, CodegenError> {
    if let Some(bytes) = code_wide::share() {
        return jit.define_bytes(name, 4, &bytes);
    }
    jit.define(name, 4, |b, _, args| {
        let eight = b.ins().iconst(types::I64, 8);
        let end = b.ins().imul(args[3], eight);
        count(b, end, 8, |b, at| {
            let address = b.ins().iadd(args[2], at);
            let na = b.ins().f64const(f64::NAN);
            b.ins().store(flags(), na, address, 0);
        });
        b.ins().return_(&[]);
    })
}

/// A loop of a byte offset from 0 to `end` by `by`.
pub(super) fn count(
    b: &mut FunctionBuilder<'_>,
    end: Value,
    by: i64,
    body: impl FnOnce(&mut FunctionBuilder<'_>, Value),
) {
    let head = b.create_block();
    let inside = b.create_block();
    let done = b.create_block();
    let at = b.append_block_param(head, types::I64);
    let zero = b.ins().iconst(types::I64, 0);
    b.ins().jump(head, &[zero.into()]);
    b.switch_to_block(head);
    let more = b.ins().icmp(IntCC::SignedLessThan, at, end);
    b.ins().brif(more, inside, &[], done, &[]);
    b.switch_to_block(inside);
    body(b, at);
    let by = b.ins().iconst(types::I64, by);
    let next = b.ins().iadd(at, by);
    b.ins().jump(head, &[next.into()]);
    b.switch_to_block(done);
}

/// Bars per turn of the inner loop of a mask.
const UNROLL: i64 = 8;

/// `f(leaves, scalars, words, len)`: bits of conditions joined by all or any; `len` is rounded
/// up to whole words.
#[allow(clippy::too_many_arguments)] // one function with its plan
pub fn mask(
    jit: &mut Jit,
    graph: &Graph,
    name: &str,
    all: bool,
    terms: &[(Id, bool)],
    step: &Step,
    is_leaf: impl Fn(Id) -> bool + Copy,
) -> Result<FuncId, CodegenError> {
    if let Some(bytes) = code_wide::mask(graph, all, terms, step, is_leaf) {
        return jit.define_bytes(name, 4, &bytes);
    }
    let roots: Vec<Id> = terms.iter().map(|(id, _)| *id).collect();
    let lanes = lanes(graph, &roots, is_leaf);
    jit.define(name, 4, |b, imports, args| {
        let mut emit = Emit::new(graph, lanes);
        let leaves = prologue(b, &mut emit, graph, &roots, step, is_leaf, args);
        let sixty_four = b.ins().iconst(types::I64, 64 * 8);
        let words = b.ins().ushr_imm_u(args[3], 6);
        let end = b.ins().imul(words, sixty_four);
        let per_turn = (i64::from(emit.ty().bytes()) / 8, UNROLL);
        count(b, end, 64 * 8, |b, word_at| {
            let word = b.declare_var(types::I64);
            let zero = b.ins().iconst(types::I64, 0);
            b.def_var(word, zero);
            let inner_end = b.ins().iconst(types::I64, 64 * 8);
            count(b, inner_end, UNROLL * 8, |b, inner| {
                let at = b.ins().iadd(word_at, inner);
                let mut bits: Option<Value> = None;
                let mut bar = 0;
                while bar < per_turn.1 {
                    body(b, imports, &mut emit, &leaves, at, (bar * 8) as i32);
                    let mut holds: Option<Value> = None;
                    for (id, want) in terms {
                        let (t, f) = emit.cond(b, *id);
                        let one = if *want { t } else { f };
                        holds = Some(match holds {
                            None => one,
                            Some(h) if all => b.ins().band(h, one),
                            Some(h) => b.ins().bor(h, one),
                        });
                    }
                    if let Some(holds) = holds {
                        let part = if emit.ty() == types::F64 {
                            b.ins().uextend(types::I64, holds)
                        } else {
                            let part = b.ins().vhigh_bits(types::I32, holds);
                            b.ins().uextend(types::I64, part)
                        };
                        let part = b.ins().ishl_imm_u(part, bar);
                        bits = Some(match bits {
                            None => part,
                            Some(bits) => b.ins().bor(bits, part),
                        });
                    }
                    bar += per_turn.0;
                }
                if let Some(bits) = bits {
                    // Byte offset of the inner loop over 8 is the bit of its first bar.
                    let shift = b.ins().ushr_imm_u(inner, 3);
                    let bits = b.ins().ishl(bits, shift);
                    let old = b.use_var(word);
                    let new = b.ins().bor(old, bits);
                    b.def_var(word, new);
                }
            });
            let value = b.use_var(word);
            let at = b.ins().ushr_imm_u(word_at, 6);
            let address = b.ins().iadd(args[2], at);
            b.ins().store(flags(), value, address, 0);
        });
        b.ins().return_(&[]);
    })
}

/// `f(leaves, scalars, state, outs, len, bar)`: the members of a group, bar after bar.
pub fn group(
    jit: &mut Jit,
    graph: &Graph,
    name: &str,
    g: usize,
    step: &Step,
    is_leaf: impl Fn(Id) -> bool + Copy,
) -> Result<FuncId, CodegenError> {
    let group = &graph.groups[g];
    let mut roots: Vec<Id> = group
        .members
        .iter()
        .flat_map(|m| [m.seed, m.step])
        .collect();
    if let Start::Bar(n) = group.start {
        roots.push(n);
    }
    let body_calls = group.body.iter().any(|id| is_call(graph.node(*id).op));
    let lanes = match lanes(graph, &roots, is_leaf) {
        Lanes::Two if !body_calls => Lanes::Masked,
        _ => Lanes::One,
    };
    jit.define(name, 6, |b, imports, args| {
        let mut emit = Emit::new(graph, lanes);
        let mut leaves = prologue(b, &mut emit, graph, &roots, step, is_leaf, args);
        // The step itself is emitted with the group; before it comes only what lies outside.
        leaves.nodes.retain(|id| graph.node(*id).body.is_none());
        let vars = GroupVars::declare(b, graph, g, emit.ty());
        let mut at = 0;
        let started = b.ins().load(types::I64, flags(), args[2], 0);
        b.def_var(vars.started, started);
        for p in vars.past.iter().flatten() {
            at += 8;
            let value = emit.load(b, args[2], at);
            b.def_var(*p, value);
        }
        let outs: Vec<Value> = (0..vars.out.len())
            .map(|i| b.ins().load(types::I64, flags(), args[3], (i * 8) as i32))
            .collect();
        let from = match group.start {
            Start::Bar(n) => {
                let from = emit.num(b, n);
                Some(emit.first(b, from))
            }
            Start::FirstSeed => None,
        };
        let bar = b.declare_var(types::F64);
        let first = b.ins().fcvt_from_sint(types::F64, args[5]);
        b.def_var(bar, first);
        let eight = b.ins().iconst(types::I64, 8);
        let end = b.ins().imul(args[4], eight);
        count(b, end, 8, |b, at| {
            body(b, imports, &mut emit, &leaves, at, 0);
            let now = b.use_var(bar);
            emit_group(b, imports, &mut emit, graph, g, &vars, now, from);
            for (out, pointer) in vars.out.iter().zip(&outs) {
                let value = b.use_var(*out);
                let value = emit.first(b, value);
                let address = b.ins().iadd(*pointer, at);
                b.ins().store(flags(), value, address, 0);
            }
            let one = b.ins().f64const(1.0);
            let now = b.use_var(bar);
            let next = b.ins().fadd(now, one);
            b.def_var(bar, next);
        });
        let started = b.use_var(vars.started);
        b.ins().store(flags(), started, args[2], 0);
        let mut at = 0;
        for p in vars.past.iter().flatten() {
            at += 8;
            let value = b.use_var(*p);
            let value = emit.first(b, value);
            b.ins().store(flags(), value, args[2], at);
        }
        b.ins().return_(&[]);
    })
}
