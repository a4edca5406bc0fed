//! The one style of `.strat` files.
//!
//! The formatter moves tokens and never makes or drops one, so comments survive and the result
//! means the same. The tree says where statements, members and conditions begin (`plan`); the
//! printer (`printer`) decides spaces, line breaks and indentation.
//!
//! - Four spaces for each level; a line that goes on with an expression stands one level deeper.
//! - Statements, members of a state and conditions of a list stand on lines of their own. The body
//!   of a `fn` with one statement, and the first values of a state, may stay on one line.
//! - A ladder, an `enum`, an `execution` block and the legs of an entry may stay on one line too.
//! - In a router, a risk table and a ladder the columns stand under each other.
//! - Line breaks inside an expression, and single blank lines, stay where the author put them.
//! - Comments stay on their line, or behind the code they follow, after two spaces.

mod plan;
mod printer;
mod table;

use crate::diag::{Diagnostic, Sink};
use crate::source::FileId;
use crate::syntax::{lex, parse};

/// `text` in the one style. Formatting the result again changes nothing.
///
/// # Errors
///
/// The reports about `text`, when it does not parse; they name the file as [`FileId`] 0.
pub fn format(text: &str) -> Result<String, Vec<Diagnostic>> {
    let id = FileId(0);
    let mut sink = Sink::new();
    let file = parse(id, text, &mut sink);
    if sink.has_errors() {
        return Err(sink.into_sorted());
    }
    let tokens = lex(id, text, &mut Sink::new());
    let plan = plan::plan(&file, text, &tokens);
    Ok(printer::print(text, &tokens, plan))
}
