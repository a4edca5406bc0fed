//! Interpreter, kernel and handler give the same bits.

mod compare;
mod market;
mod program;
mod property;
