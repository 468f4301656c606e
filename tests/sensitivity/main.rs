//! Sensitivities against finite differences and hand-derived formulas,
//! intervals against every corner, and the command that prints them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;

#[cfg(feature = "cli")]
mod command;
mod derivatives;
mod draws;
mod intervals;

use common::*;
use picojoule::energy::{CostModel, Counted, entry_values, priced_with_ranges};
use picojoule::symbolic::Symbol;
use picojoule::table::EnergyTable;
use picojoule::uncertainty::{Function, Input, InputKind, Method, Quantity, Spread};

/// The energy of a scope in fp32.
fn function(counted: &Counted, table: &EnergyTable, scope: &str) -> Function {
    let pricing = CostModel {
        table,
        format: format("fp32"),
        zero_cost: NONE_FREE,
        memory: None,
        static_energy: false,
    };
    let graph = &counted.graph;
    let named = graph.scopes().iter().find(|known| known.name == scope);
    let stages = match named {
        Some(scope) => scope.stages.clone(),
        None => graph.stages().into_iter().map(str::to_owned).collect(),
    };
    let mut values = graph.values();
    entry_values(&pricing, &mut values);
    Function {
        expr: priced_with_ranges(counted, &pricing, &stages).unwrap(),
        values,
    }
}

/// What `variant` saves against `baseline` over a scope of a shipped model.
fn saving(model: &str, scope: &str, table: &EnergyTable, pair: [&str; 2]) -> Quantity {
    let model = shipped(model);
    let [baseline, energy] =
        pair.map(|variant| function(&counted(&model, variant, &set::<u8>(&[])), table, scope));
    Quantity::Saving { baseline, energy }
}

/// The default spread with some shares replaced.
fn spread(settings: &[&str]) -> Spread {
    let mut spread = Spread::default();
    for setting in settings {
        spread.set(setting).unwrap();
    }
    spread
}

fn method(settings: &[&str], samples: Option<u32>) -> Method {
    Method {
        spread: spread(settings),
        samples,
        seed: 1,
    }
}

/// An input that is only its symbol and value.
fn input(name: &str, value: num_rational::BigRational) -> Input {
    Input {
        symbol: Symbol::new(name),
        kind: InputKind::Entry,
        low: value.clone(),
        high: value.clone(),
        value,
    }
}
