//! The fixes of `stratc check --fix`: planned in memory over all files, then written or shown.
//!
//! Only files that were asked for are changed; what they use, and the library, is only read. One
//! file may need a fix of another before its own come to light, so the files are gone through until
//! nothing changes any more.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use similar::TextDiff;
use strat_lang::diag::{Code, Diagnostic};
use strat_lang::fix::fix;
use strat_lang::sema::check_source;
use strat_lang::source::{FileId, SourceMap};

use crate::failure::{Done, Failure};
use crate::interrupt;
use crate::sources::{self, Drafted, Drafts, LIBRARY};
use crate::summary::counted;

/// Most times that all files are gone through; a chain of files is rarely longer.
const MOST_PASSES: usize = 8;

/// What becomes of one file.
#[derive(Debug)]
struct Change {
    path: PathBuf,
    /// As it lies on disk.
    before: String,
    after: String,
    /// How often each fix was applied: code and title.
    applied: BTreeMap<(Code, String), usize>,
}

/// What becomes of the files that were asked for.
#[derive(Debug)]
pub struct Repairs {
    /// In the order of the files; those that do not change are left out.
    changes: Vec<Change>,
}

impl Repairs {
    /// Finds the certain fixes of files; one that cannot be read has none.
    pub fn plan(paths: &[PathBuf]) -> Self {
        let mut files: Vec<Change> = Vec::new();
        for path in paths {
            if let Ok(text) = sources::read(path) {
                files.push(Change {
                    path: path.clone(),
                    before: text.clone(),
                    after: text,
                    applied: BTreeMap::new(),
                });
            }
        }
        let mut drafts = Drafts::new();
        for _ in 0..MOST_PASSES {
            let mut changed = false;
            for file in &mut files {
                let name = sources::shown(&file.path);
                let fixed = fix(&file.after, |text| check(&name, text, &drafts));
                for done in fixed.applied {
                    *file.applied.entry(done).or_default() += 1;
                }
                if fixed.text != file.after {
                    changed = true;
                    file.after.clone_from(&fixed.text);
                    drafts.insert(name, fixed.text);
                }
            }
            if !changed {
                break;
            }
        }
        files.retain(|file| file.before != file.after);
        Self { changes: files }
    }

    /// The texts that the files will have.
    pub fn drafts(&self) -> Drafts {
        let texts = self.changes.iter();
        texts
            .map(|file| (sources::shown(&file.path), file.after.clone()))
            .collect()
    }

    /// Number of fixes.
    pub fn count(&self) -> usize {
        self.changes
            .iter()
            .flat_map(|file| file.applied.values())
            .sum()
    }

    /// What was done, file by file; `verb` says whether it is done already.
    pub fn told(&self, verb: &str) -> String {
        let mut text = String::new();
        for file in &self.changes {
            let name = sources::shown(&file.path);
            let count = counted(file.applied.values().sum(), "problem", "problems");
            text.push_str(&format!("{name}: {verb} {count}\n"));
            for ((code, title), times) in &file.applied {
                text.push_str(&format!("  {code}  {title}"));
                if *times > 1 {
                    text.push_str(&format!(" ({times} times)"));
                }
                text.push('\n');
            }
        }
        text
    }

    /// The changes as a unified diff.
    pub fn diff(&self) -> String {
        let mut text = String::new();
        for file in &self.changes {
            let name = sources::shown(&file.path);
            let diff = TextDiff::from_lines(&file.before, &file.after);
            let diff = diff.unified_diff().header(&name, &name).to_string();
            text.push_str(&diff);
        }
        text
    }

    /// Writes the files, each whole or not at all.
    pub fn write(&self) -> Done {
        for file in &self.changes {
            interrupt::hold(|| write(file))?;
        }
        Ok(())
    }
}

fn check(name: &str, text: &str, drafts: &Drafts) -> (FileId, Vec<Diagnostic>) {
    let mut map = SourceMap::new();
    let checked = check_source(&mut map, &Drafted(drafts), &LIBRARY, name, text);
    // Behind the library's files the first is the one that was checked; others are what it uses.
    let file = map.iter().nth(LIBRARY.files.len());
    (file.map_or(FileId(0), |(id, _)| id), checked.diagnostics)
}

fn write(file: &Change) -> Done {
    if !is_unchanged(&file.path, &file.before) {
        return Err(Failure::mistake(format!(
            "{} was changed by someone else meanwhile, so it is left as it is; run the command again",
            sources::shown(&file.path)
        )));
    }
    Ok(strat_report::write_whole(
        &file.path,
        file.after.as_bytes(),
    )?)
}

fn is_unchanged(path: &Path, before: &str) -> bool {
    sources::read(path).is_ok_and(|now| now == before)
}
