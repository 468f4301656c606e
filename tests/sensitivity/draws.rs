//! Random draws.

use std::sync::Arc;

use picojoule::energy::CostModel;
use picojoule::number::to_f64;
use picojoule::source::Source;
use picojoule::uncertainty::{
    Distribution, MonteCarlo, UncertainEntry, analyse, bounds, monte_carlo, uncertain_entries,
};

use super::*;

fn inputs(entries: &[UncertainEntry]) -> Vec<Input> {
    entries.iter().map(|entry| entry.input.clone()).collect()
}

fn drawn(quantity: &Quantity, entries: &[UncertainEntry], samples: u32, seed: u64) -> Distribution {
    let drawn = monte_carlo(&[quantity], entries, MonteCarlo { samples, seed });
    drawn[0].unwrap()
}

/// All draws lie within the exact bounds; where few entries are open they come
/// close.
#[test]
fn draws_lie_within_the_bounds_and_approach_them() {
    let table = table("45nm");
    let entries = uncertain_entries(&table, &spread(&[]));
    for (scope, variant, near) in [
        ("alignment", "l1", 0.001),
        ("alignment", "e-att", 0.05),
        ("model", "e-att", 0.2),
    ] {
        let quantity = saving("attention", scope, &table, ["vanilla", variant]);
        let exact = bounds(&quantity, &inputs(&entries)).unwrap();
        let (low, high) = (to_f64(&exact.low), to_f64(&exact.high));
        let drawn = drawn(&quantity, &entries, 20_000, 1);
        let width = high - low;
        assert!(width > 0.0);
        assert!(low - 1e-12 <= drawn.least && drawn.most <= high + 1e-12);
        assert!(drawn.least <= drawn.low && drawn.low <= drawn.high && drawn.high <= drawn.most);
        assert!(
            drawn.least - low < near * width,
            "{scope} {variant}: {drawn:?} {exact:?}"
        );
        assert!(
            high - drawn.most < near * width,
            "{scope} {variant}: {drawn:?} {exact:?}"
        );
    }
}

/// One uniform entry: 5 % of its range lie below the fifth percentile.
#[test]
fn draws_of_one_entry_are_even() {
    let table = table("45nm");
    let entries = uncertain_entries(&table, &spread(&[]));
    let quantity = saving("attention", "alignment", &table, ["vanilla", "l1"]);
    let exact = bounds(&quantity, &inputs(&entries)).unwrap();
    let (low, high) = (to_f64(&exact.low), to_f64(&exact.high));
    let drawn = drawn(&quantity, &entries, 100_000, 3);
    let share = |value: f64| (value - low) / (high - low);
    assert!((share(drawn.low) - 0.05).abs() < 0.003);
    assert!((share(drawn.high) - 0.95).abs() < 0.003);
}

/// Multiplication and addition are of one source, so they err together, and a
/// saving that rests on them alone does not move; the bounds know nothing of
/// sources.
#[test]
fn entries_of_one_source_are_drawn_together() {
    let mut table = table("45nm");
    for primitive in ["abs", "select"] {
        let format = "fp32".parse().unwrap();
        table = table.with_price(primitive.parse().unwrap(), format, whole(0));
    }
    let mut entries = uncertain_entries(&table, &spread(&["high=0.2"]));
    let quantity = saving("attention", "alignment", &table, ["vanilla", "e-att"]);
    let value = to_f64(&quantity.at().unwrap().unwrap());
    let together = drawn(&quantity, &entries, 1000, 1);
    assert!((together.least - value).abs() < 1e-12 && (together.most - value).abs() < 1e-12);
    for entry in &mut entries {
        entry.source = None;
    }
    let alone = drawn(&quantity, &entries, 1000, 1);
    assert!(alone.high - alone.low > 1e-3);
}

#[test]
fn a_variant_against_itself_is_drawn_as_nothing() {
    let table = table("45nm");
    let entries = uncertain_entries(&table, &spread(&["high=0.5"]));
    let quantity = saving("attention", "model", &table, ["e-att", "e-att"]);
    let drawn = drawn(&quantity, &entries, 1000, 1);
    assert_eq!((drawn.least, drawn.most), (0.0, 0.0));
}

#[test]
fn draws_do_not_depend_on_threads_but_on_the_seed() {
    let table = table("45nm");
    let model = shipped("attention");
    let variants =
        ["vanilla", "e-att", "l1"].map(|variant| counted(&model, variant, &set::<u8>(&[])));
    let pricing = CostModel {
        table: &table,
        format: format("fp32"),
        zero_cost: NONE_FREE,
        memory: None,
        static_energy: false,
    };
    let scopes = ["alignment".to_owned(), "model".to_owned()];
    let run = |threads: usize, seed: u64| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let mut method = method(&["high=0.1"], Some(5000));
        method.seed = seed;
        pool.install(|| analyse(&variants, &pricing, &scopes, &method).unwrap())
    };
    let one = run(1, 1);
    assert_eq!(one, run(2, 1));
    assert_ne!(one, run(2, 2));
    assert_eq!(one.len(), 2 * (3 + 2));
}

/// A formula that divides by a price has no exact bounds, so draws stand in
/// unasked.
#[test]
fn draws_stand_in_where_no_bounds_are_known() {
    let text = r#"
name = "t"
boundary = "functional unit"
kind = "measured"
[source.s]
title = "A text"
where = "Somewhere, 2026"
[fp32]
add = { pj = 1, range = [0.5, 2], source = "s", confidence = "high" }
log = { pj = 1, source = "s", confidence = "high" }
mul = { is = "log * log / add", why = "to divide by a price" }
[every]
exp = "mul"
div = "mul"
compare = "add"
sub = "add"
"#;
    let source: Arc<Source> = Source::new("t.toml", text);
    let table = EnergyTable::read(&source, &picojoule::loader::Loader::shipped())
        .unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let counted = [counted(&shipped("attention"), "vanilla", &set::<u8>(&[]))];
    let pricing = CostModel {
        table: &table,
        format: format("fp32"),
        zero_cost: NONE_FREE,
        memory: None,
        static_energy: false,
    };
    let scopes = ["alignment".to_owned()];
    let findings = analyse(&counted, &pricing, &scopes, &method(&[], None)).unwrap();
    assert_eq!(findings[0].interval, None);
    // c·(a + 1/a): least at a = 1, most at either end.
    let count = to_f64(&findings[0].value) / 2.0;
    let drawn = findings[0].distribution.unwrap();
    assert!(drawn.least >= 2.0 * count && drawn.least < 2.0001 * count);
    assert!(drawn.most <= 2.5 * count && drawn.most > 2.49 * count);
}
