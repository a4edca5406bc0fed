//! SARIF logs: valid by the official schema, and saying what the diagnostics say.

use serde_json::{Value, json};
use strat_lang::diag::render::{Format, render};
use strat_lang::diag::{Code, Diagnostic, Sink};
use strat_lang::source::{SourceMap, Span};
use strat_lang::syntax::parse;

/// The official schema; see the README beside it. SHA-256
/// `af47e7b67f24efe74076621fd3a5fbe7398add9e84fe820c971219a385895cea`.
const SCHEMA: &str = include_str!("../sarif/sarif-schema-2.1.0.json");

fn schema() -> jsonschema::Validator {
    // A slip of the standard: a `]` too many in the patterns of `language`, which only some engines
    // of regular expressions forgive.
    let schema = SCHEMA.replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}?$");
    let schema: Value = serde_json::from_str(&schema).expect("the schema is JSON");
    jsonschema::validator_for(&schema).expect("the schema is one")
}

fn log(found: &[Diagnostic], map: &SourceMap) -> Value {
    let text = render(Format::Sarif, found, map, false);
    assert!(text.ends_with("}\n"));
    serde_json::from_str(&text).expect("a log is JSON")
}

fn assert_valid(schema: &jsonschema::Validator, log: &Value) {
    let faults: Vec<String> = schema
        .iter_errors(log)
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{faults:#?}\n{log:#}");
}

#[test]
fn the_logs_of_all_cases_are_valid() {
    let schema = schema();
    let mut results = 0;
    for (name, program) in crate::ui::programs() {
        let mut map = SourceMap::new();
        let file = map.add(name, program.clone());
        let mut sink = Sink::new();
        let _ = parse(file, &program, &mut sink);
        let found = sink.into_sorted();
        let log = log(&found, &map);
        assert_valid(&schema, &log);
        let listed = log["runs"][0]["results"].as_array().expect("results");
        assert_eq!(listed.len(), found.len());
        let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array();
        let rules = rules.expect("rules");
        for (result, found) in listed.iter().zip(&found) {
            let index = result["ruleIndex"].as_u64().expect("an index");
            assert_eq!(rules[index as usize]["id"], found.code.text());
            assert_eq!(result["ruleId"], found.code.text());
            assert_eq!(result["level"], found.severity.name());
        }
        results += listed.len();
    }
    assert!(results > 50, "only {results} results were held against it");
}

#[test]
fn the_schema_refuses_what_is_no_log() {
    let schema = schema();
    let mut map = SourceMap::new();
    let file = map.add("a.strat".to_owned(), "x".to_owned());
    let found = [Diagnostic::error(Code::Syntax, Span::new(file, 0, 1), "no")];
    let good = log(&found, &map);
    assert_valid(&schema, &good);
    for (pointer, value) in [
        ("/version", json!("2.2.0")),
        ("/runs/0/columnKind", json!("bytes")),
        ("/runs/0/results/0/level", json!("fatal")),
        ("/runs/0/results/0/message", json!({})),
        ("/runs/0/results/0/ruleIndex", json!("first")),
        (
            "/runs/0/results/0/locations/0/physicalLocation/region/startLine",
            json!(0),
        ),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).expect("a part of the log") = value;
        assert!(!schema.is_valid(&bad), "{pointer}");
    }
}

#[test]
fn nothing_found_is_a_run_without_results() {
    let log = log(&[], &SourceMap::new());
    assert_valid(&schema(), &log);
    assert_eq!(log["runs"][0]["results"], json!([]));
    assert_eq!(log["runs"][0]["tool"]["driver"]["rules"], json!([]));
}

#[test]
fn a_result_says_what_the_diagnostic_says() {
    let mut map = SourceMap::new();
    let text = "let é = a && b\nlet c = 1\n";
    let file = map.add("my strategies/é.strat".to_owned(), text.to_owned());
    let other = map.add("/lib.strat".to_owned(), "fn f(x) {}\n".to_owned());
    let at = Span::new(file, 11, 13);
    let found = [
        Diagnostic::error(Code::ForeignOperator, at, "`&&` is written `and`")
            .related(Span::new(other, 3, 4), "called from here")
            .hint("use words")
            .fix("write `and`", vec![(at, "and".to_owned())]),
        Diagnostic::warning(
            Code::UnusedName,
            Span::new(file, 20, 21),
            "`c` is never used",
        )
        .suggest("remove it", vec![(Span::new(other, 0, 2), String::new())]),
    ];
    let log = log(&found, &map);
    assert_valid(&schema(), &log);
    let run = &log["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    let ids: Vec<&Value> = rules.iter().map(|rule| &rule["id"]).collect();
    assert_eq!(ids, ["E0108", "W0601"]);
    assert_eq!(rules[0]["defaultConfiguration"]["level"], "error");
    assert_eq!(rules[1]["defaultConfiguration"]["level"], "warning");

    let [first, second] = run["results"].as_array().expect("results").as_slice() else {
        panic!("two results")
    };
    let file = json!({ "uri": "my%20strategies/%C3%A9.strat" });
    let region = json!({ "startLine": 1, "startColumn": 11, "endLine": 1, "endColumn": 13 });
    let place = json!({ "artifactLocation": file, "region": region });
    assert_eq!(
        first["message"]["text"],
        "`&&` is written `and`. Use words."
    );
    assert_eq!(first["locations"][0]["physicalLocation"], place);
    let related = &first["relatedLocations"][0];
    assert_eq!(related["message"]["text"], "called from here");
    assert_eq!(
        related["physicalLocation"]["artifactLocation"]["uri"],
        "file:///lib.strat"
    );
    assert_eq!(
        first["fixes"][0],
        json!({
            "description": { "text": "write `and`" },
            "artifactChanges": [{
                "artifactLocation": file,
                "replacements": [{
                    "deletedRegion": region,
                    "insertedContent": { "text": "and" },
                }],
            }],
            "properties": { "certainty": "certain" },
        })
    );
    assert_eq!(second["level"], "warning");
    assert_eq!(second["ruleIndex"], 1);
    assert_eq!(second["fixes"][0]["properties"]["certainty"], "possible");
    assert_eq!(second.get("relatedLocations"), None);
}
