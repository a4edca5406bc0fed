//! IR to machine code with Cranelift: the kernel (columns of a grid) and the handler (one bar).

// Calling generated code and passing it raw state needs `unsafe`; every use says why it is sound.
#![allow(unsafe_code)]

mod choice;
mod emit;
mod group;
pub mod handler;
pub mod jit;
pub mod kernel;
mod pool;

pub use jit::CodegenError;
