//! What a power is computed with.
//!
//! | exponent | steps for every element |
//! |---|---|
//! | n = 1, 2, 3, … | n − 1 multiplications |
//! | 1/2 | a square root |
//! | −n, −1/2 | as for n or 1/2, and a division |
//! | 0 | none: all is 1 |
//! | any other | a logarithm of the base, a multiplication, an exponential |

use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

use super::operand::{Operand, Transfer};
use crate::domain::Domain;
use crate::number::whole;
use crate::primitive::Primitive;

/// Whole exponents above this, or below its negative, are refused.
const MAX_POWER: i32 = 64;

/// `base` to the power of `exponent`.
///
/// # Errors
/// An exponent that is too large, or below 0 for a base of 0.
pub(super) fn power(base: &Operand, exponent: &Operand) -> Result<Transfer, String> {
    let is_number = base.is_number && exponent.is_number;
    let Some(exponent) = exponent.constant() else {
        return Ok(by_logarithm(is_number));
    };
    let divides = exponent.is_negative();
    if divides && base.constant().is_some_and(BigRational::is_zero) {
        return Err("division by zero".to_owned());
    }
    let size = exponent.abs();
    let (mut steps, mut domain) = if (&size + &size).is_one() {
        (vec![Primitive::Sqrt], Domain::Real)
    } else if size.is_integer() {
        let times = (size.numer().to_i32())
            .filter(|times| *times <= MAX_POWER)
            .ok_or_else(|| format!("a whole exponent must be from -{MAX_POWER} to {MAX_POWER}"))?;
        (chain(times), values(&base.domain, times))
    } else {
        return Ok(by_logarithm(is_number));
    };
    if divides {
        steps.push(Primitive::Div);
        domain = reciprocals(&domain);
    }
    Ok(Transfer::of(steps, Operand::result(domain, is_number)))
}

/// x^p = exp(p · log x). The logarithm is taken once for every element of the
/// base, however far the exponent stretches it.
fn by_logarithm(is_number: bool) -> Transfer {
    Transfer {
        on_base: vec![Primitive::Log],
        on_result: vec![Primitive::Mul, Primitive::Exp],
        result: Operand::result(Domain::Real, is_number),
    }
}

/// Every further factor is one multiplication.
fn chain(times: i32) -> Vec<Primitive> {
    let steps = usize::try_from(times.saturating_sub(1)).unwrap_or(0);
    vec![Primitive::Mul; steps]
}

/// The values of x^times, for times from 0 on.
fn values(base: &Domain, times: i32) -> Domain {
    match (base, times) {
        (_, 0) => Domain::of([whole(1)]),
        (Domain::PowerOfTwo, _) => Domain::PowerOfTwo,
        (other, 1) => other.clone(),
        (other, _) => other.map(true, |x| x.pow(times)),
    }
}

/// The values of 1/x.
pub(super) fn reciprocals(domain: &Domain) -> Domain {
    match domain {
        Domain::Finite(values) if !values.iter().any(BigRational::is_zero) => {
            domain.map(false, BigRational::recip)
        }
        _ => Domain::Real,
    }
}
