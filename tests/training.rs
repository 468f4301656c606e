//! Training: backward ops that follow from the graph, and the update of its
//! weights. Against what PyTorch's dispatcher counts, against numbers by hand,
//! and against the same network written out round by round.
//!
//! The figures of PyTorch are those of `FlopCounterMode` (2.15) around a forward
//! and a backward pass from `y.sum()`, of modules in single precision with the
//! sizes given at each test; half of them are multiply–accumulates. It counts
//! products of matrices and convolutions alone, so the stages of these are what
//! is compared.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod common;

use std::collections::BTreeMap;

use common::program::run;
use common::*;
use num_rational::BigRational;
use picojoule::census::Conventions;
use picojoule::energy::{CostModel, Counted, Memory, estimate};
use picojoule::graph::Unfold;
use picojoule::model::{Activations, Model, Optimiser, Phase, Training};
use picojoule::movement::{Direction, Movement, Role, Tiles};
use picojoule::primitive::Primitive::{Add, Compare, Div, Mul, Select, Sqrt, Sub};

fn training(model: Model, optimiser: Optimiser, activations: Activations) -> Model {
    let training = Training {
        optimiser,
        activations,
    };
    let model = model.in_phase(Phase::Train(training));
    model.unwrap_or_else(|problems| panic!("{problems}"))
}

fn by_sgd(model: Model) -> Model {
    training(model, Optimiser::Sgd, Activations::Stored)
}

/// Multiplications in the stages of products with weights, and of attention.
fn products(counted: &Counted) -> BigRational {
    const STAGES: [&str; 13] = [
        "q-proj", "k-proj", "v-proj", "score", "context", "out-proj", "ffn-up", "ffn-down", "head",
        "up", "down", "first", "second",
    ];
    let stages = by_stage(counted);
    let of = |stage: &&str| stages.get(*stage)?.get(&Mul).cloned();
    STAGES.iter().filter_map(of).sum()
}

/// Two linear layers of 8, 16 and 3 with a ReLU, on 4 rows.
const PERCEPTRON: &str = r#"
name = "perceptron"
inputs = { x = "b d" }
dims = { b = 4, d = 8, f = 16, o = 3 }
[[op]]
name = "up"
einsum = "b d, d f -> b f"
inputs = ["x", { weight = "d f" }]
bias = 1
[[op]]
name = "act"
apply = "max(up, 0)"
[[op]]
name = "down"
einsum = "b f, f o -> b o"
inputs = ["act", { weight = "f o" }]
bias = 1
"#;

/// Forward 4 · (8 · 16 + 16 · 3) = 704 products. Backward: the gradients of both
/// weights take as many, that of the hidden layer 4 · 16 · 3 = 192 once more, that
/// of x none: 1600 in all. PyTorch: 1408 operations forward, 3200 with backward.
///
/// Biases: one addition for each of 4 · 16 + 4 · 3 gradients that are summed. In a
/// dot product of k there are k additions, as in the forward pass. The ReLU
/// compares 64 numbers, and once more to choose 64 gradients. 195 parameters take
/// a multiplication and a subtraction each.
#[test]
fn a_perceptron_takes_what_is_worked_out() {
    let forward = counted(&model(PERCEPTRON), "perceptron", &set::<u8>(&[]));
    assert_eq!(products(&forward) * whole(2), whole(1408));
    let step = counted(&by_sgd(model(PERCEPTRON)), "perceptron", &set::<u8>(&[]));
    assert_eq!(products(&step) * whole(2), whole(3200));
    let expected = [
        (Mul, 1600 + 195),
        (Add, 1600 + 4 * 16 + 4 * 3),
        (Sub, 195),
        (Compare, 64 + 64),
        (Select, 64),
    ];
    assert_eq!(totals(&step), counts(&expected));
    assert_eq!(step.parameters, whole(8 * 16 + 16 + 16 * 3 + 3));
}

/// Every optimiser takes for each of 195 numbers what its formula says.
#[test]
fn optimisers_take_what_their_formulas_say() {
    for (optimiser, each) in [
        (Optimiser::Sgd, vec![(Mul, 1), (Sub, 1)]),
        (Optimiser::Momentum, vec![(Mul, 2), (Add, 1), (Sub, 1)]),
        (
            Optimiser::Adam,
            vec![(Mul, 6), (Add, 3), (Sub, 1), (Sqrt, 1), (Div, 1)],
        ),
    ] {
        let model = training(model(PERCEPTRON), optimiser, Activations::Stored);
        let counted = counted(&model, "perceptron", &set::<u8>(&[]));
        let all: Vec<_> = each
            .iter()
            .map(|(step, count)| (*step, 195 * count))
            .collect();
        assert_eq!(by_stage(&counted)["optimiser"], counts(&all));
    }
}

/// One encoder layer of d 32, 4 heads, 64 wide, on 2 sequences of 16: PyTorch
/// counts 589 824 operations forward and 1 572 864 with backward; of two and
/// three layers, whose inputs need gradients in all but the first, 3 342 336 and
/// 5 111 808.
#[test]
fn encoder_layers_take_what_a_dispatcher_counts() {
    for (layers, forward, both) in [
        (1, 589_824, 1_572_864),
        (2, 1_179_648, 3_342_336),
        (3, 1_769_472, 5_111_808),
    ] {
        let settings = set(&[("layers", layers)]);
        let whole_model = || model(ENCODER);
        let found = products(&counted(&whole_model(), "encoder", &settings));
        assert_eq!(found * whole(2), whole(forward));
        let found = products(&counted(&by_sgd(whole_model()), "encoder", &settings));
        assert_eq!(found * whole(2), whole(both), "{layers} layers");
    }
}

const ENCODER: &str = r#"
name = "encoder"
inputs = { x = "b n d" }
dims = { b = 2, n = 16, d = 32, h = 4, ffn = 64, layers = 1 }
[slots]
attention = "vanilla"
[[op]]
name = "encoder"
block = "encoder-layer"
repeat = "layers"
inputs = ["x"]
"#;

const SMALL_GPT: [(&str, i64); 7] = [
    ("b", 2),
    ("n", 16),
    ("d", 32),
    ("h", 4),
    ("ffn", 64),
    ("layers", 2),
    ("vocab", 11),
];

/// The same two layers behind a table of words, which is trained, and before a
/// head: 1 202 176 and 3 606 528 operations; with both layers in
/// `torch.utils.checkpoint` 4 786 176, as they run once more.
#[test]
fn what_is_not_stored_runs_once_more() {
    let settings = set(&SMALL_GPT);
    let found = |model: Model| products(&counted(&model, "vanilla", &settings)) * whole(2);
    assert_eq!(found(shipped("gpt2")), whole(1_202_176));
    assert_eq!(found(by_sgd(shipped("gpt2"))), whole(3_606_528));
    let recomputed = training(shipped("gpt2"), Optimiser::Sgd, Activations::Recomputed);
    assert_eq!(found(recomputed), whole(4_786_176));
}

/// Two convolutions, 3 → 4 channels of 3 × 3 on 8 × 8 and 4 → 5 with a stride of
/// 2, on 2 images: 39 168 operations forward, and 89 856 with backward.
#[test]
fn convolutions_are_turned_round() {
    let text = r#"
name = "net"
inputs = { x = "b c h w" }
dims = { b = 2, c = 3, h = 8, w = 8 }
[[op]]
name = "first"
einsum = "b c (y + ky - 1) (z + kz - 1), o c ky kz -> b o y z"
inputs = ["x", { weight = "4 c 3 3" }]
bias = 1
[[op]]
name = "act"
apply = "max(first, 0)"
[[op]]
name = "second"
einsum = "b e (2*y + ky - 1) (2*z + kz - 1), o e ky kz -> b o y z"
inputs = ["act", { weight = "5 4 3 3" }]
bias = 1
"#;
    let found = |model: Model| products(&counted(&model, "net", &set::<u8>(&[]))) * whole(2);
    assert_eq!(found(model(text)), whole(39_168));
    assert_eq!(found(by_sgd(model(text))), whole(89_856));
}

/// A repeated block that stands in the graph once takes what its rounds take
/// one by one.
#[test]
fn rounds_that_stand_once_take_what_they_take_one_by_one() {
    let models = [
        ("attention", "e-att"),
        ("gpt2", "vanilla"),
        ("gpt2", "l1"),
        ("bert-base", "vanilla"),
        ("resnet-50", "resnet-50"),
    ];
    for (name, variant) in models {
        for activations in [Activations::Stored, Activations::Recomputed] {
            let model = training(shipped(name), Optimiser::Adam, activations);
            let count = |unfold| {
                let graph = graph(&model, variant, &set::<u8>(&[]), unfold);
                Counted::new(graph, Conventions::default()).unwrap()
            };
            let (once, one_by_one) = (count(Unfold::No), count(Unfold::Yes));
            // Recomputed blocks are the outermost: rounds one by one.
            assert_eq!(totals(&once), totals(&one_by_one), "{name}");
            assert_eq!(once.parameters, one_by_one.parameters);
        }
    }
}

fn bytes(model: &Model, variant: &str) -> BTreeMap<(Role, Direction), BigRational> {
    let counted = counted(model, variant, &set::<u8>(&[]));
    let table = table("7nm");
    let memory = Memory {
        options: picojoule::movement::MovementOptions::default(),
        table: table.name().to_owned(),
        movement: Movement::Compulsory,
        levels: table.levels(Some("sram 32 KiB,hbm2")).unwrap(),
    };
    let pricing = CostModel {
        table: &table,
        format: format("fp32"),
        zero_cost: NONE_FREE,
        memory: Some(&memory),
        static_energy: false,
    };
    let estimate = estimate(&counted, &pricing, &[]).unwrap();
    let rows = estimate.moved.unwrap().by_level(|line| line.level == 1);
    rows.into_iter()
        .map(|row| ((row.role, row.direction), row.bits / whole(8)))
        .collect()
}

/// The perceptron's traffic, in numbers of 4 bytes. Weights: 195 forward, the 48
/// of the second layer backward, 195 for the update; 195 are written. State:
/// none, one or two numbers for each of 195, read and written.
///
/// Activations: x (32) is read forward and backward, and so is what the backward
/// pass needs of the forward one: the first result (64) and the hidden layer
/// (64), which are written. The gradient of the result is given (12) and the
/// result written (12); the 195 gradients of weights are written by the backward
/// pass and read by the update. All else stays on the die.
#[test]
fn training_moves_gradients_and_what_optimisers_keep() {
    for (optimiser, kept) in [
        (Optimiser::Sgd, 0),
        (Optimiser::Momentum, 1),
        (Optimiser::Adam, 2),
    ] {
        let model = training(model(PERCEPTRON), optimiser, Activations::Stored);
        let bytes = bytes(&model, "perceptron");
        let of = |role, direction| bytes.get(&(role, direction)).cloned().unwrap_or_default();
        let numbers = |count: i64| whole(4 * count);
        assert_eq!(of(Role::Weight, Direction::Read), numbers(195 + 48 + 195));
        assert_eq!(of(Role::Weight, Direction::Write), numbers(195));
        assert_eq!(of(Role::State, Direction::Read), numbers(kept * 195));
        assert_eq!(of(Role::State, Direction::Write), numbers(kept * 195));
        let read = 32 + 32 + 64 + 64 + 12 + 195;
        let written = 64 + 64 + 12 + 195;
        assert_eq!(of(Role::Activation, Direction::Read), numbers(read));
        assert_eq!(of(Role::Activation, Direction::Write), numbers(written));
    }
}

/// What tiles move is never below the bound, and never above what is fetched for
/// every operation, also where convolutions and products are turned round.
#[test]
fn tiles_move_no_less_than_the_bound_and_no_more_than_all() {
    let table = table("7nm");
    let total = |counted: &Counted, movement, levels: &str| {
        let memory = Memory {
            options: picojoule::movement::MovementOptions::default(),
            table: table.name().to_owned(),
            movement,
            levels: table.levels(Some(levels)).unwrap(),
        };
        let pricing = CostModel {
            table: &table,
            format: format("fp32"),
            zero_cost: NONE_FREE,
            memory: Some(&memory),
            static_energy: false,
        };
        let moved = estimate(counted, &pricing, &[]).unwrap().moved.unwrap();
        let far = memory.levels.len() - 1;
        let lines = moved.lines.iter().filter(|line| line.level == far);
        let bits: BigRational = lines.map(|line| &line.bits).sum();
        (bits, moved.lower_bound_bits)
    };
    for (name, variant) in [
        ("attention", "e-att"),
        ("gpt2", "vanilla"),
        ("alexnet", "alexnet"),
        ("resnet-50", "resnet-50"),
    ] {
        for activations in [Activations::Stored, Activations::Recomputed] {
            let model = training(shipped(name), Optimiser::Adam, activations);
            let counted = counted(&model, variant, &set::<u8>(&[]));
            let (all, _) = total(&counted, Movement::NoReuse, "ddr3/4");
            for levels in ["sram 32 KiB,ddr3/4", "sram 1024 KiB,ddr3/4"] {
                let (tiled, bound) = total(&counted, Movement::Tiled(Tiles::Any), levels);
                assert!(bound.unwrap() <= tiled, "{name} {levels}");
                assert!(tiled <= all, "{name} {levels}");
            }
        }
    }
}

/// 1[x > 0] hands gradients on as they are, so queries made of bits are trained;
/// the gradient of their weights chooses by the bits, and multiplies nothing.
#[test]
fn bits_choose_among_gradients_too() {
    let text = r#"
name = "bits"
inputs = { x = "b d" }
dims = { b = 4, d = 8, f = 16 }
[[op]]
name = "first"
einsum = "b d, d e -> b e"
inputs = ["x", { weight = "d d" }]
[[op]]
name = "ones"
apply = "first > 0"
[[op]]
name = "second"
einsum = "b d, d f -> b f"
inputs = ["ones", { weight = "d f" }]
"#;
    let stages = by_stage(&counted(&by_sgd(model(text)), "bits", &set::<u8>(&[])));
    // Forward and the gradient of the weight: 4 · 8 · 16 choices each. The
    // gradient of the bits: as many products with real weights.
    let each = 4 * 8 * 16;
    let expected = [(Select, 2 * each), (Add, 3 * each), (Mul, each)];
    assert_eq!(stages["second"], counts(&expected));
    // What was given to the bits is given to the sums before them: the gradient
    // of their weight takes 4 · 8 · 8 products.
    assert_eq!(stages["first"][&Mul], whole(2 * 4 * 8 * 8));
}

/// Softmax gives y·(g − Σ g·y) back: two multiplications, an addition and a
/// subtraction for each of 2 · 16 numbers; a weight scales each of 16 before.
#[test]
fn a_block_says_how_it_gives_back() {
    let text = r#"
name = "soft"
inputs = { x = "b d" }
dims = { b = 2, d = 16 }
[[op]]
name = "scaled"
einsum = "b d, d -> b d"
inputs = ["x", { weight = "d" }]
[[op]]
name = "soft"
block = "softmax"
inputs = ["scaled"]
"#;
    let forward = by_stage(&counted(&model(text), "soft", &set::<u8>(&[])));
    let step = by_stage(&counted(&by_sgd(model(text)), "soft", &set::<u8>(&[])));
    let all = |counts: &Counts| counts.values().sum::<BigRational>();
    let stage = "probabilities";
    assert_eq!(all(&step[stage]) - all(&forward[stage]), whole(4 * 32));
    assert_eq!(step[stage][&Mul], whole(2 * 32));
    assert_eq!(step[stage][&Sub], whole(32));
}

#[test]
fn how_a_model_is_trained_is_printed() {
    let (code, out, error) = run("estimate bert-base --phase train --optimizer adam");
    assert_eq!((code, error.as_str()), (0, ""));
    let words = out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words.contains("phase: train by adam, activations stored"),
        "{out}"
    );
    let (_, out, _) =
        run("estimate bert-base --phase train --activations recomputed --output json");
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(json["phase"], "train");
    assert_eq!(
        json["conventions"]["phase"],
        "train by sgd, activations recomputed"
    );
}

#[test]
fn what_cannot_be_trained_is_told() {
    for (arguments, part) in [
        (
            "estimate gpt2 --phase train --optimizer adamw",
            "`adamw` is no optimiser",
        ),
        (
            "estimate gpt2 --phase train --activations kept",
            "activations are not `kept`",
        ),
        (
            "estimate gpt2 --optimizer adam",
            "`optimizer` is given, but the phase is `prefill`",
        ),
        (
            "estimate gpt2 --phase decode --activations stored",
            "the phase is `decode`",
        ),
    ] {
        let (code, _, error) = run(arguments);
        assert_eq!(code, 2, "{arguments}");
        assert!(error.contains(part), "{arguments}: {error}");
    }
    let text = "name = \"m\"\ninputs = { x = \"n\" }\ndims = { n = 4 }\n\
        [[op]]\nname = \"y\"\napply = \"x + 1\"\n";
    let model = by_sgd(model(text));
    let problems = picojoule::graph::lower(&model, "m", &set::<u8>(&[]), Unfold::No);
    let error = problems.unwrap_err().to_string();
    assert!(
        error.contains("`m` has no weights that could be trained"),
        "{error}"
    );
    assert!(error.contains("model.toml:1"), "{error}");
}
