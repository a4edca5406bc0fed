//! The code blocks of the language's specification do what it says.

use std::fs;
use std::path::Path;

use strat_lang::diag::Sink;
use strat_lang::source::FileId;
use strat_lang::syntax::{parse, parse_expr};

/// The fenced blocks of a page: what stands behind the fence, and the lines between.
fn blocks(page: &str) -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("spec")
        .join(page);
    let text = fs::read_to_string(path).expect("the page of the specification");
    let mut found = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in text.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(kind), None) => open = Some((kind.to_owned(), String::new())),
            (Some(_), Some(_)) => found.extend(open.take()),
            (None, Some((_, body))) => {
                body.push_str(line);
                body.push('\n');
            }
            (None, None) => {}
        }
    }
    found
}

fn codes(text: &str) -> Vec<String> {
    let mut sink = Sink::new();
    let _ = parse(FileId(0), text, &mut sink);
    sink.into_sorted()
        .iter()
        .map(|d| d.code.to_string())
        .collect()
}

#[test]
fn code_blocks_hold() {
    let mut checked = 0;
    for page in [
        "01-lexical.md",
        "02-grammar.md",
        "05-diagnostics.md",
        "06-items.md",
    ] {
        for (kind, body) in blocks(page) {
            checked += 1;
            if kind == "strat" {
                assert_eq!(codes(&body), Vec::<String>::new(), "{page}:\n{body}");
            } else if kind == "strat-expr" {
                for line in body.lines() {
                    let mut sink = Sink::new();
                    let _ = parse_expr(FileId(0), line, &mut sink);
                    assert!(
                        !sink.has_errors(),
                        "{page}: {line}: {:?}",
                        sink.into_sorted()
                    );
                }
            } else if let Some(code) = kind.strip_prefix("strat-error ") {
                assert_eq!(codes(&body), [code], "{page}:\n{body}");
            } else {
                assert_eq!(kind, "text", "a block of an unknown kind in {page}");
                checked -= 1;
            }
        }
    }
    assert!(checked >= 7, "only {checked} blocks were checked");
}

#[test]
fn the_page_names_every_reserved_word() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("spec/01-lexical.md");
    let text = fs::read_to_string(path).expect("the page of the specification");
    for (word, _) in strat_lang::syntax::keyword::Keyword::ALL {
        assert!(text.contains(&format!("`{word}`")), "`{word}` is missing");
    }
}
