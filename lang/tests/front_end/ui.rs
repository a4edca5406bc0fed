//! Every file of `tests/ui` gives exactly the reports that stand at its end.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use strat_lang::diag::{Code, Diagnostic, Fix, Sink};
use strat_lang::source::{FileId, LineIndex};
use strat_lang::syntax::parse;

/// Codes of the tokens and the grammar that a file here cannot show: E0501 needs a huge one.
const ELSEWHERE: &[Code] = &[Code::UnreadableFile, Code::NotText];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui")
}

fn cases() -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder())
        .expect("the folder of the cases")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "strat"))
        .collect();
    paths.sort();
    paths
}

/// A report as a case states it: code, `line:column`, message.
type Report = (String, String, String);

/// The program and the reports that its last lines state.
fn expected(text: &str) -> (&str, Vec<Report>) {
    let end = text.find("//~").unwrap_or(text.len());
    let (program, notes) = text.split_at(end);
    let reports = notes.lines().filter_map(|line| {
        let mut parts = line.strip_prefix("//~ ")?.splitn(3, ' ');
        Some((
            parts.next()?.to_owned(),
            parts.next()?.to_owned(),
            parts.next()?.to_owned(),
        ))
    });
    (program, reports.collect())
}

/// Name and program of every case.
pub fn programs() -> Vec<(String, String)> {
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("a case is text");
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        (name.into_owned(), expected(&text).0.to_owned())
    };
    cases().into_iter().map(read).collect()
}

fn parsed(program: &str) -> Vec<Diagnostic> {
    let mut sink = Sink::new();
    let _ = parse(FileId(0), program, &mut sink);
    sink.into_sorted()
}

fn found(program: &str) -> Vec<Report> {
    let index = LineIndex::new(program);
    let report = |d: Diagnostic| {
        let at = index.line_col(program, d.span.start);
        let place = format!("{}:{}", at.line, at.column);
        (d.code.to_string(), place, d.message)
    };
    parsed(program).into_iter().map(report).collect()
}

#[test]
fn every_case_gives_the_reports_it_states() {
    let bless = std::env::var_os("STRATC_BLESS").is_some();
    let mut failures = Vec::new();
    for path in cases() {
        let text = fs::read_to_string(&path).expect("a case is text");
        let (program, wanted) = expected(&text);
        let found = found(program);
        let fits = found.len() == wanted.len()
            && found
                .iter()
                .zip(&wanted)
                .all(|(f, w)| f.0 == w.0 && f.1 == w.1 && f.2.contains(&w.2));
        if fits && !wanted.is_empty() {
            continue;
        }
        if bless {
            let notes: String = found
                .iter()
                .map(|(code, place, message)| format!("//~ {code} {place} {message}\n"))
                .collect();
            fs::write(&path, format!("{program}{notes}")).expect("a case can be written");
        } else {
            failures.push(format!(
                "{}\n  found {found:#?}\n  wanted {wanted:#?}",
                path.display()
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_code_of_tokens_and_grammar_has_a_case() {
    let mut shown = BTreeSet::new();
    for path in cases() {
        let text = fs::read_to_string(&path).expect("a case is text");
        shown.extend(expected(&text).1.into_iter().map(|report| report.0));
    }
    for code in Code::ALL {
        let is_ours = code.text() < "E0200";
        if is_ours && !ELSEWHERE.contains(code) {
            assert!(shown.contains(code.text()), "no case shows {code}");
        }
    }
}

/// The program after the edits of a repair, which do not overlap.
fn repaired(program: &str, fix: &Fix) -> String {
    let mut edits = fix.edits.clone();
    edits.sort_by_key(|(span, _)| span.start);
    let mut text = program.to_owned();
    for (span, with) in edits.iter().rev() {
        text.replace_range(span.start as usize..span.end as usize, with);
    }
    text
}

#[test]
fn every_repair_removes_its_report_and_makes_no_other() {
    let mut count = 0;
    for path in cases() {
        let text = fs::read_to_string(&path).expect("a case is text");
        let (program, _) = expected(&text);
        let reports = parsed(program);
        for report in &reports {
            let Some(fix) = &report.fix else { continue };
            count += 1;
            let after = parsed(&repaired(program, fix));
            let messages: Vec<&str> = after.iter().map(|d| d.message.as_str()).collect();
            assert!(
                after.len() < reports.len(),
                "{}: `{}` ({}) leaves {messages:#?}",
                path.display(),
                fix.title,
                report.message
            );
        }
    }
    assert!(count >= 20, "only {count} repairs were tried");
}
