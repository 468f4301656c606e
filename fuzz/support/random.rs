//! Numbers that look random, the same for the same seed.

/// Steps through them.
pub struct Random(u64);

impl Random {
    /// Begins with `seed`.
    pub fn new(seed: u32) -> Random {
        Random(u64::from(seed))
    }

    /// A number below `most`, which is not 0.
    pub fn below(&mut self, most: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most
    }
}
