//! An estimate added up by layer, op or primitive, and within each by stage: what
//! bars of these are made of.

use std::borrow::Cow;
use std::collections::HashMap;

use num_rational::BigRational;

use super::estimate::Estimate;
use super::groups::By;
use super::sum::Sum;
use crate::number;
use crate::units::Energy;

/// What one layer, op or primitive takes.
#[derive(Debug, Clone, PartialEq)]
pub struct StagesOf {
    /// Its name.
    pub name: String,
    /// The stages in it, each with its energy, in the order in which they stand.
    pub stages: Vec<(String, Energy)>,
}

impl StagesOf {
    /// The energy of all of them.
    pub fn total(&self) -> Energy {
        self.stages.iter().map(|(_, energy)| *energy).sum()
    }
}

impl Estimate {
    /// Everything that has an energy by `by`, and within that by stage; what each
    /// run takes as a whole is in none of them.
    pub fn stages_by(&self, by: By) -> Vec<StagesOf> {
        let mut all = Sums::default();
        for line in &self.lines {
            if let Some(picojoules) = &line.picojoules {
                all.add(by.name_of(line), &line.stage, picojoules);
            }
        }
        if let Some(moved) = &self.moved {
            for line in &moved.lines {
                if let Some(picojoules) = &line.picojoules {
                    all.add(by.name_of_moved(moved, line), &line.stage, picojoules);
                }
            }
        }
        let timed = self.timing.as_ref();
        let timed = timed.and_then(|timing| timing.ops.as_ref().ok());
        for op in timed.into_iter().flatten() {
            if let Some(picojoules) = &op.picojoules {
                all.add(Cow::from(by.name_of_timed(op)), &op.stage, picojoules);
            }
        }
        all.finish()
    }
}

/// Stages and their sums.
type StageSums<'e> = Vec<(&'e str, Sum)>;

/// Sums by name and stage, in the order in which these first stand.
#[derive(Default)]
struct Sums<'e> {
    groups: Vec<(Cow<'e, str>, StageSums<'e>)>,
    index: HashMap<Cow<'e, str>, usize>,
}

impl<'e> Sums<'e> {
    fn add(&mut self, name: Cow<'e, str>, stage: &'e str, picojoules: &BigRational) {
        let at = *self.index.entry(name.clone()).or_insert(self.groups.len());
        if at == self.groups.len() {
            self.groups.push((name, Vec::new()));
        }
        let Some((_, stages)) = self.groups.get_mut(at) else {
            return;
        };
        match stages.iter_mut().find(|(known, _)| *known == stage) {
            Some((_, sum)) => sum.add(picojoules),
            None => {
                let mut sum = Sum::default();
                sum.add(picojoules);
                stages.push((stage, sum));
            }
        }
    }

    fn finish(self) -> Vec<StagesOf> {
        let groups = self.groups.into_iter().map(|(name, stages)| StagesOf {
            name: name.into_owned(),
            stages: (stages.into_iter())
                .map(|(stage, sum)| {
                    let picojoules = number::to_f64(&sum.value());
                    (stage.to_owned(), Energy::from_picojoules(picojoules))
                })
                .collect(),
        });
        groups.collect()
    }
}
