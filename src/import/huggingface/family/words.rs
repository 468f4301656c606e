//! The mechanisms of each family in a few words, for the page that lists them.

use crate::import::huggingface::mechanism::layer::Wiring;
use crate::import::huggingface::mechanism::traits::{Places, Say, Traits, Turned};
use crate::import::huggingface::mechanism::window::Windows;

/// Families with a function of their own, or with more than their row says.
const WORDS: &[(&[&str], &str)] = &[
    (
        &[
            "bart",
            "blenderbot",
            "blenderbot-small",
            "m2m_100",
            "marian",
            "mbart",
            "mvp",
            "pegasus",
            "plbart",
        ],
        "encoder and decoder, attention across",
    ),
    (
        &["longt5", "mt5", "t5", "umt5"],
        "encoder and decoder, attention across, numbers by distance",
    ),
    (
        &["switch_transformers"],
        "encoder and decoder, attention across, numbers by distance, experts in some layers",
    ),
    (
        &["whisper"],
        "encoder of sound by convolutions and attention, decoder, attention across",
    ),
    (
        &[
            "bert",
            "camembert",
            "data2vec-text",
            "distilbert",
            "ernie",
            "megatron-bert",
            "roberta",
            "roberta-prelayernorm",
            "xlm-roberta",
            "xlm-roberta-xl",
        ],
        "encoder, attention, learned positions",
    ),
    (
        &["albert"],
        "encoder, words narrower than layers, one weight for all layers of a group",
    ),
    (&["electra"], "encoder, words narrower than layers"),
    (
        &["mpnet"],
        "encoder, learned positions, numbers by distance",
    ),
    (
        &["deberta", "deberta-v2"],
        "encoder, disentangled attention: scores of contents and of distances",
    ),
    (
        &["esm", "jina_embeddings_v3", "roformer"],
        "encoder, attention, rotary positions",
    ),
    (
        &["eurobert", "gte", "nomic_bert"],
        "encoder, attention, rotary positions, gated feed-forward layers",
    ),
    (
        &["modernbert"],
        "encoder, attention, windows on both sides, rotary positions, gated feed-forward layers",
    ),
    (
        &[
            "beit",
            "deit",
            "dinov2",
            "dinov2_with_registers",
            "dinov3_vit",
            "vit",
        ],
        "encoder of patches of images",
    ),
    (
        &["clip", "metaclip_2", "siglip"],
        "encoder of patches of images, encoder of text, products of both",
    ),
    (
        &[
            "clip_text_model",
            "metaclip_2_text_model",
            "siglip_text_model",
        ],
        "encoder of text beside one of images",
    ),
    (
        &[
            "clip_vision_model",
            "metaclip_2_vision_model",
            "siglip_vision_model",
        ],
        "encoder of patches of images",
    ),
    (
        &["convnext", "convnextv2"],
        "depthwise convolutions in stages",
    ),
    (&["resnet"], "convolutions in stages"),
    (&["swin"], "attention within windows of patches, in stages"),
    (
        &["gpt-sw3", "gpt2", "opt"],
        "decoder, attention, learned positions",
    ),
    (
        &["gpt_neox", "gpt_neox_japanese", "stablelm"],
        "decoder, attention, rotary positions, parallel parts where a config says so",
    ),
    (
        &["falcon"],
        "decoder, attention, rotary positions or numbers by distance, parallel parts",
    ),
    (
        &["gemma3n_text"],
        "decoder, attention, windows, keys that layers share, inputs of every layer, several streams",
    ),
    (
        &["gemma4_text"],
        "decoder, attention, windows, keys that layers share, inputs of every layer, experts beside",
    ),
    (
        &["hyperclovax"],
        "decoder, attention, rotary positions, scaled sums",
    ),
    (&["dbrx"], "decoder, attention, rotary positions, experts"),
    (
        &["diffllama"],
        "decoder, attention of half of the heads less that of the others, rotary positions",
    ),
    (
        &["doge"],
        "decoder, attention with a number of every key, rotary positions, gains beside each part, \
         experts of single neurons where a config says so",
    ),
    (
        &["jetmoe"],
        "decoder, attention, experts among the heads of queries too",
    ),
    (
        &["laguna", "mimo_v2_flash"],
        "decoder, attention, windows with sizes of their own, experts",
    ),
    (
        &["llama4_text"],
        "decoder, attention, chunks, experts in some layers, two widths",
    ),
    (
        &["molmo2_text"],
        "decoder, attention, normed queries and keys, rotary positions, norms behind where a \
         config says so, gated feed-forward layers",
    ),
    (
        &["longcat_flash"],
        "decoder, latent attention, experts some of which compute nothing",
    ),
    (
        &[
            "bamba",
            "falcon_h1",
            "granitemoehybrid",
            "jamba",
            "nemotron_h",
            "zamba",
            "zamba2",
        ],
        "decoder, state spaces and attention",
    ),
    (
        &["falcon_mamba", "mamba", "mamba2"],
        "decoder, state spaces",
    ),
    (
        &["recurrent_gemma"],
        "decoder, gated linear recurrences and attention in windows",
    ),
    (
        &[
            "kimi_linear",
            "olmo_hybrid",
            "qwen3_5_moe_text",
            "qwen3_5_text",
            "qwen3_next",
        ],
        "decoder, gated delta rule and attention",
    ),
    (
        &["lfm2", "lfm2_moe"],
        "decoder, short convolutions and attention",
    ),
    (&["lfm3"], "decoder, short convolutions, attention, windows"),
    (
        &["minimax"],
        "decoder, linear attention and attention, experts",
    ),
    (&["rwkv"], "decoder, RWKV's recurrence"),
    (&["xlstm"], "decoder, matrix memories"),
];

/// The mechanisms of a family of this `model_type` that is no row.
pub(super) fn told(name: &str) -> Option<String> {
    let found = WORDS.iter().find(|(names, _)| names.contains(&name));
    found.map(|(_, words)| (*words).to_owned())
}

impl Traits {
    /// What its layers are made of.
    pub(super) fn words(&self) -> String {
        let mut words = vec!["decoder"];
        words.push(match self.latent {
            Some(_) => "latent attention",
            None => "attention",
        });
        if self.qk_norm.1 != Say::No {
            words.push("normed queries and keys");
        }
        if self.windows != Windows::None && self.latent.is_none() {
            words.push(match self.windows {
                Windows::Chunks(_) => "chunks",
                _ => "windows",
            });
        }
        if self.turned != Turned::None || self.latent.is_some() {
            words.push("rotary positions");
        }
        match self.places {
            Places::Table(_) => words.push("learned positions"),
            Places::Waves => words.push("positions as waves"),
            Places::None => {}
        }
        if self.relative != Say::No {
            words.push("numbers by distance");
        }
        match self.wiring {
            Wiring::Pre => {}
            Wiring::Gained => words.push("gains beside each part"),
            Wiring::Post => words.push("norms behind"),
            Wiring::Sandwich => words.push("norms before and behind"),
            Wiring::Parallel | Wiring::ParallelApart => words.push("parallel parts"),
        }
        if self.gated {
            words.push("gated feed-forward layers");
        }
        if self.experts.is_some() {
            words.push("experts");
        }
        words.join(", ")
    }
}
