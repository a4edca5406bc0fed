//! Interpreter, kernel and handler give the same bits.
//!
//! | module | owns |
//! |---|---|
//! | [`compare`] | (of the runner) what an executor did, as columns, and the one comparison of two such records |
//! | [`agree`] | what is compared of a program |
//! | [`program`] | made-up programs: a tree, its text, how it is made and made smaller |
//! | [`market`] | the bars they run on |
//! | [`trades`] | the open trades they are told of |
//! | [`cases`] | programs and bars as proptest takes them |
//! | [`property`] | any program on any bars |
//! | [`counts`] | every form and every function of the library is made up often enough |
//! | [`corners`] | programs written by hand: what generation found, and what it rarely makes |
//! | [`library`] | each function of the library on its own, with usual arguments |
//! | [`grid`] | many lengths in one sweep, each alone, and the interpreter |
//! | [`ranges`] | every value lies in the range that the check inferred |
//! | [`broken`] | the comparison sees an executor that is wrong |

mod agree;
mod broken;
mod cases;
mod corners;
mod counts;
mod grid;
mod library;
mod market;
mod program;
mod property;
mod ranges;
mod trades;

use strat_tests::compare;
