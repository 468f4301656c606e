//! What a fit is of: an entry of a table, by a short name.

use std::fmt;
use std::str::FromStr;

use crate::energy::Memory;
use crate::format::NumberFormat;
use crate::movement::Direction;
use crate::primitive::Primitive;
use crate::runs::CountedRun;
use crate::source::Diagnostic;
use crate::table::EnergyTable;

/// One unknown of a fit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Coefficient {
    /// Picojoules of one operation: `mac.int8`, `mul.fp32`.
    Op(Primitive, NumberFormat),
    /// Picojoules of one access to a level of memory: `dram`; of one way alone:
    /// `dram.read`.
    Level {
        /// The level, with its size where several have one name.
        name: String,
        /// The way; both where they cost the same.
        direction: Option<Direction>,
    },
    /// Watts that are taken whatever runs: `static`.
    Static,
    /// Seconds that each op takes beside its work, all at the static power:
    /// `launch`.
    Launch,
    /// Joules of an inference beside everything else: `inference`.
    Inference,
}

impl Coefficient {
    /// The unit of its value, for one of what it prices.
    pub fn unit(&self) -> &'static str {
        match self {
            Coefficient::Op(..) | Coefficient::Level { .. } => "pJ",
            Coefficient::Static => "W",
            Coefficient::Launch => "s",
            Coefficient::Inference => "J",
        }
    }
}

impl Coefficient {
    /// Whether it goes with time, or with an inference as a whole.
    pub fn is_static(&self) -> bool {
        match self {
            Coefficient::Static | Coefficient::Launch | Coefficient::Inference => true,
            Coefficient::Op(..) | Coefficient::Level { .. } => false,
        }
    }

    /// What is fitted where nothing is asked for: multiply–accumulates in every
    /// format that runs compute in, and the farthest of the memories.
    pub fn usual(runs: &[CountedRun], memory: Option<&Memory>) -> Vec<Coefficient> {
        let mut all: Vec<Coefficient> = Vec::new();
        for run in runs {
            let product = Coefficient::Op(Primitive::Mac, run.format.operand);
            if !all.contains(&product) {
                all.push(product);
            }
        }
        let farthest = memory.and_then(|memory| memory.names().pop());
        all.extend(farthest.map(|name| Coefficient::Level {
            name,
            direction: None,
        }));
        all
    }

    /// The entry that is fitted. A multiply–accumulate is one of its own only on
    /// a table that has it as one; elsewhere its price is that of the product,
    /// and its addition costs nothing.
    ///
    /// # Errors
    /// The table prices both halves.
    pub fn resolved(&self, base: Option<&EnergyTable>) -> Result<Coefficient, Diagnostic> {
        let Coefficient::Op(Primitive::Mac, format) = *self else {
            return Ok(self.clone());
        };
        let has = |primitive| base.is_some_and(|base| base.entry(primitive, format).is_some());
        if has(Primitive::Mul) {
            let message = format!("`{self}` cannot be fitted: the table prices its halves");
            let help = format!("fit `mul.{format}`, or `mul.{format},add.{format}`");
            return Err(Diagnostic::new(message).help(help));
        }
        match has(Primitive::Mac) {
            true => Ok(self.clone()),
            false => Ok(Coefficient::Op(Primitive::Mul, format)),
        }
    }
}

impl fmt::Display for Coefficient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Coefficient::Op(primitive, format) => write!(f, "{primitive}.{format}"),
            Coefficient::Level { name, direction } => match direction {
                Some(way) => write!(f, "{name}.{}", way.name()),
                None => f.write_str(name),
            },
            Coefficient::Static => f.write_str("static"),
            Coefficient::Launch => f.write_str("launch"),
            Coefficient::Inference => f.write_str("inference"),
        }
    }
}

/// A name that no coefficient has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownCoefficient(String);

impl fmt::Display for UnknownCoefficient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` names nothing that can be fitted", self.0)
    }
}

impl FromStr for Coefficient {
    type Err = UnknownCoefficient;

    /// Reads the name of one. Which levels there are is known later.
    fn from_str(text: &str) -> Result<Coefficient, UnknownCoefficient> {
        let unknown = || UnknownCoefficient(text.to_owned());
        let level = |name: &str, direction| Coefficient::Level {
            name: name.to_owned(),
            direction,
        };
        let Some((first, last)) = text.split_once('.') else {
            return match text {
                "" => Err(unknown()),
                "static" => Ok(Coefficient::Static),
                "launch" => Ok(Coefficient::Launch),
                "inference" => Ok(Coefficient::Inference),
                name => Ok(level(name, None)),
            };
        };
        // As outputs write an operation, or as settings name an entry.
        for (primitive, format) in [(first, last), (last, first)] {
            if let (Ok(primitive), Ok(format)) = (primitive.parse(), format.parse()) {
                return Ok(Coefficient::Op(primitive, format));
            }
        }
        match Direction::ALL.into_iter().find(|way| way.name() == last) {
            Some(way) => Ok(level(first, Some(way))),
            None => Err(unknown()),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for name in [
            "mac.int8",
            "mul.fp32",
            "dram",
            "sram 8 KiB",
            "dram.read",
            "static",
            "launch",
            "inference",
        ] {
            assert_eq!(name.parse::<Coefficient>().unwrap().to_string(), name);
        }
        let entry: Coefficient = "bf16.mac".parse().unwrap();
        assert_eq!(entry.to_string(), "mac.bf16");
        for wrong in ["", "mac.int", "dram.both", "a.b.c"] {
            assert!(wrong.parse::<Coefficient>().is_err(), "{wrong}");
        }
    }
}
