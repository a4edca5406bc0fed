//! Quotients and roots without the divider, to the bit as it makes them.
//!
//! The divider takes 16 cycles for eight quotients, whatever else there is to do; products and sums
//! take half a cycle. From an approximate reciprocal r of y, right to 2^-14, one step of the third
//! order makes one that is right to 2^-41: with e = 1 - y r the error of r (1 + e + e²) is e³. Then
//! x / y = q + d / y with q = x r and the remainder d = x - q y, which a fused product gives with
//! one rounding, and d / y lies between d r (1 - 2^-38) and d r (1 + 2^-38). Where q plus either of
//! these rounds to the same double, the quotient rounds to it, too; where not (one in some 2^26),
//! and where d or r could be below the range of normal doubles, or anything is infinite or na, the
//! divider is asked. See Muller et al., Handbook of Floating-Point Arithmetic (2018), chapter 4.7,
//! for iterations of this kind; the check needs nothing of how they round.
//!
//! Roots likewise: from an approximate r of 1 / √x with e = 1 - x r², r (1 + e / 2 + 3 e² / 8) is
//! right to 2^-40, and √x = q + d / (√x + q) with q = x r and d = x - q².

use iced_x86::{Code, Instruction, MemoryOperand, Register};

use super::assemble::{Assembler, Target};
use super::line::MARGIN;

/// Registers in which nothing else is kept.
const FIRST: Register = Register::ZMM0;
const ERROR: Register = Register::ZMM1;
const SHARE: Register = Register::ZMM2;
const NEAR: Register = Register::ZMM3;
const LESS: Register = Register::ZMM4;
const LITTLE: Register = Register::K6;
const APART: Register = Register::K7;

const PRODUCT: Code = Code::EVEX_Vmulpd_zmm_k1z_zmm_zmmm512b64_er;
/// `to = to * a + b`
const TIMES_PLUS: Code = Code::EVEX_Vfmadd213pd_zmm_k1z_zmm_zmmm512b64_er;
/// `to = to - a * b`
const MINUS_PRODUCT: Code = Code::EVEX_Vfnmadd231pd_zmm_k1z_zmm_zmmm512b64_er;
/// The upper bits of the exponent: none is set below 2^-895.
const RANGE: u64 = 0x7800_0000_0000_0000;
/// Equal, and not na.
const EQUAL: u32 = 0x00;

/// Registers of a divisor, or where they lie.
pub(super) struct By {
    pub(super) value: Target,
    pub(super) share: Target,
    pub(super) above: Target,
    pub(super) below: Target,
    pub(super) sound: Option<Register>,
}

impl Assembler {
    /// `to` is nearly `1 / y`; it is not `y`.
    pub(super) fn share(&mut self, to: Register, y: Register) {
        let one = self.constant(1.0_f64.to_bits());
        self.two(
            Code::EVEX_Vrcp14pd_zmm_k1z_zmmm512b64,
            FIRST,
            Target::Register(y),
        );
        // e = 1 - y r
        self.load(ERROR, one);
        self.fused(MINUS_PRODUCT, ERROR, y, Target::Register(FIRST));
        // r (1 + e + e²)
        self.copy(to, ERROR);
        self.fused(TIMES_PLUS, to, ERROR, Target::Register(ERROR));
        self.fused(TIMES_PLUS, to, FIRST, Target::Register(FIRST));
    }

    /// Writes the reciprocal of a divisor that does not change, and its bounds, to `places`.
    pub(super) fn hold(&mut self, y: MemoryOperand, places: [MemoryOperand; 3]) {
        let [share, above, below] = places;
        let one = self.constant(1.0_f64.to_bits());
        let na = self.constant(f64::NAN.to_bits());
        self.load(ERROR, one);
        self.load(NEAR, y);
        self.three(
            Code::EVEX_Vdivpd_zmm_k1z_zmm_zmmm512b64_er,
            FIRST,
            ERROR,
            Target::Register(NEAR),
        );
        // Where it is too small the divider is asked: na is equal to nothing.
        self.range(Code::EVEX_Vptestnmq_kr_k1_zmm_zmmm512b64, LITTLE, FIRST);
        self.blend(FIRST, FIRST, Target::Memory(na), LITTLE);
        self.store(share, FIRST);
        for (place, margin) in [(above, MARGIN), (below, -MARGIN)] {
            let factor = self.constant((1.0 + margin).to_bits());
            self.three(PRODUCT, LESS, FIRST, Target::Memory(factor));
            self.store(place, LESS);
        }
    }

    /// `to = x / y`; `to` is none of what is read.
    pub(super) fn quotient(&mut self, to: Register, x: Register, by: &By) {
        // q = x r, d = x - q y
        self.three(PRODUCT, NEAR, x, by.share);
        self.copy(ERROR, x);
        self.fused(MINUS_PRODUCT, ERROR, NEAR, by.value);
        // q and both bounds of d / y
        for (bound, share) in [(to, by.above), (LESS, by.below)] {
            match share {
                Target::Register(share) => self.copy(bound, share),
                Target::Memory(share) => self.load(bound, share),
            }
            self.fused(TIMES_PLUS, bound, ERROR, Target::Register(NEAR));
        }
        self.sound(LITTLE, x, by.sound);
        self.agree(to, LITTLE);
        let divide = Code::EVEX_Vdivpd_zmm_k1z_zmm_zmmm512b64_er;
        self.aside_unless_all(match by.value {
            Target::Register(y) => Instruction::with3(divide, to, x, y),
            Target::Memory(y) => Instruction::with3(divide, to, x, y),
        });
    }

    /// `to = √x`; `to` is not `x`.
    pub(super) fn root(&mut self, to: Register, x: Register) {
        let [one, half, three_eighths] = [1.0_f64, 0.5, 0.375].map(|c| self.constant(c.to_bits()));
        self.two(
            Code::EVEX_Vrsqrt14pd_zmm_k1z_zmmm512b64,
            FIRST,
            Target::Register(x),
        );
        // e = 1 - (x r) r
        self.three(PRODUCT, NEAR, x, Target::Register(FIRST));
        self.load(ERROR, one);
        self.fused(MINUS_PRODUCT, ERROR, NEAR, Target::Register(FIRST));
        // r (1 + e (1/2 + 3/8 e))
        self.load(SHARE, three_eighths);
        self.fused(TIMES_PLUS, SHARE, ERROR, Target::Memory(half));
        self.three(PRODUCT, SHARE, SHARE, Target::Register(ERROR));
        self.fused(TIMES_PLUS, SHARE, FIRST, Target::Register(FIRST));
        // q = x r, d = x - q q
        self.three(PRODUCT, NEAR, x, Target::Register(SHARE));
        self.copy(ERROR, x);
        self.fused(MINUS_PRODUCT, ERROR, NEAR, Target::Register(NEAR));
        // q and both bounds of d / (√x + q)
        for (bound, margin) in [(to, MARGIN), (LESS, -MARGIN)] {
            let factor = self.constant((0.5 + margin).to_bits());
            self.three(PRODUCT, bound, SHARE, Target::Memory(factor));
            self.fused(TIMES_PLUS, bound, ERROR, Target::Register(NEAR));
        }
        self.sound(LITTLE, x, None);
        self.agree(to, LITTLE);
        self.aside_unless_all(Instruction::with2(
            Code::EVEX_Vsqrtpd_zmm_k1z_zmmm512b64_er,
            to,
            x,
        ));
    }

    /// Finds what is not smaller than 2^-895, nor 0, of what a condition holds for.
    pub(super) fn sound(&mut self, found: Register, value: Register, of: Option<Register>) {
        let range = self.constant(RANGE);
        let code = Code::EVEX_Vptestmq_kr_k1_zmm_zmmm512b64;
        let test = Instruction::with3(code, found, value, range);
        self.push(test.map(|mut test| {
            if let Some(of) = of {
                test.set_op_mask(of);
            }
            test
        }));
    }

    fn range(&mut self, code: Code, found: Register, value: Register) {
        let range = self.constant(RANGE);
        self.three(code, found, value, Target::Memory(range));
    }

    /// Compares the bounds where a condition holds, and then whether all agree.
    fn agree(&mut self, to: Register, of: Register) {
        let code = Code::EVEX_Vcmppd_kr_k1_zmm_zmmm512b64_imm8_sae;
        let compare = Instruction::with4(code, APART, to, LESS, EQUAL);
        self.push(compare.map(|mut compare| {
            compare.set_op_mask(of);
            compare
        }));
        self.two(Code::VEX_Kortestb_kr_kr, APART, Target::Register(APART));
    }

    fn fused(&mut self, code: Code, to: Register, a: Register, b: Target) {
        self.three(code, to, a, b);
    }
}
