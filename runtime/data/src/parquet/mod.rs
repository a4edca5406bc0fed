//! Reading and writing bars as Parquet.
//!
//! What a file claims is never trusted: every position is checked against the file's length,
//! every count in the footer against the bytes left in it, and rows are counted as they are read.

mod check;
mod column;
mod footer;
mod guard;
mod source;
mod table;
mod write;

pub(crate) use column::unit_by_magnitude;
pub(crate) use table::{Table, is_absent};
pub(crate) use write::write;

/// Key of the file metadata that marks synthetic data, with the value `sample`.
pub(crate) const ORIGIN: &str = "stratc.origin";
/// See [`ORIGIN`].
pub(crate) const SAMPLE: &str = "sample";
