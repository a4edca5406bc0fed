//! What lanes keep on eight bars, turned from rows into one column per lane.
//!
//! A recurrence waits for itself: from one bar to the next eleven cycles pass, in which the shuffles
//! of the bars before find their place. So they are part of the loop.
//!
//! The fourth argument of a function of lanes points to a table: how many quads of lanes there are,
//! where the rows of a strip have room, and then, quad by quad, output by output, the columns of
//! four lanes. Rows behind the last whole strip are left where they stand.

use iced_x86::{Code, Instruction, MemoryOperand, Register};

use super::assemble::{Assembler, Target};
use super::frame::{BARS, KEPT, OUTS, POINTER, WIDTH, at, near};

/// Bars of a strip.
pub const STRIP: usize = 8;
/// Lanes that are turned together.
pub const QUAD: usize = 4;
/// Entries of the table before its columns.
pub const BEFORE_COLUMNS: usize = 2;

/// Of two registers of pairs the first and the third of each, and the second and the fourth.
const FIRST_THIRD: u32 = 0b10_00_10_00;
const SECOND_FOURTH: u32 = 0b11_01_11_01;

fn entry(i: usize) -> MemoryOperand {
    at(OUTS, 8 * i as i64, false)
}

/// Where a row of an output begins, in bytes.
fn place(out: usize, bar: usize, groups: usize) -> i64 {
    WIDTH * ((out * STRIP + bar) * groups) as i64
}

impl Assembler {
    /// The row of an output that is written on the present bar.
    pub(super) fn row(&mut self, out: usize, group: usize, groups: usize) -> MemoryOperand {
        self.two(Code::Mov_r64_rm64, POINTER, Target::Memory(entry(1)));
        let place = place(out, 0, groups) + WIDTH * group as i64;
        near(POINTER, KEPT, place, false)
    }

    /// After the last bar of a strip turns its rows.
    pub(super) fn strip(&mut self, groups: usize, outs: usize) {
        let all = place(0, STRIP, groups) as i32;
        self.push(Instruction::with2(Code::Cmp_rm64_imm32, KEPT, all));
        let mut done = vec![self.jump_ahead(Code::Jl_rel32_64)];
        self.push(Instruction::with2(
            Code::Xor_r32_rm32,
            Register::R14D,
            Register::R14D,
        ));
        for quad in 0..2 * groups {
            if quad > 0 {
                let count = Instruction::with2(Code::Cmp_rm64_imm32, entry(0), quad as i32);
                self.push(count);
                done.push(self.jump_ahead(Code::Jle_rel32_64));
            }
            for out in 0..outs {
                self.quad(quad, out, (groups, outs));
            }
        }
        for jump in done {
            self.land(jump);
        }
    }

    /// Four lanes of an output.
    fn quad(&mut self, quad: usize, out: usize, (groups, outs): (usize, usize)) {
        let vector = |i: u32| Register::ZMM0 + i;
        self.two(Code::Mov_r64_rm64, POINTER, Target::Memory(entry(1)));
        let row = |bar| {
            let place = place(out, bar, groups) + WIDTH / 2 * quad as i64;
            at(POINTER, place, false)
        };
        // Two bars in the halves of a register, so that no shuffle is needed for them.
        for (i, (lower, upper)) in [(0, 2), (1, 3), (4, 6), (5, 7)].into_iter().enumerate() {
            let i = i as u32;
            let half = Register::YMM0 + i;
            self.two(
                Code::VEX_Vmovupd_ymm_ymmm256,
                half,
                Target::Memory(row(lower)),
            );
            let insert = Code::EVEX_Vinsertf64x4_zmm_k1z_zmm_ymmm256_imm8;
            let whole = vector(i);
            self.push(Instruction::with4(insert, whole, whole, row(upper), 1_u32));
        }
        // Pairs of bars: of the first and the third lane, and of the second and the fourth.
        for (to, from) in [(4, 0), (6, 2)] {
            for (i, code) in [
                Code::EVEX_Vunpcklpd_zmm_k1z_zmm_zmmm512b64,
                Code::EVEX_Vunpckhpd_zmm_k1z_zmm_zmmm512b64,
            ]
            .into_iter()
            .enumerate()
            {
                let pairs = Target::Register(vector(from + 1));
                self.three(code, vector(to + i as u32), vector(from), pairs);
            }
        }
        for lane in 0..QUAD as u32 {
            let code = Code::EVEX_Vshuff64x2_zmm_k1z_zmm_zmmm512b64_imm8;
            let (pairs, how) = (
                4 + lane % 2,
                [FIRST_THIRD, SECOND_FOURTH][lane as usize / 2],
            );
            let (first, last) = (vector(pairs), vector(pairs + 2));
            self.push(Instruction::with4(code, vector(lane), first, last, how));
            let column = BEFORE_COLUMNS + (quad * outs + out) * QUAD + lane as usize;
            self.two(Code::Mov_r64_rm64, POINTER, Target::Memory(entry(column)));
            self.store(near(POINTER, BARS, -WIDTH, false), vector(lane));
            // A store waits, and all behind it, until its line is in the nearest memory: the next one is
            // asked for in time, or the one after it where few lines are asked for.
            let ahead = if outs > 2 { 0 } else { WIDTH };
            let line = near(POINTER, BARS, ahead, false);
            self.push(Instruction::with1(Code::Prefetchw_m8, line));
        }
    }
}
