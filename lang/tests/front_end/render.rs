//! What the renderers print.

use strat_lang::diag::render::{Format, render};
use strat_lang::diag::{Code, Diagnostic};
use strat_lang::source::{FileId, SourceMap, Span};

fn map(text: &str) -> SourceMap {
    let mut map = SourceMap::new();
    map.add("a.strat".to_owned(), text.to_owned());
    map
}

/// The span of the first `part` in `text`.
fn span(text: &str, part: &str) -> Span {
    let start = text.find(part).expect("the test's own text");
    Span::new(FileId(0), start as u32, (start + part.len()) as u32)
}

#[test]
fn nothing_renders_as_nothing() {
    let map = map("");
    assert_eq!(render(Format::Terminal, &[], &map, false), "");
    assert_eq!(render(Format::Concise, &[], &map, false), "");
    assert_eq!(render(Format::Json, &[], &map, false), "[]\n");
}

#[test]
fn concise_is_one_line() {
    let text = "let é = clsoe\nlet b = 1\n";
    let found = [
        Diagnostic::error(
            Code::UnknownName,
            span(text, "clsoe"),
            "`clsoe` is not defined",
        ),
        Diagnostic::warning(Code::UnusedName, span(text, "b"), "`b` is never used"),
    ];
    assert_eq!(
        render(Format::Concise, &found, &map(text), false),
        "a.strat:1:9: error[E0201]: `clsoe` is not defined\n\
         a.strat:2:5: warning[W0601]: `b` is never used\n"
    );
}

#[test]
fn json_holds_places_hint_and_fix() {
    let text = "let é = a && b\n";
    let at = span(text, "&&");
    let found = [
        Diagnostic::error(Code::ForeignOperator, at, "`&&` is written `and`")
            .hint("use words")
            .fix("write `and`", vec![(at, "and".to_owned())]),
    ];
    assert_eq!(
        render(Format::Json, &found, &map(text), false),
        r#"[
  {
    "code": "E0108",
    "severity": "error",
    "message": "`&&` is written `and`",
    "file": "a.strat",
    "line": 1,
    "column": 11,
    "end_line": 1,
    "end_column": 13,
    "hint": "use words",
    "fix": {
      "title": "write `and`",
      "certainty": "certain",
      "edits": [
        {
          "line": 1,
          "column": 11,
          "end_line": 1,
          "end_column": 13,
          "text": "and"
        }
      ]
    }
  }
]
"#
    );
}

#[test]
fn the_terminal_shows_the_line() {
    let text = "strategy S {\n    let x = clsoe + 1\n    // between\n    let y = x\n}\n";
    let found = [Diagnostic::error(
        Code::UnknownName,
        span(text, "clsoe"),
        "`clsoe` is not defined",
    )
    .label("not defined")
    .related(span(text, "y = x"), "used here")
    .hint("did you mean `close`?")];
    assert_eq!(
        render(Format::Terminal, &found, &map(text), false),
        "\
[E0201] Error: `clsoe` is not defined
   ╭─[ a.strat:2:13 ]
   │
 2 │     let x = clsoe + 1
   │             ──┬──  
   │               ╰──── not defined
   │ 
 4 │     let y = x
   │         ──┬──  
   │           ╰──── used here
   │ 
   │ Help: did you mean `close`?
───╯

"
    );
}

#[test]
fn colour_is_asked_for() {
    let text = "let x = 1\n";
    let found = [Diagnostic::error(Code::Syntax, span(text, "x"), "no")];
    assert!(!render(Format::Terminal, &found, &map(text), false).contains('\u{1b}'));
    assert!(render(Format::Terminal, &found, &map(text), true).contains('\u{1b}'));
}

#[test]
fn a_long_line_is_cut_around_the_place() {
    let text = format!(
        "// first\nlet x = {}HERE{}\n",
        "é".repeat(50_000),
        "b".repeat(50_000)
    );
    let at = span(&text, "HERE");
    let far = span(&text, "let");
    let found = [Diagnostic::error(Code::Syntax, at, "no").related(far, "far away")];
    let shown = render(Format::Terminal, &found, &map(&text), false);
    assert!(shown.len() < 3_000, "{} bytes", shown.len());
    assert!(shown.contains("[ a.strat:2:50009 ]"), "{shown}");
    assert!(shown.contains("éHEREb"), "{shown}");
    assert!(shown.contains("a.strat:2:1: far away"), "{shown}");
    let underlined = shown
        .lines()
        .find(|l| l.contains("──") && !l.contains('╭'))
        .unwrap_or("");
    let column = |line: &str, what: char| line.chars().position(|c| c == what);
    let source = shown.lines().find(|l| l.contains("HERE")).unwrap_or("");
    assert_eq!(column(underlined, '─'), column(source, 'H'));
}

#[test]
fn a_span_as_long_as_a_long_line_is_cut_too() {
    let text = "a".repeat(1_000_000);
    let found = [Diagnostic::error(Code::Syntax, span(&text, &text), "no")];
    assert!(render(Format::Terminal, &found, &map(&text), false).len() < 3_000);
}

#[test]
fn hostile_text_moves_no_cursor() {
    let text = "let \u{1b}[2J\0\u{2028}x = \u{202e}1\u{b}\r\nlet y = 2";
    let found = [Diagnostic::error(Code::Syntax, span(text, "1"), "no")];
    let shown = render(Format::Terminal, &found, &map(text), false);
    assert!(!shown.contains(['\u{1b}', '\0', '\u{2028}', '\u{202e}', '\u{b}', '\r']));
    assert!(shown.contains(" 1 │ "), "{shown}");
}

#[test]
fn spans_at_any_place_render() {
    let text = "é😀\n\nlast";
    let map = map(text);
    let len = text.len() as u32;
    for start in 0..=len + 3 {
        for end in start..=len + 3 {
            let at = Span::new(FileId(0), start, end);
            let back = Span::new(FileId(0), len - start.min(len), len);
            let found = [Diagnostic::error(Code::Syntax, at, "no").related(back, "there")];
            for (_, format) in Format::ALL {
                assert!(render(*format, &found, &map, false).contains("no"));
            }
        }
    }
}

#[test]
fn a_far_place_is_told_in_a_note() {
    let text = format!("first\n{}last\n", "\n".repeat(2_000_000));
    let found = [Diagnostic::error(Code::Syntax, span(&text, "last"), "no")
        .related(span(&text, "first"), "opened")];
    let shown = render(Format::Terminal, &found, &map(&text), false);
    assert!(shown.contains("a.strat:2000002:1"), "{shown}");
    assert!(shown.contains("   | last\n   | ^^^^\n"), "{shown}");
    assert!(shown.contains("a.strat:1:1: opened"), "{shown}");
}

#[test]
fn places_of_two_files_are_both_shown() {
    let mut map = map("let a = 1\n");
    let other = map.add("b.strat".to_owned(), "fn a(x) { return x }\n".to_owned());
    let found = [
        Diagnostic::error(Code::DuplicateName, Span::new(FileId(0), 4, 5), "`a` twice")
            .related(Span::new(other, 3, 4), "first here"),
    ];
    let shown = render(Format::Terminal, &found, &map, false);
    assert!(
        shown.contains("[ a.strat:1:5 ]") && shown.contains("[ b.strat:1:4 ]"),
        "{shown}"
    );
    // A file that the map does not hold is no reason to fail.
    let lost = [Diagnostic::error(
        Code::UnreadableFile,
        Span::new(FileId(9), 0, 0),
        "gone",
    )];
    for (_, format) in Format::ALL {
        assert!(render(*format, &lost, &map, false).contains("gone"));
    }
}
