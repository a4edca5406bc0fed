//! The reference that `stratc doc` makes from source: what files declare, with what the compiler
//! knows of it.
//!
//! | module | owns |
//! |---|---|
//! | `model` | what is said about each item, without a form |
//! | `example` | a call that shows how a function is used |
//! | `strategy` | a strategy in words |
//! | `markdown`, `html` | the forms |

mod example;
pub mod html;
pub mod markdown;
pub mod model;
mod strategy;
