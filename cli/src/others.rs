//! Data beside the bars of a program's own symbol.

use strat_data::{Values, read_values};
use strat_engine::abi::{Need, OtherColumns};
use strat_market::Symbol;

use crate::args::BarsArgs;
use crate::failure::{Done, Failure};
use crate::market::Market;
use crate::terminal;
use crate::values::FeedArg;

/// What a program reads beside its own bars, loaded.
pub struct Others {
    loaded: Vec<Loaded>,
}

/// One need, met.
enum Loaded {
    /// Bars of another symbol.
    Market(Box<Market>),
    /// Values with the times of their publication.
    Values(Values),
}

impl Others {
    /// Loads what `needs` names: bars over the range of the command line after up to `preload`
    /// earlier ones, external columns whole.
    ///
    /// # Errors
    /// A symbol that there are no bars of; an external column that no `--feed` gives, or whose file
    /// cannot be read.
    pub fn load(needs: &[Need], args: &BarsArgs, preload: usize) -> Done<Self> {
        let mut loaded = Vec::with_capacity(needs.len());
        for need in needs {
            loaded.push(match need {
                Need::Symbol(text) => {
                    let symbol = text.parse::<Symbol>().map_err(|error| {
                        Failure::mistake(format!("`{text}` in the program is no symbol: {error}"))
                    })?;
                    Loaded::Market(Box::new(Market::load(args, &symbol, preload)?))
                }
                Need::External(name) => Loaded::Values(external(name, &args.span.feed)?),
            });
        }
        Ok(Self { loaded })
    }

    /// The columns, in the order of the needs.
    pub fn columns(&self) -> Vec<OtherColumns<'_>> {
        let columns = self.loaded.iter().map(|loaded| match loaded {
            Loaded::Market(market) => OtherColumns::Bars(market.all()),
            Loaded::Values(values) => OtherColumns::Values {
                time: &values.time,
                value: &values.value,
            },
        });
        columns.collect()
    }
}

fn external(name: &str, given: &[FeedArg]) -> Done<Values> {
    let Some(feed) = given.iter().find(|feed| feed.name == name) else {
        return Err(Failure::mistake(format!(
            "the program reads the external column `{name}` (`feed {name}`, or `on event {name}`): give its file with --feed {name}=FILE, a CSV or Parquet file with the columns `time` (when each value was published) and `value`"
        )));
    };
    let values = read_values(&feed.file)?;
    for repair in &values.repairs {
        terminal::note(&format!("feed {name}: {repair}"));
    }
    Ok(values)
}

/// Every `--feed` must be read by one of some programs, and be given once.
///
/// # Errors
/// One that is not.
pub fn require_read<'a>(given: &[FeedArg], needs: impl IntoIterator<Item = &'a Need>) -> Done {
    let mut read: Vec<&str> = needs
        .into_iter()
        .filter_map(|need| match need {
            Need::External(name) => Some(name.as_str()),
            Need::Symbol(_) => None,
        })
        .collect();
    read.dedup();
    for (at, feed) in given.iter().enumerate() {
        let name = &feed.name;
        if given.iter().take(at).any(|earlier| earlier.name == *name) {
            return Err(Failure::mistake(format!(
                "--feed {name} is given twice; give it once"
            )));
        }
        if !read.contains(&name.as_str()) {
            return Err(Failure::mistake(match &read[..] {
                [] => format!("nothing reads `feed {name}`: there is no external column in it"),
                read => format!(
                    "nothing reads `feed {name}`; it reads `{}`",
                    read.join("`, `")
                ),
            }));
        }
    }
    Ok(())
}
