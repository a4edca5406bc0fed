//! Why a strategy decided what it decided: the conditions of its entries and exits, with the values
//! that they compared, on one bar ([`bar`]) or counted over many ([`funnel`]).
//!
//! | module | owns |
//! |---|---|
//! | `subject` | the strategy that is asked about, with its parameters and bars |
//! | `outline` | the conditions of each statement as they are written, with the nodes that compute them |
//! | `words` | source text on one line |
//! | `values` | these nodes evaluated over bars |
//! | `trades` | the open trade of each bar, from a backtest |
//! | `bar`, `bar_text`, `bar_json` | one bar: what held, what was missing |
//! | `funnel`, `funnel_text`, `funnel_json` | how many bars each condition left |

pub mod bar;
pub mod bar_json;
pub mod bar_text;
pub mod funnel;
pub mod funnel_json;
pub mod funnel_text;
pub mod outline;
pub mod subject;
pub mod trades;
pub mod values;
pub mod words;
