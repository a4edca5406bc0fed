//! What must hold for every text, and between a text and its formatted form.

use strat_lang::diag::Sink;
use strat_lang::diag::render::{Format, render};
use strat_lang::source::{FileId, SourceMap};
use strat_lang::syntax::ast::File;
use strat_lang::syntax::{TokenKind, lex, parse, print_tree};

/// The tree of a text without places, and the number of its errors.
pub fn tree(text: &str) -> (File, String, usize) {
    let mut sink = Sink::new();
    let file = parse(FileId(0), text, &mut sink);
    let printed = print_tree(&file);
    (file, printed, sink.errors())
}

/// The reports about a text, one line each.
pub fn reports(text: &str) -> String {
    let mut map = SourceMap::new();
    let id = map.add("t.strat".to_owned(), text.to_owned());
    let mut sink = Sink::new();
    let _ = parse(id, text, &mut sink);
    render(Format::Concise, &sink.into_sorted(), &map, false)
}

/// The comments of a text in order.
pub fn comments(text: &str) -> Vec<String> {
    lex(FileId(0), text, &mut Sink::new())
        .iter()
        .filter(|t| matches!(t.kind, TokenKind::Comment | TokenKind::Doc))
        .map(|t| t.text(text).trim_end().to_owned())
        .collect()
}

/// What holds for every text: reports lie in it, are found again, and render; what parses formats.
pub fn check_any(text: &str) {
    let mut sink = Sink::new();
    let file = parse(FileId(0), text, &mut sink);
    assert!(!print_tree(&file).contains('\0') || text.contains('\0'));
    let errors = sink.errors();
    let reports = sink.into_sorted();
    assert_eq!(errors == 0, reports.is_empty());
    for report in &reports {
        let span = report.span.start as usize..report.span.end as usize;
        assert!(
            text.get(span.clone()).is_some(),
            "{report:?} lies outside {text:?}"
        );
        assert!(report.message.chars().count() < 200, "{}", report.message);
        for (span, _) in report.fix.iter().flat_map(|fix| &fix.edits) {
            assert!(
                text.get(span.start as usize..span.end as usize).is_some(),
                "{report:?}"
            );
        }
    }
    let mut map = SourceMap::new();
    map.add("t.strat".to_owned(), text.to_owned());
    for (_, format) in Format::ALL {
        let shown = render(*format, &reports, &map, false);
        assert_eq!(shown.contains("E0"), errors > 0);
    }
    match strat_lang::fmt::format(text) {
        Err(found) => assert_eq!(found, reports),
        Ok(formatted) => {
            assert_eq!(errors, 0);
            check_format(text, &formatted);
        }
    }
}

/// What holds between a text and its formatted form.
pub fn check_format(text: &str, formatted: &str) {
    let (_, before, _) = tree(text);
    let (_, after, errors) = tree(formatted);
    assert_eq!(errors, 0, "the formatted text has errors:\n{formatted}");
    assert_eq!(
        before, after,
        "another tree after formatting:\n{text}\n---\n{formatted}"
    );
    assert_eq!(comments(text), comments(formatted));
    let again = strat_lang::fmt::format(formatted);
    assert_eq!(
        again.as_deref(),
        Ok(formatted),
        "formatting again changes:\n{text}"
    );
    assert!(formatted.is_empty() || formatted.ends_with('\n'));
    for line in formatted.lines() {
        assert_eq!(line.trim_end(), line, "white space at the end of a line");
    }
    assert!(!formatted.contains("\n\n\n") && !formatted.starts_with('\n'));
}
