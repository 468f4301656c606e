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
