//! Nothing at or before a bar depends on a later one: the future of the data is exchanged, and no
//! bit of the past may change. That the language cannot name the future is a matter of types; this
//! is the same claim as a measurement, on all executors.
//!
//! | module | owns |
//! |---|---|
//! | [`cut`] | the bars, the exchanged tails, and the one comparison |
//! | [`run`] | a compiled unit as something that turns data into columns |
//! | [`library`] | every function of the library, with three sets of arguments |
//! | [`programs`] | every strategy of the repository |
//! | [`cheats`] | the comparison sees whoever looks ahead |

mod cheats;
mod cut;
mod library;
mod programs;
mod run;
