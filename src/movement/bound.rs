//! How little any schedule can move, tiles or not.

use super::matrix::{Matrix, Widths};

/// The least bits that any order of the steps of a product moves across the
/// edge of a buffer of `capacity` bits: everything once, or, from red–blue
/// pebbling (Hong and Kung 1981), 2·MNK/√S − 2·S elements.
///
/// Elements are taken as wide as the narrowest of the three tensors, of which
/// the buffer then holds the most; so it is a bound for mixed widths too.
pub fn lower_bound(matrix: Matrix, widths: Widths, capacity: u128) -> f64 {
    let [m, k, n] = [matrix.m, matrix.k, matrix.n].map(|extent| extent as f64);
    let once = m * k * widths.a as f64 + k * n * widths.b as f64 + m * n * widths.result as f64;
    let least = widths
        .a
        .min(widths.b)
        .min(widths.partial)
        .min(widths.result);
    if least == 0 || capacity == 0 {
        return once;
    }
    let held = capacity as f64 / least as f64;
    let pebbles = (2.0 * m * k * n / held.sqrt() - 2.0 * held) * least as f64;
    once.max(pebbles)
}
