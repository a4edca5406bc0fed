//! `stratc doc`: a reference of what files declare.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use strat_report::Folder;

use crate::args::{DocArgs, DocFormat};
use crate::doc::model::{self, Page};
use crate::doc::{html, markdown};
use crate::failure::{Done, Failure};
use crate::sources::{self, Sources};
use crate::summary::counted;
use crate::{interrupt, terminal};

/// What stands above the library's reference.
const LIBRARY: &str = "The indicator library, as `stratc doc --stdlib` writes it. Everything is written in the language; its source stands in `stdlib/`. The lookback is the number of bars before the first value, as a formula of the parameters. Unit and range are those of the call that is shown. What remembers its first value settles after so many bars: from then on it differs by less than a billionth, wherever the bars begin.";

/// Name of the library's file.
const LIBRARY_FILE: &str = "stdlib.md";

/// Name of the HTML page.
const HTML_FILE: &str = "reference.html";

/// Writes the reference to a folder, or prints it.
pub fn run(args: &DocArgs) -> Done {
    let mut pages = if args.stdlib {
        model::library()
    } else {
        Vec::new()
    };
    let library = pages.len();
    pages.extend(described(&args.paths)?);
    let title = match (args.stdlib, pages.len() > library) {
        (true, false) => "Library reference",
        _ => "Reference",
    };
    let written: Vec<(String, String)> = match args.format {
        DocFormat::Html => {
            let intro = if args.stdlib { LIBRARY } else { "" };
            vec![(HTML_FILE.to_owned(), html::book(title, intro, &pages))]
        }
        DocFormat::Markdown => markdown_files(&pages, library),
    };
    match &args.out {
        None => {
            let texts: Vec<&str> = written.iter().map(|(_, text)| text.as_str()).collect();
            terminal::print(&texts.join("\n"))
        }
        Some(folder) => {
            interrupt::hold(|| write(folder, &written))?;
            terminal::note(&format!(
                "{} written to {}",
                counted(written.len(), "file", "files"),
                folder.display()
            ));
            Ok(())
        }
    }
}

fn write(folder: &Path, files: &[(String, String)]) -> Done {
    let folder = Folder::plan(folder)?;
    for (name, text) in files {
        folder.write(name, text)?;
    }
    Ok(())
}

/// The pages of files and folders; those without an item to describe are left out.
fn described(paths: &[PathBuf]) -> Done<Vec<Page>> {
    let mut all = Sources::default();
    let mut pages = Vec::new();
    for found in sources::find(paths, true) {
        match found {
            Err((path, fault)) => all.fault(&path, &fault),
            Ok(path) => {
                all.check(&path);
                if let Ok(text) = sources::read(&path) {
                    pages.extend(model::file(&sources::shown(&path), &text));
                }
            }
        }
    }
    all.tell()?;
    pages.retain(|page| !page.is_empty());
    if pages.is_empty() && !paths.is_empty() {
        return Err(Failure::mistake(
            "there is nothing to describe: no function, strategy or other item in these files",
        ));
    }
    Ok(pages)
}

/// One file for the library, then one for each page, under a name of its own.
fn markdown_files(pages: &[Page], library: usize) -> Vec<(String, String)> {
    let (own, files) = pages.split_at(library.min(pages.len()));
    let mut written = Vec::new();
    if !own.is_empty() {
        let text = markdown::book("Library reference", LIBRARY, own);
        written.push((LIBRARY_FILE.to_owned(), text));
    }
    let mut stems: BTreeMap<String, usize> = BTreeMap::new();
    for page in files {
        *stems.entry(stem(&page.file)).or_default() += 1;
    }
    for page in files {
        let mut name = stem(&page.file);
        if stems.get(&name) != Some(&1) || name == "stdlib" {
            // Files of one name in several folders are told apart by their folders.
            let path = page.file.trim_end_matches(".strat");
            name = path
                .replace(['/', '\\'], "_")
                .trim_start_matches('_')
                .to_owned();
        }
        written.push((format!("{name}.md"), markdown::page(page)));
    }
    written
}

fn stem(file: &str) -> String {
    let stem = Path::new(file).file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}
