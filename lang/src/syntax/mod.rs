//! Text to tree.

pub mod ast;
mod character;
mod dialect;
pub mod keyword;
mod nesting;
mod number;
mod parse;
mod print;
mod split;
mod stream;
pub mod token;
pub mod visit;
pub mod words;

pub use parse::{parse, parse_by_grammar, parse_expr};
pub use print::{print_expr, print_tree, print_tree_with_spans};
pub use token::{Token, TokenKind, lex, print_tokens};
