//! What a drawn number is, a share or an energy, and how it is written.

use crate::render::chart::{AxisUnit, ValueKind};
use crate::units::{Energy, Unit, percent};

/// How the values of one chart are written, all in the same unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Notation {
    /// The unit of energies; nothing for shares.
    unit: Option<Unit>,
}

impl Notation {
    /// The notation that fits `values`.
    pub fn of(kind: ValueKind, values: impl Iterator<Item = f64>) -> Notation {
        let largest = values.map(f64::abs).fold(0.0, f64::max);
        Notation {
            unit: match kind {
                ValueKind::Share => None,
                ValueKind::Energy => Some(Energy::from_picojoules(largest).unit()),
            },
        }
    }

    /// `value` as a number on the axis.
    pub fn number(self, value: f64) -> f64 {
        match self.unit {
            None => value,
            Some(unit) => Energy::from_picojoules(value).in_unit(unit),
        }
    }

    /// How the numbers on the axis are written.
    pub fn axis(self) -> AxisUnit {
        match self.unit {
            None => AxisUnit::Percent,
            Some(_) => AxisUnit::Plain,
        }
    }

    /// The name of an axis that measures `what`, with its unit. Percentages need
    /// none, since they carry their sign.
    pub fn axis_name(self, what: &str) -> String {
        match self.unit {
            None => what.to_string(),
            Some(unit) if what.is_empty() => format!("Energy in {unit}"),
            Some(unit) => format!("{what} in {unit}"),
        }
    }

    /// `value` on its own.
    pub fn text(self, value: f64) -> String {
        let text = match self.unit {
            None => percent(value, 2),
            Some(_) => Energy::from_picojoules(value).to_string(),
        };
        text.replace('-', "−")
    }
}
