//! The instructions of each operation.

use iced_x86::{Code, Register};

use super::allot::Allot;
use super::assemble::Target;
use super::line::{Op, Predicate, Rounding, Two, Value};
use super::quotient::{By, TIMES_PLUS};

/// `to = to + a * b`
const PLUS_PRODUCT: Code = Code::EVEX_Vfmadd231pd_zmm_k1z_zmm_zmmm512b64_er;
/// `to = a * b - to`, and `to = to * a - b`
const PRODUCT_LESS: Code = Code::EVEX_Vfmsub231pd_zmm_k1z_zmm_zmmm512b64_er;
const TIMES_LESS: Code = Code::EVEX_Vfmsub213pd_zmm_k1z_zmm_zmmm512b64_er;

impl Allot<'_> {
    /// Emits one operation.
    pub(super) fn operation(&mut self, value: Value, op: Op) {
        match op {
            Op::Take(_) => {}
            Op::HalfDiv(a, b) => {
                let x = self.register(a, &[b]);
                let y = self.operand(b, &[a]);
                self.release(op);
                let to = self.result(value);
                self.code.half_quotient(to, x, y);
            }
            Op::Two(two, a, b) => {
                let x = self.register(a, &[b]);
                let y = self.operand(b, &[a]);
                self.release(op);
                let to = self.result(value);
                self.code.three(code_of(two), to, x, y);
            }
            Op::Quotient(a, by) => {
                let x = self.register(a, &[]);
                let [value_of, below, above] =
                    [by.value, by.below, by.above].map(|value| self.lasting(value));
                // Not the register of an operand: they are read to the end.
                let to = self.fresh(value, &[]);
                self.release(op);
                let by = By {
                    value: value_of,
                    below,
                    above,
                };
                self.code.quotient(to, x, &by);
            }
            Op::Share(a) => {
                let x = self.register(a, &[]);
                let to = self.fresh(value, &[]);
                self.release(op);
                self.code.share(to, x);
            }
            Op::NearRoot(a) => {
                let x = self.register(a, &[]);
                let to = self.fresh(value, &[a]);
                self.release(op);
                self.code.root(to, x);
            }
            Op::Root(a) => {
                let x = self.operand(a, &[]);
                self.release(op);
                let to = self.fresh(value, &[]);
                self.code
                    .two(Code::EVEX_Vsqrtpd_zmm_k1z_zmmm512b64_er, to, x);
            }
            Op::Round(rounding, a) => {
                let x = self.operand(a, &[]);
                self.release(op);
                let to = self.fresh(value, &[]);
                let how = match rounding {
                    Rounding::Nearest => 8,
                    Rounding::Down => 9,
                    Rounding::Up => 10,
                };
                self.code.rounded(to, x, how);
            }
            Op::Fused(a, b, c) | Op::FusedLess(a, b, c) => {
                let [product, times] = match op {
                    Op::Fused(..) => [PLUS_PRODUCT, TIMES_PLUS],
                    _ => [PRODUCT_LESS, TIMES_LESS],
                };
                let x = self.register(a, &[b, c]);
                let z = self.register(c, &[a, b]);
                let y = self.operand(b, &[a, c]);
                self.release(op);
                let to = self.over(value, [z, x]);
                if to == z {
                    self.code.three(product, to, x, y);
                } else if to == x {
                    let y = match y {
                        Target::Register(y) => y,
                        Target::Memory(at) => {
                            self.code.load(Register::ZMM0, at);
                            Register::ZMM0
                        }
                    };
                    self.code.three(times, to, y, Target::Register(z));
                } else if y.is(to) {
                    self.code.three(times, to, x, Target::Register(z));
                } else {
                    self.code.copy(to, z);
                    self.code.three(product, to, x, y);
                }
            }
            Op::Choose(c, a, b) => {
                let guard = self.condition(c, &[]);
                let no = self.register(b, &[a]);
                let yes = self.operand(a, &[b]);
                self.release(op);
                let to = self.result(value);
                self.code.blend(to, no, yes, guard);
            }
            Op::Compare(predicate, a, b) => {
                let x = self.register(a, &[b]);
                let y = self.operand(b, &[a]);
                self.release(op);
                let to = self.fresh_mask(value, &[]);
                self.code.compare(to, x, y, immediate(predicate));
            }
            Op::Both(a, b) | Op::Either(a, b) => {
                let x = self.condition(a, &[b]);
                let y = self.condition(b, &[a]);
                self.release(op);
                let to = self.fresh_mask(value, &[]);
                let code = match op {
                    Op::Both(..) => Code::VEX_Kandw_kr_kr_kr,
                    _ => Code::VEX_Korw_kr_kr_kr,
                };
                self.code.three(code, to, x, Target::Register(y));
            }
            Op::Not(a) => {
                let x = self.condition(a, &[]);
                self.release(op);
                let to = self.fresh_mask(value, &[]);
                self.code
                    .two(Code::VEX_Knotw_kr_kr, to, Target::Register(x));
            }
            Op::Always(yes) => {
                let to = self.fresh_mask(value, &[]);
                let code = if yes {
                    Code::VEX_Kxnorw_kr_kr_kr
                } else {
                    Code::VEX_Kxorw_kr_kr_kr
                };
                self.code.three(code, to, to, Target::Register(to));
            }
            Op::Keep(out, group, a) => {
                let x = self.register(a, &[]);
                self.release(op);
                self.frame.keep(self.code, out, group, x);
            }
            Op::Bits(a) => {
                let x = self.condition(a, &[]);
                self.release(op);
                self.frame.keep_bits(self.code, x);
            }
        }
    }
}

fn code_of(two: Two) -> Code {
    match two {
        Two::Add => Code::EVEX_Vaddpd_zmm_k1z_zmm_zmmm512b64_er,
        Two::Sub => Code::EVEX_Vsubpd_zmm_k1z_zmm_zmmm512b64_er,
        Two::Mul => Code::EVEX_Vmulpd_zmm_k1z_zmm_zmmm512b64_er,
        Two::Div => Code::EVEX_Vdivpd_zmm_k1z_zmm_zmmm512b64_er,
        Two::Lesser => Code::EVEX_Vminpd_zmm_k1z_zmm_zmmm512b64_sae,
        Two::Greater => Code::EVEX_Vmaxpd_zmm_k1z_zmm_zmmm512b64_sae,
        Two::AndNot => Code::EVEX_Vandnpd_zmm_k1z_zmm_zmmm512b64,
        Two::Xor => Code::EVEX_Vxorpd_zmm_k1z_zmm_zmmm512b64,
    }
}

/// The quiet comparison of the instruction `vcmppd`.
fn immediate(predicate: Predicate) -> u32 {
    match predicate {
        Predicate::Equal => 0x00,
        Predicate::NotEqual => 0x0c,
        Predicate::Less => 0x11,
        Predicate::LessOrEqual => 0x12,
        Predicate::GreaterOrEqual => 0x1d,
        Predicate::Greater => 0x1e,
        Predicate::Ordered => 0x07,
        Predicate::Unordered => 0x03,
    }
}
