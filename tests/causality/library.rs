//! Every function of the library and of the example files, with three sets of arguments. The
//! functions are read from the sources, so one that is added is covered by being there.

use std::collections::BTreeSet;

use strat_lang::diag::Sink;
use strat_lang::source::FileId;
use strat_lang::syntax::ast::{FnItem, ItemKind};
use strat_lang::syntax::parse;
use strat_tests::sources::strat_files;
use strat_tests::{check_expression_in, root, unit};

use crate::run::check;

/// Sets of arguments: the defaults, and two more.
const SETS: usize = 3;

/// Arguments of a type. Several parameters of one type get neighbours, so that they differ.
const OF_TYPE: &[(&str, [&str; 5])] = &[
    ("bars", ["14", "5", "9", "3", "26"]),
    (
        "series",
        ["close", "(high + low) / 2", "open", "high", "low"],
    ),
    (
        "condition",
        [
            "close > open",
            "volume > 100",
            "close crosses above open",
            "high > close",
            "low < open",
        ],
    ),
    ("ratio", ["2%", "10%", "0.5%", "50%", "5%"]),
    ("price", ["close", "open", "high", "low", "close[1]"]),
    ("qty", ["volume", "2.0", "volume[1]", "1.0", "0.5"]),
    ("number", ["0.5", "2.0", "3.0", "1.5", "0.1"]),
];

/// Arguments of parameters whose type does not say what they take: function, parameter, one
/// argument for each set.
const OF_NAME: &[(&str, &str, [&str; SETS])] = &[];

/// A call of `f` with the arguments of a set; `None` where there is nothing to choose.
fn call(f: &FnItem, set: usize) -> Option<String> {
    let mut arguments = Vec::new();
    for (i, param) in f.params.iter().enumerate() {
        let name = param.name.name.as_str();
        // `least` is the length where it is left out, and may not be more.
        if param.default.is_some() && (set == 0 || name == "least") {
            continue;
        }
        let named = OF_NAME
            .iter()
            .find(|(function, of, _)| *function == f.name.name && *of == name)
            .map(|(.., texts)| texts[set]);
        let ty = param.ty.as_ref().map(|ty| ty.name.as_str());
        // Without a type the first is what the function is about, further ones are factors.
        let ty = ty.unwrap_or(if i == 0 { "series" } else { "number" });
        let of_type = || {
            let (_, texts) = OF_TYPE.iter().find(|(of, _)| *of == ty)?;
            Some(texts[(i + set) % texts.len()])
        };
        let text = named.or_else(of_type).unwrap_or_else(|| {
            let function = &f.name.name;
            panic!("`{function}` takes `{name}: {ty}`: give it arguments in OF_NAME")
        });
        arguments.push(format!("{name}: {text}"));
    }
    let name = &f.name.name;
    match (set, arguments.len()) {
        (1.., 0) => None,
        _ => Some(format!("{name}({})", arguments.join(", "))),
    }
}

/// Functions of a text, by its tree.
fn functions(text: &str) -> Vec<FnItem> {
    let mut sink = Sink::new();
    let file = parse(FileId(0), text, &mut sink);
    assert!(!sink.has_errors(), "a file of the repository parses");
    let items = file.items.into_iter();
    items
        .filter_map(|item| match item.kind {
            ItemKind::Fn(f) => Some(f),
            _ => None,
        })
        .collect()
}

/// Functions of a text, by its lines: found without the parser.
fn headers(text: &str) -> usize {
    text.lines().filter(|line| line.starts_with("fn ")).count()
}

/// Covers the functions of a file, and returns their names.
fn cover(path: &str, file: &str) -> BTreeSet<String> {
    let mut covered = BTreeSet::new();
    for f in functions(file) {
        let mut felt = 0;
        for set in 0..SETS {
            let Some(text) = call(&f, set) else { continue };
            let unit = unit(check_expression_in(&text, file), &text);
            felt += check(&unit, &[Vec::new()]).unwrap_or_else(|e| panic!("{path}: {text}: {e}"));
        }
        // What feels no exchange of its future would pass whatever it did.
        assert!(
            felt > 0,
            "{path}: `{}` takes no notice of the data",
            f.name.name
        );
        covered.insert(f.name.name.clone());
    }
    assert_eq!(covered.len(), headers(file), "{path}: functions left out");
    covered
}

#[test]
fn no_function_of_the_library_looks_ahead() {
    let mut covered = BTreeSet::new();
    let mut found = 0;
    for (name, text) in strat_stdlib::FILES {
        covered.extend(cover(name, text));
        found += headers(text);
    }
    println!("{} functions of the library", covered.len());
    assert_eq!(covered.len(), found);
    assert!(found > 25, "{found}");
}

#[test]
fn no_function_of_a_program_looks_ahead() {
    let mut found = 0;
    for path in strat_files(&["examples", "strategies"]) {
        let text = std::fs::read_to_string(&path).expect("a program is text");
        if headers(&text) > 0 {
            let name = path.strip_prefix(root()).unwrap_or(&path);
            found += cover(&name.display().to_string(), &text).len();
        }
    }
    println!("{found} functions of programs");
    assert!(found >= 3, "{found}");
}
