//! Applies the fixes of diagnostics to a text.
//!
//! Only fixes that are certain, and only those whose edits all lie in the one text. A round applies
//! every such fix that overlaps no other one, first come first served; the text is then checked
//! again, because a repair can bring to light what the mistake hid. Two guards make a wrong fix
//! harmless: a text that parsed still parses, and the number of rounds is bounded.

use crate::diag::{Certainty, Code, Diagnostic, Fix, Phase, Severity, Sink};
use crate::source::{FileId, Span};
use crate::syntax::parse;

/// Most rounds: each applies all that it can, so a text that needs more goes round in circles.
const MOST_ROUNDS: usize = 20;

/// Most fixes that are tried one by one where a round as a whole made the text worse.
const MOST_SINGLE: usize = 50;

/// A text after its repairs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fixed {
    /// The text.
    pub text: String,
    /// What was done, in order: code of the diagnostic and title of its fix.
    pub applied: Vec<(Code, String)>,
    /// Fixes that were left out because the text would no longer have parsed: each is a fault of
    /// the phase that offered it.
    pub refused: Vec<(Code, String)>,
}

/// Applies what is certain until nothing more is. `check` gives the diagnostics of a text and the
/// id that they know it by.
pub fn fix(text: &str, mut check: impl FnMut(&str) -> (FileId, Vec<Diagnostic>)) -> Fixed {
    let mut fixed = Fixed {
        text: text.to_owned(),
        ..Fixed::default()
    };
    for _ in 0..MOST_ROUNDS {
        let (file, diagnostics) = check(&fixed.text);
        let found: Vec<(Code, &Fix)> = certain(&diagnostics, file)
            .filter(|(code, fix)| {
                let tried = (*code, fix.title.clone());
                !fixed.refused.contains(&tried)
            })
            .collect();
        if !round(&mut fixed, &found) {
            break;
        }
    }
    fixed
}

/// The certain fixes that lie in one file, with the codes that they repair.
pub fn certain(
    diagnostics: &[Diagnostic],
    file: FileId,
) -> impl Iterator<Item = (Code, &Fix)> + use<'_> {
    diagnostics.iter().filter_map(move |found| {
        let fix = found.fix.as_ref()?;
        let is_here = fix.edits.iter().all(|(span, _)| span.file == file);
        let is_certain = fix.certainty == Certainty::Certain;
        (is_certain && is_here && !fix.edits.is_empty()).then_some((found.code, fix))
    })
}

/// Applies the fixes of one round; whether the text changed.
fn round(fixed: &mut Fixed, found: &[(Code, &Fix)]) -> bool {
    let mut taken: Vec<&(Span, String)> = Vec::new();
    let mut chosen: Vec<(Code, &Fix)> = Vec::new();
    for (code, fix) in found {
        let free = fix
            .edits
            .iter()
            .all(|(span, _)| !taken.iter().any(|(other, _)| overlap(*span, *other)));
        if free {
            taken.extend(&fix.edits);
            chosen.push((*code, fix));
        }
    }
    let before = fixed.text.clone();
    let must_parse = parses(&before);
    let all: Vec<&(Span, String)> = chosen.iter().flat_map(|(_, fix)| &fix.edits).collect();
    match edited(&before, &all) {
        Some(text) if !must_parse || parses(&text) => {
            fixed.text = text;
            let done = chosen.iter().map(|(code, fix)| (*code, fix.title.clone()));
            fixed.applied.extend(done);
        }
        // One of them does harm: the others are found by trying each alone, from the last on, so
        // that the places of those before stay right.
        _ => {
            chosen.truncate(MOST_SINGLE);
            chosen.sort_by_key(|(_, fix)| fix.edits.iter().map(|(span, _)| span.start).max());
            for (code, fix) in chosen.iter().rev() {
                let edits: Vec<&(Span, String)> = fix.edits.iter().collect();
                let done = (*code, fix.title.clone());
                match edited(&fixed.text, &edits) {
                    Some(text) if !must_parse || parses(&text) => {
                        fixed.text = text;
                        fixed.applied.push(done);
                        // Places in front of a fix with several edits may have moved.
                        if fix.edits.len() > 1 {
                            break;
                        }
                    }
                    _ => fixed.refused.push(done),
                }
            }
        }
    }
    fixed.text != before
}

/// Whether two edits touch the same characters, or the same place between two.
fn overlap(a: Span, b: Span) -> bool {
    if a.start == a.end || b.start == b.end {
        a.start <= b.end && b.start <= a.end
    } else {
        a.start < b.end && b.start < a.end
    }
}

/// The text after edits that do not overlap; `None` where one lies outside it or inside a character.
fn edited(text: &str, edits: &[&(Span, String)]) -> Option<String> {
    let mut edits = edits.to_vec();
    edits.sort_by_key(|(span, _)| (span.start, span.end));
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (span, with) in edits {
        out.push_str(text.get(done..span.start as usize)?);
        out.push_str(with);
        done = span.end as usize;
    }
    out.push_str(text.get(done..)?);
    Some(out)
}

/// Whether a text has no error of tokens or grammar. What later phases report does not count: a
/// repair may well bring it to light.
fn parses(text: &str) -> bool {
    let mut sink = Sink::new();
    let _ = parse(FileId(0), text, &mut sink);
    let is_early = |found: &Diagnostic| {
        found.severity == Severity::Error
            && matches!(found.code.phase(), Phase::Tokens | Phase::Grammar)
    };
    !sink.into_sorted().iter().any(is_early)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: FileId = FileId(0);

    fn parsed(text: &str) -> (FileId, Vec<Diagnostic>) {
        let mut sink = Sink::new();
        let _ = parse(ID, text, &mut sink);
        (ID, sink.into_sorted())
    }

    fn titles(done: &[(Code, String)]) -> Vec<&str> {
        done.iter().map(|(_, title)| title.as_str()).collect()
    }

    #[test]
    fn everything_certain_is_applied() {
        let text = "strategy S {\n    x = close;\n    enter when x > .5 && !(x == 3)\n    exit when x = 3 }\n";
        let fixed = fix(text, parsed);
        assert_eq!(
            fixed.text,
            "strategy S {\n    let x = close\n    enter when x > 0.5 and not (x == 3)\n    exit when x == 3 }\n"
        );
        assert_eq!(fixed.refused, []);
        assert_eq!(parsed(&fixed.text).1, []);
    }

    #[test]
    fn guesses_and_other_files_are_left_alone() {
        let text = "strategy S {\n}\n";
        let at = Span::new(ID, 9, 10);
        let report = |span: Span| Diagnostic::error(Code::UnknownName, span, "no");
        let elsewhere = Span::new(FileId(1), 0, 1);
        let fixed = fix(text, |_| {
            let guess = report(at).suggest("guess", vec![(at, "T".to_owned())]);
            let other = report(at).fix("other", vec![(elsewhere, "T".to_owned())]);
            (ID, vec![guess, other, report(at).fix("none", Vec::new())])
        });
        assert_eq!(fixed.text, text);
        assert_eq!(fixed.applied, []);
    }

    #[test]
    fn fixes_that_overlap_wait_for_the_next_round() {
        let report = |from, to, title: &str, with: &str| {
            let span = Span::new(ID, from, to);
            Diagnostic::error(Code::UnknownName, span, title)
                .fix(title, vec![(span, with.to_owned())])
        };
        let mut rounds = 0;
        let fixed = fix("// abcd\n", |text| {
            rounds += 1;
            let reports = match text {
                "// abcd\n" => vec![
                    report(3, 5, "first", "x"),
                    report(4, 6, "overlaps", "no"),
                    report(5, 5, "touches", "no"),
                    report(6, 7, "apart", "y"),
                ],
                "// xcy\n" => vec![report(4, 5, "second", "z")],
                _ => Vec::new(),
            };
            (ID, reports)
        });
        assert_eq!(fixed.text, "// xzy\n");
        assert_eq!(titles(&fixed.applied), ["first", "apart", "second"]);
        assert_eq!(rounds, 3);
    }

    #[test]
    fn what_would_break_the_grammar_is_refused_and_the_rest_is_kept() {
        let text = "strategy S {\n    stop 3%\n}\n";
        let report = |from, to, title: &str, with: &str| {
            let span = Span::new(ID, from, to);
            Diagnostic::warning(Code::UnusedName, span, title)
                .fix(title, vec![(span, with.to_owned())])
        };
        let fixed = fix(text, |text| {
            let mut reports = vec![report(11, 12, "breaks", "")];
            if text.contains("3%") {
                reports.push(report(22, 23, "good", "4"));
            }
            (ID, reports)
        });
        assert_eq!(fixed.text, "strategy S {\n    stop 4%\n}\n");
        assert_eq!(titles(&fixed.applied), ["good"]);
        assert_eq!(titles(&fixed.refused), ["breaks"]);
    }

    #[test]
    fn a_circle_ends() {
        let span = Span::new(ID, 3, 4);
        let fixed = fix("// a\n", |text| {
            let with = if text == "// a\n" { "b" } else { "a" };
            let report = Diagnostic::warning(Code::UnusedName, span, "turn");
            (ID, vec![report.fix("turn", vec![(span, with.to_owned())])])
        });
        assert_eq!(fixed.applied.len(), MOST_ROUNDS);
        assert_eq!(fixed.text, "// a\n");
    }

    #[test]
    fn edits_outside_the_text_do_nothing() {
        for (from, to) in [(90, 95), (4, 5), (5, 4)] {
            let span = Span::new(ID, from, to);
            let report = Diagnostic::warning(Code::UnusedName, span, "bad");
            let report = report.fix("bad", vec![(span, "x".to_owned())]);
            let fixed = fix("// é\n", |_| (ID, vec![report.clone()]));
            assert_eq!(fixed.text, "// é\n");
            assert_eq!(titles(&fixed.refused), ["bad"], "{from}..{to}");
        }
    }
}
