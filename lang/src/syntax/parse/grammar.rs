//! The parser that pest derives from `grammar.pest`; its types stay inside `syntax/parse`.

// The derive writes `Rule` without documentation.
#![allow(missing_docs)]

use pest_derive::Parser;

#[derive(Parser)]
#[grammar = "syntax/grammar.pest"]
pub(super) struct StratParser;
