//! Panics of the Parquet reader on damaged files, turned into errors.
//!
//! The reader checks most of what a file claims, not all: a changed byte in a page header or a
//! level can still run into an assertion inside it (`tests/damaged.rs` finds some dozens in a
//! small file). A file from outside must not end the program, so reading happens in here. The
//! panic hook is asked to stay quiet meanwhile, on this thread only; the error says it better.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Runs `read`, which uses the Parquet reader.
///
/// # Errors
/// Those of `read`, and one made of `damaged` when it panics.
pub(super) fn guard<T, E>(
    read: impl FnOnce() -> Result<T, E>,
    damaged: impl FnOnce() -> E,
) -> Result<T, E> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !GUARDED.get() {
                usual(info);
            }
        }));
    });
    let outer = GUARDED.replace(true);
    // What a panic leaves half-done are buffers of `read`, which are dropped with the error.
    let result = panic::catch_unwind(AssertUnwindSafe(read));
    GUARDED.set(outer);
    result.unwrap_or_else(|_| Err(damaged()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_and_the_rest_passes_through() {
        assert_eq!(guard(|| Ok::<_, &str>(1), || "damaged"), Ok(1));
        assert_eq!(guard(|| Err::<i32, _>("wrong"), || "damaged"), Err("wrong"));
        let nested = guard(
            || guard(|| -> Result<i32, _> { panic!("inner") }, || "damaged"),
            || "outer",
        );
        assert_eq!(nested, Err("damaged"));
        assert!(!GUARDED.get());
        assert!(panic::catch_unwind(|| panic!("seen")).is_err());
    }
}
