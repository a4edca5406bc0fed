//! The examples of `docs/cli.md`: each is run, in order, in one folder, and must print what the page
//! shows. A line `…` stands for any lines, `…` at the end of a line for the rest of it.
//!
//! With `STRATC_BLESS` set, the page is written anew with what came out; lines that a reader does
//! not need are then cut by hand.

use std::fs;
use std::process::Command;

use crate::sandbox::Sandbox;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/cli.md");

/// A part of the page.
enum Part {
    /// Anything else.
    Text(String),
    /// A command and what the page shows of its output.
    Example { command: String, shown: Vec<String> },
}

fn parts(page: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut inside = false;
    for line in page.lines() {
        if line.starts_with("```") {
            inside = line == "```console";
            parts.push(Part::Text(line.to_owned()));
        } else if !inside {
            parts.push(Part::Text(line.to_owned()));
        } else if let Some(command) = line.strip_prefix("$ ") {
            parts.push(Part::Example {
                command: command.to_owned(),
                shown: Vec::new(),
            });
        } else if let Some(Part::Example { shown, .. }) = parts.last_mut() {
            shown.push(line.to_owned());
        }
    }
    parts
}

/// Whether what came out is what is shown.
fn fits(shown: &[String], out: &[&str]) -> bool {
    match (shown.split_first(), out.split_first()) {
        (None, None) => true,
        (Some((line, rest)), _) if line.trim() == "…" => {
            (0..=out.len()).any(|skipped| fits(rest, &out[skipped..]))
        }
        (Some((line, shown)), Some((found, out))) => {
            let same = match line.strip_suffix('…') {
                Some(head) => found.starts_with(head),
                None => line == found,
            };
            same && fits(shown, out)
        }
        _ => false,
    }
}

/// Standard output and standard error as they come.
fn output(sandbox: &Sandbox, command: &str) -> String {
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_stratc"));
    let folder = binary.parent().unwrap().display();
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("sh")
        .args(["-c", &format!("exec 2>&1; {command}")])
        .env("PATH", format!("{folder}:{path}"))
        .current_dir(sandbox.path("."))
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[cfg(unix)]
#[test]
fn the_examples_of_the_page_print_what_it_shows() {
    let sandbox = Sandbox::with(&[
        (
            "typo.strat",
            "strategy Typo {\n    enter long when clse > sma(close, 20)\n    exit when close < sma(close, 20)\n}\n",
        ),
        (
            "slips.strat",
            "strategy Slips {\n    quick = sma(Close, 10);\n    enter when quick > sma(close, length = 50) && volume > 0\n    exit when clse < quick\n}\n",
        ),
        (
            "sketch.strat",
            "strategy Sketch {\n    // allow W0601: the filter of the next version\n    let calm = sma(close, 50)\n    let quick = sma(close, 10)  // allow W0601\n    enter when close > open\n    exit when close < open\n}\n",
        ),
        (
            "messy.strat",
            "strategy Messy{\n  enter long   when close>sma(close,20)   // above\nexit when close<sma(close,20)}\n",
        ),
        (
            "resting.strat",
            "strategy Resting {\n    enter long limit close * 99% when close > sma(close, 5)\n    exit twap over 30m when close < sma(close, 5)\n}\n",
        ),
        (
            "crossing.strat",
            "strategy Crossing {\n    param length: bars = 20\n    enter long when close crosses above sma(close, length)\n    stop 5%\n}\n\ntest \"crossing up\" {\n    with Crossing(length: 2)\n    close = [5, 4, 3, 4, 6, 8]\n    expect enter long at bar 4\n    expect sma(close, 2) at bar 4 = 5\n}\n",
        ),
        (
            "distance.strat",
            "/// How far `x` lies from its own mean, in percent.\nfn distance(x: series = close, length: bars) {\n    return 100 * (x / ema(x, length) - 1)\n}\n",
        ),
        (
            "funding.csv",
            "time,value\n2024-01-01T00:00:00Z,0.0001\n2024-01-01T08:00:00Z,0.00012\n2024-01-01T16:00:00Z,-0.00005\n2024-01-02T00:00:00Z,0.0002\n",
        ),
        (
            "costs.strat",
            "strategy Cross {\n    param fast: bars = 10 in 5..20 step 5\n    param slow: bars = 50 in 30..60 step 10\n    enter long when sma(close, fast) crosses above sma(close, slow)\n    exit when sma(close, fast) crosses below sma(close, slow)\n}\n\nscreen Quiet of Cross {\n    sweep fast in [5, 10]\n    fees 0.1%\n    slippage 1bp\n    rank by total_return\n    keep top 3\n}\n\nscreen Costly of Cross {\n    fees 0.5%\n    slippage 5bp\n}\n",
        ),
        (
            "bars.csv",
            "Date,Open,High,Low,Close,Volume\n2024-05-15,1.08,1.09,1.08,1.088,1200\n2024-05-14,1.07,1.08,1.07,1.08,1100\n2024-05-14,1.07,1.08,1.07,1.081,1150\n",
        ),
    ]);
    check_page(PAGE, &sandbox, 20);
}

/// Runs the examples of a page in a folder, of which there must be more than `least`.
pub fn check_page(path: &str, sandbox: &Sandbox, least: usize) {
    let page = fs::read_to_string(path).unwrap();
    let bless = std::env::var_os("STRATC_BLESS").is_some();
    let mut written = String::new();
    let mut ran = 0;
    for part in parts(&page) {
        match part {
            Part::Text(line) => written.push_str(&format!("{line}\n")),
            Part::Example { command, shown } => {
                let out = output(sandbox, &command);
                let lines: Vec<&str> = out.lines().map(str::trim_end).collect();
                assert!(
                    !shown.iter().any(|line| line.contains("No such file")),
                    "{path} shows a file that is not in the folder of the examples: $ {command}"
                );
                let fitting = fits(&shown, &lines);
                assert!(
                    bless || fitting,
                    "$ {command}\n{out}\n\nbut {path} shows\n\n{}",
                    shown.join("\n")
                );
                let kept = if fitting {
                    shown.join("\n")
                } else {
                    lines.join("\n")
                };
                written.push_str(&format!("$ {command}\n"));
                if !kept.is_empty() {
                    written.push_str(&format!("{kept}\n"));
                }
                ran += 1;
            }
        }
    }
    assert!(ran > least, "only {ran} examples were found");
    if bless && written != page {
        fs::write(path, written).unwrap();
    }
}

#[test]
fn left_out_lines_fit_and_others_do_not() {
    let fit = |shown: &[&str], out: &[&str]| {
        let shown: Vec<String> = shown.iter().map(|line| (*line).to_owned()).collect();
        fits(&shown, out)
    };
    assert!(fit(&["a", "…", "d"], &["a", "b", "c", "d"]));
    assert!(fit(&["a", "…"], &["a"]));
    assert!(fit(&["time …"], &["time 36 ms"]));
    assert!(!fit(&["a", "…", "d"], &["a", "b"]));
    assert!(!fit(&["a"], &["a", "b"]));
    assert!(!fit(&["a", "b"], &["a"]));
    assert!(!fit(&["time …"], &["took 36 ms"]));
}
