//! How the price of an access goes with the size of a memory.
//!
//! Published sizes lie near a straight line in a double logarithmic plot: the
//! price goes with a power of the size, which tables give as `law`. Such a power
//! is no fraction. Its value here has twelve digits, and is the same wherever it
//! is asked for.

use num_rational::BigRational;
use num_traits::{FromPrimitive, Signed, Zero};

use crate::number;
use crate::source::{Datum, Diagnostic, Problems};
use crate::symbolic::{EvalError, Expr, Function, Prepared};

/// The steepest law: a price that goes with the square of the size.
const MOST: i64 = 2;
/// How many decimals of the power's logarithm to the base of 10 are given up:
/// none of a double has more digits that are alike on every machine.
const DIGITS: i32 = 12;

/// A price that goes with a power of the size.
#[derive(Debug, Clone, PartialEq)]
pub struct SizeLaw {
    /// The power.
    pub exponent: BigRational,
    /// The size for which the price was published, in KiB.
    pub at_kib: BigRational,
}

impl SizeLaw {
    /// Reads the power.
    pub(super) fn read_exponent(node: &Datum, problems: &mut Problems) -> Option<BigRational> {
        let exponent = node.number(problems)?;
        if !exponent.value.is_negative() && exponent.value <= number::whole(MOST) {
            return Some(exponent.value);
        }
        problems.push(
            Diagnostic::at(&exponent.place, "a law is a power between 0 and 2")
                .help("`law = 0.5` is a price that goes with the square root of the size"),
        );
        None
    }

    /// By how much the price at `size_kib` is more than the published one.
    pub fn factor(&self, size_kib: &BigRational) -> BigRational {
        power(&(size_kib / &self.at_kib), &self.exponent)
    }

    /// The same as an expression in the size.
    pub fn open_factor(&self, size_kib: &Expr) -> Expr {
        let ratio = size_kib.scale(&self.at_kib.recip());
        let function = Power {
            name: format!("power_{}", number::plain(&self.exponent)),
            exponent: self.exponent.clone(),
        };
        Expr::call(std::sync::Arc::new(function), vec![ratio])
    }
}

/// A positive number to a power, to twelve digits.
fn power(base: &BigRational, exponent: &BigRational) -> BigRational {
    let exact = |value| BigRational::from_f64(value).unwrap_or_default();
    let found = digits(number::to_f64(base), number::to_f64(exponent));
    found.map_or_else(BigRational::zero, |(digits, scale)| {
        exact(digits) / exact(scale)
    })
}

/// A positive number to a power, to twelve digits: digits and the power of ten
/// that divides them.
fn digits(base: f64, exponent: f64) -> Option<(f64, f64)> {
    let value = base.powf(exponent);
    if value == 0.0 || !value.is_finite() {
        return None;
    }
    let scale = 10_f64.powi(DIGITS - 1 - value.abs().log10().floor() as i32);
    Some(((value * scale).round(), scale)).filter(|(_, scale)| *scale > 0.0 && scale.is_finite())
}

/// A power of its argument.
#[derive(Debug)]
struct Power {
    name: String,
    exponent: BigRational,
}

impl Function for Power {
    fn name(&self) -> &str {
        &self.name
    }

    fn evaluate(&self, arguments: &[BigRational]) -> Result<BigRational, EvalError> {
        match arguments {
            [base] if base.is_positive() => Ok(power(base, &self.exponent)),
            _ => Err(EvalError::NoValue("a level holds nothing".to_owned())),
        }
    }

    fn prepare(&self, _: &[Option<f64>]) -> Prepared {
        let exponent = number::to_f64(&self.exponent);
        Box::new(move |arguments| match arguments {
            // Division rounds to the double next to the exact quotient.
            [base] if *base > 0.0 => {
                digits(*base, exponent).map_or(0.0, |(digits, scale)| digits / scale)
            }
            _ => f64::NAN,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::whole;

    fn law(exponent: &str) -> SizeLaw {
        SizeLaw {
            exponent: number::parse_decimal(exponent).unwrap_or_default(),
            at_kib: whole(8),
        }
    }

    #[test]
    fn a_price_goes_with_a_power_of_the_size() {
        // Four times the size at the power of a half is twice the price, at 0
        // the same, at 1 four times.
        assert_eq!(law("0.5").factor(&whole(32)), whole(2));
        assert_eq!(law("0").factor(&whole(32)), whole(1));
        assert_eq!(law("1").factor(&whole(32)), whole(4));
        // 2^0.475 = e^(0.475 · 0.693147) = e^0.329245 = 1.38992.
        let factor = number::to_f64(&law("0.475").factor(&whole(16)));
        assert!((factor - 1.389918).abs() < 1e-6, "{factor}");
    }

    #[test]
    fn as_an_expression_it_has_the_same_values() {
        let open = law("0.475").open_factor(&Expr::symbol("kib"));
        assert_eq!(open.to_string(), "power_0.475(0.125·kib)");
        for size in [1, 8, 9, 64, 1000] {
            let mut values = crate::symbolic::Bindings::default();
            values.set(crate::symbolic::Symbol::new("kib"), whole(size));
            assert_eq!(
                open.evaluate(&values),
                Ok(law("0.475").factor(&whole(size)))
            );
        }
    }
}
