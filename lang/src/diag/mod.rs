//! Diagnostics: the model, the codes, the sink, the renderers.

pub mod codes;
pub mod diagnostic;
pub mod render;
pub mod sink;
pub mod suggest;

pub use codes::Code;
pub use diagnostic::{Diagnostic, Fix, Label, Severity};
pub use sink::Sink;
