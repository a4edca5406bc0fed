//! Which quotients and roots of a line are left to the divider, and which are made by products: the
//! divider works beside everything else, but takes long.

use super::line::{Op, Two, Value};

/// What the divider is slow at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slow {
    Quotient,
    /// A quotient by a divisor whose reciprocal is at hand.
    Known,
    /// Quotients of four lanes.
    Half,
    HalfKnown,
    Root,
}

/// All of them.
const KINDS: [Slow; 5] = [
    Slow::Quotient,
    Slow::Known,
    Slow::Half,
    Slow::HalfKnown,
    Slow::Root,
];

impl Slow {
    /// Cycles that the divider takes for eight, or for the four that are wanted.
    const fn cycles(self) -> usize {
        match self {
            Self::Quotient | Self::Known => 16,
            Self::Half | Self::HalfKnown => 8,
            Self::Root => 24,
        }
    }

    /// Slots for instructions, of which there are [`SLOTS`] in a cycle, that are free where the
    /// divider makes them.
    const fn saves(self) -> usize {
        match self {
            Self::Quotient => SHARE + PRODUCT + QUOTIENT - DIVISION,
            Self::Half => SHARE + PRODUCT + QUOTIENT - HALF,
            Self::Known => QUOTIENT - DIVISION,
            Self::HalfKnown => QUOTIENT - HALF,
            Self::Root => ROOT - DIVISION,
        }
    }
}

/// Half slots, since some instructions take a half.
const SLOTS: usize = 4;
const PRODUCT: usize = 2;
const SHARE: usize = 13;
const QUOTIENT: usize = 14;
const ROOT: usize = 35;
const DIVISION: usize = 8;
const HALF: usize = 6;

/// What has been asked for so far, and what of it the divider makes.
#[derive(Debug, Clone, Default)]
pub(super) struct Dividing {
    asked: Vec<Asked>,
    /// In the order of asking; what is not in here is made by products.
    by_divider: Vec<bool>,
}

#[derive(Debug, Clone, Copy)]
struct Asked {
    what: Slow,
    /// Quotients by the same divisor, which share its reciprocal.
    uses: usize,
}

impl Dividing {
    /// The number of something that is asked for, and whether the divider makes it.
    pub(super) fn ask(&mut self, what: Slow) -> (usize, bool) {
        let i = self.asked.len();
        self.asked.push(Asked { what, uses: 1 });
        (i, self.by_divider.get(i) == Some(&true))
    }

    /// Another quotient by a divisor that was asked for.
    pub(super) fn again(&mut self, i: usize) {
        if let Some(asked) = self.asked.get_mut(i) {
            asked.uses += 1;
        }
    }

    /// What the divider should make, where it made nothing of these operations; what is kept takes
    /// `keep` half slots later.
    pub(super) fn balanced(&self, ops: &[Op], next: &[Value], keep: usize) -> Self {
        let slots = slots(ops, next, keep);
        let all = KINDS.map(|what| {
            let asked = self.asked.iter();
            asked.filter(|a| a.what == what && a.uses == 1).count()
        });
        // Every number of each kind with every number of the others.
        let choices: usize = all.iter().map(|count| count + 1).product();
        let mut best = (slots.div_ceil(SLOTS), [0; KINDS.len()]);
        for mut choice in 0..choices {
            let made = all.map(|count| {
                let made = choice % (count + 1);
                choice /= count + 1;
                made
            });
            let sum = |of: fn(Slow) -> usize| -> usize {
                KINDS.iter().zip(made).map(|(what, n)| n * of(*what)).sum()
            };
            let rest = slots.saturating_sub(sum(Slow::saves)).div_ceil(SLOTS);
            best = best.min((sum(Slow::cycles).max(rest), made));
        }
        let (_, made) = best;
        let mut seen = [0; KINDS.len()];
        let by_divider = self.asked.iter().map(|asked| {
            if asked.uses > 1 {
                return false;
            }
            let kind = asked.what as usize;
            let (of, made) = (all[kind], made[kind]);
            seen[kind] += 1;
            // Spread over all of them.
            (seen[kind] - 1) * made % of < made
        });
        Self {
            asked: Vec::new(),
            by_divider: by_divider.collect(),
        }
    }
}

/// Half slots that the operations take which something needs.
fn slots(ops: &[Op], next: &[Value], keep: usize) -> usize {
    let mut is_needed = vec![false; ops.len()];
    for value in next {
        is_needed[value.index()] = true;
    }
    let mut slots = 0;
    for (i, op) in ops.iter().enumerate().rev() {
        let is_effect = matches!(op, Op::Keep(..) | Op::Bits(_));
        if !is_needed[i] && !is_effect {
            continue;
        }
        for value in op.operands() {
            is_needed[value.index()] = true;
        }
        slots += match op {
            Op::Take(_) => 0,
            Op::Keep(..) => keep,
            Op::Two(Two::Div, ..) | Op::Root(_) => DIVISION,
            Op::HalfDiv(..) => HALF,
            Op::Share(_) => SHARE,
            Op::Quotient(..) => QUOTIENT,
            Op::NearRoot(_) => ROOT,
            Op::Round(..) => 2 * PRODUCT,
            _ => PRODUCT,
        };
    }
    slots
}
