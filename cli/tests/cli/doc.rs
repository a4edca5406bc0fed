//! `doc`: what is described, in both forms, and the library's page in the manual.

use std::fs;

use crate::sandbox::{SCREENS, Sandbox};

const LIBRARY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/stdlib.md");

const OWN: &str = "\
/// How far `x` lies from its mean, in percent.
///
/// - above 0: above it
/// - below 0: below it
fn distance(x: series = close, length: bars) {
    return 100 * (x / sma(x, length) - 1)
}

/// Two bands around the <middle>.
fn around(length: bars = 10, mult = 1.5) {
    let mid = sma(close, length)
    let reach = mult * stdev(close, length)
    return { upper: mid + reach, seen: ema(close, length) > mid }
}

/// Buys far below the mean.
///
/// A second paragraph.
strategy Far {
    timeframe 1d
    /// How far.
    param least = -3 in -9..-1
    param length: bars = 20 in [10, 20, 40]
    require length > 5
    enter long \"far\" when distance(close, length) < least and volume > 0
    exit when distance(close, length) > 0
    stop 4%
}
";

#[test]
fn functions_and_strategies_are_described() {
    let sandbox = Sandbox::with(&[("own.strat", OWN)]);
    let text = sandbox.succeed(&["doc", "own.strat"]);
    for words in [
        "# own.strat\n",
        "### distance\n\n```strat\ndistance(x: series = close, length: bars)\n```\n\nHow far `x` lies from its mean, in percent.\n",
        "Lookback `length - 1`.\n\nCall: `distance(close, 20)`: a number",
        "| `upper` | `length - 1` | price",
        "| `seen` | `length - 1` | condition | 113 bars |",
        "Call: `around(10, 1.5)`",
        "### strategy Far\n\nBuys far below the mean.\n\nA second paragraph.\n\nRuns on `1d` bars. Only with `length > 5`.\n",
        "| `least` | `-3` | `-9..-1` | How far. |",
        "| `length` | `20` | `[10, 20, 40]` |  |",
        "**enter long \"far\"** when all hold:\n\n- `distance(close, length) < least`\n- `volume > 0`\n",
        "**exit \"exit\"** when `distance(close, length) > 0`",
        "- Closes at a loss of `4%` of the entry price.",
        "Warm-up: 19 bars at the defaults: `length - 1`",
    ] {
        assert!(text.contains(words), "no {words:?} in\n{text}");
    }
}

#[test]
fn every_function_of_the_library_has_a_call_and_a_lookback() {
    let sandbox = Sandbox::new();
    let text = sandbox.succeed(&["doc", "--stdlib"]);
    let is_function = |line: &&str| line.starts_with("### ") && !line.starts_with("### enum ");
    let functions = text.lines().filter(is_function).count();
    let calls = text.lines().filter(|line| line.starts_with("Call: `"));
    assert!(functions > 300);
    assert_eq!(calls.count(), functions);
    let told: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("Lookback `") || line.starts_with("| field |"))
        .collect();
    assert_eq!(
        told.len(),
        functions,
        "each has a lookback, or a table of them"
    );
    for line in text.lines().filter(|line| line.starts_with("| `")) {
        assert!(
            !line.contains('…'),
            "a formula could not be written out: {line}"
        );
    }
    assert!(told.iter().all(|line| !line.contains('…')));
}

/// The parts of a page that describe one item each: its name, and its HTML.
fn articles(page: &str) -> Vec<(&str, &str)> {
    page.split("<article id=\"")
        .skip(1)
        .map(|part| {
            let part = part.split("</article>").next().unwrap();
            part.split_once('"').unwrap()
        })
        .collect()
}

#[test]
fn every_function_of_the_library_is_drawn_or_says_why_not() {
    let sandbox = Sandbox::new();
    sandbox.succeed(&["doc", "--stdlib", "--format", "html", "--out", "web"]);
    let page = sandbox.read("web/reference.html");
    assert!(page.len() < 4 << 20, "{} bytes", page.len());
    let text = sandbox.succeed(&["doc", "--stdlib"]);
    let names: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("### "))
        .map(|name| name.trim_start_matches("enum "))
        .collect();
    let articles = articles(&page);
    assert_eq!(
        articles.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
        names
    );
    let mut without = Vec::new();
    for (name, html) in &articles {
        if !html.contains("<div class=\"doc\">") {
            assert!(html.contains("<small>enum</small>"), "{name}");
            continue;
        }
        assert!(html.contains("<summary>Source</summary>"), "{name}");
        assert!(
            html.contains("<table class=\"example\">"),
            "{name} has no example"
        );
        let Some((_, figure)) = html.split_once("<figure ") else {
            assert!(html.contains("No chart: <code>"), "{name}");
            without.push(*name);
            continue;
        };
        let is_number = |word: &str| !figure.contains(word);
        assert!(
            ["NaN", "inf\"", ">inf<", ">-inf<"]
                .into_iter()
                .all(is_number),
            "{name}"
        );
        // Something beside the price: a line, a strip, marks or candles.
        let drawn = [
            "<path class=\"s",
            "<path class=\"f",
            "<path class=\"m",
            "<path class=\"cu",
        ];
        assert!(drawn.iter().any(|mark| figure.contains(mark)), "{name}");
    }
    // Numbers about their arguments rather than bars, and a number that is always 0.
    assert_eq!(
        without,
        [
            "dickey_fuller",
            "pool_strength",
            "ta_zero_after",
            "ta_ma_lookback"
        ]
    );
    // Where each kind of output is drawn.
    let html = |name| articles.iter().find(|(n, _)| *n == name).unwrap().1;
    let panes = |name| html(name).matches("class=\"pane\"").count();
    assert_eq!((panes("sma"), panes("bollinger"), panes("rsi")), (1, 2, 2));
    assert!(html("ta_cdlengulfing").contains("class=\"md\""));
    assert!(html("rising").contains("<path class=\"f1\""));
    assert!(html("ta_cdlmathold").contains("The bars of its example"));
    // What has no value has no pane, and the caption says so.
    assert!(html("bullish_blocks").contains("on all these bars: strength, age"));
    for name in ["upper", "mid", "lower", "width", "pct"] {
        assert!(
            html("bollinger").contains(&format!("\">{name}</span>")),
            "{name}"
        );
    }
    sandbox.succeed(&["doc", "--stdlib", "--format", "html", "--out", "again"]);
    assert!(
        page == sandbox.read("again/reference.html"),
        "the bytes differ"
    );
}

#[test]
fn the_page_of_the_library_is_current() {
    let text = Sandbox::new().succeed(&["doc", "--stdlib"]);
    if std::env::var_os("STRATC_BLESS").is_some() {
        fs::write(LIBRARY, &text).unwrap();
    }
    let page = fs::read_to_string(LIBRARY).unwrap_or_default();
    assert!(
        page == text,
        "docs/stdlib.md is not what `stratc doc --stdlib` writes; run the tests with STRATC_BLESS=1"
    );
}

#[test]
fn one_page_of_html_needs_nothing_else() {
    let sandbox = Sandbox::with(&[("own.strat", OWN)]);
    sandbox.succeed(&[
        "doc",
        "own.strat",
        "--stdlib",
        "--format",
        "html",
        "--out",
        "web",
    ]);
    assert_eq!(sandbox.names("web"), ["reference.html"]);
    let page = sandbox.read("web/reference.html");
    for outside in ["http:", "https:", "src=", "<link", "@import", "url("] {
        assert!(!page.contains(outside), "{outside} leads out of the page");
    }
    for words in [
        "<!doctype html>",
        "prefers-color-scheme: dark",
        "id=\"search\"",
        "Two bands around the &lt;middle&gt;.",
        "<li>above 0: above it</li>",
        "<code>distance(x: series = close, length: bars)</code>",
        "<strong>enter long &quot;far&quot;</strong>",
    ] {
        assert!(page.contains(words), "no {words}");
    }
    // Every link of the index leads to an item, and no two items share a place.
    let targets: Vec<&str> = page
        .match_indices("<article id=\"")
        .filter_map(|(at, mark)| page[at + mark.len()..].split('"').next())
        .collect();
    let mut distinct = targets.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), targets.len());
    let mut links = 0;
    for (at, mark) in page.match_indices("href=\"#") {
        let target = page[at + mark.len()..].split('"').next().unwrap();
        assert!(targets.contains(&target), "{target} is nowhere");
        links += 1;
    }
    assert!(links > 600);
    // Functions of a file are drawn as those of the library are.
    for name in ["distance", "around"] {
        let (_, html) = articles(&page)
            .into_iter()
            .find(|(n, _)| *n == name)
            .unwrap();
        assert!(html.contains("<path class=\"s1\""), "{name}");
        assert!(html.contains("<a href=\"#sma\">sma</a>"), "{name}");
    }
    // What is in no tag is text: nothing of a source file opens one.
    let body = page.split("<body>").nth(1).unwrap();
    let body = body.split("<script>").next().unwrap();
    for (at, _) in body.match_indices('<') {
        let next = body[at + 1..].chars().next().unwrap();
        assert!(
            next == '/' || next.is_ascii_lowercase(),
            "{}",
            &body[at..at + 20]
        );
    }
    for tag in [
        "article", "section", "ul", "table", "tbody", "tr", "td", "th", "p", "li", "dl", "dt",
        "dd", "div", "code", "pre", "i", "a", "span", "small", "svg", "figure", "details",
        "summary",
    ] {
        let opened =
            page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count();
        assert_eq!(opened, page.matches(&format!("</{tag}>")).count(), "{tag}");
    }
}

#[test]
fn files_are_written_under_names_of_their_own() {
    let sandbox = Sandbox::with(&[
        ("a/own.strat", OWN),
        ("b/own.strat", OWN),
        ("b/other.strat", OWN),
        ("empty.strat", "// nothing yet\n"),
    ]);
    let ran = sandbox.run(&["doc", ".", "--out", "pages"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), ""), "{ran:?}");
    assert!(ran.err.contains("3 files written to pages"), "{}", ran.err);
    assert_eq!(sandbox.names("pages"), ["a_own.md", "b_own.md", "other.md"]);
    let once = sandbox.read("pages/other.md");
    sandbox.succeed(&["doc", ".", "--out", "pages"]);
    assert_eq!(once, sandbox.read("pages/other.md"));
}

#[test]
fn what_has_errors_is_not_described() {
    let sandbox = Sandbox::with(&[
        ("wrong.strat", "fn f(x) {\n    return y\n}\n"),
        ("empty.strat", "// nothing yet\n"),
    ]);
    sandbox.fail(1, &["E0201"], &["doc", "wrong.strat"]);
    sandbox.fail(1, &["E0001"], &["doc", "missing.strat"]);
    sandbox.fail(1, &["nothing to describe"], &["doc", "empty.strat"]);
    sandbox.fail(2, &["PATH"], &["doc"]);
    let screens = sandbox.succeed(&["doc", SCREENS]);
    assert_eq!(screens.matches("\n### strategy ").count(), 5);
}
