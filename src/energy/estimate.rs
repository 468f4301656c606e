//! One estimate and its sums.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::AddAssign;
use std::sync::Arc;

use num_rational::BigRational;

use super::memory::Moved;
use super::settings::Settings;
use super::sum::Sum;
use super::timing::Timing;
use super::work::Work;
use crate::format::{Format, NumberFormat};
use crate::graph::{DensityLimits, ResolvedScope};
use crate::hash::{FastMap, FastSet};
use crate::number;
use crate::primitive::Primitive;
use crate::table::Confidence;
use crate::units::Energy;

/// What stands for a stage where each run of a model takes an energy of its own:
/// it belongs to none, and to the model as a whole.
pub const INFERENCE: &str = "(inference)";

/// What one model costs on one table in one format.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// The model.
    pub model: String,
    /// Its variant.
    pub variant: String,
    /// The table.
    pub table: String,
    /// The formats of what the model leaves open.
    pub format: Format,
    /// The dims and parameters, with their values.
    pub dims: Vec<(String, BigRational)>,
    /// The products of each op that adds some up.
    pub products: Vec<OpWork>,
    /// Multiply–accumulates of matrix products and convolutions, skipped zeros
    /// included.
    pub macs: BigRational,
    /// How many numbers its weights and biases hold.
    pub parameters: BigRational,
    /// How many of them one token takes, of a mixture of experts.
    pub active_parameters: Option<BigRational>,
    /// How much is known of the shares of zeros that are skipped.
    pub densities: DensityLimits,
    /// The ops whose operators are not supported: what they cost is in no sum
    /// here, which is not to say that it is 0.
    pub unsupported: Vec<Unsupported>,
    /// Every primitive of every op.
    pub lines: Vec<Line>,
    /// What moves; nothing where data movement is not counted.
    pub moved: Option<Moved>,
    /// How long it takes; nothing where static energy is not counted.
    pub timing: Option<Timing>,
    /// All stages, in order, also those that cost nothing.
    pub stages: Vec<String>,
    /// The stages of all variants of the model, in an order that is the same for
    /// each of them.
    pub model_stages: Arc<[String]>,
    /// The scopes of the variant.
    pub scopes: Vec<ResolvedScope>,
    /// What was counted and priced how.
    pub settings: Settings,
}

/// An op whose operator is not supported, so that nobody knows what it costs.
#[derive(Debug, Clone, PartialEq)]
pub struct Unsupported {
    /// The operator.
    pub operator: String,
    /// The op, with the blocks around it.
    pub op: Arc<str>,
    /// Its stage.
    pub stage: Arc<str>,
    /// Its layer.
    pub layer: Arc<str>,
    /// How often it runs.
    pub count: BigRational,
}

/// The products that one op adds up.
#[derive(Debug, Clone, PartialEq)]
pub struct OpWork {
    /// The op, with the blocks around it.
    pub op: Arc<str>,
    /// Its stage.
    pub stage: Arc<str>,
    /// Its layer.
    pub layer: Arc<str>,
    /// How many there are.
    pub work: Arc<Work>,
}

/// One primitive of one op.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The op, with the blocks around it.
    pub op: Arc<str>,
    /// Its stage.
    pub stage: Arc<str>,
    /// Its layer.
    pub layer: Arc<str>,
    /// The primitive.
    pub primitive: Primitive,
    /// Its format.
    pub format: NumberFormat,
    /// How many.
    pub count: BigRational,
    /// What they cost together, in picojoules, exactly; nothing where the table
    /// prices no operation at all.
    pub picojoules: Option<BigRational>,
    /// How far to trust the entry that it is priced by.
    pub confidence: Confidence,
    /// The table that this entry is of, where it is one that the table extends.
    pub origin: Option<Arc<Origin>>,
}

/// A table that another one extends.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// Its name.
    pub table: String,
    /// Its process node or device, where that is another one than that of the
    /// table that extends it.
    pub other_node: Option<String>,
}

/// The parts of an energy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// What is computed.
    Arithmetic,
    /// What moves.
    Movement,
    /// What is taken all the time, and for each run of the model.
    Static,
}

impl Part {
    /// All of them, in the order of outputs.
    pub const ALL: [Part; 3] = [Part::Arithmetic, Part::Movement, Part::Static];

    /// Its name in outputs.
    pub const fn name(self) -> &'static str {
        match self {
            Part::Arithmetic => "arithmetic",
            Part::Movement => "movement",
            Part::Static => "static",
        }
    }
}

/// Something with an energy.
struct Charge<'e> {
    part: Part,
    stage: &'e str,
    picojoules: Cow<'e, BigRational>,
    confidence: Confidence,
}

/// The energy of some charges: added up exactly, then rounded once.
fn sum<'e>(charges: impl IntoIterator<Item = Charge<'e>>) -> Energy {
    let mut exact = Sum::default();
    for charge in charges {
        exact.add(&charge.picojoules);
    }
    Energy::from_picojoules(number::to_f64(&exact.value()))
}

impl Estimate {
    /// The products of all ops together.
    pub fn work(&self) -> Work {
        let mut work = Work::default();
        for products in &self.products {
            work += &*products.work;
        }
        work
    }

    /// What entries cost that are of tables which its own extends, by table.
    pub fn by_origin(&self) -> BTreeMap<&Origin, Energy> {
        let mut by: BTreeMap<&Origin, Vec<&Line>> = BTreeMap::new();
        for line in &self.lines {
            if let Some(origin) = line.origin.as_deref() {
                by.entry(origin).or_default().push(line);
            }
        }
        let energy = |lines: Vec<&Line>| {
            let mut exact = Sum::default();
            for picojoules in lines
                .into_iter()
                .filter_map(|line| line.picojoules.as_ref())
            {
                exact.add(picojoules);
            }
            Energy::from_picojoules(number::to_f64(&exact.value()))
        };
        let by = by.into_iter();
        by.map(|(origin, lines)| (origin, energy(lines))).collect()
    }

    /// Everything that has an energy.
    fn charges(&self) -> impl Iterator<Item = Charge<'_>> {
        let charge = |part, stage, picojoules, confidence| Charge {
            part,
            stage,
            picojoules,
            confidence,
        };
        let lines = self.lines.iter().filter_map(move |line| {
            let picojoules = Cow::Borrowed(line.picojoules.as_ref()?);
            Some(charge(
                Part::Arithmetic,
                &*line.stage,
                picojoules,
                line.confidence,
            ))
        });
        let moved = self.moved.iter().flat_map(|moved| &moved.lines);
        let moved = moved.filter_map(move |line| {
            let picojoules = Cow::Borrowed(line.picojoules.as_ref()?);
            Some(charge(
                Part::Movement,
                &*line.stage,
                picojoules,
                line.confidence,
            ))
        });
        let timing = self.timing.as_ref();
        let timed = timing.and_then(|timing| timing.ops.as_ref().ok());
        let timed = timed.into_iter().flatten().filter_map(move |op| {
            let picojoules = Cow::Borrowed(op.picojoules.as_ref()?);
            Some(charge(Part::Static, &*op.stage, picojoules, op.confidence))
        });
        let inference = timing.and_then(|timing| {
            let inference = timing.inference.as_ref().filter(|_| timing.is_known());
            let confidence = inference?.confidence;
            let picojoules = Cow::Owned(timing.of_inference()?);
            Some(charge(Part::Static, INFERENCE, picojoules, confidence))
        });
        lines.chain(moved).chain(timed).chain(inference)
    }

    /// The energy of everything: of the arithmetic and, as far as they are
    /// counted, of what moves and of the time that it takes. What has no price is
    /// not in it.
    pub fn total(&self) -> Energy {
        sum(self.charges())
    }

    /// Whether the table prices operations.
    pub fn prices_operations(&self) -> bool {
        self.lines.iter().all(|line| line.picojoules.is_some())
    }

    /// Whether anything has an energy here: on a table without prices and without
    /// a static power nothing has.
    pub fn has_energy(&self) -> bool {
        Part::ALL.into_iter().any(|part| self.knows(part))
    }

    /// The energy of the arithmetic alone; nothing where the table prices no
    /// operation.
    pub fn arithmetic(&self) -> Option<Energy> {
        self.part(Part::Arithmetic, None)
    }

    /// The energy of what moves; nothing where it is not counted.
    pub fn movement(&self) -> Option<Energy> {
        self.part(Part::Movement, None)
    }

    /// The static energy; nothing where it is not counted, or not known.
    pub fn statics(&self) -> Option<Energy> {
        self.part(Part::Static, None)
    }

    /// Whether a part is counted, and has an energy.
    fn knows(&self, part: Part) -> bool {
        match part {
            Part::Arithmetic => self.prices_operations(),
            Part::Movement => self.moved.as_ref().is_some_and(Moved::has_prices),
            Part::Static => self.timing.as_ref().is_some_and(Timing::is_known),
        }
    }

    /// The energy of one part in some stages, or in all; nothing where it is not
    /// counted, or not known.
    fn part(&self, part: Part, stages: Option<&[String]>) -> Option<Energy> {
        let inside = |charge: &Charge<'_>| {
            let named = |stages: &[String]| stages.iter().any(|stage| stage == charge.stage);
            charge.part == part && stages.is_none_or(named)
        };
        self.knows(part).then(|| sum(self.charges().filter(inside)))
    }

    /// The energy that rests on entries of each confidence.
    pub fn by_confidence(&self) -> Vec<(Confidence, Energy)> {
        let of = |confidence: Confidence| {
            let charges = self.charges();
            sum(charges.filter(|charge| charge.confidence == confidence))
        };
        let all = Confidence::ALL.into_iter();
        all.map(|confidence| (confidence, of(confidence))).collect()
    }

    /// The energy of the stages given, without that of operators that are not
    /// supported.
    pub fn of_stages(&self, stages: &[String]) -> Energy {
        let stages: FastSet<&str> = stages.iter().map(String::as_str).collect();
        sum(self
            .charges()
            .filter(|charge| stages.contains(charge.stage)))
    }

    /// The energy of one stage; nothing where all that it does is not
    /// supported, so that its energy is not known.
    pub fn of_stage(&self, stage: &str) -> Option<Energy> {
        let lines = self.lines.iter().any(|line| &*line.stage == stage);
        let has_lines = lines || self.charges().any(|charge| charge.stage == stage);
        let is_unknown = !has_lines && self.unsupported.iter().any(|op| &*op.stage == stage);
        (!is_unknown && self.has_energy()).then(|| self.of_stages(&[stage.to_owned()]))
    }

    /// The operators that are not supported, each once, with how often they
    /// run.
    pub fn unsupported_operators(&self) -> Vec<(&str, BigRational)> {
        let ops = self.unsupported.iter();
        add_up(ops.map(|op| (op.operator.as_str(), op.count.clone())))
    }

    /// The energy of a scope, if the variant has it. The scope `model` is
    /// everything.
    pub fn of_scope(&self, scope: &str) -> Option<Energy> {
        if scope == Estimate::WHOLE {
            return Some(self.total());
        }
        let found = self.scopes.iter().find(|known| known.name == scope)?;
        Some(self.of_stages(&found.stages))
    }

    /// The energy of a scope part by part, as far as the parts are counted;
    /// nothing where it is arithmetic alone.
    pub fn parts_of_scope(&self, scope: &str) -> Vec<(Part, Option<Energy>)> {
        let stages = match scope {
            Estimate::WHOLE => None,
            scope => match self.scopes.iter().find(|known| known.name == scope) {
                Some(found) => Some(found.stages.as_slice()),
                None => return Vec::new(),
            },
        };
        let counted = [
            (Part::Arithmetic, true),
            (Part::Movement, self.moved.is_some()),
            (Part::Static, self.timing.is_some()),
        ];
        let counted = counted.into_iter().filter(|(_, is_counted)| *is_counted);
        let parts: Vec<(Part, Option<Energy>)> = counted
            .map(|(part, _)| (part, self.part(part, stages)))
            .collect();
        match parts.as_slice() {
            [_] => Vec::new(),
            _ => parts,
        }
    }

    /// The name of the scope that every model has: all of it.
    pub const WHOLE: &'static str = "model";
}

/// The amounts of each name, in the order in which the names first stand.
pub fn add_up<'n, T: Clone + for<'t> AddAssign<&'t T>>(
    amounts: impl IntoIterator<Item = (&'n str, T)>,
) -> Vec<(&'n str, T)> {
    let mut index: FastMap<&str, usize> = FastMap::default();
    let mut all: Vec<(&str, T)> = Vec::new();
    for (name, amount) in amounts {
        match index.get(name).and_then(|at| all.get_mut(*at)) {
            Some((_, sum)) => *sum += &amount,
            None => {
                index.insert(name, all.len());
                all.push((name, amount));
            }
        }
    }
    all
}
