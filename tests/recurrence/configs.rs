//! Configs of families that keep a state: small ones, whose parameters and matrix
//! products `tests/huggingface/recurrent.py` asks of `transformers`, and two that
//! are published.
//!
//! What is no product with a matrix stands here by hand: convolutions,
//! recurrences and scores of 5 tokens, and the bytes that a step reads and writes
//! of what is kept.

use std::path::Path;

use picojoule::energy::Counted;
use picojoule::import::huggingface::import;
use picojoule::model::Model;
use picojoule::source::Source;

use crate::common::*;
use crate::{N, decoding, state_bytes};

fn fixture(name: &str) -> String {
    let path = format!("tests/huggingface/recurrent/{name}");
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn read(name: &str) -> Model {
    let source = Source::new(format!("{name}.json"), fixture(&format!("{name}.json")));
    let imported = import(&source).unwrap_or_else(|problems| panic!("{name}: {problems}"));
    let unread = imported.notes.iter().find(|note| note.contains("not read"));
    assert_eq!(unread, None, "{name}");
    model(&imported.text)
}

/// A small config: the layers that keep a state, and those that attend.
struct Small {
    name: &'static str,
    recurrent: Recurrent,
    attending: Attending,
}

/// Layers that keep a state.
struct Recurrent {
    layers: usize,
    /// Products that are added up in the recurrence of one token.
    macs: usize,
    /// Numbers of the state.
    state: usize,
    /// Channels of the short convolution, and its taps.
    conv: (usize, usize),
}

/// Layers that attend.
struct Attending {
    layers: usize,
    /// Products of one score and of the value that it weighs, all heads together.
    macs: usize,
    /// Numbers that are kept of a token.
    kept: usize,
}

const fn small(
    name: &'static str,
    recurrent: (usize, usize, usize, (usize, usize)),
    attending: (usize, usize, usize),
) -> Small {
    let (layers, macs, state, conv) = recurrent;
    let recurrent = Recurrent {
        layers,
        macs,
        state,
        conv,
    };
    let (layers, macs, kept) = attending;
    Small {
        name,
        recurrent,
        attending: Attending { layers, macs, kept },
    }
}

/// Delta rules of H heads of K × V read, write and read: 3·HKV. Mamba writes and
/// reads, 2·CS of C channels, and keeps CS numbers; so does lightning attention
/// with H·K·K. Griffin's unit has one product for each channel; RWKV's mean is
/// counted number by number and is no sum of products. xLSTM has 2·HKV, and H·K
/// for the length.
///
/// Heads of attention are 4, of 6 columns where the width of 24 is divided, 2 of
/// them of keys and values.
const SMALL: &[Small] = &[
    // 4 heads of 4 × 6; 2·4 + 2·4 + 4·6 channels; heads of 8 columns.
    small("qwen3_next", (4, 288, 96, (40, 3)), (1, 64, 32)),
    small("qwen3_5_text", (4, 288, 96, (40, 3)), (1, 64, 32)),
    small("qwen3_5_moe_text", (4, 288, 96, (40, 3)), (1, 64, 32)),
    // 4 heads of ¾·24/4 by twice that, 4 × 8.
    small("olmo_hybrid", (4, 384, 128, (64, 4)), (1, 48, 48)),
    // 3 heads of 4 × 4. Latent attention: scores of 6 + 4 columns, values of 5,
    // of a latent of 7 and 4 that heads share.
    small("kimi_linear", (4, 144, 48, (36, 4)), (1, 60, 11)),
    // 4 heads of 10 × 10.
    small("minimax", (2, 800, 400, (0, 0)), (3, 80, 40)),
    small("lfm2", (3, 0, 0, (24, 3)), (2, 48, 24)),
    small("lfm2_moe", (3, 0, 0, (24, 3)), (2, 48, 24)),
    // Heads of 8 columns.
    small("lfm3", (2, 0, 0, (24, 7)), (3, 64, 32)),
    small("lfm3-plain", (3, 0, 0, (24, 7)), (2, 64, 32)),
    // 48 channels of 6 numbers.
    small("mamba", (3, 576, 288, (48, 3)), (0, 0, 0)),
    small("falcon_mamba", (3, 576, 288, (48, 4)), (0, 0, 0)),
    // And 2 groups that write by 6 and read by 6.
    small("mamba2", (3, 576, 288, (72, 4)), (0, 0, 0)),
    small("jamba", (3, 576, 288, (48, 4)), (2, 48, 24)),
    small("jamba-dense", (4, 576, 288, (48, 4)), (1, 48, 24)),
    // 48 channels of 5 numbers, 2 groups.
    small("bamba", (3, 480, 240, (68, 3)), (2, 48, 24)),
    small("granitemoehybrid", (3, 480, 240, (68, 3)), (2, 48, 24)),
    small(
        "granitemoehybrid-dense",
        (4, 480, 240, (68, 3)),
        (1, 48, 24),
    ),
    small("falcon_h1", (5, 480, 240, (68, 3)), (5, 48, 24)),
    small("falcon_h1-plain", (5, 480, 240, (68, 3)), (5, 48, 24)),
    // 30 channels of 4 numbers, 3 groups; heads of 7 columns.
    small("nemotron_h", (2, 240, 120, (54, 4)), (1, 56, 28)),
    small("nemotron_h-latent", (2, 240, 120, (54, 4)), (1, 56, 28)),
    small("recurrent_gemma", (4, 32, 32, (32, 4)), (1, 48, 24)),
    // 3 numbers for each of 20 channels, and the last token twice.
    small("rwkv", (3, 0, 108, (0, 0)), (0, 0, 0)),
    // 4 heads of 16 × 32, 64 sums of keys and 4 scales.
    small("xlstm", (2, 4160, 2116, (0, 0)), (0, 0, 0)),
    // Heads of 12 columns over twice the width, and of Zamba 2 as many of keys.
    small("zamba", (7, 576, 288, (48, 4)), (2, 96, 48)),
    small("zamba2", (6, 576, 288, (60, 4)), (3, 96, 96)),
    small("zamba2-adapted", (6, 576, 288, (60, 4)), (2, 96, 96)),
];

impl Small {
    /// Tokens that one attends to at most.
    fn window(&self) -> usize {
        if self.name == "recurrent_gemma" {
            3
        } else {
            usize::MAX
        }
    }

    /// Places of a short convolution of the 5 tokens.
    fn places(&self) -> usize {
        // As many more as it looks back over where it is padded on both sides.
        if self.name.starts_with("lfm") {
            N + self.recurrent.conv.1 - 1
        } else {
            N
        }
    }

    /// Multiply–accumulates of 5 tokens that are no products with matrices.
    fn macs(&self) -> usize {
        let (channels, taps) = self.recurrent.conv;
        let conv = self.places() * channels * taps;
        let recurrent = self.recurrent.layers * (N * self.recurrent.macs + conv);
        recurrent + self.attending.layers * N * N.min(self.window()) * self.attending.macs
    }

    /// Bytes of fp32 that a step after `context` tokens reads and writes.
    fn bytes(&self, context: usize) -> (u64, u64) {
        let (channels, taps) = self.recurrent.conv;
        let Recurrent { layers, state, .. } = self.recurrent;
        let earlier = context.min(self.window() - 1);
        let kept = self.attending.layers * self.attending.kept;
        let read = layers * (state + channels * taps.saturating_sub(1)) + kept * earlier;
        let written = layers * (state + channels) + kept;
        (4 * read as u64, 4 * written as u64)
    }
}

fn prefill(model: &Model, seq: usize) -> Counted {
    counted(model, model.variant_names()[0], &set(&[("seq", seq)]))
}

#[test]
fn small_configs_have_the_parameters_and_products_of_transformers() {
    let expected = fixture("expected.csv");
    let mut tried = 0;
    for line in expected.lines().skip(1) {
        let mut fields = line.split(',');
        let name = fields.next().unwrap();
        let [parameters, linear] = [(); 2].map(|()| fields.next().unwrap().parse::<u64>().unwrap());
        let small = SMALL.iter().find(|small| small.name == name);
        let small = small.unwrap_or_else(|| panic!("{name} is not worked out"));
        let found = prefill(&read(name), N);
        assert_eq!(found.parameters, whole(parameters), "parameters of {name}");
        let macs = linear + small.macs() as u64;
        assert_eq!(found.macs, whole(macs), "MACs of {name}");
        tried += 1;
    }
    assert_eq!(tried, SMALL.len());
}

/// One of the layers of LFM3 that attend has a window: of 3 tokens, 2 scores fewer for
/// each of 5, of 4 heads of 8 columns, twice.
#[test]
fn a_window_among_short_convolutions() {
    let text = fixture("lfm3.json");
    let few = text.replace("\"sliding_window\": 4096", "\"sliding_window\": 3");
    assert_ne!(few, text);
    let imported = import(&Source::new("lfm3.json", few)).unwrap();
    let found = prefill(&model(&imported.text), N);
    let all = prefill(&read("lfm3"), N);
    assert_eq!(all.macs - found.macs, whole(5 * 2 * 4 * 8 * 2));
}

/// A state has the same size after 1 token and after 400.
#[test]
fn every_family_decodes_with_a_state_of_a_fixed_size() {
    for small in SMALL {
        let model = read(small.name);
        for context in [1, 9, 400] {
            let step = decoding(&model, context);
            let found = state_bytes(&step);
            assert_eq!(
                found,
                small.bytes(context),
                "{} after {context}",
                small.name
            );
        }
    }
}

/// Qwen3-Next-80B-A3B, sizes as in its authors' `config.json` (Qwen Team, 2025).
/// The name says 80 billion parameters, 3 of which compute a token; those of
/// `Qwen3NextForCausalLM` are 79 674 391 296. A token leaves out 502 of 512
/// experts of 3·2048·512 in each of 48 layers, 75.80 billion, so that 3.87
/// remain, 0.62 of them the two tables of 151 936 words.
///
/// 36 of 48 layers keep 32 heads of 128 × 128 and 3 earlier tokens of 2·2048 + 4096
/// channels; the others 2 · 2 · 256 numbers a token. In bf16 that is 39.5 MB that
/// never grow beside 24 576 bytes a token.
#[test]
fn qwen3_next_keeps_most_of_its_context_in_states() {
    let model = read("real/qwen3-next-80b");
    let counted = prefill(&model, 1);
    assert_eq!(counted.parameters, whole(79_674_391_296_i64));
    let left_out = 48_i64 * 502 * 3 * 2048 * 512;
    let taken = whole(79_674_391_296 - left_out - 2 * 151_936 * 2048);
    assert!(taken > whole(3_000_000_000_i64) && taken < whole(3_500_000_000_i64));
    let fixed = 36 * (32 * 128 * 128 + 3 * 8192);
    for context in [0, 1000] {
        let read = 4 * (fixed + context as u64 * 12 * 2 * 2 * 256);
        let (found, _) = state_bytes(&decoding(&model, context));
        assert_eq!(found, read, "{context}");
    }
}

/// Mamba 2.8B, sizes as in its authors' `config.json` (Gu and Dao, 2023): 2.8
/// billion parameters, of `MambaForCausalLM` 2 768 345 600. Each of 64 layers
/// keeps 16 numbers and 3 earlier tokens of 5120 channels, and a step has their 2
/// · 16 + 4 multiply–accumulates beside the matrices: 2560·10 240 in, 5120·(160 + 2
/// · 16) to what a token chooses, 160·5120 to its steps, 5120·2560 out, and words.
#[test]
fn mamba_has_a_state_instead_of_a_cache() {
    let model = read("real/mamba-2.8b");
    assert_eq!(prefill(&model, 1).parameters, whole(2_768_345_600_i64));
    let layer = 2560 * 10_240 + 5120 * 192 + 160 * 5120 + 5120 * 2560 + 5120 * 36;
    let macs = 64 * layer + 50_280 * 2560_i64;
    for context in [0, 100_000] {
        let step = decoding(&model, context);
        assert_eq!(step.macs, whole(macs), "{context}");
        let (read, written) = (64 * 5120 * (16 + 3) * 4, 64 * 5120 * (16 + 1) * 4);
        assert_eq!(state_bytes(&step), (read, written), "{context}");
    }
}

#[test]
fn what_is_wrong_with_layers_is_told_with_its_place() {
    let refused = |name: &str, from: &str, to: &str| {
        let text = fixture(&format!("{name}.json"));
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from}");
        let told = import(&Source::new("m.json", changed)).expect_err(to);
        told.render(false)
    };
    let five = "[\"linear_attention\", \"linear_attention\", \"linear_attention\", \
                \"full_attention\", \"linear_attention\"]";
    for (name, from, to, part) in [
        (
            "qwen3_next",
            five,
            "[\"full_attention\"]",
            "`layer_types` lists 1 layers, and there are 5",
        ),
        (
            "qwen3_next",
            five,
            "[\"linear\"]",
            "the layer type `linear` is not known here",
        ),
        (
            "qwen3_next",
            "\"linear_num_key_heads\": 2",
            "\"linear_num_key_heads\": 3",
            "`linear_num_key_heads` = 3 does not divide `linear_num_value_heads` = 4",
        ),
        (
            "jamba",
            "\"attn_layer_offset\": 1",
            "\"attn_layer_offset\": 3",
            "`attn_layer_offset` = 3 is not below `attn_layer_period` = 3",
        ),
        (
            "bamba",
            "\"attn_layer_indices\": [1, 4]",
            "\"attn_layer_indices\": [1, 5]",
            "there is no layer 5 among 5",
        ),
        (
            "bamba",
            "\"mamba_d_head\": 8",
            "\"mamba_d_head\": 9",
            "6 heads of 9 columns are not 48, as `mamba_expand` says",
        ),
        (
            "nemotron_h",
            "\"model_type\"",
            "\"hybrid_override_pattern\": \"M-X*E-\", \"model_type\"",
            "a layer is one of `M*E-`, not `X`",
        ),
        (
            "nemotron_h",
            "\"model_type\"",
            "\"num_hidden_layers\": 5, \"model_type\"",
            "`layers_block_type` lists 6 layers, and there are 5",
        ),
        (
            "xlstm",
            "\"use_bias\": false",
            "\"use_bias\": true",
            "biases of linear layers and norms",
        ),
        (
            "zamba2",
            "\"add_bias_linear\": false",
            "\"add_bias_linear\": true",
            "biases of linear layers are not known here",
        ),
    ] {
        let told = refused(name, from, to);
        assert!(
            told.contains(part) && told.contains("m.json:"),
            "{part}\n{told}"
        );
    }
}
