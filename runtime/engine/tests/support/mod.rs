//! Programs and bars for tests.
#![allow(dead_code, reason = "each test binary uses a part")]

use strat_engine::abi::TradeValues;
use strat_engine::abi::{
    BarColumns, BarValues, Decision, ParamError, Program, ProgramInfo, Resolved, Stream, Sweep,
};
use strat_market::Bars;

/// A program that decides what it was told to, bar by bar.
pub struct Scripted {
    pub info: ProgramInfo,
    pub decisions: Vec<Decision>,
    pub stop: Option<f64>,
}

impl Scripted {
    pub fn new(decisions: Vec<Decision>, stop: Option<f64>) -> Self {
        let info = ProgramInfo {
            name: "Scripted".to_owned(),
            entries: vec!["first".to_owned(), "second".to_owned()],
            exits: vec!["target".to_owned(), "fade".to_owned()],
            ..ProgramInfo::default()
        };
        Self {
            info,
            decisions,
            stop,
        }
    }
}

struct Playback<'a>(std::slice::Iter<'a, Decision>);

impl Stream for Playback<'_> {
    fn on_bar(&mut self, _: &BarValues, _: &TradeValues<'_>) -> Decision {
        self.0.next().copied().unwrap_or_default()
    }
}

impl Program for Scripted {
    fn info(&self) -> &ProgramInfo {
        &self.info
    }

    fn resolve(&self, _: &[f64]) -> Result<Resolved, ParamError> {
        Ok(Resolved {
            lookback: 0,
            settle: None,
            stop: self.stop,
            flags: 0,
        })
    }

    fn stream(&self, _: &[f64], _: usize) -> Box<dyn Stream + '_> {
        Box::new(Playback(self.decisions.iter()))
    }

    fn sweep<'a>(&'a self, _: &[f64], _: BarColumns<'a>) -> Option<Box<dyn Sweep + 'a>> {
        None
    }
}

/// `.` nothing, `b` entry 0, `B` entry 1, `s` exit 0, `S` exit 1, `x` entry 0 and exit 0.
pub fn script(text: &str) -> Vec<Decision> {
    text.chars()
        .map(|letter| {
            let (entries, exits) = match letter {
                'b' => (0b01, 0),
                'B' => (0b10, 0),
                's' => (0, 0b01),
                'S' => (0, 0b10),
                'x' => (0b01, 0b01),
                _ => (0, 0),
            };
            Decision { entries, exits }
        })
        .collect()
}

/// Bars an hour apart from rows of open, high, low, close.
pub fn bars(rows: &[[f64; 4]]) -> Bars {
    let column = |at: usize| rows.iter().map(|row| row[at]).collect();
    Bars {
        time: (0..rows.len() as i64)
            .map(|t| t * 3_600_000_000_000)
            .collect(),
        open: column(0),
        high: column(1),
        low: column(2),
        close: column(3),
        volume: vec![1.0; rows.len()],
    }
}

/// Bars whose open is the close before and whose range is just what they cross.
pub fn from_closes(closes: &[f64]) -> Bars {
    let mut open = closes[0];
    let rows: Vec<[f64; 4]> = closes
        .iter()
        .map(|&close| {
            let row = [open, open.max(close), open.min(close), close];
            open = close;
            row
        })
        .collect();
    bars(&rows)
}

/// Entry and exit bits, 64 bars to a word.
pub fn masks(decisions: &[Decision]) -> (Vec<u64>, Vec<u64>) {
    let words = decisions.len().div_ceil(64);
    let (mut entries, mut exits) = (vec![0; words], vec![0; words]);
    for (t, decision) in decisions.iter().enumerate() {
        entries[t / 64] |= u64::from(decision.entries != 0) << (t % 64);
        exits[t / 64] |= u64::from(decision.exits != 0) << (t % 64);
    }
    (entries, exits)
}
