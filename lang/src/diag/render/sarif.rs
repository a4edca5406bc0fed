//! SARIF 2.1.0, the form that code scanning reads: one run, a rule for each code that was found.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::diag::explain::page;
use crate::diag::{Code, Diagnostic, Fix, Label};
use crate::source::{FileId, SourceMap, Span};

/// Where the schema of this form lies.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

pub(super) fn render(diagnostics: &[Diagnostic], map: &SourceMap) -> String {
    let codes: BTreeSet<Code> = diagnostics.iter().map(|found| found.code).collect();
    let codes: Vec<Code> = codes.into_iter().collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {
                "driver": {
                    "name": "stratc",
                    "version": env!("CARGO_PKG_VERSION"),
                    "rules": codes.iter().copied().map(rule).collect::<Vec<_>>(),
                },
            },
            // Like every other column that is printed: characters, not UTF-16 units.
            "columnKind": "unicodeCodePoints",
            "results": diagnostics
                .iter()
                .map(|found| result(found, &codes, map))
                .collect::<Vec<_>>(),
        }],
    });
    format!("{log:#}\n")
}

fn rule(code: Code) -> Value {
    let mut rule = json!({
        "id": code.text(),
        "shortDescription": { "text": code.summary() },
        "defaultConfiguration": { "level": if code.is_warning() { "warning" } else { "error" } },
    });
    if let (Value::Object(fields), Some(page)) = (&mut rule, page(code)) {
        // The page is Markdown; as plain text it reads nearly as well.
        fields.insert("help".to_owned(), json!({ "text": page, "markdown": page }));
    }
    rule
}

fn result(found: &Diagnostic, codes: &[Code], map: &SourceMap) -> Value {
    let mut result = json!({
        "ruleId": found.code.text(),
        "ruleIndex": codes.iter().position(|code| *code == found.code),
        "level": found.severity.name(),
        "message": { "text": message(found) },
        "locations": [location(found.span, map)],
    });
    if let Value::Object(fields) = &mut result {
        if !found.related.is_empty() {
            let places = found.related.iter().enumerate();
            let places: Vec<Value> = places.map(|(i, label)| related(i, label, map)).collect();
            fields.insert("relatedLocations".to_owned(), places.into());
        }
        if let Some(fix) = &found.fix {
            fields.insert("fixes".to_owned(), json!([repair(fix, map)]));
        }
    }
    result
}

/// Sentences, the first of which stands alone where there is little room.
fn message(found: &Diagnostic) -> String {
    let mut text = sentence(&found.message);
    if let Some(hint) = &found.hint {
        let mut letters = hint.chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        text.push(' ');
        text.extend(first);
        text.push_str(&sentence(letters.as_str()));
    }
    text
}

/// The text with its full stop; everywhere else it stands without one.
fn sentence(text: &str) -> String {
    let stop = if text.ends_with(['.', '?', '!']) {
        ""
    } else {
        "."
    };
    format!("{text}{stop}")
}

fn location(span: Span, map: &SourceMap) -> Value {
    json!({ "physicalLocation": {
        "artifactLocation": artifact(span.file, map),
        "region": region(span, map),
    } })
}

fn related(index: usize, label: &Label, map: &SourceMap) -> Value {
    let mut place = location(label.span, map);
    if let Value::Object(fields) = &mut place {
        fields.insert("id".to_owned(), json!(index));
        fields.insert("message".to_owned(), json!({ "text": label.text }));
    }
    place
}

fn repair(fix: &Fix, map: &SourceMap) -> Value {
    let files: BTreeSet<FileId> = fix.edits.iter().map(|(span, _)| span.file).collect();
    let change = |file: FileId| {
        let edits = fix.edits.iter().filter(|(span, _)| span.file == file);
        let replacements: Vec<Value> = edits
            .map(|(span, text)| {
                json!({ "deletedRegion": region(*span, map), "insertedContent": { "text": text } })
            })
            .collect();
        json!({ "artifactLocation": artifact(file, map), "replacements": replacements })
    };
    json!({
        "description": { "text": fix.title },
        "artifactChanges": files.into_iter().map(change).collect::<Vec<_>>(),
        "properties": { "certainty": fix.certainty.name() },
    })
}

fn artifact(file: FileId, map: &SourceMap) -> Value {
    let name = map.find(file).map_or("", |file| file.name.as_str());
    json!({ "uri": uri(name) })
}

/// Lines and columns from 1, the end exclusive, as SARIF has them too.
fn region(span: Span, map: &SourceMap) -> Value {
    let mut region = Map::new();
    if let Some(file) = map.find(span.file) {
        let (from, to) = (file.line_col(span.start), file.line_col(span.end));
        for (name, value) in [
            ("startLine", from.line),
            ("startColumn", from.column),
            ("endLine", to.line),
            ("endColumn", to.column),
        ] {
            region.insert(name.to_owned(), value.into());
        }
    } else {
        region.insert("startLine".to_owned(), 1.into());
    }
    region.into()
}

/// A path as a reference that may stand in a URI: relative stays relative.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    if path.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::{sentence, uri};

    #[test]
    fn paths_become_references() {
        assert_eq!(uri("a/b.strat"), "a/b.strat");
        assert_eq!(uri("../my file.strat"), "../my%20file.strat");
        assert_eq!(uri("/a/b#1.strat"), "file:///a/b%231.strat");
        assert_eq!(uri("a:é%.strat"), "a%3A%C3%A9%25.strat");
    }

    #[test]
    fn messages_become_sentences() {
        assert_eq!(sentence("did you mean `a`?"), "did you mean `a`?");
        assert_eq!(sentence("`a` is not defined"), "`a` is not defined.");
    }
}
