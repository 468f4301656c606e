//! What a product costs where the values of its operands are known, and which
//! values it gives.

use crate::domain::Domain;
use crate::model::Map;

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
    use super::*;

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
