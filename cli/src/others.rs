//! Data beside the bars of a program's own symbol.

use strat_data::{Key, Preload, Range, Store};
use strat_engine::abi::{Need, OtherColumns};
use strat_engine::columns;
use strat_market::{Bars, Symbol};

use crate::args::BarsArgs;
use crate::failure::{Done, Failure};
use crate::terminal;

/// What a program reads beside its own bars, loaded.
pub struct Others {
    bars: Vec<Bars>,
}

impl Others {
    /// Loads what `needs` names, over the range of the command line after up to `preload` earlier
    /// bars.
    ///
    /// # Errors
    /// A symbol that there are no bars of; an external column, which no command can be given yet.
    pub fn load(needs: &[Need], args: &BarsArgs, preload: usize) -> Done<Self> {
        let mut bars = Vec::with_capacity(needs.len());
        for need in needs {
            let symbol = match need {
                Need::Symbol(text) => text.parse::<Symbol>().map_err(|error| {
                    Failure::mistake(format!("`{text}` in the program is no symbol: {error}"))
                })?,
                Need::External(name) => {
                    return Err(Failure::mistake(format!(
                        "the program reads `{name}`, which comes from outside, and this command has no way to give it"
                    )));
                }
            };
            let key = Key {
                exchange: args.exchange.clone(),
                symbol,
                timeframe: args.timeframe,
            };
            let range = Range {
                from: args.from,
                to: args.to,
                preload: match preload {
                    0 => Preload::None,
                    bars => Preload::Bars(bars),
                },
            };
            let loaded = Store::open(&args.data).load(&key, &range)?;
            for note in &loaded.notes {
                terminal::note(note);
            }
            bars.push(loaded.bars);
        }
        Ok(Self { bars })
    }

    /// The columns, in the order of the needs.
    pub fn columns(&self) -> Vec<OtherColumns<'_>> {
        self.bars
            .iter()
            .map(|b| OtherColumns::Bars(columns(b)))
            .collect()
    }
}
