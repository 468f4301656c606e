//! Points that are no grid: axes that run together, and random samples.
//!
//! Point `i` follows from `i` and the seed alone, so any range of points can be
//! worked out anywhere, in any order, with the same result.

use std::ops::Range;

use super::batch::{Batch, SweepError};
use super::check::Check;
use super::grid::{AxisValues, SweepAxis};
use crate::graph::Constraint;
use crate::random::{bits, uniform};
use crate::symbolic::{Bindings, Compiled, Expr, Symbol};

/// How points are chosen.
#[derive(Debug, Clone, PartialEq)]
pub enum Sampling {
    /// The first values of all axes, the second ones, and so on.
    Zip(Vec<SweepAxis>),
    /// So many random points.
    Random {
        /// What is sampled.
        ranges: Vec<SampledRange>,
        /// How many points.
        points: u64,
        /// Where the generator starts.
        seed: u64,
        /// Whether every axis is cut into as many strata as there are points,
        /// with one point in each (a Latin hypercube).
        latin: bool,
    },
}

/// A quantity that is sampled at random.
#[derive(Debug, Clone, PartialEq)]
pub struct SampledRange {
    /// The dim, parameter or table entry.
    pub symbol: Symbol,
    /// The smallest value.
    pub from: f64,
    /// The largest value.
    pub to: f64,
    /// Whether its logarithm is sampled evenly, rather than itself.
    pub log: bool,
    /// Whether only whole numbers are taken.
    pub whole: bool,
}

/// Points and the expressions to evaluate on them.
#[derive(Debug, Clone)]
pub struct PointSet {
    sampling: Sampling,
    outputs: Vec<Compiled>,
    checks: Vec<Check>,
    points: u64,
}

impl PointSet {
    /// Prepares to evaluate `outputs` on the points of `sampling`, refusing
    /// those that break a constraint.
    ///
    /// # Errors
    /// No points, or an expression without a value.
    pub fn new(
        sampling: Sampling,
        outputs: &[Expr],
        constraints: &[Constraint],
        values: &Bindings,
    ) -> Result<PointSet, SweepError> {
        let symbols = sampling.symbols();
        let points = sampling.points();
        if symbols.is_empty() || points == 0 {
            return Err(SweepError::Empty);
        }
        let compile = |expr: &Expr| Compiled::new(expr, &symbols, values);
        let mut checks = Vec::new();
        for constraint in constraints {
            checks.push(Check::new(constraint, &symbols, values)?);
        }
        Ok(PointSet {
            outputs: outputs.iter().map(compile).collect::<Result<_, _>>()?,
            sampling,
            checks,
            points,
        })
    }

    /// How many points there are.
    pub fn points(&self) -> u64 {
        self.points
    }

    /// The values of the axes at the point of this number.
    pub fn at(&self, point: u64) -> Vec<f64> {
        self.sampling.point(point)
    }

    /// Works out a range of points.
    pub fn evaluate(&self, range: Range<u64>) -> Batch {
        let depth = self.sampling.symbols().len();
        let mut batch = Batch {
            axes: vec![Vec::new(); depth],
            outputs: vec![Vec::new(); self.outputs.len()],
            ..Batch::default()
        };
        for point in range {
            let at = self.sampling.point(point);
            if !self.checks.iter().all(|check| check.admits(&at)) {
                batch.refuse(point, 1);
                continue;
            }
            let values = self.outputs.iter().map(|output| output.evaluate(&at));
            let values: Vec<f64> = values.collect();
            // What divides by 0 is refused as well.
            if !values.iter().all(|value| value.is_finite()) {
                batch.refuse(point, 1);
                continue;
            }
            for (column, value) in batch.axes.iter_mut().zip(&at) {
                column.push(*value);
            }
            for (column, value) in batch.outputs.iter_mut().zip(values) {
                column.push(value);
            }
        }
        batch
    }
}

impl Sampling {
    /// What the points have values for.
    pub fn symbols(&self) -> Vec<Symbol> {
        match self {
            Sampling::Zip(axes) => axes.iter().map(|axis| axis.symbol.clone()).collect(),
            Sampling::Random { ranges, .. } => {
                ranges.iter().map(|range| range.symbol.clone()).collect()
            }
        }
    }

    fn points(&self) -> u64 {
        match self {
            Sampling::Zip(axes) => {
                let counts = axes.iter().map(|axis| AxisValues::count(&axis.values));
                counts.min().unwrap_or(0)
            }
            Sampling::Random { points, .. } => *points,
        }
    }

    /// The coordinates of one point.
    fn point(&self, index: u64) -> Vec<f64> {
        match self {
            Sampling::Zip(axes) => axes.iter().map(|axis| axis.values.value(index)).collect(),
            Sampling::Random {
                ranges,
                points,
                seed,
                latin,
            } => (ranges.iter().zip(0..))
                .map(|(range, axis)| {
                    let jitter = uniform(bits(bits(*seed, axis), index));
                    let share = if *latin {
                        let stratum = permuted(index, *points, bits(*seed, !axis));
                        (stratum as f64 + jitter) / *points as f64
                    } else {
                        jitter
                    };
                    range.at(share)
                })
                .collect(),
        }
    }
}

impl SampledRange {
    /// The value below which `share` of all ranges fall.
    fn at(&self, share: f64) -> f64 {
        // A whole number owns the unit above it, so that both ends come up
        // as often as any other.
        let to = if self.whole { self.to + 1.0 } else { self.to };
        let value = if self.log {
            (self.from.ln() + share * (to.ln() - self.from.ln())).exp()
        } else {
            self.from + share * (to - self.from)
        };
        let value = if self.whole { value.floor() } else { value };
        value.clamp(self.from, self.to)
    }
}

/// The place of `index` in a pseudo-random order of `count` things: a Feistel
/// network over the next power of four, walked until it lands inside.
fn permuted(index: u64, count: u64, key: u64) -> u64 {
    let half = (64 - count.saturating_sub(1).leading_zeros())
        .div_ceil(2)
        .max(1);
    let mask = (1_u64 << half) - 1;
    let mut value = index;
    loop {
        let (mut left, mut right) = (value >> half, value & mask);
        for round in 0..4 {
            let mixed = bits(key ^ round, right) & mask;
            (left, right) = (right, left ^ mixed);
        }
        value = (left << half) | right;
        if value < count {
            return value;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_permutation_hits_everything_once() {
        for count in [1_u64, 2, 3, 10, 64, 1000] {
            let mut seen: Vec<u64> = (0..count).map(|i| permuted(i, count, 7)).collect();
            seen.sort_unstable();
            assert!(seen.into_iter().eq(0..count));
        }
    }

    #[test]
    fn a_latin_hypercube_has_one_point_in_every_stratum() {
        let range = |name: &str| SampledRange {
            symbol: Symbol::new(name),
            from: 0.0,
            to: 1.0,
            log: false,
            whole: false,
        };
        let sampling = Sampling::Random {
            ranges: vec![range("a"), range("b")],
            points: 100,
            seed: 3,
            latin: true,
        };
        for axis in 0..2 {
            let mut strata: Vec<u64> = (0..100)
                .map(|point| (sampling.point(point)[axis] * 100.0) as u64)
                .collect();
            strata.sort_unstable();
            assert!(strata.into_iter().eq(0..100));
        }
    }

    #[test]
    fn whole_numbers_are_drawn_evenly_from_end_to_end() {
        let range = SampledRange {
            symbol: Symbol::new("n"),
            from: 1.0,
            to: 4.0,
            log: false,
            whole: true,
        };
        let sampled: Vec<f64> = (0..8).map(|i| range.at(f64::from(i) / 8.0)).collect();
        assert_eq!(sampled, [1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0]);
        let log = SampledRange {
            log: true,
            whole: false,
            from: 1.0,
            to: 100.0,
            ..range
        };
        assert!((log.at(0.5) - 10.0).abs() < 1e-12);
    }
}
