//! What a user is told about a program: names, types, stages, statements, limits and lints.
//!
//! | module | owns |
//! |---|---|
//! | [`case`] | the text form of a case: programs, then the reports they give |
//! | [`cases`] | every file of this folder gives exactly the reports that it states |
//! | [`clean`] | the programs of the repository give none |
//! | [`explain`] | the programs of the pages of `stratc explain` do what they say |
//! | [`fixes`] | what `--fix` applies removes its cause and brings no other |
//! | [`limits`] | programs too large to write down: refused, or checked, in good time |
//! | [`soup`] | programs made up at random neither panic nor hang the check |

// These tests read their cases from disk, look for `STRATC_BLESS`, and bound the time of a check.
#![allow(clippy::disallowed_methods)]

mod case;
mod cases;
mod clean;
mod explain;
mod fixes;
mod limits;
mod soup;
