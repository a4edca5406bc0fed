//! What surrounds a turn: the arguments of a function, its loop, and where it finds what it reads.
//!
//! Arguments come as the System V convention passes them. `rax` counts bytes of a column; in lanes
//! `rbx` counts bytes of rows that are read, and `r14` points to what is done with those that are written.

use iced_x86::{Code, IcedError, Instruction, MemoryOperand, Register};

use super::allot::{Allot, slot};
use super::assemble::{Assembler, Target};
use super::line::{Line, Near, Op, Source};

/// What a function does with each turn of its loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `f(leaves, scalars, out, len)`: so many times eight bars to a column.
    Column(usize),
    /// `f(leaves, scalars, words, len)`: eight bars to bits.
    Bits,
    /// `f(leaves, scalars, state, outs, end, start)`: one bar of so many groups of eight lanes; `outs` is
    /// the argument of a [`super::Turning`].
    Lanes(usize),
}

/// Bytes of a register of doubles.
pub(super) const WIDTH: i64 = 64;

pub(super) const BARS: Register = Register::RAX;
/// Bytes of rows, or of bits.
const ROWS: Register = Register::RBX;
/// The entry of the present bar, as [`super::columns`] takes it.
pub(super) const ENTRY: Register = Register::R14;
const LEAVES: Register = Register::RDI;
const SCALARS: Register = Register::RSI;
const OUT: Register = Register::RDX;
pub(super) const OUTS: Register = Register::RCX;
/// Where the loop ends.
const END: Register = Register::R9;
/// For a pointer that has no register of its own.
pub(super) const POINTER: Register = Register::R15;
/// For the first leaves; the last of them not in lanes.
const POINTERS: [Register; 6] = [
    Register::R8,
    Register::R10,
    Register::R11,
    Register::R12,
    Register::R13,
    Register::R14,
];
const SAVED: [Register; 5] = [
    Register::RBX,
    Register::R12,
    Register::R13,
    Register::R14,
    Register::R15,
];

/// A function around a line.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    pub kind: Kind,
    /// Pointers that it is given.
    pub leaves: usize,
}

pub(super) fn near(
    base: Register,
    index: Register,
    offset: i64,
    is_broadcast: bool,
) -> MemoryOperand {
    MemoryOperand::new(
        base,
        index,
        1,
        offset,
        u32::from(offset != 0),
        is_broadcast,
        Register::None,
    )
}

pub(super) fn at(base: Register, offset: i64, is_broadcast: bool) -> MemoryOperand {
    near(base, Register::None, offset, is_broadcast)
}

/// Where a bound of the reciprocal of a divisor that does not change is kept: at the lower end of the stack.
fn held(i: usize, near: Near) -> MemoryOperand {
    let which = match near {
        Near::Below => 0,
        Near::Above => 1,
    };
    at(Register::RSP, WIDTH * (2 * i + which) as i64, false)
}

/// How many outputs a line keeps.
fn outs(line: &Line) -> usize {
    let outs = line.ops.iter().filter_map(|op| match op {
        Op::Keep(out, ..) => Some(out + 1),
        _ => None,
    });
    outs.max().unwrap_or(0)
}

impl Frame {
    /// Bytes of the stack that reciprocals take.
    pub(super) fn held_bytes(line: &Line) -> i64 {
        2 * WIDTH * line.held.len() as i64
    }

    /// The machine code of a function whose loop makes a turn of `line`.
    ///
    /// # Errors
    /// What the assembler refuses.
    pub fn function(self, line: &Line) -> Result<Vec<u8>, IcedError> {
        // The stack that is needed is known once the turn has been made.
        let mut trial = Assembler::default();
        let stack = self.body(line, &mut trial, 0);
        let mut code = Assembler::default();
        self.body(line, &mut code, stack);
        code.finish()
    }

    fn body(self, line: &Line, code: &mut Assembler, stack: i64) -> i64 {
        self.enter(code, stack);
        for i in 0..line.next.len() {
            code.load(slot(i), at(OUT, WIDTH * i as i64, false));
        }
        for (i, source) in line.held.iter().enumerate() {
            let from = self.source(code, *source);
            let places = [Near::Below, Near::Above].map(|near| held(i, near));
            code.hold(from, places);
        }
        let top = code.target();
        let used = {
            let mut allot = Allot::new(line, &self, code);
            allot.turn();
            allot.stack
        };
        let add = |code: &mut Assembler, to: Register, bytes: i64| {
            code.push(Instruction::with2(Code::Add_rm64_imm32, to, bytes as i32));
        };
        match self.kind {
            Kind::Column(turn) => add(code, BARS, WIDTH * turn as i64),
            Kind::Bits => {
                add(code, BARS, WIDTH);
                add(code, ROWS, 1);
            }
            Kind::Lanes(groups) => {
                add(code, ROWS, WIDTH * groups as i64);
                code.turn_quad(groups, outs(line));
            }
        }
        code.push(Instruction::with2(Code::Cmp_r64_rm64, BARS, END));
        code.jump(Code::Jl_rel32_64, top);
        if let Kind::Lanes(groups) = self.kind {
            code.turn_rest(groups, outs(line));
        }
        for i in 0..line.next.len() {
            code.store(at(OUT, WIDTH * i as i64, false), slot(i));
        }
        self.leave(code);
        code.asides();
        used
    }

    fn enter(self, code: &mut Assembler, stack: i64) {
        let moved = |to, from| Instruction::with2(Code::Mov_r64_rm64, to, from);
        code.push(Instruction::with1(Code::Push_r64, Register::RBP));
        code.push(moved(Register::RBP, Register::RSP));
        for register in SAVED {
            code.push(Instruction::with1(Code::Push_r64, register));
        }
        if stack > 0 {
            code.push(Instruction::with2(
                Code::Sub_rm64_imm32,
                Register::RSP,
                stack as i32,
            ));
            code.push(Instruction::with2(
                Code::And_rm64_imm8,
                Register::RSP,
                -64_i32,
            ));
        }
        let zero = |register| Instruction::with2(Code::Xor_r32_rm32, register, register);
        let bytes = |register| Instruction::with2(Code::Shl_rm64_imm8, register, 3_u32);
        match self.kind {
            Kind::Column(_) | Kind::Bits => {
                code.push(zero(Register::EAX));
                code.push(moved(END, Register::RCX));
            }
            Kind::Lanes(_) => {
                code.push(moved(BARS, Register::R9));
                code.push(bytes(BARS));
                code.push(moved(END, Register::R8));
                code.first_entry();
            }
        }
        code.push(bytes(END));
        code.push(zero(Register::EBX));
        for (i, register) in self.pointers().iter().enumerate().take(self.leaves) {
            let from = at(LEAVES, 8 * i as i64, false);
            code.two(Code::Mov_r64_rm64, *register, Target::Memory(from));
        }
    }

    fn pointers(self) -> &'static [Register] {
        match self.kind {
            Kind::Lanes(_) => &POINTERS[..POINTERS.len() - 1],
            _ => &POINTERS,
        }
    }

    fn leave(self, code: &mut Assembler) {
        code.push(Ok(Instruction::with(Code::VEX_Vzeroupper)));
        let saved = at(Register::RBP, -8 * SAVED.len() as i64, false);
        code.two(Code::Lea_r64_m, Register::RSP, Target::Memory(saved));
        for register in SAVED.iter().rev() {
            code.push(Instruction::with1(Code::Pop_r64, *register));
        }
        code.push(Instruction::with1(Code::Pop_r64, Register::RBP));
        code.push(Ok(Instruction::with(Code::Retnq)));
    }

    /// The register with the pointer to a leaf.
    fn leaf(self, code: &mut Assembler, i: usize) -> Register {
        self.pointers().get(i).copied().unwrap_or_else(|| {
            let from = at(LEAVES, 8 * i as i64, false);
            code.pointer(from)
        })
    }

    fn groups(self) -> usize {
        match self.kind {
            Kind::Lanes(groups) => groups,
            _ => 1,
        }
    }

    /// Where a source lies on the bars of this turn.
    pub(super) fn source(&self, code: &mut Assembler, source: Source) -> MemoryOperand {
        match source {
            Source::Bars(i, which) => near(self.leaf(code, i), BARS, WIDTH * which as i64, false),
            Source::Bar(i) => near(self.leaf(code, i), BARS, 0, true),
            Source::Row(i, group) => near(self.leaf(code, i), ROWS, WIDTH * group as i64, false),
            Source::Scalar(i) => at(SCALARS, 8 * i as i64, true),
            Source::Scalars(i, group) => {
                at(SCALARS, WIDTH * (i * self.groups() + group) as i64, false)
            }
            Source::Constant(bits) => code.constant(bits),
            Source::Past(i) => at(OUT, WIDTH * i as i64, false),
            Source::Held(i, near) => held(i, near),
        }
    }

    /// Writes a register of results of this turn.
    pub(super) fn keep(&self, code: &mut Assembler, out: usize, group: usize, from: Register) {
        match self.kind {
            Kind::Lanes(groups) => code.keep_row((out, group, groups), from),
            Kind::Column(_) | Kind::Bits => {
                let to = near(OUT, BARS, WIDTH * group as i64, false);
                code.store(to, from);
            }
        }
    }

    /// Writes the bits of this turn.
    pub(super) fn keep_bits(&self, code: &mut Assembler, from: Register) {
        code.store_bits(near(OUT, ROWS, 0, false), from);
    }
}
