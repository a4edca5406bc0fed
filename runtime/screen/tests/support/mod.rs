//! A hand-written moving-average cross, with and without columns, and bars to run it on.
#![allow(dead_code, reason = "each test binary uses a part")]

use std::collections::BTreeMap;
use std::collections::VecDeque;
use strat_engine::abi::TradeValues;

use strat_engine::abi::{
    BarColumns, BarValues, ComboState, Decision, ParamError, ParamInfo, Program, ProgramInfo,
    Resolved, Scratch, Stream, Sweep,
};
use strat_market::Bars;

/// Buys where the fast average has come above the slow one, sells where it has come below.
pub struct SmaCross {
    pub info: ProgramInfo,
    /// Bars in a block; `None` for a program without columns.
    pub block: Option<usize>,
    /// Sets whose fast average is not the faster are excluded rather than flagged.
    pub require: bool,
    pub stop: Option<f64>,
}

impl SmaCross {
    pub fn new(fast: &[f64], slow: &[f64], block: Option<usize>) -> Self {
        let param = |name: &str, sweep: &[f64]| ParamInfo {
            name: name.to_owned(),
            integer: true,
            default: sweep[0],
            bounds: Some((sweep[0], sweep[sweep.len() - 1])),
            sweep: sweep.to_vec(),
            only_sweep: false,
            domain_text: format!("{}..{}", sweep[0], sweep[sweep.len() - 1]),
            labels: Vec::new(),
        };
        Self {
            info: ProgramInfo {
                name: "SmaCross".to_owned(),
                params: vec![param("fast", fast), param("slow", slow)],
                entries: vec!["up".to_owned()],
                exits: vec!["down".to_owned()],
                flags: vec!["degenerate".to_owned()],
                ..ProgramInfo::default()
            },
            block,
            require: false,
            stop: None,
        }
    }
}

/// The last difference that was not 0; NaN forgets it.
fn cross(last: &mut f64, fast: f64, slow: f64) -> (bool, bool) {
    let now = fast - slow;
    let (up, down) = (*last < 0.0 && now > 0.0, *last > 0.0 && now < 0.0);
    if now != 0.0 {
        *last = now;
    }
    (up, down)
}

fn mean(window: impl Iterator<Item = f64>, length: usize) -> f64 {
    window.sum::<f64>() / length as f64
}

struct Running {
    fast: usize,
    slow: usize,
    window: VecDeque<f64>,
    last: f64,
}

impl Running {
    fn average(&self, length: usize) -> f64 {
        match self.window.len().checked_sub(length) {
            Some(skip) => mean(self.window.iter().skip(skip).copied(), length),
            None => f64::NAN,
        }
    }
}

impl Stream for Running {
    fn on_bar(&mut self, bar: &BarValues, _: &TradeValues<'_>) -> Decision {
        if self.window.len() == self.fast.max(self.slow) {
            self.window.pop_front();
        }
        self.window.push_back(bar.close);
        let (fast, slow) = (self.average(self.fast), self.average(self.slow));
        let (up, down) = cross(&mut self.last, fast, slow);
        Decision {
            entries: u64::from(up),
            exits: u64::from(down),
        }
    }
}

struct Columns<'a> {
    block: usize,
    sets: Vec<(usize, usize)>,
    close: &'a [f64],
    /// Averages of the current block, by length.
    averages: BTreeMap<usize, Vec<f64>>,
    len: usize,
}

impl Sweep for Columns<'_> {
    fn block(&self) -> usize {
        self.block
    }

    fn combo_state(&self, _: usize) -> ComboState {
        ComboState(vec![f64::NAN])
    }

    fn begin_block(&mut self, start: usize, len: usize) {
        self.len = len;
        for (&length, column) in &mut self.averages {
            column.clear();
            column.extend(
                (start..start + len).map(|t| match (t + 1).checked_sub(length) {
                    Some(first) => mean(self.close[first..=t].iter().copied(), length),
                    None => f64::NAN,
                }),
            );
        }
    }

    fn masks(
        &self,
        combo: usize,
        state: &mut ComboState,
        _: &mut Scratch,
        entries: &mut [u64],
        exits: &mut [u64],
    ) {
        let (fast, slow) = self.sets[combo];
        let (fast, slow) = (&self.averages[&fast], &self.averages[&slow]);
        for t in 0..self.len {
            let (up, down) = cross(&mut state.0[0], fast[t], slow[t]);
            entries[t / 64] |= u64::from(up) << (t % 64);
            exits[t / 64] |= u64::from(down) << (t % 64);
        }
    }
}

impl Program for SmaCross {
    fn info(&self) -> &ProgramInfo {
        &self.info
    }

    fn resolve(&self, params: &[f64]) -> Result<Resolved, ParamError> {
        let [fast, slow] = params else {
            return Err(ParamError::Invalid("two parameters".to_owned()));
        };
        if *fast < 1.0 || *slow < 1.0 {
            return Err(ParamError::Invalid("a length must be 1 or more".to_owned()));
        }
        if self.require && fast >= slow {
            return Err(ParamError::Excluded("fast < slow does not hold".to_owned()));
        }
        Ok(Resolved {
            lookback: fast.max(*slow) as usize - 1,
            settle: Some(0),
            stop: self.stop,
            flags: u64::from(fast >= slow),
        })
    }

    fn stream(&self, params: &[f64], _: usize) -> Box<dyn Stream + '_> {
        Box::new(Running {
            fast: params[0] as usize,
            slow: params[1] as usize,
            window: VecDeque::new(),
            last: f64::NAN,
        })
    }

    fn sweep<'a>(&'a self, combos: &[f64], bars: BarColumns<'a>) -> Option<Box<dyn Sweep + 'a>> {
        let block = self.block?;
        let sets: Vec<(usize, usize)> = combos
            .chunks(2)
            .map(|set| (set[0] as usize, set[1] as usize))
            .collect();
        let averages = sets
            .iter()
            .flat_map(|&(fast, slow)| [fast, slow])
            .map(|length| (length, Vec::new()))
            .collect();
        Some(Box::new(Columns {
            block,
            sets,
            close: bars.close,
            averages,
            len: 0,
        }))
    }
}

/// A market that goes up and down, with a few gaps, the same every time.
pub fn market(count: usize) -> Bars {
    let mut state = 3u64;
    let mut roll = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z >> 33) as f64 / (1u64 << 30) as f64 - 1.0
    };
    let mut bars = Bars::default();
    let mut close: f64 = 100.0;
    for t in 0..count {
        let open = close * (1.0 + if t % 97 == 0 { 0.05 * roll() } else { 0.0 });
        close = open * (1.0 + 0.01 * roll());
        bars.time.push(t as i64 * 3_600_000_000_000);
        bars.open.push(open);
        bars.high.push(open.max(close) * 1.001);
        bars.low.push(open.min(close) * 0.999);
        bars.close.push(close);
        bars.volume.push(1.0);
    }
    bars
}
