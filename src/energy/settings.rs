//! What was counted and priced how.

use std::collections::BTreeSet;

use num_rational::BigRational;

use super::memory::Memory;
use crate::census::Conventions;
use crate::format::NumberFormat;
use crate::graph::DensitiesUsed;
use crate::model::Phase;
use crate::number;
use crate::primitive::Primitive;

/// The conventions of an estimate.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Those of the census.
    pub conventions: Conventions,
    /// What the model is used for.
    pub phase: Phase,
    /// Primitives priced at 0 whatever the table says.
    pub zero_cost: BTreeSet<Primitive>,
    /// The formats in which one `mac` stands for a multiplication and an
    /// addition, since the table prices neither.
    pub fused: BTreeSet<NumberFormat>,
    /// Entries of the table that were set by hand, with their values in pJ.
    pub set: Vec<(String, BigRational)>,
    /// Numbers of the device that were set by hand, in the unit of their names.
    pub device_set: Vec<(String, BigRational)>,
    /// Densities that were measured, if any were.
    pub densities: Option<DensitiesUsed>,
    /// Between which levels data moves, and how; nothing where that is not
    /// counted.
    pub memory: Option<Memory>,
    /// Whether static energy is counted.
    pub statics: StaticSetting,
}

/// Whether static energy is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StaticSetting {
    /// It is not, and the table says nothing of it.
    #[default]
    Absent,
    /// It is not, though the table says something of it.
    LeftOut,
    /// It is.
    Counted,
}

impl Settings {
    /// Each convention with its value, as outputs print them.
    pub fn list(&self) -> Vec<(&'static str, String)> {
        let free: Vec<&str> = self
            .zero_cost
            .iter()
            .map(|primitive| primitive.name())
            .collect();
        let free = if free.is_empty() {
            "none".to_owned()
        } else {
            free.join(", ")
        };
        let conventions = self.conventions.list().into_iter();
        let mut list: Vec<(&'static str, String)> = conventions
            .map(|(name, value)| (name, value.to_owned()))
            .collect();
        list.push(("free", free));
        if self.phase != Phase::Prefill {
            list.push(("phase", self.phase.to_string()));
        }
        list.extend(self.movement());
        match self.statics {
            StaticSetting::Absent => {}
            StaticSetting::LeftOut => list.push(("static", "not counted".to_owned())),
            StaticSetting::Counted => list.push(("static", "static power × roofline".to_owned())),
        }
        if !self.fused.is_empty() {
            let formats: Vec<String> = self.fused.iter().map(NumberFormat::to_string).collect();
            list.push(("mac", format!("for mul and add in {}", formats.join(", "))));
        }
        let set = self.set.iter();
        let set = set.map(|(entry, value)| format!("{entry} = {} pJ", number::plain(value)));
        let device = self.device_set.iter();
        let device = device.map(|(entry, value)| format!("{entry} = {}", number::plain(value)));
        let set: Vec<String> = set.chain(device).collect();
        if !set.is_empty() {
            list.push(("set", set.join(", ")));
        }
        if let Some(densities) = &self.densities {
            list.push(("densities", densities.to_string()));
        }
        list
    }

    fn movement(&self) -> Vec<(&'static str, String)> {
        match &self.memory {
            None => vec![("memory", "not counted".to_owned())],
            Some(memory) => vec![
                ("movement", memory.convention()),
                ("memory", memory.names().join(", ")),
            ],
        }
    }
}
