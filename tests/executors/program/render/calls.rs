//! Calls as text: arguments by place or by name, with defaults left out.

use super::{Looks, Writer, field, level};
use crate::program::library::{FUNCTIONS, Parameter};
use crate::program::{Call, Callee, Expr, Length, Takes, Ty};

/// What is called.
struct Target {
    name: String,
    params: Vec<Parameter>,
    /// The output that is taken of a record.
    output: Option<String>,
    looks: Looks,
}

impl Writer<'_> {
    pub(super) fn call(&mut self, call: &Call, args: &[Expr]) -> (String, u8) {
        let Some(target) = self.target(call) else {
            return self.plain(call.ty);
        };
        self.count(match call.callee {
            Callee::Library(_) => format!("library: {}", target.name),
            Callee::Own(_) => "call of a fn".to_owned(),
        });
        let mut text = format!("{}{}", target.name, self.arguments(call, args, &target));
        if let Some(lag) = &call.lag {
            self.count(match target.output {
                None => "lag of a call",
                Some(_) => "lag of a record",
            });
            text = format!("{text}[{}]", self.length(lag));
        }
        if let Some(output) = target.output {
            self.count("output of a call");
            text = format!("{text}.{output}");
        }
        (text, level::POSTFIX)
    }

    /// Nothing where the function is not there (any more), or has no output of the wanted type.
    fn target(&self, call: &Call) -> Option<Target> {
        match call.callee {
            Callee::Library(i) => {
                let f = &FUNCTIONS[i % FUNCTIONS.len()];
                let outputs = f.fields.len().max(1);
                Some(Target {
                    name: f.name.clone(),
                    params: f.params.clone(),
                    output: f.fields.get(call.field % outputs).cloned(),
                    looks: Looks::Far,
                })
            }
            Callee::Own(id) => {
                let f = self.functions.get(&id)?;
                let fit: Vec<usize> = (0..f.result.len())
                    .filter(|i| f.result[*i] == call.ty)
                    .collect();
                let chosen = *fit.get(call.field % fit.len().max(1))?;
                Some(Target {
                    name: format!("f{id}"),
                    params: f.params.clone(),
                    output: (f.result.len() > 1).then(|| field(chosen)),
                    looks: f.looks,
                })
            }
        }
    }

    /// The brackets and what stands in them.
    fn arguments(&mut self, call: &Call, args: &[Expr], target: &Target) -> String {
        let params = &target.params;
        let (mut values, mut lengths, mut numbers) =
            (args.iter(), call.lengths.iter(), call.numbers.iter());
        let mut written = Vec::new();
        let mut keep = 0;
        for (i, param) in params.iter().enumerate() {
            let text = match param.takes {
                Takes::Series => {
                    let text = self.operand(values.next(), Ty::Number, target.looks);
                    // Of several series of the library, the units have to meet.
                    let several = params.iter().filter(|p| p.takes == Takes::Series).count() > 1;
                    if several && matches!(call.callee, Callee::Library(_)) {
                        format!("unitless({text})")
                    } else {
                        text
                    }
                }
                Takes::Condition => self.operand(values.next(), Ty::Condition, target.looks),
                Takes::Bars => {
                    let n = lengths.next().cloned().unwrap_or(Length::Const(3));
                    self.length(&n)
                }
                Takes::Choice => {
                    let choices = param.choices.len().max(1);
                    param
                        .choices
                        .get(call.field % choices)
                        .cloned()
                        .unwrap_or_default()
                }
                Takes::Number => (*numbers.next().unwrap_or(&"1.5")).to_owned(),
            };
            let is_front = i == 0 && param.default && param.takes == Takes::Series;
            let bars_next = params.get(1).is_some_and(|p| p.takes == Takes::Bars);
            if is_front && bars_next && call.without_source {
                self.count("call without its source");
                continue;
            }
            if !(call.short && param.default && i > 0) {
                keep = written.len() + 1;
            }
            written.push(if call.named {
                format!("{}: {text}", param.name)
            } else {
                text
            });
        }
        if keep < written.len() {
            self.count("call with defaults");
        }
        if call.named && keep > 0 {
            self.count("named argument");
        }
        written.truncate(keep);
        if written.is_empty() && call.short && params.iter().all(|p| p.default) {
            self.count("call without brackets");
            return String::new();
        }
        format!("({})", written.join(", "))
    }

    /// An operand of a call, as far as the function may look at what a step still computes.
    fn operand(&mut self, e: Option<&Expr>, ty: Ty, looks: Looks) -> String {
        let plain = Expr::plain(ty);
        let e = e
            .filter(|e| e.ty() == ty && (ty == Ty::Condition || !self.constant(e)))
            .unwrap_or(&plain);
        match looks {
            Looks::Near if !self.zone => self.expr(e, level::ELSE),
            Looks::Far if !self.zone => self.outside(e, level::ELSE),
            _ => {
                let before = std::mem::replace(&mut self.outside, true);
                let text = self.expr(e, level::ELSE);
                self.outside = before;
                text
            }
        }
    }
}
