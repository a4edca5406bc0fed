//! Standard output and standard error.
//!
//! Results go to standard output, whatever else there is to say to standard error. A reader that
//! closes the pipe has seen enough: what would come after is dropped, without a message.

use std::io::{self, ErrorKind, IsTerminal, Write};

use crate::failure::{Done, Failure};

/// Writes text to standard output.
pub fn print(text: &str) -> Done {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    match written {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => Err(Failure::mistake(format!(
            "cannot write to standard output: {e}"
        ))),
        _ => Ok(()),
    }
}

/// Writes a line to standard error. There is nowhere to tell when that fails.
pub fn tell(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Tells an error.
pub fn error(message: &str) {
    tell(&format!("{} {message}", painted("error:", "31")));
}

/// Tells a warning.
pub fn warning(message: &str) {
    tell(&format!("{} {message}", painted("warning:", "33")));
}

/// Tells what should be known beside the results.
pub fn note(message: &str) {
    tell(&format!("{} {message}", painted("note:", "36")));
}

/// Whether standard output takes colours.
pub fn colour_on_stdout() -> bool {
    io::stdout().is_terminal() && wanted()
}

/// Whether standard error takes colours.
pub fn colour_on_stderr() -> bool {
    io::stderr().is_terminal() && wanted()
}

/// Whether a person reads standard output.
pub fn is_read_by_a_person() -> bool {
    io::stdout().is_terminal()
}

/// `NO_COLOR` (<https://no-color.org>) set to anything but nothing means no.
fn wanted() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Text in a colour or a weight, by its number in the ANSI standard.
pub fn in_colour(text: &str, colour: &str) -> String {
    format!("\u{1b}[{colour}m{text}\u{1b}[0m")
}

fn painted(word: &str, colour: &str) -> String {
    if colour_on_stderr() {
        in_colour(word, &format!("1;{colour}"))
    } else {
        word.to_owned()
    }
}
