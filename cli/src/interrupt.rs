//! Ctrl-C.
//!
//! A screen is asked to stop and does so within a block. While files are written the wish waits
//! until they are whole. Anything else ends at once, since it leaves nothing behind. A second
//! Ctrl-C ends everything at once.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::failure::{Done, Failure, INTERRUPTED};
use crate::terminal;

static ASKED: AtomicBool = AtomicBool::new(false);
/// Pieces of work under way that must not simply end.
static HELD: AtomicUsize = AtomicUsize::new(0);

/// Listens for Ctrl-C. Where the system offers no such thing, its default stays.
pub fn install() {
    let _ = ctrlc::set_handler(|| {
        let again = ASKED.swap(true, Ordering::SeqCst);
        if again || HELD.load(Ordering::SeqCst) == 0 {
            terminal::tell("interrupted");
            std::process::exit(i32::from(INTERRUPTED));
        }
    });
}

/// Set when it is time to stop.
pub fn flag() -> &'static AtomicBool {
    &ASKED
}

/// Runs work that looks at [`flag`] by itself, or must not be cut; fails after it where Ctrl-C was
/// pressed meanwhile.
pub fn hold<T>(work: impl FnOnce() -> Done<T>) -> Done<T> {
    struct Held;
    impl Drop for Held {
        fn drop(&mut self) {
            HELD.fetch_sub(1, Ordering::SeqCst);
        }
    }
    HELD.fetch_add(1, Ordering::SeqCst);
    let held = Held;
    if ASKED.load(Ordering::SeqCst) {
        return Err(Failure::Interrupted);
    }
    let result = work();
    drop(held);
    if ASKED.load(Ordering::SeqCst) {
        return Err(Failure::Interrupted);
    }
    result
}
