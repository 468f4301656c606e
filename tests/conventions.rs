//! What counters of the field differ in: padding, biases, causal masks, and
//! which sums of products are MACs, ACs or synaptic operations. Every count is
//! reckoned in a comment, or index by index.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::process::Command;

use common::{graph, model, set, whole};
use picojoule::census::{BiasAs, Conventions, DotAdds, Ineffectual};
use picojoule::energy::{Counted, Work};
use picojoule::graph::Unfold;
use proptest::prelude::*;
use serde_json::Value;

const SKIPPED: Conventions = Conventions {
    dot_adds: DotAdds::K,
    bias: BiasAs::Start,
    padding: Ineffectual::Skipped,
    causal: Ineffectual::Skipped,
};

fn counted(text: &str, set_to: &[(&str, i64)], conventions: Conventions) -> Counted {
    let model = model(text);
    let name = model.root.name.clone();
    let graph = graph(&model, &name, &set(set_to), Unfold::No);
    Counted::new(graph, conventions).unwrap_or_else(|problems| panic!("{problems}\n{text}"))
}

fn work(counted: &Counted) -> Work {
    let mut work = Work::default();
    for products in &counted.products {
        work += products;
    }
    work
}

fn skipped(text: &str, set_to: &[(&str, i64)]) -> Work {
    work(&counted(text, set_to, SKIPPED))
}

/// How a window slides along an axis.
#[derive(Debug, Clone, Copy)]
struct Slide {
    taps: i64,
    stride: i64,
    dilation: i64,
    before: i64,
    after: i64,
}

impl Slide {
    /// How many places it has over n elements.
    fn places(self, n: i64) -> i64 {
        let room = n + self.before + self.after - self.dilation * (self.taps - 1) - 1;
        room.div_euclid(self.stride) + 1
    }

    /// The pairs of a place and a tap that read the input, one by one.
    fn inside(self, n: i64) -> i64 {
        let reads = |place: i64, tap: i64| {
            let at = self.stride * place + self.dilation * tap - self.before;
            (0..n).contains(&at)
        };
        let places = 0..self.places(n);
        let pairs = places.flat_map(|place| (0..self.taps).map(move |tap| (place, tap)));
        pairs.filter(|(place, tap)| reads(*place, *tap)).count() as i64
    }

    fn text(self, n: &str) -> String {
        let Slide {
            taps,
            stride,
            dilation,
            before,
            after,
        } = self;
        let room = after + before - dilation * (taps - 1) - 1;
        format!(
            "name = \"m\"\ninputs = {{ x = \"2 {n}\" }}\n[dims]\nn = 40\n\
             [[op]]\nname = \"z\"\neinsum = \"c ({stride}*y + {dilation}*k - {before}), o c k -> o y\"\n\
             axes = {{ y = \"floor(({n} + {room}) / {stride}) + 1\" }}\n\
             inputs = [\"x\", {{ weight = \"3 2 {taps}\" }}]\n"
        )
    }
}

fn slides() -> impl Strategy<Value = (Slide, i64, i64)> {
    let sizes = (1..6_i64, 1..4_i64, 1..4_i64, 0..7_i64, 0..7_i64);
    (sizes, 1..14_i64, 1..14_i64).prop_filter_map(
        "a window that fits",
        |((taps, stride, dilation, before, after), n, other)| {
            let slide = Slide {
                taps,
                stride,
                dilation,
                before,
                after,
            };
            let fits = slide.places(n) > 0 && slide.places(other) > 0;
            fits.then_some((slide, n, other))
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Numbers, a symbol at one value, and the formula of that symbol at
    /// another: 3·2 channels times the pairs that read the input.
    #[test]
    fn what_reads_padding_is_left_out_pair_by_pair((slide, n, other) in slides()) {
        let inside = whole(6 * slide.inside(n));
        prop_assert_eq!(&skipped(&slide.text(&n.to_string()), &[]).macs, &inside);
        let symbolic = counted(&slide.text("n"), &[("n", n)], SKIPPED);
        prop_assert_eq!(&work(&symbolic).macs, &inside);
        let mut values = symbolic.graph.values();
        values.set(picojoule::symbolic::Symbol::new("n"), whole(other));
        let products = &symbolic.census.products[0];
        prop_assert_eq!(products.all.evaluate(&values).unwrap(), whole(6 * slide.inside(other)));
        // Nothing is left out unless it is asked for.
        let all = work(&counted(&slide.text("n"), &[("n", n)], Conventions::default()));
        prop_assert_eq!(all.macs, whole(6 * slide.taps * slide.places(n)));
    }
}

#[test]
fn windows_that_need_no_padding_lose_nothing() {
    // 6·6 places of 3·3 in 8·8: 324 products.
    let text = "name = \"m\"\ninputs = { x = \"8 8\" }\n[[op]]\nname = \"z\"\n\
        einsum = \"(y + i) (x + j), i j -> y x\"\ninputs = [\"x\", { weight = \"3 3\" }]\n";
    assert_eq!(skipped(text, &[]).macs, whole(324));
    // A split axis is no window.
    let heads = "name = \"m\"\ninputs = { x = \"n (h * 4)\" }\n[dims]\nn = 3\nh = 2\n[[op]]\nname = \"z\"\n\
        einsum = \"n (h k), h k -> n h\"\ninputs = [\"x\", { weight = \"h 4\" }]\n";
    assert_eq!(skipped(heads, &[("h", 5)]).macs, whole(60));
}

#[test]
fn a_window_of_unknown_length_is_refused_and_not_guessed() {
    let text = "name = \"m\"\ninputs = { x = \"20\" }\n[dims]\nk = 3\n[[op]]\nname = \"z\"\n\
        einsum = \"(y + i - 1), i -> y\"\ninputs = [\"x\", { weight = \"k\" }]\n";
    let model = model(text);
    let graph = graph(&model, "m", &[], Unfold::No);
    // 18 + 2 places of 3, counted in full.
    let all = Counted::new(graph.clone(), Conventions::default()).unwrap();
    assert_eq!(all.macs, whole(60));
    let told = Counted::new(graph, SKIPPED).unwrap_err().to_string();
    assert!(told.contains("the padding of `z` cannot be told"), "{told}");
    assert!(told.contains("--padding counted"), "{told}");
}

#[test]
fn windows_that_are_none_of_a_convolution() {
    // `index` of a result y of 4 and windows k of 3, over 9 numbers.
    let text = |index: &str| {
        format!(
            "name = \"m\"\ninputs = {{ x = \"9\" }}\n[dims]\nn = 9\ns = 2\n[[op]]\nname = \"z\"\n\
             einsum = \"({index}), k -> y\"\naxes = {{ y = 4 }}\ninputs = [\"x\", {{ weight = \"3\" }}]\n"
        )
    };
    let found = |index: &str| skipped(&text(index), &[]).macs;
    // From 0 to 5: all of 12. From 4 down to -1: one is outside.
    assert_eq!(found("3 - y + k"), whole(12));
    assert_eq!(found("2 - y + k"), whole(11));
    // A step that is a symbol, 2: 2y + k - 1 is below 0 once.
    assert_eq!(found("s*y + k - 1"), whole(11));
    // No step at all: the same three for every y, one of them outside.
    assert_eq!(found("0*y + k - 1"), whole(8));
    // Padding of a symbol, 9: y + k - 9 is below 0 throughout.
    assert_eq!(found("y + k - n"), whole(0));
    // Between two elements there is none that could be told.
    let model = model(&text("y + k/2 - 1"));
    let graph = graph(&model, "m", &[], Unfold::No);
    assert!(Counted::new(graph, SKIPPED).is_err());
}

/// 3 channels of 4·4 bits, a quarter of them set, to 2 channels: windows of
/// 3·3 at 4·4 places with a border of padding.
fn spiking(domain: &str) -> String {
    format!(
        "name = \"m\"\ninputs = {{ x = {{ shape = \"3 4 4\" }} }}\n\
         [[op]]\nname = \"s\"\nreshape = \"3 4 4\"\ndomain = \"{domain}\"\ndensity = 0.25\ninputs = [\"x\"]\n\
         [[op]]\nname = \"z\"\neinsum = \"c (y + i - 1) (x + j - 1), o c i j -> o y x\"\nbias = 1\n\
         inputs = [\"s\", {{ weight = \"2 3 3 3\" }}]\n"
    )
}

#[test]
fn spikes_are_accumulates_and_zeros_are_in_no_synaptic_operation() {
    // 16·9·3·2 = 864 terms with padding, 10·10·3·2 = 600 without, a quarter of
    // either is added.
    let all = work(&counted(&spiking("binary"), &[], Conventions::default()));
    let expected = Work {
        acs: whole(216),
        synops: whole(216),
        dense_synops: whole(864),
        ..Work::default()
    };
    assert_eq!(all, expected);
    let fewer = skipped(&spiking("binary"), &[]);
    assert_eq!((fewer.acs, fewer.dense_synops), (whole(150), whole(600)));
    // Ternary values decide on the sign, too.
    assert_eq!(skipped(&spiking("ternary"), &[]).acs, whole(150));
    // Powers of two are shifted: neither MAC nor AC.
    let shifted = skipped(&spiking("power-of-two"), &[]);
    assert_eq!((&shifted.macs, &shifted.acs), (&whole(0), &whole(0)));
    assert_eq!(shifted.synops, whole(150));
}

#[test]
fn zeros_that_are_skipped_are_in_macs_and_not_in_effective_macs() {
    // 5·4 products, of which the weights skip half.
    let text = "name = \"m\"\ninputs = { x = \"5\" }\n[[op]]\nname = \"z\"\neinsum = \"n, n m -> m\"\n\
        inputs = [\"x\", { weight = \"5 4\", density = 0.5 }]\n";
    let found = work(&counted(text, &[], Conventions::default()));
    assert_eq!(found.macs, whole(20));
    assert_eq!((found.effective_macs, found.synops), (whole(10), whole(10)));
}

#[test]
fn a_bias_is_an_operation_of_its_own_where_that_is_asked_for() {
    // 7 tokens from 5 to 4: 140 products in 28 sums, each with a bias.
    let text = "name = \"m\"\ninputs = { x = \"7 5\" }\n[[op]]\nname = \"z\"\neinsum = \"n d, d e -> n e\"\n\
        bias = 1\ninputs = [\"x\", { weight = \"5 4\" }]\n";
    let adds = |dot_adds: DotAdds, bias: BiasAs| {
        let conventions = Conventions {
            dot_adds,
            bias,
            ..Conventions::default()
        };
        let counted = counted(text, &[], conventions);
        let adds = common::totals(&counted)[&picojoule::Primitive::Add].clone();
        (adds, counted.macs)
    };
    // The sum starts at the bias: k additions, or k − 1 and one for the bias.
    assert_eq!(adds(DotAdds::K, BiasAs::Start), (whole(140), whole(140)));
    let fewer = adds(DotAdds::KMinusOne, BiasAs::Start);
    assert_eq!(fewer, (whole(140), whole(140)));
    // The sum starts at 0, or at its first term, and the bias comes on top.
    assert_eq!(adds(DotAdds::K, BiasAs::Counted), (whole(168), whole(168)));
    let fewer = adds(DotAdds::KMinusOne, BiasAs::Counted);
    assert_eq!(fewer, (whole(140), whole(168)));
}

fn picojoule(arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .args(arguments)
        .output()
        .unwrap();
    match output.status.code() {
        Some(0) => Ok(String::from_utf8(output.stdout).unwrap()),
        Some(2) => Err(String::from_utf8(output.stderr).unwrap()),
        other => panic!("ended with {other:?}"),
    }
}

fn json(arguments: &[&str]) -> Value {
    let arguments = [&["estimate", "--output", "json"], arguments].concat();
    serde_json::from_str(&picojoule(&arguments).unwrap()).unwrap()
}

#[test]
fn a_causal_mask_leaves_the_keys_that_each_query_sees() {
    // GPT-2 of one layer and one head of 2 columns: projections of 4 tokens
    // take nothing off; 4·5/2 = 10 of 16 pairs are scores.
    let gpt2 = ["gpt2", "--set", "n=4", "--set", "layers=1", "--set", "h=1"];
    let scores = |more: &[&str]| {
        let found = json(&[&gpt2[..], &["--set", "d=2"], more].concat());
        let stages = found["stages"].as_array().unwrap().clone();
        let of = |name: &str, key: &str| {
            let stage = stages.iter().find(|stage| stage["stage"] == name);
            stage.unwrap()["counts"][key].as_u64().unwrap()
        };
        ["score", "context", "q-proj"]
            .map(|stage| of(stage, "mul.fp32"))
            .into_iter()
            .chain([of("softmax", "exp.fp32")])
            .collect::<Vec<_>>()
    };
    assert_eq!(scores(&[]), [32, 32, 16, 16]);
    assert_eq!(scores(&["--causal", "skipped"]), [20, 20, 16, 10]);
}

#[test]
fn cross_attention_and_encoders_have_no_causal_mask() {
    // Encoder 4 source tokens, decoder 3: of 16 pairs, 9 and 3·4 only the
    // decoder's own 9 become 6; 6 + 6 layers, 512 columns.
    let scores = |causal: &str| {
        let set = ["--set", "n=4", "--set", "m=3", "--causal", causal];
        let found = json(&[&["transformer-base"], &set[..]].concat());
        let stages = found["stages"].as_array().unwrap().clone();
        let score = stages.iter().find(|stage| stage["stage"] == "score");
        score.unwrap()["counts"]["mul.fp32"].as_u64().unwrap()
    };
    assert_eq!(scores("counted"), 6 * 512 * (16 + 9 + 12));
    assert_eq!(scores("skipped"), 6 * 512 * (16 + 6 + 12));
}

#[test]
fn a_window_is_counted_from_the_start_of_the_sequence() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.json");
    let config = r#"{"architectures": ["MistralForCausalLM"], "model_type": "mistral", "hidden_size": 1,
        "num_attention_heads": 1, "num_key_value_heads": 1, "num_hidden_layers": 1, "intermediate_size": 1,
        "vocab_size": 1, "sliding_window": 4096, "max_position_embeddings": 32768, "rms_norm_eps": 1e-05,
        "hidden_act": "silu", "tie_word_embeddings": false}"#;
    std::fs::write(&file, config).unwrap();
    let exps = |seq: &str, causal: &str| {
        let set = ["--set", seq, "--causal", causal];
        let found = json(&[&[file.to_str().unwrap()], &set[..]].concat());
        let stages = found["stages"].as_array().unwrap().clone();
        let softmax = stages.iter().find(|stage| stage["stage"] == "softmax");
        softmax.unwrap()["counts"]["exp.fp32"].as_u64().unwrap()
    };
    assert_eq!(exps("seq=8192", "counted"), 8192 * 4096);
    // 1 + 2 + … + 4096, then 4096 for each of the 4096 others.
    assert_eq!(exps("seq=8192", "skipped"), 4096 * 4097 / 2 + 4096 * 4096);
    // A sequence that the window does not reach beyond: 1 + 2 + … + 100.
    assert_eq!(exps("seq=100", "skipped"), 5050);
}

#[test]
fn what_is_skipped_moves_all_the_same_and_the_result_says_so() {
    let moved = |causal: &str, movement: &str| {
        json(&["attention", "--causal", causal, "--movement", movement])["movement_pj"].clone()
    };
    for movement in ["no-reuse", "compulsory", "tiled"] {
        assert_eq!(moved("skipped", movement), moved("counted", movement));
    }
    let told = |padding: &str, movement: &str| {
        let flags = ["--padding", padding, "--movement", movement];
        let text = picojoule(&[&["estimate", "attention"], &flags[..]].concat()).unwrap();
        text.contains("left out of the arithmetic alone")
    };
    assert!(told("skipped", "tiled"));
    assert!(!told("skipped", "none"));
    assert!(!told("counted", "tiled"));
}

#[test]
fn conventions_stand_beside_every_result() {
    let text = picojoule(&["estimate", "vgg-16", "--padding", "skipped"]).unwrap();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        text.contains("padding skipped, causal masks counted"),
        "{text}"
    );
    let found = json(&["gpt2", "--causal", "skipped", "--bias", "counted"]);
    let conventions = &found["conventions"];
    assert_eq!(conventions["causal"], "skipped");
    assert_eq!(conventions["bias"], "counted");
    assert_eq!(conventions["padding"], "counted");
    let told = picojoule(&["estimate", "gpt2", "--bias", "free"]).unwrap_err();
    assert!(told.contains("neither `start` nor `counted`"), "{told}");
}

/// Convolutions and matrix products of ones by ones, added up in PyTorch.
#[test]
fn whole_networks_without_padding() {
    let macs = |model: &str, padding: &str| json(&[model, "--padding", padding])["macs"].clone();
    assert_eq!(macs("resnet-50", "counted"), 4_089_184_256_u64);
    assert_eq!(macs("resnet-50", "skipped"), 3_948_251_904_u64);
    assert_eq!(macs("vgg-16", "counted"), 15_470_264_320_u64);
    assert_eq!(macs("vgg-16", "skipped"), 14_969_824_000_u64);
}

#[test]
fn layers_say_what_they_add_up() {
    // The first two convolutions of VGG-16 on 32·32, from 3 to 64 and from 64 to
    // 64 channels: of 32·32 places of 9, (3·32 − 2)² = 8836 pairs by channel
    // read the picture.
    let found = json(&["vgg-16", "--set", "img=32", "--padding", "skipped"]);
    let layers = found["layers"].as_array().unwrap();
    assert_eq!(layers[0]["macs"], 8836 * (3 * 64 + 64 * 64));
    assert_eq!(layers[0]["synops"], 8836 * (3 * 64 + 64 * 64));
    assert_eq!(layers[0]["acs"], 0);
    let sum: u64 = layers
        .iter()
        .filter_map(|layer| layer["macs"].as_u64())
        .sum();
    assert_eq!(found["macs"], sum);
    let text = picojoule(&["estimate", "spikformer", "--by", "layer"]).unwrap();
    assert!(text.contains("SynOps") && text.contains("ACs"), "{text}");
}

#[test]
fn a_claim_says_by_which_conventions_it_holds() {
    // 3 to 64 channels of 32·32: 94·94 pairs of a place and a tap read the
    // picture, 3·64·94·94 = 1 696 512 products; 64·32·32 = 65 536 biases.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("own.toml");
    let claims = "
name = 'own'
title = 'Convolutions'
source = { title = 'A paper', identifier = 'none', at = 'table 1' }

[estimates]
model = { model = 'own-conv.toml', set = { n = 32 }, padding = 'skipped' }
biased = { like = 'model', bias = 'counted' }

[[claim]]
name = 'without'
published = '1696512 MAC'
formula = 'model.macs'
expect = 'holds'

[[claim]]
name = 'with biases'
published = '1762048 MAC'
formula = 'biased.macs'
expect = 'holds'
";
    let conv = "name = 'own-conv'\ninputs = { x = '3 n n' }\ndims = { n = 8 }\n[[op]]\nname = 'z'\nbias = 1\n\
        einsum = 'c (y + i - 1) (x + j - 1), o c i j -> o y x'\ninputs = ['x', { weight = '64 3 3 3' }]\n";
    std::fs::write(folder.path().join("own-conv.toml"), conv).unwrap();
    std::fs::write(
        &file,
        claims.replace("'own-conv.toml'", "'./own-conv.toml'"),
    )
    .unwrap();
    let told = picojoule(&["claims", file.to_str().unwrap()]).unwrap();
    assert!(told.contains("2 published numbers: 2 hold, 0"), "{told}");
}
