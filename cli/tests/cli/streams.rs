//! What becomes of results when a pipe closes, a disk is full, a folder refuses, the user says stop.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;

use crate::sandbox::{CROSS, Ran, SCREENS, Sandbox, data, on_days};

#[test]
fn an_out_that_is_a_file() {
    let sandbox = Sandbox::with(&[("cross.strat", CROSS), ("o", "not a folder")]);
    for tier in ["screen", "backtest"] {
        for out in ["o", "o/deeper"] {
            let args = on_days(&["run", "cross.strat", "--tier", tier, "--out", out]);
            sandbox.fail(1, &["o is a file", "expected a folder"], &args);
        }
    }
    assert_eq!(sandbox.read("o"), "not a folder");
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_refuses() {
    let sandbox = Sandbox::with(&[("cross.strat", CROSS)]);
    for tier in ["screen", "backtest"] {
        let args = on_days(&[
            "run",
            "cross.strat",
            "--tier",
            tier,
            "--out",
            "/proc/results",
        ]);
        sandbox.fail(1, &["cannot write into the folder /proc"], &args);
    }
}

/// A limit on the size of files stands for a disk that is full: both refuse a write half-way.
#[cfg(unix)]
#[test]
fn a_disk_that_is_full() {
    let sandbox = Sandbox::with(&[("keep/summary.json", "old")]);
    let script = format!(
        "trap '' XFSZ; ulimit -f 2; exec {} run {SCREENS} --tier screen --symbol BTC/USDT --timeframe 1d --data {} --out keep",
        env!("CARGO_BIN_EXE_stratc"),
        data(),
    );
    let output = std::process::Command::new("sh")
        .args(["-c", &script])
        .current_dir(sandbox.path("."))
        .output()
        .unwrap();
    let ran = Ran::of(output);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.err.contains("cannot write keep/"), "{ran:?}");
    assert_eq!(sandbox.read("keep/summary.json"), "old");
    // What is there is whole: no temporary file, no file that was cut.
    for name in sandbox.names("keep") {
        assert!(!name.ends_with(".tmp"), "{name}");
        assert!(sandbox.read(&format!("keep/{name}")).len() < 1024, "{name}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_takes_nothing() {
    let sandbox = Sandbox::new();
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let mut command = sandbox.command(&on_days(&["eval", "close"]));
    let ran = Ran::of(command.stdout(full).output().unwrap());
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.err.contains("cannot write to standard output"),
        "{ran:?}"
    );
}

#[test]
fn a_reader_that_leaves() {
    let sandbox = Sandbox::with(&[("cross.strat", CROSS)]);
    let hourly = [
        "--symbol",
        "BTC/USDT",
        "--timeframe",
        "1h",
        "--data",
        data(),
    ];
    for args in [
        [&["eval", "close", "--format", "csv"], &hourly[..]].concat(),
        [
            &["run", "cross.strat", "--tier", "screen", "--out", "o"],
            &hourly[..],
        ]
        .concat(),
    ] {
        let mut command = sandbox.command(&args);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = child.stdout.take().unwrap();
        let mut head = [0; 1];
        let _ = stdout.read(&mut head);
        drop(stdout);
        let ran = Ran::of(child.wait_with_output().unwrap());
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(
            ran.err.lines().all(|line| line.starts_with("note:")),
            "{ran:?}"
        );
    }
    assert_eq!(sandbox.names("o"), ["cross.csv", "summary.json"]);
}

/// A screen that would take minutes ends within a block, and leaves nothing.
#[cfg(unix)]
#[test]
fn an_interrupt() {
    use std::time::{Duration, Instant};
    let large = "strategy Large {\n    param a: bars = 3 in 2..1000\n    param b: bars = 3 in 2..1000\n    enter long when sma(close, a) crosses above ema(close, b)\n    exit when sma(close, a) crosses below ema(close, b)\n}\n";
    let sandbox = Sandbox::with(&[("large.strat", large)]);
    for executor in ["kernel", "handler"] {
        let args = [
            "run",
            "large.strat",
            "--tier",
            "screen",
            "--symbol",
            "BTC/USDT",
            "--timeframe",
            "1h",
            "--data",
            data(),
            "--executor",
            executor,
            "--out",
            "o",
        ];
        let mut command = sandbox.command(&args);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // Its note about the data is the last that it says before it computes.
        let mut said = String::new();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        stderr.read_line(&mut said).unwrap();
        assert!(said.contains("synthetic"), "{said}");
        std::thread::sleep(Duration::from_millis(100));
        let start = Instant::now();
        let sent = std::process::Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
        let mut rest = String::new();
        stderr.read_to_string(&mut rest).unwrap();
        let ran = Ran::of(child.wait_with_output().unwrap());
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "{:?}",
            start.elapsed()
        );
        assert_eq!(ran.code, Some(130), "{ran:?} {rest}");
        assert!(rest.contains("interrupted"), "{rest}");
        assert_eq!(ran.out, "");
        assert_eq!(sandbox.names("."), ["large.strat"]);
    }
}

#[test]
fn no_colours_without_a_terminal() {
    let sandbox = Sandbox::with(&[("a.strat", "strategy A { enter long when clse > 1 }")]);
    for args in [
        on_days(&["run", "a.strat", "--tier", "screen"]),
        on_days(&["eval", "clse"]),
        vec!["check", "a.strat"],
        vec!["emit", "hir", "a.strat"],
    ] {
        let ran = sandbox.run(&args);
        assert_eq!(ran.code, Some(1));
        assert!(
            !ran.out.contains('\u{1b}') && !ran.err.contains('\u{1b}'),
            "{args:?}: {ran:?}"
        );
    }
}
