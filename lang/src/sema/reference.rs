//! Functions on their own, for a reference: what each returns, and its lookback as a formula of
//! its parameters.

use super::check::check_functions;
use super::scope::Value;
use super::uses::Files;
use super::{Checker, Library};
use crate::diag::{Diagnostic, Sink};
use crate::hir::Unit;
use crate::source::{SourceMap, Span, World};
use crate::syntax::ast;

/// A function as its file declares it.
#[derive(Debug, Clone)]
pub struct FunctionInfo {
    /// The declaration.
    pub item: ast::FnItem,
    /// Where it stands, without its documentation.
    pub span: Span,
    /// The `///` lines before it.
    pub doc: Option<String>,
    /// Its body over free parameters, which are `Kind::Free(1)`, `Kind::Free(2)`, … in order. The
    /// outputs are the fields of its record, or one without a name. Missing where it has errors.
    pub unit: Option<Unit>,
}

/// What a file declares.
#[derive(Debug, Clone, Default)]
pub struct Reference {
    /// The functions of each file, in written order: name of the file, functions.
    pub files: Vec<(String, Vec<FunctionInfo>)>,
    /// The other items of these files.
    pub items: Vec<ast::Item>,
    /// Errors and warnings of the file that was asked for.
    pub diagnostics: Vec<Diagnostic>,
}

/// The functions of a file (path and text), or of the library where no file is named.
pub fn reference(
    map: &mut SourceMap,
    world: &(dyn World + Sync),
    library: &Library,
    file: Option<(&str, &str)>,
) -> Reference {
    super::check::with_stack(|| {
        let mut sink = Sink::new();
        let mut files = Files::with_library(library, map);
        let main = file.map(|(path, text)| files.add(path, text, world, map, &mut sink));
        match main {
            Some(_) => files.load_library("", map, &mut sink),
            None => files.load_whole_library(&mut sink),
        }
        let program = super::scope::Program::new(&files, map, &mut sink);
        let broken = check_functions(&program, main, &mut sink);
        let mut found = Reference::default();
        for (module, tree) in files.trees.iter().enumerate() {
            let wanted = main.map_or(tree.library, |main| main == module);
            if !wanted {
                continue;
            }
            let mut functions = Vec::new();
            for item in &tree.file.items {
                let ast::ItemKind::Fn(function) = &item.kind else {
                    found.items.push(item.clone());
                    continue;
                };
                let def = program
                    .fns
                    .iter()
                    .position(|f| f.module == module && f.item.name == function.name);
                let unit = def
                    .filter(|def| broken.get(*def) == Some(&false))
                    .and_then(|def| alone(&program, module, &broken, def));
                functions.push(FunctionInfo {
                    item: function.clone(),
                    span: item.span,
                    doc: item.doc.clone(),
                    unit,
                });
            }
            let name = map_name(&program, tree);
            found.files.push((name, functions));
        }
        found.diagnostics = sink.into_sorted();
        found
    })
}

fn map_name(program: &super::scope::Program<'_>, tree: &super::uses::Tree) -> String {
    program
        .map
        .find(tree.file.id)
        .map_or_else(|| tree.path.clone(), |file| file.name.clone())
}

/// One function over free parameters. It was reported already, so nothing is told again.
fn alone(
    program: &super::scope::Program<'_>,
    module: usize,
    broken: &[bool],
    def: usize,
) -> Option<Unit> {
    let mut sink = Sink::new();
    let mut checker = Checker::new(program, module, broken, false, &mut sink);
    let value = checker.function(def);
    let mut unit = std::mem::take(&mut checker.builder.unit);
    let complete = !checker.incomplete && !checker.torn;
    unit.outputs = match value {
        Value::Node(id) | Value::Enum(_, id) => vec![(String::new(), id)],
        Value::Record(fields) | Value::Zone(fields) => fields.to_vec(),
        Value::Outputs(_) | Value::Bank(_) | Value::Symbol(_) | Value::Text | Value::Error => {
            return None;
        }
    };
    (complete && !sink.has_errors()).then_some(unit)
}
