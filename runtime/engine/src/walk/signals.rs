//! Rows of bits, one bit per bar.

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

    /// One past the last bar.
    #[inline]
    pub(super) const fn end(&self) -> usize {
        self.end
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

    #[test]
    fn next_set_crosses_words() {
        let bits = [1 << 3, 0, 1 << 63];
        assert_eq!(next_set(&bits, 0, 999), 3);
        assert_eq!(next_set(&bits, 4, 999), 191);
        assert_eq!(next_set(&bits, 192, 999), 999);
    }
}
