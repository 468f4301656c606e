//! Hardware of which some prices are open, and what a run costs on it.

use std::collections::BTreeSet;

use num_rational::BigRational;

use super::coefficient::Coefficient;
use crate::energy::{CostModel, LevelNumber, Memory, Timing, estimate};
use crate::movement::Direction;
use crate::number;
use crate::primitive::Primitive;
use crate::runs::{CountedRun, Run};
use crate::source::{Diagnostic, Problems};
use crate::table::{DeviceNumber, EnergyTable, Figure};
use crate::units::Energy;

/// A table with the memories in use: what runs are priced on.
#[derive(Debug, Clone)]
pub struct Hardware {
    /// The table.
    pub table: EnergyTable,
    /// The levels of memory; nothing where data movement is not counted.
    pub memory: Option<Memory>,
    /// Primitives that cost 0 whatever the table says.
    pub free: BTreeSet<Primitive>,
    /// Whether static energy is counted, and what an inference takes beside.
    pub statics: bool,
}

impl Hardware {
    /// The joules of one inference of a run.
    ///
    /// # Errors
    /// Whatever the table does not price, at the run.
    pub fn joules(&self, run: &Run, counted: &CountedRun) -> Result<f64, Problems> {
        let model = CostModel {
            table: &self.table,
            format: counted.format,
            zero_cost: &self.free,
            memory: self.memory.as_ref(),
            static_energy: self.statics,
        };
        let place = run.format.as_ref().map(|format| &format.place);
        let place = place.unwrap_or(&run.model.place);
        let estimate =
            estimate(&counted.counted, &model, &[]).map_err(|mistakes| run.at(place, &mistakes))?;
        let parts = [estimate.arithmetic(), estimate.movement()];
        let dynamic = parts.into_iter().flatten().sum::<Energy>().joules();
        match &estimate.timing {
            Some(timing) => Ok(dynamic + self.static_joules(run, timing)?),
            None => Ok(dynamic),
        }
    }

    /// Static power times the seconds that were measured, or else those of the
    /// roofline; and what an inference takes beside. A table with a time a launch
    /// says itself how long a run takes, and goes by that.
    fn static_joules(&self, run: &Run, timing: &Timing) -> Result<f64, Diagnostic> {
        let of = |figure: &Figure| number::to_f64(&figure.value);
        let inference = timing.inference.as_ref().map_or(0.0, of);
        let Some(power) = timing.power.as_ref().map(of) else {
            return Ok(inference);
        };
        let counted = || timing.seconds(|_| true).as_ref().map(number::to_f64);
        let seconds = match timing.launch {
            Some(_) => counted().or(run.seconds),
            None => run.seconds.or_else(counted),
        };
        match seconds {
            Some(seconds) => Ok(inference + power * seconds),
            None => {
                let why = timing.unknown(self.table.name()).unwrap_or_default();
                let message = format!("this run does not say how long it took, and {why}");
                Err(Diagnostic::at(&run.place, message)
                    .help("add a column `seconds`, of one inference"))
            }
        }
    }

    /// The same hardware with another value of a coefficient.
    ///
    /// # Errors
    /// There is no such level of memory, or it cannot have this value.
    pub(super) fn with(
        &self,
        of: &Coefficient,
        value: BigRational,
    ) -> Result<Hardware, Diagnostic> {
        let mut changed = self.clone();
        match of {
            Coefficient::Op(primitive, format) => {
                changed.table = self.table.with_price(*primitive, *format, value);
            }
            Coefficient::Level { name, direction } => {
                let level = self.level(of, name)?;
                let number = self.number(level, *direction);
                let set = |memory: &mut Memory| memory.set(level, number, &value);
                if !changed.memory.as_mut().is_some_and(set) {
                    let message = format!("`{of}` cannot be fitted: `{name}` has no such price");
                    return Err(Diagnostic::new(message));
                }
            }
            Coefficient::Static | Coefficient::Launch | Coefficient::Inference => {
                let number = match of {
                    Coefficient::Static => DeviceNumber::Static,
                    Coefficient::Launch => DeviceNumber::Launch,
                    _ => DeviceNumber::Inference,
                };
                if let Some(table) = self.table.with_device(number, value) {
                    changed.table = table;
                }
            }
        }
        Ok(changed)
    }

    /// The level that a coefficient is of.
    fn level(&self, of: &Coefficient, name: &str) -> Result<usize, Diagnostic> {
        let Some(memory) = &self.memory else {
            let message = format!("`{of}` cannot be fitted: data movement is not counted");
            let help = "say how data moves: `--movement compulsory`, or `tiled`";
            return Err(Diagnostic::new(message).help(help));
        };
        memory.find(name).ok_or_else(|| {
            let names = memory.names();
            let message = format!("`{of}` cannot be fitted: there is no memory `{name}`");
            Diagnostic::new(message).known(name, names.iter().map(String::as_str))
        })
    }

    /// The number of a level that a way is priced by.
    fn number(&self, level: usize, direction: Option<Direction>) -> LevelNumber {
        let numbers = self.memory.as_ref().map(|memory| memory.numbers(level));
        let numbers = numbers.unwrap_or_default();
        let has_one = numbers
            .iter()
            .any(|(number, _)| *number == LevelNumber::Access);
        match direction {
            None if has_one => LevelNumber::Access,
            None | Some(Direction::Read) => LevelNumber::Read,
            Some(Direction::Write) => LevelNumber::Write,
        }
    }
}

/// What a run costs as a function of open coefficients: what is not open, and
/// how much each adds for each unit of it, in joules.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Features {
    /// What is not open.
    pub offset: f64,
    /// For each coefficient.
    pub columns: Vec<f64>,
}

impl Features {
    /// The energy at values of the coefficients.
    pub fn joules(&self, values: &[f64]) -> f64 {
        let terms = self
            .columns
            .iter()
            .zip(values)
            .map(|(column, value)| column * value);
        self.offset + terms.sum::<f64>()
    }
}
