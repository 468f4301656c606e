//! DeBERTa: scores from what tokens say and from how far apart they are, each
//! by itself.

use super::bert::{by_token, outline_without_attentions};
use crate::import::huggingface::block::Block;
use crate::import::huggingface::class::{Head, about, class_of};
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::mechanism::activation::activation;
use crate::import::huggingface::mechanism::disentangled::{Distances, Keys};
use crate::import::huggingface::mechanism::embedding::{positions, word_table, words};
use crate::import::huggingface::mechanism::head::{labels, sequence_scores};
use crate::import::huggingface::mechanism::stack::norm;
use crate::import::huggingface::op::{Op, weight};

/// The ends of the names of both versions' classes.
const ENDS: [(&str, Head); 6] = [
    ("Model", Head::Hidden),
    ("ForMaskedLM", Head::Words),
    ("ForMultipleChoice", Head::Choice),
    ("ForSequenceClassification", Head::Sequence),
    ("ForTokenClassification", Head::Tokens),
    ("ForQuestionAnswering", Head::Spans),
];

/// The first version: a row for every distance, of which a sequence needs those
/// that occur in it.
pub(super) fn deberta(config: &mut Config<'_>, draft: &mut Draft) {
    let (class, head) = class_of(config, "Deberta", &ENDS);
    about(draft, class);
    let rows = outline_without_attentions(config, draft);
    if config.truth_or("talking_head", false) {
        config.wrong(
            "talking_head",
            "heads that talk to each other are not known here",
        );
    }
    let span = config
        .size_above_zero("max_relative_positions")
        .unwrap_or(rows);
    let relative = config.truth_or("relative_attention", false);
    let distances = relative.then(|| {
        draft.dim("span", span, "distances in one direction");
        draft.dim_as("seen", "2 * min(seq, span)", "distances that occur");
        draft.op(Op::new("distances")
            .stage("relative")
            .reshape("seen d")
            .of(&[&weight("(2 * span) d")]));
        Distances {
            keys: Keys::Own([false, true]),
            ..distances(config)
        }
    });
    config.without_effect(&["position_buckets", "norm_rel_ebd", "share_att_key"]);
    encoder(config, draft, rows, (head, distances), [true, false, true]);
}

/// The second and third version: as many rows as buckets, from which keys and
/// queries are made in every layer.
pub(super) fn deberta_v2(config: &mut Config<'_>, draft: &mut Draft) {
    let (class, head) = class_of(config, "DebertaV2", &ENDS);
    about(draft, class);
    let rows = outline_without_attentions(config, draft);
    let most = config
        .size_above_zero("max_relative_positions")
        .unwrap_or(rows);
    let span = config.size_above_zero("position_buckets").unwrap_or(most);
    let normed = config.word("norm_rel_ebd");
    let normed = normed.is_some_and(|words| words.value.to_lowercase().contains("layer_norm"));
    let relative = config.truth_or("relative_attention", false);
    let shared = config.truth_or("share_att_key", false);
    let distances = relative.then(|| {
        draft.dim(
            "span",
            span,
            "distances that are told apart, in one direction",
        );
        let table = weight("(2 * span) d");
        match normed {
            true => {
                draft.weight("table_of_distances", "(2 * span) d", "");
                norm(draft, "distances", "layer-norm", "table_of_distances");
            }
            false => draft.op(Op::new("distances")
                .stage("relative")
                .reshape("(2 * span) d")
                .of(&[&table])),
        }
        Distances {
            keys: if shared {
                Keys::Shared
            } else {
                Keys::Own([true, true])
            },
            ..distances(config)
        }
    });
    encoder(config, draft, rows, (head, distances), [true; 3]);
}

/// Which of the two products with distances there are.
fn distances(config: &mut Config<'_>) -> Distances {
    let node = config.take("pos_att_type");
    let listed = match node {
        Some(node) if node.is_list() => {
            let texts = node.texts(&mut config.problems).unwrap_or_default();
            texts.into_iter().map(|text| text.value).collect()
        }
        Some(node) => {
            let text = node.text(&mut config.problems).map(|text| text.value);
            let text = text.unwrap_or_default().to_lowercase();
            text.split('|').map(|word| word.trim().to_owned()).collect()
        }
        None => Vec::new(),
    };
    let has = |name: &str| listed.iter().any(|word| word == name);
    Distances {
        content_to_position: has("c2p"),
        position_to_content: has("p2c"),
        keys: Keys::Shared,
    }
}

/// Words, layers and what follows them.
fn encoder(
    config: &mut Config<'_>,
    draft: &mut Draft,
    rows: u64,
    (head, distances): (Head, Option<Distances>),
    biases: [bool; 3],
) {
    let tied = head == Head::Words && config.truth_or("tie_word_embeddings", true);
    let table = word_table(draft, tied);
    embedded(config, draft, (rows, &table));
    let convolved = convolution(config, draft);
    let layer = layer(draft, distances, biases);
    let mut inputs = vec!["embedded"];
    if distances.is_some() {
        draft.remark(
            "Every token is multiplied with all rows of the table of distances, from which its \
             scores are then taken, as its authors describe it.",
        );
        inputs.push("distances");
    }
    let last = if convolved { "layers_out" } else { "encoder" };
    draft.op(Op::new(last).block(&layer).repeat("layers").of(&inputs));
    if convolved {
        draft.op(Op::new("mixed")
            .stage("residual")
            .apply("layers_out + convolved_act"));
        norm(draft, "encoder", "layer-norm", "mixed");
    }
    config.without_effect(&[
        "legacy",
        "max_relative_positions",
        "norm_rel_ebd",
        "pooler_dropout",
        "pos_att_type",
        "position_buckets",
        "share_att_key",
    ]);
    heads(config, draft, head, (tied, &table));
}

/// Words, with segments and positions where there are any.
fn embedded(config: &mut Config<'_>, draft: &mut Draft, (rows, table): (u64, &str)) {
    if let Some(width) = config.optional_size("embedding_size")
        && draft.value("d") != Some(&width.to_string())
    {
        config.wrong(
            "embedding_size",
            "words narrower than layers are not known here",
        );
    }
    words(draft, table);
    let mut last = "words";
    if config.truth_or("position_biased_input", true) {
        positions(draft, last, rows);
        last = "placed";
    }
    let kinds = config.count_or("type_vocab_size", 0);
    if kinds > 0 {
        draft.dim("kinds", kinds, "kinds of segments");
        draft.indices("segments", "batch seq");
        draft.op(Op::new("parts")
            .stage("embed")
            .gather("batch seq, s d -> batch seq d")
            .of(&["segments", &weight("kinds d")]));
        let sum = format!("{last} + parts");
        draft.op(Op::new("marked").stage("embed").apply(&sum));
        last = "marked";
    }
    norm(draft, "embedded", "layer-norm", last);
}

/// A convolution over tokens beside the first layer, where the config has one.
fn convolution(config: &mut Config<'_>, draft: &mut Draft) -> bool {
    let groups = config.size_above_zero("conv_groups").unwrap_or(1);
    let act = activation(config, "conv_act", "tanh");
    let Some(kernel) = config.size_above_zero("conv_kernel_size") else {
        return false;
    };
    if groups != 1 {
        config.wrong("conv_groups", "convolutions of groups are not known here");
    }
    if kernel.is_multiple_of(2) {
        let message = "a convolution over an even number of tokens gives fewer than it takes";
        config.wrong("conv_kernel_size", message);
    }
    draft.dim("kernel", kernel, "tokens that the convolution sees");
    draft.op(Op::new("convolved")
        .comment("added to what the first layer gives")
        .stage("conv")
        .einsum("batch (seq + t - (kernel - 1) / 2) c, o c t -> batch seq o")
        .of(&["embedded", &weight("d d kernel")])
        .bias());
    draft.op(Op::new("convolved_act")
        .stage("conv")
        .block(act)
        .of(&["convolved"]));
    true
}

/// A layer; gives the name of its block.
fn layer(draft: &mut Draft, distances: Option<Distances>, biases: [bool; 3]) -> String {
    let Some(distances) = distances else {
        draft.switch("k_bias", biases[1]);
        return "encoder-layer".to_owned();
    };
    let attention = draft.block("disentangled", distances.block(biases));
    let mut block = Block::new(&[("x", "b n d"), ("distances", "p d")]);
    block.needs(&["h", "ffn"]);
    block.slot("feed-forward", "mlp");
    let op = |name: &str, stage: &str| Op::new(name).stage(stage);
    block.op(Op::new("attention")
        .block(&attention)
        .of(&["x", "distances"]));
    block.op(op("attended", "residual").apply("x + attention"));
    block.op(op("attended_norm", "norm")
        .block("layer-norm")
        .of(&["attended"]));
    block.op(Op::new("ffn_out")
        .slot("feed-forward")
        .of(&["attended_norm"]));
    block.op(op("fed", "residual").apply("attended_norm + ffn_out"));
    block.op(op("fed_norm", "norm").block("layer-norm").of(&["fed"]));
    draft.block("disentangled-layer", block)
}

fn heads(config: &mut Config<'_>, draft: &mut Draft, head: Head, (tied, table): (bool, &str)) {
    let act = activation(config, "pooler_hidden_act", "gelu");
    config.without_effect(&["pooler_hidden_size"]);
    match head {
        Head::Words => {
            super::bert::masked(draft, tied, table);
            super::bert::second_bias(draft, table);
        }
        Head::Choice => {
            pooled(config, draft, act);
            sequence_scores(draft, "pooled", "1");
        }
        Head::Sequence => {
            pooled(config, draft, act);
            labels(config, draft);
            sequence_scores(draft, "pooled", "labels");
        }
        other => by_token(config, draft, other),
    }
}

/// The first token, through a linear layer and an activation.
fn pooled(config: &mut Config<'_>, draft: &mut Draft, act: &str) {
    if let Some(width) = config.optional_size("pooler_hidden_size")
        && draft.value("d") != Some(&width.to_string())
    {
        let message =
            "the pooler takes the first token as it is: it must be as wide as `hidden_size`";
        config.wrong("pooler_hidden_size", message);
    }
    let op = |name: &str| Op::new(name).stage("pooler");
    draft.op(op("first").take("batch seq d -> batch d").of(&["encoder"]));
    draft.op(op("dense")
        .einsum("batch d, d e -> batch e")
        .of(&["first", &weight("d d")])
        .bias());
    draft.op(op("pooled").block(act).of(&["dense"]));
}
