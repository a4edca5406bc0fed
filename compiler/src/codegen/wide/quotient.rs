//! Quotients and roots without the divider, to the bit as it makes them.
//!
//! The divider takes 16 cycles for eight quotients, whatever else there is to do; products and sums
//! take half a cycle. From an approximate reciprocal r of y, right to 2^-14, one step of the third
//! order makes one that is right to 2^-41: with e = 1 - y r the error of r (1 + e + e²) is e³. With
//! e smaller by 2^-40 it is a lower bound, s, and s (1 + 2^-39) an upper one. Then
//! x / y = q + d / y with q = x s and the remainder d = x - q y, which a fused product gives with
//! one rounding, and d / y lies between d s and d s (1 + 2^-39). Where q plus either of
//! these rounds to the same double, the quotient rounds to it, too; where not (one in some 2^27),
//! and where d could be below the range of normal doubles, or anything is infinite or na, the
//! divider is asked. See Muller et al., Handbook of Floating-Point Arithmetic (2018), chapter 4.7,
//! for iterations of this kind; the check needs nothing of how they round.
//!
//! A reciprocal below the range of normal doubles has some 50 bits and is good enough. Where y is 0
//! or infinite, or r is, e is na or infinite, and so is one of the bounds.
//!
//! Roots likewise: from an approximate r of 1 / √x with e = 1 - x r², r (1 + e / 2 + 3 e² / 8) is
//! right to 2^-40, and √x = q + d / (√x + q) with q = x r and d = x - q².

use iced_x86::{Code, Instruction, MemoryOperand, Register};

use super::assemble::{Assembler, Target};

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
pub(super) const TIMES_PLUS: Code = Code::EVEX_Vfmadd213pd_zmm_k1z_zmm_zmmm512b64_er;
/// `to = to - a * b`
const MINUS_PRODUCT: Code = Code::EVEX_Vfnmadd231pd_zmm_k1z_zmm_zmmm512b64_er;
/// The upper bits of the exponent: none is set below 2^-895.
const RANGE: u64 = 0x7800_0000_0000_0000;
/// Equal, and not na.
const EQUAL: u32 = 0x00;

/// What a lower bound of a reciprocal is less by, and an upper one more, as a share of it.
pub(super) const MARGIN: f64 = 1.0 / (1_u64 << 40) as f64;
/// The same of roots.
const OF_ROOTS: f64 = 1.0 / (1_u64 << 38) as f64;

/// Registers of a divisor and the bounds of its reciprocal, or where they lie.
pub(super) struct By {
    pub(super) value: Target,
    pub(super) below: Target,
    pub(super) above: Target,
}

/// Whether the processor gives reciprocals below the range of normal doubles, and no 0 for them. For
/// a machine with registers of eight doubles.
#[cfg(all(target_arch = "x86_64", unix))]
pub(super) fn reciprocals_are_kept() -> bool {
    use std::arch::x86_64::{_mm512_cvtsd_f64, _mm512_rcp14_pd, _mm512_set1_pd};
    #[target_feature(enable = "avx512f")]
    fn smallest() -> f64 {
        _mm512_cvtsd_f64(_mm512_rcp14_pd(_mm512_set1_pd(f64::MAX)))
    }
    // SAFETY: the caller has looked for the feature.
    (unsafe { smallest() }) * f64::MAX > 0.9
}

impl Assembler {
    /// `to` is a little less than `1 / y`; it is not the register `y`.
    pub(super) fn share(&mut self, to: Register, y: Register) {
        let one = self.constant((1.0 - MARGIN).to_bits());
        self.two(
            Code::EVEX_Vrcp14pd_zmm_k1z_zmmm512b64,
            FIRST,
            Target::Register(y),
        );
        // e = 1 - y r, less the margin
        self.load(ERROR, one);
        self.fused(MINUS_PRODUCT, ERROR, y, Target::Register(FIRST));
        // r (1 + e + e²)
        self.copy(to, ERROR);
        self.fused(TIMES_PLUS, to, ERROR, Target::Register(ERROR));
        self.fused(TIMES_PLUS, to, FIRST, Target::Register(FIRST));
    }

    /// Writes the bounds of the reciprocal of a divisor that does not change to `below` and `above`.
    pub(super) fn hold(&mut self, y: MemoryOperand, [below, above]: [MemoryOperand; 2]) {
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
        for (place, margin) in [(below, -MARGIN), (above, MARGIN)] {
            let factor = self.constant((1.0 + margin).to_bits());
            self.three(PRODUCT, LESS, FIRST, Target::Memory(factor));
            self.store(place, LESS);
        }
    }

    /// The quotients of the lower four lanes in both halves of `to`.
    pub(super) fn half_quotient(&mut self, to: Register, x: Register, y: Target) {
        let half = |register: Register| Register::YMM0 + (register as u32 - Register::ZMM0 as u32);
        let y = match y {
            Target::Register(y) => Target::Register(half(y)),
            memory => memory,
        };
        let divide = Code::EVEX_Vdivpd_ymm_k1z_ymm_ymmm256b64;
        self.three(divide, half(to), half(x), y);
        let twice = Code::EVEX_Vinsertf64x4_zmm_k1z_zmm_ymmm256_imm8;
        self.push(Instruction::with4(twice, to, to, half(to), 1_u32));
    }

    /// `to = x / y`; `to` is none of what is read.
    pub(super) fn quotient(&mut self, to: Register, x: Register, by: &By) {
        // q = x s, d = x - q y
        self.three(PRODUCT, NEAR, x, by.below);
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
        self.sound(LITTLE, x);
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
        for (bound, margin) in [(to, OF_ROOTS), (LESS, -OF_ROOTS)] {
            let factor = self.constant((0.5 + margin).to_bits());
            self.three(PRODUCT, bound, SHARE, Target::Memory(factor));
            self.fused(TIMES_PLUS, bound, ERROR, Target::Register(NEAR));
        }
        self.sound(LITTLE, x);
        self.agree(to, LITTLE);
        self.aside_unless_all(Instruction::with2(
            Code::EVEX_Vsqrtpd_zmm_k1z_zmmm512b64_er,
            to,
            x,
        ));
    }

    /// Finds what is not smaller than 2^-895, nor 0.
    fn sound(&mut self, found: Register, value: Register) {
        self.range(Code::EVEX_Vptestmq_kr_k1_zmm_zmmm512b64, found, value);
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
