//! Strictly increasing times: the check on what is loaded, and the repair on what is saved.

use strat_market::{Bars, format_time};

/// Row of the first time that is not later than the one before it.
pub(crate) fn first_disorder(times: &[i64]) -> Option<usize> {
    times
        .windows(2)
        .position(|pair| pair[0] >= pair[1])
        .map(|row| row + 1)
}

/// What [`normalize`] changed. Rows are counted from 0 in the order they were given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Repairs {
    /// Rows earlier than the row before them: how many, the first row and its time.
    pub(crate) backward: Option<(usize, usize, i64)>,
    /// Rows that repeat a time: how many, the first row and its time.
    pub(crate) repeated: Option<(usize, usize, i64)>,
}

impl Repairs {
    /// One sentence per repair; `place` says where row so-and-so is in the file.
    pub(crate) fn in_words(&self, place: impl Fn(usize) -> String) -> Vec<String> {
        let mut out = Vec::new();
        if let Some((count, row, time)) = self.backward {
            let rows = if count == 1 { "row was" } else { "rows were" };
            out.push(format!(
                "sorted by time: {count} {rows} earlier than the one before, first {} at {}",
                place(row),
                format_time(time)
            ));
        }
        if let Some((count, row, time)) = self.repeated {
            let rows = if count == 1 { "row" } else { "rows" };
            out.push(format!(
                "dropped {count} {rows} with a repeated time, keeping the last of each, first repeat {} at {}",
                place(row),
                format_time(time)
            ));
        }
        out
    }
}

/// Sorts rows by time and keeps the last of each repeated time. Bars whose columns differ in
/// length give only the rows that are whole.
pub(crate) fn normalize(bars: &Bars) -> (Bars, Repairs) {
    let times = &bars.time;
    if first_disorder(times).is_none() {
        return (bars.clone(), Repairs::default());
    }
    let steps: Vec<usize> = (1..times.len())
        .filter(|&row| times[row] < times[row - 1])
        .collect();
    let backward = steps.first().map(|&row| (steps.len(), row, times[row]));

    // Rows of equal time stay in the order they were given: the sort is stable.
    let mut order: Vec<usize> = (0..times.len()).collect();
    order.sort_by_key(|&row| times[row]);
    let mut repeats = 0;
    let mut first_repeat: Option<usize> = None;
    let mut out = Bars::with_capacity(times.len());
    for (place, &row) in order.iter().enumerate() {
        if place > 0 && times[order[place - 1]] == times[row] {
            repeats += 1;
            first_repeat = Some(first_repeat.map_or(row, |first| first.min(row)));
        }
        let is_last = order
            .get(place + 1)
            .is_none_or(|&next| times[next] != times[row]);
        if is_last {
            out.extend(bars.get(row));
        }
    }
    let repeated = first_repeat.map(|row| (repeats, row, times[row]));
    (out, Repairs { backward, repeated })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use strat_market::Bar;

    fn bars(times: &[i64]) -> Bars {
        let bar = |(row, &time): (usize, &i64)| {
            let x = row as f64;
            Bar {
                time,
                open: x,
                high: x,
                low: x,
                close: x,
                volume: x,
            }
        };
        times.iter().enumerate().map(bar).collect()
    }

    #[test]
    fn what_is_in_order_stays_as_it_is() {
        let given = bars(&[1, 2, 5]);
        assert_eq!(normalize(&given), (given.clone(), Repairs::default()));
        assert_eq!(first_disorder(&given.time), None);
        assert_eq!(first_disorder(&[]), None);
    }

    #[test]
    fn repairs_are_counted_where_they_stand() {
        let (out, repairs) = normalize(&bars(&[10, 30, 20, 20, 40, 30, 20]));
        assert_eq!(out.time, [10, 20, 30, 40]);
        assert_eq!(out.close, [0.0, 6.0, 5.0, 4.0]);
        assert_eq!(repairs.backward, Some((3, 2, 20)));
        assert_eq!(repairs.repeated, Some((3, 3, 20)));
        assert_eq!(first_disorder(&[10, 30, 20]), Some(2));
        assert_eq!(first_disorder(&[10, 10]), Some(1));
        let words = repairs.in_words(|row| format!("row {row}"));
        assert_eq!(
            words,
            [
                "sorted by time: 3 rows were earlier than the one before, first row 2 at 1970-01-01T00:00:00.00000002Z",
                "dropped 3 rows with a repeated time, keeping the last of each, first repeat row 3 at 1970-01-01T00:00:00.00000002Z",
            ]
        );
    }

    proptest! {
        #[test]
        fn agrees_with_a_map(times in proptest::collection::vec(0i64..20, 0..40)) {
            let given = bars(&times);
            let (out, repairs) = normalize(&given);
            let mut plain = std::collections::BTreeMap::new();
            for bar in given.iter() {
                plain.insert(bar.time, bar);
            }
            prop_assert_eq!(&out, &plain.into_values().collect::<Bars>());
            prop_assert_eq!(repairs.repeated.map_or(0, |r| r.0), times.len() - out.len());
            prop_assert_eq!(first_disorder(&out.time), None);
        }
    }
}
