//! Registers for the operations of a [`Line`], and the instructions that they become.
//!
//! The code is straight, so the next use of every value is known: where all registers are taken, the
//! value that is needed last makes room (L. A. Belady, "A study of replacement algorithms for a
//! virtual-storage computer", IBM Systems Journal 5 (1966)). What lies in memory anyway is read again.

use iced_x86::{Code, MemoryOperand, Register};

use super::assemble::{Assembler, Target};
use super::frame::Frame;
use super::line::{Line, Op, Source, Value};

/// Registers of eight doubles.
const VECTORS: usize = 32;
/// Registers of conditions that may guard an instruction: k1 to k5; k6 and k7 are those of quotients.
const MASKS: usize = 5;
/// The first register that is given to values; those before it are for what takes several
/// instructions.
const FIRST: usize = 5;
/// The register through which what goes around in a circle passes.
const SPARE: Register = Register::ZMM0;
/// Slots of the state that are held in registers, from the last register downwards.
pub const MOST_SLOTS: usize = 18;

/// Where a value can be found.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    register: Option<usize>,
    /// Bytes above the stack pointer.
    spilled: Option<i64>,
}

pub(super) struct Allot<'a> {
    line: &'a Line,
    pub(super) frame: &'a Frame,
    pub(super) code: &'a mut Assembler,
    /// Per value the operations that read it, the last first.
    uses: Vec<Vec<usize>>,
    places: Vec<Place>,
    vectors: [Option<Value>; VECTORS],
    masks: [Option<Value>; MASKS],
    /// The operation at hand.
    at: usize,
    /// Bytes of stack in use.
    pub(super) stack: i64,
}

fn vector(i: usize) -> Register {
    Register::ZMM0 + i as u32
}

fn mask(i: usize) -> Register {
    Register::K1 + i as u32
}

/// The register of a slot of the state.
pub(super) fn slot(i: usize) -> Register {
    vector(VECTORS - 1 - i)
}

impl<'a> Allot<'a> {
    pub(super) fn new(line: &'a Line, frame: &'a Frame, code: &'a mut Assembler) -> Self {
        let mut uses = vec![Vec::new(); line.ops.len()];
        for value in &line.next {
            uses[value.index()].push(line.ops.len());
        }
        for (i, op) in line.ops.iter().enumerate().rev() {
            // What nothing reads is not computed.
            if is_effect(*op) || !uses[i].is_empty() {
                for value in op.operands() {
                    uses[value.index()].push(i);
                }
            }
        }
        Self {
            line,
            frame,
            code,
            uses,
            places: vec![Place::default(); line.ops.len()],
            vectors: [None; VECTORS],
            masks: [None; MASKS],
            at: 0,
            stack: Frame::held_bytes(line),
        }
    }

    /// Emits one turn.
    pub(super) fn turn(&mut self) {
        for at in 0..self.line.ops.len() {
            self.at = at;
            let op = self.line.ops[at];
            // What lies in memory is taken where it is read.
            if !matches!(op, Op::Take(_)) && (is_effect(op) || !self.uses[at].is_empty()) {
                self.operation(Value::at(at), op);
            }
        }
        self.at = self.line.ops.len();
        self.advance();
    }

    /// The next use of a value after the operation at hand.
    fn next_use(&self, value: Value) -> Option<usize> {
        let later = self.uses[value.index()].iter().rev();
        later.copied().find(|at| *at > self.at)
    }

    /// Frees the registers of what the operation at hand was the last to read.
    pub(super) fn release(&mut self, op: Op) {
        for value in op.operands() {
            if self.next_use(value).is_none()
                && let Some(i) = self.places[value.index()].register.take()
            {
                if self.line.ops[value.index()].is_condition() {
                    self.masks[i] = None;
                } else {
                    self.vectors[i] = None;
                }
            }
        }
    }

    /// The register that holds a slot of the state, where a value is one.
    fn pinned(&self, value: Value) -> Option<Register> {
        match self.line.ops[value.index()] {
            Op::Take(Source::Past(i)) => Some(slot(i)),
            _ => None,
        }
    }

    /// A value in a register; `busy` are other values that must stay where they are.
    pub(super) fn register(&mut self, value: Value, busy: &[Value]) -> Register {
        if let Some(register) = self.pinned(value) {
            return register;
        }
        if let Some(i) = self.places[value.index()].register {
            return vector(i);
        }
        let to = self.fresh(value, busy);
        let from = self.memory(value);
        self.code.load(to, from);
        to
    }

    /// A value as the last operand of an instruction, which may lie in memory.
    pub(super) fn operand(&mut self, value: Value, busy: &[Value]) -> Target {
        if let Some(register) = self.pinned(value) {
            return Target::Register(register);
        }
        match self.places[value.index()].register {
            Some(i) => Target::Register(vector(i)),
            None if self.next_use(value).is_none() => Target::Memory(self.memory(value)),
            None => Target::Register(self.register(value, busy)),
        }
    }

    /// A value as an operand of several instructions: in a register, or where no other instruction
    /// changes the way to it.
    pub(super) fn lasting(&mut self, value: Value) -> Target {
        match self.line.ops[value.index()] {
            Op::Take(
                Source::Held(..) | Source::Scalar(_) | Source::Scalars(..) | Source::Constant(_),
            ) if self.places[value.index()].register.is_none() => {
                Target::Memory(self.memory(value))
            }
            _ => Target::Register(self.register(value, &[])),
        }
    }

    /// Where a value lies that is in no register.
    fn memory(&mut self, value: Value) -> MemoryOperand {
        if let Some(offset) = self.places[value.index()].spilled {
            return MemoryOperand::with_base_displ(Register::RSP, offset);
        }
        match self.line.ops[value.index()] {
            Op::Take(source) => self.frame.source(self.code, source),
            // Every other value was computed into a register, and written when it lost it.
            _ => {
                debug_assert!(false, "a value is neither in a register nor in memory");
                let na = Source::Constant(f64::NAN.to_bits());
                self.frame.source(self.code, na)
            }
        }
    }

    /// A register for what one instruction gives that has read its operands: that of a slot of the
    /// state that holds it after this turn, if nothing reads any more what the slot held before.
    pub(super) fn result(&mut self, value: Value) -> Register {
        let Some(i) = self.line.next.iter().position(|next| *next == value) else {
            return self.fresh(value, &[]);
        };
        let is_past = |op: &Op| *op == Op::Take(Source::Past(i));
        let past = self.line.ops.iter().position(is_past);
        if past.is_some_and(|past| self.next_use(Value::at(past)).is_some()) {
            return self.fresh(value, &[]);
        }
        self.places[value.index()].register = Some(VECTORS - 1 - i);
        slot(i)
    }

    /// A register for what an instruction makes out of what one of its operands held, that of the
    /// operand where it can be had.
    pub(super) fn over(&mut self, value: Value, operands: [Register; 2]) -> Register {
        let is_slot = self.line.next.contains(&value);
        if !is_slot {
            for register in operands {
                let i = register as usize - Register::ZMM0 as usize;
                if i >= FIRST && i < VECTORS - self.line.next.len() && self.vectors[i].is_none() {
                    self.vectors[i] = Some(value);
                    self.places[value.index()].register = Some(i);
                    return register;
                }
            }
        }
        self.result(value)
    }

    /// An empty register for a value.
    pub(super) fn fresh(&mut self, value: Value, busy: &[Value]) -> Register {
        let first = FIRST;
        let end = VECTORS - self.line.next.len();
        let i = match (first..end).find(|i| self.vectors[*i].is_none()) {
            Some(i) => i,
            None => {
                let i = self.last_needed(&self.vectors[first..end], busy) + first;
                if let Some(old) = self.vectors[i].take() {
                    let at = &mut self.places[old.index()];
                    at.register = None;
                    let lies_in_memory = matches!(self.line.ops[old.index()], Op::Take(_));
                    if at.spilled.is_none() && !lies_in_memory {
                        at.spilled = Some(self.stack);
                        let to = MemoryOperand::with_base_displ(Register::RSP, self.stack);
                        self.code.store(to, vector(i));
                        self.stack += 64;
                    }
                }
                i
            }
        };
        self.vectors[i] = Some(value);
        self.places[value.index()].register = Some(i);
        vector(i)
    }

    /// Which of some registers holds the value that is needed last, none of `busy`.
    fn last_needed(&self, registers: &[Option<Value>], busy: &[Value]) -> usize {
        let operands: Vec<Value> = match self.line.ops.get(self.at) {
            Some(op) => op.operands().collect(),
            None => Vec::new(),
        };
        let mut best = (0, 0);
        for (i, value) in registers.iter().enumerate() {
            let Some(value) = value else { continue };
            if busy.contains(value) || operands.contains(value) {
                continue;
            }
            let next = self.next_use(*value).unwrap_or(usize::MAX);
            if next >= best.0 {
                best = (next, i);
            }
        }
        best.1
    }

    pub(super) fn condition(&mut self, value: Value, busy: &[Value]) -> Register {
        if let Some(i) = self.places[value.index()].register {
            return mask(i);
        }
        let to = self.fresh_mask(value, busy);
        if let Some(offset) = self.places[value.index()].spilled {
            let from = MemoryOperand::with_base_displ(Register::RSP, offset);
            self.code
                .two(Code::VEX_Kmovw_kr_km16, to, Target::Memory(from));
        }
        to
    }

    pub(super) fn fresh_mask(&mut self, value: Value, busy: &[Value]) -> Register {
        let i = match self.masks.iter().position(Option::is_none) {
            Some(i) => i,
            None => {
                let i = self.last_needed(&self.masks, busy);
                if let Some(old) = self.masks[i].take() {
                    let at = &mut self.places[old.index()];
                    at.register = None;
                    if at.spilled.is_none() {
                        at.spilled = Some(self.stack);
                        let to = MemoryOperand::with_base_displ(Register::RSP, self.stack);
                        self.code.keep_mask(to, mask(i));
                        self.stack += 64;
                    }
                }
                i
            }
        };
        self.masks[i] = Some(value);
        self.places[value.index()].register = Some(i);
        mask(i)
    }

    /// Moves what the state holds after this turn into its registers, all at once.
    fn advance(&mut self) {
        let mut moves: Vec<(Register, Value)> = Vec::new();
        for (i, value) in self.line.next.iter().enumerate() {
            let register = self.places[value.index()].register.map(vector);
            if self.pinned(*value).or(register) != Some(slot(i)) {
                moves.push((slot(i), *value));
            }
        }
        // What was moved away from its slot to make room.
        let mut spare: Option<Value> = None;
        while !moves.is_empty() {
            let needed = |to: Register, rest: &[(Register, Value)]| {
                rest.iter().any(|(other, value)| {
                    *other != to && self.pinned(*value) == Some(to) && spare != Some(*value)
                })
            };
            let free = moves.iter().position(|(to, _)| !needed(*to, &moves));
            let Some(i) = free else {
                // Only circles are left: one of them is opened.
                let value = moves[0].1;
                if let Some(register) = self.pinned(value) {
                    self.code.copy(SPARE, register);
                }
                spare = Some(value);
                continue;
            };
            let (to, value) = moves.remove(i);
            if spare == Some(value) {
                self.code.copy(to, SPARE);
            } else if let Some(from) = self.pinned(value) {
                self.code.copy(to, from);
            } else if let Some(from) = self.places[value.index()].register {
                self.code.copy(to, vector(from));
            } else {
                let from = self.memory(value);
                self.code.load(to, from);
            }
        }
    }
}

/// Whether an operation is there for what it writes.
fn is_effect(op: Op) -> bool {
    matches!(op, Op::Keep(..) | Op::Bits(_))
}
