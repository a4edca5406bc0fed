//! Files that a file uses, and the functions that each of them sees.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::library::Library;
use super::scope::{FnDef, ItemDef, Module};
use crate::diag::{Code, Diagnostic, Sink, suggest};
use crate::source::{SourceMap, Span, World};
use crate::syntax::keyword::Keyword;
use crate::syntax::{TokenKind, ast, lex, parse};

/// Most files one file may reach.
const MOST_FILES: usize = 256;

/// All files of one check, the library's first.
pub(super) struct Files {
    pub(super) library: Library,
    pub(super) trees: Vec<Tree>,
}

/// One parsed file.
pub(super) struct Tree {
    pub(super) path: String,
    pub(super) file: Arc<ast::File>,
    pub(super) library: bool,
    /// For each `use` in order: the tree it names, if it was found.
    pub(super) uses: Vec<Vec<(ast::Ident, usize)>>,
    /// Functions whose header did not parse, and names that no `use` could find.
    failed: BTreeSet<String>,
}

impl Files {
    /// The library's files, none of them parsed yet.
    pub(super) fn with_library(library: &Library, map: &mut SourceMap) -> Self {
        let mut trees = Vec::with_capacity(library.files.len() + 1);
        for (name, text) in library.files {
            let path = format!("stdlib/{name}");
            let id = map.add(path.clone(), (*text).to_owned());
            let items = Vec::new();
            trees.push(Tree {
                path,
                file: Arc::new(ast::File { id, items }),
                library: true,
                uses: Vec::new(),
                failed: BTreeSet::new(),
            });
        }
        Self {
            library: *library,
            trees,
        }
    }

    /// Parses what the user's files, and a text beside them, need of the library.
    pub(super) fn load_library(&mut self, beside: &str, map: &SourceMap, sink: &mut Sink) {
        let users = self.trees.iter().filter(|tree| !tree.library);
        let texts = users.map(|tree| map.get(tree.file.id).text.as_str());
        let needed = self.library.needed(texts.chain([beside]));
        self.load(&needed, sink);
    }

    /// Parses all of the library.
    pub(super) fn load_whole_library(&mut self, sink: &mut Sink) {
        self.load(&vec![true; self.library.files.len()], sink);
    }

    fn load(&mut self, needed: &[bool], sink: &mut Sink) {
        for (i, tree) in self.trees.iter_mut().enumerate() {
            if tree.library && needed.get(i) == Some(&true) {
                tree.file = self.library.tree(i, tree.file.id, sink);
            }
        }
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
        let before = sink.errors();
        let file = parse(id, text, sink);
        let failed = if sink.errors() > before {
            unread_functions(&file, text)
        } else {
            BTreeSet::new()
        };
        self.trees.push(Tree {
            path: beside("", path),
            file: Arc::new(file),
            library: false,
            uses: Vec::new(),
            failed,
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
        let mut missing: BTreeSet<String> = BTreeSet::new();
        for item in &items {
            let mut found = Vec::new();
            for name in &item.names {
                let Some(tree) = self.used_file(&base, item, name, &mut missing, world, map, sink)
                else {
                    self.trees[of].failed.insert(name.name.clone());
                    continue;
                };
                let names = item_names(&self.trees[tree].file);
                if names.contains(&name.name.as_str()) {
                    found.push((name.clone(), tree));
                    continue;
                }
                // What did not parse there was reported there.
                if !self.trees[tree].failed.contains(&name.name) {
                    let mut report = Diagnostic::error(
                        Code::UnknownFile,
                        name.span,
                        format!("`{}` has no item `{}`", self.trees[tree].path, name.name),
                    );
                    if let Some(near) = suggest::did_you_mean(&name.name, names.iter().copied()) {
                        report = report.hint(format!("did you mean `{near}`?"));
                    }
                    sink.push(report);
                }
                self.trees[of].failed.insert(name.name.clone());
            }
            uses.push(found);
        }
        self.trees[of].uses = uses;
    }

    /// The tree of the file that a `use` names; read and parsed when it is the first to do so.
    #[allow(clippy::too_many_arguments)] // one call, split off to be read alone
    fn used_file(
        &mut self,
        base: &str,
        item: &ast::UseItem,
        name: &ast::Ident,
        missing: &mut BTreeSet<String>,
        world: &dyn World,
        map: &mut SourceMap,
        sink: &mut Sink,
    ) -> Option<usize> {
        let (relative, span) = match &item.from {
            Some((path, span)) => (path.clone(), *span),
            None => (format!("{}.strat", snake_case(&name.name)), name.span),
        };
        let path = beside(base, &relative);
        if let Some(known) = self.trees.iter().position(|t| !t.library && t.path == path) {
            return Some(known);
        }
        // One missing file is one report.
        if missing.contains(&path) {
            return None;
        }
        if self.trees.len() >= MOST_FILES {
            if missing.is_empty() {
                sink.push(Diagnostic::error(
                    Code::TooLarge,
                    span,
                    format!("more than {MOST_FILES} files are used"),
                ));
            }
            missing.insert(path);
            return None;
        }
        match world.read(&path) {
            Ok(text) => {
                self.push(&path, &text, map, sink);
                Some(self.trees.len() - 1)
            }
            Err(e) => {
                let mut report = Diagnostic::error(
                    Code::UnknownFile,
                    span,
                    format!("`{path}` cannot be read: {}", e.message),
                );
                let in_library = self.library.names().any(|(known, _)| known == name.name);
                if in_library {
                    report = report.hint(format!(
                        "`{}` is in the library, which needs no `use`",
                        name.name
                    ));
                } else if item.from.is_none() {
                    report = report.hint(format!(
                        "name the file: `use {} from \"file.strat\"`",
                        name.name
                    ));
                }
                sink.push(report);
                missing.insert(path);
                None
            }
        }
    }

    /// All functions, and per file which of them it sees under which name.
    pub(super) fn functions(&self, sink: &mut Sink) -> (Vec<FnDef<'_>>, Vec<Module<'_>>) {
        let mut fns: Vec<FnDef<'_>> = Vec::new();
        let mut own: Vec<BTreeMap<String, usize>> = Vec::with_capacity(self.trees.len());
        let mut own_items: Vec<BTreeMap<String, ItemDef<'_>>> = Vec::new();
        let mut library: BTreeMap<String, usize> = BTreeMap::new();
        let mut library_items: BTreeMap<String, ItemDef<'_>> = BTreeMap::new();
        for (module, tree) in self.trees.iter().enumerate() {
            let mut names = BTreeMap::new();
            let mut others = BTreeMap::new();
            let mut items: BTreeMap<&str, Span> = BTreeMap::new();
            for (name, from) in tree.uses.iter().flatten() {
                // A file may name itself.
                if *from != module {
                    let first = *items.entry(&name.name).or_insert(name.span);
                    if first != name.span {
                        twice(name, first, sink);
                    }
                }
            }
            for item in &tree.file.items {
                let Some(name) = item.kind.name() else {
                    continue;
                };
                let is_first = !items.contains_key(name.name.as_str());
                let first = *items.entry(&name.name).or_insert(name.span);
                if !is_first {
                    twice(name, first, sink);
                }
                if let ast::ItemKind::Fn(f) = &item.kind {
                    let index = fns.len();
                    // The body of a second one is checked all the same.
                    fns.push(FnDef { item: f, module });
                    if is_first {
                        names.insert(f.name.name.clone(), index);
                        if tree.library {
                            library.insert(f.name.name.clone(), index);
                        }
                    }
                } else if is_first {
                    let def = ItemDef { item, module };
                    others.insert(name.name.clone(), def);
                    if tree.library {
                        library_items.insert(name.name.clone(), def);
                    }
                }
            }
            own.push(names);
            own_items.push(others);
        }
        let modules = self
            .trees
            .iter()
            .enumerate()
            .map(|(i, tree)| {
                let mut seen = library.clone();
                let mut items = own_items[i].clone();
                for (name, from) in tree.uses.iter().flatten() {
                    if let Some(item) = own_items[*from].get(&name.name) {
                        items.entry(name.name.clone()).or_insert(*item);
                    }
                    if let Some(f) = own[*from].get(&name.name) {
                        seen.insert(name.name.clone(), *f);
                    }
                }
                // What is a file's own comes before the library's.
                for (name, item) in &library_items {
                    if !seen.contains_key(name) && !own[i].contains_key(name) {
                        items.entry(name.clone()).or_insert(*item);
                    }
                }
                seen.extend(own[i].iter().map(|(n, f)| (n.clone(), *f)));
                let failed: BTreeSet<String> = tree
                    .failed
                    .iter()
                    .filter(|n| !own[i].contains_key(*n))
                    .cloned()
                    .collect();
                for name in &failed {
                    seen.remove(name);
                }
                Module {
                    fns: seen,
                    items,
                    failed,
                    library: tree.library,
                }
            })
            .collect();
        (fns, modules)
    }
}

fn twice(name: &ast::Ident, first: Span, sink: &mut Sink) {
    sink.push(
        Diagnostic::error(
            Code::DuplicateName,
            name.span,
            format!("`{}` is defined twice", name.name),
        )
        .related(first, "first defined here"),
    );
}

/// The functions of a text with errors that are not in its tree: their headers were reported.
fn unread_functions(file: &ast::File, text: &str) -> BTreeSet<String> {
    let known = item_names(file);
    let tokens = lex(file.id, text, &mut Sink::new());
    let words: Vec<_> = tokens
        .iter()
        .filter(|t| !matches!(t.kind, TokenKind::Comment | TokenKind::Doc))
        .collect();
    words
        .windows(2)
        .filter(|w| w[0].kind == TokenKind::Keyword(Keyword::Fn) && w[1].kind == TokenKind::Name)
        .map(|w| w[1].text(text).to_owned())
        .filter(|name| !known.contains(&name.as_str()))
        .collect()
}

fn item_names(file: &ast::File) -> Vec<&str> {
    file.items
        .iter()
        .filter_map(|i| i.kind.name().map(|name| name.name.as_str()))
        .collect()
}

/// A path beside another file, without `.` and inner `..`, so that a file has one name.
fn beside(base: &str, relative: &str) -> String {
    let folder = match base.rfind('/') {
        _ if relative.starts_with('/') => "",
        Some(cut) => &base[..=cut],
        None => "",
    };
    let joined = format!("{folder}{relative}");
    let mut parts: Vec<&str> = Vec::new();
    for part in joined.split('/') {
        match (part, parts.last()) {
            (".", _) => {}
            ("..", Some(last)) if !["", ".."].contains(last) => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
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

/// `market_regime` as `MarketRegime`.
pub(super) fn camel_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for part in name.split('_') {
        let mut letters = part.chars();
        out.extend(letters.next().map(|c| c.to_ascii_uppercase()));
        out.push_str(letters.as_str());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{beside, camel_case, snake_case};

    #[test]
    fn names_to_files() {
        assert_eq!(snake_case("MarketRegime"), "market_regime");
        assert_eq!(snake_case("CryptoInvestorV1"), "crypto_investor_v1");
        assert_eq!(snake_case("RSIMean"), "rsi_mean");
        assert_eq!(snake_case("supertrend"), "supertrend");
        assert_eq!(camel_case("sma_cross"), "SmaCross");
        assert_eq!(camel_case("smaCross"), "SmaCross");
        assert_eq!(camel_case("RSI_2"), "RSI2");
        assert_eq!(beside("a/b.strat", "c.strat"), "a/c.strat");
        assert_eq!(beside("b.strat", "c.strat"), "c.strat");
        assert_eq!(beside("a/b.strat", "./c.strat"), "a/c.strat");
        assert_eq!(beside("a/b.strat", "../c.strat"), "c.strat");
        assert_eq!(beside("b.strat", "../../c.strat"), "../../c.strat");
        assert_eq!(beside("/a/b.strat", "../c.strat"), "/c.strat");
        assert_eq!(beside("a/b.strat", "/c.strat"), "/c.strat");
    }
}
