//! The front end from text to tree and back: tokens, grammar, reports, formatter.
//!
//! One binary, so that it links once. Programs lie in the folders beside this one: `ui` bad ones
//! with their reports, `programs` good ones in the one style, `format` untidy ones.

// The crate itself opens no file and reads no clock; these tests read their cases from disk, look
// for `STRATC_BLESS`, and bound the time that hostile input takes.
#![allow(clippy::disallowed_methods)]

mod allow;
mod check;
mod design;
mod fixes;
mod format;
mod generate;
mod grammar;
mod junk;
mod properties;
mod quick;
mod render;
mod sarif;
mod spec;
mod ui;
