//! Decoding behind an encoder: what no token changes is done, and the keys and
//! values that are made of it are read as a state. Against numbers by hand.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::BTreeSet;
use std::process::Command;

use common::{Counts, cases, counted, model, set, shipped, totals, whole};
use picojoule::census::{Conventions, Ineffectual};
use picojoule::energy::Counted;
use picojoule::graph::Unfold;
use picojoule::model::{Model, Phase};
use picojoule::primitive::Primitive::{Add, Mul};
use proptest::prelude::*;
use serde_json::Value;

/// What an estimate prints as JSON, with data movement between one level on the
/// die and memory.
fn estimate(arguments: &str) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .args([
            "estimate",
            "--phase",
            "decode",
            "--movement",
            "compulsory",
            "--output",
            "json",
        ])
        .args(arguments.split_whitespace())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{arguments}: {error}"))
}

/// Bits of a role that are read or written in all levels together.
fn bits(of: &Value, role: &str, direction: &str) -> u64 {
    let rows = of["traffic"].as_array().unwrap().iter();
    let rows = rows.filter(|row| row["role"] == role && row["direction"] == direction);
    rows.map(|row| row["bits"].as_u64().unwrap()).sum()
}

/// Transformer base, two sentences of 25 subwords, after 10 of the target. Each
/// of the 6 layers of the decoder multiplies a token with q, k, v and out, with
/// q and out of its attention to the encoder, and with both parts of the
/// feed-forward layer: (6 · 512 + 2 · 2048) · 512 numbers. Scores and context take 2 · 512 for each of
/// 11 tokens and of 25 subwords. The head takes 512 · 37 000.
///
/// Keys and values of 512 numbers of 4 bytes are read of 10 tokens and of 25
/// subwords, and written of the new token.
#[test]
fn a_decoder_reads_what_the_encoder_left() {
    let decoded = estimate("transformer-base --set context=10 --set b=2");
    let layer = (6 * 512 + 2 * 2048) * 512 + 2 * 512 * (11 + 25);
    assert_eq!(decoded["macs"], 2 * (6 * layer + 512 * 37_000));
    let token = 6 * 2 * 512 * 32;
    assert_eq!(bits(&decoded, "state", "read"), 2 * token * (10 + 25));
    assert_eq!(bits(&decoded, "state", "write"), 2 * token);
    // The first token: nothing is kept yet but of the encoder.
    let first = estimate("transformer-base --set context=0");
    assert_eq!(bits(&first, "state", "read"), token * 25);
    assert_eq!(bits(&first, "state", "write"), token);
    // Of weights a token reads neither those of the encoder nor k and v of the
    // attention to it; its own word is one row of the table, and the head reads
    // all of it. A layer has 8 biases less those of k and v: q, k, v, out, q,
    // out of 512, and 2048 + 512; three norms of two vectors; and a row of sines.
    let layer = (6 * 512 + 2 * 2048) * 512 + 6 * 512 + 2048 + 512 + 3 * 2 * 512;
    let weights = 6 * layer + 37_000 * 512 + 512 + 512;
    assert_eq!(bits(&first, "weight", "read"), 32 * weights);
}

/// The same of imported configs. T5 small: 6 layers of 8 heads of 64, 512 wide,
/// 2048 in between, 32 128 words; the biases by distance are no products. Whisper
/// tiny hears 1500 frames; its 4 layers are 384 wide, 1536 in between, and it
/// knows 51 865 words. Marian has 6 layers as Transformer base, 58 101 words.
#[test]
fn imported_decoders_read_what_their_encoders_left() {
    let expected = |layers: u64, (d, ffn): (u64, u64), source: u64, vocab: u64| {
        let layer = (6 * d + 2 * ffn) * d + 2 * d * (11 + source);
        (layers * layer + d * vocab, layers * 2 * d * 32)
    };
    for (name, length, (macs, token), source) in [
        (
            "t5-small",
            "seq=40",
            expected(6, (512, 2048), 40, 32_128),
            40,
        ),
        (
            "opus-mt-en-de",
            "seq=40",
            expected(6, (512, 2048), 40, 58_101),
            40,
        ),
        (
            "whisper-tiny",
            "frames=3000",
            expected(4, (384, 1536), 1500, 51_865),
            1500,
        ),
    ] {
        let decoded = estimate(&format!(
            "tests/huggingface/{name}.json --set context=10 --set {length}"
        ));
        assert_eq!(decoded["macs"], macs, "{name}");
        assert_eq!(
            bits(&decoded, "state", "read"),
            token * (10 + source),
            "{name}"
        );
        assert_eq!(bits(&decoded, "state", "write"), token, "{name}");
    }
}

fn decoding(text: &str) -> Model {
    let model = model(text).in_phase(Phase::Decode);
    model.unwrap_or_else(|problems| panic!("{problems}"))
}

/// A picture of 4 × 5 numbers is summed up to 5, which are multiplied with 5 × 8
/// weights before the first token, and added to each. Not the sums are kept, nor
/// is the weight read again.
#[test]
fn whatever_no_token_changes_is_done_before_the_first() {
    let text = "name = \"m\"\ntokens = \"n\"\n\
        inputs = { x = \"b n d\", picture = \"b p c\" }\n\
        [dims]\nb = 1\nn = 6\nd = 8\np = 4\nc = 5\n\
        [[op]]\nname = \"sums\"\neinsum = \"b p c -> b c\"\ninputs = [\"picture\"]\n\
        [[op]]\nname = \"shown\"\neinsum = \"b c, c d -> b d\"\ninputs = [\"sums\", { weight = \"c d\" }]\n\
        [[op]]\nname = \"y\"\neinsum = \"b n d, b d -> b n d\"\nmap = \"add\"\ninputs = [\"x\", \"shown\"]\n\
        [[op]]\nname = \"score\"\neinsum = \"b n d, b m d -> b n m\"\ninputs = [\"y\", \"y\"]\n\
        [[op]]\nname = \"out\"\neinsum = \"b n m, b m d -> b n d\"\ninputs = [\"score\", \"y\"]\n";
    let counted = counted(&decoding(text), "m", &set(&[("context", 3)]));
    // 8 additions, and 4 · 8 products for scores and for the result each.
    let expected: Counts = common::counts(&[(Mul, 64), (Add, 8 + 64)]);
    assert_eq!(totals(&counted), expected);
    let states = counted.graph.ops().node_weights();
    let states: Vec<&str> = states
        .filter(|op| op.kind == picojoule::graph::OpKind::State)
        .map(|op| &*op.name)
        .collect();
    assert_eq!(states, ["shown cache", "y cache"]);
}

proptest! {
    #![proptest_config(cases(24))]

    /// All steps together are the prefill whose self-attention is masked, but
    /// for the encoder and the keys and values that are made of it.
    #[test]
    fn all_steps_are_the_decoder_of_the_prefill(
        variant in prop::sample::select(vec!["vanilla", "l1", "e-att"]),
        n in 1_u64..6, m in 1_u64..6, b in 1_u64..3, layers in 1_u64..3,
    ) {
        let (d, h, ffn, vocab) = (16_u64, 2_u64, 8_u64, 7_u64);
        let sizes = [("n", n), ("m", m), ("b", b), ("layers", layers), ("d", d), ("h", h),
            ("ffn", ffn), ("vocab", vocab)];
        let step = shipped("transformer-base").in_phase(Phase::Decode).unwrap();
        let mut steps = Counts::new();
        for context in 0..m {
            let sizes = [&sizes[..], &[("context", context)]].concat();
            for (primitive, count) in totals(&counted(&step, variant, &set(&sizes))) {
                *steps.entry(primitive).or_default() += count;
            }
        }
        let model = shipped("transformer-base");
        let graph = common::graph(&model, variant, &set(&sizes), Unfold::No);
        let conventions = Conventions { causal: Ineffectual::Skipped, ..Conventions::default() };
        let prefill = Counted::new(graph, conventions).unwrap();
        prop_assert_eq!(of_tokens(&prefill), steps);
    }
}

/// What the ops take that follow from the tokens of the target.
fn of_tokens(prefill: &Counted) -> Counts {
    let target = prefill.graph.iter().find(|(_, op)| &*op.name == "target");
    let mut follows = BTreeSet::from([target.unwrap().0]);
    for (at, _) in prefill.graph.iter() {
        let inputs = prefill.graph.inputs(at);
        if inputs.iter().any(|(from, _)| follows.contains(from)) {
            follows.insert(at);
        }
    }
    let mut counts = Counts::new();
    for (demand, count) in prefill.census.demands.iter().zip(&prefill.counts) {
        if follows.contains(&demand.op) {
            *counts.entry(demand.primitive().unwrap()).or_default() += count;
        }
    }
    counts.retain(|_, count| *count != whole(0));
    counts
}
