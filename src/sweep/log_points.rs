//! Points at equal distances of their logarithms: `16..4096:log:9`.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Pow, ToPrimitive};

use crate::number::{parse_decimal, to_f64, whole};

/// No such range has more points.
pub const MOST_LOG_POINTS: u32 = 500;

/// Whole numbers between `from`, which is at least 1, and `to`, both included: of
/// `count` places at equal distances of their logarithms each the nearest whole number,
/// halves up. A number that is the nearest of several places comes once.
///
/// Point i of k + 1 is the k-th root of fromᵏ⁻ⁱ · toⁱ, and which whole number is the
/// nearest is decided exactly.
pub fn whole_log_points(from: u64, to: u64, count: u32) -> Vec<u64> {
    let steps = count.clamp(2, MOST_LOG_POINTS) - 1;
    let mut points = Vec::new();
    for step in 0..=steps {
        let power = BigInt::from(from).pow(steps - step) * BigInt::from(to).pow(step);
        let share = f64::from(step) / f64::from(steps);
        let guess = (from as f64).powf(1.0 - share) * (to as f64).powf(share);
        let point = nearest_root(&power, steps, guess as u64).clamp(from, to.max(from));
        if points.last() != Some(&point) {
            points.push(point);
        }
    }
    points
}

/// The whole number nearest to the root of `power`, halves up: the least of which
/// half a unit more is above the root. It lies near `guess`, as near as doubles tell.
fn nearest_root(power: &BigInt, root: u32, guess: u64) -> u64 {
    // Twice all that, to the power.
    let scaled = power * BigInt::from(2).pow(root);
    let reaches = |point: u64| {
        let half_more: BigInt = BigInt::from(point) * 2 + BigInt::one();
        Pow::pow(half_more, root) > scaled
    };
    let slack = (guess >> 40) + 2;
    let (mut below, mut reached) = (guess.saturating_sub(slack), guess.saturating_add(slack));
    while reached - below > 1 {
        let middle = below + (reached - below) / 2;
        match reaches(middle) {
            true => reached = middle,
            false => below = middle,
        }
    }
    match reaches(below) {
        true => below,
        false => reached,
    }
}

/// The same for numbers that need not be whole: the ends as they are, and between them
/// numbers of six significant digits. `from` is above 0.
pub fn log_points(from: &BigRational, to: &BigRational, count: u32) -> Vec<BigRational> {
    let whole_number = |value: &BigRational| {
        let small = value.is_integer().then(|| value.to_integer().to_u64());
        small.flatten().filter(|value| *value > 0)
    };
    if let (Some(from), Some(to)) = (whole_number(from), whole_number(to)) {
        return whole_log_points(from, to, count)
            .into_iter()
            .map(whole)
            .collect();
    }
    real_log_points(from, to, count)
}

/// The same where also ends that happen to be whole are numbers of any kind.
pub fn real_log_points(from: &BigRational, to: &BigRational, count: u32) -> Vec<BigRational> {
    let steps = count.clamp(2, MOST_LOG_POINTS) - 1;
    let (low, high) = (to_f64(from).ln(), to_f64(to).ln());
    let mut points = vec![from.clone()];
    for step in 1..steps {
        let share = f64::from(step) / f64::from(steps);
        let value = (low + (high - low) * share).exp();
        let point = parse_decimal(&format!("{value:.5e}"));
        points.extend(point.filter(|point| from < point && point < to));
    }
    points.push(to.clone());
    points.dedup();
    points
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> BigRational {
        parse_decimal(text).unwrap()
    }

    /// 16 · 2ⁱ for i from 0 to 8.
    #[test]
    fn powers_are_hit_exactly_and_the_end_is_the_last() {
        assert_eq!(
            whole_log_points(16, 4096, 9),
            [16, 32, 64, 128, 256, 512, 1024, 2048, 4096]
        );
        assert_eq!(whole_log_points(1, 1_000_000, 3), [1, 1000, 1_000_000]);
        assert_eq!(whole_log_points(7, 7, 5), [7]);
    }

    /// √(1 · 100) is 10; √(10 · 1000) is 100, between them √10 = 3.16 and 31.6.
    #[test]
    fn whole_points_are_the_nearest_and_come_once() {
        assert_eq!(whole_log_points(1, 1000, 7), [1, 3, 10, 32, 100, 316, 1000]);
        // 4^(i/4): 1, 1.41, 2, 2.83, 4, of which 1.41 is nearest to 1.
        assert_eq!(whole_log_points(1, 4, 5), [1, 2, 3, 4]);
        // √(4 · 9) is 6, and √(2 · 3) = 2.449 is nearest to 2.
        assert_eq!(whole_log_points(4, 9, 3), [4, 6, 9]);
        assert_eq!(whole_log_points(2, 3, 3), [2, 3]);
    }

    /// √(n · (n + 1)) lies below n + 1/2, however large n is, so that n is the nearest:
    /// doubles no longer tell 10¹⁵ + 0.49999… from 10¹⁵ + 0.5.
    #[test]
    fn the_nearest_is_decided_exactly() {
        let n = 1_000_000_000_000_000;
        assert_eq!(whole_log_points(n, n + 1, 3), [n, n + 1]);
        assert_eq!(whole_log_points(n, n + 2, 3), [n, n + 1, n + 2]);
    }

    #[test]
    fn other_points_have_six_digits_between_the_ends_as_they_are() {
        // √(0.1 · 10) is 1; √(0.1 · 1) is 0.316228.
        assert_eq!(
            log_points(&decimal("0.1"), &decimal("10"), 5),
            ["0.1", "0.316228", "1", "3.16228", "10"].map(decimal)
        );
        assert_eq!(
            real_log_points(&decimal("1"), &decimal("10"), 3),
            ["1", "3.16228", "10"].map(decimal)
        );
    }

    #[test]
    fn long_ranges_of_large_numbers_end() {
        let points = whole_log_points(1, 1 << 53, MOST_LOG_POINTS);
        assert_eq!(points.last(), Some(&(1 << 53)));
        assert!(points.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
