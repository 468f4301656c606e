//! Which values a tensor can hold.
//!
//! A product with a bit is a choice, with a sign a change of sign, with a
//! power of two a shift. Whether a tensor holds such values follows from how
//! it was made: `x > 0` holds 0 and 1, twice that less 1 holds −1 and 1.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use crate::number::whole;

/// Finite sets larger than this are no longer followed value by value.
const MAX_VALUES: usize = 4;

/// Bindings of more bits than this are no longer followed: they are no tensor's,
/// and powers of powers would grow without end.
const MAX_BITS: u64 = 128;

/// The values that a tensor can hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Domain {
    /// Any number.
    Real,
    /// Any number from the first to the second, as a clip leaves them.
    Between(Box<(BigRational, BigRational)>),
    /// Any whole number.
    Integer,
    /// Zero, and plus or minus any power of two.
    PowerOfTwo,
    /// One of at most four values.
    Finite(BTreeSet<BigRational>),
}

impl Domain {
    /// One of the values given; whole or real numbers if they are too many.
    pub fn of(values: impl IntoIterator<Item = BigRational>) -> Domain {
        let values: BTreeSet<BigRational> = values.into_iter().collect();
        let short =
            |value: &BigRational| value.numer().bits().max(value.denom().bits()) <= MAX_BITS;
        if values.len() <= MAX_VALUES && values.iter().all(short) {
            Domain::Finite(values)
        } else if values.iter().all(BigRational::is_integer) {
            Domain::Integer
        } else {
            Domain::Real
        }
    }

    fn of_whole<const N: usize>(values: [i64; N]) -> Domain {
        Domain::of(values.map(whole))
    }

    /// {0, 1}.
    pub fn binary() -> Domain {
        Domain::of_whole([0, 1])
    }

    /// {−1, 1}.
    pub fn sign() -> Domain {
        Domain::of_whole([-1, 1])
    }

    /// {−1, 0, 1}.
    pub fn ternary() -> Domain {
        Domain::of_whole([-1, 0, 1])
    }

    fn within<const N: usize>(&self, allowed: [i64; N]) -> bool {
        let allowed = allowed.map(whole);
        matches!(self, Domain::Finite(values) if values.iter().all(|v| allowed.contains(v)))
    }

    /// Whether it holds nothing but 0 and 1.
    pub fn is_binary(&self) -> bool {
        self.within([0, 1])
    }

    /// Whether it holds 0 and one other number, as bits times a number do.
    pub fn are_bits(&self) -> bool {
        matches!(self, Domain::Finite(values) if values.len() == 2) && self.has_zero_among_few()
    }

    /// Whether it holds nothing but −1 and 1.
    pub fn is_sign(&self) -> bool {
        self.within([-1, 1])
    }

    /// Whether it holds nothing but −1, 0 and 1.
    pub fn is_ternary(&self) -> bool {
        self.within([-1, 0, 1])
    }

    /// Whether it holds nothing but 0 and plus or minus powers of two.
    pub fn is_power_of_two(&self) -> bool {
        match self {
            Domain::PowerOfTwo => true,
            Domain::Finite(values) => values.iter().all(|value| {
                let power = |n: &BigInt| n.magnitude().count_ones() == 1;
                value.is_zero() || (power(value.numer()) && power(value.denom()))
            }),
            _ => false,
        }
    }

    /// Whether its values are listed.
    pub fn is_few(&self) -> bool {
        matches!(self, Domain::Finite(_))
    }

    /// Whether its values are listed, with 0.
    pub fn has_zero_among_few(&self) -> bool {
        matches!(self, Domain::Finite(values) if values.contains(&BigRational::zero()))
    }

    /// Whether it holds whole numbers only.
    pub fn is_whole(&self) -> bool {
        match self {
            Domain::Integer => true,
            Domain::Finite(values) => values.iter().all(BigRational::is_integer),
            _ => false,
        }
    }

    /// The values of either of two tensors.
    pub fn join(&self, other: &Domain) -> Domain {
        match (self, other) {
            (a, b) if a == b => a.clone(),
            (Domain::Finite(a), Domain::Finite(b)) => Domain::of(a.union(b).cloned()),
            (a, b) if a.is_whole() && b.is_whole() => Domain::Integer,
            (a, b) if a.is_power_of_two() && b.is_power_of_two() => Domain::PowerOfTwo,
            _ => Domain::Real,
        }
    }

    /// The values of `change(x)`, where `change` keeps whole numbers whole if
    /// `whole` says so.
    pub fn map(&self, whole: bool, change: impl Fn(&BigRational) -> BigRational) -> Domain {
        match self {
            Domain::Finite(values) => Domain::of(values.iter().map(change)),
            Domain::Integer if whole => Domain::Integer,
            _ => Domain::Real,
        }
    }

    /// The values of `change(x, y)` with y from `other`; `change` keeps whole
    /// numbers whole, and rises or falls with either where the other stays.
    pub fn combine(
        &self,
        other: &Domain,
        change: impl Fn(&BigRational, &BigRational) -> BigRational,
    ) -> Domain {
        match (self, other) {
            (Domain::Finite(a), Domain::Finite(b)) => Domain::of(
                a.iter()
                    .flat_map(|x| b.iter().map(|y| change(x, y)).collect::<Vec<_>>()),
            ),
            (Domain::Between(ends), Domain::Finite(number)) if number.len() == 1 => {
                let (low, high) = &**ends;
                let ends = number
                    .iter()
                    .flat_map(|y| [change(low, y), change(high, y)]);
                Domain::between_all(ends)
            }
            (Domain::Finite(number), Domain::Between(ends)) if number.len() == 1 => {
                let (low, high) = &**ends;
                let ends = number
                    .iter()
                    .flat_map(|x| [change(x, low), change(x, high)]);
                Domain::between_all(ends)
            }
            (a, b) if a.is_whole() && b.is_whole() => Domain::Integer,
            _ => Domain::Real,
        }
    }

    /// Any number between two bounds; of more bits than a tensor has they are no
    /// bounds any more.
    pub fn between(low: BigRational, high: BigRational) -> Domain {
        let short =
            |value: &BigRational| value.numer().bits().max(value.denom().bits()) <= MAX_BITS;
        match short(&low) && short(&high) {
            true => Domain::Between(Box::new((low.min(high.clone()), high))),
            false => Domain::Real,
        }
    }

    /// Any number from the smallest to the largest of these.
    fn between_all(ends: impl Iterator<Item = BigRational>) -> Domain {
        let mut ends: Vec<BigRational> = ends.collect();
        ends.sort();
        match (ends.first(), ends.last()) {
            (Some(low), Some(high)) => Domain::between(low.clone(), high.clone()),
            _ => Domain::Real,
        }
    }

    /// The values after a clip to `low` and `high`.
    pub fn clipped(&self, low: &BigRational, high: &BigRational) -> Domain {
        let clip = |x: &BigRational| x.clone().max(low.clone()).min(high.clone());
        match self {
            Domain::Finite(_) => self.map(true, clip),
            Domain::Integer => Domain::whole_between(low, high),
            Domain::Between(ends) => Domain::between(clip(&ends.0), clip(&ends.1)),
            // The upper bound is applied last, and so it wins.
            Domain::Real | Domain::PowerOfTwo => {
                Domain::between(low.min(high).clone(), high.clone())
            }
        }
    }

    /// The values after rounding.
    pub fn rounded(&self) -> Domain {
        match self {
            Domain::Finite(_) => self.map(true, BigRational::round),
            Domain::Between(ends) => Domain::rounded_between(&ends.0, &ends.1),
            Domain::Real | Domain::Integer | Domain::PowerOfTwo => Domain::Integer,
        }
    }

    /// A bit, a sign or a ternary value in place of this one, and the number
    /// that makes this of it: {0, 0.7} is 0.7 times a bit. Nothing where it is
    /// one of these itself, or has other values.
    pub fn unit(&self) -> Option<(Domain, BigRational)> {
        let Domain::Finite(values) = self else {
            return None;
        };
        let mut sizes = values.iter().filter(|value| !value.is_zero());
        let first = sizes.next()?;
        let size = first.abs();
        let alike = sizes.all(|value| value.abs() == size);
        if values.len() < 2 || !alike || size.is_one() && self.is_ternary() && !self.is_lone_minus()
        {
            return None;
        }
        // Of {−c, 0} a bit is made by −c itself.
        let number = match values.iter().any(|value| value.is_positive()) {
            true => size,
            false => first.clone(),
        };
        Some((self.map(false, |value| value / &number), number))
    }

    /// Whether it is {−1, 0}.
    fn is_lone_minus(&self) -> bool {
        matches!(self, Domain::Finite(values) if !values.iter().any(|value| value.is_positive()))
    }

    /// The values after rounding what a clip to `low` and `high` leaves.
    pub fn rounded_between(low: &BigRational, high: &BigRational) -> Domain {
        Domain::whole_between(&low.round(), &high.round())
    }

    /// The values that a clip to `low` and `high` leaves of whole numbers: the
    /// whole ones between, and the bounds themselves.
    pub fn whole_between(low: &BigRational, high: &BigRational) -> Domain {
        // The upper bound is applied last, and so it wins.
        let low = low.min(high);
        if high - low > whole(MAX_VALUES as i64) {
            let both_whole = low.is_integer() && high.is_integer();
            return if both_whole {
                Domain::Integer
            } else {
                Domain::Real
            };
        }
        let mut values = vec![low.clone(), high.clone()];
        let mut value = low.ceil();
        while value <= *high {
            values.push(value.clone());
            value += BigRational::one();
        }
        Domain::of(values)
    }

    /// The names by which a model file declares a domain.
    pub const NAMES: [&'static str; 6] = [
        "real",
        "integer",
        "binary",
        "sign",
        "ternary",
        "power-of-two",
    ];
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Domain::Real | Domain::Between(..) => f.write_str("real"),
            Domain::Integer => f.write_str("integer"),
            Domain::PowerOfTwo => f.write_str("±2^k"),
            Domain::Finite(values) => {
                let values: Vec<String> = values.iter().map(crate::number::plain).collect();
                write!(f, "{{{}}}", values.join(", "))
            }
        }
    }
}

/// A name that no domain has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownDomain(pub String);

impl FromStr for Domain {
    type Err = UnknownDomain;

    fn from_str(text: &str) -> Result<Domain, UnknownDomain> {
        Ok(match text {
            "real" => Domain::Real,
            "integer" => Domain::Integer,
            "binary" => Domain::binary(),
            "sign" => Domain::sign(),
            "ternary" => Domain::ternary(),
            "power-of-two" => Domain::PowerOfTwo,
            _ => return Err(UnknownDomain(text.to_owned())),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twice_a_bit_less_one_is_a_sign() {
        let two = whole(2);
        let signs = Domain::binary()
            .map(true, |x| x * &two)
            .map(true, |x| x - whole(1));
        assert!(signs.is_sign());
        assert!(!signs.is_binary());
        assert!(signs.is_ternary() && signs.is_power_of_two());
    }

    #[test]
    fn what_is_joined_or_multiplied_keeps_what_both_allow() {
        assert!(Domain::binary().join(&Domain::sign()).is_ternary());
        assert_eq!(Domain::binary().join(&Domain::Real), Domain::Real);
        assert!(
            Domain::sign()
                .combine(&Domain::ternary(), |a, b| a * b)
                .is_ternary()
        );
        assert_eq!(
            Domain::sign().combine(&Domain::Real, |a, b| a * b),
            Domain::Real
        );
        assert_eq!(
            Domain::Integer.combine(&Domain::binary(), |a, b| a + b),
            Domain::Integer
        );
    }

    #[test]
    fn rounding_a_clipped_number_leaves_few_values() {
        assert!(Domain::rounded_between(&whole(-1), &whole(1)).is_ternary());
        assert!(Domain::rounded_between(&whole(0), &whole(1)).is_binary());
        assert_eq!(
            Domain::rounded_between(&whole(-127), &whole(127)),
            Domain::Integer
        );
        // clip(x, 9, 5) is 5 whatever x is.
        assert_eq!(
            Domain::rounded_between(&whole(9), &whole(5)),
            Domain::of([whole(5)])
        );
        let fifth = |n: i64| BigRational::new(n.into(), 5.into());
        assert_eq!(
            Domain::whole_between(&fifth(-2), &fifth(2)),
            Domain::of([fifth(-2), whole(0), fifth(2)])
        );
    }

    #[test]
    fn declared_names_are_read() {
        for name in Domain::NAMES {
            assert!(name.parse::<Domain>().is_ok(), "{name}");
        }
        assert!("boolean".parse::<Domain>().is_err());
    }
}
