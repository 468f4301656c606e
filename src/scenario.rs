//! The short way from a model to joules: one variant, with what is set on it.
//!
//! ```
//! use picojoule::energy::By;
//! use picojoule::format::Format;
//! use picojoule::{loader::Loader, scenario::Scenario};
//!
//! let loader = Loader::shipped();
//! let attention = loader.model("attention")?;
//! let table = loader.table("45nm")?;
//! let scenario = Scenario::new(&attention).variant("e-att").set("n", 512);
//! for stage in scenario.estimate(&table, Format::FP32)?.by(By::Stage) {
//!     // Nothing where operators of the stage are not supported.
//!     if let Some(energy) = stage.energy() {
//!         println!("{}: {} J", stage.name, energy.joules());
//!     }
//! }
//! # Ok::<(), picojoule::source::Problems>(())
//! ```
//!
//! Whoever needs more than that (a graph to draw, other conventions, a fixed
//! choice of what costs nothing) takes the steps one by one: [`lower`],
//! [`Counted::new`], [`estimate`].

use std::collections::BTreeSet;
use std::fmt::Display;
use std::sync::Arc;

use crate::census::Conventions;
use crate::energy::{CostModel, Counted, Estimate, Memory, estimate};
use crate::format::Format;
use crate::formula::Formula;
use crate::graph::{Setting, Unfold, lower};
use crate::model::{Model, Phase};
use crate::movement::{Movement, MovementOptions};
use crate::source::{Diagnostic, Place, Problems, Source, Spanned};
use crate::table::EnergyTable;

/// A variant of a model, with the dims and parameters that are set on it.
#[derive(Debug, Clone)]
pub struct Scenario {
    model: Arc<Model>,
    /// The baseline if it is none.
    variant: Option<String>,
    set: Vec<(String, String)>,
    phase: Phase,
    /// How data moves, where that is counted.
    movement: Option<Movement>,
    /// Whether time and static energy are counted.
    static_energy: bool,
}

impl Scenario {
    /// The baseline of a model (the first of its variants), with the dims that
    /// its file gives.
    pub fn new(model: &Arc<Model>) -> Scenario {
        Scenario {
            model: Arc::clone(model),
            variant: None,
            set: Vec::new(),
            phase: Phase::default(),
            movement: None,
            static_energy: false,
        }
    }

    /// Counts the data that moves as well, through the usual hierarchy of the
    /// table.
    pub fn movement(mut self, movement: Movement) -> Scenario {
        self.movement = Some(movement);
        self
    }

    /// Counts time and static energy as well: see [`Estimate::timing`].
    pub fn static_energy(mut self) -> Scenario {
        self.static_energy = true;
        self
    }

    /// What the model is used for, such as [`Phase::Decode`]; a forward pass over
    /// all tokens unless told otherwise.
    pub fn phase(mut self, phase: Phase) -> Scenario {
        self.phase = phase;
        self
    }

    /// Another variant of the model, by its name.
    pub fn variant(mut self, name: &str) -> Scenario {
        self.variant = Some(name.to_owned());
        self
    }

    /// Sets a dim or a parameter to a number, such as `512` or `0.3`, or to a
    /// formula over the dims of the model, such as `"2 * h"`. What is set last
    /// holds.
    pub fn set(mut self, name: &str, value: impl Display) -> Scenario {
        self.set.retain(|(known, _)| known != name);
        self.set.push((name.to_owned(), value.to_string()));
        self
    }

    /// The variant as a graph, with how many of which primitive it takes; an
    /// addition for each of the k products of a dot product.
    ///
    /// # Errors
    /// A phase that the model cannot be used in, a variant or a dim that it has
    /// not, a value that is no formula or that the model does not accept, a dim
    /// that it needs and that is not set.
    pub fn count(&self) -> Result<Counted, Problems> {
        let used;
        let model = match self.phase {
            Phase::Prefill => &*self.model,
            phase => {
                used = Model::clone(&self.model).in_phase(phase)?;
                &used
            }
        };
        let graph = lower(model, self.name()?, &self.settings()?, Unfold::No)?;
        Counted::new(graph, Conventions::default())
    }

    /// What it costs on a hardware table, in joules by op, stage, layer and
    /// primitive. `format` is the number format of all that the model leaves
    /// open.
    ///
    /// # Errors
    /// As of [`Scenario::count`], every entry that the table lacks, and a table
    /// that names no hierarchy where data moves.
    pub fn estimate(&self, table: &EnergyTable, format: Format) -> Result<Estimate, Problems> {
        let memory = match self.movement {
            None => None,
            Some(movement) => Some(Memory {
                table: table.name().to_owned(),
                movement,
                options: MovementOptions::default(),
                levels: table.levels(None)?,
            }),
        };
        let model = CostModel {
            table,
            format,
            zero_cost: &BTreeSet::new(),
            memory: memory.as_ref(),
            static_energy: self.static_energy,
        };
        estimate(&self.count()?, &model, &[])
    }

    fn name(&self) -> Result<&str, Problems> {
        let known = self.model.variant_names();
        let Some(name) = &self.variant else {
            return Ok(known.first().copied().unwrap_or(&self.model.root.name));
        };
        match known.iter().find(|known| *known == name) {
            Some(known) => Ok(known),
            None => {
                let message = format!("`{}` has no variant `{name}`", self.model.root.name);
                Err(Diagnostic::new(message).known(name, known).into())
            }
        }
    }

    fn settings(&self) -> Result<Vec<Setting>, Problems> {
        let mut problems = Problems::new();
        let mut all = Vec::new();
        for (name, value) in &self.set {
            let source = Source::new("set", format!("{name} = {value}"));
            let value_at = source.text().len() - value.len();
            let place = Place::new(&source, value_at..source.text().len());
            let formula = Formula::read(value, &place, &mut problems);
            all.extend(formula.map(|formula| Setting {
                name: Spanned::new(name.clone(), Place::new(&source, 0..name.len())),
                formula,
            }));
        }
        problems.or(all)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::energy::By;
    use crate::loader::Loader;
    use crate::number::{self, whole};

    fn attention() -> Scenario {
        Scenario::new(&Loader::shipped().model("attention").unwrap())
    }

    #[test]
    fn joules_by_stage() {
        let table = Loader::shipped().table("45nm").unwrap();
        let set = attention().set("b", 1).set("h", 1).set("d", 8);
        let estimate = set
            .set("n", "2 + 1")
            .estimate(&table, Format::FP32)
            .unwrap();
        let stages = estimate.by(By::Stage);
        // q = x·W of 3 tokens: 3·8² products and additions of 3.7 + 0.9 pJ.
        let q = stages.iter().find(|stage| stage.name == "q-proj").unwrap();
        let expected = whole(3 * 64) * whole(46) / whole(10);
        assert_eq!(q.picojoules, Some(expected));
        assert!((q.energy().unwrap().joules() - 883.2e-12).abs() < 1e-24);
    }

    /// One token of Llama 3.1 8B after 1024 others in bf16: 15 009 857 536 bytes of
    /// weights, 134 217 728 of the cache read and 131 072 written, 2 of the token
    /// and 256 512 of its logits, at 3.35 TB/s: 4.5207 ms. What is computed in the
    /// shadow of that takes next to nothing more. Static: 72.5 W for so long.
    #[test]
    fn data_and_time() {
        let loader = Loader::shipped();
        let llama = Scenario::new(&loader.model("llama-3.1-8b").unwrap());
        let decode = llama.phase(Phase::Decode).set("context", 1024);
        let counted = decode.movement(Movement::Compulsory).static_energy();
        let estimate = counted
            .estimate(&loader.table("h100").unwrap(), "bf16".parse().unwrap())
            .unwrap();
        let timing = estimate.timing.unwrap();
        let seconds = number::to_f64(&timing.seconds(|_| true).unwrap());
        assert!((seconds / 4.520_735e-3 - 1.0).abs() < 1e-3, "{seconds}");
        let joules = number::to_f64(&timing.picojoules().unwrap()) * 1e-12;
        assert!((joules / (72.5 * seconds) - 1.0).abs() < 1e-12, "{joules}");
        assert!(estimate.moved.is_some());
    }

    #[test]
    fn what_the_model_has_not_is_told() {
        let told = |scenario: Scenario| scenario.count().unwrap_err().to_string();
        let text = told(attention().variant("e-at"));
        assert!(text.contains("did you mean `e-att`?"), "{text}");
        let text = told(attention().set("dd", 4));
        assert!(text.contains("unknown dim or parameter `dd`"), "{text}");
        assert!(text.contains("set:1:1"), "{text}");
        let text = told(attention().set("n", "2 *"));
        assert!(text.contains("set:1:7"), "{text}");
    }
}
