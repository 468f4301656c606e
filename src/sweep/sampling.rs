//! Random points, and axes that run together.
//!
//! Point `i` follows from `i` and the seed alone, so any range of points can be
//! worked out anywhere, in any order, with the same result.

use super::grid::{AxisValues, SweepAxis};
use crate::graph::Rule;
use crate::random::{bits, uniform};
use crate::simd::{Level, dispatch};
use crate::symbolic::{Symbol, floor};

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

    pub(super) fn points(&self) -> u64 {
        match self {
            Sampling::Zip(axes) => {
                let counts = axes.iter().map(|axis| AxisValues::count(&axis.values));
                counts.min().unwrap_or(0)
            }
            Sampling::Random { points, .. } => *points,
        }
    }

    /// Whether a rule lets every value through that an axis may have.
    pub(super) fn keeps(&self, rule: Rule, axis: &Symbol) -> bool {
        let Sampling::Random { ranges, .. } = self else {
            return false;
        };
        let range = ranges.iter().find(|range| range.symbol == *axis);
        let admitted = range.and_then(|range| match range.whole {
            true => rule.admits_whole_between(range.from, range.to),
            false => rule.admits_between(range.from, range.to),
        });
        admitted == Some(true)
    }

    /// The coordinates along one axis of the points from `first` on.
    pub(super) fn fill(&self, level: Level, axis: usize, first: u64, to: &mut [f64]) {
        match self {
            Sampling::Zip(axes) => {
                for (index, to) in (first..).zip(to) {
                    *to = axes[axis].values.value(index);
                }
            }
            Sampling::Random {
                ranges,
                points,
                seed,
                latin,
            } => {
                let number = axis as u64;
                jitter(level, bits(*seed, number), first, to);
                if *latin {
                    let order = Order::new(*points, bits(*seed, !number));
                    let mut strata = vec![0; to.len()];
                    order.places(level, first, &mut strata);
                    into_strata(level, to, &strata, *points as f64);
                }
                ranges[axis].spread(level, to);
            }
        }
    }
}

/// Numbers from 0 to just below 1, from the place `first` of a generator on.
fn jitter(level: Level, seed: u64, first: u64, to: &mut [f64]) {
    #[inline(always)]
    fn all(seed: u64, first: u64, to: &mut [f64]) {
        for (place, to) in to.iter_mut().enumerate() {
            *to = uniform(bits(seed, first.wrapping_add(place as u64)));
        }
    }
    dispatch!(level, _ => all(seed, first, to));
}

/// Shares within a stratum each as shares of the whole.
fn into_strata(level: Level, to: &mut [f64], strata: &[u64], count: f64) {
    #[inline(always)]
    fn all(to: &mut [f64], strata: &[u64], count: f64) {
        for (to, stratum) in to.iter_mut().zip(strata) {
            *to = (*stratum as f64 + *to) / count;
        }
    }
    dispatch!(level, _ => all(to, strata, count));
}

impl SampledRange {
    /// Makes shares the values below which so much of all ranges falls.
    fn spread(&self, level: Level, shares: &mut [f64]) {
        // A whole number owns the unit above it, so that both ends come up
        // as often as any other.
        let to = if self.whole { self.to + 1.0 } else { self.to };
        let (from, width) = match self.log {
            true => (self.from.ln(), to.ln() - self.from.ln()),
            false => (self.from, to - self.from),
        };
        #[inline(always)]
        fn linear(share: f64, from: f64, width: f64) -> f64 {
            from + share * width
        }
        #[inline(always)]
        fn within(values: &mut [f64], range: &SampledRange, value: impl Fn(f64) -> f64) {
            let (from, to) = (range.from, range.to);
            for share in values {
                let value = value(*share);
                let whole = if range.whole { floor(value) } else { value };
                // No `clamp`, which checks its ends at every value.
                let above = if whole < from { from } else { whole };
                *share = if above > to { to } else { above };
            }
        }
        if self.log {
            let exp = |share: &mut f64| *share = linear(*share, from, width).exp();
            shares.iter_mut().for_each(exp);
            dispatch!(level, _ => within(shares, self, |value| value));
        } else {
            dispatch!(level, _ => within(shares, self, |share| linear(share, from, width)));
        }
    }
}

/// A pseudo-random order of so many things: a Feistel network over the next
/// power of four, walked until it lands inside.
struct Order {
    count: u64,
    key: u64,
    half: u32,
}

impl Order {
    fn new(count: u64, key: u64) -> Order {
        let half = (64 - count.saturating_sub(1).leading_zeros()).div_ceil(2);
        let half = half.max(1);
        Order { count, key, half }
    }

    /// One step of the walk.
    #[inline(always)]
    fn step(&self, value: u64) -> u64 {
        let mask = (1_u64 << self.half) - 1;
        let (mut left, mut right) = (value >> self.half, value & mask);
        for round in 0..4 {
            let mixed = bits(self.key ^ round, right) & mask;
            (left, right) = (right, left ^ mixed);
        }
        (left << self.half) | right
    }

    /// The places of the things from `first` on.
    fn places(&self, level: Level, first: u64, to: &mut [u64]) {
        #[inline(always)]
        fn steps(order: &Order, first: u64, to: &mut [u64]) {
            for (at, to) in to.iter_mut().enumerate() {
                *to = order.step(first.wrapping_add(at as u64));
            }
        }
        #[inline(always)]
        fn more(order: &Order, to: &mut [u64]) {
            for to in to {
                *to = order.step(*to);
            }
        }
        dispatch!(level, _ => steps(self, first, to));
        // Those that landed outside go on together. Nobody can foresee which these are,
        // so they are picked without a branch.
        let mut left: Vec<usize> = (0..to.len()).collect();
        let mut places = Vec::with_capacity(left.len());
        loop {
            let mut outside = 0;
            for number in 0..left.len() {
                left[outside] = left[number];
                outside += usize::from(to[left[number]] >= self.count);
            }
            left.truncate(outside);
            if left.is_empty() {
                return;
            }
            places.clear();
            places.extend(left.iter().map(|at| to[*at]));
            dispatch!(level, _ => more(self, &mut places));
            for (at, place) in left.iter().zip(&places) {
                to[*at] = *place;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::simd;

    #[test]
    fn a_permutation_hits_everything_once() {
        for count in [1_u64, 2, 3, 10, 64, 1000] {
            let mut seen = vec![0; count as usize];
            Order::new(count, 7).places(simd::level(), 0, &mut seen);
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
            let mut shares = vec![0.0; 100];
            sampling.fill(simd::level(), axis, 0, &mut shares);
            let mut strata: Vec<u64> = shares.iter().map(|x| (x * 100.0) as u64).collect();
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
        let mut sampled: Vec<f64> = (0..8).map(|i| f64::from(i) / 8.0).collect();
        range.spread(simd::level(), &mut sampled);
        assert_eq!(sampled, [1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0]);
        let log = SampledRange {
            log: true,
            whole: false,
            from: 1.0,
            to: 100.0,
            ..range
        };
        let mut half = [0.5];
        log.spread(simd::level(), &mut half);
        assert!((half[0] - 10.0).abs() < 1e-12);
    }
}
