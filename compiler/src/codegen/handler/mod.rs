//! The handler: one function per program that advances a flat state block by one bar.

mod run;
mod slots;

pub use run::HandlerStream;

use cranelift::prelude::{
    FloatCC, FunctionBuilder, InstBuilder, IntCC, MemFlagsData, Value, types,
};
use strat_abi::{BarValues, host};
use strat_lang::hir::Input;

use self::slots::{Slots, is_one};
use super::emit::{Emit, Lanes};
use super::group::{GroupVars, emit_group};
use super::jit::{Code, CodegenError, Imports, Jit};
use super::pool::{emit_pool, emit_query};
use crate::ir::{Graph, Id, Op, Signal, Start, is_pointwise};

/// `bar, scalars, state, rings, out, handed`
type Entry =
    unsafe extern "C" fn(*const BarValues, *const f64, *mut f64, *const i64, *mut f64, *const f64);

/// 64-bit words of the ring table per ring: byte offset of its state, slots, n, least.
const RING_WORDS: usize = 4;

/// A compiled handler, for any parameter set.
pub struct Handler {
    entry: Entry,
    /// Keeps the code of `entry` alive.
    _code: Code,
    /// Values that are passed in, by node.
    scalars: Vec<Id>,
    /// Lookbacks that are passed in after them, as indices of formulas.
    gates: Vec<u32>,
    /// Doubles of state whose place does not depend on parameters.
    fixed: usize,
    /// Nodes with a ring, in the order of the table.
    rings: Vec<Id>,
    /// Pools, whose rings come after them.
    pools: Vec<usize>,
    outputs: usize,
    values: usize,
    handed: usize,
}

/// The pointers a handler is called with.
struct Args {
    bar: Value,
    scalars: Value,
    state: Value,
    rings: Value,
    out: Value,
    handed: Value,
}

/// Compiles the handler of a graph.
///
/// # Errors
/// What Cranelift refuses.
pub fn compile(graph: &Graph, clif: Option<&mut String>) -> Result<Handler, CodegenError> {
    let slots = Slots::of(graph);
    let scalars: Vec<Id> = (0..graph.nodes.len() as u32)
        .map(Id)
        .filter(|id| {
            let node = graph.node(*id);
            !node.stage.series
                && node.body.is_none()
                && !matches!(node.op, Op::Number(_) | Op::Bool(_))
        })
        .collect();
    let gates: Vec<u32> = graph
        .entries
        .iter()
        .chain(&graph.exits)
        .map(|s| s.look)
        .collect();
    let mut jit = Jit::new(clif.is_some())?;
    let id = jit.define("handler", 6, |b, imports, params| {
        let args = Args {
            bar: params[0],
            scalars: params[1],
            state: params[2],
            rings: params[3],
            out: params[4],
            handed: params[5],
        };
        build(b, imports, graph, &slots, &scalars, &args);
    })?;
    if let (Some(out), Some(text)) = (clif, jit.clif.take()) {
        out.push_str(&text);
    }
    let (code, addresses) = jit.finish(&[id])?;
    // SAFETY: the function was built with this signature just above.
    let entry = unsafe { std::mem::transmute::<*const u8, Entry>(addresses[0]) };
    Ok(Handler {
        entry,
        _code: code,
        scalars,
        gates,
        fixed: slots.fixed,
        rings: slots.rings,
        pools: slots.pools,
        outputs: graph.outputs.len(),
        values: graph.values.len(),
        handed: graph.handed.len(),
    })
}

fn load(b: &mut FunctionBuilder<'_>, base: Value, index: usize) -> Value {
    b.ins().load(
        types::F64,
        MemFlagsData::trusted(),
        base,
        (index * 8) as i32,
    )
}

fn store(b: &mut FunctionBuilder<'_>, value: Value, base: Value, index: usize) {
    b.ins()
        .store(MemFlagsData::trusted(), value, base, (index * 8) as i32);
}

fn ring_word(b: &mut FunctionBuilder<'_>, rings: Value, ring: usize, word: usize) -> Value {
    let at = ((ring * RING_WORDS + word) * 8) as i32;
    b.ins().load(types::I64, MemFlagsData::trusted(), rings, at)
}

fn build(
    b: &mut FunctionBuilder<'_>,
    imports: &mut Imports<'_>,
    graph: &Graph,
    slots: &Slots,
    scalars: &[Id],
    args: &Args,
) {
    let mut emit = Emit::new(graph, Lanes::One);
    for (i, id) in scalars.iter().enumerate() {
        let value = load(b, args.scalars, i);
        emit.set_stored(b, *id, value);
    }
    let bar_index = load(b, args.state, 0);
    let mut group_done = vec![false; graph.groups.len()];
    let mut group_vars: Vec<Option<GroupVars>> = (0..graph.groups.len()).map(|_| None).collect();
    let mut pool_done = vec![false; graph.pools.len()];
    let mut answers: Vec<Option<Vec<Value>>> = vec![None; graph.queries.len()];
    for (i, node) in graph.nodes.iter().enumerate() {
        let id = Id(i as u32);
        if node.body.is_some() || node.zone.is_some() || !node.stage.series {
            continue;
        }
        match node.op {
            op if is_pointwise(op) => emit.node(b, imports, id),
            Op::Input(input) => {
                let value = match input {
                    Input::BarIndex => bar_index,
                    _ => match (graph.slot(input), input_slot(input)) {
                        (Some(slot), _) => load(b, args.handed, slot),
                        (None, slot) => load(b, args.bar, slot),
                    },
                };
                emit.set_stored(b, id, value);
            }
            Op::Lag(x, n) => {
                let x = emit.stored(b, x);
                let value = if is_one(graph, n) {
                    let old = load(b, args.state, slots.node[i]);
                    store(b, x, args.state, slots.node[i]);
                    old
                } else {
                    lag_ring(b, args, slots, i, x)
                };
                emit.set_stored(b, id, value);
            }
            Op::Window(w, x, ..) => {
                let x = emit.stored(b, x);
                let ring = slots.ring[i];
                let offset = ring_word(b, args.rings, ring, 0);
                let state = b.ins().iadd(args.state, offset);
                let slots_ = ring_word(b, args.rings, ring, 1);
                let n = ring_word(b, args.rings, ring, 2);
                let least = ring_word(b, args.rings, ring, 3);
                let f = imports.get(b, host::window_name(w));
                let call = b.ins().call(f, &[state, x, n, least, slots_]);
                let value = b.inst_results(call)[0];
                emit.set_stored(b, id, value);
            }
            Op::Pair(p, x, y, _) => {
                let (x, y) = (emit.stored(b, x), emit.stored(b, y));
                let ring = slots.ring[i];
                let offset = ring_word(b, args.rings, ring, 0);
                let state = b.ins().iadd(args.state, offset);
                let slots_ = ring_word(b, args.rings, ring, 1);
                let n = ring_word(b, args.rings, ring, 2);
                let f = imports.get(b, host::pair_name(p));
                let call = b.ins().call(f, &[state, x, y, n, slots_]);
                let value = b.inst_results(call)[0];
                emit.set_stored(b, id, value);
            }
            Op::Cross(x, y) => {
                let (x, y) = (emit.num(b, x), emit.num(b, y));
                let val = cross(b, args, slots.node[i], x, y);
                emit.set(id, val);
            }
            Op::After(x, n) => {
                let (x, n) = (emit.stored(b, x), emit.num(b, n));
                let seen = load(b, args.state, slots.node[i]);
                let missing = b.ins().fcmp(FloatCC::Unordered, x, x);
                let enough = b.ins().fcmp(FloatCC::GreaterThanOrEqual, seen, n);
                let pass = b.ins().bor(missing, enough);
                let one = b.ins().f64const(1.0);
                let next = b.ins().fadd(seen, one);
                let next = b.ins().select(pass, seen, next);
                store(b, next, args.state, slots.node[i]);
                let na = b.ins().f64const(f64::NAN);
                let value = b.ins().select(pass, x, na);
                emit.set_stored(b, id, value);
            }
            Op::Member(g, m) => {
                let g = g as usize;
                if !std::mem::replace(&mut group_done[g], true) {
                    let vars = GroupVars::declare(b, graph, g, types::F64);
                    group(
                        b, imports, &mut emit, graph, slots, args, g, &vars, bar_index,
                    );
                    group_vars[g] = Some(vars);
                }
                if let Some(vars) = &group_vars[g] {
                    let value = b.use_var(vars.out[m as usize]);
                    emit.set_stored(b, id, value);
                }
            }
            Op::Query(q, output) => {
                let query = &graph.queries[q as usize];
                let p = query.pool as usize;
                let ring = slots.pool_ring(p);
                if answers[q as usize].is_none() {
                    let offset = ring_word(b, args.rings, ring, 0);
                    let state = b.ins().iadd(args.state, offset);
                    if !std::mem::replace(&mut pool_done[p], true) {
                        let capacity = ring_word(b, args.rings, ring, 1);
                        emit_pool(b, imports, &mut emit, graph, p, state, capacity);
                    }
                    let q = q as usize;
                    answers[q] = Some(emit_query(b, imports, &mut emit, graph, q, state));
                }
                let at = query.outputs.binary_search(&output);
                if let (Some(values), Ok(at)) = (&answers[q as usize], at) {
                    emit.set_stored(b, id, values[at]);
                }
            }
            _ => {}
        }
    }
    let entries = decide(b, &mut emit, args, &graph.entries, scalars.len(), bar_index);
    let exits = decide(
        b,
        &mut emit,
        args,
        &graph.exits,
        scalars.len() + graph.entries.len(),
        bar_index,
    );
    store(b, entries, args.out, 0);
    store(b, exits, args.out, 1);
    let outputs = graph.outputs.iter().map(|(_, id, _)| id);
    for (i, id) in outputs.chain(&graph.values).enumerate() {
        let value = emit.stored(b, *id);
        store(b, value, args.out, 2 + i);
    }
    let one = b.ins().f64const(1.0);
    let next = b.ins().fadd(bar_index, one);
    store(b, next, args.state, 0);
    b.ins().return_(&[]);
}

fn input_slot(input: Input) -> usize {
    match input {
        Input::Open => std::mem::offset_of!(BarValues, open) / 8,
        Input::High => std::mem::offset_of!(BarValues, high) / 8,
        Input::Low => std::mem::offset_of!(BarValues, low) / 8,
        Input::Close => std::mem::offset_of!(BarValues, close) / 8,
        Input::Time => std::mem::offset_of!(BarValues, time) / 8,
        _ => std::mem::offset_of!(BarValues, volume) / 8,
    }
}

fn lag_ring(b: &mut FunctionBuilder<'_>, args: &Args, slots: &Slots, i: usize, x: Value) -> Value {
    let ring = slots.ring[i];
    let cursor_at = (slots.node[i] * 8) as i32;
    let flags = MemFlagsData::trusted();
    let cursor = b.ins().load(types::I64, flags, args.state, cursor_at);
    let offset = ring_word(b, args.rings, ring, 0);
    let length = ring_word(b, args.rings, ring, 1);
    let n = ring_word(b, args.rings, ring, 2);
    let base = b.ins().iadd(args.state, offset);
    let eight = b.ins().iconst(types::I64, 8);
    let bytes = b.ins().imul(cursor, eight);
    let at = b.ins().iadd(base, bytes);
    let old = b.ins().load(types::F64, flags, at, 0);
    b.ins().store(flags, x, at, 0);
    let one = b.ins().iconst(types::I64, 1);
    let next = b.ins().iadd(cursor, one);
    let full = b.ins().icmp(IntCC::Equal, next, length);
    let zero = b.ins().iconst(types::I64, 0);
    let next = b.ins().select(full, zero, next);
    b.ins().store(flags, next, args.state, cursor_at);
    // `x[0]`, by a parameter that is 0, is x itself.
    let none = b.ins().icmp(IntCC::Equal, n, zero);
    b.ins().select(none, x, old)
}

/// `x crosses above y`; the slot holds 1 when x was above, 2 when below, 0 when not known.
fn cross(
    b: &mut FunctionBuilder<'_>,
    args: &Args,
    slot: usize,
    x: Value,
    y: Value,
) -> super::emit::Val {
    let last = load(b, args.state, slot);
    let zero = b.ins().f64const(0.0);
    let one = b.ins().f64const(1.0);
    let two = b.ins().f64const(2.0);
    let above = b.ins().fcmp(FloatCC::GreaterThan, x, y);
    let below = b.ins().fcmp(FloatCC::LessThan, x, y);
    let equal = b.ins().fcmp(FloatCC::Equal, x, y);
    let was_below = b.ins().fcmp(FloatCC::Equal, last, two);
    let was_other = b.ins().fcmp(FloatCC::NotEqual, last, two);
    let crossed = b.ins().band(above, was_below);
    let stayed = b.ins().band(above, was_other);
    let not = b.ins().bor(below, equal);
    let not = b.ins().bor(not, stayed);
    let kept = b.ins().select(equal, last, zero);
    let next = b.ins().select(below, two, kept);
    let next = b.ins().select(above, one, next);
    store(b, next, args.state, slot);
    super::emit::Val::Cond(crossed, not)
}

#[allow(clippy::too_many_arguments)] // the parts of one function under construction
fn group(
    b: &mut FunctionBuilder<'_>,
    imports: &mut Imports<'_>,
    emit: &mut Emit<'_>,
    graph: &Graph,
    slots: &Slots,
    args: &Args,
    g: usize,
    vars: &GroupVars,
    bar: Value,
) {
    let base = slots.group[g];
    let started = b.ins().load(
        types::I64,
        MemFlagsData::trusted(),
        args.state,
        (base * 8) as i32,
    );
    b.def_var(vars.started, started);
    let mut at = base + 1;
    for past in &vars.past {
        for p in past {
            let value = load(b, args.state, at);
            b.def_var(*p, value);
            at += 1;
        }
    }
    let from = match graph.groups[g].start {
        Start::Bar(n) => Some(emit.num(b, n)),
        Start::FirstSeed => None,
    };
    emit_group(b, imports, emit, graph, g, vars, bar, from);
    let started = b.use_var(vars.started);
    store(b, started, args.state, base);
    let mut at = base + 1;
    for past in &vars.past {
        for p in past {
            let value = b.use_var(*p);
            store(b, value, args.state, at);
            at += 1;
        }
    }
}

/// Bit i: signal i holds and its lookback is over.
fn decide(
    b: &mut FunctionBuilder<'_>,
    emit: &mut Emit<'_>,
    args: &Args,
    signals: &[Signal],
    first_gate: usize,
    bar: Value,
) -> Value {
    let mut bits = b.ins().iconst(types::I64, 0);
    for (i, s) in signals.iter().enumerate() {
        let (t, _) = emit.cond(b, s.when);
        let gate = load(b, args.scalars, first_gate + i);
        let open = b.ins().fcmp(FloatCC::GreaterThanOrEqual, bar, gate);
        let both = b.ins().band(t, open);
        let set = b.ins().iconst(types::I64, (1_u64 << i).cast_signed());
        let zero = b.ins().iconst(types::I64, 0);
        let bit = b.ins().select(both, set, zero);
        bits = b.ins().bor(bits, bit);
    }
    bits
}
