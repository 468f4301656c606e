//! What-if expressions agree with single estimates.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::BTreeSet;

use common::*;
use num_rational::BigRational;
use picojoule::energy::{CostModel, entry_values, estimate, picojoules, priced};
use picojoule::number::to_f64;

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
                memory: None,
                static_energy: false,
            };
            let whole = estimate(&counted, &pricing, &[]).unwrap();
            let mut values = counted.graph.values();
            entry_values(&pricing, &mut values);
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

/// Two variants of one layer: a step costs the first 100 additions of 0.9 pJ,
/// the second 3, and the second takes 4 steps by itself.
const STEPS: &str = "
name = 'net'
inputs = { x = 't' }
dims = { t = 1 }
params = { cost = 100 }

[[op]]
name = 'step'
each = { add = 'cost' }
inputs = ['x']

[[variant]]
name = 'ann'

[[variant]]
name = 'snn'
set = { t = 4, cost = 3 }
";

/// A report on it, along the steps: at 16 of 3 against one of 100 a saving of 52
/// percent.
const REPORT: &str = "
name = 'own'
title = 'Steps'
model = './net.toml'

[[price]]
table = '45nm'
format = 'fp32'

[[target]]
name = 'all'
words = 'over all'
scope = 'model'
percent = 52

[[section]]
title = 'Along the steps'
show = 'curve'
over = { dim = 't', from = 1, to = 64, label = 'steps' }
";

/// What a command prints of the model above, as JSON or as rows.
fn printed(command: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("net.toml"), STEPS).unwrap();
    std::fs::write(folder.path().join("own.toml"), REPORT).unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .current_dir(folder.path())
        .args(command.split_whitespace())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert_ne!(output.status.code(), Some(2), "{command}: {told}");
    String::from_utf8(output.stdout).unwrap()
}

fn json(command: &str) -> serde_json::Value {
    serde_json::from_str(&printed(&format!("{command} -o json"))).unwrap()
}

/// The last column of every row of a sweep: what is saved.
fn swept(arguments: &str) -> Vec<f64> {
    let rows = printed(&format!("sweep net.toml {arguments} -o csv"));
    let last = |row: &str| row.rsplit(',').next().unwrap().parse().unwrap();
    rows.lines().skip(1).map(last).collect()
}

#[track_caller]
fn assert_all_close(found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{found:?}");
    found
        .iter()
        .zip(expected)
        .for_each(|(found, expected)| assert_close(*found, *expected));
}

/// At 4 steps of 3 against one of 100 the second saves 1 − 12/100, in every
/// command. A plain `t` is that of the variant that sets it for itself.
#[test]
fn compare_has_each_variant_at_its_own_dims() {
    for (arguments, saved) in [
        ("", 0.88),
        // 8 steps of 3 against one of 100; of the baseline 2 steps; of both.
        ("--set t=8", 0.76),
        ("--set snn.t=8", 0.76),
        ("--set ann.t=2", 0.94),
        ("--set ann.t=2 --set t=8", 0.88),
        // Set where the file sets it, `cost` leaves the baseline alone too.
        ("--set cost=5", 0.8),
    ] {
        let found = json(&format!("compare net.toml --table 45nm {arguments}"));
        assert_close(found["rows"][1]["saving"].as_f64().unwrap(), saved);
    }
    let text = printed("compare net.toml --table 45nm --set t=8");
    assert!(text.contains("t = 1 (ann) / 8 (snn)"), "{text}");
}

#[test]
fn a_sweep_is_the_comparison_at_every_point() {
    assert_all_close(&swept("--over t=3..5"), &[0.91, 0.88, 0.85]);
    assert_all_close(&swept("--over snn.t=3..5"), &[0.91, 0.88, 0.85]);
    // 12 against 100, 200 and 300.
    assert_all_close(&swept("--over ann.t=1..3"), &[0.88, 0.94, 0.96]);
    assert_all_close(
        &swept("--over ann.t=1,2 --over t=4,8"),
        &[0.88, 0.76, 0.94, 0.88],
    );
    assert_all_close(&swept("--over ann.t=1,2 --set t=8"), &[0.76, 0.88]);
    let text = printed("sweep net.toml --over t=3..5");
    let note = "`t` is that of snn, which sets it for itself; `ann.t` stays 1.";
    assert!(text.contains(note), "{text}");
}

/// Both cost the same where 3·t = 100: up to 33 steps the second costs less.
#[test]
fn a_crossover_is_where_the_sweep_passes() {
    for over in ["t", "snn.t"] {
        let found = json(&format!(
            "crossover net.toml --between ann,snn --table 45nm --over {over}=1..64"
        ));
        let result = &found["results"][0];
        let crossing = &result["crossings"][0];
        assert_close(crossing["value"].as_f64().unwrap(), 100.0 / 3.0);
        assert_eq!(
            (&crossing["holds_at"], &crossing["fails_at"]),
            (&33.into(), &34.into())
        );
        assert_eq!(result["now"], 4);
        assert_close(result["saving_now"].as_f64().unwrap(), 0.88);
        let keeps = found["notes"][0].as_str().unwrap();
        assert!(keeps.ends_with("`ann.t` stays 1."), "{keeps}");
    }
    // 12 against 100·t: less from the start.
    let found = json("crossover net.toml --between ann,snn --table 45nm --over ann.t=1..64");
    assert_eq!(
        found["results"][0]["crossings"].as_array().unwrap().len(),
        0
    );
    assert_eq!(found["results"][0]["holds"][0]["to"], 64);
}

/// Half of 100 is saved while 3·t is at most 50: up to 16 steps. Against t
/// steps of 100 half is saved from the first on, as 12 is less than 50.
#[test]
fn a_requirement_is_where_the_sweep_meets_it() {
    for (over, from, to) in [("t", 1, 16), ("snn.t", 1, 16), ("ann.t", 1, 64)] {
        let found = json(&format!(
            "require net.toml --saving 0.5 --between ann,snn --table 45nm --over {over}=1..64"
        ));
        let holds = found["results"][0]["holds"].as_array().unwrap();
        assert_eq!(holds.len(), 1, "{over}");
        assert_eq!(
            (&holds[0]["from"], &holds[0]["to"]),
            (&from.into(), &to.into()),
            "{over}"
        );
    }
}

/// With S = 1 − c·t/(C·T) by hand: dS/dt = −3/100 and dS/dT = 12/100, so that
/// one percent of either moves 0.12 percentage points.
#[test]
fn a_sensitivity_has_the_dims_of_each_variant() {
    for (arguments, steps, slope) in [("", 4.0, 0.12), ("--set t=8", 8.0, 0.24)] {
        let found = json(&format!("sensitivity net.toml --scope model {arguments}"));
        let results = found["results"].as_array().unwrap();
        let saving = results
            .iter()
            .find(|result| result["of"] == "saving")
            .unwrap();
        let input = |name: &str| {
            let inputs = saving["inputs"].as_array().unwrap();
            inputs.iter().find(|input| input["name"] == name).unwrap()
        };
        let number = |name: &str, field: &str| input(name)[field].as_f64().unwrap();
        assert_close(number("snn.t", "value"), steps);
        assert_close(number("snn.t", "derivative"), -0.03);
        assert_close(number("snn.t", "elasticity"), -slope);
        assert_close(number("ann.t", "value"), 1.0);
        assert_close(number("ann.t", "derivative"), slope);
        assert_close(number("ann.t", "elasticity"), slope);
        // A tenth more steps than the own 4 or 8.
        assert_close(number("snn.t", "at_to"), 1.0 - 0.033 * steps);
    }
}

/// A curve of a report runs as a sweep does, and a report sets what `--set`
/// sets.
#[test]
fn a_report_means_the_same_dims() {
    let text = printed("report ./own.toml");
    let note = "`t` is that of snn, which sets it for itself; `ann.t` stays 1.";
    assert!(text.contains(note), "{text}");
    for saved in ["52.00 %", "97.00 %", "−92.00 %"] {
        assert!(text.contains(saved), "{saved}: {text}");
    }
}
