//! A pool of zones and its queries on one bar, the same for a column of bars and for one bar.
//!
//! The zones that are alive lie side by side, oldest first, behind one word: the bytes they take.
//! Every loop runs over what is alive; nothing is unrolled.

use cranelift::prelude::{
    Block, FloatCC, FunctionBuilder, InstBuilder, IntCC, MemFlagsData, Value, Variable, types,
};

use super::emit::Emit;
use super::jit::Imports;
use crate::ir::{Choose, Graph, Id, Op, Pool};

fn flags() -> MemFlagsData {
    MemFlagsData::trusted()
}

fn load(b: &mut FunctionBuilder<'_>, zone: Value, at: usize) -> Value {
    b.ins().load(types::F64, flags(), zone, (at * 8) as i32)
}

fn store(b: &mut FunctionBuilder<'_>, value: Value, zone: Value, at: usize) {
    b.ins().store(flags(), value, zone, (at * 8) as i32);
}

/// A loop over zones: `zone` runs from `first` up to `end`.
struct Zones {
    zone: Variable,
    head: Block,
    done: Block,
    stride: i64,
}

impl Zones {
    /// Begins the loop: what follows is its body.
    fn begin(b: &mut FunctionBuilder<'_>, first: Value, end: Value, stride: i64) -> Self {
        let zone = b.declare_var(types::I64);
        b.def_var(zone, first);
        let (head, body, done) = (b.create_block(), b.create_block(), b.create_block());
        b.ins().jump(head, &[]);
        b.switch_to_block(head);
        let at = b.use_var(zone);
        let more = b.ins().icmp(IntCC::UnsignedLessThan, at, end);
        b.ins().brif(more, body, &[], done, &[]);
        b.switch_to_block(body);
        Self {
            zone,
            head,
            done,
            stride,
        }
    }

    /// Ends the body: what follows comes after the loop.
    fn end(self, b: &mut FunctionBuilder<'_>) {
        advance(b, self.zone, self.stride);
        b.ins().jump(self.head, &[]);
        b.switch_to_block(self.done);
    }
}

fn advance(b: &mut FunctionBuilder<'_>, pointer: Variable, bytes: i64) {
    let at = b.use_var(pointer);
    let next = b.ins().iadd_imm_s(at, bytes);
    b.def_var(pointer, next);
}

/// What a zone is to the nodes of its body.
struct Zone {
    kept: Vec<Value>,
    /// What `ZonePrev` reads.
    last: Vec<Value>,
    /// What `ZoneNew` reads, where it is known already.
    next: Option<Vec<Value>>,
    age: Value,
}

/// Emits the nodes of a body, in order.
fn body(
    b: &mut FunctionBuilder<'_>,
    imports: &mut Imports<'_>,
    emit: &mut Emit<'_>,
    graph: &Graph,
    nodes: &[Id],
    zone: &Zone,
) {
    emit.forget(nodes);
    for id in nodes {
        let stored = match (graph.node(*id).op, &zone.next) {
            (Op::ZoneKept(_, i), _) => zone.kept.get(i as usize),
            (Op::ZonePrev(_, i), _) => zone.last.get(i as usize),
            (Op::ZoneNew(_, i, _), Some(next)) => next.get(i as usize),
            (Op::ZoneAge(_), _) => Some(&zone.age),
            _ => None,
        };
        match stored {
            Some(value) => emit.set_stored(b, *id, *value),
            None => emit.node(b, imports, *id),
        }
    }
}

/// Emits one bar of pool `p`: the zones grow older, die, and one may be born. `state` points to its
/// memory, `capacity` is the number of zones that there is room for.
pub fn emit_pool(
    b: &mut FunctionBuilder<'_>,
    imports: &mut Imports<'_>,
    emit: &mut Emit<'_>,
    graph: &Graph,
    p: usize,
    state: Value,
    capacity: Value,
) {
    let pool = &graph.pools[p];
    let stride = (pool.stride() * 8) as i64;
    let first = b.ins().iadd_imm_s(state, 8);
    let used = b.ins().load(types::I64, flags(), state, 0);
    let end = b.ins().iadd(first, used);
    // Where the next zone that lives on is written; never past the one that is read.
    let write = b.declare_var(types::I64);
    b.def_var(write, first);

    let zones = Zones::begin(b, first, end, stride);
    let read = b.use_var(zones.zone);
    let one = b.ins().f64const(1.0);
    let age = load(b, read, pool.age_at());
    let zone = Zone {
        kept: (0..pool.keep.len()).map(|i| load(b, read, i)).collect(),
        last: (0..pool.next.len())
            .map(|i| load(b, read, pool.next_at(i)))
            .collect(),
        next: None,
        age: b.ins().fadd(age, one),
    };
    body(b, imports, emit, graph, &pool.body, &zone);
    let to = b.use_var(write);
    write_zone(b, emit, pool, &zone, to);
    let lives_on = b.ins().iadd_imm_s(to, stride);
    let next = match pool.dies {
        Some(dies) => {
            let (dead, _) = emit.cond(b, dies);
            b.ins().select(dead, to, lives_on)
        }
        None => lives_on,
    };
    b.def_var(write, next);
    emit.forget(&pool.body);
    zones.end(b);

    if pool.max > 0 {
        birth(b, imports, emit, graph, pool, write, first, capacity);
    }
    let end = b.use_var(write);
    let used = b.ins().isub(end, first);
    b.ins().store(flags(), used, state, 0);
}

fn write_zone(
    b: &mut FunctionBuilder<'_>,
    emit: &mut Emit<'_>,
    pool: &Pool,
    zone: &Zone,
    to: Value,
) {
    for (i, value) in zone.kept.iter().enumerate() {
        store(b, *value, to, i);
    }
    for (i, id) in pool.next.iter().enumerate() {
        let value = emit.stored(b, *id);
        store(b, value, to, pool.next_at(i));
    }
    for (i, value) in zone.last.iter().enumerate() {
        store(b, *value, to, pool.last_at(i));
    }
    store(b, zone.age, to, pool.age_at());
}

#[allow(
    clippy::too_many_arguments,
    reason = "the parts of one function under construction"
)]
fn birth(
    b: &mut FunctionBuilder<'_>,
    imports: &mut Imports<'_>,
    emit: &mut Emit<'_>,
    graph: &Graph,
    pool: &Pool,
    write: Variable,
    first: Value,
    capacity: Value,
) {
    let stride = (pool.stride() * 8) as i64;
    let (born, full, make, done) = (
        b.create_block(),
        b.create_block(),
        b.create_block(),
        b.create_block(),
    );
    let (is_born, _) = emit.cond(b, pool.born);
    b.ins().brif(is_born, born, &[], done, &[]);

    b.switch_to_block(born);
    let room = b.ins().imul_imm_s(capacity, stride);
    let limit = b.ins().iadd(first, room);
    let at = b.use_var(write);
    let is_full = b.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, at, limit);
    b.ins().brif(is_full, full, &[], make, &[]);

    b.switch_to_block(full);
    if pool.drops_oldest {
        // The others move up by one.
        let second = b.ins().iadd_imm_s(first, stride);
        let words = Zones::begin(b, second, at, 8);
        let from = b.use_var(words.zone);
        let value = b.ins().load(types::I64, flags(), from, 0);
        let to = b.ins().iadd_imm_s(from, -stride);
        b.ins().store(flags(), value, to, 0);
        words.end(b);
        advance(b, write, -stride);
        b.ins().jump(make, &[]);
    } else {
        b.ins().jump(done, &[]);
    }

    b.switch_to_block(make);
    let na = b.ins().f64const(f64::NAN);
    let zone = Zone {
        kept: pool.keep.iter().map(|id| emit.stored(b, *id)).collect(),
        last: vec![na; pool.next.len()],
        next: None,
        age: b.ins().f64const(0.0),
    };
    body(b, imports, emit, graph, &pool.body, &zone);
    let to = b.use_var(write);
    write_zone(b, emit, pool, &zone, to);
    emit.forget(&pool.body);
    advance(b, write, stride);
    b.ins().jump(done, &[]);

    b.switch_to_block(done);
}

/// Emits a query of a pool that has been advanced; gives the outputs that are read, in the order of
/// [`crate::ir::Query::outputs`].
pub fn emit_query(
    b: &mut FunctionBuilder<'_>,
    imports: &mut Imports<'_>,
    emit: &mut Emit<'_>,
    graph: &Graph,
    q: usize,
    state: Value,
) -> Vec<Value> {
    let query = &graph.queries[q];
    let pool = &graph.pools[query.pool as usize];
    let first = b.ins().iadd_imm_s(state, 8);
    let used = b.ins().load(types::I64, flags(), state, 0);
    let end = b.ins().iadd(first, used);
    let found = b.declare_var(types::I64);
    let none = b.ins().iconst(types::I64, 0);
    b.def_var(found, none);
    // The value of the zone found so far; for a count, their number.
    let best = b.declare_var(types::F64);
    let start = b.ins().f64const(match query.choose {
        Choose::Count => 0.0,
        _ => f64::NAN,
    });
    b.def_var(best, start);

    let zones = Zones::begin(b, first, end, (pool.stride() * 8) as i64);
    let at = b.use_var(zones.zone);
    let zone = Zone {
        kept: (0..pool.keep.len()).map(|i| load(b, at, i)).collect(),
        last: (0..pool.next.len())
            .map(|i| load(b, at, pool.last_at(i)))
            .collect(),
        next: Some(
            (0..pool.next.len())
                .map(|i| load(b, at, pool.next_at(i)))
                .collect(),
        ),
        age: load(b, at, pool.age_at()),
    };
    body(b, imports, emit, graph, &query.body, &zone);
    let holds = match query.condition {
        Some(condition) => emit.cond(b, condition).0,
        None => b.ins().iconst(types::I8, 1),
    };
    let so_far = b.use_var(best);
    let chosen = match query.choose {
        Choose::Newest => holds,
        Choose::Count => {
            let one = b.ins().f64const(1.0);
            let more = b.ins().fadd(so_far, one);
            let count = b.ins().select(holds, more, so_far);
            b.def_var(best, count);
            holds
        }
        Choose::Highest(value) | Choose::Lowest(value) => {
            let value = emit.num(b, value);
            // Nothing found yet is na, against which every value wins.
            let wins = if matches!(query.choose, Choose::Highest(_)) {
                FloatCC::UnorderedOrGreaterThan
            } else {
                FloatCC::UnorderedOrLessThan
            };
            let known = b.ins().fcmp(FloatCC::Ordered, value, value);
            let better = b.ins().fcmp(wins, value, so_far);
            let better = b.ins().band(better, known);
            let better = b.ins().band(better, holds);
            let value = b.ins().select(better, value, so_far);
            b.def_var(best, value);
            better
        }
    };
    let before = b.use_var(found);
    let now = b.ins().select(chosen, at, before);
    b.def_var(found, now);
    emit.forget(&query.body);
    zones.end(b);

    if query.choose == Choose::Count {
        let count = b.use_var(best);
        return vec![count; query.outputs.len()];
    }
    let outputs: Vec<Variable> = query
        .outputs
        .iter()
        .map(|_| b.declare_var(types::F64))
        .collect();
    let (some, done) = (b.create_block(), b.create_block());
    let na = b.ins().f64const(f64::NAN);
    for output in &outputs {
        b.def_var(*output, na);
    }
    let zone = b.use_var(found);
    b.ins().brif(zone, some, &[], done, &[]);
    b.switch_to_block(some);
    for (output, i) in outputs.iter().zip(&query.outputs) {
        let value = load(b, zone, pool.output_at(*i as usize));
        b.def_var(*output, value);
    }
    b.ins().jump(done, &[]);
    b.switch_to_block(done);
    outputs.iter().map(|output| b.use_var(*output)).collect()
}
