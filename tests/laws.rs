//! Laws that hold of every model and every table.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::BTreeMap;

use common::*;
use num_rational::BigRational;
use picojoule::catalog::{self, Kind};
use picojoule::census::{Conventions, DotAdds};
use picojoule::compare::{compare, saving};
use picojoule::energy::{By, CostModel, Counted, stage_formulas};
use picojoule::format::{Format, NumberFormat};
use picojoule::graph::Unfold;
use picojoule::model::Model;
use picojoule::number::to_f64;
use picojoule::primitive::Primitive::{self, Add, Compare, Mul, Popcount, Select, Xnor};
use picojoule::source::{Place, Source, Spanned};
use picojoule::symbolic::Bindings;
use picojoule::table::EnergyTable;
use picojoule::units::Energy;
use proptest::prelude::*;

/// All shipped models with all their variants.
fn all_variants() -> Vec<(Model, String)> {
    let models = catalog::names(Kind::Model).map(shipped);
    models
        .flat_map(|model| {
            let names: Vec<String> = (model.variant_names().into_iter())
                .map(str::to_owned)
                .collect();
            names.into_iter().map(move |name| (model.clone(), name))
        })
        .collect()
}

fn defaults(model: &Model, variant: &str) -> Counted {
    counted(model, variant, &set::<u8>(&[]))
}

/// A table that prices every primitive by itself, in single precision and in
/// the formats that models fix, at the millijoules given.
fn independent(milli: &[u32]) -> EnergyTable {
    let mut table = table("45nm");
    let fixed = ["fp16", "int32", "int16", "int8", "int1"].map(|name| name.parse().unwrap());
    for (primitive, milli) in Primitive::ALL.into_iter().zip(milli) {
        for format in fixed.into_iter().chain([NumberFormat::FP32]) {
            table = table.with_price(primitive, format, ratio(i64::from(*milli), 1000));
        }
    }
    table
}

fn total(counted: &Counted, table: &EnergyTable) -> f64 {
    priced(counted, table, Format::FP32, NONE_FREE)
        .total()
        .picojoules()
}

proptest! {
    #![proptest_config(cases(4))]

    /// Energy is the sum over primitives of count times price: linear in each.
    #[test]
    fn energy_is_linear_in_every_entry(
        first in proptest::collection::vec(0..1_000_000_u32, Primitive::ALL.len()),
        second in proptest::collection::vec(0..1_000_000_u32, Primitive::ALL.len()),
    ) {
        let both: Vec<u32> = first.iter().zip(&second).map(|(a, b)| a + b).collect();
        let tables = [&first, &second, &both].map(|prices| independent(prices));
        for (model, variant) in all_variants() {
            let counted = defaults(&model, &variant);
            let [a, b, sum] = [0, 1, 2].map(|at| total(&counted, &tables[at]));
            assert_close(a + b, sum);
            let counts = totals(&counted);
            let by_hand: BigRational = Primitive::ALL.into_iter().zip(&first)
                .filter_map(|(primitive, milli)| {
                    Some(counts.get(&primitive)? * ratio(i64::from(*milli), 1000))
                })
                .fold(whole(0), |sum, term| sum + term);
            assert_close(a, to_f64(&by_hand));
        }
    }
}

#[test]
fn one_entry_moves_the_total_by_its_count() {
    // One picojoule more for every entry in turn; all others stay.
    let base = vec![1000; Primitive::ALL.len()];
    let dearer: Vec<(Primitive, EnergyTable)> = (Primitive::ALL.into_iter().enumerate())
        .map(|(at, primitive)| {
            let mut prices = base.clone();
            prices[at] += 1000;
            (primitive, independent(&prices))
        })
        .collect();
    let base = independent(&base);
    for (model, variant) in all_variants() {
        let counted = defaults(&model, &variant);
        let counts = totals(&counted);
        let before = total(&counted, &base);
        for (primitive, table) in &dearer {
            let moved = total(&counted, table) - before;
            let count = counts.get(primitive).map_or(0.0, to_f64);
            assert!(
                (moved - count).abs() <= 1e-9 * before,
                "{variant} {primitive}"
            );
        }
    }
}

/// Sizes that fit a model: its dims that can be set, small.
fn sizes(model: &str, at: [i64; 6]) -> Vec<(&'static str, i64)> {
    let [batch, tokens, heads, columns, wide, layers] = at;
    let attention = vec![
        ("b", batch),
        ("n", tokens),
        ("h", heads),
        // Heads of h columns, so that E-Att's d/h² is whole too.
        ("d", heads * heads * columns),
    ];
    let layered = [("ffn", wide), ("layers", layers)];
    let mut sizes = match model {
        "resnet-18" | "resnet-20" | "resnet-50" | "vgg-16" | "mobilenet-v1" | "mobilenet-v2" => {
            return vec![("b", batch), ("img", 32 * tokens), ("classes", wide)];
        }
        "alexnet" => {
            return vec![("b", batch), ("img", 66 + tokens), ("classes", wide)];
        }
        "pvt-v2" => {
            let widths = [("d1", 1), ("d2", 2), ("d3", 5), ("d4", 8)];
            let mut sizes = vec![("b", batch), ("img", 32 * tokens), ("classes", wide)];
            sizes.extend(widths.map(|(name, heads)| (name, heads * columns)));
            sizes.extend([("depth1", layers), ("depth3", layers + 1), ("wide2", heads)]);
            return sizes;
        }
        "spike-driven" => {
            let sizes = [("b", batch), ("img", 16 * tokens), ("layers", layers)];
            let rest = [("d", 8 * heads * columns), ("classes", wide)];
            return sizes.into_iter().chain(rest).collect();
        }
        "spikformer" | "spikingformer" => {
            let sizes = [("b", batch), ("img", 16 * tokens), ("layers", layers)];
            let rest = [("h", heads), ("d", 8 * heads * columns), ("classes", wide)];
            return sizes.into_iter().chain(rest).collect();
        }
        "mlperf-tiny-ic" | "mlperf-tiny-vww" => {
            return vec![("b", batch), ("img", 16 * tokens), ("classes", wide)];
        }
        "mlperf-tiny-kws" => {
            return vec![("b", batch), ("frames", 10 + tokens), ("c", columns)];
        }
        "mlperf-tiny-ad" => {
            return vec![("b", batch), ("d", wide), ("h", columns), ("z", heads)];
        }
        "primate-reaching" => return vec![("b", batch), ("channels", wide)],
        "l-mul" => return vec![("n", tokens), ("k", wide)],
        "convolution" | "spiking-layer" => {
            let sizes = [("b", batch), ("c", columns), ("rows", tokens + 2)];
            let rest = (model == "convolution").then_some(("out", wide));
            return sizes.into_iter().chain(rest).collect();
        }
        "vit-b-16" => {
            let mut sizes = attention;
            sizes.retain(|(name, _)| *name != "n");
            sizes.extend([("img", 7 * tokens + 3), ("patch", 5), ("classes", wide + 1)]);
            sizes
        }
        _ => attention,
    };
    match model {
        "attention" => {}
        "cross-attention" => sizes.push(("m", wide)),
        "vit-b-16" => sizes.extend(layered),
        "bitnet" => sizes.push(("layers", layers)),
        "transformer-base" => {
            sizes.extend(layered);
            sizes.extend([("m", wide), ("vocab", 11)]);
        }
        "llama-3.1-8b" => {
            sizes.extend(layered);
            sizes.extend([("kv", 1), ("vocab", 11)]);
        }
        _ => {
            sizes.extend(layered);
            sizes.push(("vocab", 11));
        }
    }
    sizes
}

proptest! {
    #![proptest_config(cases(6))]

    /// The closed form of one graph, evaluated at other sizes, is what a graph
    /// lowered for these sizes counts.
    #[test]
    fn formulas_hold_at_other_sizes(
        batch in 1..4_i64, tokens in 1..30_i64, heads in 1..5_i64,
        columns in 1..5_i64, wide in 1..40_i64, layers in 1..5_i64,
    ) {
        for (model, variant) in all_variants() {
            let sizes = sizes(&model.root.name, [batch, tokens, heads, columns, wide, layers]);
            let there = counted(&model, &variant, &set(&sizes));
            let here = defaults(&model, &variant);
            let mut values = Bindings::default();
            for info in here.graph.symbols() {
                let name = info.symbol.name();
                let new = sizes.iter().find(|(known, _)| *known == name);
                let value = new.map_or(info.value.clone(), |(_, value)| whole(*value));
                values.set(info.symbol.clone(), value);
            }
            prop_assert_eq!(here.census.demands.len(), there.census.demands.len());
            for (demand, (other, count)) in here.census.demands.iter()
                .zip(there.census.demands.iter().zip(&there.counts))
            {
                prop_assert_eq!(demand.key, other.key);
                prop_assert_eq!(
                    &demand.count.evaluate(&values).unwrap(),
                    count,
                    "{} {} {}", model.root.name, variant, demand.count
                );
            }
            let products = here.census.products.iter().zip(&there.census.products);
            for ((one, other), work) in products.zip(&there.products) {
                prop_assert_eq!(one.kind, other.kind);
                prop_assert_eq!(&one.all.evaluate(&values).unwrap(), &work.dense_synops);
                prop_assert_eq!(&one.nonzero.evaluate(&values).unwrap(), &work.synops);
            }
            prop_assert_eq!(
                here.census.parameters.evaluate(&values).unwrap(),
                parameters(&there)
            );
        }
    }
}

#[test]
fn counts_grow_with_each_dim_as_their_formula_says() {
    // BERT: everything is linear in b; what is done with scores is quadratic in
    // n, the rest linear.
    let model = shipped("bert-base");
    for variant in ["vanilla", "e-att", "l1"] {
        let base = by_stage(&defaults(&model, variant));
        let at = |pairs: &[(&str, i64)]| by_stage(&counted(&model, variant, &set(pairs)));
        let (batch, long) = (at(&[("b", 3)]), at(&[("n", 3 * 128)]));
        for (stage, counts) in &base {
            let quadratic = ["score", "scale", "softmax", "context"].contains(&stage.as_str());
            let factor = if quadratic { 9 } else { 3 };
            for (primitive, count) in counts {
                assert_eq!(batch[stage][primitive], count * whole(3), "{stage}");
                assert_eq!(long[stage][primitive], count * whole(factor), "{stage}");
            }
        }
    }
}

#[test]
fn a_variant_saves_nothing_against_itself() {
    let table = table("45nm");
    let settings = [CostModel {
        table: &table,
        format: Format::FP32,
        zero_cost: NONE_FREE,
        memory: None,
        static_energy: false,
    }];
    for (model, variant) in all_variants() {
        let twice = [defaults(&model, &variant), defaults(&model, &variant)];
        let comparison = compare(&twice, &settings, &[]).unwrap();
        let rows = comparison.rows(&comparison.scopes());
        assert!(!rows.is_empty());
        for row in rows.iter().chain(&comparison.stage_rows()) {
            assert!(matches!(row.saving(), Some(0.0) | None), "{row:?}");
            assert_eq!(row.energy, row.baseline);
        }
    }
    assert_eq!(saving(Energy::ZERO, Energy::ZERO), None);
}

/// The sizes at which graphs are unfolded: three layers of a small model.
fn small(model: &Model) -> Vec<(&'static str, i64)> {
    sizes(&model.root.name, [2, 3, 2, 3, 5, 3])
}

fn unfolded(model: &Model, variant: &str) -> [Counted; 2] {
    [Unfold::No, Unfold::Yes].map(|unfold| {
        let graph = graph(model, variant, &set(&small(model)), unfold);
        Counted::new(graph, Conventions::default()).unwrap()
    })
}

#[test]
fn a_folded_graph_counts_what_the_unfolded_one_does() {
    for (model, variant) in all_variants() {
        if (model.root.name.as_str(), variant.as_str()) == ("transformer-base", "e-att") {
            continue; // the next test
        }
        let [folded, unfolded] = unfolded(&model, &variant);
        let what = format!("{} {variant}", model.root.name);
        assert_eq!(by_stage(&folded), by_stage(&unfolded), "{what}");
        assert_eq!(folded.macs, unfolded.macs, "{what}");
        assert_eq!(parameters(&folded), parameters(&unfolded), "{what}");
    }
}

#[test]

fn a_decoder_counts_the_same_folded_and_unfolded() {
    // b = 2, n = 3 source and m = 5 target tokens, d = 12, 3 + 3 layers: bits of
    // the inputs of 3 encoder layers (2·3·12 each), of 3 decoder layers
    // (2·5·12 each), of 3 cross-attentions (2·5·12 each), and of the memory,
    // 2·3·12 once or in each of 3 layers.
    let model = shipped("transformer-base");
    let [folded, unfolded] = unfolded(&model, "e-att").map(|counted| by_stage(&counted));
    let without = 3 * 72 + 3 * 120 + 3 * 120;
    let compares = |stages: &BTreeMap<String, Counts>| stages["binarise"][&Compare].clone();
    assert!([whole(without + 72), whole(without + 3 * 72)].contains(&compares(&folded)));
    assert_eq!(compares(&folded), compares(&unfolded));
}

#[test]
fn every_sum_is_the_total() {
    for (model, variant) in all_variants() {
        for table in ["45nm", "7nm"].map(table) {
            if (table.name(), variant.as_str()) == ("7nm", "l-mul-16") {
                continue; // which has no int16
            }
            let counted = defaults(&model, &variant);
            let estimate = priced(&counted, &table, Format::FP32, &[Select].into());
            let total = estimate.total().picojoules();
            assert!(total > 0.0);
            let counts = totals(&counted);
            for by in [By::Stage, By::Op, By::Layer, By::Primitive] {
                let groups = estimate.by(by);
                assert_close(
                    groups
                        .iter()
                        .map(|g| g.energy().unwrap().picojoules())
                        .sum(),
                    total,
                );
                let mut summed = Counts::new();
                for group in &groups {
                    for ((primitive, _), count) in &group.counts {
                        *summed.entry(*primitive).or_default() += count;
                    }
                }
                summed.retain(|_, count| *count != whole(0));
                assert_eq!(summed, counts, "{variant} {by:?}");
                let mut names: Vec<&str> = groups.iter().map(|g| g.name.as_str()).collect();
                names.sort_unstable();
                names.dedup();
                assert_eq!(names.len(), groups.len(), "{variant} {by:?}");
            }
            let confidences = estimate.by_confidence();
            assert_close(confidences.iter().map(|(_, e)| e.picojoules()).sum(), total);
            assert_close(estimate.of_stages(&estimate.stages).picojoules(), total);
            assert_close(estimate.of_scope("model").unwrap().picojoules(), total);
        }
    }
}

#[test]
fn closed_forms_are_the_estimate() {
    let table = table("45nm");
    for (model, variant) in all_variants() {
        for dot_adds in [DotAdds::K, DotAdds::KMinusOne] {
            let counted = counted_by(&model, &variant, &set::<u8>(&[]), dot_adds);
            let pricing = CostModel {
                table: &table,
                format: Format::FP32,
                zero_cost: NONE_FREE,
                memory: None,
                static_energy: false,
            };
            let values = counted.graph.values();
            let formulas = stage_formulas(&counted, &pricing, &[]).unwrap();
            let stages = priced(&counted, &table, Format::FP32, NONE_FREE).by(By::Stage);
            assert_eq!(formulas.len(), stages.len());
            for (formula, stage) in formulas.iter().zip(&stages) {
                assert_eq!(formula.stage, stage.name);
                let found: BTreeMap<_, _> = (formula.counts.iter())
                    .map(|(key, count)| (*key, count.evaluate(&values).unwrap()))
                    .collect();
                assert_eq!(found, stage.counts);
                let energy = to_f64(
                    &formula
                        .picojoules
                        .as_ref()
                        .unwrap()
                        .evaluate(&values)
                        .unwrap(),
                );
                assert_close(energy, stage.energy().unwrap().picojoules());
            }
        }
    }
}

// ---------------------------------------------------------------------------
// A new attention mechanism is a few lines of TOML
// ---------------------------------------------------------------------------

/// Attention by the agreement of signs: a score counts in how many places query
/// and key have the same sign; no projection of either.
const SIGNS: &str = r#"
name = "signs"
about = "attention by the agreement of signs"
inputs = { x = "b n d", memory = "b m d" }
needs = ["h"]

[[op]]
name = "q"
stage = "binarise"
apply = "sign(x)"

[[op]]
name = "k"
stage = "binarise"
apply = "sign(memory)"

[[op]]
name = "v"
stage = "v-proj"
einsum = "b m d, d e -> b m e"
inputs = ["memory", { weight = "d d" }]
bias = true

[[op]]
name = "score"
stage = "score"
einsum = "b n (kv group c), b m (kv c) -> b kv group n m"
axes = { kv = "h", group = 1 }
inputs = ["q", "k"]

[[op]]
name = "out"
block = "weigh"
inputs = ["score", "v"]

[scopes]
alignment = ["binarise", "score"]
attention = ["alignment", "v-proj"]
"#;

/// What the block costs by hand: b sentences of n tokens, width d, h heads.
fn signs_by_hand(b: i64, n: i64, d: i64, h: i64) -> BTreeMap<String, Counts> {
    use Primitive::{Div, Exp};
    let (linear, pairs, scores) = (b * n * d * d, b * n * n * d, b * h * n * n);
    [
        // Query and key are the signs of one tensor, taken once.
        ("binarise", counts(&[(Compare, b * n * d)])),
        // ±1 by ±1: a gate and a counted bit in place of a product and a sum.
        ("score", counts(&[(Xnor, pairs), (Popcount, pairs)])),
        ("v-proj", counts(&[(Mul, linear), (Add, linear)])),
        ("scale", counts(&[(Mul, scores)])),
        (
            "softmax",
            counts(&[
                (Compare, scores),
                (Add, 2 * scores),
                (Exp, scores),
                (Div, scores),
            ]),
        ),
        ("context", counts(&[(Mul, pairs), (Add, pairs)])),
        ("out-proj", counts(&[(Mul, linear), (Add, linear)])),
    ]
    .map(|(stage, counts)| (stage.to_owned(), counts))
    .into()
}

#[test]
fn a_new_attention_as_a_variant_of_one_layer() {
    let blocks = Blocks::shipped().with("signs", SIGNS);
    let mut model = shipped("attention");
    let place = Place::whole(&Source::new("--variant", "signs"));
    let wanted = [Spanned::new("signs".to_owned(), place)];
    assert_eq!(model.choose(&wanted, &blocks).unwrap(), ["signs"]);
    let settings = set(&[("b", 2), ("n", 7), ("d", 24), ("h", 3)]);
    let found = by_stage(&counted(&model, "signs", &settings));
    assert_eq!(found, signs_by_hand(2, 7, 24, 3));
    // On one table beside vanilla: alignment costs bits alone.
    let pair = ["vanilla", "signs"].map(|variant| counted(&model, variant, &settings));
    let table = table("45nm");
    let [vanilla, signs] = pair.map(|c| priced(&c, &table, Format::FP32, NONE_FREE));
    let price = |primitive, format| to_f64(&table.entry(primitive, format).unwrap().pj);
    let bits = price(Xnor, NumberFormat::INT1) + price(Popcount, NumberFormat::INT1);
    let by_hand = f64::from(2 * 7 * 24) * 0.9 + f64::from(2 * 7 * 7 * 24) * bits;
    assert_close(signs.of_scope("alignment").unwrap().picojoules(), by_hand);
    // q, k and score of vanilla: (2·2·7·24² + 2·7²·24)·4.6 pJ.
    assert_close(
        vanilla.of_scope("alignment").unwrap().picojoules(),
        f64::from(2 * 2 * 7 * 576 + 2 * 49 * 24) * 4.6,
    );
}

#[test]
fn a_new_attention_as_a_variant_of_bert() {
    let blocks = Blocks::shipped().with("signs", SIGNS);
    let text = catalog::find(Kind::Model, "bert-base").unwrap();
    let text = format!(
        "{}\n[[variant]]\nname = \"signs\"\nslots = {{ attention = \"signs\" }}\n",
        text.text()
    );
    let model = model_with(&text, &blocks);
    assert_eq!(model.variant_names(), ["vanilla", "e-att", "l1", "signs"]);
    let settings = set(&[("b", 2), ("n", 7), ("d", 24), ("h", 3), ("layers", 5)]);
    let [vanilla, signs] =
        ["vanilla", "signs"].map(|variant| by_stage(&counted(&model, variant, &settings)));
    for (stage, counts) in signs_by_hand(2, 7, 24, 3) {
        let five: Counts = (counts.into_iter())
            .map(|(primitive, count)| (primitive, count * whole(5)))
            .collect();
        assert_eq!(signs[&stage], five, "{stage}");
    }
    // All that is not attention is as it was; q-proj and k-proj are gone.
    for stage in ["norm", "residual", "ffn-up", "ffn-act", "ffn-down"] {
        assert_eq!(signs[stage], vanilla[stage], "{stage}");
    }
    assert!(vanilla.contains_key("q-proj") && !signs.contains_key("q-proj"));
}
