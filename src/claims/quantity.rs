//! A value with its dimension, and how far the rounding of what it is computed
//! from leaves it open.

use num_rational::BigRational;
use num_traits::{Signed, Zero};

use super::unit::{Dimension, Unit};
use crate::number;
use crate::units::significant;

/// A quantity: exact, between bounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// The value, in joules, seconds, things and bits.
    pub value: BigRational,
    /// The least and the most that it can be.
    pub bounds: (BigRational, BigRational),
    /// What it measures.
    pub dimension: Dimension,
}

impl Quantity {
    /// A value that nothing leaves open.
    pub fn exact(value: BigRational, dimension: Dimension) -> Quantity {
        Quantity {
            bounds: (value.clone(), value.clone()),
            value,
            dimension,
        }
    }

    /// 0, in whatever dimension.
    pub fn zero(dimension: Dimension) -> Quantity {
        Quantity::exact(BigRational::zero(), dimension)
    }

    /// Whether nothing leaves it open.
    fn is_exact(&self) -> bool {
        self.bounds.0 == self.value && self.bounds.1 == self.value
    }

    /// The sum, if the two can be added.
    pub fn plus(&self, other: &Quantity) -> Option<Quantity> {
        if self.dimension != other.dimension {
            return None;
        }
        let value = number::sum(&self.value, &other.value);
        if self.is_exact() && other.is_exact() {
            return Some(Quantity::exact(value, self.dimension));
        }
        Some(Quantity {
            value,
            bounds: (
                number::sum(&self.bounds.0, &other.bounds.0),
                number::sum(&self.bounds.1, &other.bounds.1),
            ),
            dimension: self.dimension,
        })
    }

    /// The same with the other sign.
    pub fn negated(&self) -> Quantity {
        Quantity {
            value: -&self.value,
            bounds: (-&self.bounds.1, -&self.bounds.0),
            dimension: self.dimension,
        }
    }

    /// The product.
    pub fn times(&self, other: &Quantity) -> Quantity {
        let value = number::product(&self.value, &other.value);
        let dimension = self.dimension.times(other.dimension);
        if self.is_exact() && other.is_exact() {
            return Quantity::exact(value, dimension);
        }
        let ends = |quantity: &Quantity| [quantity.bounds.0.clone(), quantity.bounds.1.clone()];
        let (mut low, mut high) = (None::<BigRational>, None::<BigRational>);
        for a in ends(self) {
            for b in ends(other) {
                let product = number::product(&a, &b);
                low = Some(low.map_or_else(|| product.clone(), |low| low.min(product.clone())));
                high = Some(high.map_or_else(|| product.clone(), |high| high.max(product.clone())));
            }
        }
        Quantity {
            bounds: (
                low.unwrap_or_else(|| value.clone()),
                high.unwrap_or_else(|| value.clone()),
            ),
            value,
            dimension,
        }
    }

    /// The quotient; none where the divisor is or can be 0.
    pub fn over(&self, other: &Quantity) -> Option<Quantity> {
        let (low, high) = &other.bounds;
        if !low.is_positive() && !high.is_negative() {
            return None;
        }
        let inverse = Quantity {
            value: other.value.recip(),
            bounds: (high.recip(), low.recip()),
            dimension: Dimension::NONE.per(other.dimension),
        };
        Some(self.times(&inverse))
    }

    /// Four significant digits in a unit that fits, for reading along.
    pub fn shown(&self) -> String {
        let value = number::to_f64(&self.value);
        let unit = Unit::usual(self.dimension, value);
        let in_unit = number::to_f64(&(&self.value / unit.scale()));
        let mut text = significant(in_unit, 4);
        if text.contains('.') && !text.contains('e') {
            text = text.trim_end_matches('0').trim_end_matches('.').to_owned();
        }
        unit.after(&text)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn between(low: i64, value: i64, high: i64) -> Quantity {
        Quantity {
            value: number::whole(value),
            bounds: (number::whole(low), number::whole(high)),
            dimension: Dimension::NONE,
        }
    }

    #[test]
    fn bounds_hold_every_result() {
        let (a, b) = (between(-2, 1, 3), between(4, 5, 6));
        assert_eq!(a.plus(&b).unwrap(), between(2, 6, 9));
        assert_eq!(a.negated(), between(-3, -1, 2));
        assert_eq!(a.times(&b), between(-12, 5, 18));
        let quotient = b.over(&between(1, 2, 2)).unwrap();
        assert_eq!(quotient.bounds, (number::whole(2), number::whole(6)));
        assert_eq!(b.over(&a), None);
    }

    #[test]
    fn an_energy_and_a_count_have_no_sum() {
        let energy = Quantity::zero(Dimension::ENERGY);
        assert_eq!(energy.plus(&Quantity::zero(Dimension::COUNT)), None);
        let each = Quantity::exact(number::whole(2), Dimension::PER_OPERATION);
        let count = Quantity::exact(number::whole(3_000_000), Dimension::COUNT);
        assert_eq!(each.times(&count).shown(), "6 MJ");
        assert_eq!(count.shown(), "3 Mop");
    }
}
