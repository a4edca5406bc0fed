//! Written numbers as exact decimals, to add shares the way a reader does.

use crate::syntax::ast::{AddOp, Expr, ExprKind, NumberUnit};

/// Digits after the point that are kept; a literal with more is no decimal here.
const PLACES: u32 = 18;

/// A multiple of 10^-18.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Decimal(i128);

impl Decimal {
    pub(super) const ZERO: Self = Self(0);
    pub(super) const ONE: Self = Self(1_000_000_000_000_000_000);

    /// The value of a literal, or of a sum of literals.
    pub(super) fn of(e: &Expr) -> Option<Self> {
        match &e.kind {
            ExprKind::Paren(inner) => Self::of(inner),
            ExprKind::Number(n) => {
                let shift = match n.unit {
                    NumberUnit::Integer | NumberUnit::Real => 0,
                    NumberUnit::Percent => 2,
                    NumberUnit::BasisPoint => 4,
                    NumberUnit::Duration | NumberUnit::TimeOfDay => return None,
                };
                let digits = n
                    .text
                    .trim_end_matches(|c: char| c == '%' || c.is_alphabetic());
                Self::read(&digits.replace('_', ""), shift)
            }
            ExprKind::Sum { first, rest } => {
                let mut total = Self::of(first)?;
                for (op, term) in rest {
                    let term = Self::of(term)?;
                    total = Self(match op {
                        AddOp::Add => total.0.checked_add(term.0)?,
                        AddOp::Sub => total.0.checked_sub(term.0)?,
                    });
                }
                Some(total)
            }
            _ => None,
        }
    }

    /// Digits with at most one point, `shift` places to the right of where they stand.
    fn read(text: &str, shift: u32) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let places = u32::try_from(fraction.len()).ok()?.checked_add(shift)?;
        let digits = format!("{whole}{fraction}");
        let value: i128 = digits.parse().ok()?;
        let scale = 10_i128.checked_pow(PLACES.checked_sub(places)?)?;
        value.checked_mul(scale).map(Self)
    }

    pub(super) fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// As a percentage without needless zeros.
    pub(super) fn percent(self) -> String {
        let unit = Self::ONE.0 / 100;
        let fraction = format!("{:016}", (self.0 % unit).abs());
        let fraction = fraction.trim_end_matches('0');
        let sign = if self.0 < 0 { "-" } else { "" };
        let whole = (self.0 / unit).abs();
        if fraction.is_empty() {
            format!("{sign}{whole}%")
        } else {
            format!("{sign}{whole}.{fraction}%")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    #[test]
    fn shares_add_up_as_they_are_written() {
        let add = |shares: &[&str]| {
            shares.iter().fold(Decimal::ZERO, |sum, s| {
                sum.plus(Decimal::read(s, 2).unwrap()).unwrap()
            })
        };
        // In binary these are 0.9999999999999999.
        assert_eq!(add(&["10", "70", "20"]), Decimal::ONE);
        assert_eq!(add(&["33.3", "33.3", "33.4"]), Decimal::ONE);
        assert_eq!(add(&["33.3", "33.3", "33.3"]).percent(), "99.9%");
        assert_eq!(add(&["70", "40"]).percent(), "110%");
        assert_eq!(Decimal::read("1e5", 0), None);
    }
}
