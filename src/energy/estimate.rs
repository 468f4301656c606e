//! One estimate and its sums.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::AddAssign;

use num_rational::BigRational;
use num_traits::Zero;

use super::memory::{Memory, Moved, MovedLine};
use super::sum::Sum;
use super::work::Work;
use crate::census::Conventions;
use crate::format::{Format, NumberFormat};
use crate::graph::{DensitiesUsed, DensityLimits, ResolvedScope};
use crate::model::Phase;
use crate::number;
use crate::primitive::Primitive;
use crate::table::Confidence;
use crate::units::Energy;

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
    /// How much is known of the shares of zeros that are skipped.
    pub densities: DensityLimits,
    /// The ops whose operators are not supported: what they cost is in no sum
    /// here, which is not to say that it is 0.
    pub unsupported: Vec<Unsupported>,
    /// Every primitive of every op.
    pub lines: Vec<Line>,
    /// What moves; nothing where data movement is not counted.
    pub moved: Option<Moved>,
    /// All stages, in order, also those that cost nothing.
    pub stages: Vec<String>,
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
    pub op: String,
    /// Its stage.
    pub stage: String,
    /// Its layer.
    pub layer: String,
    /// How often it runs.
    pub count: BigRational,
}

/// The products that one op adds up.
#[derive(Debug, Clone, PartialEq)]
pub struct OpWork {
    /// The op, with the blocks around it.
    pub op: String,
    /// Its stage.
    pub stage: String,
    /// Its layer.
    pub layer: String,
    /// How many there are.
    pub work: Work,
}

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
    /// Densities that were measured, if any were.
    pub densities: Option<DensitiesUsed>,
    /// Between which levels data moves, and how; nothing where that is not
    /// counted.
    pub memory: Option<Memory>,
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
        if !self.fused.is_empty() {
            let formats: Vec<String> = self.fused.iter().map(NumberFormat::to_string).collect();
            list.push(("mac", format!("for mul and add in {}", formats.join(", "))));
        }
        if !self.set.is_empty() {
            let set: Vec<String> = (self.set.iter())
                .map(|(entry, value)| format!("{entry} = {} pJ", number::plain(value)))
                .collect();
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

/// One primitive of one op.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The op, with the blocks around it.
    pub op: String,
    /// Its stage.
    pub stage: String,
    /// Its layer.
    pub layer: String,
    /// The primitive.
    pub primitive: Primitive,
    /// Its format.
    pub format: NumberFormat,
    /// How many.
    pub count: BigRational,
    /// What they cost together, in picojoules, exactly.
    pub picojoules: BigRational,
    /// How far to trust the entry that it is priced by.
    pub confidence: Confidence,
    /// The table that this entry is of, where it is one that the table extends.
    pub origin: Option<Origin>,
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

/// What lines are added up by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// By stage.
    Stage,
    /// By op.
    Op,
    /// By layer.
    Layer,
    /// By primitive and format.
    Primitive,
}

/// The sum over some lines.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// What they have in common.
    pub name: String,
    /// Primitives with their counts.
    pub counts: BTreeMap<(Primitive, NumberFormat), BigRational>,
    /// The products that its ops add up; none in a group of one primitive.
    pub work: Work,
    /// Operators that are not supported, with how often they run.
    pub unsupported: BTreeMap<String, BigRational>,
    /// The energy of the primitives, in picojoules, exactly.
    pub picojoules: BigRational,
    /// The energy of what moves, in picojoules, exactly; nothing where it is not
    /// counted.
    pub moved: Option<BigRational>,
}

/// The energy of some lines: added up exactly, then rounded once.
fn sum<'l>(lines: impl IntoIterator<Item = &'l Line>) -> Energy {
    let mut exact = Sum::default();
    for line in lines {
        exact.add(&line.picojoules);
    }
    Energy::from_picojoules(number::to_f64(&exact.value()))
}

impl Estimate {
    /// The products of all ops together.
    pub fn work(&self) -> Work {
        let mut work = Work::default();
        for products in &self.products {
            work += &products.work;
        }
        work
    }

    /// What entries cost that are of tables which its own extends, by table.
    pub fn by_origin(&self) -> BTreeMap<&Origin, Energy> {
        let mut by: BTreeMap<&Origin, Vec<&Line>> = BTreeMap::new();
        for line in &self.lines {
            if let Some(origin) = &line.origin {
                by.entry(origin).or_default().push(line);
            }
        }
        let by = by.into_iter();
        by.map(|(origin, lines)| (origin, sum(lines))).collect()
    }

    /// The energy of everything: of the arithmetic and, if it is counted, of
    /// what moves.
    pub fn total(&self) -> Energy {
        self.within(|_| true)
    }

    /// The energy of the arithmetic alone.
    pub fn arithmetic(&self) -> Energy {
        sum(&self.lines)
    }

    /// The energy of what moves; nothing where it is not counted.
    pub fn movement(&self) -> Option<Energy> {
        self.moved.as_ref().map(|moved| moved.energy(|_| true))
    }

    /// The energy in the stages that are taken.
    fn within(&self, stage: impl Fn(&str) -> bool) -> Energy {
        let lines = self.lines.iter().filter(|line| stage(&line.stage));
        let mut exact = Sum::default();
        for line in lines {
            exact.add(&line.picojoules);
        }
        let moved = self.moved.iter().flat_map(|moved| &moved.lines);
        for line in moved.filter(|line| stage(&line.stage)) {
            exact.add(&line.picojoules);
        }
        Energy::from_picojoules(number::to_f64(&exact.value()))
    }

    /// The lines added up by `by`, in the order of the graph.
    pub fn by(&self, by: By) -> Vec<Group> {
        let mut groups: Vec<Group> = Vec::new();
        let mut index: HashMap<Cow<'_, str>, usize> = HashMap::new();
        let mut sums: Vec<Sum> = Vec::new();
        if by == By::Stage {
            // Stages without arithmetic are listed too: nothing is dropped.
            for stage in &self.stages {
                index.insert(Cow::from(stage), groups.len());
                groups.push(Group::new(stage.clone()));
            }
        }
        for line in &self.lines {
            let name = match by {
                By::Stage => Cow::from(&line.stage),
                By::Op => Cow::from(&line.op),
                By::Layer => Cow::from(&line.layer),
                By::Primitive => Cow::from(format!("{}.{}", line.primitive, line.format)),
            };
            let at = *index.entry(name).or_insert_with_key(|name| {
                groups.push(Group::new(name.clone().into_owned()));
                groups.len() - 1
            });
            sums.resize_with(groups.len(), Sum::default);
            if let (Some(group), Some(sum)) = (groups.get_mut(at), sums.get_mut(at)) {
                group.count(line);
                sum.add(&line.picojoules);
            }
        }
        for (group, sum) in groups.iter_mut().zip(sums) {
            group.picojoules = sum.value();
        }
        if let Some(moved) = &self.moved {
            for line in &moved.lines {
                let name = match by {
                    By::Stage => Cow::from(&line.stage),
                    By::Op => Cow::from(&line.op),
                    By::Layer => Cow::from(&line.layer),
                    By::Primitive => Cow::from(moved.name(line)),
                };
                let at = *index.entry(name).or_insert_with_key(|name| {
                    groups.push(Group::new(name.clone().into_owned()));
                    groups.len() - 1
                });
                if let Some(group) = groups.get_mut(at) {
                    let moved = group.moved.take().unwrap_or_default();
                    group.moved = Some(number::sum(&moved, &line.picojoules));
                }
            }
            for group in &mut groups {
                group.moved.get_or_insert_default();
            }
        }
        for products in &self.products {
            let name = match by {
                By::Stage => &products.stage,
                By::Op => &products.op,
                By::Layer => &products.layer,
                By::Primitive => break,
            };
            let at = index.get(name.as_str());
            if let Some(group) = at.and_then(|at| groups.get_mut(*at)) {
                group.work += &products.work;
            }
        }
        for op in &self.unsupported {
            let name = match by {
                By::Stage => &op.stage,
                By::Op => &op.op,
                By::Layer => &op.layer,
                By::Primitive => &op.operator,
            };
            let at = *index.entry(Cow::from(name)).or_insert_with(|| {
                groups.push(Group::new(name.clone()));
                groups.len() - 1
            });
            if let Some(group) = groups.get_mut(at) {
                *group.unsupported.entry(op.operator.clone()).or_default() += &op.count;
            }
        }
        groups
    }

    /// The energy that rests on entries of each confidence.
    pub fn by_confidence(&self) -> Vec<(Confidence, Energy)> {
        Confidence::ALL
            .into_iter()
            .map(|confidence| {
                let lines = self.lines.iter();
                let lines = lines.filter(|line| line.confidence == confidence);
                let mut exact = Sum::default();
                for line in lines {
                    exact.add(&line.picojoules);
                }
                let moved = self.moved.iter().flat_map(|moved| &moved.lines);
                for line in moved.filter(|line| line.confidence == confidence) {
                    exact.add(&line.picojoules);
                }
                (
                    confidence,
                    Energy::from_picojoules(number::to_f64(&exact.value())),
                )
            })
            .collect()
    }

    /// The energy of the stages given, without that of operators that are not
    /// supported.
    pub fn of_stages(&self, stages: &[String]) -> Energy {
        let stages: HashSet<&str> = stages.iter().map(String::as_str).collect();
        self.within(|stage| stages.contains(stage))
    }

    /// The energy of one stage; nothing where all that it does is not
    /// supported, so that its energy is not known.
    pub fn of_stage(&self, stage: &str) -> Option<Energy> {
        let moved = self.moved.iter().flat_map(|moved| &moved.lines);
        let mut stages = (self.lines.iter().map(|line| &line.stage))
            .chain(moved.map(|line: &MovedLine| &line.stage));
        let has_lines = stages.any(|known| known == stage);
        let is_unknown = !has_lines && self.unsupported.iter().any(|op| op.stage == stage);
        (!is_unknown).then(|| self.of_stages(&[stage.to_owned()]))
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

    /// The energy of the arithmetic of a scope, where movement is counted too.
    pub fn arithmetic_of_scope(&self, scope: &str) -> Option<Energy> {
        self.moved.as_ref()?;
        if scope == Estimate::WHOLE {
            return Some(self.arithmetic());
        }
        let found = self.scopes.iter().find(|known| known.name == scope)?;
        let lines = self.lines.iter();
        Some(sum(lines.filter(|line| found.stages.contains(&line.stage))))
    }

    /// The name of the scope that every model has: all of it.
    pub const WHOLE: &'static str = "model";
}

/// The amounts of each name, in the order in which the names first stand.
pub fn add_up<'n, T: Clone + for<'t> AddAssign<&'t T>>(
    amounts: impl IntoIterator<Item = (&'n str, T)>,
) -> Vec<(&'n str, T)> {
    let mut index: HashMap<&str, usize> = HashMap::new();
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

impl Group {
    /// Its energy, of arithmetic and of what moves, without that of operators
    /// that are not supported; nothing where there is nothing else.
    pub fn energy(&self) -> Option<Energy> {
        let moved = self.moved.clone().unwrap_or_default();
        let is_unknown = self.counts.is_empty() && !self.unsupported.is_empty() && moved.is_zero();
        let both = number::sum(&self.picojoules, &moved);
        (!is_unknown).then(|| Energy::from_picojoules(number::to_f64(&both)))
    }

    /// The energy of its arithmetic; nothing where none of it is supported.
    pub fn arithmetic(&self) -> Option<Energy> {
        let is_unknown = self.counts.is_empty() && !self.unsupported.is_empty();
        (!is_unknown).then(|| Energy::from_picojoules(number::to_f64(&self.picojoules)))
    }

    /// The energy of what moves; nothing where it is not counted.
    pub fn movement(&self) -> Option<Energy> {
        let moved = self.moved.as_ref()?;
        Some(Energy::from_picojoules(number::to_f64(moved)))
    }

    fn new(name: String) -> Group {
        Group {
            name,
            counts: BTreeMap::new(),
            work: Work::default(),
            unsupported: BTreeMap::new(),
            picojoules: BigRational::default(),
            moved: None,
        }
    }

    fn count(&mut self, line: &Line) {
        let count = (self.counts.entry((line.primitive, line.format))).or_default();
        *count = number::sum(count, &line.count);
    }
}
