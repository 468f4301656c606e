//! What is read apart in one stage. A token reads the matrices of a few experts,
//! and all of one that is shared; a row of a table of words, and all of it where
//! it is the head's, too. Numbers that differ in how many of them are read must
//! not share the mean of their bits.

/// A part of the weights of a stage, in the order in which model files list them:
/// what ops are named for first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// Experts that are chosen for a token.
    Chosen,
    /// A table of positions.
    Positions,
    /// A table of kinds of segments.
    Segments,
    /// All else.
    Rest,
}

/// What files call a table of positions.
const POSITIONS: [&str; 5] = [
    "position_embd",
    "position_embeddings",
    "position_embedding",
    "embed_positions",
    "wpe",
];

/// The ops that take the weights of chosen experts.
const CHOOSING: [(&str, &[&str]); 5] = [
    ("ffn-gate", &["gate_weights", "gate_biases"]),
    ("ffn-up", &["up_weights", "up_biases"]),
    ("ffn-down", &["down_weights", "down_biases"]),
    ("q-proj", &["q_weights"]),
    ("out-proj", &["out_weights"]),
];

impl Part {
    /// The part of a tensor, by what files call it.
    pub(super) fn of(name: &str) -> Part {
        let has = |known: &[&str]| name.split('.').any(|own| known.contains(&own));
        let is_chosen = |own: &str| own == "experts" || own.ends_with("_exps");
        if name.split('.').any(is_chosen) {
            Part::Chosen
        } else if has(&POSITIONS) {
            Part::Positions
        } else if has(&["token_types", "token_type_embeddings"]) {
            Part::Segments
        } else {
            Part::Rest
        }
    }

    /// The ops that take its weights alone, among those of some stages.
    pub(super) fn ops(self, stages: &[&'static str]) -> Vec<&'static str> {
        match self {
            Part::Chosen => {
                let choosing = CHOOSING.iter().filter(|(stage, _)| stages.contains(stage));
                choosing.flat_map(|(_, ops)| *ops).copied().collect()
            }
            // Rows of positions that are looked up, or all of them added.
            Part::Positions => vec!["rows", "placed", "waves"],
            Part::Segments => vec!["parts"],
            Part::Rest => Vec::new(),
        }
    }
}

/// Attention to another sequence, whose keys and values are made once.
const CROSS: [&str; 4] = [
    "encoder_attn",
    "EncDecAttention",
    "crossattention",
    "cross_attn",
];

/// Where in a model a tensor of a layer is, as far as names tell: in which stack,
/// an encoder or a decoder, and whether in what looks from one to the other. What
/// is in one place is read equally often. Tensors of no layer have no place.
pub(super) fn place(name: &str) -> Option<String> {
    let is_number = |own: &str| !own.is_empty() && own.bytes().all(|c| c.is_ascii_digit());
    let stack = name.split('.').take_while(|own| !is_number(own));
    let mut parts: Vec<&str> = stack.collect();
    if parts.len() == name.split('.').count() {
        return None;
    }
    parts.extend(name.split('.').filter(|own| CROSS.contains(own)));
    if Part::of(name) == Part::Chosen {
        parts.push("experts");
    }
    Some(parts.join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_what_is_read_apart() {
        for (name, part, stack) in [
            (
                "blk.3.ffn_up_exps.weight",
                Part::Chosen,
                Some("blk.experts"),
            ),
            ("blk.3.ffn_up_shexp.weight", Part::Rest, Some("blk")),
            ("position_embd.weight", Part::Positions, None),
            ("token_embd.weight", Part::Rest, None),
            (
                "model.layers.0.mlp.experts.7.up_proj.weight",
                Part::Chosen,
                Some("model.layers.experts"),
            ),
            (
                "model.layers.0.mlp.shared_experts.up_proj.weight",
                Part::Rest,
                Some("model.layers"),
            ),
            ("transformer.wpe.weight", Part::Positions, None),
            (
                "model.decoder.embed_positions.weight",
                Part::Positions,
                None,
            ),
            (
                "text_model.embeddings.position_embedding.weight",
                Part::Positions,
                None,
            ),
            (
                "model.decoder.layers.0.encoder_attn.k_proj.weight",
                Part::Rest,
                Some("model.decoder.layers.encoder_attn"),
            ),
        ] {
            assert_eq!(Part::of(name), part, "{name}");
            assert_eq!(place(name).as_deref(), stack, "{name}");
        }
    }
}
