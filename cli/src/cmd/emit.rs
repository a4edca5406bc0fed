//! `stratc emit`: a file at a stage of the compiler.

use std::path::Path;

use strat_lang::diag::Sink;
use strat_lang::hir::{self, Unit};
use strat_lang::syntax;

use crate::args::{EmitArgs, Stage};
use crate::failure::{Done, Failure};
use crate::sources::{self, Sources};
use crate::terminal;

/// Prints the stage on standard output, diagnostics on standard error; fails where there is an error.
pub fn run(args: &EmitArgs) -> Done {
    match args.stage {
        Stage::Tokens | Stage::Tree => syntax_stage(&args.file, args.stage),
        Stage::Hir => units(&args.file, |unit| Ok(hir::print_unit(unit))),
        Stage::Ir => units(&args.file, |unit| Ok(strat_compiler::driver::emit_ir(unit))),
        Stage::Clif => units(&args.file, |unit| {
            Ok(strat_compiler::driver::emit_clif(unit)?)
        }),
    }
}

/// What is known without names and types; printed also where there are errors.
fn syntax_stage(path: &Path, stage: Stage) -> Done {
    let mut sources = Sources::default();
    match sources::read(path) {
        Err(fault) => sources.fault(path, &fault),
        Ok(text) => {
            let id = sources.add(path, text.clone());
            let mut sink = Sink::new();
            let printed = if stage == Stage::Tokens {
                let tokens = syntax::lex(id, &text, &mut sink);
                let file = sources.map().find(id);
                file.map(|file| syntax::print_tokens(file, &tokens))
            } else {
                Some(syntax::print_tree(&syntax::parse(id, &text, &mut sink)))
            };
            terminal::print(&printed.unwrap_or_default())?;
            sources.report(sink.into_sorted());
        }
    }
    sources.tell()
}

/// What each item of the file becomes, strategies first, under its name where there are several.
fn units(path: &Path, print: impl Fn(&Unit) -> Done<String>) -> Done {
    let mut sources = Sources::default();
    let checked = sources.check_all(path);
    sources.tell()?;
    let items = checked.items;
    let mut units = checked.units;
    units.extend(items.regimes.into_iter().map(|item| item.unit));
    units.extend(items.routers.into_iter().map(|item| item.unit));
    units.extend(items.portfolios.into_iter().map(|item| item.unit));
    if units.is_empty() {
        return Err(Failure::mistake(format!(
            "{} has no strategy, regime, router or portfolio, and only these get this far; a function does where one of them calls it",
            path.display()
        )));
    }
    for (at, unit) in units.iter().enumerate() {
        let mut text = String::new();
        if units.len() > 1 {
            let blank = if at == 0 { "" } else { "\n" };
            text.push_str(&format!("{blank}// {}\n", unit.name));
        }
        text.push_str(print(unit)?.trim_end_matches('\n'));
        text.push('\n');
        terminal::print(&text)?;
    }
    Ok(())
}
