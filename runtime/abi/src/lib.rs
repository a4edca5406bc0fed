//! The contract between compiled programs and the runtime.
//!
//! Everything that generated code and Rust both touch is written here once.

pub mod program;

pub use program::{
    BarColumns, BarValues, ComboState, Decision, ParamError, ParamInfo, Program, ProgramInfo,
    Resolved, Scratch, Stream, Sweep,
};
