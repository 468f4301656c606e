//! Decoders whose heads do something besides, which no row says.

use super::decoders::KV_REQUIRED;
use super::special::heads;
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::mechanism::chosen::chosen;
use crate::import::huggingface::mechanism::heads::QkNorm;
use crate::import::huggingface::mechanism::layer::{Mixer, Wiring};
use crate::import::huggingface::mechanism::mixture::{ExpertTraits, MIXTRAL, counts};
use crate::import::huggingface::mechanism::neurons::neurons;
use crate::import::huggingface::mechanism::norm::Norm;
use crate::import::huggingface::mechanism::part::Part;
use crate::import::huggingface::mechanism::plan::Outer;
use crate::import::huggingface::mechanism::sizes::{Defaults, PLAIN};
use crate::import::huggingface::mechanism::traits::{LLAMA, Say, Traits};

/// DiffLlama: half of the heads are taken from the other half.
const DIFFLLAMA: Traits = Traits {
    classes: "DiffLlama",
    sizes: KV_REQUIRED,
    mlp_bias: Say::No,
    ..LLAMA
};

pub(super) fn diffllama(config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
    config.without_effect(&["lambda_std_dev"]);
    let kv = config.optional_size("num_key_value_heads").unwrap_or(2);
    if !kv.is_multiple_of(2) {
        config.wrong(
            "num_key_value_heads",
            "heads of keys come in pairs: an even number of them",
        );
    }
    draft.remark(
        "Scores are counted once; `transformers` computes them twice, for each half of the values.",
    );
    let mut plan = DIFFLLAMA.plan(config, draft);
    for attention in plan.layers.iter_mut().filter_map(heads) {
        attention.differential = true;
    }
    plan.write(config, draft, outer);
}

/// JetMoE: experts among the heads of queries too.
const JETMOE: Traits = Traits {
    classes: "JetMoe",
    mlp_bias: Say::No,
    activation: (&["activation_function", "hidden_act"], "silu"),
    tied: true,
    experts: Some(&ExpertTraits {
        late: true,
        normalised: false,
        out_bias: true,
        ..MIXTRAL
    }),
    ..LLAMA
};

/// Every chosen expert has as many heads of queries as there are of keys.
pub(super) fn jetmoe(config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
    let kv = config.size("num_key_value_heads");
    let often = config.size("num_experts_per_tok");
    let traits = Traits {
        sizes: Defaults {
            heads: kv.checked_mul(often),
            head_dim: Some(128),
            ..PLAIN
        },
        ..JETMOE
    };
    let mut plan = traits.plan(config, draft);
    let mut mixer = None;
    for layer in &mut plan.layers {
        if let Mixer::Attention(attention) = &layer.mixer {
            let rotary = attention.rotary.clone().unwrap_or_else(|| "0".to_owned());
            let part = mixer.get_or_insert_with(|| chosen(draft, &rotary));
            layer.mixer = Mixer::Block(part.clone());
        }
    }
    plan.write(config, draft, outer);
}

/// Doge: a number of every key on its scores, and gains on what a part is added
/// to.
const DOGE: Traits = Traits {
    classes: "Doge",
    wiring: Wiring::Gained,
    qk_norm: (QkNorm::Head(Norm::Rms), Say::Yes),
    ..LLAMA
};

pub(super) fn doge(config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
    let neurons = match config.truth_or("is_moe", false) {
        true => Some(single_neurons(config, draft)),
        false => {
            config.without_effect(&["num_experts", "num_experts_per_tok", "norm_topk_prob"]);
            None
        }
    };
    config.without_effect(&["keep_window_size", "sliding_window"]);
    draft.remark(
        "Of more keys than `keep_window_size` some are hidden; they are counted all the same, as \
         `transformers` computes them.",
    );
    let mut plan = DOGE.plan(config, draft);
    for attention in plan.layers.iter_mut().filter_map(heads) {
        attention.by_values = true;
    }
    if let Some(part) = neurons {
        for layer in &mut plan.layers {
            layer.mlp = Some(part.clone());
        }
    }
    plan.write(config, draft, outer);
}

/// Doge's experts: single neurons, found by two keys.
fn single_neurons(config: &mut Config<'_>, draft: &mut Draft) -> Part {
    let (count, chosen) = counts(config, "num_experts");
    draft.dim("experts", count, "neurons of a layer to choose from");
    draft.dim("chosen", chosen, "neurons that compute a token");
    draft.dim("keys", count.isqrt(), "keys of each of two sets");
    if chosen > count.isqrt().pow(2) {
        config.wrong(
            "num_experts_per_tok",
            "more neurons than there are pairs of keys",
        );
    }
    draft.remark(
        "Every token is computed by the neurons chosen for it; the weights of all are parameters.",
    );
    let bias = config.truth_or("mlp_bias", false);
    let normalised = config.truth_or("norm_topk_prob", false);
    neurons(draft, bias, normalised)
}
