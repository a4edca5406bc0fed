//! `.strat` files: found on disk, read, checked, reported.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use strat_lang::diag::render::{Format, render};
use strat_lang::diag::{Code, Diagnostic, Severity};
use strat_lang::hir::{Items, Unit};
use strat_lang::sema::{self, Checked, Library};
use strat_lang::source::{FileId, ReadError, SourceMap, Span, World};
use strat_lang::syntax::token::MAX_FILE_BYTES;
use strat_market::Timeframe;

use crate::failure::{Done, Failure};
use crate::terminal;

/// The indicator library, as the language takes it.
pub const LIBRARY: Library = Library {
    files: strat_stdlib::FILES,
};

/// The disk as the language's door to files.
pub struct Disk;

impl World for Disk {
    fn read(&self, path: &str) -> Result<String, ReadError> {
        read(Path::new(path)).map_err(|fault| ReadError::new(fault.message))
    }
}

/// Why a file gives no text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    code: Code,
    message: String,
}

impl Fault {
    fn unreadable(message: impl Into<String>) -> Self {
        Self {
            code: Code::UnreadableFile,
            message: message.into(),
        }
    }
}

/// The text of a file. Of a file that is too large for a program only so much is read that the
/// language can tell.
pub fn read(path: &Path) -> Result<String, Fault> {
    let refused = |e: std::io::Error| {
        Fault::unreadable(match e.kind() {
            std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
            std::io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
            _ => e.to_string(),
        })
    };
    let most = MAX_FILE_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(most).read_to_end(&mut bytes))
        .map_err(refused)?;
    if bytes.len() > MAX_FILE_BYTES {
        // Only its size matters now, and the cut may lie within a character.
        return Ok(String::from_utf8_lossy(&bytes).into_owned());
    }
    String::from_utf8(bytes).map_err(|e| Fault {
        code: Code::NotText,
        message: format!(
            "it is not UTF-8 text (byte {})",
            e.utf8_error().valid_up_to()
        ),
    })
}

/// A path as it is shown, in the form that the language gives to the paths of used files, so that
/// one file has one name: `./a//b` is `a/b`.
pub fn shown(path: &Path) -> String {
    let parts = path.components();
    let plain: PathBuf = parts.filter(|part| *part != Component::CurDir).collect();
    if plain.as_os_str().is_empty() {
        return path.to_string_lossy().into_owned();
    }
    plain.to_string_lossy().into_owned()
}

/// A file that was asked for, or a path that gives none.
pub type Found = Result<PathBuf, (PathBuf, Fault)>;

/// The files that paths name, each once, in the order given: a file is itself, a folder its
/// `.strat` files by name, those of folders inside it included where `deep`.
pub fn find(paths: &[PathBuf], deep: bool) -> Vec<Found> {
    let mut found = Vec::new();
    for path in paths {
        if !path.is_dir() {
            found.push(Ok(path.clone()));
            continue;
        }
        let before = found.len();
        collect(path, deep, &mut found);
        if found.len() == before {
            let fault = Fault::unreadable("there is no .strat file in this folder");
            found.push(Err((path.clone(), fault)));
        }
    }
    let mut seen = BTreeSet::new();
    found.retain(|found| match found {
        Ok(path) => seen.insert(fs::canonicalize(path).unwrap_or_else(|_| path.clone())),
        Err(_) => true,
    });
    found
}

fn collect(folder: &Path, deep: bool, found: &mut Vec<Found>) {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) => {
            found.push(Err((folder.to_owned(), Fault::unreadable(e.to_string()))));
            return;
        }
    };
    let mut inside: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    inside.sort();
    for path in inside {
        let is_link = fs::symlink_metadata(&path).is_ok_and(|meta| meta.is_symlink());
        if path.is_dir() {
            // A linked folder may lead back here.
            if deep && !is_link {
                collect(&path, deep, found);
            }
        } else if path
            .extension()
            .is_some_and(|extension| extension == "strat")
        {
            found.push(Ok(path));
        }
    }
}

/// Texts that stand in the place of files, by the name under which a file is [`shown`].
pub type Drafts = BTreeMap<String, String>;

/// The disk, with drafts in front of it.
pub struct Drafted<'d>(pub &'d Drafts);

impl World for Drafted<'_> {
    fn read(&self, path: &str) -> Result<String, ReadError> {
        match self.0.get(path) {
            Some(text) => Ok(text.clone()),
            None => Disk.read(path),
        }
    }
}

/// Files that were checked together, with everything found in them.
#[derive(Debug, Default)]
pub struct Sources {
    map: SourceMap,
    diagnostics: Vec<Diagnostic>,
    drafts: Drafts,
}

impl Sources {
    /// Sources that see drafts in the place of files.
    pub fn with_drafts(drafts: Drafts) -> Self {
        Self {
            drafts,
            ..Self::default()
        }
    }

    /// Checks the file at `path`; its strategies that have no errors.
    pub fn check(&mut self, path: &Path) -> Vec<Unit> {
        self.check_all(path).units
    }

    /// Checks the file at `path`; its other items that have no errors.
    pub fn check_items(&mut self, path: &Path) -> Items {
        self.check_all(path).items
    }

    /// Checks the file at `path`; all of its items that have no errors.
    pub fn check_all(&mut self, path: &Path) -> Checked {
        let name = shown(path);
        let text = match self.drafts.get(&name) {
            Some(draft) => Ok(draft.clone()),
            None => read(path),
        };
        match text {
            Ok(text) => {
                let world = Drafted(&self.drafts);
                let mut checked = sema::check_source(&mut self.map, &world, &LIBRARY, &name, &text);
                self.diagnostics
                    .extend(std::mem::take(&mut checked.diagnostics));
                checked
            }
            Err(fault) => {
                self.fault(path, &fault);
                Checked::default()
            }
        }
    }

    /// Checks an expression over what `file` defines; its unit where it has no errors.
    pub fn check_expr(
        &mut self,
        expr: &str,
        file: Option<&Path>,
        timeframe: Timeframe,
    ) -> Option<Unit> {
        let beside = match file {
            None => None,
            Some(path) => match read(path) {
                Ok(text) => Some((shown(path), text)),
                Err(fault) => {
                    self.fault(path, &fault);
                    return None;
                }
            },
        };
        let beside = beside
            .as_ref()
            .map(|(path, text)| (path.as_str(), text.as_str()));
        let checked = sema::check_expr_on(
            &mut self.map,
            &Disk,
            &LIBRARY,
            expr,
            beside,
            Some(timeframe.seconds() as f64),
        );
        self.diagnostics.extend(checked.diagnostics);
        checked.units.into_iter().next()
    }

    /// Keeps a file for diagnostics that come from elsewhere; see [`Sources::report`].
    pub fn add(&mut self, path: &Path, text: String) -> FileId {
        self.map.add(shown(path), text)
    }

    /// The file of an id.
    pub fn map(&self) -> &SourceMap {
        &self.map
    }

    /// `path:line:column` of a place.
    pub fn place(&self, span: Span) -> String {
        let file = self.map.get(span.file);
        let at = file.line_col(span.start);
        format!("{}:{}:{}", file.name, at.line, at.column)
    }

    /// Keeps further diagnostics.
    pub fn report(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        self.diagnostics.extend(diagnostics);
    }

    /// Reports a file that gives no text.
    pub fn fault(&mut self, path: &Path, fault: &Fault) {
        let id = self.map.add(shown(path), String::new());
        let message = format!("`{}` cannot be read: {}", shown(path), fault.message);
        let hint = match fault.code {
            Code::NotText => "save it as UTF-8 text",
            _ => "name a .strat file, or a folder that holds some",
        };
        let place = Span::new(id, 0, 0);
        self.diagnostics
            .push(Diagnostic::error(fault.code, place, message).hint(hint));
    }

    /// Number of errors and of warnings.
    pub fn count(&self) -> (usize, usize) {
        let diagnostics = self.once();
        let errors = diagnostics
            .iter()
            .filter(|d| d.severity == Severity::Error)
            .count();
        (errors, diagnostics.len() - errors)
    }

    /// Everything found, as text.
    pub fn render(&self, format: Format, colour: bool) -> String {
        let diagnostics = self.once();
        if format != Format::Terminal {
            return render(format, &diagnostics, &self.map, colour);
        }
        let mut text = String::new();
        for diagnostic in diagnostics {
            if matches!(diagnostic.code, Code::UnreadableFile | Code::NotText) {
                // There is no source to show.
                text.push_str(&plain(&diagnostic, colour));
            } else {
                text.push_str(&render(format, &[diagnostic], &self.map, colour));
            }
        }
        text
    }

    /// Where to read more, at the end of a report for people; empty where nothing was found.
    pub fn pointer(&self) -> String {
        pointer(self.diagnostics.iter().map(|found| found.code))
    }

    /// Tells everything found on standard error and fails where there is an error.
    pub fn tell(&self) -> Done {
        let mut text = self.render(Format::Terminal, terminal::colour_on_stderr());
        text.push_str(&self.pointer());
        if !text.is_empty() {
            terminal::tell(text.trim_end());
        }
        match self.count() {
            (0, _) => Ok(()),
            _ => Err(Failure::Told),
        }
    }

    /// Where there is an error, tells everything found on standard error and fails.
    pub fn tell_errors(&self) -> Done {
        match self.count() {
            (0, _) => Ok(()),
            _ => self.tell(),
        }
    }

    /// Everything found, a report about a file that several others use only once.
    fn once(&self) -> Vec<Diagnostic> {
        let name = |id: FileId| self.map.find(id).map_or("", |file| file.name.as_str());
        let mut seen = BTreeSet::new();
        let mut once = Vec::with_capacity(self.diagnostics.len());
        for d in &self.diagnostics {
            let place = (name(d.span.file), d.span.start, d.span.end);
            if seen.insert((place, d.code, d.message.as_str())) {
                once.push(d.clone());
            }
        }
        once
    }
}

/// One line that says where to read more about some codes; empty where there is none.
pub fn pointer(codes: impl IntoIterator<Item = Code>) -> String {
    let codes: BTreeSet<Code> = codes.into_iter().collect();
    match Vec::from_iter(codes)[..] {
        [] => String::new(),
        [code] => format!("for more about {code}: stratc explain {code}\n"),
        [first, ..] => format!("for more about a code, such as {first}: stratc explain {first}\n"),
    }
}

/// A diagnostic for people, without an excerpt.
fn plain(diagnostic: &Diagnostic, colour: bool) -> String {
    let (on, off) = if colour {
        ("\u{1b}[31m", "\u{1b}[0m")
    } else {
        ("", "")
    };
    let mut text = format!(
        "{on}[{}] Error:{off} {}\n",
        diagnostic.code, diagnostic.message
    );
    if let Some(hint) = &diagnostic.hint {
        text.push_str(&format!("   Help: {hint}\n"));
    }
    text.push('\n');
    text
}
