//! The pages of `stratc explain`: one Markdown file per code, in `explain/`.
//!
//! A page says in plain sentences what the code means and what the mistake would cost, then shows a
//! program that fails and one that is right:
//!
//! - a fence `strat-error` holds the failing program, a fence `strat` the right one; tests run both;
//! - a fence `strat file=NAME` before them holds a file that both use;
//! - a comment `<!-- no program: REASON -->` stands in the place of both where a file cannot show
//!   the mistake;
//! - any other fence (`console`, `text`) is only read.
//!
//! The title is not repeated in the page: it is the summary of the code.

use super::Code;

/// Name of each page and its text, made by the build script from the folder.
static PAGES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/explain.rs"));

/// Beginning of the comment that says why a page shows no program.
const NO_PROGRAM: &str = "<!-- no program:";

/// A part of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part<'p> {
    /// Markdown text, without blank lines around it.
    Prose(&'p str),
    /// A fenced block: what stands behind the fence, and the lines between.
    Block {
        /// `strat`, `strat-error`, `strat file=NAME`, …
        kind: &'p str,
        /// The lines, each with its end.
        text: &'p str,
    },
    /// Why the page shows no program.
    NoProgram(&'p str),
}

/// The page of a code, as Markdown; `None` where nobody has written it yet.
#[must_use]
pub fn page(code: Code) -> Option<&'static str> {
    PAGES
        .iter()
        .find_map(|(name, text)| (*name == code.text()).then_some(*text))
}

/// The names of all pages, sorted.
pub fn page_names() -> impl Iterator<Item = &'static str> {
    PAGES.iter().map(|(name, _)| *name)
}

/// The parts of a page in order. A fence that is never closed holds the rest of the page.
#[must_use]
pub fn parts(page: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = page;
    while !rest.is_empty() {
        let fence =
            line_starts(rest).find(|at| rest.get(*at..).is_some_and(|r| r.starts_with("```")));
        let Some((before, fenced)) = fence.and_then(|at| rest.split_at_checked(at)) else {
            prose(rest, &mut parts);
            break;
        };
        prose(before, &mut parts);
        let (first, body) = fenced.split_once('\n').unwrap_or((fenced, ""));
        let kind = first.trim_start_matches('`').trim();
        let end =
            line_starts(body).find(|at| body.get(*at..).is_some_and(|r| r.starts_with("```")));
        let (text, behind) = end
            .and_then(|at| body.split_at_checked(at))
            .unwrap_or((body, ""));
        parts.push(Part::Block { kind, text });
        rest = behind.split_once('\n').map_or("", |(_, after)| after);
    }
    parts
}

/// Offsets at which lines begin.
fn line_starts(text: &str) -> impl Iterator<Item = usize> {
    let ends = text.match_indices('\n').map(|(at, _)| at + 1);
    std::iter::once(0).chain(ends)
}

fn prose<'p>(text: &'p str, parts: &mut Vec<Part<'p>>) {
    let (before, reason, after) = match text.split_once(NO_PROGRAM) {
        Some((before, rest)) => {
            let (reason, after) = rest.split_once("-->").unwrap_or((rest, ""));
            (before, Some(reason.trim()), after)
        }
        None => (text, None, ""),
    };
    let mut push = |text: &'p str| {
        let text = text.trim();
        if !text.is_empty() {
            parts.push(Part::Prose(text));
        }
    };
    push(before);
    push(after);
    parts.extend(reason.map(Part::NoProgram));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_taken_apart() {
        let page = "One.\n\nTwo.\n\n```strat-error\nlet x\n```\n\nThree.\n```strat\n```\n";
        assert_eq!(
            parts(page),
            [
                Part::Prose("One.\n\nTwo."),
                Part::Block {
                    kind: "strat-error",
                    text: "let x\n"
                },
                Part::Prose("Three."),
                Part::Block {
                    kind: "strat",
                    text: ""
                },
            ]
        );
    }

    #[test]
    fn a_page_may_show_no_program_and_any_text_is_a_page() {
        assert_eq!(
            parts("One.\n<!-- no program: it has no text -->\n"),
            [Part::Prose("One."), Part::NoProgram("it has no text")]
        );
        assert_eq!(parts(""), []);
        assert_eq!(parts("\n\n"), []);
        assert_eq!(
            parts("```a"),
            [Part::Block {
                kind: "a",
                text: ""
            }]
        );
        assert_eq!(
            parts("```\né\n``` x"),
            [Part::Block {
                kind: "",
                text: "é\n"
            }]
        );
    }
}
