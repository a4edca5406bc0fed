//! What lanes keep on eight bars, turned from rows into one column per lane.
//!
//! A recurrence waits for itself: from one bar to the next eight cycles pass, in which the shuffles
//! find their place. They must not wait for it, too: rows of a *strip* of eight bars are turned
//! during the next one, four lanes on each of its bars.

use iced_x86::{Code, Instruction, MemoryOperand, Register};

use super::assemble::{Assembler, Target};
use super::frame::{BARS, ENTRY, OUTS, WIDTH, at, near};

/// Bars of a strip.
pub const STRIP: usize = 8;
/// Lanes that are turned together.
const QUAD: usize = 4;
/// Groups of eight lanes, at most: a strip has a bar for each of their quads, and one that has none.
pub const MOST_GROUPS: usize = 3;

/// Words before the entries: that of the next bar, where they end, where they go on behind that, and
/// whether the strip before the end is to be turned then.
const NEXT: usize = 0;
const END: usize = 1;
const AGAIN: usize = 2;
const IS_LAST: usize = 3;
const HEAD: usize = 4;
/// Words of an entry: where the rows of its bar go, what is turned on it (or nothing), and the columns.
const ROWS: usize = 0;
const QUAD_ROWS: usize = 1;
const COLUMNS: usize = 2;

/// Of two registers of pairs the first and the third of each, and the second and the fourth.
const FIRST_THIRD: u32 = 0b10_00_10_00;
const SECOND_FOURTH: u32 = 0b11_01_11_01;

/// What the fourth argument of a function of lanes points to: per bar of a strip where its rows are
/// written, and what is turned. Strips take two places in turn; on the first one there is nothing to turn.
#[derive(Debug, Clone)]
pub struct Turning {
    words: Vec<usize>,
    groups: usize,
    outs: usize,
}

impl Turning {
    /// For so many groups of eight lanes, of which the first `lanes` are wanted; output `out` of a
    /// lane goes to `column(lane, out)`, and `rows` is room for [`Self::room`] doubles.
    pub fn new(
        groups: usize,
        lanes: usize,
        outs: usize,
        rows: *mut f64,
        column: impl Fn(usize, usize) -> *mut f64,
    ) -> Self {
        let double = size_of::<f64>();
        let mut this = Self {
            words: vec![0; HEAD],
            groups,
            outs,
        };
        let rows = rows.expose_provenance();
        for strip in 0..3 {
            for bar in 0..STRIP {
                this.words.push(rows + double * this.row(strip + 1, bar));
                let is_turned = strip > 0 && bar * QUAD < lanes;
                this.words.push(match is_turned {
                    true => rows + double * (this.row(strip, 0) + bar * QUAD),
                    false => 0,
                });
                for out in 0..outs {
                    this.words.extend((0..QUAD).map(|lane| {
                        let first = column(bar * QUAD + lane, out).expose_provenance();
                        // Of the strip before the bar.
                        first.wrapping_sub(double * (STRIP + bar))
                    }));
                }
            }
        }
        this
    }

    /// Doubles that rows take.
    #[must_use]
    pub fn room(groups: usize, outs: usize) -> usize {
        2 * STRIP * groups * 8 * outs
    }

    /// Where the row of a bar of a strip begins, for the first output: strips have two places.
    fn row(&self, strip: usize, bar: usize) -> usize {
        (strip % 2 * STRIP + bar) * self.groups * 8
    }

    /// Where in the rows the value of a lane lies on bar `t`, counted from the first bar of all, of a
    /// strip that is not whole.
    #[must_use]
    pub fn last(&self, t: usize, out: usize, lane: usize) -> usize {
        Self::room(self.groups, 1) * out + self.row(t / STRIP + 1, t % STRIP) + lane
    }

    /// From the first bar of a strip on, with none before it.
    pub fn begin(&mut self) {
        let words = self.words.as_ptr().expose_provenance();
        let entry = |i: usize| words + 8 * (HEAD + i * entry_words(self.outs));
        let head = [entry(0), entry(3 * STRIP), entry(STRIP), 0];
        self.words[..HEAD].copy_from_slice(&head);
    }

    /// The argument; `is_last` where no further bars follow.
    pub fn argument(&mut self, is_last: bool) -> *mut usize {
        self.words[IS_LAST] = usize::from(is_last);
        self.words.as_mut_ptr()
    }
}

fn entry_words(outs: usize) -> usize {
    COLUMNS + outs * QUAD
}

/// A word of the head, or of the entry of the present bar.
fn head(i: usize) -> MemoryOperand {
    at(OUTS, 8 * i as i64, false)
}

fn entry(i: usize) -> MemoryOperand {
    at(ENTRY, 8 * i as i64, false)
}

/// How far apart the rows of two bars lie, and of two outputs, in bytes.
fn row_bytes(groups: usize) -> i64 {
    WIDTH * groups as i64
}

fn out_bytes(groups: usize) -> i64 {
    2 * STRIP as i64 * row_bytes(groups)
}

impl Assembler {
    /// Keeps a group of lanes of an output on the present bar.
    pub(super) fn keep_row(&mut self, (out, group, groups): (usize, usize, usize), row: Register) {
        let place = out_bytes(groups) * out as i64 + WIDTH * group as i64;
        let to = at(self.pointer(entry(ROWS)), place, false);
        self.store(to, row);
    }

    /// The entry of the first bar.
    pub(super) fn first_entry(&mut self) {
        self.two(Code::Mov_r64_rm64, ENTRY, Target::Memory(head(NEXT)));
    }

    /// Turns what is to be turned on a bar, and goes on to the next one.
    pub(super) fn turn_quad(&mut self, groups: usize, outs: usize) {
        let none = Instruction::with2(Code::Cmp_rm64_imm8, entry(QUAD_ROWS), 0);
        self.push(none);
        let skip = self.jump_ahead(Code::Je_rel32_64);
        self.quad(groups, outs);
        self.land(skip);
        self.next_bar(outs);
        self.two(Code::Cmp_r64_rm64, ENTRY, Target::Memory(head(END)));
        let skip = self.jump_ahead(Code::Jl_rel32_64);
        self.two(Code::Mov_r64_rm64, ENTRY, Target::Memory(head(AGAIN)));
        self.land(skip);
    }

    /// Behind the last bar keeps the entry of the next one, and turns the rest of the strip before it
    /// where none follows.
    pub(super) fn turn_rest(&mut self, groups: usize, outs: usize) {
        let kept = Instruction::with2(Code::Mov_rm64_r64, head(NEXT), ENTRY);
        self.push(kept);
        let follows = Instruction::with2(Code::Cmp_rm64_imm8, head(IS_LAST), 0);
        self.push(follows);
        let done = self.jump_ahead(Code::Je_rel32_64);
        let top = self.target();
        let none = Instruction::with2(Code::Cmp_rm64_imm8, entry(QUAD_ROWS), 0);
        self.push(none);
        let end = self.jump_ahead(Code::Je_rel32_64);
        self.quad(groups, outs);
        self.next_bar(outs);
        self.jump(Code::Jmp_rel32_64, top);
        self.land(end);
        self.land(done);
    }

    fn next_bar(&mut self, outs: usize) {
        let words = 8 * entry_words(outs) as i32;
        for (to, bytes) in [(BARS, 8), (ENTRY, words)] {
            self.push(Instruction::with2(Code::Add_rm64_imm32, to, bytes));
        }
        self.moved();
    }

    /// Four lanes of all outputs.
    fn quad(&mut self, groups: usize, outs: usize) {
        let vector = |i: u32| Register::ZMM0 + i;
        for out in 0..outs {
            let rows = self.pointer(entry(QUAD_ROWS));
            let row = |bar: i64| {
                let place = out_bytes(groups) * out as i64 + row_bytes(groups) * bar;
                at(rows, place, false)
            };
            // Two bars in the halves of a register, so that no shuffle is needed for them.
            for (i, (lower, upper)) in [(0, 2), (1, 3), (4, 6), (5, 7)].into_iter().enumerate() {
                let i = i as u32;
                let (half, lower) = (Register::YMM0 + i, Target::Memory(row(lower)));
                self.two(Code::VEX_Vmovupd_ymm_ymmm256, half, lower);
                let insert = Code::EVEX_Vinsertf64x4_zmm_k1z_zmm_ymmm256_imm8;
                let whole = vector(i);
                self.push(Instruction::with4(insert, whole, whole, row(upper), 1_u32));
            }
            // Pairs of bars: of the first and the third lane, and of the second and the fourth.
            for (to, from) in [(4, 0), (6, 2)] {
                let others = Target::Register(vector(from + 1));
                for (i, code) in [
                    Code::EVEX_Vunpcklpd_zmm_k1z_zmm_zmmm512b64,
                    Code::EVEX_Vunpckhpd_zmm_k1z_zmm_zmmm512b64,
                ]
                .into_iter()
                .enumerate()
                {
                    let to = vector(to + i as u32);
                    self.three(code, to, vector(from), others);
                }
            }
            // A store waits, and all behind it, until its line is in the nearest memory: that of the next
            // strip is asked for in time.
            for lane in 0..QUAD as u32 {
                let code = Code::EVEX_Vshuff64x2_zmm_k1z_zmm_zmmm512b64_imm8;
                let (pairs, how) = (
                    4 + lane % 2,
                    [FIRST_THIRD, SECOND_FOURTH][lane as usize / 2],
                );
                let (first, last) = (vector(pairs), vector(pairs + 2));
                self.push(Instruction::with4(code, vector(lane), first, last, how));
                let column = entry(COLUMNS + out * QUAD + lane as usize);
                let column = self.pointer(column);
                self.store(near(column, BARS, 0, false), vector(lane));
                let line = near(column, BARS, WIDTH, false);
                self.push(Instruction::with1(Code::Prefetchw_m8, line));
            }
        }
    }
}
