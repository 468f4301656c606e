//! How wide a machine calculates.
//!
//! Sweeps work out columns of doubles, and a processor does four or eight of
//! them at once where it has AVX2 or AVX-512. Which it has is found out at run
//! time. Every loop over columns is compiled once for each, from one source, so
//! that the results are the same to the last bit: additions and products are
//! each rounded once, in the order in which they are written, and none is fused
//! with another.
//!
//! `PICOJOULE_SIMD=off` in the environment leaves the processor at what every
//! one of its kind can do.

use std::sync::LazyLock;

pub(crate) use fearless_simd::{Level, dispatch};

/// The variable that turns wide instructions off.
const VARIABLE: &str = "PICOJOULE_SIMD";

/// What this machine can do, unless the environment says to leave it.
pub(crate) fn level() -> Level {
    static LEVEL: LazyLock<Level> = LazyLock::new(|| {
        let off = std::env::var_os(VARIABLE).is_some_and(|value| value == "off");
        if off { Level::baseline() } else { Level::new() }
    });
    *LEVEL
}
