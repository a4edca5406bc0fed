//! The chain from source to something that runs.

mod info;
mod program;

pub use program::{Compiled, Executor};

use std::sync::Arc;

use strat_lang::hir::Unit;

use crate::codegen::{self, CodegenError};
use crate::ir::{self, Feed};
use crate::lower::hir_to_ir;

/// Lowers and compiles a unit for an executor.
///
/// # Errors
/// What the code generator refuses.
pub fn compile(unit: &Unit, executor: Executor) -> Result<Compiled, CodegenError> {
    let graph = hir_to_ir(unit);
    let info = info::describe(unit, &graph);
    Compiled::from_graph(graph, info, executor)
}

/// The text of the IR.
#[must_use]
pub fn emit_ir(unit: &Unit) -> String {
    ir::print(&hir_to_ir(unit))
}

/// The text of the code before register allocation, handler first.
///
/// # Errors
/// What the code generator refuses.
pub fn emit_clif(unit: &Unit) -> Result<String, CodegenError> {
    let mut text = String::new();
    // The graphs that feed it come after it.
    let mut open = vec![Arc::new(hir_to_ir(unit))];
    while let Some(graph) = open.pop() {
        codegen::handler::compile(&graph, Some(&mut text))?;
        codegen::kernel::compile(&graph, Some(&mut text))?;
        open.extend(graph.feeds.iter().rev().filter_map(Feed::graph).cloned());
    }
    Ok(text)
}
