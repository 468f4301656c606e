//! What-if expressions agree with single estimates.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::BTreeSet;

use common::*;
use num_rational::BigRational;
use picojoule::energy::{CostModel, estimate};
use picojoule::number::to_f64;
use picojoule::whatif::{entry_values, picojoules, priced};

/// With every entry at its own value, the energy as an expression in entries
/// is the energy as an expression in dims alone, and that of the estimate.
#[test]
fn energies_in_entries_are_energies() {
    let free = BTreeSet::new();
    for (model, variant) in [("attention", "e-att"), ("transformer-base", "vanilla")] {
        let counted = counted(&shipped(model), variant, &set::<u8>(&[]));
        for (name, format) in [
            ("45nm", "fp32"),
            ("7nm", "int8/int32"),
            ("fpga-zc706", "fix8"),
        ] {
            let table = table(name);
            let pricing = CostModel {
                table: &table,
                format: format.parse().unwrap(),
                zero_cost: &free,
            };
            let whole = estimate(&counted, &pricing, &[]).unwrap();
            let mut values = counted.graph.values();
            entry_values(&table, &mut values);
            let in_entries = priced(&counted, &pricing, &whole.stages).unwrap();
            let in_dims = picojoules(&counted, &pricing, &whole.stages).unwrap();
            let exact: BigRational = in_entries.evaluate(&values).unwrap();
            assert_eq!(exact, in_dims.evaluate(&values).unwrap());
            let total = whole.total().picojoules();
            assert!(
                (to_f64(&exact) / total - 1.0).abs() < 1e-12,
                "{name} {format}"
            );
        }
    }
}
