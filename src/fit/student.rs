//! Student's t distribution, for intervals of what few runs leave open.

use std::f64::consts::PI;

/// The t beyond which, on either side, lies a twentieth of the distribution
/// with this many degrees of freedom.
pub(super) fn t95(degrees: usize) -> f64 {
    // Twelve correct digits are far more than any interval needs.
    let (mut low, mut high) = (1.9, 13.0);
    for _ in 0..50 {
        let middle = f64::midpoint(low, high);
        match within(middle, degrees.max(1)) < 0.95 {
            true => low = middle,
            false => high = middle,
        }
    }
    f64::midpoint(low, high)
}

/// How much of the distribution lies between −t and t: the finite sums of
/// Abramowitz and Stegun, 26.7.3 and 26.7.4.
fn within(t: f64, degrees: usize) -> f64 {
    let angle = (t / (degrees as f64).sqrt()).atan();
    let (sine, cosine) = angle.sin_cos();
    let is_odd = degrees % 2 == 1;
    let mut term = if is_odd { cosine } else { 1.0 };
    let (mut sum, mut power) = (0.0, if is_odd { 1 } else { 0 });
    while power + 2 <= degrees {
        sum += term;
        power += 2;
        let k = power as f64;
        term *= cosine * cosine * (k - 1.0) / k;
    }
    match is_odd {
        true => 2.0 / PI * (angle + sine * sum),
        false => sine * sum,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_printed_tables() {
        // Abramowitz and Stegun, table 26.10, A = 0.95; the last is normal.
        for (degrees, printed) in [
            (1, 12.706),
            (2, 4.303),
            (3, 3.182),
            (4, 2.776),
            (5, 2.571),
            (10, 2.228),
            (30, 2.042),
            (120, 1.980),
            (100_000, 1.960),
        ] {
            assert!(
                (t95(degrees) - printed).abs() < 6e-4,
                "{degrees}: {}",
                t95(degrees)
            );
        }
    }
}
