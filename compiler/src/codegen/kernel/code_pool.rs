//! The function of a pool: a loop over bars around the loops over its zones.

use cranelift::module::FuncId;
use cranelift::prelude::{InstBuilder, Value, types};

use super::action::Step;
use super::code::{body, count, flags, prologue};
use super::pools::query_roots;
use crate::codegen::emit::{Emit, Lanes};
use crate::codegen::jit::{CodegenError, Jit};
use crate::codegen::pool::{emit_pool, emit_query};
use crate::ir::{Graph, Id};

/// `f(leaves, scalars, state, outs, len, capacity)`: the outputs of queries, bar after bar.
pub(super) fn pool(
    jit: &mut Jit,
    graph: &Graph,
    name: &str,
    p: usize,
    queries: &[usize],
    step: &Step,
    is_leaf: impl Fn(Id) -> bool + Copy,
) -> Result<FuncId, CodegenError> {
    let roots = query_roots(graph, p, queries);
    jit.define(name, 6, |b, imports, args| {
        let mut emit = Emit::new(graph, Lanes::One);
        let mut leaves = prologue(b, &mut emit, graph, &roots, step, is_leaf, args);
        // What belongs to a zone is emitted with the zones.
        leaves.nodes.retain(|id| graph.node(*id).zone.is_none());
        let outs: Vec<Value> = (0..step.outs)
            .map(|i| b.ins().load(types::I64, flags(), args[3], (i * 8) as i32))
            .collect();
        let end = b.ins().imul_imm_s(args[4], 8);
        count(b, end, 8, |b, at| {
            body(b, imports, &mut emit, &leaves, at, 0);
            emit_pool(b, imports, &mut emit, graph, p, args[2], args[5]);
            let mut values = Vec::with_capacity(outs.len());
            for q in queries {
                values.extend(emit_query(b, imports, &mut emit, graph, *q, args[2]));
            }
            for (value, pointer) in values.iter().zip(&outs) {
                let address = b.ins().iadd(*pointer, at);
                b.ins().store(flags(), *value, address, 0);
            }
        });
        b.ins().return_(&[]);
    })
}
