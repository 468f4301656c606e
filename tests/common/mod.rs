//! What the test stories share: reading models and tables, setting dims,
//! counting, and pricing. Nothing here computes an expected value.

#![allow(dead_code)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod buffers;
pub mod latex;
pub mod program;
pub mod rounds;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use num_bigint::BigInt;
use num_rational::BigRational;
use picojoule::catalog::{Finder, Kind};
use picojoule::census::{Conventions, DotAdds};
use picojoule::energy::{CostModel, Counted, Estimate, estimate};
use picojoule::format::Format;
use picojoule::formula::Formula;
use picojoule::graph::{OpGraph, Setting, Unfold, lower};
use picojoule::loader::Loader;
use picojoule::model::Model;
use picojoule::primitive::Primitive;
use picojoule::source::{Diagnostic, Place, Problems, Source, Spanned};
use picojoule::table::EnergyTable;

/// The shipped blocks, and before them blocks given as text.
#[derive(Default)]
pub struct Blocks {
    own: Vec<(String, String)>,
}

impl Blocks {
    /// The shipped blocks alone.
    pub fn shipped() -> Blocks {
        Blocks::default()
    }

    /// Adds a block.
    pub fn with(mut self, name: &str, text: &str) -> Blocks {
        self.own.push((name.to_owned(), text.to_owned()));
        self
    }
}

impl Finder for Blocks {
    fn find(&self, kind: Kind, name: &Spanned<String>) -> Result<Arc<Source>, Diagnostic> {
        if let Some((name, text)) = self.own.iter().find(|(own, _)| *own == name.value) {
            return Ok(Source::new(format!("{name}.toml"), text.clone()));
        }
        Loader::shipped().find(kind, name)
    }

    fn names(&self, _: Kind) -> Vec<&str> {
        self.own.iter().map(|(name, _)| name.as_str()).collect()
    }
}

/// A model that ships.
pub fn shipped(name: &str) -> Model {
    let model = Loader::shipped().model(name);
    Arc::unwrap_or_clone(model.unwrap_or_else(|problems| panic!("{problems}")))
}

/// A model given as text, over the shipped blocks and `blocks`.
pub fn model_with(text: &str, blocks: &Blocks) -> Model {
    Model::read(&Source::new("model.toml", text), blocks)
        .unwrap_or_else(|problems| panic!("{problems}\n{text}"))
}

/// A model given as text.
pub fn model(text: &str) -> Model {
    model_with(text, &Blocks::shipped())
}

/// `--set name=value` for each pair; a value is a number or a formula.
pub fn set<V: std::fmt::Display>(pairs: &[(&str, V)]) -> Vec<Setting> {
    pairs
        .iter()
        .map(|(name, value)| {
            let place = Place::whole(&Source::new(format!("--set {name}"), value.to_string()));
            let mut problems = Problems::new();
            let formula = Formula::read(&value.to_string(), &place, &mut problems);
            Setting {
                name: Spanned::new((*name).to_owned(), place.clone()),
                formula: formula.unwrap_or_else(|| panic!("{problems}")),
            }
        })
        .collect()
}

/// One variant, lowered.
pub fn graph(model: &Model, variant: &str, settings: &[Setting], unfold: Unfold) -> OpGraph {
    lower(model, variant, settings, unfold).unwrap_or_else(|problems| panic!("{problems}"))
}

/// One variant, lowered and counted with the conventions given.
pub fn counted_by(
    model: &Model,
    variant: &str,
    settings: &[Setting],
    dot_adds: DotAdds,
) -> Counted {
    let graph = graph(model, variant, settings, Unfold::No);
    let conventions = Conventions {
        dot_adds,
        ..Conventions::default()
    };
    Counted::new(graph, conventions).unwrap_or_else(|problems| panic!("{problems}"))
}

/// One variant, lowered and counted.
pub fn counted(model: &Model, variant: &str, settings: &[Setting]) -> Counted {
    counted_by(model, variant, settings, DotAdds::K)
}

/// Counts by primitive.
pub type Counts = BTreeMap<Primitive, BigRational>;

/// The counts given, zeros left out.
pub fn counts<N: Into<BigInt> + Copy>(given: &[(Primitive, N)]) -> Counts {
    let mut counts = Counts::new();
    for (primitive, count) in given {
        *counts.entry(*primitive).or_default() += whole(*count);
    }
    counts.retain(|_, count| *count != whole(0));
    counts
}

/// All primitives of a model together.
pub fn totals(counted: &Counted) -> Counts {
    let mut totals = Counts::new();
    for (demand, count) in counted.census.demands.iter().zip(&counted.counts) {
        *totals.entry(demand.primitive().unwrap()).or_default() += count;
    }
    totals.retain(|_, count| *count != whole(0));
    totals
}

/// The primitives of each stage.
pub fn by_stage(counted: &Counted) -> BTreeMap<String, Counts> {
    let mut stages: BTreeMap<String, Counts> = BTreeMap::new();
    for (demand, count) in counted.census.demands.iter().zip(&counted.counts) {
        let stage = counted.graph.ops()[demand.op].stage.to_string();
        *stages
            .entry(stage)
            .or_default()
            .entry(demand.primitive().unwrap())
            .or_default() += count;
    }
    stages
}

/// How many numbers the weights hold.
pub fn parameters(counted: &Counted) -> BigRational {
    let values = counted.graph.values();
    counted.census.parameters.evaluate(&values).unwrap()
}

/// A shipped table.
pub fn table(name: &str) -> EnergyTable {
    let table = Loader::shipped().table(name);
    Arc::unwrap_or_clone(table.unwrap_or_else(|problems| panic!("{problems}")))
}

/// A format by name.
pub fn format(name: &str) -> Format {
    name.parse().unwrap()
}

/// What `counted` costs.
pub fn priced(
    counted: &Counted,
    table: &EnergyTable,
    format: Format,
    free: &BTreeSet<Primitive>,
) -> Estimate {
    let pricing = CostModel {
        table,
        format,
        zero_cost: free,
        memory: None,
        static_energy: false,
    };
    estimate(counted, &pricing, &[]).unwrap_or_else(|problems| panic!("{problems}"))
}

/// No primitive is free.
pub const NONE_FREE: &BTreeSet<Primitive> = &BTreeSet::new();

/// A whole number, exactly.
pub fn whole(value: impl Into<BigInt>) -> BigRational {
    BigRational::from(value.into())
}

/// A fraction, exactly.
pub fn ratio(numerator: i64, denominator: i64) -> BigRational {
    BigRational::new(numerator.into(), denominator.into())
}

/// Fails unless the two are within 10⁻⁹ of each other, relatively.
#[track_caller]
pub fn assert_close(found: f64, expected: f64) {
    let scale = expected.abs().max(f64::MIN_POSITIVE);
    assert!(
        (found - expected).abs() <= 1e-9 * scale,
        "found {found}, expected {expected}"
    );
}

/// So many random cases. Failing ones are not kept in files.
pub fn cases(cases: u32) -> proptest::test_runner::Config {
    proptest::test_runner::Config {
        cases,
        failure_persistence: None,
        ..proptest::test_runner::Config::default()
    }
}
