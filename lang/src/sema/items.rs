//! The items beside strategies and functions: which are checked where, and what names of items
//! mean in expressions.

use super::Checker;
use super::check::{first_line, item_style};
use super::scope::{Program, Value};
use super::uses::Files;
use crate::diag::{Code, Diagnostic, Sink};
use crate::hir::{self, Items};
use crate::source::Span;
use crate::syntax::ast::{self, ItemKind, NumberUnit};

/// The editions of the language, the newest last.
const EDITIONS: &[u32] = &[2026];

/// Checks the items beside strategies and functions: regimes, enums and editions of every file of
/// the user, the others of the file `main` alone.
pub(super) fn check_items<'t>(
    files: &'t Files,
    program: &Program<'t>,
    main: usize,
    broken: &[bool],
    sink: &mut Sink,
) -> Items {
    let mut items = Items::default();
    let mut names: Vec<(&str, Span)> = Vec::new();
    for (module, tree) in files.trees.iter().enumerate() {
        if tree.library {
            continue;
        }
        let is_main = module == main;
        let edition = check_edition(&tree.file, sink);
        if is_main {
            items.edition = edition;
        }
        for item in &tree.file.items {
            let mut checker = Checker::new(program, module, broken, is_main, sink);
            match &item.kind {
                ItemKind::Enum(e) => {
                    let found = checker.enum_item(item, e);
                    if let (true, Some(found)) = (is_main, found) {
                        items.enums.push(found);
                    }
                }
                ItemKind::Regime(r) => {
                    let found = checker.regime(item, r);
                    if let (true, Some(found)) = (is_main, found) {
                        items.regimes.push(found);
                    }
                }
                ItemKind::Router(r) if is_main => items.routers.extend(checker.router(item, r)),
                ItemKind::Risk(r) if is_main => items.risks.extend(checker.risk(item, r)),
                ItemKind::Screen(s) if is_main => items.screens.extend(checker.screen(item, s)),
                ItemKind::Portfolio(p) if is_main => {
                    items.portfolios.extend(checker.portfolio(item, p));
                }
                ItemKind::Test(t) if is_main => {
                    let twice = names.iter().find(|(name, _)| *name == t.name.0);
                    if let Some((_, first)) = twice {
                        let report = Diagnostic::error(
                            Code::DuplicateName,
                            t.name.1,
                            format!("two tests are called \"{}\"", t.name.0),
                        );
                        checker.report(report.related(*first, "the first stands here"));
                    }
                    names.push((&t.name.0, t.name.1));
                    items.tests.extend(checker.test(item, t));
                }
                _ => {}
            }
        }
    }
    items
}

/// The edition that a file names.
fn check_edition(file: &ast::File, sink: &mut Sink) -> Option<u32> {
    let mut named = file.items.iter().filter_map(|item| match &item.kind {
        ItemKind::Edition(number, span) => Some((number, *span)),
        _ => None,
    });
    let (number, span) = named.next()?;
    for (_, again) in named {
        sink.push(
            Diagnostic::error(Code::RepeatedStatement, again, "a file names one `edition`")
                .related(span, "the first stands here"),
        );
    }
    let known = EDITIONS
        .iter()
        .find(|e| number.unit == NumberUnit::Integer && f64::from(**e) == number.value);
    if known.is_none() {
        let editions: Vec<String> = EDITIONS.iter().map(u32::to_string).collect();
        sink.push(
            Diagnostic::error(
                Code::UnknownEdition,
                span,
                format!("there is no edition {}", number.text),
            )
            .label(format!("this compiler knows {}", editions.join(", ")))
            .hint("name one that it knows, or use a newer compiler"),
        );
    }
    known.copied()
}

impl<'t> Checker<'t, '_> {
    fn enum_item(&mut self, item: &'t ast::Item, of: &'t ast::EnumItem) -> Option<hir::Enum> {
        let before = self.sink.errors();
        if self.lint {
            item_style(&of.name, self.sink);
        }
        for (i, value) in of.values.iter().enumerate() {
            if let Some(first) = of.values.iter().take(i).find(|v| v.name == value.name) {
                self.twice(value, first.span);
            }
            // A choice in capitals is a constant to the eye: `SMA` beside the function `sma`.
            if value.name.contains(char::is_lowercase) {
                self.style_lint(value);
            }
        }
        (self.sink.errors() == before).then(|| hir::Enum {
            name: of.name.name.clone(),
            doc: first_line(item.doc.as_deref()),
            values: of.values.iter().map(|v| v.name.clone()).collect(),
            span: item.span,
        })
    }

    /// What the name of an item means where a value is read; None where there is no such item.
    pub(super) fn item_value(&mut self, name: &str, span: Span) -> Option<Value> {
        let def = *self.program.modules.get(self.module)?.items.get(name)?;
        let what = match &def.item.kind {
            ItemKind::Regime(_) => {
                let id = self.enum_id(def.item)?;
                return Some(self.regime_value(id, span));
            }
            ItemKind::Enum(e) => {
                let first = e.values.first().map_or("…", |v| v.name.as_str());
                let report = Diagnostic::error(
                    Code::WrongType,
                    span,
                    format!("`{name}` is an enum, and no value by itself"),
                )
                .hint(format!("name one of its values, such as `{name}.{first}`"));
                self.report(report);
                return Some(Value::Error);
            }
            ItemKind::Strategy(_) => "a strategy",
            ItemKind::Router(_) => "a router",
            ItemKind::Risk(_) => "a table of limits",
            ItemKind::Screen(_) => "a screen",
            ItemKind::Portfolio(_) => "a portfolio",
            ItemKind::Fn(_) | ItemKind::Use(_) | ItemKind::Edition(..) | ItemKind::Test(_) => {
                return None;
            }
        };
        self.error(
            Code::WrongType,
            span,
            format!("`{name}` is {what}, which has no value on a bar"),
        );
        Some(Value::Error)
    }

    /// Adds a value to what the unit gives out.
    pub(super) fn output(&mut self, name: &str, value: &Value) {
        let unit = &mut self.builder.unit;
        match value {
            Value::Node(id) => unit.outputs.push((name.to_owned(), *id)),
            Value::Record(fields) | Value::Zone(fields) => {
                for (field, id) in fields.iter() {
                    unit.outputs.push((format!("{name}.{field}"), *id));
                }
            }
            Value::Enum(of, id) => {
                unit.outputs.push((name.to_owned(), *id));
                let labels = self.enum_labels(*of);
                self.builder.unit.labels.push((name.to_owned(), labels));
            }
            Value::Outputs(_) | Value::Bank(_) | Value::Symbol(_) | Value::Text | Value::Error => {}
        }
    }
}
