//! The handler: one function per program that advances a flat state block by one bar.

use std::sync::Arc;

use cranelift::prelude::{
    FloatCC, FunctionBuilder, InstBuilder, IntCC, MemFlagsData, Value, types,
};
use strat_abi::{BarValues, Decision, Stream, TradeValues, host};
use strat_lang::hir::Input;

use super::emit::{Emit, Lanes};
use super::group::{GroupVars, emit_group, state_len};
use super::jit::{Code, CodegenError, Imports, Jit};
use crate::ir::{Graph, Id, Op, Signal, Start, is_pointwise};

/// `bar, scalars, state, rings, out`
type Entry = unsafe extern "C" fn(*const BarValues, *const f64, *mut f64, *const i64, *mut u64);

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
    outputs: usize,
}

/// Where a node's memory lies.
struct Slots {
    fixed: usize,
    node: Vec<usize>,
    ring: Vec<usize>,
    group: Vec<usize>,
    rings: Vec<Id>,
}

impl Slots {
    fn of(graph: &Graph) -> Self {
        // Slot 0 counts the bars.
        let mut slots = Self {
            fixed: 1,
            node: vec![0; graph.nodes.len()],
            ring: vec![0; graph.nodes.len()],
            group: Vec::new(),
            rings: Vec::new(),
        };
        for (i, node) in graph.nodes.iter().enumerate() {
            match node.op {
                Op::Lag(_, n) => {
                    slots.node[i] = slots.fixed;
                    slots.fixed += 1;
                    if !is_one(graph, n) {
                        slots.ring[i] = slots.rings.len();
                        slots.rings.push(Id(i as u32));
                    }
                }
                Op::Window(..) => {
                    slots.ring[i] = slots.rings.len();
                    slots.rings.push(Id(i as u32));
                }
                Op::Cross(..) | Op::After(..) => {
                    slots.node[i] = slots.fixed;
                    slots.fixed += 1;
                }
                _ => {}
            }
        }
        for g in 0..graph.groups.len() {
            slots.group.push(slots.fixed);
            slots.fixed += state_len(graph, g);
        }
        slots
    }
}

fn is_one(graph: &Graph, n: Id) -> bool {
    graph.node(n).op == Op::Number(1.0_f64.to_bits())
}

/// The pointers a handler is called with.
struct Args {
    bar: Value,
    scalars: Value,
    state: Value,
    rings: Value,
    out: Value,
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
    let id = jit.define("handler", 5, |b, imports, params| {
        let args = Args {
            bar: params[0],
            scalars: params[1],
            state: params[2],
            rings: params[3],
            out: params[4],
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
        outputs: graph.outputs.len(),
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
    for (i, node) in graph.nodes.iter().enumerate() {
        let id = Id(i as u32);
        if node.body.is_some() || !node.stage.series {
            continue;
        }
        match node.op {
            op if is_pointwise(op) => emit.node(b, imports, id),
            Op::Input(input) => {
                let value = match input {
                    Input::BarIndex => bar_index,
                    _ => load(b, args.bar, input_slot(input)),
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
                    let vars = GroupVars::declare(b, graph, g);
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
    for (i, (_, id, _)) in graph.outputs.iter().enumerate() {
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

/// One parameter set of a handler, running.
pub struct HandlerStream {
    handler: Arc<Handler>,
    scalars: Vec<f64>,
    state: Vec<f64>,
    rings: Vec<i64>,
    out: Vec<u64>,
}

impl HandlerStream {
    /// Ready for the first bar; `scalars` as [`Graph::scalars`] computes them.
    #[must_use]
    pub fn new(handler: Arc<Handler>, graph: &Graph, scalars: &[f64], most_bars: usize) -> Self {
        let looks = graph.lookbacks(scalars);
        let mut passed: Vec<f64> = handler
            .scalars
            .iter()
            .map(|id| scalars[id.index()])
            .collect();
        passed.extend(handler.gates.iter().map(|g| looks[*g as usize] as f64));
        let mut state = vec![0.0; handler.fixed];
        let mut rings = Vec::with_capacity(handler.rings.len() * RING_WORDS);
        for id in &handler.rings {
            let Some(bounds) = graph.bounds(*id, scalars, most_bars) else {
                continue;
            };
            let offset = state.len() * 8;
            match graph.node(*id).op {
                Op::Window(w, ..) => state.extend(bounds.window_state(w)),
                _ => state.extend(std::iter::repeat_n(f64::NAN, bounds.ring)),
            }
            rings.extend([
                offset as i64,
                bounds.ring as i64,
                bounds.n as i64,
                bounds.least as i64,
            ]);
        }
        // Everything that holds a past value begins as missing.
        let slots = Slots::of(graph);
        for (i, node) in graph.nodes.iter().enumerate() {
            if let Op::Lag(_, n) = node.op
                && is_one(graph, n)
            {
                state[slots.node[i]] = f64::NAN;
            }
        }
        let outputs = handler.outputs;
        Self {
            handler,
            scalars: passed,
            state,
            rings,
            out: vec![0; 2 + outputs],
        }
    }

    /// Advances by one bar.
    pub fn advance(&mut self, bar: &BarValues) {
        // SAFETY: the arrays have the lengths that the handler was compiled for: its scalars and
        // gates, its fixed state and every ring of the table, two words and its outputs.
        unsafe {
            (self.handler.entry)(
                bar,
                self.scalars.as_ptr(),
                self.state.as_mut_ptr(),
                self.rings.as_ptr(),
                self.out.as_mut_ptr(),
            );
        }
    }

    /// Output i of the bar advanced to last.
    #[must_use]
    pub fn output(&self, i: usize) -> f64 {
        f64::from_bits(self.out[2 + i])
    }
}

impl Stream for HandlerStream {
    fn on_bar(&mut self, bar: &BarValues, _: &TradeValues<'_>) -> Decision {
        self.advance(bar);
        Decision {
            entries: self.out[0],
            exits: self.out[1],
        }
    }
}
