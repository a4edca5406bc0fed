//! The only door to files: the language asks a [`World`] and never opens anything itself.

use std::collections::BTreeMap;

/// Why a file could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    /// One sentence for the user, without the path.
    pub message: String,
}

impl ReadError {
    /// An error with its sentence.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ReadError {}

/// Where source text comes from: the disk, an editor's unsaved files, a test.
pub trait World {
    /// The whole text of the file at `path`, whose parts are joined by `/`.
    ///
    /// # Errors
    ///
    /// When there is no such file, it may not be read, or it is not UTF-8.
    fn read(&self, path: &str) -> Result<String, ReadError>;
}

/// Files in memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemoryWorld {
    files: BTreeMap<String, String>,
}

impl MemoryWorld {
    /// A world without files.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file, replacing one of the same path.
    #[must_use]
    pub fn with(mut self, path: impl Into<String>, text: impl Into<String>) -> Self {
        self.insert(path, text);
        self
    }

    /// Adds a file, replacing one of the same path.
    pub fn insert(&mut self, path: impl Into<String>, text: impl Into<String>) {
        self.files.insert(path.into(), text.into());
    }
}

impl World for MemoryWorld {
    fn read(&self, path: &str) -> Result<String, ReadError> {
        self.files
            .get(path)
            .cloned()
            .ok_or_else(|| ReadError::new("there is no such file"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_was_put_in() {
        let world = MemoryWorld::new()
            .with("a.strat", "one")
            .with("a.strat", "two");
        assert_eq!(world.read("a.strat"), Ok("two".to_owned()));
        let error = world.read("b.strat").map_err(|e| e.to_string());
        assert_eq!(error, Err("there is no such file".to_owned()));
    }
}
