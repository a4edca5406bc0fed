//! Files that a file uses, and the functions that each of them sees.

use std::collections::BTreeMap;

use super::scope::{FnDef, Module};
use crate::diag::{Code, Diagnostic, Sink, suggest};
use crate::source::{SourceMap, World};
use crate::syntax::{ast, parse};

/// Most files one file may reach.
const MOST_FILES: usize = 256;

/// All files of one check, the library's first.
pub(super) struct Files {
    pub(super) trees: Vec<Tree>,
}

/// One parsed file.
pub(super) struct Tree {
    pub(super) path: String,
    pub(super) file: ast::File,
    pub(super) library: bool,
    /// For each `use` in order: the tree it names, if it was found.
    pub(super) uses: Vec<Vec<(ast::Ident, usize)>>,
}

impl Files {
    /// Parses the library.
    pub(super) fn with_library(
        library: &super::Library,
        map: &mut SourceMap,
        sink: &mut Sink,
    ) -> Self {
        let mut trees = Vec::with_capacity(library.files.len() + 1);
        for (name, text) in library.files {
            let id = map.add(format!("stdlib/{name}"), (*text).to_owned());
            trees.push(Tree {
                path: format!("stdlib/{name}"),
                file: parse(id, text, sink),
                library: true,
                uses: Vec::new(),
            });
        }
        Self { trees }
    }

    /// Parses a user's file and everything that it uses; returns its index.
    pub(super) fn add(
        &mut self,
        path: &str,
        text: &str,
        world: &dyn World,
        map: &mut SourceMap,
        sink: &mut Sink,
    ) -> usize {
        let first = self.trees.len();
        self.push(path, text, map, sink);
        // Breadth first, so that a chain of files needs no recursion.
        let mut next = first;
        while next < self.trees.len() {
            self.resolve_uses(next, world, map, sink);
            next += 1;
        }
        first
    }

    fn push(&mut self, path: &str, text: &str, map: &mut SourceMap, sink: &mut Sink) {
        let id = map.add(path.to_owned(), text.to_owned());
        let file = parse(id, text, sink);
        self.trees.push(Tree {
            path: path.to_owned(),
            file,
            library: false,
            uses: Vec::new(),
        });
    }

    fn resolve_uses(&mut self, of: usize, world: &dyn World, map: &mut SourceMap, sink: &mut Sink) {
        let base = self.trees[of].path.clone();
        let items: Vec<ast::UseItem> = self.trees[of]
            .file
            .items
            .iter()
            .filter_map(|i| match &i.kind {
                ast::ItemKind::Use(u) => Some(u.clone()),
                _ => None,
            })
            .collect();
        let mut uses = Vec::with_capacity(items.len());
        for item in items {
            let mut found = Vec::new();
            for name in &item.names {
                let (relative, span) = match &item.from {
                    Some((path, span)) => (path.clone(), *span),
                    None => (format!("{}.strat", snake_case(&name.name)), name.span),
                };
                let path = beside(&base, &relative);
                let known = self.trees.iter().position(|t| !t.library && t.path == path);
                let tree = match known {
                    Some(tree) => tree,
                    None if self.trees.len() >= MOST_FILES => {
                        sink.push(Diagnostic::error(
                            Code::TooLarge,
                            span,
                            format!("more than {MOST_FILES} files are used"),
                        ));
                        continue;
                    }
                    None => match world.read(&path) {
                        Ok(text) => {
                            self.push(&path, &text, map, sink);
                            self.trees.len() - 1
                        }
                        Err(e) => {
                            sink.push(
                                Diagnostic::error(
                                    Code::UnknownFile,
                                    span,
                                    format!("`{path}` cannot be read: {}", e.message),
                                )
                                .hint("name the file: `use name from \"file.strat\"`"),
                            );
                            // One missing file is one report.
                            if item.from.is_some() {
                                break;
                            }
                            continue;
                        }
                    },
                };
                let names = item_names(&self.trees[tree].file);
                if names.contains(&name.name.as_str()) {
                    found.push((name.clone(), tree));
                } else {
                    let mut report = Diagnostic::error(
                        Code::UnknownFile,
                        name.span,
                        format!("`{path}` has no item `{}`", name.name),
                    );
                    if let Some(near) = suggest::did_you_mean(&name.name, names.iter().copied()) {
                        report = report.hint(format!("did you mean `{near}`?"));
                    }
                    sink.push(report);
                }
            }
            uses.push(found);
        }
        self.trees[of].uses = uses;
    }

    /// All functions, and per file which of them it sees under which name.
    pub(super) fn functions(&self, sink: &mut Sink) -> (Vec<FnDef<'_>>, Vec<Module>) {
        let mut fns: Vec<FnDef<'_>> = Vec::new();
        let mut own: Vec<BTreeMap<String, usize>> = Vec::with_capacity(self.trees.len());
        let mut library: BTreeMap<String, usize> = BTreeMap::new();
        for (module, tree) in self.trees.iter().enumerate() {
            let mut names = BTreeMap::new();
            let mut items: BTreeMap<&str, crate::source::Span> = BTreeMap::new();
            for item in &tree.file.items {
                let name = match &item.kind {
                    ast::ItemKind::Fn(f) => &f.name,
                    ast::ItemKind::Strategy(s) => &s.name,
                    ast::ItemKind::Use(_) => continue,
                };
                if let Some(first) = items.insert(&name.name, name.span) {
                    sink.push(
                        Diagnostic::error(
                            Code::DuplicateName,
                            name.span,
                            format!("`{}` is defined twice", name.name),
                        )
                        .related(first, "first defined here"),
                    );
                    continue;
                }
                if let ast::ItemKind::Fn(f) = &item.kind {
                    let index = fns.len();
                    fns.push(FnDef {
                        item: f,
                        library: tree.library,
                        module,
                    });
                    names.insert(f.name.name.clone(), index);
                    if tree.library {
                        library.insert(f.name.name.clone(), index);
                    }
                }
            }
            own.push(names);
        }
        let modules = self
            .trees
            .iter()
            .enumerate()
            .map(|(i, tree)| {
                let mut seen = library.clone();
                for (name, from) in tree.uses.iter().flatten() {
                    if let Some(f) = own[*from].get(&name.name) {
                        seen.insert(name.name.clone(), *f);
                    }
                }
                // A file's own functions come before the library's.
                seen.extend(own[i].iter().map(|(n, f)| (n.clone(), *f)));
                Module { fns: seen }
            })
            .collect();
        (fns, modules)
    }
}

fn item_names(file: &ast::File) -> Vec<&str> {
    file.items
        .iter()
        .filter_map(|i| match &i.kind {
            ast::ItemKind::Fn(f) => Some(f.name.name.as_str()),
            ast::ItemKind::Strategy(s) => Some(s.name.name.as_str()),
            ast::ItemKind::Use(_) => None,
        })
        .collect()
}

/// A path beside another file.
fn beside(base: &str, relative: &str) -> String {
    if relative.starts_with('/') {
        return relative.to_owned();
    }
    match base.rfind('/') {
        Some(cut) => format!("{}/{relative}", &base[..cut]),
        None => relative.to_owned(),
    }
}

/// `MarketRegime` as `market_regime`.
#[must_use]
pub fn snake_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut before_lower = false;
    let chars: Vec<char> = name.chars().collect();
    for (i, c) in chars.iter().enumerate() {
        let next_lower = chars.get(i + 1).is_some_and(|n| n.is_lowercase());
        if c.is_uppercase() && i > 0 && (before_lower || next_lower) && !out.ends_with('_') {
            out.push('_');
        }
        before_lower = c.is_lowercase() || c.is_ascii_digit();
        out.extend(c.to_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{beside, snake_case};

    #[test]
    fn names_to_files() {
        assert_eq!(snake_case("MarketRegime"), "market_regime");
        assert_eq!(snake_case("CryptoInvestorV1"), "crypto_investor_v1");
        assert_eq!(snake_case("RSIMean"), "rsi_mean");
        assert_eq!(snake_case("supertrend"), "supertrend");
        assert_eq!(beside("a/b.strat", "c.strat"), "a/c.strat");
        assert_eq!(beside("b.strat", "c.strat"), "c.strat");
    }
}
