//! Diagnostics: the model, the codes and their pages, the sink, the renderers.

pub mod codes;
pub mod diagnostic;
pub mod explain;
pub mod render;
pub mod sink;
pub mod suggest;

pub use codes::{Code, Phase};
pub use diagnostic::{Certainty, Diagnostic, Fix, Label, Severity};
pub use sink::Sink;
