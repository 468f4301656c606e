//! Widths that are fractions of bits, for a search that goes by whole numbers.
//!
//! A weight whose blocks hold scales beside their numbers takes 4.5 bits. The
//! search for tiles takes widths and the capacity in a unit of which all of them
//! are whole numbers, and gives what crosses in that unit. Means over layers may
//! have denominators that no buffer can be measured in: tiles are then chosen for
//! the next 256th of a bit above, and what crosses with them is counted exactly.

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, ToPrimitive};

use crate::number::whole;
use crate::symbolic::Expr;

/// The finest unit that is exact: so many make a bit.
const FINEST: u64 = 1024;
/// So many units make a bit where none is exact.
const ROUNDED: u64 = 256;

/// The widths of a search: of both operands, of partial sums and of the result.
pub(super) struct Units {
    /// How many units make a bit.
    unit: u64,
    widths: [Expr; 4],
    /// What a number of units of each of the first three is in bits.
    bits: [BigRational; 3],
    is_exact: bool,
}

impl Units {
    pub(super) fn of(widths: &[Expr; 4]) -> Units {
        let constants = widths.each_ref().map(Expr::as_constant);
        let denominators = constants.iter().flatten().map(BigRational::denom);
        let all = denominators.fold(BigInt::one(), |all, one| all.lcm(one));
        let exact = all.to_u64().filter(|unit| *unit <= FINEST);
        let unit = exact.unwrap_or(ROUNDED);
        let per_bit = whole(unit);
        let mut bits = [(); 3].map(|()| per_bit.recip());
        let mut own = widths.clone();
        for (at, (width, exact)) in own.iter_mut().zip(constants).enumerate() {
            let Some(exact) = exact else { continue };
            let rounded = (&exact * &per_bit).ceil();
            if let Some(bits) = bits.get_mut(at).filter(|_| rounded != whole(0)) {
                *bits = &exact / &rounded;
            }
            *width = Expr::constant(rounded);
        }
        Units {
            unit,
            widths: own,
            bits,
            is_exact: exact.is_some(),
        }
    }

    /// How many make a bit.
    pub(super) fn per_bit(&self) -> u64 {
        self.unit
    }

    /// Whether no width was rounded.
    pub(super) fn is_exact(&self) -> bool {
        self.is_exact
    }

    /// The arguments of a search: the capacity, the widths and the extents.
    pub(super) fn arguments(&self, capacity: &Expr, extents: &[Expr]) -> Vec<Expr> {
        let capacity = capacity.scale(&whole(self.unit));
        let head = std::iter::once(capacity).chain(self.widths.iter().cloned());
        head.chain(extents.iter().cloned()).collect()
    }

    /// What crosses, in bits.
    pub(super) fn in_bits(&self, crossing: [Expr; 3]) -> [Expr; 3] {
        if self.unit == 1 {
            return crossing;
        }
        let mut bits = self.bits.iter();
        crossing.map(|units| match bits.next() {
            Some(bits) => units.scale(bits),
            None => units,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rational(over: i64, under: i64) -> BigRational {
        whole(over) / whole(under)
    }

    fn units(weight: BigRational) -> Units {
        let [a, partial, result] = [16, 32, 16].map(Expr::whole);
        Units::of(&[a, Expr::constant(weight), partial, result])
    }

    #[test]
    fn a_width_of_half_bits_is_told_in_half_bits() {
        // 4.5 bits are 9 halves, a buffer of 100 bits holds 200 of them, and 18
        // halves of the second operand are 9 bits.
        let units = units(rational(9, 2));
        assert_eq!(units.per_bit(), 2);
        assert!(units.is_exact());
        let arguments = units.arguments(&Expr::whole(100), &[Expr::whole(3)]);
        assert_eq!(arguments, [200, 32, 9, 64, 32, 3].map(Expr::whole));
        let [a, b, sums] = units.in_bits([18, 18, 18].map(Expr::whole));
        assert_eq!([a, b, sums], [9, 9, 9].map(Expr::whole));
    }

    #[test]
    fn whole_widths_stay_as_they_are() {
        let units = units(whole(4));
        assert_eq!(units.per_bit(), 1);
        let arguments = units.arguments(&Expr::whole(100), &[]);
        assert_eq!(arguments, [100, 16, 4, 32, 16].map(Expr::whole));
    }

    #[test]
    fn what_no_unit_holds_is_rounded_for_the_tiles_and_counted_exactly() {
        // 4 + 1/4099 bits: 1024.06 units of 1/256 bit, taken as 1025. Of 1025
        // units that cross there are as many bits as one number takes.
        let exact = whole(4) + rational(1, 4099);
        let units = units(exact.clone());
        assert_eq!(units.per_bit(), 256);
        assert!(!units.is_exact());
        let [_, b, _] = units.in_bits([0, 1025, 0].map(Expr::whole));
        assert_eq!(b, Expr::constant(exact));
    }
}
