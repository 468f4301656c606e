//! Densities from a file, op by op: counts by hand, a count by loops, what
//! must be equal, and what the command line says of them.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use common::{Counts, counted, counts, model, set, totals};
use num_bigint::BigInt;
use num_rational::BigRational;
use picojoule::model::{Densities, Model};
use picojoule::primitive::Primitive::{Add, Compare, Select};
use picojoule::source::Source;
use proptest::prelude::*;

/// Three layers, each of neurons and a linear layer: n·d neurons, and n·d·d
/// weights chosen by their spikes.
const LAYERS: &str = "
name = 'net'
inputs = { x = 'n d' }
dims = { n = 4, d = 10, depth = 3 }
params = { rho = 0.5 }

[[op]]
name = 'layers'
block = 'layer'
repeat = 'depth'
inputs = ['x']

[[block]]
name = 'layer'
inputs = { x = 'n d' }
params = { rho = 1 }

[[block.op]]
name = 'act'
apply = 'x > 0'
density = 'rho'

[[block.op]]
name = 'linear'
einsum = 'n d, d e -> n e'
inputs = ['act', { weight = 'd d' }]
";

fn densities(text: &str) -> Densities {
    Densities::read(&Source::new("rates.toml", text)).unwrap_or_else(|wrong| panic!("{wrong}"))
}

fn with(mut model: Model, shares: &str) -> Model {
    let text = format!("source = 'a test'\n[densities]\n{shares}");
    model.densities = Some(Arc::new(densities(&text)));
    model
}

fn of(shares: &str) -> Counts {
    totals(&counted(&with(model(LAYERS), shares), "net", &[]))
}

#[test]
fn every_repeat_adds_as_many_weights_as_its_neurons_fire() {
    // 4·10 comparisons and 4·10·10 choices in each of three layers; of 400
    // weights 0.1, 0.25 and 1 are added.
    let all = of("'layers.0/act' = 0.1\n'layers.1/act' = 0.25\n'layers.2/act' = 1");
    let expected = [(Compare, 120), (Select, 1200), (Add, 40 + 100 + 400)];
    assert_eq!(all, counts(&expected));
}

#[test]
fn what_the_file_leaves_open_is_as_declared() {
    // The second layer fires at 0.25, the others at rho = 0.5.
    let expected = [(Compare, 120), (Select, 1200), (Add, 200 + 100 + 200)];
    assert_eq!(of("'layers.1/act' = 0.25"), counts(&expected));
}

#[test]
fn a_name_without_a_number_is_of_every_repeat() {
    let expected = [(Compare, 120), (Select, 1200), (Add, 3 * 80)];
    assert_eq!(of("'layers/act' = 0.2"), counts(&expected));
}

#[test]
fn weights_and_inputs_have_densities_too() {
    let text = "
name = 'net'
inputs = { x = { shape = 'n d', domain = 'binary' } }
dims = { n = 4, d = 10 }
weights = { codes = { shape = 'd d', domain = 'ternary' } }

[[op]]
name = 'linear'
einsum = 'n d, d e -> n e'
inputs = ['x', 'codes']

[[op]]
name = 'out'
einsum = 'n d, d e -> n e'
inputs = ['linear', { weight = 'd d', domain = 'ternary' }]
";
    let model = with(model(text), "'x' = 0.5\n'codes' = 0.2\n'out weight' = 0.3");
    let totals = totals(&counted(&model, "net", &[]));
    // A sum has a term where both operands are not 0: 400·0.5·0.2 and 400·0.3.
    let added: BigRational = [Add, picojoule::primitive::Primitive::Sub]
        .iter()
        .filter_map(|primitive| totals.get(primitive))
        .sum();
    assert_eq!(added, BigRational::from(BigInt::from(40 + 120)));
}

#[test]
fn repeats_within_repeats() {
    let text = LAYERS.replace(
        "block = 'layer'\nrepeat = 'depth'",
        "block = 'pair'\nrepeat = 'depth'",
    ) + "
[[block]]
name = 'pair'
inputs = { x = 'n d' }

[[block.op]]
name = 'half'
block = 'layer'
repeat = 2
inputs = ['x']
";
    let model = with(
        model(&text),
        "'layers.1/half.0/act' = 0.1\n'layers/half.1/act' = 0.3",
    );
    // Of six layers the second halves fire at 0.3, one of the first at 0.1 and
    // the other two at 0.5.
    let expected = [
        (Compare, 6 * 40),
        (Select, 6 * 400),
        (Add, 3 * 120 + 40 + 2 * 200),
    ];
    assert_eq!(totals(&counted(&model, "net", &[])), counts(&expected));
}

/// Layers that take spikes and give spikes.
const SPIKING: &str = "
name = 'net'
inputs = { x = 'n d' }
dims = { n = 4, d = 10, depth = 3 }
params = { rho = 0.5 }

[[op]]
name = 'first'
apply = 'x > 0'
density = 'rho'

[[op]]
name = 'layers'
block = 'layer'
repeat = 'depth'
inputs = ['first']

[[block]]
name = 'layer'
inputs = { x = 'n d' }
params = { rho = 1 }

[[block.op]]
name = 'linear'
einsum = 'n d, d e -> n e'
inputs = ['x', { weight = 'd d' }]

[[block.op]]
name = 'act'
apply = 'linear > 0'
density = 'rho'
";

#[test]
fn the_first_repeat_takes_what_comes_before_it() {
    let of = |shares: &str| totals(&counted(&with(model(SPIKING), shares), "net", &[]));
    // 40 comparisons before and in each of three layers. The layers take what
    // fires at 0.1, 0.5 and 0.5.
    let expected = |added| counts(&[(Compare, 160), (Select, 1200), (Add, added)]);
    assert_eq!(of("'first' = 0.1"), expected(40 + 200 + 200));
    // As declared, and so again a block that repeats.
    assert_eq!(of("'first' = 0.5"), expected(600));
    // The first layer's are what the second takes.
    assert_eq!(of("'layers.0/act' = 0.1"), expected(200 + 40 + 200));
    assert_eq!(
        of("'first' = 0.1\n'layers/act' = 0.2"),
        expected(40 + 80 + 80)
    );
}

#[test]
fn a_repeat_is_right_for_one_count_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("net.toml"), SPIKING).unwrap();
    let rates = "source = 'a test'\n[densities]\n'first' = 0.1\n'layers.1/act' = 0.2\n";
    std::fs::write(folder.path().join("rates.toml"), rates).unwrap();
    let over = |axes: &[&str]| {
        let mut args = vec![
            "sweep",
            "net.toml",
            "--densities",
            "rates.toml",
            "-o",
            "json",
        ];
        args.extend(axes);
        stdout(&picojoule(folder.path(), &args))
    };
    let swept = over(&["--over", "depth=2..4", "--over", "n=1..3"]);
    // 0.9 pJ for 10·n comparisons before and in each layer, and for 100·n
    // additions times the shares of the layers: 0.1, 0.5, 0.2 and 0.5.
    let mut expected = Vec::new();
    for (depth, shares) in [(2, 0.6), (3, 0.8), (4, 1.3)] {
        for n in 1..4 {
            let layers = f64::from(depth);
            expected.push(0.9 * f64::from(n) * (10.0 * (layers + 1.0) + 100.0 * shares));
        }
    }
    let found = swept.lines().map(|line| {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        row["model_net_pj"].as_f64().unwrap()
    });
    let found: Vec<f64> = found.collect();
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(&expected) {
        common::assert_close(*found, *expected);
    }
}

#[test]
fn an_op_that_is_done_once_goes_by_one_name() {
    let text = "
name = 'net'
inputs = { x = 'n d' }
dims = { n = 4, d = 10 }

[[op]]
name = 'bits'
apply = 'x > 0'
density = 0.5

[[op]]
name = 'again'
apply = 'x > 0'
density = 0.5

[[op]]
name = 'a'
einsum = 'n d, d e -> n e'
inputs = ['bits', { weight = 'd d' }]

[[op]]
name = 'b'
einsum = 'n d, d e -> n e'
inputs = ['again', { weight = 'd d' }]
";
    let both = totals(&counted(&with(model(text), "'bits' = 0.2"), "net", &[]));
    let expected = [(Compare, 40), (Select, 800), (Add, 160)];
    assert_eq!(both, counts(&expected));
    let wrong = picojoule::graph::lower(
        &with(model(text), "'again' = 0.2"),
        "net",
        &[],
        picojoule::graph::Unfold::No,
    );
    let wrong = wrong.unwrap_err().to_string();
    assert!(
        wrong.contains("`again` is the same tensor as `bits`"),
        "{wrong}"
    );
}

#[test]
fn they_are_of_the_variants_that_the_file_names() {
    let text = format!(
        "{LAYERS}
[[variant]]
name = 'all'
set = {{ rho = 1 }}
[[variant]]
name = 'some'
"
    );
    let mut net = model(&text);
    net.densities = Some(Arc::new(densities(
        "source = 'a test'\nvariants = ['some']\n[densities]\n'layers/act' = 0.2",
    )));
    let added = |variant: &str| totals(&counted(&net, variant, &[]))[&Add].clone();
    assert_eq!(added("all"), BigRational::from(BigInt::from(1200)));
    assert_eq!(added("some"), BigRational::from(BigInt::from(240)));
}

#[test]
fn the_model_may_name_the_file() {
    let text = format!("densities = './rates.toml'\n{LAYERS}");
    let blocks = common::Blocks::shipped().with(
        "./rates.toml",
        "source = 'a test'\n[densities]\n'layers/act' = 0.2",
    );
    let net = common::model_with(&text, &blocks);
    let expected = [(Compare, 120), (Select, 1200), (Add, 240)];
    assert_eq!(totals(&counted(&net, "net", &[])), counts(&expected));
}

/// The additions of the layers, one by one.
fn looped(n: u64, d: u64, shares: &[BigRational]) -> BigRational {
    let mut added = BigRational::default();
    for share in shares {
        for _row in 0..n {
            for _out in 0..d {
                for _weight in 0..d {
                    added += share;
                }
            }
        }
    }
    added
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_rates_count_as_the_loops_do(
        n in 1u64..5, d in 1u64..5, hundredths in prop::collection::vec(0i64..=100, 1..5)
    ) {
        let shares: Vec<String> = hundredths.iter().enumerate()
            .map(|(at, share)| format!("'layers.{at}/act' = {}", *share as f64 / 100.0))
            .collect();
        let settings = set(&[("n", n), ("d", d), ("depth", hundredths.len() as u64)]);
        let totals = totals(&counted(&with(model(LAYERS), &shares.join("\n")), "net", &settings));
        let exact: Vec<BigRational> = hundredths.iter()
            .map(|share| BigRational::new((*share).into(), 100.into()))
            .collect();
        let added = totals.get(&Add).cloned().unwrap_or_default();
        prop_assert_eq!(added, looped(n, d, &exact));
    }

    #[test]
    fn one_rate_for_all_is_the_parameter(hundredths in 0i64..=100) {
        let rate = hundredths as f64 / 100.0;
        let each: Vec<String> = (0..3).map(|at| format!("'layers.{at}/act' = {rate}")).collect();
        let by_param = totals(&counted(&model(LAYERS), "net", &set(&[("rho", rate)])));
        prop_assert_eq!(&of(&each.join("\n")), &by_param);
        prop_assert_eq!(&of(&format!("'layers/act' = {rate}")), &by_param);
    }
}

fn picojoule(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .current_dir(folder)
        .args(args)
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("net.toml"), LAYERS).unwrap();
    let rates = "source = 'counted by eye'\n[densities]\n'layers.1/act' = 0.25\n";
    std::fs::write(folder.path().join("rates.toml"), rates).unwrap();
    folder
}

#[test]
fn every_output_says_where_they_are_from() {
    let folder = folder();
    let says = "1 from rates.toml (counted by eye), 2 as the model declares";
    let of = |args: &[&str]| {
        let mut all = args.to_vec();
        all.extend(["--densities", "rates.toml"]);
        stdout(&picojoule(folder.path(), &all))
    };
    let line = format!("Densities: {says}.");
    assert!(of(&["estimate", "net.toml"]).contains(&line));
    assert!(of(&["estimate", "net.toml", "--output", "markdown"]).contains(&line));
    assert!(of(&["sweep", "net.toml", "--over", "n=1..4"]).contains(&line));
    of(&["estimate", "net.toml", "--plot", "net.svg"]);
    let svg = std::fs::read_to_string(folder.path().join("net.svg")).unwrap();
    assert!(svg.contains("1 from rates.toml"), "{svg}");
    assert!(of(&["sensitivity", "net.toml", "--output", "json"]).contains(says));
    let json: serde_json::Value =
        serde_json::from_str(&of(&["estimate", "net.toml", "--output", "json"])).unwrap();
    assert_eq!(json["conventions"]["densities"], says);
}

#[test]
fn what_was_set_and_does_not_hold_is_named() {
    let folder = folder();
    let of = |set: &str| {
        let args = ["estimate", "net.toml", "--densities", "rates.toml", "--set"];
        let text = stdout(&picojoule(folder.path(), &[&args[..], &[set]].concat()));
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let text = of("rho=0.3");
    // One of three layers was measured, the others are as set.
    let line = "2 as the model declares; 1 measured over `rho`, which was set.";
    assert!(text.contains(line), "{text}");
    // 100·4·(0.25 + 2·0.3) additions.
    assert!(text.contains("340 add"), "{text}");
    assert!(!of("n=4").contains("which was set"));
}

/// A share that was set for all bits of a graph, too.
#[test]
fn a_share_of_bits_that_was_set_and_does_not_hold_is_named() {
    let folder = folder();
    let rates = "source = \"seen\"\n[densities]\nfires = 0.25\n";
    std::fs::write(folder.path().join("bits.toml"), rates).unwrap();
    let graphs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/onnx/conventions");
    let graph = graphs.join("spikes_pooled.onnx");
    let measured = ["--densities", "bits.toml", "--set", "rho=0.05"];
    let args = [&["estimate", graph.to_str().unwrap()], &measured[..]].concat();
    let text = stdout(&picojoule(folder.path(), &args));
    let line = "1 from bits.toml (seen); 1 measured over `rho`, which was set.";
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains(line), "{text}");
}

#[test]
fn a_sweep_prices_what_an_estimate_does() {
    let folder = folder();
    let run = |args: &[&str]| stdout(&picojoule(folder.path(), args));
    let swept = run(&[
        "sweep",
        "net.toml",
        "--densities",
        "rates.toml",
        "--over",
        "n=7",
        "--output",
        "json",
    ]);
    let once = run(&[
        "estimate",
        "net.toml",
        "--densities",
        "rates.toml",
        "--set",
        "n=7",
        "--output",
        "json",
    ]);
    let once: serde_json::Value = serde_json::from_str(&once).unwrap();
    let total = once["total_pj"].as_f64().unwrap();
    // 7 rows of 10: 0.9 pJ for a comparison or an addition, of which there are
    // 700·(0.5 + 0.25 + 0.5).
    assert!((total - 0.9 * (210.0 + 875.0)).abs() < 1e-9, "{total}");
    assert!(swept.contains(&format!("{total}")), "{swept}");
}

#[test]
fn as_many_repeats_as_have_densities() {
    let folder = folder();
    let refused = picojoule(
        folder.path(),
        &[
            "estimate",
            "net.toml",
            "--densities",
            "rates.toml",
            "--set",
            "depth=1",
        ],
    );
    assert_eq!(refused.status.code(), Some(2));
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(told.contains("rates.toml:3:1"), "{told}");
    assert!(told.contains("no op `layers.1/act`"), "{told}");
}

/// A claim file or a report in a folder beside the model.
fn beside(name: &str, text: &str) -> tempfile::TempDir {
    let folder = folder();
    std::fs::create_dir(folder.path().join("sub")).unwrap();
    std::fs::write(folder.path().join("sub").join(name), text).unwrap();
    folder
}

#[test]
fn a_claim_may_name_them_and_be_like_another() {
    let claims = "
name = 'own'
title = 'Additions'
source = { title = 'A paper', identifier = 'none', at = 'table 1' }

[estimates]
dense = { model = '../net.toml', set = { n = 7, rho = 1 } }
sparse = { like = 'dense', densities = '../rates.toml', set = { rho = 0.5 } }
linear = { like = 'sparse', stages = ['linear'] }

[[claim]]
name = 'dense'
published = '2100 op'
formula = 'dense.count.add'
expect = 'holds'

[[claim]]
name = 'sparse'
published = '875 op'
formula = 'sparse.count.add'
expect = 'holds'

[[claim]]
name = 'choices of the linear layers'
published = '2100 op'
formula = 'linear.count.select'
expect = 'holds'
";
    // Rows of 10 in three layers: 7·10·10·(1 + 1 + 1), and ·(0.5 + 0.25 + 0.5).
    let folder = beside("own.toml", claims);
    let said = stdout(&picojoule(folder.path(), &["claims", "./sub/own.toml"]));
    assert!(said.contains("3 published numbers: 3 hold"), "{said}");
}

#[test]
fn a_report_may_name_them() {
    let report = "
name = 'own'
title = 'A report'
model = '../two.toml'
densities = '../rates.toml'

[[price]]
table = '45nm'
format = 'fp32'

[[section]]
title = 'Energy'
show = 'stages'
scope = 'model'
";
    let folder = beside("own.toml", report);
    let two = format!(
        "{LAYERS}[[variant]]\nname = 'all'\nset = {{ rho = 1 }}\n[[variant]]\nname = 'half'\n"
    );
    std::fs::write(folder.path().join("two.toml"), two).unwrap();
    let said = stdout(&picojoule(folder.path(), &["report", "./sub/own.toml"]));
    assert!(said.contains("Densities: 1 from"), "{said}");
    let page = folder.path().join("sub/own/README.md");
    let page = std::fs::read_to_string(page).unwrap();
    assert!(page.contains("(counted by eye)"), "{page}");
}
