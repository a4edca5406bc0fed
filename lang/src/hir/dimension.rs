//! What a number counts: the powers of quote money, base quantity and time that it is made of.
//!
//! A price is money per quantity. What has no powers is a plain number, a ratio or a count of
//! bars. A literal without a unit takes the unit of whatever it meets.

use std::fmt::Write as _;

/// Twice the greatest power that is told apart; beyond it the unit is not known.
const MOST: i16 = 32;

/// Powers of the three base units, doubled so that square roots stay whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Powers {
    /// Of quote money.
    pub money: i16,
    /// Of base quantity.
    pub quantity: i16,
    /// Of time.
    pub time: i16,
}

/// The unit of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Dimension {
    /// Not known; fits everywhere and is never reported. Conditions have no unit either.
    #[default]
    Unknown,
    /// A literal without a unit, a parameter with such a default, arithmetic on them: takes the
    /// unit of what it meets.
    Literal,
    /// A plain number: a quotient of two prices, `sign(x)`, `num(c)`.
    Plain,
    /// A share: `2%`, `15bp`.
    Ratio,
    /// A number of bars.
    Bars,
    /// Anything else; never all zero.
    Powers(Powers),
}

impl Dimension {
    /// Money per quantity.
    pub const PRICE: Self = Self::powers(2, -2, 0);
    /// Base quantity.
    pub const QUANTITY: Self = Self::powers(0, 2, 0);
    /// Quote money.
    pub const MONEY: Self = Self::powers(2, 0, 0);
    /// Seconds.
    pub const DURATION: Self = Self::powers(0, 0, 2);

    const fn powers(money: i16, quantity: i16, time: i16) -> Self {
        if money == 0 && quantity == 0 && time == 0 {
            return Self::Plain;
        }
        if money.abs() > MOST || quantity.abs() > MOST || time.abs() > MOST {
            return Self::Unknown;
        }
        Self::Powers(Powers {
            money,
            quantity,
            time,
        })
    }

    /// The unit that a type of a parameter names.
    #[must_use]
    pub fn of_type(name: &str) -> Option<Self> {
        Some(match name {
            "bars" => Self::Bars,
            "ratio" => Self::Ratio,
            "price" => Self::PRICE,
            "qty" => Self::QUANTITY,
            "money" => Self::MONEY,
            "duration" => Self::DURATION,
            "number" => Self::Plain,
            _ => return None,
        })
    }

    /// Whether it is a number without powers: plain, a ratio, or bars.
    #[must_use]
    pub const fn is_dimensionless(self) -> bool {
        matches!(self, Self::Plain | Self::Ratio | Self::Bars)
    }

    /// Whether it says something: neither unknown nor a literal.
    #[must_use]
    pub const fn is_known(self) -> bool {
        !matches!(self, Self::Unknown | Self::Literal)
    }

    /// Whether it counts something of the market or time.
    #[must_use]
    pub const fn has_powers(self) -> bool {
        matches!(self, Self::Powers(_))
    }

    /// Whether time is part of it. Only here a literal does not take the unit: nobody can tell
    /// seconds from hours.
    #[must_use]
    pub const fn is_timed(self) -> bool {
        matches!(self, Self::Powers(p) if p.time != 0)
    }

    /// The unit of two values that are added, compared or chosen between; None where they do not
    /// go together.
    #[must_use]
    pub fn with(self, other: Self) -> Option<Self> {
        use Dimension as D;
        Some(match (self, other) {
            (a, b) if a == b => a,
            (D::Literal, x) | (x, D::Literal) => x,
            // Whatever it is, it is right only if it is the same.
            (D::Unknown, x) | (x, D::Unknown) if x.has_powers() => x,
            (D::Unknown, _) | (_, D::Unknown) => D::Unknown,
            (a, b) if a.is_dimensionless() && b.is_dimensionless() => D::Plain,
            _ => return None,
        })
    }

    /// The unit of a product.
    #[must_use]
    pub fn times(self, other: Self) -> Self {
        use Dimension as D;
        match (self, other) {
            (D::Unknown, _) | (_, D::Unknown) => D::Unknown,
            (D::Literal, x) | (x, D::Literal) => x,
            (D::Powers(a), D::Powers(b)) => {
                Self::powers(a.money + b.money, a.quantity + b.quantity, a.time + b.time)
            }
            (D::Powers(_), _) => self,
            (_, D::Powers(_)) => other,
            (D::Ratio, D::Ratio) => D::Ratio,
            _ => D::Plain,
        }
    }

    /// The unit of a quotient.
    #[must_use]
    pub fn over(self, other: Self) -> Self {
        use Dimension as D;
        match (self, other) {
            (D::Unknown, _) | (_, D::Unknown) => D::Unknown,
            (x, D::Literal) => x,
            (_, D::Powers(b)) => {
                let a = match self {
                    D::Powers(a) => a,
                    _ => Powers {
                        money: 0,
                        quantity: 0,
                        time: 0,
                    },
                };
                Self::powers(a.money - b.money, a.quantity - b.quantity, a.time - b.time)
            }
            (D::Powers(_), _) => self,
            _ => D::Plain,
        }
    }

    /// The unit of a power with a known exponent.
    #[must_use]
    pub fn to_the(self, exponent: f64) -> Self {
        match self {
            Self::Powers(p) => {
                let scaled = |power: i16| {
                    let v = f64::from(power) * exponent;
                    #[allow(clippy::cast_possible_truncation)] // checked just before
                    (v.fract() == 0.0 && v.abs() <= f64::from(MOST)).then_some(v as i16)
                };
                match (scaled(p.money), scaled(p.quantity), scaled(p.time)) {
                    (Some(m), Some(q), Some(t)) => Self::powers(m, q, t),
                    _ => Self::Unknown,
                }
            }
            Self::Bars => Self::Plain,
            other => other,
        }
    }

    /// The unit of a function of the number alone, such as `ln` or `sin`.
    #[must_use]
    pub const fn of_function(self) -> Self {
        match self {
            Self::Literal => Self::Literal,
            _ => Self::Plain,
        }
    }

    /// One word or formula: `price`, `bars`, `price^2`, `money / duration`.
    #[must_use]
    pub fn text(self) -> String {
        match self {
            Self::Unknown => "any".to_owned(),
            Self::Literal => "literal".to_owned(),
            Self::Plain => "number".to_owned(),
            Self::Ratio => "ratio".to_owned(),
            Self::Bars => "bars".to_owned(),
            Self::Powers(p) => p.text(),
        }
    }

    /// With an article, for a message: `a price`, `a number of bars`.
    #[must_use]
    pub fn described(self) -> String {
        match self {
            Self::Unknown => "a value of any unit".to_owned(),
            Self::Literal | Self::Plain => "a plain number".to_owned(),
            Self::Ratio => "a ratio".to_owned(),
            Self::Bars => "a number of bars".to_owned(),
            Self::PRICE => "a price".to_owned(),
            Self::QUANTITY => "a quantity".to_owned(),
            Self::MONEY => "an amount of money".to_owned(),
            Self::DURATION => "a duration".to_owned(),
            Self::Powers(p) => format!("a value in {}", p.text()),
        }
    }
}

impl Powers {
    /// As a product of words, what is divided by last.
    fn text(self) -> String {
        let mut parts: Vec<(&str, i16)> = Vec::new();
        let mut rest = self;
        // Money and quantity that cancel like a price's are a price.
        if rest.money != 0 && rest.money == -rest.quantity {
            parts.push(("price", rest.money));
            (rest.money, rest.quantity) = (0, 0);
        }
        for (word, power) in [
            ("money", rest.money),
            ("quantity", rest.quantity),
            ("duration", rest.time),
        ] {
            if power != 0 {
                parts.push((word, power));
            }
        }
        let mut out = String::new();
        let above = parts.iter().filter(|(_, p)| *p > 0);
        for (i, (word, power)) in above.enumerate() {
            let _ = write!(
                out,
                "{}{word}{}",
                if i > 0 { " * " } else { "" },
                raised(*power)
            );
        }
        if out.is_empty() {
            out.push('1');
        }
        for (word, power) in parts.iter().filter(|(_, p)| *p < 0) {
            let _ = write!(out, " / {word}{}", raised(-power));
        }
        out
    }
}

/// An exponent that is stored doubled; nothing for 1.
fn raised(power: i16) -> String {
    match power {
        2 => String::new(),
        p if p % 2 == 0 => format!("^{}", p / 2),
        p => format!("^{}.5", p / 2),
    }
}

#[cfg(test)]
mod tests {
    use super::Dimension as D;

    #[test]
    fn arithmetic_of_units() {
        assert_eq!(D::PRICE.times(D::QUANTITY), D::MONEY);
        assert_eq!(D::MONEY.over(D::QUANTITY), D::PRICE);
        assert_eq!(D::PRICE.over(D::PRICE), D::Plain);
        assert_eq!(D::PRICE.times(D::PRICE).to_the(0.5), D::PRICE);
        assert_eq!(D::PRICE.times(D::Ratio), D::PRICE);
        assert_eq!(D::Literal.over(D::PRICE).times(D::PRICE), D::Plain);
        assert_eq!(D::Unknown.times(D::PRICE), D::Unknown);
        assert_eq!(D::PRICE.to_the(1e9), D::Unknown);
    }

    #[test]
    fn what_goes_together() {
        assert_eq!(D::PRICE.with(D::Literal), Some(D::PRICE));
        assert_eq!(D::PRICE.with(D::Plain), None);
        assert_eq!(D::PRICE.with(D::QUANTITY), None);
        assert_eq!(D::Plain.with(D::Ratio), Some(D::Plain));
        assert_eq!(D::Bars.with(D::Ratio), Some(D::Plain));
        assert_eq!(D::Unknown.with(D::PRICE), Some(D::PRICE));
        assert_eq!(D::Unknown.with(D::Ratio), Some(D::Unknown));
    }

    #[test]
    fn words_of_units() {
        assert_eq!(D::PRICE.times(D::PRICE).text(), "price^2");
        assert_eq!(D::MONEY.over(D::DURATION).text(), "money / duration");
        assert_eq!(D::Literal.over(D::PRICE).text(), "1 / price");
        assert_eq!(D::PRICE.to_the(0.5).text(), "price^0.5");
        assert_eq!(D::PRICE.times(D::MONEY).text(), "money^2 / quantity");
        assert_eq!(D::PRICE.described(), "a price");
    }
}
