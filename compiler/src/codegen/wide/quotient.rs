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

use iced_x86::{Code, Instruction, Register};

use super::assemble::{Assembler, Target};

/// Registers in which nothing else is kept.
const FIRST: Register = Register::ZMM0;
const ERROR: Register = Register::ZMM1;
const SHARE: Register = Register::ZMM2;
const NEAR: Register = Register::ZMM3;
const LESS: Register = Register::ZMM4;
const SMALL: Register = Register::K0;
const LITTLE: Register = Register::K6;
const APART: Register = Register::K7;

/// Half of what the bounds of the remainder's share are apart.
const MARGIN: f64 = 1.0 / (1_u64 << 38) as f64;
/// The upper bits of the exponent: none is set below 2^-895.
const RANGE: u64 = 0x7800_0000_0000_0000;
/// Not equal, or na.
const NOT_EQUAL: u32 = 0x04;

impl Assembler {
    /// `to = x / y`; `to` is neither of them.
    pub(super) fn quotient(&mut self, to: Register, x: Register, y: Register) {
        let one = self.constant(1.0_f64.to_bits());
        self.two(
            Code::EVEX_Vrcp14pd_zmm_k1z_zmmm512b64,
            FIRST,
            Target::Register(y),
        );
        // e = 1 - y r
        self.load(ERROR, one);
        self.fused(
            Code::EVEX_Vfnmadd231pd_zmm_k1z_zmm_zmmm512b64_er,
            ERROR,
            y,
            FIRST,
        );
        // r (1 + e + e²)
        self.copy(SHARE, ERROR);
        self.fused(
            Code::EVEX_Vfmadd213pd_zmm_k1z_zmm_zmmm512b64_er,
            SHARE,
            ERROR,
            ERROR,
        );
        self.fused(
            Code::EVEX_Vfmadd213pd_zmm_k1z_zmm_zmmm512b64_er,
            SHARE,
            FIRST,
            FIRST,
        );
        // q = x r, d = x - q y
        let product = Code::EVEX_Vmulpd_zmm_k1z_zmm_zmmm512b64_er;
        self.three(product, NEAR, x, Target::Register(SHARE));
        self.copy(ERROR, x);
        self.fused(
            Code::EVEX_Vfnmadd231pd_zmm_k1z_zmm_zmmm512b64_er,
            ERROR,
            NEAR,
            y,
        );
        // q and both bounds of d / y
        for (bound, margin) in [(to, MARGIN), (LESS, -MARGIN)] {
            let factor = self.constant((1.0 + margin).to_bits());
            self.three(product, bound, SHARE, Target::Memory(factor));
            self.fused(
                Code::EVEX_Vfmadd213pd_zmm_k1z_zmm_zmmm512b64_er,
                bound,
                ERROR,
                NEAR,
            );
        }
        self.compare(APART, to, Target::Register(LESS), NOT_EQUAL);
        self.small(LITTLE, x);
        self.small(SMALL, SHARE);
        self.three(
            Code::VEX_Korw_kr_kr_kr,
            LITTLE,
            LITTLE,
            Target::Register(SMALL),
        );
        self.two(Code::VEX_Kortestw_kr_kr, LITTLE, Target::Register(APART));
        self.aside_if_any(Instruction::with3(
            Code::EVEX_Vdivpd_zmm_k1z_zmm_zmmm512b64_er,
            to,
            x,
            y,
        ));
    }

    /// `to = √x`; `to` is not `x`.
    pub(super) fn root(&mut self, to: Register, x: Register) {
        let [one, half, three_eighths] = [1.0_f64, 0.5, 0.375].map(|c| self.constant(c.to_bits()));
        let product = Code::EVEX_Vmulpd_zmm_k1z_zmm_zmmm512b64_er;
        let plus = Code::EVEX_Vfmadd213pd_zmm_k1z_zmm_zmmm512b64_er;
        self.two(
            Code::EVEX_Vrsqrt14pd_zmm_k1z_zmmm512b64,
            FIRST,
            Target::Register(x),
        );
        // e = 1 - (x r) r
        self.three(product, NEAR, x, Target::Register(FIRST));
        self.load(ERROR, one);
        self.fused(
            Code::EVEX_Vfnmadd231pd_zmm_k1z_zmm_zmmm512b64_er,
            ERROR,
            NEAR,
            FIRST,
        );
        // r (1 + e (1/2 + 3/8 e))
        self.load(SHARE, three_eighths);
        self.three(plus, SHARE, ERROR, Target::Memory(half));
        self.three(product, SHARE, SHARE, Target::Register(ERROR));
        self.fused(plus, SHARE, FIRST, FIRST);
        // q = x r, d = x - q q
        self.three(product, NEAR, x, Target::Register(SHARE));
        self.copy(ERROR, x);
        self.fused(
            Code::EVEX_Vfnmadd231pd_zmm_k1z_zmm_zmmm512b64_er,
            ERROR,
            NEAR,
            NEAR,
        );
        // q and both bounds of d / (√x + q)
        for (bound, margin) in [(to, MARGIN), (LESS, -MARGIN)] {
            let factor = self.constant((0.5 + margin).to_bits());
            self.three(product, bound, SHARE, Target::Memory(factor));
            self.fused(plus, bound, ERROR, NEAR);
        }
        self.compare(APART, to, Target::Register(LESS), NOT_EQUAL);
        self.small(LITTLE, x);
        self.two(Code::VEX_Kortestw_kr_kr, LITTLE, Target::Register(APART));
        self.aside_if_any(Instruction::with2(
            Code::EVEX_Vsqrtpd_zmm_k1z_zmmm512b64_er,
            to,
            x,
        ));
    }

    /// Finds what is smaller than 2^-895, or 0.
    fn small(&mut self, found: Register, value: Register) {
        let range = self.constant(RANGE);
        self.three(
            Code::EVEX_Vptestnmq_kr_k1_zmm_zmmm512b64,
            found,
            value,
            Target::Memory(range),
        );
    }

    fn fused(&mut self, code: Code, to: Register, a: Register, b: Register) {
        self.three(code, to, a, Target::Register(b));
    }
}
