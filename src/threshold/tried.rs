//! Claims on whole numbers that no polynomial tells of: floors, maxima and divisors of
//! several terms.
//!
//! A range of numbers at once is held against doubles between which the conditions of
//! the model and f lie. Where these tell neither whether the model accepts all of them
//! nor on which side of 0 f is, the range is halved, down to single numbers, of which
//! the exact value says what doubles do not. So the answer is that of trying each
//! number exactly, in the time that it takes to look where f is close to 0.

use std::cmp::Ordering;
use std::ops::Range;

use num_traits::Zero;
use rayon::prelude::*;

use super::axis::{ThresholdAxis, WholeSteps};
use super::bracket::Bracket;
use super::conditions::Conditions;
use super::signs::Signs;
use super::solution::{Solution, Unsolved};
use super::sums::Sum;
use super::whole::{Piece, merged, whole_solution};
use crate::number::whole;
use crate::symbolic::{Bindings, Expr};

/// So many numbers are handed to a thread at once.
const BLOCK: u64 = 4096;

/// Where f ≥ 0 for the points of a grid.
pub(super) fn tried(
    f: &Expr,
    axis: &ThresholdAxis,
    grid: WholeSteps,
) -> Result<Solution, Unsolved> {
    let mut conditions = Conditions::of(axis);
    let trial = Trial {
        sum: conditions.read(f),
        conditions,
        f,
        axis,
        grid,
    };
    let blocks = (0..grid.len().div_ceil(BLOCK)).into_par_iter();
    let found: Vec<Result<Found, Unsolved>> = blocks
        .map(|block| {
            let mut found = Found::default();
            let end = grid.len().min((block + 1) * BLOCK);
            trial.over(block * BLOCK..end, &mut found)?;
            Ok(found)
        })
        .collect();
    let mut all = Found::default();
    for found in found {
        let found = found?;
        all.pieces.extend(found.pieces);
        all.refused += found.refused;
        all.differs |= found.differs;
    }
    let none = Signs::none();
    let identical = !all.differs;
    whole_solution(
        merged(all.pieces),
        &none,
        grid,
        identical,
        Some(all.refused),
    )
}

struct Trial<'a> {
    conditions: Conditions<'a>,
    sum: Sum,
    f: &'a Expr,
    axis: &'a ThresholdAxis,
    grid: WholeSteps,
}

/// What is known of the points that have been tried.
#[derive(Default)]
struct Found {
    pieces: Vec<Piece>,
    refused: u64,
    /// Whether f is anything but 0 at one of them.
    differs: bool,
}

impl Found {
    /// f has this sign at all `points`.
    fn add(&mut self, points: &Range<u64>, sign: Ordering) {
        self.differs |= sign != Ordering::Equal;
        let holds = sign != Ordering::Less;
        let last = points.end.saturating_sub(1);
        match self.pieces.last_mut() {
            Some(piece) if piece.holds == holds => piece.last = last,
            _ => self.pieces.push(Piece {
                first: points.start,
                last,
                holds,
            }),
        }
    }
}

impl Trial<'_> {
    /// What holds of points, of which there is at least one.
    fn over(&self, points: Range<u64>, found: &mut Found) -> Result<(), Unsolved> {
        let length = points.end - points.start;
        let (first, last) = (points.start, points.end.saturating_sub(1));
        let [from, to] = [first, last].map(|index| self.grid.point(index));
        let values = self.conditions.over(from, to);
        let admitted = self.conditions.admit_all(&values);
        if admitted == Some(false) {
            found.refused += length;
            return Ok(());
        }
        let sign = self.sum.above_divisor(&values).and_then(Bracket::sign);
        match (admitted, sign) {
            (Some(true), Some(sign)) => found.add(&points, sign),
            _ if length == 1 => self.exactly(first, found)?,
            _ => {
                let middle = first + length / 2;
                self.over(first..middle, found)?;
                self.over(middle..points.end, found)?;
            }
        }
        Ok(())
    }

    fn exactly(&self, index: u64, found: &mut Found) -> Result<(), Unsolved> {
        let x = self.grid.point(index);
        if !self.conditions.admit_exactly(x) {
            found.refused += 1;
            return Ok(());
        }
        let mut values = Bindings::default();
        values.set(self.axis.symbol.clone(), whole(x));
        let value = self.f.evaluate(&values).map_err(Unsolved::NoValue)?;
        found.add(&(index..index + 1), value.cmp(&Zero::zero()));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use num_rational::BigRational;
    use num_traits::Signed;
    use proptest::prelude::*;

    use super::*;
    use crate::symbolic::Symbol;

    fn grid() -> impl Strategy<Value = WholeSteps> {
        (1..50_u64, 0..3000_u64, 1..7_u64).prop_map(|(from, more, step)| WholeSteps {
            from,
            to: from + more,
            step,
        })
    }

    /// Sums of floors, a maximum and a divisor of several terms, of either sign.
    fn expressions() -> impl Strategy<Value = Expr> {
        let coefficient = || -40..40_i64;
        let coefficients = (coefficient(), coefficient(), coefficient(), coefficient());
        (coefficients, 1..30_i64, 1..30_i64, 0..4000_i64).prop_map(|(c, p, q, offset)| {
            let x = Expr::symbol("x");
            let over = |divisor: i64| x.scale(&whole(divisor).recip()).floor();
            let larger = over(q).larger(&(&Expr::whole(offset) - &x));
            let quotient = x.divide(&(&over(p) + &Expr::whole(3))).unwrap();
            let parts = [&over(p) * &over(p), &x * &over(q), larger, quotient];
            let factors = [c.0, 10 * c.1, 30 * c.2, 90 * c.3];
            let parts = parts.iter().zip(factors);
            parts.fold(Expr::whole(offset), |sum, (part, factor)| {
                &sum + &part.scale(&whole(factor))
            })
        })
    }

    fn exactly(f: &Expr, x: u64) -> BigRational {
        let mut values = Bindings::default();
        values.set(Symbol::new("x"), whole(x));
        f.evaluate(&values).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Each number is told as its exact value tells it.
        #[test]
        fn all_numbers_are_told_as_exact_values_tell(f in expressions(), grid in grid()) {
            let axis = ThresholdAxis::of_level(&Symbol::new("x"), &whole(1));
            let solution = tried(&f, &axis, grid).unwrap();
            prop_assert_eq!(solution.refused, Some(0));
            let points: Vec<u64> = (0..grid.len()).map(|index| grid.point(index)).collect();
            let values: Vec<BigRational> = points.iter().map(|x| exactly(&f, *x)).collect();
            prop_assert_eq!(solution.identical, values.iter().all(Zero::is_zero));
            for (x, value) in points.iter().zip(&values) {
                let x = whole(*x);
                let mut spans = solution.holds.iter();
                let holds = spans.any(|span| {
                    span.from <= x && span.to.as_ref().is_none_or(|to| x <= *to)
                });
                prop_assert_eq!(holds, !value.is_negative(), "{} at {}", f, x);
            }
        }
    }

    /// 1/(⌊x/2⌋ − 3) has no value at 6 and 7.
    #[test]
    fn a_divisor_that_is_zero_is_no_value() {
        let x = Expr::symbol("x");
        let half = x.scale(&whole(2).recip()).floor();
        let f = Expr::one().divide(&(&half - &Expr::whole(3))).unwrap();
        let axis = ThresholdAxis::of_level(&Symbol::new("x"), &whole(1));
        let over = |from, to| tried(&f, &axis, WholeSteps { from, to, step: 1 });
        assert_eq!(
            over(1, 7),
            Err(Unsolved::NoValue(
                crate::symbolic::EvalError::DivisionByZero
            ))
        );
        let below = over(1, 5).unwrap();
        assert_eq!(below.holds, []);
        let above = over(8, 100).unwrap();
        assert_eq!(above.holds.len(), 1);
        assert_eq!(above.holds[0].to, Some(whole(100)));
    }
}
