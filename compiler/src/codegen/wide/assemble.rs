//! Instructions in order, numbers of the source behind them, and their bytes.

use iced_x86::{Code, Encoder, IcedError, Instruction, MemoryOperand, Register};

use super::frame::POINTER;

/// The last operand of an instruction.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target {
    Register(Register),
    Memory(MemoryOperand),
}

impl Target {
    pub(super) fn is(self, register: Register) -> bool {
        matches!(self, Self::Register(r) if r == register)
    }
}

/// What an instruction refers to that is known at the end only.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fix {
    Nothing,
    /// The place of a number behind the code.
    Constant(usize),
    /// The place of an instruction.
    Jump(usize),
}

/// Code under construction. A refused instruction makes [`Assembler::finish`] fail.
#[derive(Debug, Default)]
pub(super) struct Assembler {
    instructions: Vec<(Instruction, Fix)>,
    constants: Vec<u64>,
    /// Jumps to code beside the straight way, and what is done there before it goes on behind them.
    asides: Vec<(usize, Instruction)>,
    refused: Option<IcedError>,
    /// Where what the register for pointers holds was loaded from.
    pointed: Option<MemoryOperand>,
}

/// What a number behind the code is read through until its place is known.
fn somewhere() -> MemoryOperand {
    let mut at = MemoryOperand::with_base_displ(Register::RIP, 0);
    at.is_broadcast = true;
    at
}

impl Assembler {
    /// The place of the next instruction.
    pub(super) fn here(&self) -> usize {
        self.instructions.len()
    }

    /// The place of the next instruction, to which there are several ways.
    pub(super) fn target(&mut self) -> usize {
        self.pointed = None;
        self.here()
    }

    /// The register for pointers with what lies at a place, which does not change but where
    /// [`Assembler::target`] or [`Assembler::moved`] is called.
    pub(super) fn pointer(&mut self, from: MemoryOperand) -> Register {
        if self.pointed != Some(from) {
            self.two(Code::Mov_r64_rm64, POINTER, Target::Memory(from));
            self.pointed = Some(from);
        }
        POINTER
    }

    /// Says that places lie elsewhere from now on.
    pub(super) fn moved(&mut self) {
        self.pointed = None;
    }

    pub(super) fn push(&mut self, instruction: Result<Instruction, IcedError>) {
        let fix = |i: &Instruction| match i.memory_base() {
            Register::RIP => Fix::Constant(i.memory_displacement64() as usize),
            _ => Fix::Nothing,
        };
        match instruction {
            Ok(instruction) => self.instructions.push((instruction, fix(&instruction))),
            Err(error) => self.refused = Some(error),
        }
    }

    /// Jumps to a place ahead, which [`Assembler::land`] settles.
    pub(super) fn jump_ahead(&mut self, code: Code) -> usize {
        self.jump(code, 0);
        self.here() - 1
    }

    /// Where a jump goes: here.
    pub(super) fn land(&mut self, jump: usize) {
        let here = self.target();
        if let Some((_, fix)) = self.instructions.get_mut(jump) {
            *fix = Fix::Jump(here);
        }
    }

    /// Jumps to the instruction at `to`.
    pub(super) fn jump(&mut self, code: Code, to: usize) {
        match Instruction::with_branch(code, 0) {
            Ok(jump) => self.instructions.push((jump, Fix::Jump(to))),
            Err(error) => self.refused = Some(error),
        }
    }

    /// Goes aside to do `instead`, unless the last comparison held for all eight.
    pub(super) fn aside_unless_all(&mut self, instead: Result<Instruction, IcedError>) {
        match instead {
            Ok(instead) => self.asides.push((self.here(), instead)),
            Err(error) => self.refused = Some(error),
        }
        // All bits of a mask are set where there is a carry.
        self.jump(Code::Jae_rel32_64, 0);
    }

    /// Writes what is done aside, behind the function.
    pub(super) fn asides(&mut self) {
        for (from, instead) in std::mem::take(&mut self.asides) {
            let place = self.here();
            if let Some((_, fix)) = self.instructions.get_mut(from) {
                *fix = Fix::Jump(place);
            }
            self.push(Ok(instead));
            self.jump(Code::Jmp_rel32_64, from + 1);
        }
    }

    /// Where a number lies, the same for all lanes.
    pub(super) fn constant(&mut self, bits: u64) -> MemoryOperand {
        let known = self.constants.iter().position(|c| *c == bits);
        let i = known.unwrap_or_else(|| {
            self.constants.push(bits);
            self.constants.len() - 1
        });
        let mut at = somewhere();
        at.displacement = i as i64;
        at
    }

    pub(super) fn load(&mut self, to: Register, from: MemoryOperand) {
        if from.is_broadcast {
            let from = MemoryOperand {
                is_broadcast: false,
                ..from
            };
            self.push(Instruction::with2(
                Code::EVEX_Vbroadcastsd_zmm_k1z_xmmm64,
                to,
                from,
            ));
        } else {
            self.push(Instruction::with2(
                Code::EVEX_Vmovupd_zmm_k1z_zmmm512,
                to,
                from,
            ));
        }
    }

    pub(super) fn store(&mut self, to: MemoryOperand, from: Register) {
        self.push(Instruction::with2(
            Code::EVEX_Vmovupd_zmmm512_k1z_zmm,
            to,
            from,
        ));
    }

    pub(super) fn copy(&mut self, to: Register, from: Register) {
        self.push(Instruction::with2(
            Code::EVEX_Vmovapd_zmm_k1z_zmmm512,
            to,
            from,
        ));
    }

    pub(super) fn keep_mask(&mut self, to: MemoryOperand, from: Register) {
        self.push(Instruction::with2(Code::VEX_Kmovw_m16_kr, to, from));
    }

    pub(super) fn store_bits(&mut self, to: MemoryOperand, from: Register) {
        self.push(Instruction::with2(Code::VEX_Kmovb_m8_kr, to, from));
    }

    pub(super) fn two(&mut self, code: Code, to: Register, from: Target) {
        self.push(match from {
            Target::Register(from) => Instruction::with2(code, to, from),
            Target::Memory(from) => Instruction::with2(code, to, from),
        });
    }

    pub(super) fn three(&mut self, code: Code, to: Register, a: Register, b: Target) {
        self.push(match b {
            Target::Register(b) => Instruction::with3(code, to, a, b),
            Target::Memory(b) => Instruction::with3(code, to, a, b),
        });
    }

    pub(super) fn rounded(&mut self, to: Register, from: Target, how: u32) {
        let code = Code::EVEX_Vrndscalepd_zmm_k1z_zmmm512b64_imm8_sae;
        self.push(match from {
            Target::Register(from) => Instruction::with3(code, to, from, how),
            Target::Memory(from) => Instruction::with3(code, to, from, how),
        });
    }

    pub(super) fn compare(&mut self, to: Register, a: Register, b: Target, how: u32) {
        let code = Code::EVEX_Vcmppd_kr_k1_zmm_zmmm512b64_imm8_sae;
        self.push(match b {
            Target::Register(b) => Instruction::with4(code, to, a, b, how),
            Target::Memory(b) => Instruction::with4(code, to, a, b, how),
        });
    }

    /// `yes` where the condition holds, else `no`.
    pub(super) fn blend(&mut self, to: Register, no: Register, yes: Target, guard: Register) {
        let code = Code::EVEX_Vblendmpd_zmm_k1z_zmm_zmmm512b64;
        let instruction = match yes {
            Target::Register(yes) => Instruction::with3(code, to, no, yes),
            Target::Memory(yes) => Instruction::with3(code, to, no, yes),
        };
        self.push(instruction.map(|mut i| {
            i.set_op_mask(guard);
            i
        }));
    }

    /// The bytes, with the numbers behind the code; they may lie anywhere.
    pub(super) fn finish(mut self) -> Result<Vec<u8>, IcedError> {
        if let Some(error) = self.refused.take() {
            return Err(error);
        }
        // Once to learn where everything lies: no instruction changes its length after that.
        let (code, places) = self.encode()?;
        let numbers = code.len().next_multiple_of(8);
        for (instruction, fix) in &mut self.instructions {
            match fix {
                Fix::Nothing => {}
                Fix::Constant(i) => {
                    instruction.set_memory_displacement64((numbers + 8 * *i) as u64);
                }
                Fix::Jump(to) => instruction.set_near_branch64(places[*to]),
            }
        }
        let (mut code, _) = self.encode()?;
        code.resize(numbers, 0xcc);
        for constant in &self.constants {
            code.extend(constant.to_le_bytes());
        }
        Ok(code)
    }

    fn encode(&self) -> Result<(Vec<u8>, Vec<u64>), IcedError> {
        let mut encoder = Encoder::try_new(64)?;
        let mut places = Vec::with_capacity(self.instructions.len());
        let mut at = 0_u64;
        for (instruction, _) in &self.instructions {
            places.push(at);
            at += encoder.encode(instruction, at)? as u64;
        }
        Ok((encoder.take_buffer(), places))
    }
}
