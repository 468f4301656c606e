//! An estimate added up by stage, op, layer or primitive.

use std::borrow::Cow;
use std::collections::BTreeMap;

use num_rational::BigRational;
use num_traits::Zero;

use super::estimate::{Estimate, INFERENCE, Line};
use super::memory::{Moved, MovedLine};
use super::sum::Sum;
use super::timing::TimedOp;
use super::work::Work;
use crate::format::NumberFormat;
use crate::hash::FastMap;
use crate::number;
use crate::primitive::Primitive;
use crate::units::Energy;

/// The row of the time, where lines are added up by primitive.
const STATIC_POWER: &str = "static power";

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
    /// The energy of the primitives, in picojoules, exactly; nothing where they
    /// have no price.
    pub picojoules: Option<BigRational>,
    /// The energy of what moves, in picojoules, exactly; nothing where it is not
    /// counted, or has no price.
    pub moved: Option<BigRational>,
    /// The seconds that its ops take; nothing where time is not counted, or not
    /// known.
    pub seconds: Option<BigRational>,
    /// The static energy, in picojoules, exactly; nothing where it is not
    /// counted, or not known.
    pub statics: Option<BigRational>,
}

impl By {
    pub(super) fn name_of<'l>(self, line: &'l Line) -> Cow<'l, str> {
        match self {
            By::Stage => Cow::from(&*line.stage),
            By::Op => Cow::from(&*line.op),
            By::Layer => Cow::from(&*line.layer),
            By::Primitive => Cow::from(format!("{}.{}", line.primitive, line.format)),
        }
    }

    pub(super) fn name_of_moved<'l>(self, moved: &Moved, line: &'l MovedLine) -> Cow<'l, str> {
        match self {
            By::Stage => Cow::from(&*line.stage),
            By::Op => Cow::from(&*line.op),
            By::Layer => Cow::from(&*line.layer),
            By::Primitive => Cow::from(moved.name(line)),
        }
    }

    pub(super) fn name_of_timed(self, op: &TimedOp) -> &str {
        match self {
            By::Stage => &op.stage,
            By::Op => &op.op,
            By::Layer => &op.layer,
            By::Primitive => STATIC_POWER,
        }
    }
}

/// Groups by their names, in the order in which these first stand.
#[derive(Default)]
struct Groups<'e> {
    groups: Vec<Group>,
    index: FastMap<Cow<'e, str>, usize>,
    sums: Vec<Sum>,
}

impl<'e> Groups<'e> {
    /// The group of a name, and the sum of its arithmetic.
    fn of(&mut self, name: Cow<'e, str>) -> Option<(&mut Group, &mut Sum)> {
        let groups = &mut self.groups;
        let at = *self.index.entry(name).or_insert_with_key(|name| {
            groups.push(Group::new(name.clone().into_owned()));
            groups.len() - 1
        });
        self.sums.resize_with(groups.len(), Sum::default);
        groups.get_mut(at).zip(self.sums.get_mut(at))
    }

    fn known(&mut self, name: &str) -> Option<&mut Group> {
        let at = self.index.get(name)?;
        self.groups.get_mut(*at)
    }
}

impl Estimate {
    /// Everything added up by `by`, in the order of the graph.
    pub fn by(&self, by: By) -> Vec<Group> {
        let mut all = Groups::default();
        if by == By::Stage {
            // Stages without arithmetic are listed too: nothing is dropped.
            for stage in &self.stages {
                all.of(Cow::from(stage));
            }
        }
        for line in &self.lines {
            if let Some((group, sum)) = all.of(by.name_of(line)) {
                group.count(line);
                match &line.picojoules {
                    Some(picojoules) => sum.add(picojoules),
                    None => group.picojoules = None,
                }
            }
        }
        for (group, sum) in all.groups.iter_mut().zip(std::mem::take(&mut all.sums)) {
            group.picojoules = group.picojoules.as_ref().map(|_| sum.value());
        }
        self.add_movement(by, &mut all);
        self.add_time(by, &mut all);
        for products in &self.products {
            let name = match by {
                By::Stage => &products.stage,
                By::Op => &products.op,
                By::Layer => &products.layer,
                By::Primitive => break,
            };
            if let Some(group) = all.known(name) {
                group.work += &*products.work;
            }
        }
        for op in &self.unsupported {
            let name = match by {
                By::Stage => &*op.stage,
                By::Op => &op.op,
                By::Layer => &op.layer,
                By::Primitive => op.operator.as_str(),
            };
            if let Some((group, _)) = all.of(Cow::from(name)) {
                *group.unsupported.entry(op.operator.clone()).or_default() += &op.count;
            }
        }
        all.groups
    }

    fn add_movement<'e>(&'e self, by: By, all: &mut Groups<'e>) {
        let Some(moved) = &self.moved else { return };
        for line in &moved.lines {
            if let Some((group, _)) = all.of(by.name_of_moved(moved, line))
                && let Some(picojoules) = &line.picojoules
            {
                let sum = group.moved.take().unwrap_or_default();
                group.moved = Some(number::sum(&sum, picojoules));
            }
        }
        if moved.has_prices() {
            for group in &mut all.groups {
                group.moved.get_or_insert_default();
            }
        }
    }

    fn add_time<'e>(&'e self, by: By, all: &mut Groups<'e>) {
        let Some(timing) = &self.timing else { return };
        for op in timing.ops.iter().flatten() {
            let Some((group, _)) = all.of(Cow::from(by.name_of_timed(op))) else {
                continue;
            };
            let seconds = group.seconds.take().unwrap_or_default();
            group.seconds = Some(number::sum(&seconds, &op.seconds));
            if let Some(picojoules) = &op.picojoules {
                let statics = group.statics.take().unwrap_or_default();
                group.statics = Some(number::sum(&statics, picojoules));
            }
        }
        let is_known = timing.is_known();
        let has_prices = self.moved.as_ref().is_some_and(Moved::has_prices);
        if let Some(inference) = timing.of_inference().filter(|_| is_known)
            && let Some((group, _)) = all.of(Cow::from(INFERENCE))
        {
            group.statics = Some(inference);
        }
        for group in &mut all.groups {
            if timing.ops.is_ok() {
                group.seconds.get_or_insert_default();
            }
            if is_known {
                group.statics.get_or_insert_default();
            }
            if has_prices {
                group.moved.get_or_insert_default();
            }
        }
    }
}

impl Group {
    /// Its energy, of all parts that are counted, without that of operators that
    /// are not supported and of what has no price; nothing where there is nothing
    /// else.
    pub fn energy(&self) -> Option<Energy> {
        let moved = self.moved.clone().unwrap_or_default();
        let statics = self.statics.clone().unwrap_or_default();
        let others = number::sum(&moved, &statics);
        let arithmetic = self.known_arithmetic();
        let is_unknown = arithmetic.is_none() && others.is_zero();
        let all = number::sum(&arithmetic.cloned().unwrap_or_default(), &others);
        (!is_unknown).then(|| Energy::from_picojoules(number::to_f64(&all)))
    }

    /// The energy of its arithmetic; nothing where none of it is supported, or has
    /// a price.
    pub fn arithmetic(&self) -> Option<Energy> {
        let picojoules = self.known_arithmetic()?;
        Some(Energy::from_picojoules(number::to_f64(picojoules)))
    }

    fn known_arithmetic(&self) -> Option<&BigRational> {
        let is_unknown = self.counts.is_empty() && !self.unsupported.is_empty();
        self.picojoules.as_ref().filter(|_| !is_unknown)
    }

    /// The energy of what moves; nothing where it is not counted, or has no price.
    pub fn movement(&self) -> Option<Energy> {
        let moved = self.moved.as_ref()?;
        Some(Energy::from_picojoules(number::to_f64(moved)))
    }

    /// The static energy; nothing where it is not counted, or not known.
    pub fn statics(&self) -> Option<Energy> {
        let statics = self.statics.as_ref()?;
        Some(Energy::from_picojoules(number::to_f64(statics)))
    }

    fn new(name: String) -> Group {
        Group {
            name,
            counts: BTreeMap::new(),
            work: Work::default(),
            unsupported: BTreeMap::new(),
            picojoules: Some(BigRational::default()),
            moved: None,
            seconds: None,
            statics: None,
        }
    }

    fn count(&mut self, line: &Line) {
        let count = (self.counts.entry((line.primitive, line.format))).or_default();
        *count = number::sum(count, &line.count);
    }
}
