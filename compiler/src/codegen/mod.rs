//! IR to machine code: the kernel (columns of a grid) and the handler (one bar). Cranelift makes it,
//! but for what the kernel does in registers of eight doubles (`wide`).

// Calling generated code and passing it raw state needs `unsafe`; every use says why it is sound.
#![allow(unsafe_code)]

mod choice;
mod emit;
mod group;
pub mod handler;
pub mod jit;
pub mod kernel;
mod pool;
mod wide;

pub use jit::CodegenError;
