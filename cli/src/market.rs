//! Which bars a command runs on.

use strat_data::{Key, Preload, Range, Store};
use strat_engine::abi::{BarColumns, OtherColumns};
use strat_engine::columns;
use strat_market::{Bars, Symbol, format_time};

use crate::args::BarsArgs;
use crate::failure::Done;
use crate::terminal;

/// Bars of one symbol: those of the range, after some earlier ones.
pub struct Market {
    /// What they are of.
    pub key: Key,
    /// Warm-up bars first, then those of the range.
    bars: Bars,
    /// Index of the first bar of the range.
    start: usize,
}

/// Bars of a symbol as a run takes them.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// All bars that are shown.
    pub columns: BarColumns<'a>,
    /// Index of the first bar of the range: bars before it warm up.
    pub start: usize,
}

impl Market {
    /// Loads the range that the command line names, after up to `preload` earlier bars, and tells
    /// what is odd about them.
    pub fn load(args: &BarsArgs, symbol: &Symbol, preload: usize) -> Done<Self> {
        let key = Key {
            exchange: args.span.exchange.clone(),
            symbol: symbol.clone(),
            timeframe: args.timeframe,
        };
        let range = Range {
            from: args.span.from,
            to: args.span.to,
            preload: match preload {
                0 => Preload::None,
                bars => Preload::Bars(bars),
            },
        };
        let loaded = Store::open(&args.span.data).load(&key, &range)?;
        for note in &loaded.notes {
            terminal::note(note);
        }
        Ok(Self {
            key,
            bars: loaded.bars,
            start: loaded.start,
        })
    }

    /// All bars that were loaded.
    pub fn all(&self) -> BarColumns<'_> {
        columns(&self.bars)
    }

    /// The bars with up to `preload` of the earlier ones.
    pub fn view(&self, preload: usize) -> View<'_> {
        let all = self.all();
        let skipped = self.start.saturating_sub(preload);
        fn rest<T>(column: &[T], skipped: usize) -> &[T] {
            column.get(skipped..).unwrap_or_default()
        }
        View {
            columns: BarColumns {
                time: rest(all.time, skipped),
                open: rest(all.open, skipped),
                high: rest(all.high, skipped),
                low: rest(all.low, skipped),
                close: rest(all.close, skipped),
                volume: rest(all.volume, skipped),
                others: &[],
            },
            start: self.start - skipped,
        }
    }
}

impl<'a> View<'a> {
    /// The same bars with other data beside them.
    pub fn beside(mut self, others: &'a [OtherColumns<'a>]) -> Self {
        self.columns.others = others;
        self
    }
}

impl View<'_> {
    /// Number of bars in the range.
    pub fn traded(&self) -> usize {
        self.columns.len() - self.start
    }

    /// Open times of the first and the last bar of the range.
    pub fn span(&self) -> (i64, i64) {
        let range = self.columns.time.get(self.start..).unwrap_or_default();
        (
            range.first().copied().unwrap_or_default(),
            range.last().copied().unwrap_or_default(),
        )
    }

    /// `8760 bars, 2024-01-02T00:00:00Z to 2024-12-31T23:00:00Z`.
    pub fn described(&self) -> String {
        let (first, last) = self.span();
        let bars = self.traded();
        let word = if bars == 1 { "bar" } else { "bars" };
        format!(
            "{bars} {word}, {} to {}",
            format_time(first),
            format_time(last)
        )
    }

    /// Warns of a lookback that the bars do not fill.
    pub fn warn_of_lookback(&self, what: &str, lookback: usize) {
        let bars = self.columns.len();
        if lookback >= bars {
            terminal::warning(&format!(
                "{what} looks back {lookback} bars, but there are only {bars}: what needs more than there are decides nothing; use a longer range, or --preload"
            ));
        }
    }
}
