//! A table that is another one scaled by a published law: `extends = "45nm"`
//! with `scale = { law = "stillmaker-baas-2017", node = "7 nm" }`.
//!
//! A law of a node or a supply multiplies every price by one factor. All
//! formulas of a table give energies, so it is enough to multiply the unit that
//! they are written in: published figures become so much smaller, and what is
//! derived from them follows by its own formula. A law of a width makes entries
//! of another format, each derived from the one that it is scaled from.
//!
//! What was published for one node is published for no other, so every entry
//! made here is derived and `assumed`, and says from which figure, by which law.
//! What a law does not cover is left out and named.

mod ask;
mod multiply;
mod read;
mod widen;

pub use self::ask::Scaled;

pub(in crate::table) use self::read::{nanometres, volts};

pub(super) use self::ask::Scale;

use self::ask::Target;
use super::EnergyTable;
use crate::source::Problems;

impl Scale {
    /// What a file that is scaled may not say itself, since the law says it.
    pub(in crate::table) fn says(&self) -> &'static [&'static str] {
        match self.to {
            Target::Node { .. } => &["node", "supply"],
            Target::Supply(_) => &["supply"],
            Target::Width { .. } => &[],
        }
    }

    /// `base` as the law has it.
    pub(in crate::table) fn apply(
        &self,
        base: &EnergyTable,
        problems: &mut Problems,
    ) -> Option<EnergyTable> {
        let scaled = match &self.to {
            Target::Node {
                nanometres,
                process,
                volts,
            } => self.to_node(base, nanometres, *process, volts.as_ref()),
            Target::Supply(volts) => self.to_supply(base, volts),
            Target::Width { format, width } => self.to_width(base, format, *width),
        };
        problems.note(scaled.map_err(Problems::from))
    }
}
