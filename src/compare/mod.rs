//! Variants side by side: the energy of each over a scope, and what it saves
//! against the baseline.

mod scopes;

use rayon::prelude::*;

use crate::energy::{CostModel, Counted, Estimate, INFERENCE, Part, estimate};
use crate::format::Format;
use crate::source::Problems;
use crate::table::EnergyTable;
use crate::units::Energy;

pub use self::scopes::ScopeStage;

/// Variants of one model on several tables and formats.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The variant that the others are held against.
    pub baseline: String,
    /// For each table and format the estimate of every variant, the baseline
    /// first.
    pub settings: Vec<Vec<Estimate>>,
}

/// One variant over one scope (or stage), on one table and format.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The table.
    pub table: String,
    /// The format.
    pub format: Format,
    /// The scope or stage.
    pub scope: String,
    /// The variant.
    pub variant: String,
    /// Its energy; nothing where all of it is left out, so that it is not known.
    pub energy: Option<Energy>,
    /// The energy of the baseline, likewise.
    pub baseline: Option<Energy>,
    /// Of both the parts, as far as these are counted; none where it is arithmetic
    /// alone.
    pub parts: Vec<RowPart>,
}

/// A part of the energies of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RowPart {
    /// Which.
    pub part: Part,
    /// Of the variant; nothing where it is not known.
    pub energy: Option<Energy>,
    /// Of the baseline, likewise.
    pub baseline: Option<Energy>,
}

impl Row {
    /// The share of the baseline's energy that is saved; nothing where the
    /// baseline costs nothing, or where either is not known.
    pub fn saving(&self) -> Option<f64> {
        saving(self.baseline?, self.energy?)
    }

    /// The parts as rows of their own.
    pub fn parts(&self) -> Vec<Row> {
        let part = |part: &RowPart| Row {
            scope: format!("{}, {}", self.scope, part.part.name()),
            energy: part.energy,
            baseline: part.baseline,
            parts: Vec::new(),
            ..self.clone()
        };
        self.parts.iter().map(part).collect()
    }
}

impl RowPart {
    /// The share of the baseline's part that is saved; nothing where the baseline
    /// takes nothing, or where either is not known.
    pub fn saving(&self) -> Option<f64> {
        saving(self.baseline?, self.energy?)
    }
}

/// The parts of a variant beside those of the baseline.
fn side_by_side(
    own: &[(Part, Option<Energy>)],
    of_baseline: &[(Part, Option<Energy>)],
) -> Vec<RowPart> {
    let parts = own.iter().map(|(part, energy)| {
        let baseline = of_baseline.iter().find(|(known, _)| known == part);
        RowPart {
            part: *part,
            energy: *energy,
            baseline: baseline.and_then(|(_, energy)| *energy),
        }
    });
    parts.collect()
}

/// 1 − energy / baseline, if the baseline is not 0.
pub fn saving(baseline: Energy, energy: Energy) -> Option<f64> {
    (baseline != Energy::ZERO).then(|| 1.0 - energy.picojoules() / baseline.picojoules())
}

/// Prices every variant (the baseline first) on every table and format given,
/// all at once.
///
/// # Errors
/// Every entry that a table lacks.
pub fn compare(
    variants: &[Counted],
    settings: &[CostModel<'_>],
    others: &[&EnergyTable],
) -> Result<Comparison, Problems> {
    let all: Vec<Result<Vec<Estimate>, Problems>> = settings
        .par_iter()
        .map(|pricing| {
            variants
                .iter()
                .map(|counted| estimate(counted, pricing, others))
                .collect()
        })
        .collect();
    let mut problems = Problems::new();
    let mut estimates = Vec::with_capacity(all.len());
    for result in all {
        match result {
            Ok(row) => estimates.push(row),
            Err(missing) => problems.extend(missing),
        }
    }
    problems.or(Comparison {
        baseline: variants
            .first()
            .map_or_else(String::new, |counted| counted.graph.variant.clone()),
        settings: estimates,
    })
}

impl Comparison {
    /// The scopes that every variant has, in order of appearance. Everything
    /// together is among them unless a named scope is just that.
    pub fn scopes(&self) -> Vec<String> {
        let Some(estimates) = self.settings.first() else {
            return Vec::new();
        };
        let mut scopes: Vec<String> = Vec::new();
        for scope in estimates.iter().flat_map(|estimate| &estimate.scopes) {
            let everywhere = (estimates.iter())
                .all(|estimate| estimate.scopes.iter().any(|known| known.name == scope.name));
            if everywhere && !scopes.contains(&scope.name) {
                scopes.push(scope.name.clone());
            }
        }
        let is_whole = |name: &String| {
            estimates.iter().all(|estimate| {
                let scope = estimate.scopes.iter().find(|scope| scope.name == *name);
                scope.is_some_and(|scope| {
                    estimate
                        .stages
                        .iter()
                        .all(|stage| scope.stages.contains(stage))
                })
            })
        };
        if !scopes.iter().any(is_whole) {
            scopes.push(Estimate::WHOLE.to_owned());
        }
        scopes
    }

    /// All stages of all variants, in order of appearance; then what each run of
    /// the model takes, where that is counted.
    pub fn stages(&self) -> Vec<String> {
        let mut stages: Vec<String> = Vec::new();
        let Some(estimates) = self.settings.first() else {
            return stages;
        };
        for estimate in estimates {
            // A stage that only this variant has stands before the one that
            // follows it here.
            let mut at = 0;
            for stage in &estimate.stages {
                match stages.iter().position(|known| known == stage) {
                    Some(known) => at = known + 1,
                    None => {
                        stages.insert(at, stage.clone());
                        at += 1;
                    }
                }
            }
        }
        let has_inference = |estimate: &Estimate| {
            let timing = estimate.timing.as_ref();
            timing.is_some_and(|timing| timing.of_inference().is_some())
        };
        if self.settings.iter().flatten().any(has_inference) {
            stages.push(INFERENCE.to_owned());
        }
        stages
    }

    /// Every variant over every scope given, the baseline first.
    pub fn rows(&self, scopes: &[String]) -> Vec<Row> {
        let energy = |estimate: &Estimate, scope: &str| {
            let energy = estimate.of_scope(scope)?;
            Some(estimate.has_energy().then_some(energy))
        };
        self.tabulate(scopes, energy, Estimate::parts_of_scope)
    }

    /// Every variant at every stage; one that lacks a stage has no energy there.
    pub fn stage_rows(&self) -> Vec<Row> {
        let energy = |estimate: &Estimate, stage: &str| {
            let has = stage == INFERENCE || estimate.stages.iter().any(|own| own == stage);
            Some(estimate.of_stage(stage).filter(|_| has))
        };
        self.tabulate(&self.stages(), energy, |_, _| Vec::new())
    }

    fn tabulate(
        &self,
        scopes: &[String],
        energy: impl Fn(&Estimate, &str) -> Option<Option<Energy>>,
        parts: impl Fn(&Estimate, &str) -> Vec<(Part, Option<Energy>)>,
    ) -> Vec<Row> {
        let mut rows = Vec::new();
        for estimates in &self.settings {
            for scope in scopes {
                let first = estimates.first();
                let baseline = first.and_then(|first| energy(first, scope));
                let of_baseline = first.map(|first| parts(first, scope)).unwrap_or_default();
                for estimate in estimates {
                    if let (Some(baseline), Some(energy)) = (baseline, energy(estimate, scope)) {
                        rows.push(Row {
                            table: estimate.table.clone(),
                            format: estimate.format,
                            scope: scope.clone(),
                            variant: estimate.variant.clone(),
                            energy,
                            baseline,
                            parts: side_by_side(&parts(estimate, scope), &of_baseline),
                        });
                    }
                }
            }
        }
        rows
    }
}
