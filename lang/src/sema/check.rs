//! The entry points: a file to its units, an expression to one.

use std::cell::Cell;

use super::allow;
use super::arguments::Bound;
use super::builder::{MOST_NODES, Outgrown};
use super::expr::DEEPEST;
use super::library::Library;
use super::order::{Order, order};
use super::scope::{Module, Program, Value};
use super::uses::{Files, camel_case};
use super::{Checker, Place, enums, items};
use crate::diag::{Code, Diagnostic, Severity, Sink};
use crate::hir::{Dimension, Items, Kind, Unit, infer_ranges};
use crate::source::{SourceMap, Span, World};
use crate::syntax::ast::{self, ItemKind};
use crate::syntax::parse_expr;

/// Stack of the thread that checks: 256 brackets times 64 calls deep, with room to spare.
const STACK: usize = 512 << 20;

/// What a check found.
#[derive(Debug, Default)]
pub struct Checked {
    /// The strategies without errors, in written order (or the one expression).
    pub units: Vec<Unit>,
    /// The other items of the file.
    pub items: Items,
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
        let mut files = Files::with_library(library, map);
        let main = files.add(path, text, world, map, &mut sink);
        files.load_library("", map, &mut sink);
        let program = Program::new(&files, map, &mut sink);
        let broken = check_functions(&program, Some(main), &mut sink);
        let mut units = Vec::new();
        for item in &files.trees[main].file.items {
            let ItemKind::Strategy(s) = &item.kind else {
                continue;
            };
            item_style(&s.name, &mut sink);
            let before = sink.errors();
            let mut checker = Checker::new(&program, main, &broken, true, &mut sink);
            checker.place = Place::Strategy;
            checker.strategy(s, text);
            checker.strategy_lints(s);
            checker.outgrown(s.name.span, &format!("`{}`", s.name.name));
            let complete = !checker.incomplete;
            checker.verdicts();
            checker.limit_lints(s);
            let mut unit = std::mem::take(&mut checker.builder.unit);
            unit.doc = first_line(item.doc.as_deref());
            if complete && sink.errors() == before {
                units.push(unit);
            }
        }
        check_used_strategies(&files, &program, main, &broken, &mut sink);
        let items = items::check_items(&files, &program, main, &broken, &mut sink);
        Checked {
            units,
            items,
            diagnostics: allow::silence(text, &files.trees[main].file, sink),
        }
    })
}

/// Errors of the strategies of other files of the user: what a screen, a router or a test says of one
/// is left out where it has any, and must not be left out in silence.
fn check_used_strategies<'t>(
    files: &'t Files,
    program: &Program<'t>,
    main: usize,
    broken: &[bool],
    sink: &mut Sink,
) {
    let others = files.trees.iter().enumerate();
    for (module, tree) in others.filter(|(module, tree)| !tree.library && *module != main) {
        for item in &tree.file.items {
            if let ItemKind::Strategy(strategy) = &item.kind {
                let mut checker = Checker::new(program, module, broken, false, sink);
                checker.place = Place::Strategy;
                checker.strategy(strategy, &program.map.get(item.span.file).text);
            }
        }
    }
}

/// Checks one expression, over the functions of `file` (path and text) and, where the file has
/// exactly one strategy, over its parameters (at their defaults) and `let`s. Of the file only
/// errors are reported.
pub fn check_expr(
    map: &mut SourceMap,
    world: &(dyn World + Sync),
    library: &Library,
    expr: &str,
    file: Option<(&str, &str)>,
) -> Checked {
    check_expr_on(map, world, library, expr, file, None)
}

/// As [`check_expr`], on bars of so many seconds; a strategy of the file may say otherwise.
pub fn check_expr_on(
    map: &mut SourceMap,
    world: &(dyn World + Sync),
    library: &Library,
    expr: &str,
    file: Option<(&str, &str)>,
    timeframe: Option<f64>,
) -> Checked {
    with_stack(|| {
        let mut sink = Sink::new();
        let mut files = Files::with_library(library, map);
        let main = file.map(|(path, text)| files.add(path, text, world, map, &mut sink));
        let id = map.add("expression".to_owned(), expr.to_owned());
        let tree = parse_expr(id, expr, &mut sink);
        files.load_library(expr, map, &mut sink);
        let mut program = Program::new(&files, map, &mut sink);
        let module = main.unwrap_or_else(|| {
            // No file: the library's names, which every library file sees.
            if program.modules.is_empty() {
                program.modules.push(Module::default());
            }
            0
        });
        let broken = check_functions(&program, None, &mut sink);
        // The faults of regimes are reported where they stand, not where they are named.
        items::check_items(&files, &program, usize::MAX, &broken, &mut sink);
        let mut checker = Checker::new(&program, module, &broken, false, &mut sink);
        checker.builder.unit.timeframe = timeframe;
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
                checker.definitions(only);
            }
        }
        checker.place = Place::Expression;
        checker.outputs(&tree);
        checker.outgrown(tree.span, "this expression");
        let mut unit = std::mem::take(&mut checker.builder.unit);
        infer_ranges(&mut unit);
        let failed = checker.incomplete || sink.has_errors();
        Checked {
            units: if failed { Vec::new() } else { vec![unit] },
            items: Items::default(),
            diagnostics: sink.into_sorted(),
        }
    })
}

impl<'t> Program<'t> {
    pub(super) fn new(files: &'t Files, map: &'t SourceMap, sink: &mut Sink) -> Self {
        let (fns, modules) = files.functions(sink);
        Self {
            library: files.library,
            enums: enums::collect(files.trees.iter().map(|t| &*t.file)),
            fns,
            modules,
            map,
            effort: Cell::new(0),
            spent: Cell::new(false),
            circular: Cell::new(false),
        }
    }
}

impl<'t> Checker<'t, '_> {
    fn outputs(&mut self, tree: &'t ast::Expr) {
        let value = self.expr(tree);
        match &value {
            Value::Node(id) => self.builder.unit.outputs.push(("value".to_owned(), *id)),
            Value::Record(fields) | Value::Zone(fields) => {
                self.builder.unit.outputs = fields.to_vec();
            }
            Value::Enum(..) => self.output("value", &value),
            Value::Outputs(outputs) => {
                for (name, value) in outputs.iter() {
                    self.output(name, value);
                }
            }
            Value::Text | Value::Bank(_) | Value::Symbol(_) => {
                self.want_number(&value, tree.span);
            }
            Value::Error => {}
        }
    }

    /// Reports a unit that outgrew a limit; the limit of the whole run once.
    pub(super) fn outgrown(&mut self, span: Span, what: &str) {
        let Some(limit) = self.builder.outgrown else {
            return;
        };
        self.incomplete = true;
        if limit == Outgrown::Effort && self.program.spent.replace(true) {
            return;
        }
        let unfolded = "each call is unfolded once for each combination of its arguments";
        let report = |text: String| Diagnostic::error(Code::TooLarge, span, text);
        self.sink.push(match limit {
            Outgrown::Nodes => report(format!(
                "{what} unfolds to more than {MOST_NODES} operations"
            ))
            .hint(unfolded),
            Outgrown::Effort => {
                report(format!("{what} unfolds to more calls than can be checked")).hint(unfolded)
            }
            Outgrown::Depth => report(format!(
                "{what} nests more than {DEEPEST} expressions, its calls and states included"
            )),
        });
    }

    /// Checks a function on its own, with parameters that may be anything.
    pub(super) fn function(&mut self, def: usize) -> Value {
        let item = self.program.fns[def].item;
        let mut bound: Vec<Bound> = Vec::with_capacity(item.params.len());
        for param in &item.params {
            if let Some(ty) = &param.ty
                && !FN_TYPES.contains(&ty.name.as_str())
                && self.enum_named(&ty.name).is_none()
            {
                self.unknown_type(ty, FN_TYPES);
            }
            self.style_lint(&param.name);
            if let Some(default) = &param.default {
                let value = self.plain_default(def, default, &bound);
                self.fits(def, param, &value, default.span, Some(default));
            }
            self.free += 1;
            if let Some(unit) = param.ty.as_ref().and_then(|t| Dimension::of_type(&t.name)) {
                self.builder.free_units.insert(self.free, unit);
            }
            let id = self.builder.add(Kind::Free(self.free), param.name.span);
            let value = match self.enum_of_type(param.ty.as_ref()) {
                Some(of) => Value::Enum(of, id),
                None => Value::Node(id),
            };
            bound.push((value, Some(param.name.span)));
        }
        self.style_lint(&item.name);
        self.function = Some(def);
        let value = self.inline(def, bound);
        self.function = None;
        self.verdicts();
        self.outgrown(item.name.span, &format!("`{}`", item.name.name));
        value
    }
}

/// Types that a parameter of a function may name.
const FN_TYPES: &[&str] = &[
    "bars",
    "series",
    "ratio",
    "price",
    "qty",
    "money",
    "duration",
    "number",
    "condition",
];

/// Checks every function of the user's files on its own, callees first; tells which are wrong, so
/// that their calls stay silent. Warnings are for the functions of the module `lint`.
pub(super) fn check_functions(
    program: &Program<'_>,
    lint: Option<usize>,
    sink: &mut Sink,
) -> Vec<bool> {
    let Order { defs, mut broken } = order(program, sink);
    for def in defs {
        if program.is_library(def) {
            continue;
        }
        let before = sink.errors();
        let module = program.fns[def].module;
        let mut checker = Checker::new(program, module, &broken, lint == Some(module), sink);
        checker.function(def);
        broken[def] |= checker.incomplete || checker.torn || sink.errors() > before;
    }
    broken
}

/// Items are written in `CamelCase`.
pub(super) fn item_style(name: &ast::Ident, sink: &mut Sink) {
    let text = &name.name;
    if text.starts_with(char::is_uppercase) && !text.contains('_') {
        return;
    }
    sink.push(
        Diagnostic::warning(
            Code::NameStyle,
            name.span,
            format!("`{text}` is not written in CamelCase"),
        )
        .hint(format!("call it `{}`", camel_case(text))),
    );
}

pub(super) fn first_line(doc: Option<&str>) -> String {
    doc.and_then(|d| d.lines().next())
        .map(|l| l.trim().to_owned())
        .unwrap_or_default()
}

/// Runs on a thread whose stack holds the deepest nesting that is allowed.
pub(super) fn with_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
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
