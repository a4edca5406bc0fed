//! Pools and queries, zone by zone.

use super::Interpreter;
use crate::ir::{Choose, Id, Op, Pool, query};

/// The zones of a pool that are alive, oldest first.
#[derive(Debug, Clone, Default)]
pub(super) struct Zones {
    alive: Vec<Zone>,
    /// The bar they were advanced to last.
    bar: Option<usize>,
}

#[derive(Debug, Clone)]
struct Zone {
    kept: Vec<f64>,
    next: Vec<f64>,
    /// What `next` was one bar before.
    last: Vec<f64>,
    age: f64,
}

/// What a query gave on a bar.
#[derive(Debug, Clone, Default)]
pub(super) struct Answer {
    bar: Option<usize>,
    outputs: Vec<f64>,
}

impl Interpreter<'_> {
    /// Output i of a query on this bar.
    pub(super) fn ask(&mut self, q: usize, output: usize) -> f64 {
        if self.answers[q].bar != Some(self.bar) {
            self.advance_pool(self.graph.queries[q].pool as usize);
            let outputs = self.answer(q);
            self.answers[q] = Answer {
                bar: Some(self.bar),
                outputs,
            };
        }
        let outputs = &self.answers[q].outputs;
        outputs.get(output).copied().unwrap_or(f64::NAN)
    }

    /// Deaths, then a birth; once on every bar.
    fn advance_pool(&mut self, p: usize) {
        if self.pools[p].bar == Some(self.bar) {
            return;
        }
        let graph = self.graph;
        let pool = &graph.pools[p];
        let mut alive = std::mem::take(&mut self.pools[p].alive);
        alive.retain_mut(|zone| {
            zone.age += 1.0;
            zone.last.clone_from(&zone.next);
            self.update(pool, zone);
            let dies = pool.dies.map(|d| self.values[d.index()]);
            dies != Some(1.0)
        });
        if self.values[pool.born.index()] == 1.0 && pool.max > 0 {
            let full = alive.len() >= pool.max as usize;
            if full && pool.drops_oldest {
                alive.remove(0);
            }
            if !full || pool.drops_oldest {
                let values = |ids: &[Id]| ids.iter().map(|id| self.values[id.index()]).collect();
                let mut zone = Zone {
                    kept: values(&pool.keep),
                    next: vec![f64::NAN; pool.next.len()],
                    last: vec![f64::NAN; pool.next.len()],
                    age: 0.0,
                };
                self.update(pool, &mut zone);
                alive.push(zone);
            }
        }
        self.pools[p].alive = alive;
        self.pools[p].bar = Some(self.bar);
    }

    /// The `next` values of a zone, and whatever else its body computes.
    fn update(&mut self, pool: &Pool, zone: &mut Zone) {
        self.look_at(&pool.body, zone, false);
        for (value, id) in zone.next.iter_mut().zip(&pool.next) {
            *value = self.values[id.index()];
        }
    }

    /// Computes the nodes of a zone; `stored` says whether its `next` values are known already.
    fn look_at(&mut self, body: &[Id], zone: &Zone, stored: bool) {
        for id in body {
            self.values[id.index()] = match self.graph.node(*id).op {
                Op::ZoneKept(_, i) => zone.kept[i as usize],
                Op::ZonePrev(_, i) => zone.last[i as usize],
                Op::ZoneNew(_, i, _) if stored => zone.next[i as usize],
                Op::ZoneNew(_, _, a) => self.values[a.index()],
                Op::ZoneAge(_) => zone.age,
                op => query::apply(op, |id| self.values[id.index()]).unwrap_or(f64::NAN),
            };
        }
    }

    fn answer(&mut self, q: usize) -> Vec<f64> {
        let graph = self.graph;
        let asked = &graph.queries[q];
        let p = asked.pool as usize;
        let alive = std::mem::take(&mut self.pools[p].alive);
        let mut count = 0.0;
        let mut best: Option<(usize, f64)> = None;
        for (i, zone) in alive.iter().enumerate() {
            self.look_at(&asked.body, zone, true);
            let holds = asked.condition.map(|c| self.values[c.index()]);
            if holds.is_some_and(|h| h != 1.0) {
                continue;
            }
            count += 1.0;
            let better = |value: f64, wins: fn(f64, f64) -> bool| {
                !value.is_nan() && best.is_none_or(|(_, so_far)| wins(value, so_far))
            };
            let value = match asked.choose {
                Choose::Highest(v) | Choose::Lowest(v) => self.values[v.index()],
                Choose::Newest | Choose::Count => 0.0,
            };
            let chosen = match asked.choose {
                Choose::Newest | Choose::Count => true,
                Choose::Highest(_) => better(value, |new, old| new > old),
                Choose::Lowest(_) => better(value, |new, old| new < old),
            };
            if chosen {
                best = Some((i, value));
            }
        }
        let outputs = match (asked.choose, best) {
            (Choose::Count, _) => vec![count],
            (_, Some((i, _))) => {
                let zone = &alive[i];
                let all = zone.kept.iter().chain(&zone.next);
                all.copied().chain([zone.age]).collect()
            }
            (_, None) => Vec::new(),
        };
        self.pools[p].alive = alive;
        outputs
    }
}
