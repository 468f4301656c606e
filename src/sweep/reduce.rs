//! What is made of whole columns: savings, and where the least and the most stand.

use crate::simd::{self, Level, dispatch};

/// Makes `to`, whose memory is used again, what is saved at every point: 1 − energy /
/// baseline; what is not a number where the baseline is 0.
pub fn savings(baseline: &[f64], energies: &[f64], to: &mut Vec<f64>) {
    #[inline(always)]
    fn all(baseline: &[f64], energies: &[f64], to: &mut [f64]) {
        for ((to, baseline), energy) in to.iter_mut().zip(baseline).zip(energies) {
            let saving = 1.0 - energy / baseline;
            *to = if *baseline == 0.0 { f64::NAN } else { saving };
        }
    }
    to.resize(baseline.len().min(energies.len()), 0.0);
    dispatch!(simd::level(), _ => all(baseline, energies, to));
}

/// The rows of the first of the smallest and of the last of the largest finite
/// values; nothing where none is finite.
pub fn extremes(values: &[f64]) -> Option<(usize, usize)> {
    extremes_at(simd::level(), values)
}

/// The rows looked at in one loop; only in one such part each is looked for the
/// place of a value.
const PART: usize = 256;

/// So many are compared side by side.
const LANES: usize = 16;

fn extremes_at(level: Level, values: &[f64]) -> Option<(usize, usize)> {
    let (mut least, mut most) = ((f64::INFINITY, 0), (f64::NEG_INFINITY, 0));
    for (number, part) in values.chunks(PART).enumerate() {
        let (low, high) = dispatch!(level, _ => ends(part));
        if low < least.0 {
            least = (low, number);
        }
        if high >= most.0 {
            most = (high, number);
        }
    }
    let part = |number: usize| values.get(number * PART..).unwrap_or_default();
    let first = part(least.1).iter().position(|value| *value == least.0)?;
    let mut largest = part(most.1).iter().take(PART);
    let last = largest.rposition(|value| *value == most.0)?;
    least.0.is_finite().then_some(())?;
    Some((least.1 * PART + first, most.1 * PART + last))
}

/// The smallest and the largest finite value.
#[inline(always)]
fn ends(part: &[f64]) -> (f64, f64) {
    let mut least = [f64::INFINITY; LANES];
    let mut most = [f64::NEG_INFINITY; LANES];
    let (chunks, rest) = part.as_chunks::<LANES>();
    for chunk in chunks {
        // Counted, as zipped arrays are not always seen through.
        #[allow(clippy::needless_range_loop)]
        for lane in 0..LANES {
            compare(&mut least[lane], &mut most[lane], chunk[lane]);
        }
    }
    let [mut low, mut high] = [f64::INFINITY, f64::NEG_INFINITY];
    for value in least.iter().chain(&most).chain(rest) {
        compare(&mut low, &mut high, *value);
    }
    (low, high)
}

#[inline(always)]
fn compare(least: &mut f64, most: &mut f64, value: f64) {
    let finite = value.abs() < f64::INFINITY;
    *least = if finite & (value < *least) {
        value
    } else {
        *least
    };
    *most = if finite & (value > *most) {
        value
    } else {
        *most
    };
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;
    use crate::compare::saving;
    use crate::units::Energy;

    proptest! {
        #[test]
        fn extremes_are_the_first_and_the_last(values in prop::collection::vec(0_u8..12, 0..700)) {
            let values: Vec<f64> = values
                .iter()
                .map(|value| match value {
                    10 => f64::NAN,
                    11 => f64::INFINITY,
                    other => f64::from(*other) - 4.0,
                })
                .collect();
            let finite = || values.iter().copied().enumerate().filter(|(_, value)| value.is_finite());
            let least = finite().min_by(|a, b| a.1.total_cmp(&b.1));
            let most = finite().max_by(|a, b| a.1.total_cmp(&b.1));
            let expected = least.zip(most).map(|(least, most)| (least.0, most.0));
            for level in [Level::new(), Level::baseline()] {
                prop_assert_eq!(extremes_at(level, &values), expected);
            }
        }
    }

    #[test]
    fn a_column_of_savings_is_that_of_single_ones() {
        let pairs = [(2.0, 1.0), (3.0, 1.0), (0.0, 1.0), (-0.0, 0.0), (7.0, 0.0)];
        let [baseline, energies] = [0, 1].map(|at| pairs.map(|pair| [pair.0, pair.1][at]).to_vec());
        let mut saved = vec![7.0; 9];
        savings(&baseline, &energies, &mut saved);
        assert_eq!(saved.len(), pairs.len());
        for (found, (baseline, energy)) in saved.iter().zip(pairs) {
            let pj = Energy::from_picojoules;
            let expected = saving(pj(baseline), pj(energy)).unwrap_or(f64::NAN);
            assert!(*found == expected || found.is_nan() && expected.is_nan());
        }
    }
}
