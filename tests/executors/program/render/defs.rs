//! Definitions and lengths as text.

use std::fmt::Write;

use super::{Name, Writer, level};
use crate::program::{Def, Expr, Id, Length, State, Ty};

impl Writer<'_> {
    pub(super) fn after(&mut self, n: Option<&Length>) -> String {
        match n {
            None => String::new(),
            Some(n) => {
                self.count("after");
                format!(" after {} bars", self.length(n))
            }
        }
    }

    pub(super) fn def(&mut self, def: &Def) -> String {
        match def {
            Def::Let { id, value, after } => {
                let text = self.expr(value, level::ELSE);
                let after = self.after(after.as_ref());
                if self.constant(value) {
                    self.constants.insert(*id);
                }
                let name = self.see(*id, 'v', Name::Value(value.ty()));
                self.count("let");
                format!("    let {name} = {text}{after}\n")
            }
            Def::Record { id, fields, after } => {
                let text = self.record(fields);
                let after = self.after(after.as_ref());
                if fields.iter().any(|e| self.constant(e)) {
                    self.constants.insert(*id);
                }
                let types = fields.iter().map(Expr::ty).collect();
                let name = self.see(*id, 'r', Name::Record(types));
                format!("    let {name} = {text}{after}\n")
            }
            Def::Rec { id, seed, step } => {
                let ty = seed.ty();
                let seed = self.expr(seed, level::ELSE);
                let name = self.see(*id, 'y', Name::Past(ty));
                self.enter_step(&[*id]);
                let step = self.free(step, level::ELSE);
                self.leave_step();
                self.see(*id, 'y', Name::Value(ty));
                self.count(match ty {
                    Ty::Number => "rec",
                    Ty::Condition => "rec of a condition",
                });
                format!("    rec {name} = {seed} then {step}\n")
            }
            Def::State(state) => self.state(state),
            Def::Zones(zones) => self.zones(zones),
        }
    }

    pub(super) fn enter_step(&mut self, members: &[Id]) {
        for id in members {
            if let Some(seen) = self.seen.get_mut(id) {
                seen.inner = true;
                seen.member = true;
            }
        }
    }

    pub(super) fn leave_step(&mut self) {
        self.seen.retain(|_, seen| !seen.inner);
    }

    pub(super) fn state(&mut self, state: &State) -> String {
        let from = self.length(&state.from);
        let members: Vec<(Id, Ty)> = state
            .lines
            .iter()
            .filter(|l| l.seed.is_some())
            .map(|l| {
                (
                    l.id,
                    state
                        .all
                        .as_ref()
                        .or(l.seed.as_ref())
                        .map_or(Ty::Number, Expr::ty),
                )
            })
            .collect();
        let mut out = match &state.all {
            Some(seed) => {
                // `all` takes a sum, and a number.
                let seed = self.expr(seed, level::SUM);
                self.count("state with one seed");
                format!("    state from bar {from} all {seed} {{\n")
            }
            None => {
                let mut out = format!("    state from bar {from} {{\n");
                for line in &state.lines {
                    if let Some(seed) = &line.seed {
                        let seed = self.expr(seed, level::ELSE);
                        let _ = writeln!(out, "        m{} = {seed}", line.id);
                    }
                }
                out.push_str("    } then {\n");
                out
            }
        };
        for (id, ty) in &members {
            self.see(*id, 'm', Name::Past(*ty));
        }
        let ids: Vec<Id> = members.iter().map(|(id, _)| *id).collect();
        self.enter_step(&ids);
        let mut lines = Vec::new();
        for line in &state.lines {
            let text = if line.seed.is_some() {
                self.free(&line.step, level::ELSE)
            } else {
                self.expr(&line.step, level::ELSE)
            };
            let ty = line.step.ty();
            if line.seed.is_some() {
                lines.push(format!("        m{} = {text}\n", line.id));
                if let Some(seen) = self.seen.get_mut(&line.id)
                    && let Name::Past(ty) = seen.name
                {
                    seen.name = Name::Value(ty);
                }
            } else {
                self.count("let in a state");
                if self.constant(&line.step) {
                    self.constants.insert(line.id);
                }
                let name = self.see(line.id, 'm', Name::Value(ty));
                self.enter_step(&[line.id]);
                if let Some(seen) = self.seen.get_mut(&line.id) {
                    seen.member = false;
                }
                lines.push(format!("        let {name} = {text}\n"));
            }
        }
        if state.backwards {
            lines.reverse();
            self.count("state whose lines look forward");
        }
        out.extend(lines);
        out.push_str("    }\n");
        self.leave_step();
        for (id, ty) in &members {
            self.see(*id, 'm', Name::Value(*ty));
        }
        self.count(match members.len() {
            0 | 1 => "state with one member",
            _ => "state with several members",
        });
        out
    }

    pub(super) fn length(&mut self, n: &Length) -> String {
        match n {
            Length::Const(n) => n.to_string(),
            Length::Of {
                param,
                times,
                plus,
                otherwise,
            } => match self.seen.get(param) {
                Some(seen) if seen.name == Name::Length => {
                    let mut text = seen.text.clone();
                    if *times != 1 {
                        text = format!("{times} * {text}");
                    }
                    if *plus != 0 {
                        text = format!("{text} + {plus}");
                    }
                    text
                }
                _ => otherwise.to_string(),
            },
        }
    }

    pub(super) fn is_param(&self, n: &Length) -> bool {
        match n {
            Length::Const(_) => false,
            Length::Of { param, .. } => {
                matches!(self.seen.get(param), Some(seen) if seen.name == Name::Length)
            }
        }
    }
}
