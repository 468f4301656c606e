//! Points that are no grid: axes that run together, and random samples.
//!
//! Point `i` follows from `i` and the seed alone, so any range of points can be
//! worked out anywhere, in any order, with the same result.

use std::ops::Range;

use super::grid::{Axis, AxisValues};
use super::random::{bits, uniform};
use super::sweep::{Batch, SweepError};
use crate::graph::{Constraint, Rule};
use crate::symbolic::{Bindings, Compiled, Expr, Symbol};

/// How points are chosen.
#[derive(Debug, Clone, PartialEq)]
pub enum Choice {
    /// The first values of all axes, the second ones, and so on.
    Zip(Vec<Axis>),
    /// So many random points.
    Random {
        /// What is drawn.
        draws: Vec<Draw>,
        /// How many points.
        points: u64,
        /// Where the generator starts.
        seed: u64,
        /// Whether every axis is cut into as many strata as there are points,
        /// with one point in each (a Latin hypercube).
        latin: bool,
    },
}

/// A quantity that is drawn at random.
#[derive(Debug, Clone, PartialEq)]
pub struct Draw {
    /// The dim, parameter or table entry.
    pub symbol: Symbol,
    /// The smallest value.
    pub from: f64,
    /// The largest value.
    pub to: f64,
    /// Whether its logarithm is drawn evenly, rather than itself.
    pub log: bool,
    /// Whether only whole numbers are drawn.
    pub whole: bool,
}

/// Points and the expressions to evaluate on them.
#[derive(Debug, Clone)]
pub struct Scatter {
    choice: Choice,
    outputs: Vec<Compiled>,
    checks: Vec<(Compiled, Rule)>,
    points: u64,
}

impl Scatter {
    /// Prepares to evaluate `outputs` on the points of `choice`, refusing
    /// those that break a constraint.
    ///
    /// # Errors
    /// No points, or an expression without a value.
    pub fn new(
        choice: Choice,
        outputs: &[Expr],
        constraints: &[Constraint],
        values: &Bindings,
    ) -> Result<Scatter, SweepError> {
        let symbols = choice.symbols();
        let points = choice.points();
        if symbols.is_empty() || points == 0 {
            return Err(SweepError::Empty);
        }
        let compile = |expr: &Expr| Compiled::new(expr, &symbols, values);
        let mut checks = Vec::new();
        for constraint in constraints {
            checks.push((compile(&constraint.expr)?, constraint.rule));
        }
        Ok(Scatter {
            outputs: outputs.iter().map(compile).collect::<Result<_, _>>()?,
            choice,
            checks,
            points,
        })
    }

    /// How many points there are.
    pub fn points(&self) -> u64 {
        self.points
    }

    /// Works out a range of points.
    pub fn evaluate(&self, range: Range<u64>) -> Batch {
        let depth = self.choice.symbols().len();
        let mut batch = Batch {
            axes: vec![Vec::new(); depth],
            outputs: vec![Vec::new(); self.outputs.len()],
            refused: 0,
        };
        for point in range {
            let at = self.choice.point(point);
            let broken = |(value, rule): &(Compiled, Rule)| !rule.allows(value.evaluate(&at));
            if self.checks.iter().any(broken) {
                batch.refused += 1;
                continue;
            }
            for (column, value) in batch.axes.iter_mut().zip(&at) {
                column.push(*value);
            }
            for (column, output) in batch.outputs.iter_mut().zip(&self.outputs) {
                column.push(output.evaluate(&at));
            }
        }
        batch
    }
}

impl Choice {
    /// What the points have values for.
    pub fn symbols(&self) -> Vec<Symbol> {
        match self {
            Choice::Zip(axes) => axes.iter().map(|axis| axis.symbol.clone()).collect(),
            Choice::Random { draws, .. } => draws.iter().map(|draw| draw.symbol.clone()).collect(),
        }
    }

    fn points(&self) -> u64 {
        match self {
            Choice::Zip(axes) => {
                let counts = axes.iter().map(|axis| AxisValues::count(&axis.values));
                counts.min().unwrap_or(0)
            }
            Choice::Random { points, .. } => *points,
        }
    }

    /// The coordinates of one point.
    fn point(&self, index: u64) -> Vec<f64> {
        match self {
            Choice::Zip(axes) => axes.iter().map(|axis| axis.values.value(index)).collect(),
            Choice::Random {
                draws,
                points,
                seed,
                latin,
            } => (draws.iter().zip(0..))
                .map(|(draw, axis)| {
                    let jitter = uniform(bits(bits(*seed, axis), index));
                    let share = if *latin {
                        let stratum = permuted(index, *points, bits(*seed, !axis));
                        (stratum as f64 + jitter) / *points as f64
                    } else {
                        jitter
                    };
                    draw.at(share)
                })
                .collect(),
        }
    }
}

impl Draw {
    /// The value below which `share` of all draws fall.
    fn at(&self, share: f64) -> f64 {
        // A whole number owns the unit above it, so that both ends are drawn
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
        let draw = |name: &str| Draw {
            symbol: Symbol::new(name),
            from: 0.0,
            to: 1.0,
            log: false,
            whole: false,
        };
        let choice = Choice::Random {
            draws: vec![draw("a"), draw("b")],
            points: 100,
            seed: 3,
            latin: true,
        };
        for axis in 0..2 {
            let mut strata: Vec<u64> = (0..100)
                .map(|point| (choice.point(point)[axis] * 100.0) as u64)
                .collect();
            strata.sort_unstable();
            assert!(strata.into_iter().eq(0..100));
        }
    }

    #[test]
    fn whole_numbers_are_drawn_evenly_from_end_to_end() {
        let draw = Draw {
            symbol: Symbol::new("n"),
            from: 1.0,
            to: 4.0,
            log: false,
            whole: true,
        };
        let drawn: Vec<f64> = (0..8).map(|i| draw.at(f64::from(i) / 8.0)).collect();
        assert_eq!(drawn, [1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0]);
        let log = Draw {
            log: true,
            whole: false,
            from: 1.0,
            to: 100.0,
            ..draw
        };
        assert!((log.at(0.5) - 10.0).abs() < 1e-12);
    }
}
