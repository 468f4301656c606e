//! GPT-2, GPT-NeoX and OPT.

use crate::import::huggingface::class::{Head, about, class};
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::mechanism::activation::activation;
use crate::import::huggingface::mechanism::attention::causal;
use crate::import::huggingface::mechanism::embedding::{positions, tokens, word_table, words};
use crate::import::huggingface::mechanism::head::{decoder_head, labels};
use crate::import::huggingface::mechanism::rotary::{rotary, rotary_share};
use crate::import::huggingface::mechanism::stack::{layers, norm};
use crate::import::huggingface::op::{Op, weight};
use crate::number;

/// GPT-2 and those built like it.
pub(super) fn gpt2(config: &mut Config<'_>, draft: &mut Draft) {
    causal(draft);
    let longest = config.size("n_positions");
    tokens(draft, longest);
    let d = config.size("n_embd");
    let heads = config.size("n_head");
    config.divides(("n_head", heads), ("n_embd", d));
    draft.dim("d", d, "model width");
    draft.dim("h", heads, "heads");
    // Four times as wide where nothing is said, as in `transformers`.
    let ffn = config.optional_size("n_inner").unwrap_or(4 * d);
    draft.dim("ffn", ffn, "width of the feed-forward layers");
    let count = config.layers("n_layer");
    draft.dim("layers", count, "layers");
    let vocab = config.size("vocab_size");
    draft.dim("vocab", vocab, "words");
    draft.attentions();
    let act = activation(config, "activation_function", "gelu-tanh");
    draft.slot("activation", act);
    if config.truth_or("add_cross_attention", false) {
        config.wrong(
            "add_cross_attention",
            "cross-attention in a GPT-2 is not known here",
        );
    }
    let classes = [
        ("GPT2LMHeadModel", Head::Words),
        ("GPT2DoubleHeadsModel", Head::WordsAndChoice),
        ("GPT2Model", Head::Hidden),
        ("GPT2ForSequenceClassification", Head::Sequence),
        ("GPT2ForTokenClassification", Head::Tokens),
        ("GPT2ForQuestionAnswering", Head::Spans),
    ];
    let (class, head) = class(config, &classes);
    about(draft, class);
    let scores_words = matches!(head, Head::Words | Head::WordsAndChoice);
    let tied = scores_words && config.truth_or("tie_word_embeddings", true);
    summary(config, head);
    let table = word_table(draft, tied);
    words(draft, &table);
    positions(draft, "words", longest);
    layers(draft, "decoder", "encoder-layer", "placed");
    norm(draft, "normed", "layer-norm", "decoder");
    decoder_head(config, draft, head, "normed", tied.then_some(&table));
}

/// How the two-headed GPT-2 makes one score of a sequence: by a linear layer on
/// one token, as its configs say unless they are changed.
fn summary(config: &mut Config<'_>, head: Head) {
    let kind = config.word("summary_type");
    let projected = config.truth_or("summary_use_proj", true);
    let activated = config.word("summary_activation").is_some();
    config.without_effect(&["summary_proj_to_labels"]);
    if head != Head::WordsAndChoice {
        return;
    }
    if kind.is_some_and(|kind| !["cls_index", "first", "last"].contains(&kind.value.as_str())) {
        config.wrong(
            "summary_type",
            "a summary of several tokens is not known here",
        );
    }
    if !projected || activated {
        let key = if projected {
            "summary_activation"
        } else {
            "summary_use_proj"
        };
        config.wrong(
            key,
            "a summary that is not a linear layer is not known here",
        );
    }
}

/// GPT-NeoX and Pythia.
pub(super) fn gpt_neox(config: &mut Config<'_>, draft: &mut Draft) {
    causal(draft);
    let longest = config.optional_size("max_position_embeddings");
    tokens(draft, longest.unwrap_or(u64::MAX));
    let d = plain_sizes(config, draft, "intermediate_size");
    let heads = config.size("num_attention_heads");
    draft.attentions();
    let act = activation(config, "hidden_act", "gelu");
    draft.slot("activation", act);
    let bias = config.truth_or("attention_bias", true);
    draft.switch("bias", bias);
    draft.switch("ffn_bias", true);
    // A quarter in `transformers`.
    let share = rotary_share(config, "rotary_pct", number::whole(1) / number::whole(4));
    rotary(draft, &share, (d / heads).max(1));
    let classes = [
        ("GPTNeoXForCausalLM", Head::Words),
        ("GPTNeoXModel", Head::Hidden),
        ("GPTNeoXForSequenceClassification", Head::Sequence),
        ("GPTNeoXForTokenClassification", Head::Tokens),
        ("GPTNeoXForQuestionAnswering", Head::Spans),
    ];
    let (class, head) = class(config, &classes);
    about(draft, class);
    let tied = head == Head::Words && config.truth_or("tie_word_embeddings", false);
    let table = word_table(draft, tied);
    words(draft, &table);
    let block = if config.truth_or("use_parallel_residual", true) {
        "parallel-layer"
    } else {
        "encoder-layer"
    };
    layers(draft, "decoder", block, "words");
    norm(draft, "normed", "layer-norm", "decoder");
    decoder_head(config, draft, head, "normed", tied.then_some(&table));
}

/// Sizes under their usual names; gives the model width.
fn plain_sizes(config: &mut Config<'_>, draft: &mut Draft, ffn: &'static str) -> u64 {
    let d = config.size("hidden_size");
    let heads = config.size("num_attention_heads");
    config.divides(("num_attention_heads", heads), ("hidden_size", d));
    draft.dim("d", d, "model width");
    draft.dim("h", heads, "heads");
    let ffn = config.size(ffn);
    draft.dim("ffn", ffn, "width of the feed-forward layers");
    let count = config.layers("num_hidden_layers");
    draft.dim("layers", count, "layers");
    let vocab = config.size("vocab_size");
    draft.dim("vocab", vocab, "words");
    d
}

/// OPT, whose words may be narrower than its layers, and whose table of
/// positions has two rows that stand for no position.
pub(super) fn opt(config: &mut Config<'_>, draft: &mut Draft) {
    causal(draft);
    let longest = config.size("max_position_embeddings");
    tokens(draft, longest);
    let d = plain_sizes(config, draft, "ffn_dim");
    draft.attentions();
    let act = activation(config, "activation_function", "relu");
    draft.slot("activation", act);
    let bias = config.truth_or("enable_bias", true);
    draft.switch("bias", bias);
    if !config.truth_or("layer_norm_elementwise_affine", true) {
        draft.switch("gain", false);
        draft.switch("shift", false);
    }
    let classes = [
        ("OPTForCausalLM", Head::Words),
        ("OPTModel", Head::Hidden),
        ("OPTForSequenceClassification", Head::Sequence),
        ("OPTForQuestionAnswering", Head::Spans),
    ];
    let (class, head) = class(config, &classes);
    about(draft, class);
    let tied = head == Head::Words && config.truth_or("tie_word_embeddings", true);
    let narrow = config.optional_size("word_embed_proj_dim").unwrap_or(d);
    let first = config.truth_or("do_layer_norm_before", true);
    let removed = config.truth_or("_remove_final_layer_norm", false);
    let mut stack = Stack {
        tied,
        table: String::new(),
        last: "decoder",
    };
    if narrow == d {
        stack.table = word_table(draft, tied);
        words(draft, &stack.table);
    } else {
        narrow_words(draft, narrow, &mut stack);
    }
    positions(draft, "words", longest + 2);
    layers(draft, "decoder", "encoder-layer", "placed");
    if first && !removed {
        norm(draft, "normed", "layer-norm", "decoder");
        stack.last = "normed";
    }
    if narrow != d {
        return narrow_head(config, draft, head, &stack);
    }
    let shared = tied.then_some(stack.table.as_str());
    decoder_head(config, draft, head, stack.last, shared);
}

/// What is known of an OPT while it is put together.
struct Stack {
    tied: bool,
    table: String,
    /// The op whose result the head takes.
    last: &'static str,
}

fn narrow_words(draft: &mut Draft, size: u64, stack: &mut Stack) {
    draft.dim("narrow", size, "width of a word before the layers");
    stack.table = if stack.tied {
        draft.weight(
            "table",
            "vocab narrow",
            "of words, for the embedding and the head",
        );
        "table".to_owned()
    } else {
        weight("vocab narrow")
    };
    draft.op(Op::new("narrow_words")
        .stage("embed")
        .gather("batch seq, v e -> batch seq e")
        .of(&["tokens", &stack.table]));
    draft.op(Op::new("words")
        .stage("embed")
        .einsum("batch seq e, e d -> batch seq d")
        .of(&["narrow_words", &weight("narrow d")]));
}

fn narrow_out(draft: &mut Draft, stack: &Stack) {
    draft.op(Op::new("narrowed")
        .stage("head")
        .einsum("batch seq d, d e -> batch seq e")
        .of(&[stack.last, &weight("d narrow")]));
}

/// What follows where words are narrower than the layers.
fn narrow_head(config: &mut Config<'_>, draft: &mut Draft, head: Head, stack: &Stack) {
    narrow_out(draft, stack);
    match head {
        Head::Words => narrow_logits(draft, stack),
        Head::Sequence => {
            labels(config, draft);
            narrow_scores(draft, "labels", false);
        }
        Head::Spans => narrow_scores(draft, "2", true),
        _ => {}
    }
}

fn narrow_scores(draft: &mut Draft, out: &str, bias: bool) {
    let op = Op::new("scores")
        .stage("head")
        .einsum("batch seq e, e c -> batch seq c")
        .of(&["narrowed", &weight(&format!("narrow {out}"))]);
    draft.op(if bias { op.bias() } else { op });
}

fn narrow_logits(draft: &mut Draft, stack: &Stack) {
    let table = match stack.tied {
        true => stack.table.clone(),
        false => weight("vocab narrow"),
    };
    draft.op(Op::new("logits")
        .stage("head")
        .einsum("batch seq e, v e -> batch seq v")
        .of(&["narrowed", &table]));
}
