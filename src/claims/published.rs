//! A published number: its digits as printed, its unit, and what has the same
//! digits.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};

use super::quantity::Quantity;
use super::unit::{KNOWN, Unit};
use crate::number;
use crate::source::{Datum, Diagnostic, Place, Problems, Value};

/// More digits than this are no measurement.
const MAX_PLACES: i32 = 30;

/// A number as it was printed.
#[derive(Debug, Clone, PartialEq)]
pub struct Published {
    /// Whether it is a value or a bound.
    pub bound: Bound,
    /// Its digits, as printed.
    digits: String,
    /// Its value in `unit`.
    value: BigRational,
    /// The power of ten of its last digit.
    last: i32,
    /// Its unit.
    pub unit: Unit,
}

/// What is said with a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// It is that, to the printed digits.
    Is,
    /// It is more: `> 80 %`.
    Above,
    /// It is less: `< 1 mJ`.
    Below,
}

impl Published {
    /// Reads `"4.41 J"` or `"> 80 %"`.
    pub fn read(node: &Datum, problems: &mut Problems) -> Option<Published> {
        if let Value::Number(_) = node.value {
            let help = format!("write it as text with its unit, which is {KNOWN}");
            problems.push(Diagnostic::at(&node.place, "a number without a unit").help(help));
            return None;
        }
        let text = node.text(problems)?;
        match parse(&text.value, &node.inside()) {
            Ok(published) => Some(published),
            Err(mistake) => {
                problems.push(mistake);
                None
            }
        }
    }

    /// So many whole percent.
    pub fn percent(percent: u32) -> Option<Published> {
        let unit = Unit::parse("%").ok()?;
        Some(Published {
            bound: Bound::Is,
            digits: percent.to_string(),
            value: number::whole(percent),
            last: 0,
            unit,
        })
    }

    /// As it was printed, with its unit.
    pub fn text(&self) -> String {
        let sign = match self.bound {
            Bound::Is => "",
            Bound::Above => "> ",
            Bound::Below => "< ",
        };
        format!("{sign}{}", self.unit.after(&self.digits))
    }

    /// The quantity, in base units, between the bounds that its rounding
    /// leaves open.
    pub fn quantity(&self) -> Quantity {
        let half = number::quotient(&power_of_ten(self.last), &number::whole(2));
        let scaled = |value: &BigRational| number::product(value, self.unit.scale());
        let (low, high) = (-half.clone(), half);
        Quantity {
            value: scaled(&self.value),
            bounds: (
                scaled(&number::sum(&self.value, &low)),
                scaled(&number::sum(&self.value, &high)),
            ),
            dimension: self.unit.dimension(),
        }
    }

    /// The same without bounds: a number that is not rounded.
    pub fn unrounded(&self) -> Quantity {
        let value = number::product(&self.value, self.unit.scale());
        Quantity::exact(value, self.unit.dimension())
    }

    /// `value`, in base units, with as many digits.
    pub fn same_digits(&self, value: &BigRational) -> String {
        let value = number::quotient(value, self.unit.scale());
        let scientific = self.digits.contains(['e', 'E']);
        let digits = match scientific {
            false => rounded(&value, self.last),
            true => {
                let exponent = exponent(&value);
                let places = self.last - exponent_of_text(&self.digits);
                let mantissa = rounded(&number::quotient(&value, &power_of_ten(exponent)), places);
                format!("{mantissa}e{exponent}")
            }
        };
        self.unit.after(&digits)
    }

    /// By how many of the last printed digit `value`, in base units and
    /// rounded as the number is, is above it.
    pub fn off_by(&self, value: &BigRational) -> BigInt {
        let last = power_of_ten(self.last);
        let steps = |value: &BigRational| number::quotient(value, &last).round().to_integer();
        steps(&number::quotient(value, self.unit.scale())) - steps(&self.value)
    }

    /// Whether `value` has the printed digits, or is beyond the bound.
    pub fn is_met_by(&self, value: &BigRational) -> bool {
        let (published, value) = (&self.value, &number::quotient(value, self.unit.scale()));
        match self.bound {
            Bound::Above => value > published,
            Bound::Below => value < published,
            // A half is rounded to either side.
            Bound::Is => {
                let apart = number::sum(value, &-published).abs();
                number::product(&apart, &number::whole(2)) <= power_of_ten(self.last)
            }
        }
    }

    /// Whether some value between the bounds of `quantity` does.
    pub fn is_met_within(&self, quantity: &Quantity) -> bool {
        let (low, high) = &quantity.bounds;
        let here = number::product(&self.value, self.unit.scale());
        match self.bound {
            Bound::Is if *low <= here && here <= *high => true,
            _ => self.is_met_by(low) || self.is_met_by(high),
        }
    }
}

/// `10^power`, exactly.
fn power_of_ten(power: i32) -> BigRational {
    number::whole(10).pow(power)
}

/// The exponent of the first digit.
fn exponent(value: &BigRational) -> i32 {
    let mut exponent = number::to_f64(&value.abs())
        .log10()
        .floor()
        .to_i32()
        .unwrap_or(0);
    // Logarithms round; powers of ten are exact.
    if value.abs() >= power_of_ten(exponent + 1) {
        exponent += 1;
    }
    exponent
}

fn exponent_of_text(text: &str) -> i32 {
    let end = text.split(['e', 'E']).nth(1);
    end.and_then(|end| end.parse().ok()).unwrap_or(0)
}

/// `value` rounded at the digit of 10^`last`.
fn rounded(value: &BigRational, last: i32) -> String {
    let digit = power_of_ten(last);
    let value = number::product(&number::quotient(value, &digit).round(), &digit);
    let decimals = usize::try_from(-last).unwrap_or(0);
    let text = number::plain(&value);
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    match decimals {
        0 => whole.to_owned(),
        _ => format!("{whole}.{fraction:0<decimals$}"),
    }
}

/// A number with its unit.
fn parse(text: &str, place: &Place) -> Result<Published, Diagnostic> {
    let wrong = |message: String| Diagnostic::at(place, message);
    let trimmed = text.trim_start();
    let (bound, rest) = match trimmed.chars().next() {
        Some('>' | '≥') => (Bound::Above, 1),
        Some('<' | '≤') => (Bound::Below, 1),
        _ => (Bound::Is, 0),
    };
    let rest = trimmed.get(trimmed.char_indices().nth(rest).map_or(0, |(at, _)| at)..);
    let rest = rest.unwrap_or("").trim_start();
    let end = number_end(rest);
    let (digits, unit) = rest.split_at(end);
    let Some(value) = number::parse_decimal(digits) else {
        let message = format!("`{text}` does not begin with a number");
        return Err(wrong(message).help("write it as printed, with its unit: `4.41 J`"));
    };
    let unit = Unit::parse(unit).map_err(|message| {
        wrong(message).help(format!("the unit of a published number is {KNOWN}"))
    })?;
    let (mantissa, _) = digits.split_once(['e', 'E']).unwrap_or((digits, ""));
    let decimals = mantissa.split_once('.').map_or(0, |(_, end)| end.len());
    let decimals = i32::try_from(decimals).unwrap_or(i32::MAX);
    let last = exponent_of_text(digits).saturating_sub(decimals);
    if last.abs() > MAX_PLACES {
        return Err(wrong(format!(
            "`{digits}` has more digits than can be meant"
        )));
    }
    if value.is_zero() && bound == Bound::Is && last >= 0 {
        return Err(wrong("a published 0 says nothing".to_owned()));
    }
    Ok(Published {
        bound,
        digits: digits.to_owned(),
        value,
        last,
        unit,
    })
}

/// Where the number that a text begins with ends.
fn number_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut end = 0;
    while let Some(byte) = bytes.get(end) {
        let next = bytes.get(end + 1);
        let is_sign = matches!(byte, b'+' | b'-');
        let after_e = end > 0 && matches!(bytes.get(end - 1), Some(b'e' | b'E'));
        let exponent =
            matches!(byte, b'e' | b'E') && matches!(next, Some(b'0'..=b'9' | b'+' | b'-'));
        let part = byte.is_ascii_digit()
            || matches!(byte, b'.' | b'_')
            || exponent && end > 0
            || is_sign && (end == 0 || after_e);
        if !part {
            break;
        }
        end += 1;
    }
    end
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::source::Source;

    fn published(text: &str) -> Published {
        parse(text, &Place::whole(&Source::new("p", text))).unwrap()
    }

    fn decimal(text: &str) -> BigRational {
        number::parse_decimal(text).unwrap()
    }

    #[test]
    fn a_number_is_met_to_its_last_printed_digit() {
        let joules = published("4.41 J");
        assert!(joules.is_met_by(&decimal("4.4149")));
        assert!(joules.is_met_by(&decimal("4.415")));
        assert!(!joules.is_met_by(&decimal("4.4151")));
        assert_eq!(joules.same_digits(&decimal("4.4")), "4.40 J");
        assert_eq!(joules.off_by(&decimal("4.4")), BigInt::from(-1));
        assert_eq!(joules.text(), "4.41 J");
        let few = published("0.04 J");
        assert_eq!(few.off_by(&decimal("0.034")), BigInt::from(-1));
    }

    #[test]
    fn units_and_powers_are_kept() {
        let flops = published("3.14e23 FLOPs");
        assert_eq!(flops.same_digits(&decimal("3.1449e23")), "3.14e23 FLOPs");
        assert_eq!(flops.same_digits(&decimal("2.9e22")), "2.90e22 FLOPs");
        let share = published("73%");
        assert!(share.is_met_by(&decimal("0.731")));
        assert_eq!(share.same_digits(&decimal("0.731")), "73 %");
        assert_eq!(published("71.4 times").text(), "71.4×");
        assert_eq!(published("-2 %").same_digits(&decimal("-0.021")), "-2 %");
    }

    #[test]
    fn a_bound_is_met_beyond_it() {
        let more = published("> 80 %");
        assert!(more.is_met_by(&decimal("0.8125")));
        assert!(!more.is_met_by(&decimal("0.8")));
        assert_eq!(more.text(), "> 80 %");
    }

    #[test]
    fn what_is_no_number_with_a_unit_is_told() {
        for text in [
            "", "J", "4.41", "4..1 J", "1e99 J", "≈ 4 J", "0 J", "8.69 G",
        ] {
            assert!(parse(text, &Place::whole(&Source::new("p", text))).is_err());
        }
    }
}
