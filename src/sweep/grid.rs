//! The axes of a sweep and the points between them.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::ToPrimitive;

use crate::number::to_f64;
use crate::symbolic::Symbol;

/// A quantity that is swept and its values.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepAxis {
    /// The dim, parameter or table entry.
    pub symbol: Symbol,
    /// Its values.
    pub values: AxisValues,
}

/// The values of an axis, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum AxisValues {
    /// These.
    List(Vec<BigRational>),
    /// `from`, `from + step`, …, `count` of them.
    Steps {
        /// The first value.
        from: BigRational,
        /// What is added from one to the next.
        step: BigRational,
        /// How many there are.
        count: u64,
    },
}

impl AxisValues {
    /// How many values there are.
    pub fn count(&self) -> u64 {
        match self {
            AxisValues::List(values) => values.len() as u64,
            AxisValues::Steps { count, .. } => *count,
        }
    }

    /// The value at `index`, exactly.
    pub fn exact(&self, index: u64) -> BigRational {
        match self {
            AxisValues::List(values) => usize::try_from(index)
                .ok()
                .and_then(|index| values.get(index).cloned())
                .unwrap_or_default(),
            AxisValues::Steps { from, step, .. } => {
                from + step * BigRational::from(BigInt::from(index))
            }
        }
    }

    /// The value at `index`, to the nearest double.
    pub fn value(&self, index: u64) -> f64 {
        match self.whole(index) {
            Some(value) => value as f64,
            None => to_f64(&self.exact(index)),
        }
    }

    /// The value at `index` of steps between whole numbers that are not too large.
    /// Most axes are such, and a million of exact numbers take a second.
    fn whole(&self, index: u64) -> Option<i64> {
        let AxisValues::Steps { from, step, .. } = self else {
            return None;
        };
        let small = |value: &BigRational| {
            let whole = value.is_integer().then(|| value.numer().to_i64());
            whole.flatten()
        };
        let index = i64::try_from(index).ok()?;
        small(step)?.checked_mul(index)?.checked_add(small(from)?)
    }
}

/// A full grid: every combination of the axes' values, the last axis running
/// fastest.
#[derive(Debug, Clone, PartialEq)]
pub struct SweepGrid {
    /// The axes, outermost first.
    pub axes: Vec<SweepAxis>,
}

impl SweepGrid {
    /// How many points there are; `None` if more than 2^64.
    pub fn points(&self) -> Option<u64> {
        self.axes.iter().try_fold(1_u64, |points, axis| {
            points.checked_mul(axis.values.count())
        })
    }

    /// The part of a job that is the `shard`-th of `of` equal ones, as a range
    /// of points. Together the parts are all points, each once.
    pub fn shard(points: u64, shard: u64, of: u64) -> std::ops::Range<u64> {
        let cut = |at: u64| {
            let product = u128::from(points) * u128::from(at) / u128::from(of.max(1));
            u64::try_from(product).unwrap_or(points)
        };
        cut(shard)..cut(shard + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::whole;

    #[test]
    fn steps_are_exact() {
        let tenth = BigRational::new(1.into(), 10.into());
        let values = AxisValues::Steps {
            from: tenth.clone(),
            step: tenth,
            count: 9,
        };
        // 0.1 · 3 is 0.3 here, though not in doubles.
        assert_eq!(values.value(2), 0.3);
        assert_eq!(values.value(8), 0.9);
    }

    /// i64 to the nearest double, and beyond it the exact number's: 2⁶³ + 2⁶³.
    #[test]
    fn whole_steps_are_exact_too() {
        let values = AxisValues::Steps {
            from: whole(i64::MAX),
            step: whole(i64::MAX),
            count: 2,
        };
        assert_eq!(values.value(0), 9_223_372_036_854_775_807.0);
        assert_eq!(values.value(1), 18_446_744_073_709_551_614.0);
    }

    #[test]
    fn shards_are_all_points_once() {
        for points in [0, 1, 7, 1000, u64::MAX] {
            for of in [1, 3, 7] {
                let mut next = 0;
                for shard in 0..of {
                    let range = SweepGrid::shard(points, shard, of);
                    assert_eq!(range.start, next);
                    assert!(range.end - range.start <= points.div_ceil(of));
                    next = range.end;
                }
                assert_eq!(next, points);
            }
        }
    }

    #[test]
    fn a_grid_beyond_all_counting_has_no_size() {
        let axis = |name: &str| SweepAxis {
            symbol: Symbol::new(name),
            values: AxisValues::Steps {
                from: whole(1),
                step: whole(1),
                count: 1 << 40,
            },
        };
        assert_eq!(
            SweepGrid {
                axes: vec![axis("a")]
            }
            .points(),
            Some(1 << 40)
        );
        assert_eq!(
            SweepGrid {
                axes: vec![axis("a"), axis("b")]
            }
            .points(),
            None
        );
    }
}
