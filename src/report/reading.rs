//! How a published percentage may be read, and where it holds.

use std::ops::RangeInclusive;

use num_rational::BigRational;

use crate::number::{product, sum, whole};

/// How a percentage without decimals, as a paper prints it, may have come
/// about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// To the nearest: 98.5 to just below 99.5 reads 99.
    Rounded,
    /// Decimals dropped: 99 to just below 100 reads 99.
    Truncated,
}

impl Reading {
    /// Both readings.
    pub(super) const ALL: [Reading; 2] = [Reading::Rounded, Reading::Truncated];

    /// Whether the share `saving` reads as `percent`.
    pub(super) fn holds(self, saving: &BigRational, percent: u32) -> bool {
        let value = product(saving, &whole(100));
        let printed = match self {
            // Halves go up, as in print.
            Reading::Rounded => sum(&value, &BigRational::new(1.into(), 2.into())).floor(),
            Reading::Truncated => value.floor(),
        };
        printed == whole(percent)
    }

    /// The word for it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Reading::Rounded => "rounded",
            Reading::Truncated => "truncated",
        }
    }
}

/// The runs of consecutive numbers for which `holds`, in order.
pub(super) fn runs(points: &[(u64, bool)]) -> Vec<RangeInclusive<u64>> {
    let alike = points.chunk_by(|a, b| a.1 == b.1 && a.0 + 1 == b.0);
    alike
        .filter(|run| run.first().is_some_and(|point| point.1))
        .filter_map(|run| Some(run.first()?.0..=run.last()?.0))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_read_in_two_ways() {
        let share = |hundredths: i64| BigRational::new(hundredths.into(), 10_000.into());
        for (hundredths, rounded, truncated) in [
            (9849, false, false),
            (9850, true, false),
            (9900, true, true),
            (9949, true, true),
            (9950, false, true),
            (9999, false, true),
        ] {
            assert_eq!(Reading::Rounded.holds(&share(hundredths), 99), rounded);
            assert_eq!(Reading::Truncated.holds(&share(hundredths), 99), truncated);
        }
    }

    #[test]
    fn stretches_are_whole_runs() {
        let points: Vec<(u64, bool)> = [true, true, false, true, false]
            .into_iter()
            .zip(1..)
            .map(|(holds, n)| (n, holds))
            .collect();
        assert_eq!(runs(&points), [1..=2, 4..=4]);
        assert_eq!(runs(&[]), []);
    }
}
