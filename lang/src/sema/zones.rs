//! Pools of zones, and the questions that are asked of them.

use std::rc::Rc;

use super::Checker;
use super::scope::{Binding, Entry, Lint, Scope, Value};
use crate::diag::{Code, Diagnostic};
use crate::hir::{Choose, Kind, NodeId, Pool, PoolId, Query, QueryId};
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, Ident, ZoneDrop, ZoneOrder, ZonesBlock};

/// Most zones of one pool.
const MOST_ZONES: f64 = 10_000.0;

impl<'t> Checker<'t, '_> {
    /// `zones gap max 64 drop oldest { … }`
    pub(super) fn zones(&mut self, block: &'t ZonesBlock) {
        let max = self.pool_size(&block.max);
        let Some(born) = &block.born else {
            self.report(
                Diagnostic::error(
                    Code::BadPool,
                    block.name.span,
                    format!("the zones `{}` are never born", block.name.name),
                )
                .hint("say when: `born when …`"),
            );
            self.define(&block.name, Binding::Value(Value::Error), Lint::Off);
            return;
        };
        let born = self.condition(born);
        let mut keep = Vec::with_capacity(block.keep.len());
        let mut failed = max.is_none() || born.is_none();
        for (name, value) in &block.keep {
            match self.number(value) {
                Some(id) if self.outside_steps(&[(id, value.span)], "a zone") => {
                    keep.push((name.name.clone(), id));
                }
                _ => failed = true,
            }
        }
        let pool = PoolId(u32::try_from(self.builder.unit.pools.len()).unwrap_or(u32::MAX));
        let na = self.builder.na(block.name.span);
        self.builder.unit.pools.push(Pool {
            name: block.name.name.clone(),
            max: max.unwrap_or(1),
            drops_oldest: block.drop == ZoneDrop::Oldest,
            born: born.unwrap_or(na),
            keep,
            next: Vec::new(),
            dies: None,
            span: block.name.span,
        });
        self.push_zone(pool, block);
        for (i, (name, value)) in block.next.iter().enumerate() {
            let i = u32::try_from(i).unwrap_or(u32::MAX);
            let id = self.number(value).map(|x| {
                let kind = Kind::ZoneNew(pool, i, x);
                self.builder.add(kind, value.span)
            });
            let id = id.filter(|id| self.plain_zone(*id, value.span));
            failed |= id.is_none();
            let new = id.unwrap_or(na);
            self.builder.unit.pools[pool.0 as usize]
                .next
                .push((name.name.clone(), new));
            self.set_zone_name(&name.name, id);
        }
        if let Some(dies) = &block.dies {
            let id = self.condition(dies);
            let id = id.filter(|id| self.plain_zone(*id, dies.span));
            failed |= id.is_none();
            self.builder.unit.pools[pool.0 as usize].dies = id;
        }
        self.scopes.pop();
        self.name_lints(&block.name);
        let binding = if failed {
            Binding::Value(Value::Error)
        } else {
            Binding::Pool(pool)
        };
        self.define(&block.name, binding, Lint::Unused);
    }

    fn pool_size(&mut self, e: &'t Expr) -> Option<u32> {
        let id = self.length(e, 1, "the number of zones")?;
        match self.builder.constant(id) {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            // a whole number from 1
            Some(v) if v <= MOST_ZONES => Some(v as u32),
            _ => {
                self.error(
                    Code::BadPool,
                    e.span,
                    format!("the number of zones is a constant up to {MOST_ZONES}"),
                );
                None
            }
        }
    }

    /// The names of one zone: what it keeps, what it updates, its age.
    fn push_zone(&mut self, pool: PoolId, block: &ZonesBlock) {
        let mut scope = Scope::default();
        let mut add = |name: &Ident, binding: Binding| {
            let entry = Entry {
                binding,
                span: name.span,
                used: true,
                lint: Lint::Off,
            };
            scope
                .names
                .insert(name.name.clone(), entry)
                .map(|first| first.span)
        };
        let mut twice = Vec::new();
        for (i, (name, value)) in block.keep.iter().enumerate() {
            let i = u32::try_from(i).unwrap_or(u32::MAX);
            let id = self.builder.add(Kind::ZoneKept(pool, i), value.span);
            twice.extend(add(name, Binding::Value(Value::Node(id))).map(|first| (name, first)));
        }
        for (i, (name, _)) in block.next.iter().enumerate() {
            let i = u32::try_from(i).unwrap_or(u32::MAX);
            let binding = Binding::ZoneNext {
                pool,
                index: i,
                new: None,
            };
            twice.extend(add(name, binding).map(|first| (name, first)));
        }
        let age = self.builder.add(Kind::ZoneAge(pool), block.name.span);
        let word = Ident {
            name: "age".to_owned(),
            span: block.name.span,
        };
        if let Some(taken) = add(&word, Binding::Value(Value::Node(age))) {
            self.report(
                Diagnostic::error(
                    Code::DuplicateName,
                    taken,
                    "`age` is the age of the zone already",
                )
                .hint("choose another name"),
            );
        }
        for (name, first) in twice {
            self.twice(name, first);
        }
        self.scopes.push(scope);
    }

    fn set_zone_name(&mut self, name: &str, id: Option<NodeId>) {
        let entry = self.scopes.last_mut().and_then(|s| s.names.get_mut(name));
        if let Some(entry) = entry {
            entry.binding = match (&entry.binding, id) {
                (Binding::ZoneNext { pool, index, .. }, Some(id)) => Binding::ZoneNext {
                    pool: *pool,
                    index: *index,
                    new: Some(id),
                },
                _ => Binding::Value(Value::Error),
            };
        }
    }

    /// The value of a `next` name on this bar.
    pub(super) fn zone_next(&mut self, new: Option<NodeId>, name: &str, span: Span) -> Value {
        if let Some(id) = new {
            return Value::Node(id);
        }
        self.report(
            Diagnostic::error(
                Code::CyclicState,
                span,
                format!("`{name}` has no value on this bar yet"),
            )
            .hint(format!(
                "write `{name}[1]` for its value one bar ago, na at birth"
            )),
        );
        Value::Error
    }

    /// `name[n]` of a `next` name: a zone remembers one bar.
    pub(super) fn zone_past(
        &mut self,
        pool: PoolId,
        index: u32,
        name: &str,
        n: &'t Expr,
        span: Span,
    ) -> Value {
        let Some(n) = self.lag_length(n) else {
            return Value::Error;
        };
        if self.builder.constant(n) == Some(1.0) {
            return Value::Node(self.builder.add(Kind::ZonePrev(pool, index), span));
        }
        self.error(
            Code::BadLength,
            span,
            format!("a zone remembers one bar: only `{name}[1]` is known"),
        );
        Value::Error
    }

    /// Whether a value of a zone looks at this bar and the zone's last values only.
    fn plain_zone(&mut self, id: NodeId, span: Span) -> bool {
        if self.builder.open_body(id).is_none() {
            return true;
        }
        self.outside_steps(&[(id, span)], "a zone")
    }

    /// `gap where condition by nearest top`: a record of the zone's values.
    pub(super) fn zone_query(
        &mut self,
        pool: &'t Ident,
        condition: &'t Expr,
        by: Option<(ZoneOrder, &'t Expr)>,
        span: Span,
    ) -> Value {
        let Some(id) = self.pool(pool) else {
            return Value::Error;
        };
        self.push_zone_again(id, pool.span);
        let when = self.condition(condition);
        let key = by.map(|(order, e)| (order, self.number(e)));
        self.scopes.pop();
        let choose = match key {
            None => Choose::Newest,
            Some((_, None)) => return Value::Error,
            Some((ZoneOrder::Nearest, Some(n))) => Choose::Nearest(n),
            Some((ZoneOrder::Highest, Some(n))) => Choose::Highest(n),
            Some((ZoneOrder::Lowest, Some(n))) => Choose::Lowest(n),
        };
        let Some(when) = when else {
            return Value::Error;
        };
        let query = self.query(id, Some(when), choose, span);
        self.zone_record(id, query, span)
    }

    /// `count(gap)`, `count(gap where …)`; None where the argument is no pool.
    pub(super) fn zone_count(&mut self, arg: &'t Expr, span: Span) -> Option<Value> {
        let (id, condition) = match &arg.kind {
            ExprKind::Name(name) => match self.lookup(name) {
                Some(Binding::Pool(id)) => (id, None),
                Some(Binding::Value(Value::Error)) => return Some(Value::Error),
                _ => return None,
            },
            ExprKind::Zone {
                pool,
                condition,
                by,
            } => {
                if let Some((_, e)) = by {
                    self.report(
                        Diagnostic::error(
                            Code::WrongArguments,
                            e.span,
                            "which zone comes first does not matter for their number",
                        )
                        .hint("leave out `by …`"),
                    );
                    return Some(Value::Error);
                }
                let Some(id) = self.pool(pool) else {
                    return Some(Value::Error);
                };
                self.push_zone_again(id, pool.span);
                let when = self.condition(condition);
                self.scopes.pop();
                match when {
                    Some(when) => (id, Some(when)),
                    None => return Some(Value::Error),
                }
            }
            _ => return None,
        };
        let query = self.query(id, condition, Choose::Count, span);
        Some(Value::Node(self.builder.add(Kind::Query(query, 0), span)))
    }

    /// The pool of a name.
    fn pool(&mut self, name: &Ident) -> Option<PoolId> {
        match self.lookup(&name.name) {
            Some(Binding::Pool(id)) => Some(id),
            Some(Binding::Value(Value::Error)) => None,
            _ => {
                let pools: Vec<String> = (self.builder.unit.pools.iter())
                    .map(|p| p.name.clone())
                    .collect();
                let report = Diagnostic::error(
                    Code::UnknownName,
                    name.span,
                    format!("there are no zones `{}`", name.name),
                );
                let near = crate::diag::suggest::did_you_mean(
                    &name.name,
                    pools.iter().map(String::as_str),
                );
                self.report(match near {
                    Some(near) => report.did_you_mean(name.span, &name.name, near),
                    None => report.hint("`zones name max 64 drop oldest { … }` makes some"),
                });
                None
            }
        }
    }

    /// The names of a zone of a finished pool, as a query reads them.
    fn push_zone_again(&mut self, pool: PoolId, span: Span) {
        let (keep, next) = {
            let pool = &self.builder.unit.pools[pool.0 as usize];
            (pool.keep.clone(), pool.next.clone())
        };
        let mut scope = Scope::default();
        let mut names: Vec<(String, NodeId)> = Vec::with_capacity(keep.len() + next.len() + 1);
        for (i, (name, _)) in keep.into_iter().enumerate() {
            let i = u32::try_from(i).unwrap_or(u32::MAX);
            names.push((name, self.builder.add(Kind::ZoneKept(pool, i), span)));
        }
        names.extend(next);
        let age = self.builder.add(Kind::ZoneAge(pool), span);
        names.push(("age".to_owned(), age));
        for (name, id) in names {
            let entry = Entry {
                binding: Binding::Value(Value::Node(id)),
                span,
                used: true,
                lint: Lint::Off,
            };
            scope.names.insert(name, entry);
        }
        self.scopes.push(scope);
    }

    fn query(
        &mut self,
        pool: PoolId,
        condition: Option<NodeId>,
        choose: Choose,
        span: Span,
    ) -> QueryId {
        let queries = &mut self.builder.unit.queries;
        let known = queries
            .iter()
            .position(|q| q.pool == pool && q.condition == condition && q.choose == choose);
        let at = known.unwrap_or_else(|| {
            queries.push(Query {
                pool,
                condition,
                choose,
                span,
            });
            queries.len() - 1
        });
        QueryId(u32::try_from(at).unwrap_or(u32::MAX))
    }

    fn zone_record(&mut self, pool: PoolId, query: QueryId, span: Span) -> Value {
        let pool = &self.builder.unit.pools[pool.0 as usize];
        let mut names: Vec<String> = (pool.keep.iter().chain(&pool.next))
            .map(|(name, _)| name.clone())
            .collect();
        names.push("age".to_owned());
        let mut fields = Vec::with_capacity(names.len());
        for (i, name) in names.into_iter().enumerate() {
            let i = u32::try_from(i).unwrap_or(u32::MAX);
            fields.push((name, self.builder.add(Kind::Query(query, i), span)));
        }
        Value::Zone(Rc::new(fields))
    }
}
