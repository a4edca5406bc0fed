//! Which parameter sets share what.

use std::collections::HashMap;

/// What differs between instances of one set of parameters.
#[derive(Default)]
pub(super) struct Projection {
    /// For each parameter set its instance.
    pub(super) of: Vec<u32>,
    /// For each instance a parameter set that has it.
    pub(super) representative: Vec<usize>,
    /// The parameter sets by instance, and where those of each instance begin.
    sets: Vec<usize>,
    first: Vec<usize>,
}

impl Projection {
    fn new(of: Vec<u32>, representative: Vec<usize>) -> Self {
        let mut sets: Vec<usize> = (0..of.len()).collect();
        sets.sort_by_key(|set| of[*set]);
        let before = |instance: usize| sets.partition_point(|set| (of[*set] as usize) < instance);
        let first = (0..=representative.len()).map(before).collect();
        Self {
            of,
            representative,
            sets,
            first,
        }
    }

    /// The parameter sets that share an instance.
    pub(super) fn sets_of(&self, instance: usize) -> &[usize] {
        &self.sets[self.first[instance]..self.first[instance + 1]]
    }
}

/// Which parameter sets share an instance of a step that depends on `deps`.
pub(super) fn project<'c>(deps: u64, count: usize, set: impl Fn(usize) -> &'c [f64]) -> Projection {
    let mut of = Vec::with_capacity(count);
    let mut representative = Vec::new();
    let mut seen: HashMap<Vec<u64>, u32> = HashMap::new();
    let mut key = Vec::new();
    for c in 0..count {
        key.clear();
        for (p, value) in set(c).iter().enumerate() {
            if deps >> p & 1 == 1 {
                key.push(value.to_bits());
            }
        }
        let instance = match seen.get(&key) {
            Some(known) => *known,
            None => {
                let new = representative.len() as u32;
                seen.insert(key.clone(), new);
                representative.push(c);
                new
            }
        };
        of.push(instance);
    }
    Projection::new(of, representative)
}
