//! Reports about characters that no token begins with; most are typed by an editor or another
//! language's habit, so the common ones name their replacement.

use crate::diag::{Code, Diagnostic};
use crate::source::Span;

/// What to write instead: the character, its replacement, whether that is certain.
const REPLACEMENTS: &[(char, &str, bool)] = &[
    ('≤', "<=", true),
    ('≥', ">=", true),
    ('≠', "!=", true),
    ('×', "*", true),
    ('·', "*", true),
    ('÷', "/", true),
    ('−', "-", true),
    ('–', "-", true),
    ('—', "-", true),
    ('\u{a0}', " ", true),
    ('\u{202f}', " ", true),
    ('\u{3000}', " ", true),
    ('\u{200b}', "", true),
    ('\u{feff}', "", true),
    ('“', "\"", false),
    ('”', "\"", false),
    ('„', "\"", false),
    ('‘', "\"", false),
    ('’', "\"", false),
    ('\'', "\"", false),
    ('`', "\"", false),
    ('#', "//", false),
    ('（', "(", false),
    ('）', ")", false),
    ('，', ",", false),
    ('：', ":", false),
];

/// The report about one run of unknown characters.
#[must_use]
pub fn report(run: &str, span: Span) -> Diagnostic {
    let mut characters = run.chars();
    let first = characters.next().unwrap_or('\u{fffd}');
    let alone = characters.next().is_none();
    let what = if alone {
        format!("unexpected character {}", named(first))
    } else {
        let count = run.chars().count();
        format!(
            "{count} unexpected characters, the first is {}",
            named(first)
        )
    };
    let report = Diagnostic::error(Code::UnknownCharacter, span, what);
    let known = REPLACEMENTS.iter().find(|(c, ..)| *c == first);
    match known {
        Some((_, replacement, true)) if alone => {
            let title = match *replacement {
                "" => "remove it".to_owned(),
                " " => "write an ordinary space".to_owned(),
                other => format!("write `{other}`"),
            };
            report.fix(title, vec![(span, (*replacement).to_owned())])
        }
        Some(('#', ..)) => report.hint("comments begin with `//`"),
        Some((_, "\"", _)) => report.hint("strings stand in straight double quotes `\"`"),
        Some((_, replacement, _)) if !replacement.trim().is_empty() => {
            report.hint(format!("write `{replacement}`"))
        }
        _ if first.is_alphabetic() => {
            report.hint("names are written with the letters a to z, digits and `_`")
        }
        _ => report,
    }
}

/// A character as a message shows it: invisible ones by their number.
fn named(c: char) -> String {
    let invisible = c.is_control()
        || c.is_whitespace()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fffd}');
    let number = u32::from(c);
    if invisible {
        format!("U+{number:04X}")
    } else if c.is_ascii() {
        format!("`{c}`")
    } else {
        format!("`{c}` (U+{number:04X})")
    }
}
