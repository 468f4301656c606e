//! BART and Marian: an encoder and a decoder over words of one vocabulary.

use crate::import::huggingface::class::{Head, about, class, class_of};
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::mechanism::activation::activation;
use crate::import::huggingface::mechanism::embedding::{
    limited, positions, tokens, word_table, words,
};
use crate::import::huggingface::mechanism::encoder_decoder::{
    OF_DECODER, decoder_alone, lone_layers, masked_by_half, sides, target_class, target_logits,
    target_scores,
};
use crate::import::huggingface::mechanism::head::logits;
use crate::import::huggingface::mechanism::stack::norm;
use crate::import::huggingface::op::Op;

/// What the two differ in.
struct Traits {
    /// Rows of the tables of positions that stand for none.
    spare: u64,
    /// Whether positions are waves, which are no parameters.
    waves: bool,
    /// Whether words are normalised before the layers.
    normed: bool,
    /// Whether there is a norm behind the layers.
    last_norm: bool,
    activation: &'static str,
}

/// BART's.
const BART: Traits = Traits {
    spare: 2,
    waves: false,
    normed: true,
    last_norm: false,
    activation: "gelu",
};

/// Writes a family down that has the classes of `base`.
fn family(config: &mut Config<'_>, draft: &mut Draft, base: &str, traits: &Traits) {
    let (class, head) = class_of(config, base, &HEADS);
    about(draft, class);
    whole(config, draft, traits, head);
}

/// The ends of the names of their classes.
const HEADS: [(&str, Head); 5] = [
    ("ForConditionalGeneration", Head::Words),
    ("Model", Head::Hidden),
    ("ForSequenceClassification", Head::Sequence),
    ("ForQuestionAnswering", Head::Spans),
    ("ForCausalLM", Head::DecoderAlone),
];

/// Norms before both parts, and behind all layers.
pub(super) fn mbart(config: &mut Config<'_>, draft: &mut Draft) {
    let traits = Traits {
        last_norm: true,
        ..BART
    };
    family(config, draft, "MBart", &traits);
}

pub(super) fn plbart(config: &mut Config<'_>, draft: &mut Draft) {
    family(config, draft, "PLBart", &BART);
}

pub(super) fn mvp(config: &mut Config<'_>, draft: &mut Draft) {
    if config.truth_or("use_prompt", false) {
        config.wrong("use_prompt", "prompts of layers are not known here");
    }
    config.without_effect(&["prompt_length", "prompt_mid_dim"]);
    family(config, draft, "Mvp", &BART);
}

/// M2M-100 and NLLB.
pub(super) fn m2m_100(config: &mut Config<'_>, draft: &mut Draft) {
    let traits = Traits {
        waves: true,
        normed: false,
        last_norm: true,
        activation: "relu",
        ..BART
    };
    family(config, draft, "M2M100", &traits);
}

/// Its waves stand in a table among the parameters.
pub(super) fn pegasus(config: &mut Config<'_>, draft: &mut Draft) {
    let traits = Traits {
        spare: 0,
        normed: false,
        last_norm: true,
        ..BART
    };
    family(config, draft, "Pegasus", &traits);
}

pub(super) fn blenderbot(config: &mut Config<'_>, draft: &mut Draft) {
    let traits = Traits {
        spare: 0,
        normed: false,
        last_norm: true,
        ..BART
    };
    family(config, draft, "Blenderbot", &traits);
}

pub(super) fn blenderbot_small(config: &mut Config<'_>, draft: &mut Draft) {
    let traits = Traits { spare: 0, ..BART };
    family(config, draft, "BlenderbotSmall", &traits);
}

/// BART.
pub(super) fn bart(config: &mut Config<'_>, draft: &mut Draft) {
    family(config, draft, "Bart", &BART);
}

/// Marian.
pub(super) fn marian(config: &mut Config<'_>, draft: &mut Draft) {
    let classes = [
        ("MarianMTModel", Head::Words),
        ("MarianModel", Head::Hidden),
        ("MarianForCausalLM", Head::DecoderAlone),
    ];
    let (class, head) = class(config, &classes);
    about(draft, class);
    if !config.truth_or("share_encoder_decoder_embeddings", true) {
        config.wrong(
            "share_encoder_decoder_embeddings",
            "tables of words that the two sides do not share are not known here",
        );
    }
    let traits = Traits {
        spare: 0,
        normed: false,
        ..BART
    };
    whole(config, draft, &traits, head);
}

fn whole(config: &mut Config<'_>, draft: &mut Draft, traits: &Traits, head: Head) {
    // What `is_decoder` says, the class says, too.
    config.without_effect(&["is_decoder", "add_cross_attention", "num_hidden_layers"]);
    match head {
        Head::DecoderAlone => lone(config, draft, traits),
        _ => both(config, draft, traits, head),
    }
    if head == Head::Sequence {
        target_class(config, draft);
    }
}

/// The decoder by itself.
fn lone(config: &mut Config<'_>, draft: &mut Draft, traits: &Traits) {
    let rows = config.size("max_position_embeddings");
    tokens(draft, rows);
    decoder_alone(config, draft);
    draft.attentions();
    let act = activation(config, "activation_function", traits.activation);
    draft.slot("activation", act);
    let tied = config.truth_or("tie_word_embeddings", true);
    let table = word_table(draft, tied);
    let mut last = "words";
    words(draft, &table);
    if config.truth_or("scale_embedding", false) {
        draft.op(Op::new("scaled")
            .comment("by the root of d")
            .stage("embed")
            .scaled()
            .of(&[last]));
        last = "scaled";
    }
    if traits.waves {
        draft.op(waves("placed", last));
    } else {
        positions(draft, last, rows + traits.spare);
    }
    last = "placed";
    if traits.normed {
        norm(draft, "embedded", "layer-norm", last);
        last = "embedded";
    }
    // Queries, keys, values and the projection behind them have a bias each.
    lone_layers(draft, last, 4);
    last = "decoder";
    if traits.last_norm {
        norm(draft, "normed", "layer-norm", last);
        last = "normed";
    }
    logits(draft, last, tied.then_some(&table));
}

fn both(config: &mut Config<'_>, draft: &mut Draft, traits: &Traits, head: Head) {
    masked_by_half(draft);
    let rows = config.size("max_position_embeddings");
    draft.indices("tokens", "batch seq");
    if !traits.waves {
        draft.indices("position_ids", "seq");
    }
    draft.indices("target_tokens", "batch target");
    if !traits.waves {
        draft.indices("target_position_ids", "target");
    }
    draft.dim("batch", 1, "sequences");
    draft.dim("seq", Config::usual_length(rows), "tokens of the source");
    draft.dim("target", Config::usual_length(rows), "tokens of the target");
    sides(config, draft);
    if !traits.waves {
        limited(draft);
        draft.dim(
            "positions",
            rows + traits.spare,
            "rows of either table of positions",
        );
    }
    draft.attentions();
    let act = activation(config, "activation_function", traits.activation);
    draft.slot("activation", act);
    let tied = config.truth_or("tie_word_embeddings", true);
    if !tied {
        config.wrong(
            "tie_word_embeddings",
            "tables of words that are not shared are not known here",
        );
    }
    let table = word_table(draft, true);
    let scaled = config.truth_or("scale_embedding", false);
    side(draft, "", "seq", &table, (scaled, traits));
    let stack = if traits.last_norm {
        "encoder_layers"
    } else {
        "encoder"
    };
    draft.op(Op::new(stack)
        .block("encoder-layer")
        .repeat("layers")
        .of(&[if traits.normed { "embedded" } else { "placed" }]));
    if traits.last_norm {
        norm(draft, "encoder", "layer-norm", stack);
    }
    side(draft, "target_", "target", &table, (scaled, traits));
    let stack = if traits.last_norm {
        "decoder_layers"
    } else {
        "decoder"
    };
    draft.op(Op::new(stack)
        .block("decoder-layer")
        .with(&OF_DECODER)
        .repeat("decoder_count")
        .of(&[
            if traits.normed {
                "target_embedded"
            } else {
                "target_placed"
            },
            "encoder",
        ]));
    if traits.last_norm {
        norm(draft, "decoder", "layer-norm", stack);
    }
    match head {
        Head::Words => target_logits(draft, "decoder", Some(&table)),
        Head::Spans => target_scores(draft, "decoder", "2"),
        _ => {}
    }
}

/// The words of one side, with their positions.
fn side(draft: &mut Draft, of: &str, length: &str, table: &str, (scaled, traits): (bool, &Traits)) {
    let name = |what: &str| format!("{of}{what}");
    let mut last = name("words");
    draft.op(Op::new(&last)
        .stage("embed")
        .gather(&format!("batch {length}, v d -> batch {length} d"))
        .of(&[&name("tokens"), table]));
    if scaled {
        draft.op(Op::new(&name("scaled"))
            .comment("by the root of d")
            .stage("embed")
            .scaled()
            .of(&[&last]));
        last = name("scaled");
    }
    draft.op(match traits.waves {
        true => waves(&name("placed"), &last),
        false => Op::new(&name("placed"))
            .stage("embed")
            .block("positions")
            .of(&[&last, &name("position_ids")]),
    });
    if traits.normed {
        norm(draft, &name("embedded"), "layer-norm", &name("placed"));
    }
}

/// Waves of the positions, added to words.
fn waves(name: &str, x: &str) -> Op {
    Op::new(name)
        .comment("waves of the positions")
        .stage("embed")
        .per_element("add = 1")
        .of(&[x])
}
