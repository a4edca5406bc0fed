//! What a plan asks beside entries, exits and one stop, on bars worked out by hand.
//!
//! | module | owns |
//! |---|---|
//! | [`program`] | a program told what to decide and what to put out; runs of it |
//! | [`stop`] | stops at a price |
//! | [`trail`] | trailing stops |
//! | [`target`] | targets, and bars that reach both |
//! | [`ladder`] | the profit ladder |
//! | [`short`] | short positions, both sides in one strategy |
//! | [`size`] | sizes |
//! | [`pyramid`] | several entries of one position |
//! | [`partial`] | exits of a part |
//! | [`cooldown`] | the pause after a trade |
//! | [`trade`] | what a program sees of its trade |
//! | [`refusals`] | what is not executed |
//! | [`cases`] | random markets and plans |
//! | [`property`] | what holds for every plan on every market |

#[path = "../support/mod.rs"]
mod support;

mod cases;
mod cooldown;
mod ladder;
mod partial;
mod program;
mod property;
mod pyramid;
mod refusals;
mod short;
mod size;
mod stop;
mod target;
mod trade;
mod trail;
