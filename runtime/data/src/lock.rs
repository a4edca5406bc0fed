//! The lock that keeps two processes from merging into the same file at once.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::error::DataError;

/// Held while `<file>.lock` exists by our hand; dropping it removes that file.
#[derive(Debug)]
pub(crate) struct Lock {
    path: PathBuf,
}

impl Lock {
    /// Takes the lock of `file`, in a folder that exists.
    ///
    /// # Errors
    /// When it is held, naming the lock and what to do; when the lock cannot be written.
    pub(crate) fn take(file: &Path) -> Result<Lock, DataError> {
        let mut path = file.as_os_str().to_owned();
        path.push(".lock");
        let path = PathBuf::from(path);
        // Exclusive creation is the whole protocol: it works alike on every file system.
        let mut lock = match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(lock) => lock,
            Err(e) if e.kind() == ErrorKind::AlreadyExists => {
                let owner = fs::read_to_string(&path).unwrap_or_default();
                let owner: String = owner
                    .chars()
                    .filter(char::is_ascii_digit)
                    .take(10)
                    .collect();
                let owner = if owner.is_empty() {
                    String::new()
                } else {
                    format!(" (made by process {owner})")
                };
                return Err(DataError::Locked { lock: path, owner });
            }
            Err(e) => return Err(DataError::io(path, "create the lock file", e)),
        };
        // Only for the message to whoever finds it; a lock without it locks as well.
        let _ = writeln!(lock, "{}", std::process::id());
        Ok(Lock { path })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // A lock that cannot be removed is reported by the next one who wants it.
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time_and_gone_at_the_end() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("binance_BTC_USDT_1h.parquet");
        let held = Lock::take(&file).unwrap();
        let error = Lock::take(&file).unwrap_err().to_string();
        assert!(
            error.contains("binance_BTC_USDT_1h.parquet.lock exists"),
            "{error}"
        );
        assert!(
            error.contains(&format!("process {}", std::process::id())),
            "{error}"
        );
        assert!(error.contains("delete that file"), "{error}");
        drop(held);
        drop(Lock::take(&file).unwrap());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_failed_second_take_leaves_the_first_alone() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("x");
        let _held = Lock::take(&file).unwrap();
        assert!(Lock::take(&file).is_err());
        assert!(
            Lock::take(&file).is_err(),
            "the failed attempt removed the lock of another"
        );
    }
}
