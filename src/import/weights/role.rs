//! Which stages take a tensor, by what files call it.
//!
//! GGUF files have one vocabulary for all families. Files of Hugging Face have
//! the names of the modules of `transformers`, of which the innermost that is
//! known says what a tensor is.

/// The stages of a tensor: several where it holds several matrices in one.
pub(super) type Stages = &'static [&'static str];

const EMBED: Stages = &["embed"];
const HEAD: Stages = &["head"];
const NORM: Stages = &["norm"];
const QK_NORM: Stages = &["qk-norm"];
const Q: Stages = &["q-proj"];
const K: Stages = &["k-proj"];
const V: Stages = &["v-proj"];
const KV: Stages = &["k-proj", "v-proj"];
const QKV: Stages = &["q-proj", "k-proj", "v-proj"];
const OUT: Stages = &["out-proj"];
const GATE: Stages = &["ffn-gate"];
const UP: Stages = &["ffn-up"];
pub(super) const GATE_UP: Stages = &["ffn-gate", "ffn-up"];
const DOWN: Stages = &["ffn-down"];
const ROUTER: Stages = &["router"];
const SINKS: Stages = &["softmax"];
const IN: Stages = &["in-proj"];
const CONV: Stages = &["conv"];
const SELECT: Stages = &["select"];
const DECAY: Stages = &["decay"];
const READ: Stages = &["state-read"];

/// The tensors of GGUF files, without the number of their layer and the kind of
/// number at the end.
const GGUF: &[(&str, Stages)] = &[
    ("token_embd", EMBED),
    ("position_embd", EMBED),
    ("token_types", EMBED),
    ("output", HEAD),
    ("attn_q", Q),
    ("attn_q_a", Q),
    ("attn_q_b", Q),
    ("attn_k", K),
    ("attn_k_b", K),
    ("attn_kv_a_mqa", K),
    ("attn_v", V),
    ("attn_v_b", V),
    ("attn_kv_b", KV),
    ("attn_qkv", QKV),
    ("attn_output", OUT),
    ("attn_q_norm", QK_NORM),
    ("attn_k_norm", QK_NORM),
    ("attn_q_a_norm", QK_NORM),
    ("attn_kv_a_norm", QK_NORM),
    ("attn_sinks", SINKS),
    ("ffn_gate", GATE),
    ("ffn_gate_exps", GATE),
    ("ffn_gate_shexp", GATE),
    ("ffn_up", UP),
    ("ffn_up_exps", UP),
    ("ffn_up_shexp", UP),
    ("ffn_gate_up_exps", GATE_UP),
    ("ffn_down", DOWN),
    ("ffn_down_exps", DOWN),
    ("ffn_down_shexp", DOWN),
    ("ffn_gate_inp", ROUTER),
    ("ffn_gate_inp_shexp", ROUTER),
    ("ssm_in", IN),
    ("ssm_conv1d", CONV),
    ("ssm_x", SELECT),
    ("ssm_dt", SELECT),
    ("ssm_dt_norm", SELECT),
    ("ssm_b_norm", SELECT),
    ("ssm_c_norm", SELECT),
    ("ssm_a", DECAY),
    ("ssm_d", READ),
    ("ssm_out", OUT),
    ("shortconv.conv", CONV),
    ("shortconv.in_proj", &["in-proj", "gate"]),
    ("shortconv.out_proj", OUT),
];

/// The stages of a tensor of a GGUF file.
pub(super) fn of_gguf(name: &str) -> Option<Stages> {
    let plain = stem(name);
    let known = GGUF.iter().find(|(known, _)| *known == plain);
    let norm = || plain.ends_with("norm").then_some(NORM);
    known.map(|(_, stages)| *stages).or_else(norm)
}

/// The name of a tensor of a GGUF file without its layer and its end.
pub(super) fn stem(name: &str) -> &str {
    let own = name.strip_prefix("blk.").and_then(|rest| {
        let (layer, own) = rest.split_once('.')?;
        layer
            .bytes()
            .all(|byte| byte.is_ascii_digit())
            .then_some(own)
    });
    let own = own.unwrap_or(name);
    let ends = [".weight", ".bias"];
    let plain = ends.into_iter().find_map(|end| own.strip_suffix(end));
    plain.unwrap_or(own)
}

/// The modules of Hugging Face.
const MODULES: &[(&str, Stages)] = &[
    ("embed_tokens", EMBED),
    ("embed_in", EMBED),
    ("embeddings", EMBED),
    ("word_embeddings", EMBED),
    ("embed_positions", EMBED),
    ("position_embedding", EMBED),
    ("position_embeddings", EMBED),
    ("token_type_embeddings", EMBED),
    ("wte", EMBED),
    ("wpe", EMBED),
    ("lm_head", HEAD),
    ("embed_out", HEAD),
    ("q_proj", Q),
    ("q_a_proj", Q),
    ("q_b_proj", Q),
    ("query", Q),
    ("k_proj", K),
    ("kv_a_proj_with_mqa", K),
    ("key", K),
    ("v_proj", V),
    ("value", V),
    ("kv_b_proj", KV),
    ("qkv_proj", QKV),
    ("query_key_value", QKV),
    ("c_attn", QKV),
    ("Wqkv", QKV),
    ("o_proj", OUT),
    ("out_proj", OUT),
    ("q_norm", QK_NORM),
    ("k_norm", QK_NORM),
    ("q_layernorm", QK_NORM),
    ("k_layernorm", QK_NORM),
    ("q_a_layernorm", QK_NORM),
    ("kv_a_layernorm", QK_NORM),
    ("sinks", SINKS),
    ("gate_proj", GATE),
    ("w1", GATE),
    ("up_proj", UP),
    ("w3", UP),
    ("c_fc", UP),
    ("fc1", UP),
    ("dense_h_to_4h", UP),
    ("gate_up_proj", GATE_UP),
    ("down_proj", DOWN),
    ("w2", DOWN),
    ("fc2", DOWN),
    ("dense_4h_to_h", DOWN),
    ("gate", ROUTER),
    ("router", ROUTER),
    ("shared_expert_gate", ROUTER),
    ("in_proj", IN),
    ("conv1d", CONV),
    ("x_proj", SELECT),
    ("dt_proj", SELECT),
    ("dt_bias", SELECT),
    ("A_log", DECAY),
    ("D", READ),
];

/// The stages of a tensor of Hugging Face.
pub(super) fn of_module(name: &str) -> Option<Stages> {
    let has = |part: &str| name.split('.').any(|own| own == part);
    name.rsplit('.').find_map(|part| {
        let ends = ["_blocks", "_scales", "_bias"];
        let plain = ends.into_iter().find_map(|end| part.strip_suffix(end));
        let plain = plain.filter(|_| part != "dt_bias").unwrap_or(part);
        match plain {
            "c_proj" if has("mlp") => return Some(DOWN),
            "c_proj" => return Some(OUT),
            "dense" if has("intermediate") => return Some(UP),
            "dense" if has("attention") || has("self_attention") => return Some(OUT),
            "dense" if has("output") => return Some(DOWN),
            _ => {}
        }
        let known = MODULES.iter().find(|(known, _)| *known == plain);
        let norm = || {
            let lower = plain.to_ascii_lowercase();
            (lower.contains("norm") || lower.starts_with("ln_")).then_some(NORM)
        };
        known.map(|(_, stages)| *stages).or_else(norm)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tensors_of_gguf_files_belong_to_stages() {
        for (name, stages) in [
            ("token_embd.weight", Some(EMBED)),
            ("output.weight", Some(HEAD)),
            ("output_norm.weight", Some(NORM)),
            ("blk.12.attn_q.bias", Some(Q)),
            ("blk.0.attn_qkv.weight", Some(QKV)),
            ("blk.3.post_ffw_norm.weight", Some(NORM)),
            ("blk.3.attn_k_norm.weight", Some(QK_NORM)),
            ("blk.3.ffn_down_exps.weight", Some(DOWN)),
            ("blk.3.ssm_a", Some(DECAY)),
            ("rope_freqs.weight", None),
            ("blk.x.attn_q.weight", None),
        ] {
            assert_eq!(of_gguf(name), stages, "{name}");
        }
    }

    #[test]
    fn tensors_of_modules_belong_to_stages() {
        for (name, stages) in [
            ("model.embed_tokens.weight", Some(EMBED)),
            ("model.decoder.embed_positions.weight", Some(EMBED)),
            (
                "text_model.embeddings.position_embedding.weight",
                Some(EMBED),
            ),
            ("model.layers.0.self_attn.q_proj.qweight", Some(Q)),
            ("model.layers.0.mlp.up_proj.weight_format", Some(UP)),
            ("model.layers.0.self_attn.q_norm.weight", Some(QK_NORM)),
            ("model.layers.0.input_layernorm.weight", Some(NORM)),
            (
                "model.layers.0.mlp.experts.gate_up_proj_blocks",
                Some(GATE_UP),
            ),
            ("model.layers.0.mlp.experts.down_proj_bias", Some(DOWN)),
            (
                "model.layers.0.mlp.experts.3.up_proj.weight_scale",
                Some(UP),
            ),
            ("model.layers.0.mlp.gate.weight", Some(ROUTER)),
            ("model.layers.0.self_attn.sinks", Some(SINKS)),
            ("transformer.h.1.mlp.c_proj.weight", Some(DOWN)),
            ("transformer.h.1.attn.c_proj.weight", Some(OUT)),
            ("transformer.h.1.ln_1.bias", Some(NORM)),
            (
                "bert.encoder.layer.0.attention.output.dense.weight",
                Some(OUT),
            ),
            ("bert.encoder.layer.0.intermediate.dense.weight", Some(UP)),
            ("bert.encoder.layer.0.output.dense.weight", Some(DOWN)),
            ("backbone.layers.0.mixer.dt_bias", Some(SELECT)),
            ("vision_tower.patches", None),
        ] {
            assert_eq!(of_module(name), stages, "{name}");
        }
    }
}
