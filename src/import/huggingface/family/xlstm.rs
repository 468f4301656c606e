//! xLSTM: a matrix memory in every layer.

use num_rational::BigRational;
use num_traits::ToPrimitive;

use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::mechanism::hybrid::{bare_sizes, single};
use crate::import::huggingface::mechanism::mlp::mlp;
use crate::import::huggingface::mechanism::norm::Norm;
use crate::import::huggingface::mechanism::part::Part;
use crate::import::huggingface::mechanism::plan::{Embed, Logits, Outer, Plan};
use crate::import::huggingface::mechanism::recurrent::{by_name, told};
use crate::number;

/// xLSTM. Its class ties nothing, whatever a config says.
pub(super) fn xlstm(config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
    config.without_effect(&["embedding_dim", "num_blocks", "tie_word_embeddings", "eps"]);
    config.without_effect(&["weight_mode", "mode", "return_last_states"]);
    if config.truth_or("use_bias", false) {
        config.wrong(
            "use_bias",
            "biases of linear layers and norms are not known here",
        );
    }
    let (d, layers) = bare_sizes(config, draft, "max_position_embeddings");
    let part = matrix_memory(config, draft, d);
    let factor = config.number("ffn_proj_factor");
    let factor = factor.unwrap_or_else(|| number::whole(2667) / number::whole(1000));
    let unit = config.size_or("ffn_round_up_to_multiple_of", 64);
    let ffn = whole(&(factor * number::whole(d)).ceil())
        .div_ceil(unit)
        .max(1)
        * unit;
    draft.dim("ffn", ffn, "width of the feed-forward layers");
    draft.slot("activation", "silu");
    let layer = single(Some(part), Some(mlp(true, "ffn", false)));
    // There is a norm behind the layers, whatever this says.
    config.without_effect(&["add_out_norm"]);
    let cap = config.number("output_logit_soft_cap");
    let plan = Plan {
        classes: "xLSTM",
        embed: Embed::default(),
        layers: (0..layers).map(|_| layer.clone()).collect(),
        norm: Some(Norm::Rms),
        logits: Logits {
            softcap: cap.filter(|cap| *cap != number::whole(0)),
            ..Logits::default()
        },
    };
    plan.write(config, draft, outer);
}

/// The matrix memory of a model that is `d` wide.
fn matrix_memory(config: &mut Config<'_>, draft: &mut Draft, d: u64) -> Part {
    told(draft);
    let heads = config.size_or("num_heads", 8);
    draft.dim("h", heads, "heads");
    let halves = [("qk_dim_factor", "key", 1), ("v_dim_factor", "value", 2)];
    for (key, name, usual) in halves {
        let factor = config.number(key);
        let factor = factor.unwrap_or_else(|| number::whole(usual) / number::whole(2));
        let all = whole(&(factor * number::whole(d)).floor());
        config.divides(("num_heads", heads), (key, all));
        draft.dim(name, (all / heads).max(1), "columns of a head");
    }
    let cap = config
        .number("gate_soft_cap")
        .unwrap_or_else(|| number::whole(15));
    draft.param(
        "gate_cap",
        number::plain(&cap),
        "bound of what goes into gates",
    );
    by_name("mlstm", &["h", "key", "value", "gate_cap"])
}

/// A whole number of a size.
fn whole(value: &BigRational) -> u64 {
    value.to_integer().to_u64().unwrap_or(1)
}
