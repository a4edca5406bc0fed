//! Writing files so that nothing is ever half written.
//!
//! A file is written beside its place under a temporary name, flushed to the disk, and renamed.
//! Whoever looks sees the old file or the new one.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Why something could not be written.
#[derive(Debug)]
pub struct WriteError {
    path: PathBuf,
    problem: Problem,
}

#[derive(Debug)]
enum Problem {
    /// A folder is wanted where a file is.
    IsFile,
    /// A file is wanted where a folder is.
    IsFolder,
    /// The file system refused; what was being done.
    Refused(&'static str, io::Error),
}

impl WriteError {
    fn new(path: &Path, problem: Problem) -> Self {
        Self {
            path: path.to_owned(),
            problem,
        }
    }
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.problem {
            Problem::IsFile => write!(
                f,
                "{path} is a file; expected a folder for the results, or a name that does not exist yet"
            ),
            Problem::IsFolder => {
                write!(
                    f,
                    "{path} is a folder; expected the name of a file to write"
                )
            }
            Problem::Refused(doing, error) => write!(f, "cannot {doing} {path}: {error}"),
        }
    }
}

impl std::error::Error for WriteError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.problem {
            Problem::Refused(_, error) => Some(error),
            _ => None,
        }
    }
}

/// Writes a file whole, in the place of one that is there.
///
/// A link is followed. What is not a regular file (a pipe, a device) is written to directly, as
/// there is nothing to rename over. The permissions of a replaced file are kept.
///
/// # Errors
/// When the path is a folder, or the file system refuses; then an earlier file is as it was.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let refused = |e| WriteError::new(path, Problem::Refused("write", e));
    let old = match fs::metadata(path) {
        Ok(old) if old.is_dir() => return Err(WriteError::new(path, Problem::IsFolder)),
        Ok(old) if !old.is_file() => {
            let mut file = OpenOptions::new().write(true).open(path).map_err(refused)?;
            return file.write_all(bytes).map_err(refused);
        }
        Ok(old) => Some(old),
        Err(e) if e.kind() == io::ErrorKind::NotFound => None,
        Err(e) => return Err(refused(e)),
    };
    let place = match &old {
        Some(_) => fs::canonicalize(path).map_err(refused)?,
        None => path.to_owned(),
    };
    let (temporary, mut file) = beside(&place).map_err(refused)?;
    let written = (|| {
        file.write_all(bytes)?;
        if let Some(old) = old {
            file.set_permissions(old.permissions())?;
        }
        file.sync_all()?;
        drop(file);
        fs::rename(&temporary, &place)
    })();
    written.map_err(|e| {
        // The first error is the one to tell.
        let _ = fs::remove_file(&temporary);
        refused(e)
    })
}

/// A new file beside `place`, under a name that nothing else uses.
fn beside(place: &Path) -> io::Result<(PathBuf, File)> {
    let name = place
        .file_name()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "this names no file"))?;
    let mut attempt = 0u32;
    loop {
        let mut temporary = std::ffi::OsString::from(".");
        temporary.push(name);
        temporary.push(format!(".{}-{attempt}.tmp", std::process::id()));
        let path = place.with_file_name(temporary);
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => return Ok((path, file)),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists && attempt < 100 => attempt += 1,
            Err(e) => return Err(e),
        }
    }
}

/// A folder for results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// The folder at `path`, which need not exist. Nothing is made yet, but what would keep it
    /// from being made or written to is found here, before any work is done for it.
    ///
    /// # Errors
    /// When the path is a file or lies below one, or the nearest folder that exists refuses files.
    pub fn plan(path: impl Into<PathBuf>) -> Result<Self, WriteError> {
        let path = path.into();
        let mut there = path.as_path();
        while !there.as_os_str().is_empty() && fs::symlink_metadata(there).is_err() {
            there = there.parent().unwrap_or(Path::new(""));
        }
        let nearest = if there.as_os_str().is_empty() {
            Path::new(".")
        } else {
            there
        };
        if !nearest.is_dir() {
            return Err(WriteError::new(nearest, Problem::IsFile));
        }
        match beside(&nearest.join("results")) {
            Ok((probe, file)) => {
                drop(file);
                // It is empty; whoever cannot remove it could not write either.
                let _ = fs::remove_file(probe);
                Ok(Self { path })
            }
            Err(e) => Err(WriteError::new(
                nearest,
                Problem::Refused("write into the folder", e),
            )),
        }
    }

    /// A new folder `parent/name`, or with a number behind its name where that exists. It is made
    /// at once, so that no other process takes the same.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn new_in(parent: &Path, name: &str) -> Result<Self, WriteError> {
        let make = |path: &Path, e| WriteError::new(path, Problem::Refused("make the folder", e));
        Self::plan(parent)?;
        fs::create_dir_all(parent).map_err(|e| make(parent, e))?;
        let mut number = 1;
        loop {
            let path = match number {
                1 => parent.join(name),
                _ => parent.join(format!("{name}_{number}")),
            };
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Self { path }),
                Err(e) if e.kind() == io::ErrorKind::AlreadyExists && number < 1000 => number += 1,
                Err(e) => return Err(make(&path, e)),
            }
        }
    }

    /// A folder inside this one; `None` for this one itself.
    #[must_use]
    pub fn inner(&self, name: Option<&str>) -> Self {
        Self {
            path: match name {
                Some(name) => self.path.join(name),
                None => self.path.clone(),
            },
        }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file into it, making the folder where it does not exist.
    ///
    /// # Errors
    /// When the file system refuses.
    pub fn write(&self, name: &str, text: &str) -> Result<PathBuf, WriteError> {
        fs::create_dir_all(&self.path)
            .map_err(|e| WriteError::new(&self.path, Problem::Refused("make the folder", e)))?;
        let file = self.path.join(name);
        write_whole(&file, text.as_bytes())?;
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(dir: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(dir)
            .unwrap()
            .map(|e| e.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn replaces_whole_and_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.csv");
        write_whole(&file, b"one").unwrap();
        write_whole(&file, b"two").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"two");
        assert_eq!(names(dir.path()), ["a.csv"]);
    }

    #[test]
    fn a_folder_in_the_way_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let error = write_whole(dir.path(), b"x").unwrap_err().to_string();
        assert!(
            error.contains("is a folder; expected the name of a file"),
            "{error}"
        );
        let missing = dir.path().join("no/such/a.csv");
        let error = write_whole(&missing, b"x").unwrap_err().to_string();
        assert!(error.starts_with("cannot write"), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_permissions_kept_devices_written_to() {
        use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a");
        let link = dir.path().join("b");
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o750)).unwrap();
        symlink(&file, &link).unwrap();
        write_whole(&link, b"new").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o750
        );
        let null = Path::new("/dev/null");
        write_whole(null, b"gone").unwrap();
        assert!(fs::metadata(null).unwrap().file_type().is_char_device());
        let full = Path::new("/dev/full");
        if full.exists() {
            let error = write_whole(full, b"x").unwrap_err().to_string();
            assert!(error.contains("No space left"), "{error}");
        }
    }

    #[test]
    fn a_folder_is_planned_before_it_is_made() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::plan(dir.path().join("x/y")).unwrap();
        assert_eq!(names(dir.path()), Vec::<String>::new());
        folder.write("a", "1").unwrap();
        folder.inner(Some("z")).write("b", "2").unwrap();
        assert_eq!(names(folder.path()), ["a", "z"]);

        let file = folder.path().join("a");
        for wrong in [file.clone(), file.join("deeper")] {
            let error = Folder::plan(wrong).unwrap_err().to_string();
            assert!(error.contains("is a file; expected a folder"), "{error}");
        }
    }

    #[test]
    fn new_folders_do_not_share_a_name() {
        let dir = tempfile::tempdir().unwrap();
        let results = dir.path().join("results");
        for _ in 0..3 {
            Folder::new_in(&results, "run").unwrap();
        }
        assert_eq!(names(&results), ["run", "run_2", "run_3"]);
    }
}
