//! Random numbers that follow from a seed and their place alone, so that any
//! of them can be worked out anywhere, on any number of threads.
//!
//! The generator is SplitMix64 (Steele, Lea, Flood, OOPSLA 2014, as in Java): a
//! counter that goes up in steps of one odd number, and a function that mixes
//! the bits of it.

/// By how much the counter goes up.
pub(crate) const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// The number at `place`, from 0, of the generator that starts at `seed`.
#[inline(always)]
pub(crate) fn bits(seed: u64, place: u64) -> u64 {
    let mut z = seed.wrapping_add(place.wrapping_add(1).wrapping_mul(STEP));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A number from 0 to just below 1 from 53 of the bits.
#[inline(always)]
pub(crate) fn uniform(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_numbers_are_those_of_the_paper() {
        // The first numbers of SplittableRandom for seed 1234567.
        assert_eq!(bits(1_234_567, 0), 6_457_827_717_110_365_317);
        assert_eq!(bits(1_234_567, 1), 3_203_168_211_198_807_973);
    }
}
