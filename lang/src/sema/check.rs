//! The entry points: a file to its units, an expression to one.

use super::Checker;
use super::scope::{FnDef, Module, Value};
use super::uses::Files;
use crate::diag::{Code, Diagnostic, Severity, Sink};
use crate::hir::{Kind, Unit};
use crate::source::{SourceMap, World};
use crate::syntax::ast::{self, ItemKind, StmtKind};
use crate::syntax::parse_expr;

/// Stack of the thread that checks: 256 brackets times 64 calls deep, with room to spare.
const STACK: usize = 512 << 20;

/// The library: file names and texts. It is an argument, so that this crate imports none.
#[derive(Debug, Clone, Copy)]
pub struct Library {
    /// Name and text of each file.
    pub files: &'static [(&'static str, &'static str)],
}

/// What a check found.
#[derive(Debug, Default)]
pub struct Checked {
    /// The strategies without errors, in written order (or the one expression).
    pub units: Vec<Unit>,
    /// Everything found, sorted.
    pub diagnostics: Vec<Diagnostic>,
}

impl Checked {
    /// Whether any error was found.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.diagnostics
            .iter()
            .any(|d| d.severity == Severity::Error)
    }
}

/// Checks a file and what it uses: names, types, stages and lookbacks of all its items.
///
/// `path` is the name under which the file is shown and beside which used files lie.
pub fn check_source(
    map: &mut SourceMap,
    world: &(dyn World + Sync),
    library: &Library,
    path: &str,
    text: &str,
) -> Checked {
    with_stack(|| {
        let mut sink = Sink::new();
        let mut files = Files::with_library(library, map, &mut sink);
        let main = files.add(path, text, world, map, &mut sink);
        let (fns, modules) = files.functions(&mut sink);
        let broken = check_functions(&fns, &modules, main, &mut sink);
        let mut units = Vec::new();
        for item in &files.trees[main].file.items {
            if let ItemKind::Fn(f) = &item.kind {
                style(&f.name, false, &mut sink);
            }
            let ItemKind::Strategy(s) = &item.kind else {
                continue;
            };
            style(&s.name, true, &mut sink);
            let before = sink.errors();
            let mut checker = Checker::new(&fns, &modules, main, &broken, &mut sink);
            checker.strategy(s, text);
            checker.pop_scope();
            checker.too_large(s.name.span);
            let mut unit = std::mem::take(&mut checker.builder.unit);
            unit.doc = first_line(item.doc.as_deref());
            if sink.errors() == before {
                units.push(unit);
            }
        }
        Checked {
            units,
            diagnostics: sink.into_sorted(),
        }
    })
}

/// Checks one expression, over the functions of `file` (path and text) and, where the file has
/// exactly one strategy, over its parameters (at their defaults) and `let`s.
pub fn check_expr(
    map: &mut SourceMap,
    world: &(dyn World + Sync),
    library: &Library,
    expr: &str,
    file: Option<(&str, &str)>,
) -> Checked {
    with_stack(|| {
        let mut sink = Sink::new();
        let mut files = Files::with_library(library, map, &mut sink);
        let main = file.map(|(path, text)| files.add(path, text, world, map, &mut sink));
        let id = map.add("expression".to_owned(), expr.to_owned());
        let tree = parse_expr(id, expr, &mut sink);
        let (fns, mut modules) = files.functions(&mut sink);
        let module = main.unwrap_or_else(|| {
            // No file: the library's names, which every library file sees.
            if modules.is_empty() {
                modules.push(Module::default());
            }
            0
        });
        let broken = match main {
            Some(main) => check_functions(&fns, &modules, main, &mut sink),
            None => vec![false; fns.len()],
        };
        let mut checker = Checker::new(&fns, &modules, module, &broken, &mut sink);
        if let Some(main) = main {
            let strategies: Vec<&ast::StrategyItem> = files.trees[main]
                .file
                .items
                .iter()
                .filter_map(|i| match &i.kind {
                    ItemKind::Strategy(s) => Some(s),
                    _ => None,
                })
                .collect();
            if let [only] = strategies[..] {
                checker.params(&only.body);
                for stmt in &only.body {
                    if matches!(
                        stmt.kind,
                        StmtKind::Let { .. } | StmtKind::Rec { .. } | StmtKind::State(_)
                    ) {
                        checker.definition(stmt);
                    }
                }
            }
        }
        checker.outputs(&tree);
        checker.too_large(tree.span);
        let unit = std::mem::take(&mut checker.builder.unit);
        let failed = sink.has_errors();
        Checked {
            units: if failed { Vec::new() } else { vec![unit] },
            diagnostics: sink.into_sorted(),
        }
    })
}

impl<'t> Checker<'t, '_> {
    fn outputs(&mut self, tree: &'t ast::Expr) {
        let value = self.expr(tree);
        match value {
            Value::Node(id) => self.builder.unit.outputs.push(("value".to_owned(), id)),
            Value::Record(fields) => self.builder.unit.outputs = fields.to_vec(),
            Value::Text => {
                self.want_number(&Value::Text, tree.span);
            }
            Value::Error => {}
        }
    }

    fn too_large(&mut self, span: crate::source::Span) {
        if self.builder.too_large {
            self.error(
                Code::TooLarge,
                span,
                format!(
                    "this needs more than {} values per bar",
                    super::builder::MOST_NODES
                ),
            );
        }
    }

    /// Checks a function on its own, with parameters that may be anything.
    fn function(&mut self, def: usize) {
        let item = self.fns[def].item;
        let mut values = Vec::with_capacity(item.params.len());
        for param in &item.params {
            let known = [
                "bars",
                "series",
                "ratio",
                "price",
                "qty",
                "number",
                "condition",
            ];
            if let Some(ty) = &param.ty
                && !known.contains(&ty.name.as_str())
            {
                self.report(
                    Diagnostic::error(
                        Code::UnknownName,
                        ty.span,
                        format!("there is no type `{}`", ty.name),
                    )
                    .hint(format!("the types are {}", known.join(", "))),
                );
            }
            let free = self.free;
            self.free += 1;
            let id = self.builder.add(Kind::Free(free), param.name.span);
            values.push((Value::Node(id), param.name.span));
        }
        self.calls.clear();
        self.inline(def, values);
    }
}

fn check_functions(
    fns: &[FnDef<'_>],
    modules: &[Module],
    main: usize,
    sink: &mut Sink,
) -> Vec<bool> {
    let mut broken = vec![false; fns.len()];
    for (i, def) in fns.iter().enumerate() {
        if def.module != main {
            continue;
        }
        let before = sink.errors();
        let mut checker = Checker::new(fns, modules, main, &[], sink);
        checker.function(i);
        broken[i] = sink.errors() > before;
    }
    broken
}

fn style(name: &ast::Ident, item: bool, sink: &mut Sink) {
    let text = &name.name;
    let first_upper = text.starts_with(char::is_uppercase);
    let good = if item {
        first_upper && !text.contains('_')
    } else {
        !text.contains(char::is_uppercase)
    };
    if !good {
        let (what, style) = if item {
            ("strategies", "CamelCase")
        } else {
            ("functions", "snake_case")
        };
        sink.push(Diagnostic::warning(
            Code::NameStyle,
            name.span,
            format!("`{text}`: names of {what} are written in {style}"),
        ));
    }
}

fn first_line(doc: Option<&str>) -> String {
    doc.and_then(|d| d.lines().next())
        .map(|l| l.trim().to_owned())
        .unwrap_or_default()
}

/// Runs on a thread whose stack holds the deepest nesting that is allowed.
fn with_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .name("check".to_owned())
            .stack_size(STACK)
            .spawn_scoped(scope, work);
        match thread.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(value)) => value,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(e) => std::panic::panic_any(format!("no thread for the check: {e}")),
        }
    })
}
