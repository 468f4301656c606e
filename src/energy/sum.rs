//! Long sums of exact numbers.

use std::collections::BTreeMap;

use num_bigint::BigInt;
use num_rational::BigRational;

use crate::number::sum;

/// A sum of many numbers of few denominators: they are brought to one, and to
/// lowest terms, only at its end.
#[derive(Default)]
pub(crate) struct Sum(BTreeMap<BigInt, BigInt>);

impl Sum {
    /// Adds a number.
    pub(crate) fn add(&mut self, value: &BigRational) {
        self.add_over(value.numer(), value.denom());
    }

    /// Adds a product.
    pub(crate) fn add_product(&mut self, a: &BigRational, b: &BigRational) {
        self.add_over(&(a.numer() * b.numer()), &(a.denom() * b.denom()));
    }

    fn add_over(&mut self, numerator: &BigInt, denominator: &BigInt) {
        match self.0.get_mut(denominator) {
            Some(sum) => *sum += numerator,
            None => {
                self.0.insert(denominator.clone(), numerator.clone());
            }
        }
    }

    /// What it comes to.
    pub(crate) fn value(self) -> BigRational {
        let parts = self.0.into_iter();
        parts
            .map(|(denominator, numerator)| BigRational::new(numerator, denominator))
            .fold(BigRational::default(), |all, part| sum(&all, &part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ratio((numerator, denominator): (i64, i64)) -> BigRational {
        BigRational::new(numerator.into(), denominator.into())
    }

    proptest! {
        #[test]
        fn it_is_the_sum_of_its_parts(
            parts in proptest::collection::vec(((-99_i64..99, 1_i64..30), (-99_i64..99, 1_i64..30)), 0..20),
        ) {
            let mut sum = Sum::default();
            let mut expected = BigRational::default();
            for (a, b) in parts {
                let (a, b) = (ratio(a), ratio(b));
                sum.add(&a);
                sum.add_product(&a, &b);
                expected = expected + &a + &a * &b;
            }
            prop_assert_eq!(sum.value(), expected);
        }
    }
}
