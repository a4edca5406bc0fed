//! The reference that `stratc doc` makes from source: what files declare, with what the compiler
//! knows of it.
//!
//! | module | owns |
//! |---|---|
//! | `model` | what is said about each item, without a form |
//! | `parts` | what a doc comment says |
//! | `call` | a call that shows how a function is used |
//! | `strategy` | a strategy in words |
//! | `chart` | the call drawn over sample bars |
//! | `markdown`, `html` | the forms |

mod call;
mod chart;
pub mod html;
pub mod markdown;
pub mod model;
mod parts;
mod strategy;
