//! What a product costs where the values of its operands are known, and which
//! values it gives.

use num_traits::One;

use crate::domain::Domain;
use crate::model::Map;
use crate::number::whole;
use crate::primitive::Primitive;

/// The cheapest map that gives the product of values of the two domains.
pub(super) fn product_of(a: &Domain, b: &Domain) -> Map {
    if a.is_binary() && b.is_binary() {
        Map::And
    } else if a.is_sign() && b.is_sign() {
        Map::Xnor
    } else if a.is_binary() || b.is_binary() {
        Map::Select
    } else if a.is_sign() || b.is_sign() {
        Map::Negate
    } else if a.is_ternary() || b.is_ternary() {
        Map::Ternary
    } else if a.is_power_of_two() || b.is_power_of_two() {
        Map::Shift
    } else {
        Map::Mul
    }
}

/// The cheapest map for the products of a sum, and what every sum then takes
/// once: where all values of an operand are bits, signs or ternary values times
/// one number, that number is applied to the sum.
pub(super) fn product_in_sum(a: &Domain, b: &Domain) -> (Map, Option<Primitive>) {
    let plain = product_of(a, b);
    let unit = |domain: &Domain| match domain.unit() {
        Some(unit) => unit,
        None => (domain.clone(), whole(1)),
    };
    let ((a, times_a), (b, times_b)) = (unit(a), unit(b));
    let number = times_a * times_b;
    let taken_out = product_of(&a, &b);
    let is_cheaper =
        matches!(plain, Map::Mul | Map::Shift) || matches!(taken_out, Map::And | Map::Xnor);
    if taken_out == plain || !is_cheaper {
        return (plain, None);
    }
    let factor = match Domain::of([number.clone()]).is_power_of_two() {
        _ if number.is_one() => None,
        true => Some(Primitive::Shift),
        false => Some(Primitive::Mul),
    };
    (taken_out, factor)
}

/// The cheapest map that gives the product of a tensor's values by a number:
/// two values that are each other's negative, or 0, are chosen between.
pub(super) fn product_by_number(tensor: &Domain) -> Map {
    let unit = tensor.unit().map(|(unit, _)| unit);
    match product_of(unit.as_ref().unwrap_or(tensor), &Domain::Real) {
        Map::Shift => Map::Mul,
        map => map,
    }
}

/// The values of the product of values of the two domains.
pub(super) fn domain_of_product(a: &Domain, b: &Domain) -> Domain {
    match (a, b) {
        (Domain::PowerOfTwo, other) | (other, Domain::PowerOfTwo) if other.is_power_of_two() => {
            Domain::PowerOfTwo
        }
        _ => a.combine(b, |x, y| x * y),
    }
}

#[cfg(test)]
mod tests {
    use num_rational::BigRational;

    use super::*;

    fn fraction(numerator: i64, denominator: i64) -> BigRational {
        BigRational::new(numerator.into(), denominator.into())
    }

    #[test]
    fn a_number_that_all_values_share_is_taken_out_of_the_sum() {
        let real = Domain::Real;
        let spikes = Domain::of([whole(0), fraction(7, 10)]);
        let halves = Domain::of([whole(0), fraction(1, 2)]);
        let scaled = Domain::of([fraction(-3, 10), whole(0), fraction(3, 10)]);
        let (mul, shift) = (Some(Primitive::Mul), Some(Primitive::Shift));
        assert_eq!(product_in_sum(&spikes, &real), (Map::Select, mul));
        assert_eq!(product_in_sum(&real, &halves), (Map::Select, shift));
        assert_eq!(product_in_sum(&real, &scaled), (Map::Ternary, mul));
        assert_eq!(product_in_sum(&spikes, &Domain::binary()), (Map::And, mul));
        assert_eq!(
            product_in_sum(&Domain::binary(), &real),
            (Map::Select, None)
        );
        // 0, 1 and 2 share no number.
        let counts = Domain::of([whole(0), whole(1), whole(2)]);
        assert_eq!(product_in_sum(&counts, &real), (Map::Shift, None));
        // {−1, 0} is a bit times −1, which is a change of sign of the sum.
        let negative = Domain::of([whole(-1), whole(0)]);
        assert_eq!(product_in_sum(&negative, &real), (Map::Ternary, None));
    }

    #[test]
    fn the_domains_decide() {
        let real = Domain::Real;
        assert_eq!(product_of(&real, &real), Map::Mul);
        assert_eq!(product_of(&Domain::binary(), &real), Map::Select);
        assert_eq!(product_of(&real, &Domain::sign()), Map::Negate);
        assert_eq!(product_of(&real, &Domain::ternary()), Map::Ternary);
        assert_eq!(product_of(&Domain::PowerOfTwo, &real), Map::Shift);
        assert_eq!(product_of(&Domain::sign(), &Domain::sign()), Map::Xnor);
        assert_eq!(product_of(&Domain::binary(), &Domain::binary()), Map::And);
        assert_eq!(product_of(&Domain::Integer, &real), Map::Mul);
    }
}
