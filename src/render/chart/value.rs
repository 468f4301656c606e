//! What a drawn number is.

/// What the values of a chart are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValueKind {
    /// Fractions, written as percentages: 0.66 is `66 %`.
    Share,
    /// Energies in picojoules, written in the unit that fits the largest.
    Energy,
}
