//! Programs made up at random, and texts that only look like programs.

mod expr;
mod item;
mod piece;
mod soup;
mod stmt;

use proptest::prelude::*;

use item::item;
use piece::{Gap, Piece};
pub use soup::{strategy_soup, token_soup};

/// A program that parses, laid out at random, with comments.
pub fn program() -> impl Strategy<Value = String> {
    let layout = prop::collection::vec(0u8..=255, 1..60);
    (prop::collection::vec(item(), 0..3), layout).prop_map(|(items, layout)| {
        let pieces: Vec<Piece> = items.into_iter().flatten().collect();
        let mut text = String::new();
        for (i, piece) in pieces.iter().enumerate() {
            let choice = layout.get(i % layout.len()).copied().unwrap_or(0) as usize;
            let gaps: &[&str] = match piece.gap {
                Gap::None => &[""],
                Gap::Space => &[" ", "  ", "\t"],
                Gap::Any => &[
                    " ",
                    " ",
                    " ",
                    " ",
                    "  ",
                    "\n",
                    "\n    ",
                    "\r\n",
                    "\n\n\n",
                    " // a\n",
                    "\n// own line\n\n",
                    " /// odd\n",
                    "\n/// odd\n",
                ],
                Gap::Line => &[
                    "\n",
                    "\n\n",
                    "\n\n\n\n",
                    " // end\n",
                    "\n/// doc\n",
                    "\n// own\n",
                ],
                Gap::Statement => &[
                    "\n",
                    " ",
                    "\n\n",
                    "\n\n\n\n",
                    " // end\n",
                    "\n/// doc\n/// more\n",
                    "\n// own\n",
                    "\n///\n",
                ],
            };
            text.push_str(gaps.get(choice % gaps.len()).copied().unwrap_or(" "));
            text.push_str(&piece.text);
        }
        text
    })
}
