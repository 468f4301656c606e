//! Bounds of formulas over dims: which of two is the larger whatever the dims
//! are, and what is rounded or clamped by that.
//!
//! A dim that has no number yet is at least 1.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use super::extent::{ceil, floor};
use crate::number::whole;
use crate::symbolic::{Atom, Expr, Monomial};

/// Maxima and floors are looked into to this depth; beyond it no bound is
/// found.
const MAX_DEPTH: usize = 4;
/// Formulas of more terms are not looked at.
const MAX_TERMS: usize = 32;
/// No axis without a number is so long: what ends there ends with the axis.
const FAR: i64 = 1_000_000_000;

/// The larger of two; one of them where that is so for all dims.
pub(crate) fn larger(a: &Expr, b: &Expr) -> Expr {
    if is_non_negative(&(a - b)) {
        a.clone()
    } else if is_non_negative(&(b - a)) {
        b.clone()
    } else {
        a.larger(b)
    }
}

/// The smaller of two; one of them where that is so for all dims.
pub(crate) fn smaller(a: &Expr, b: &Expr) -> Expr {
    -larger(&-a.clone(), &-b.clone())
}

/// The whole number next to it on the way to 0.
pub(crate) fn truncate(value: &Expr) -> Expr {
    if is_non_negative(value) {
        return floor(value);
    }
    let zero = Expr::zero();
    let negated = -value.clone();
    if is_non_negative(&negated) {
        return ceil(value);
    }
    &floor(&value.larger(&zero)) - &floor(&negated.larger(&zero))
}

/// Where a bound of a slice lies, counted from the end where it is negative,
/// and kept between `low` and `high` as the operator does.
pub(crate) fn clamp(bound: &Expr, extent: &Expr, low: &Expr, high: &Expr) -> Expr {
    // Numbers that stand for "to the end" mean all of an axis of any length.
    if let (Some(value), None) = (bound.as_constant(), extent.as_constant()) {
        if value >= whole(FAR) {
            return high.clone();
        }
        if value <= whole(-FAR) {
            return low.clone();
        }
    }
    let past_start = -bound.clone();
    let from_end = extent + bound;
    let placed = if is_non_negative(bound) {
        bound.clone()
    } else if is_non_negative(&(&past_start - &Expr::one())) {
        from_end
    } else {
        // 1 where the bound is negative, 0 elsewhere: both are whole.
        let negative = smaller(&larger(&past_start, &Expr::zero()), &Expr::one());
        bound + &(extent * &negative)
    };
    smaller(&larger(&placed, low), high)
}

/// Whether it is not below 0, whatever the dims are.
pub(crate) fn is_non_negative(value: &Expr) -> bool {
    least(value, MAX_DEPTH).is_some_and(|least| !least.is_negative())
}

/// A number that `value` is not below.
fn least(value: &Expr, depth: usize) -> Option<BigRational> {
    if let Some(constant) = value.as_constant() {
        return Some(constant);
    }
    if depth == 0 || value.terms().len() > MAX_TERMS {
        return None;
    }
    // One maximum or floor at a time, by what it lies between.
    for (monomial, coefficient) in value.terms() {
        let [(atom, 1)] = monomial.factors() else {
            continue;
        };
        let rest = value - &Expr::from_term(monomial, coefficient);
        let with = |part: &Expr| least(&(&rest + &part.scale(coefficient)), depth - 1);
        match atom {
            Atom::Max(pair) if coefficient.is_negative() => {
                return Some(with(&pair.0)?.min(with(&pair.1)?));
            }
            Atom::Max(pair) => {
                return [with(&pair.0), with(&pair.1)].into_iter().flatten().max();
            }
            // ⌊x⌋ ≤ x
            Atom::Floor(inner) if coefficient.is_negative() => return with(inner),
            // ⌊x⌋ > x − 1, and by 1/m where x is a share of so many.
            Atom::Floor(inner) => {
                let share = BigRational::new(BigInt::one(), denominator(inner));
                return with(&(&**inner + &Expr::constant(share - whole(1))));
            }
            _ => {}
        }
    }
    let mut sum = BigRational::zero();
    for (monomial, coefficient) in value.terms() {
        let positive = !coefficient.is_negative();
        sum += match (monomial.factors(), positive) {
            ([], _) => coefficient.clone(),
            (_, true) => coefficient * least_product(monomial, depth)?,
            (_, false) => return None,
        };
    }
    Some(sum)
}

/// What whole numbers are divided by in it at most.
fn denominator(value: &Expr) -> BigInt {
    (value.terms()).fold(BigInt::one(), |all, (_, coefficient)| {
        num_integer::lcm(all, coefficient.denom().clone())
    })
}

/// A number that a product of dims is not below.
fn least_product(monomial: &Monomial, depth: usize) -> Option<BigRational> {
    let mut product = BigRational::one();
    for (atom, exponent) in monomial.factors() {
        let least = match atom {
            Atom::Symbol(_) => whole(1),
            Atom::Call(_) => BigRational::zero(),
            Atom::Group(inner) => least(inner, depth - 1)?,
            Atom::Floor(inner) => least(inner, depth - 1)?.floor(),
            Atom::Max(pair) => least(&pair.0, depth - 1)?.max(least(&pair.1, depth - 1)?),
        };
        if least.is_negative() {
            return None;
        }
        // A divisor may be as large as it likes.
        product *= match u8::try_from(*exponent) {
            Ok(exponent) => num_traits::pow(least, exponent.into()),
            Err(_) => BigRational::zero(),
        };
    }
    Some(product)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn n() -> Expr {
        Expr::symbol("n")
    }

    fn number(value: i64) -> Expr {
        Expr::whole(value)
    }

    /// What a formula is for n.
    fn at(formula: &Expr, n: i64) -> Expr {
        let value = |_: &crate::symbolic::Symbol| Some(Expr::whole(n));
        formula.substitute(&value).unwrap_or_else(Expr::zero)
    }

    #[test]
    fn of_two_formulas_the_larger_is_known_where_it_is_so_for_all_dims() {
        let half = floor(&n().scale(&BigRational::new(1.into(), 2.into())));
        assert_eq!(larger(&n(), &half), n());
        assert_eq!(smaller(&n(), &half), half);
        assert_eq!(larger(&(&n() - &number(1)), &number(0)), &n() - &number(1));
        // n − 2 is −1 for n = 1.
        let open = larger(&(&n() - &number(2)), &number(0));
        assert_eq!(at(&open, 1), number(0));
        assert_eq!(at(&open, 5), number(3));
    }

    #[test]
    fn quotients_are_cut_off_on_the_way_to_zero() {
        let half = |value: Expr| value.scale(&BigRational::new(1.into(), 2.into()));
        // −7 / 2 is −3, 7 / 2 is 3; (n − 4) / 2 is −1 for n = 1, not −2.
        assert_eq!(truncate(&half(number(-7))), number(-3));
        assert_eq!(truncate(&half(number(7))), number(3));
        let open = truncate(&half(&n() - &number(4)));
        assert_eq!(at(&open, 1), number(-1));
        assert_eq!(at(&open, 9), number(2));
    }

    #[test]
    fn bounds_of_slices_count_from_the_end_and_are_kept_within() {
        let within = |bound: &Expr, extent: &Expr| clamp(bound, extent, &number(0), extent);
        // −12 of 10 is the first, 12 of 10 the end, −3 of 10 the eighth.
        assert_eq!(within(&number(-12), &number(10)), number(0));
        assert_eq!(within(&number(12), &number(10)), number(10));
        assert_eq!(within(&number(-3), &number(10)), number(7));
        // n − 3 of n: for n = 2 that is −1, the last; for n = 8 the sixth.
        let open = within(&(&n() - &number(3)), &n());
        assert_eq!(at(&open, 2), number(1));
        assert_eq!(at(&open, 8), number(5));
        // −n of 4: the first from n = 4 on.
        let open = within(&-n(), &number(4));
        assert_eq!(at(&open, 3), number(1));
        assert_eq!(at(&open, 10), number(0));
    }
}
