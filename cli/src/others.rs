//! Data beside the bars of a program's own symbol.

use strat_engine::abi::{Need, OtherColumns};
use strat_market::Symbol;

use crate::args::BarsArgs;
use crate::failure::{Done, Failure};
use crate::market::Market;

/// What a program reads beside its own bars, loaded.
pub struct Others {
    markets: Vec<Market>,
}

impl Others {
    /// Loads what `needs` names, over the range of the command line after up to `preload` earlier
    /// bars.
    ///
    /// # Errors
    /// A symbol that there are no bars of; an external column, which no command can be given yet.
    pub fn load(needs: &[Need], args: &BarsArgs, preload: usize) -> Done<Self> {
        let mut markets = Vec::with_capacity(needs.len());
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
            markets.push(Market::load(args, &symbol, preload)?);
        }
        Ok(Self { markets })
    }

    /// The columns, in the order of the needs.
    pub fn columns(&self) -> Vec<OtherColumns<'_>> {
        self.markets
            .iter()
            .map(|market| OtherColumns::Bars(market.all()))
            .collect()
    }
}
