//! Rows of bits, one bit per bar.

use std::ops::Range;

/// Entry and exit bits of one block of bars. A bar with both has neither.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signals<'a> {
    start: usize,
    end: usize,
    entries: &'a [u64],
    exits: &'a [u64],
}

impl<'a> Signals<'a> {
    /// Bars `start..start + len`, of which no more than both slices hold.
    pub(super) fn new(start: usize, len: usize, entries: &'a [u64], exits: &'a [u64]) -> Self {
        let words = entries.len().min(exits.len()).min(len.div_ceil(64));
        Self {
            start,
            end: start + len.min(words * 64),
            entries: &entries[..words],
            exits: &exits[..words],
        }
    }

    /// First bar.
    #[inline]
    pub(super) const fn start(&self) -> usize {
        self.start
    }

    /// One past the last bar.
    #[inline]
    pub(super) const fn end(&self) -> usize {
        self.end
    }

    /// The words that have bars from `live` on.
    #[inline]
    pub(super) fn words_from(&self, live: usize) -> Range<usize> {
        live.saturating_sub(self.start) / 64..self.entries.len()
    }

    /// The latch of one word of bars: on which of them it changes, and how it ends. It is set by
    /// an entry, reset by an exit, and begins as `set`; bars before `live` leave it as it is.
    #[inline(always)]
    pub(super) fn changes(&self, word: usize, live: usize, set: bool) -> (u64, bool) {
        let first = self.start + word * 64;
        let (mut entries, mut exits) = (self.entries[word], self.exits[word]);
        if live > first || self.end - first < 64 {
            let before = u64::MAX
                .checked_shl(live.saturating_sub(first) as u32)
                .unwrap_or(0);
            let past = u64::MAX.checked_shl((self.end - first) as u32).unwrap_or(0);
            entries &= before & !past;
            exits &= before & !past;
        }
        let sets = entries & !exits;
        let keeps = !exits | entries;
        // Adding a set bit to the bits that keep it carries through them up to the next reset:
        // what the sum clears is set. A set bit inside such a carry stays, so it is put back.
        let sum = keeps.wrapping_add(sets).wrapping_add(u64::from(set));
        let latch = keeps & (!sum | sets);
        (latch ^ (latch << 1 | u64::from(set)), latch >> 63 == 1)
    }

    /// First bar in `from..until` with an entry and no exit, or `until`. The range lies in the block.
    #[inline]
    pub(super) fn next_entry(&self, from: usize, until: usize) -> usize {
        next(self.entries, self.exits, self.start, from, until)
    }

    /// First bar in `from..until` with an exit and no entry, or `until`. The range lies in the block.
    #[inline]
    pub(super) fn next_exit(&self, from: usize, until: usize) -> usize {
        next(self.exits, self.entries, self.start, from, until)
    }
}

#[inline]
fn next(wanted: &[u64], unwanted: &[u64], start: usize, from: usize, until: usize) -> usize {
    let mut word = (from - start) / 64;
    let mut keep = u64::MAX << ((from - start) % 64);
    let mut base = from - (from - start) % 64;
    while base < until {
        // Past the slices there are no signals.
        let (Some(&yes), Some(&no)) = (wanted.get(word), unwanted.get(word)) else {
            return until;
        };
        let bits = yes & !no & keep;
        if bits != 0 {
            return until.min(base + bits.trailing_zeros() as usize);
        }
        keep = u64::MAX;
        word += 1;
        base += 64;
    }
    until
}

/// First set bit at or after `from`, or `none`.
#[inline]
pub(super) fn next_set(bits: &[u64], from: usize, none: usize) -> usize {
    let mut word = from / 64;
    let mut keep = u64::MAX << (from % 64);
    while let Some(&row) = bits.get(word) {
        let row = row & keep;
        if row != 0 {
            return word * 64 + row.trailing_zeros() as usize;
        }
        keep = u64::MAX;
        word += 1;
    }
    none
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn both_cancel_and_ranges_are_half_open() {
        let entries = [0b1011, 1 << 5];
        let exits = [0b0010, 0];
        let signals = Signals::new(64, 100, &entries, &exits);
        assert_eq!(signals.end(), 164);
        assert_eq!(signals.next_entry(64, 164), 64);
        assert_eq!(signals.next_entry(65, 164), 67);
        assert_eq!(signals.next_entry(68, 164), 133);
        assert_eq!(signals.next_entry(68, 133), 133);
        assert_eq!(signals.next_entry(134, 164), 164);
        assert_eq!(signals.next_exit(64, 164), 164);
        assert_eq!(signals.next_entry(164, 164), 164);
    }

    proptest! {
        #[test]
        fn the_latch_is_that_of_a_loop(
            words in prop::collection::vec((any::<u64>(), any::<u64>(), any::<u64>(), any::<u64>()), 1..4),
            cut in 0usize..64,
            live in 0usize..200,
            sparse in any::<bool>(),
        ) {
            let pick = |a: u64, b: u64| if sparse { a & b & a.rotate_left(7) } else { a };
            let entries: Vec<u64> = words.iter().map(|w| pick(w.0, w.2)).collect();
            let exits: Vec<u64> = words.iter().map(|w| pick(w.1, w.3)).collect();
            let len = words.len() * 64 - cut;
            let signals = Signals::new(128, len, &entries, &exits);
            let live = 100 + live;
            let mut set = false;
            for word in 0..words.len() {
                let (changes, ends) = signals.changes(word, live, set);
                prop_assert!(changes == 0 || signals.words_from(live).contains(&word));
                for bit in 0..64 {
                    let t = word * 64 + bit;
                    let before = set;
                    if t < len && t + 128 >= live {
                        match (entries[word] >> bit & 1, exits[word] >> bit & 1) {
                            (1, 0) => set = true,
                            (0, 1) => set = false,
                            _ => {}
                        }
                    }
                    prop_assert_eq!(changes >> bit & 1 == 1, set != before, "bar {}", t);
                }
                prop_assert_eq!(ends, set);
            }
        }
    }

    #[test]
    fn next_set_crosses_words() {
        let bits = [1 << 3, 0, 1 << 63];
        assert_eq!(next_set(&bits, 0, 999), 3);
        assert_eq!(next_set(&bits, 4, 999), 191);
        assert_eq!(next_set(&bits, 192, 999), 999);
    }
}
