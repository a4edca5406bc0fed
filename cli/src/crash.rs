//! The last resort: a panic is a fault of this program, never of its user, and ends as one.

use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::failure::INTERNAL;
use crate::terminal;

/// Set by a panic on any thread, also one that was caught further up.
static PANICKED: AtomicBool = AtomicBool::new(false);

/// Replaces the message of a panic by one for the user.
pub fn install() {
    panic::set_hook(Box::new(|info| {
        PANICKED.store(true, Ordering::Relaxed);
        let payload = info.payload();
        let what = payload
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
            .unwrap_or("unknown");
        let place = info.location().map(|at| format!(" ({at})"));
        terminal::tell(&format!(
            "internal error: {what}{}\nThis is a fault of stratc {}, not of your file. Please report it, with the command and the file that led to it.",
            place.unwrap_or_default(),
            env!("CARGO_PKG_VERSION"),
        ));
    }));
}

/// Runs `work`; the exit code, which tells a panic wherever it happened.
pub fn guard(work: impl FnOnce() -> u8) -> u8 {
    let code = panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or(INTERNAL);
    if PANICKED.load(Ordering::Relaxed) {
        INTERNAL
    } else {
        code
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_has_an_exit_code_of_its_own() {
        assert_eq!(guard(|| 3), 3);
        assert_eq!(guard(|| panic!("on purpose")), INTERNAL);
    }
}
