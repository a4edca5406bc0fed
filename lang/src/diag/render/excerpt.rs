//! The few lines of a file that one report shows.
//!
//! The terminal renderer never sees a whole file: lines that are not shown are empty here, long
//! ones are cut around what is shown, and characters that would move the cursor or begin another
//! line are replaced. So a report costs as much as it prints, whatever the file holds.

use std::ops::Range;

use crate::source::{SourceFile, Span};

/// Longest line that is shown whole, in characters.
const LONGEST_LINE: usize = 400;

/// Characters kept on each side of the place in a longer line.
const AROUND: usize = 80;

/// Most lines between the first and the last place; what lies further away is told in a note.
const FURTHEST: u32 = 5_000;

/// The shown lines of one file.
#[derive(Debug, Clone)]
pub(super) struct Excerpt {
    /// Lines from [`Excerpt::first_line`] on, each with its line end.
    pub text: String,
    /// Number (from 1) of the first line.
    pub first_line: u32,
    /// Where each place lies in `text`, in characters; `None` for one that is not shown.
    pub places: Vec<Option<Range<usize>>>,
    /// Characters by which the line of the first place was shortened at its beginning.
    pub cut: usize,
}

impl Excerpt {
    /// The text with an empty line for each line of the file before it.
    pub fn padded(&self) -> String {
        let before = self.first_line.saturating_sub(1) as usize;
        format!("{}{}", "\n".repeat(before), self.text)
    }

    /// The places as they lie in [`Excerpt::padded`].
    pub fn padded_places(&self) -> impl Iterator<Item = Option<Range<usize>>> {
        let before = self.first_line.saturating_sub(1) as usize;
        let moved = move |place: &Range<usize>| place.start + before..place.end + before;
        self.places
            .iter()
            .map(move |place| place.as_ref().map(moved))
    }

    /// The line of the first place and the place in it.
    pub fn main_line(&self) -> Option<(&str, Range<usize>)> {
        let place = self.places.first()?.clone()?;
        let mut start = 0;
        for line in self.text.lines() {
            let end = start + line.chars().count();
            if place.start < end {
                return Some((line, place.start - start..place.end.min(end) - start));
            }
            start = end + 1;
        }
        None
    }
}

/// A place in its line.
struct Place {
    line: u32,
    /// Its first byte in the file.
    byte: u32,
    /// Characters of the line.
    columns: Range<usize>,
}

/// The lines around `spans`, which lie in `file`; the first span is the one that matters. A span
/// over several lines is shown on its first.
pub(super) fn excerpt(file: &SourceFile, spans: &[Span]) -> Excerpt {
    let places: Vec<Place> = spans.iter().map(|span| place(file, *span)).collect();
    let main = places.first().map_or(1, |p| p.line);
    let is_near = |p: &&Place| p.line.abs_diff(main) <= FURTHEST;
    let first = places
        .iter()
        .filter(is_near)
        .map(|p| p.line)
        .min()
        .unwrap_or(main);
    let last = places
        .iter()
        .filter(is_near)
        .map(|p| p.line)
        .max()
        .unwrap_or(main);
    let mut out = Excerpt {
        text: String::new(),
        first_line: first,
        places: vec![None; places.len()],
        cut: 0,
    };
    let mut written = 0;
    for line in first..=last {
        let here: Vec<usize> = (0..places.len())
            .filter(|i| places.get(*i).is_some_and(|p| p.line == line))
            .collect();
        if let Some(leading) = here.first().and_then(|i| places.get(*i)) {
            let Shown {
                text: shown,
                window,
                shift,
            } = shown_line(file, leading);
            for i in &here {
                let Some(columns) = places.get(*i).map(|p| p.columns.clone()) else {
                    continue;
                };
                if columns.start < window.start || columns.start >= window.end.max(window.start + 1)
                {
                    continue;
                }
                let start = columns.start - window.start + shift;
                let end = columns.end.min(window.end).max(columns.start + 1) - window.start + shift;
                if let Some(slot) = out.places.get_mut(*i) {
                    *slot = Some(written + start..written + end);
                }
                if *i == 0 {
                    out.cut = window.start.saturating_sub(shift);
                }
            }
            written += shown.chars().count();
            out.text.push_str(&shown);
        }
        out.text.push('\n');
        written += 1;
    }
    out
}

/// The first line of a span, and its characters there; at least one.
fn place(file: &SourceFile, span: Span) -> Place {
    let from = file.line_col(span.start);
    let to = file.line_col(span.end);
    let start = from.column.saturating_sub(1) as usize;
    let end = if to.line == from.line {
        to.column.saturating_sub(1) as usize
    } else {
        let line_end = file
            .index
            .line_range(&file.text, from.line)
            .map_or(0, |r| r.1);
        file.line_col(line_end).column.saturating_sub(1) as usize
    };
    Place {
        line: from.line,
        byte: span.start,
        columns: start..end.max(start + 1),
    }
}

/// A line as it is shown.
struct Shown {
    /// The characters, with marks of omission where some are left out.
    text: String,
    /// Which characters of the line these are.
    window: Range<usize>,
    /// By how many characters a mark of omission moves them.
    shift: usize,
}

/// The line of a place: whole, or as much as fits around the place. One space follows, so that a
/// place behind the end can be shown. The work does not grow with the length of the line.
fn shown_line(file: &SourceFile, place: &Place) -> Shown {
    let (start, end) = file
        .index
        .line_range(&file.text, place.line)
        .unwrap_or((0, 0));
    let text = file.text.get(start as usize..end as usize).unwrap_or("");
    let is_short = text.len() <= LONGEST_LINE
        || (text.len() <= 4 * LONGEST_LINE && text.chars().count() <= LONGEST_LINE);
    if is_short {
        let mut shown: String = text.chars().map(visible).collect();
        let window = 0..shown.chars().count() + 1;
        shown.push(' ');
        return Shown {
            text: shown,
            window,
            shift: 0,
        };
    }
    let mut at = (place.byte.saturating_sub(start) as usize).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let (before, after) = text.split_at(at);
    let mut shown: Vec<char> = before.chars().rev().take(AROUND).map(visible).collect();
    shown.reverse();
    let from = place.columns.start.saturating_sub(shown.len());
    let wanted = place.columns.len().min(AROUND) + AROUND;
    let mut rest = after.chars();
    shown.extend(rest.by_ref().take(wanted).map(visible));
    let window = from..from + shown.len().max(1);
    shown.push(if rest.next().is_some() { '…' } else { ' ' });
    let shift = usize::from(from > 0);
    let mark = (from > 0).then_some('…');
    Shown {
        text: mark.into_iter().chain(shown).collect(),
        window: window.start..window.end + usize::from(rest.as_str().is_empty()),
        shift,
    }
}

/// A character that prints as one and ends no line.
fn visible(c: char) -> char {
    match c {
        '\t' => c,
        '\u{2028}'
        | '\u{2029}'
        | '\u{200e}'
        | '\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        c if c.is_control() => '\u{fffd}',
        c => c,
    }
}
