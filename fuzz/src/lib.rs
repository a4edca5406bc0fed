//! Mutations that know what a program is made of.
//!
//! Bytes changed at random hardly ever give a program that parses. Most mutations here move *pieces*
//! instead: items, statements and operands, cut out of the input itself or of a program of the
//! repository (the folder `seeds`). Pieces are found by tokens and brackets alone, so a construct
//! that the language gains is moved about without a word here. A target that asks for more than
//! text gets, of several such changes, the first that comes so far.

mod pieces;
mod reached;

use std::path::Path;
use std::sync::LazyLock;

use libfuzzer_sys::fuzzer_mutate;

use pieces::{Piece, Pieces};
use strat_tests::properties::{Reach, reaches};

pub use reached::count;

/// Texts that pieces are taken from: the seeds, or the library where there are none yet.
static DONORS: LazyLock<Vec<Pieces>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    paths.sort();
    let mut texts: Vec<String> = paths
        .into_iter()
        .filter_map(|path| std::fs::read_to_string(path).ok())
        .collect();
    texts.extend(
        strat_stdlib::FILES
            .iter()
            .map(|(_, text)| (*text).to_owned()),
    );
    texts.into_iter().map(Pieces::of).collect()
});

/// Values at which lengths, lags, shares and sums turn.
const NUMBERS: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "5",
    "14",
    "63",
    "64",
    "65",
    "199",
    "200",
    "201",
    "1000000000",
    "1000000001",
    "9007199254740992",
    "0.5",
    "1e-300",
    "1e300",
    "0%",
    "100%",
    "0.1%",
    "1bp",
    "1h",
    "7d",
    "na",
    "true",
];

/// Changes that are tried for one that comes as far as a target asks.
const TRIES: usize = 8;

/// Makes a new input of the first `size` bytes of `data`, at most `max_size` long, that comes as
/// far as `goal` where one is soon found; returns its size.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32, goal: Reach) -> usize {
    let mut dice = Dice(u64::from(seed).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let text = data.get(..size).map(String::from_utf8_lossy);
    let is_plain = dice.below(if goal == Reach::Text { 2 } else { 5 }) == 0;
    let Some(text) = text.filter(|_| !is_plain) else {
        return fuzzer_mutate(data, size, max_size);
    };
    let text = text.into_owned();
    let most = max_size.min(data.len());
    let mut found = String::new();
    for _ in 0..TRIES {
        found.clone_from(&text);
        for _ in 0..=dice.below(3) {
            found = step(found, &mut dice);
        }
        let fits = found.len() <= most;
        if fits && (reaches(&found, goal)) {
            break;
        }
    }
    let mut end = found.len().min(most);
    while !found.is_char_boundary(end) {
        end -= 1;
    }
    match (data.get_mut(..end), found.as_bytes().get(..end)) {
        (Some(to), Some(from)) if end > 0 => to.copy_from_slice(from),
        _ => return fuzzer_mutate(data, size, max_size),
    }
    end
}

/// One change of a piece.
fn step(text: String, dice: &mut Dice) -> String {
    let own = Pieces::of(text);
    let donor = dice.of(&DONORS);
    let kind = *dice.of(&[
        Piece::Item,
        Piece::Line,
        Piece::Line,
        Piece::Operand,
        Piece::Operand,
        Piece::Operand,
    ]);
    let Some(place) = dice.piece(&own, kind) else {
        return own.text + donor.text.as_str();
    };
    let from_own = dice.below(2) == 0;
    let source = if from_own { &own } else { donor };
    let other = dice
        .piece(source, kind)
        .map_or("", |range| source.get(range));
    match dice.below(8) {
        // In the place of this one.
        0..=3 => own.replaced(place, other),
        // Before this one.
        4 if kind != Piece::Operand => {
            own.replaced(place.start..place.start, &format!("{other}\n"))
        }
        // Gone.
        5 => own.replaced(place, ""),
        // One word for another of its kind, names and numbers among them.
        6 => match dice.piece(&own, Piece::Word) {
            Some(word)
                if own
                    .get(word.clone())
                    .starts_with(|c: char| c.is_ascii_digit()) =>
            {
                own.replaced(word, dice.of(NUMBERS))
            }
            Some(word) => {
                let other = dice
                    .piece(source, Piece::Word)
                    .map_or("", |range| source.get(range));
                own.replaced(word, other)
            }
            None => own.text,
        },
        // Wrapped: an operand as an argument of a call, a term of a sum, a choice.
        _ => {
            let it = own.get(place.clone());
            let form = *dice.of(&[
                "({a} + {b})",
                "(if {a} > {b} then {a} else {b})",
                "max({a}, {b})",
                "({a} else {b})",
            ]);
            let new = form.replace("{a}", it).replace("{b}", other);
            own.replaced(place, &new)
        }
    }
}

/// A small generator (xorshift): the same seed makes the same mutation.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap_or(0) % n.max(1)
    }

    /// One of `all`, which is not empty.
    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        let at = self.below(all.len());
        &all[at]
    }

    fn piece(&mut self, of: &Pieces, kind: Piece) -> Option<std::ops::Range<usize>> {
        let all = of.all(kind);
        (!all.is_empty()).then(|| self.of(all).clone())
    }
}
