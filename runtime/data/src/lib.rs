//! Stored market data: one Parquet file per exchange, symbol and timeframe in one folder.
//!
//! [`Store`] is the door: it loads a range of bars, lists and describes what is there, and saves
//! with a merge. [`import()`] brings a CSV or Parquet file in, [`generate_sample`] makes synthetic
//! data to try the tool with, [`resample()`] builds longer bars from shorter ones.
//!
//! What the rest of the program relies on is checked at this edge: loaded bars have strictly
//! increasing times and columns of one length; missing values are NaN; whatever else is odd about
//! the data travels with them as notes.

mod absent;
mod columns;
mod describe;
mod error;
mod import;
mod key;
mod lock;
mod normalize;
mod notes;
mod parquet;
mod random;
mod range;
mod resample;
mod sample;
mod store;

pub use describe::{Column, Extent, Info, Listed, Origin};
pub use error::DataError;
pub use import::{Imported, Values, import, read_values};
pub use key::Key;
pub use range::{Preload, Range};
pub use resample::resample;
pub use sample::{
    SAMPLE_BARS, SAMPLE_END, SAMPLE_SEED, SAMPLE_SYMBOLS, generate_sample, sample_bars,
};
pub use store::{Loaded, Saved, Store};
