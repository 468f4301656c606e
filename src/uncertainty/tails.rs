//! The least and the most of many values, and the places a twentieth further in, without
//! keeping all of them.
//!
//! Only the twentieth of the values at either end can stand at one of these places, so
//! that no more than twice as many are ever held: those beyond the last that matters are
//! dropped whenever so many have gathered.

/// Where the inner places are, as shares of the way from the least to the most.
const LOW: f64 = 0.05;
const HIGH: f64 = 0.95;

/// How a result spreads over the samples, in picojoules or as shares.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Distribution {
    /// A twentieth of the samples lie below this.
    pub low: f64,
    /// A twentieth of the samples lie above this.
    pub high: f64,
    /// The least of them.
    pub least: f64,
    /// The most of them.
    pub most: f64,
}

/// Both ends of values that come one after the other.
#[derive(Debug)]
pub(super) struct Tails {
    /// Where the inner places are among all values in order, from 0.
    low_at: f64,
    high_at: f64,
    /// The least values, and the most ones with their signs turned.
    least: Tail,
    most: Tail,
    finite: bool,
}

impl Tails {
    /// Those of `count` values.
    pub(super) fn of(count: usize) -> Tails {
        let last = count.saturating_sub(1);
        let (low_at, high_at) = (LOW * last as f64, HIGH * last as f64);
        Tails {
            low_at,
            high_at,
            least: Tail::of(low_at.ceil() as usize + 1),
            most: Tail::of(last - high_at.floor() as usize + 1),
            finite: true,
        }
    }

    /// How many values are held at most where there are `count`.
    pub(super) fn held(count: usize) -> usize {
        let tails = Tails::of(count);
        2 * (tails.least.keep + tails.most.keep)
    }

    /// The next values.
    pub(super) fn add(&mut self, values: &[f64]) {
        self.finite &= values.iter().all(|value| value.is_finite());
        if self.finite {
            self.least.add(values, 1.0);
            self.most.add(values, -1.0);
        }
    }

    /// How they spread; `None` where one is not finite, or none is there.
    pub(super) fn distribution(mut self) -> Option<Distribution> {
        if !self.finite {
            return None;
        }
        let least = self.least.ends()?;
        let most = self.most.ends()?;
        let (low, high) = (self.low_at.fract(), self.high_at.fract());
        // At a whole place there is one value, not two.
        let below = match low == 0.0 {
            true => least.inner,
            false => least.before,
        };
        Some(Distribution {
            low: below + (least.inner - below) * low,
            high: -most.inner + (most.inner - most.before) * high,
            // No zero is below 0.
            least: least.outer + 0.0,
            most: -most.outer + 0.0,
        })
    }
}

/// The least of values that come one after the other.
#[derive(Debug)]
struct Tail {
    /// So many of them, at least one.
    keep: usize,
    kept: Vec<f64>,
    /// As many as are to be kept are at most this.
    bound: f64,
}

impl Tail {
    fn of(keep: usize) -> Tail {
        Tail {
            keep,
            // As much as it ever takes: to grow step by step would take twice that.
            kept: Vec::with_capacity(2 * keep),
            bound: f64::INFINITY,
        }
    }

    /// The next values, times a sign.
    fn add(&mut self, values: &[f64], sign: f64) {
        for value in values {
            let value = sign * value;
            // Nearly all are above it.
            if value > self.bound || value.total_cmp(&self.bound).is_ge() {
                continue;
            }
            self.kept.push(value);
            if self.kept.len() >= 2 * self.keep {
                self.drop_others();
            }
        }
    }

    /// Drops all but those that are to be kept; the largest of these is the last.
    fn drop_others(&mut self) {
        let last = self.keep.min(self.kept.len()).saturating_sub(1);
        if last < self.kept.len() {
            let (_, bound, _) = self.kept.select_nth_unstable_by(last, f64::total_cmp);
            self.bound = *bound;
            self.kept.truncate(last + 1);
        }
    }

    fn ends(&mut self) -> Option<Ends> {
        self.drop_others();
        let (inner, others) = self.kept.split_last()?;
        let by_order = |a: &&f64, b: &&f64| a.total_cmp(b);
        Some(Ends {
            outer: *others.iter().min_by(by_order).unwrap_or(inner),
            before: *others.iter().max_by(by_order).unwrap_or(inner),
            inner: *inner,
        })
    }
}

/// Three of the values that a [`Tail`] keeps.
struct Ends {
    /// The least.
    outer: f64,
    /// The largest but one; the only one, where there is no other.
    before: f64,
    /// The largest.
    inner: f64,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spread(values: &[f64]) -> Option<Distribution> {
        let mut tails = Tails::of(values.len());
        values.chunks(7).for_each(|some| tails.add(some));
        tails.distribution()
    }

    #[test]
    fn quantiles_lie_between_values() {
        let distribution = spread(&(0..=20).map(f64::from).collect::<Vec<_>>());
        assert_eq!(
            distribution,
            Some(Distribution {
                low: 1.0,
                high: 19.0,
                least: 0.0,
                most: 20.0
            })
        );
        assert_eq!(spread(&[1.0, f64::INFINITY]), None);
        assert_eq!(spread(&[1.0, f64::NAN]), None);
        assert_eq!(spread(&[]), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// A place between two of all values in order, by sorting them.
        #[test]
        fn places_are_those_of_all_values(values in prop::collection::vec(-40..40_i8, 1..400)) {
            let values: Vec<f64> = values.into_iter().map(|value| f64::from(value) / 8.0).collect();
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            let place = |share: f64| {
                let at = share * (sorted.len() - 1) as f64;
                let (below, above) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
                below + (above - below) * at.fract()
            };
            let expected = Distribution {
                low: place(0.05),
                high: place(0.95),
                least: place(0.0),
                most: place(1.0),
            };
            prop_assert_eq!(spread(&values), Some(expected));
        }

        #[test]
        fn little_is_held(values in prop::collection::vec(any::<i32>(), 100..2000)) {
            let mut tails = Tails::of(values.len());
            for value in &values {
                tails.add(&[f64::from(*value)]);
                let held = tails.least.kept.len() + tails.most.kept.len();
                prop_assert!(held < Tails::held(values.len()));
            }
        }
    }
}
