//! Configs as both lines of `transformers` save them (4.57 and 5.24): fields
//! that changed their names, what is left out and what is `null`, numbers that
//! only Python writes, and the heads of every class.
//!
//! The networks are so small that every number is worked out beside it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::*;
use picojoule::energy::Counted;
use picojoule::format::Precision;
use picojoule::import::Imported;
use picojoule::import::huggingface::import;
use picojoule::primitive::Primitive;
use picojoule::source::Source;
use picojoule::table::DeviceNumber;

fn imported(text: &str) -> Imported {
    import(&Source::new("m.json", text)).unwrap_or_else(|problems| panic!("{problems}\n{text}"))
}

fn counts(text: &str, settings: &[(&str, u64)]) -> Counted {
    let model = model(&imported(text).text);
    counted(&model, model.variant_names()[0], &set(settings))
}

fn parameters(text: &str) -> String {
    counts(text, &[]).parameters.to_string()
}

/// What is said of a config that cannot be imported.
fn refused(text: &str) -> String {
    import(&Source::new("m.json", text))
        .expect_err("an error")
        .render(false)
}

/// `text` with one place changed.
fn change(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from} in {text}");
    text.replacen(from, to, 1)
}

/// The notes on a config, in one text.
fn notes(text: &str) -> String {
    imported(text).notes.join("\n")
}

const MIXTRAL: &str = r#"{ "model_type": "mixtral", "architectures": ["MixtralForCausalLM"],
    "hidden_size": 8, "num_attention_heads": 4, "num_key_value_heads": 2,
    "intermediate_size": 16, "num_hidden_layers": 1, "vocab_size": 11,
    "num_local_experts": 3, "num_experts_per_tok": 2, "max_position_embeddings": 4 }"#;

#[test]
fn how_many_experts_there_are_has_four_names() {
    // Two tables of 11·8, q and out 8·8, k and v 8·4, a router of 8·3, three
    // experts of three matrices of 8·16, three norms of 8.
    let right = 2 * 88 + 2 * 64 + 2 * 32 + 24 + 3 * 3 * 128 + 24;
    for name in [
        "num_local_experts",
        "num_experts",
        "n_routed_experts",
        "moe_num_experts",
    ] {
        let text = change(MIXTRAL, "num_local_experts", name);
        assert_eq!(parameters(&text), right.to_string(), "{name}");
        assert_eq!(notes(&text), "", "{name}");
    }
    let none = change(MIXTRAL, "\"num_local_experts\": 3,", "");
    assert!(refused(&none).contains("needs `num_local_experts`"));
}

#[test]
fn null_heads_of_keys_are_all_heads_and_missing_ones_are_asked_for() {
    // k and v have 8·8 instead of 8·4.
    let some: u64 = parameters(MIXTRAL).parse().unwrap();
    let text = change(
        MIXTRAL,
        "\"num_key_value_heads\": 2",
        "\"num_key_value_heads\": null",
    );
    assert_eq!(parameters(&text), (some + 2 * 32).to_string());
    let text = change(MIXTRAL, "\"num_key_value_heads\": 2,", "");
    assert!(refused(&text).contains("needs `num_key_value_heads`"));
}

const DEEPSEEK: &str = r#"{ "model_type": "deepseek_v3", "architectures": ["DeepseekV3Model"],
    "hidden_size": 8, "intermediate_size": 16, "num_hidden_layers": 1,
    "num_attention_heads": 2, "num_key_value_heads": 2, "vocab_size": 11,
    "n_routed_experts": 3, "num_experts_per_tok": 2, "moe_intermediate_size": 4,
    "q_lora_rank": 6, "kv_lora_rank": 5, "qk_rope_head_dim": 2, "qk_nope_head_dim": 3,
    "v_head_dim": 4, "first_k_dense_replace": 0, "n_shared_experts": 1,
    "n_group": 1, "topk_group": 1, "max_position_embeddings": 4 }"#;

#[test]
fn the_bias_of_a_router_is_moved_and_not_learnt() {
    // Words 11·8. Queries 8·6, a norm of 6, 6·2·(3 + 2); keys and values
    // 8·(5 + 2), a norm of 5, 5·2·(3 + 4); out 2·4·8. A router of 8·3, whose
    // three numbers that are added before the choice are a buffer; three
    // experts and a shared one of three matrices of 8·4; three norms of 8.
    let attention = 48 + 6 + 60 + 56 + 5 + 70 + 64;
    let right = 88 + attention + 24 + 4 * 3 * 32 + 24;
    assert_eq!(parameters(DEEPSEEK), right.to_string());
    assert_eq!(notes(DEEPSEEK), "");
}

#[test]
fn a_rank_that_is_missing_is_the_librarys_and_null_is_none() {
    let some: u64 = parameters(DEEPSEEK).parse().unwrap();
    // 1536 for 6: 8 + 1 + 10 numbers for each.
    let text = change(DEEPSEEK, "\"q_lora_rank\": 6,", "");
    assert_eq!(parameters(&text), (some + (1536 - 6) * 19).to_string());
    assert!(notes(&text).contains("`q_lora_rank` = 1536"));
    // None: queries from the 8 numbers of a token, without a norm.
    let text = change(DEEPSEEK, "\"q_lora_rank\": 6", "\"q_lora_rank\": null");
    assert_eq!(parameters(&text), (some + 80 - 6 * 19).to_string());
    assert_eq!(notes(&text), "");
}

const T5: &str = r#"{ "model_type": "t5", "architectures": ["T5ForConditionalGeneration"],
    "d_model": 8, "d_kv": 4, "d_ff": 16, "num_layers": 1, "num_decoder_layers": 1,
    "num_heads": 2, "vocab_size": 11, "relative_attention_num_buckets": 3,
    "n_positions": 4, "num_labels": 3 }"#;

/// A field before all others.
fn with(text: &str, field: &str) -> String {
    change(text, "{", &format!("{{ {field},"))
}

#[test]
fn t5_has_a_table_of_its_own_for_the_head_where_either_field_says_so() {
    let tied: u64 = parameters(T5).parse().unwrap();
    let own = (tied + 11 * 8).to_string();
    assert_eq!(
        parameters(&with(T5, "\"tie_word_embeddings\": false")),
        own,
        "as 4.57 saves it"
    );
    let saved_by_5 = "\"tie_word_embeddings\": true, \"scale_decoder_outputs\": false";
    assert_eq!(parameters(&with(T5, saved_by_5)), own);
    let tied_by_5 = "\"tie_word_embeddings\": true, \"scale_decoder_outputs\": true";
    assert_eq!(parameters(&with(T5, tied_by_5)), tied.to_string());
}

#[test]
fn a_decoder_of_null_layers_is_as_deep_as_the_encoder() {
    let text = change(
        T5,
        "\"num_decoder_layers\": 1",
        "\"num_decoder_layers\": null",
    );
    assert_eq!(parameters(&text), parameters(T5));
}

const GEMMA: &str = r#"{ "model_type": "gemma3", "architectures": ["Gemma3ForConditionalGeneration"],
    "id2label": { "0": "a", "1": "b", "2": "c" }, "vision_config": { "hidden_size": 4 },
    "text_config": { "model_type": "gemma3_text", "hidden_size": 8, "num_attention_heads": 2,
      "num_key_value_heads": 1, "head_dim": 4, "intermediate_size": 16, "num_hidden_layers": 1,
      "vocab_size": 11, "sliding_window": 4, "max_position_embeddings": 4,
      "tie_word_embeddings": true } }"#;

#[test]
fn a_tie_said_of_the_whole_stands_over_that_of_the_part() {
    let tied: u64 = parameters(GEMMA).parse().unwrap();
    let text = with(GEMMA, "\"tie_word_embeddings\": false");
    assert_eq!(parameters(&text), (tied + 88).to_string());
    // The part decides where the whole says nothing.
    let text = change(
        GEMMA,
        "\"tie_word_embeddings\": true",
        "\"tie_word_embeddings\": false",
    );
    assert_eq!(parameters(&text), (tied + 88).to_string());
    let text = with(&text, "\"tie_word_embeddings\": true");
    assert_eq!(parameters(&text), tied.to_string());
}

#[test]
fn a_window_that_is_missing_is_the_librarys_where_windows_are_used() {
    let text = r#"{ "model_type": "qwen2", "architectures": ["Qwen2Model"], "hidden_size": 8,
        "num_attention_heads": 2, "num_key_value_heads": 2, "intermediate_size": 16,
        "num_hidden_layers": 1, "vocab_size": 11, "max_window_layers": 0,
        "use_sliding_window": true }"#;
    // 5000 tokens, of which every one looks at 4096: 2·5000·4096·8 of scores
    // and contexts, 4·64 + 3·128 for a token.
    let macs = |text: &str| counts(text, &[("seq", 5000)]).macs.to_string();
    let of_tokens: u64 = 5000 * (4 * 64 + 3 * 128);
    let windowed = of_tokens + 2 * 5000 * 4096 * 8;
    assert_eq!(macs(text), windowed.to_string());
    let null = with(text, "\"sliding_window\": null");
    let whole = of_tokens + 2 * 5000 * 5000 * 8;
    assert_eq!(macs(&null), whole.to_string());
}

#[test]
fn numbers_that_only_python_writes_are_read() {
    let text = with(
        MIXTRAL,
        "\"initializer_range\": Infinity, \"rope_theta\": NaN",
    );
    assert_eq!(parameters(&text), parameters(MIXTRAL));
    assert_eq!(notes(&text), "");
    // Where a number counts, none of these is one.
    for wrong in ["Infinity", "-Infinity", "NaN"] {
        let text = change(
            MIXTRAL,
            "\"vocab_size\": 11",
            &format!("\"vocab_size\": {wrong}"),
        );
        let told = refused(&text);
        assert!(
            told.contains(&format!("found `{wrong}`")) && told.contains("m.json:3:"),
            "{told}"
        );
    }
}

#[test]
fn fields_that_nobody_knows_are_named() {
    let text = with(
        MIXTRAL,
        "\"frobnicate\": 3, \"use_cache\": true, \"evil\\n]x\": 1",
    );
    let told = notes(&text);
    assert!(
        told.contains("not known here, and not read: `frobnicate`, `evilx`."),
        "{told}"
    );
    // Within a part, too.
    let text = change(GEMMA, "\"head_dim\": 4", "\"head_dim\": 4, \"altup\": true");
    assert!(notes(&text).contains("`altup`"), "{}", notes(&text));
    // Not more than a reader wants to see.
    let many: Vec<String> = (0..1000).map(|at| format!("\"field{at}\": 1")).collect();
    let told = notes(&with(MIXTRAL, &many.join(",")));
    assert!(told.ends_with("`field19` and 980 more."), "{told}");
}

/// The parameters of a config for each of some classes, beyond those of the
/// first class, which has `base`.
fn heads(text: &str, base: (&str, u64), others: &[(&str, i64)]) {
    let of = |class: &str| {
        let named = format!("\"architectures\": [\"{class}\"]");
        let first = format!("\"architectures\": [\"{}\"]", base.0);
        parameters(&change(text, &first, &named))
    };
    assert_eq!(of(base.0), base.1.to_string(), "{}", base.0);
    for (class, more) in others {
        let right = i64::try_from(base.1).unwrap() + more;
        assert_eq!(of(class), right.to_string(), "{class}");
    }
}

/// A layer of 8 numbers a token: four matrices with biases, 8·16 twice with
/// biases, two norms.
const LAYER: u64 = 4 * 72 + (128 + 16) + (128 + 8) + 2 * 16;
/// The same with a second attention, and a norm for it.
const CROSSED: u64 = LAYER + 4 * 72 + 16;

#[test]
fn heads_of_encoders() {
    let bert = r#"{ "model_type": "bert", "architectures": ["BertModel"], "hidden_size": 8,
        "num_attention_heads": 2, "intermediate_size": 16, "num_hidden_layers": 1,
        "vocab_size": 11, "max_position_embeddings": 6, "type_vocab_size": 2,
        "id2label": { "0": "a", "1": "b", "2": "c" } }"#;
    // Words, positions, segments and a norm; a layer; a pooler of 8·8 + 8.
    let base = (88 + 48 + 16 + 16) + LAYER + 72;
    // Scores of words: a linear layer, a norm, a bias for each word.
    let words = 72 + 16 + 11 - 72;
    heads(
        bert,
        ("BertModel", base),
        &[
            ("BertLMHeadModel", words),
            ("BertForMaskedLM", words),
            ("BertForPreTraining", words + 72 + 18),
            ("BertForNextSentencePrediction", 18),
            ("BertForMultipleChoice", 9),
            ("BertForSequenceClassification", 27),
            ("BertForTokenClassification", 27 - 72),
            ("BertForQuestionAnswering", 27 - 72),
        ],
    );
    let roberta = bert
        .replace("\"bert\"", "\"roberta\"")
        .replace("BertModel", "RobertaModel");
    heads(
        &roberta,
        ("RobertaModel", base),
        &[
            ("RobertaForCausalLM", words),
            ("RobertaForMultipleChoice", 9),
            ("RobertaForSequenceClassification", 27),
        ],
    );
    let distil = r#"{ "model_type": "distilbert", "architectures": ["DistilBertModel"], "dim": 8,
        "n_heads": 2, "hidden_dim": 16, "n_layers": 1, "vocab_size": 11,
        "max_position_embeddings": 6 }"#;
    heads(
        distil,
        ("DistilBertModel", 88 + 48 + 16 + LAYER),
        &[
            ("DistilBertForMultipleChoice", 72 + 9),
            ("DistilBertForSequenceClassification", 72 + 18),
        ],
    );
}

#[test]
fn an_encoder_that_is_masked_is_still_one() {
    let text = r#"{ "model_type": "bert", "architectures": ["BertLMHeadModel"], "hidden_size": 8,
        "num_attention_heads": 2, "intermediate_size": 16, "num_hidden_layers": 1,
        "vocab_size": 11, "max_position_embeddings": 6, "is_decoder": true }"#;
    let free = change(text, "\"is_decoder\": true", "\"is_decoder\": false");
    assert_eq!(parameters(text), parameters(&free));
    assert_eq!(counts(text, &[]).macs, counts(&free, &[]).macs);
    let crossed = with(text, "\"add_cross_attention\": true");
    assert!(refused(&crossed).contains("attends to another one"));
    let relative = with(text, "\"position_embedding_type\": \"relative_key\"");
    assert!(refused(&relative).contains("other than `absolute`"));
}

#[test]
fn heads_of_decoders() {
    let gpt2 = r#"{ "model_type": "gpt2", "architectures": ["GPT2LMHeadModel"], "n_embd": 8,
        "n_head": 2, "n_inner": 16, "n_layer": 1, "n_positions": 6, "vocab_size": 11,
        "summary_type": "cls_index", "summary_use_proj": true, "summary_activation": null }"#;
    heads(
        gpt2,
        ("GPT2LMHeadModel", 88 + 48 + LAYER + 16),
        &[("GPT2DoubleHeadsModel", 8 + 1)],
    );
    // Words of 4 numbers, widened to 8 and narrowed again.
    let opt = r#"{ "model_type": "opt", "architectures": ["OPTModel"], "hidden_size": 8,
        "num_attention_heads": 2, "ffn_dim": 16, "num_hidden_layers": 1, "vocab_size": 11,
        "max_position_embeddings": 6, "word_embed_proj_dim": 4, "num_labels": 3 }"#;
    heads(
        opt,
        ("OPTModel", 44 + 2 * 32 + 64 + LAYER + 16),
        &[
            ("OPTForCausalLM", 0),
            ("OPTForSequenceClassification", 12),
            ("OPTForQuestionAnswering", 8 + 2),
        ],
    );
    let text = change(
        GEMMA,
        "Gemma3ForConditionalGeneration",
        "Gemma3ForSequenceClassification",
    );
    let tied: u64 = parameters(GEMMA).parse().unwrap();
    assert_eq!(parameters(&text), (tied + 3 * 8).to_string());
}

#[test]
fn heads_of_encoders_with_decoders() {
    // T5 has neither biases nor shifts: words; on either side a table of
    // distances 3·2, matrices, a norm of 8 before each part and at the end.
    let encoder = 6 + 4 * 64 + 2 * 128 + 3 * 8;
    let decoder = 6 + 8 * 64 + 2 * 128 + 4 * 8;
    let t5 = change(T5, "T5ForConditionalGeneration", "T5Model");
    heads(
        &t5,
        ("T5Model", 88 + encoder + decoder),
        &[
            ("T5ForSequenceClassification", 72 + 27),
            ("T5ForQuestionAnswering", 27),
            ("T5ForTokenClassification", 27 - 806),
            ("T5EncoderModel", -806),
        ],
    );
    assert_eq!(decoder, 806);
    let bart = r#"{ "model_type": "bart", "architectures": ["BartModel"], "d_model": 8,
        "encoder_attention_heads": 2, "decoder_attention_heads": 2, "encoder_ffn_dim": 16,
        "decoder_ffn_dim": 16, "encoder_layers": 1, "decoder_layers": 1, "vocab_size": 11,
        "max_position_embeddings": 6 }"#;
    // Words, and on either side 6 + 2 positions, a norm and a layer.
    let [left, right] = [LAYER, CROSSED].map(|layer| 64 + 16 + layer);
    let alone = i64::try_from(left).unwrap();
    heads(
        bart,
        ("BartModel", 88 + left + right),
        &[
            ("BartForQuestionAnswering", 18),
            ("BartForCausalLM", -alone),
        ],
    );
    let marian = bart
        .replace("\"bart\"", "\"marian\"")
        .replace("BartModel", "MarianModel");
    let [left, right] = [LAYER, CROSSED].map(|layer| 48 + layer);
    let alone = i64::try_from(left).unwrap();
    heads(
        &marian,
        ("MarianModel", 88 + left + right),
        &[("MarianForCausalLM", -alone)],
    );
}

#[test]
fn a_decoder_alone_attends_to_itself_alone() {
    let text = r#"{ "model_type": "bart", "architectures": ["BartForCausalLM"], "d_model": 8,
        "encoder_attention_heads": 4, "decoder_attention_heads": 2, "encoder_ffn_dim": 32,
        "decoder_ffn_dim": 16, "encoder_layers": 3, "decoder_layers": 2, "vocab_size": 11,
        "max_position_embeddings": 6 }"#;
    // Four matrices of 8·8, two of 8·16, and 2·5·8 of scores and contexts for
    // each of 5 tokens in 2 layers; 8·11 for the scores of words.
    let right = 2 * 5 * (4 * 64 + 2 * 128 + 2 * 5 * 8) + 5 * 88;
    assert_eq!(
        counts(text, &[("seq", 5)]).macs.to_string(),
        right.to_string()
    );
    assert!(notes(text).is_empty(), "{}", notes(text));
}

#[test]
fn heads_of_whisper() {
    let text = r#"{ "model_type": "whisper", "architectures": ["WhisperForCausalLM"], "d_model": 8,
        "encoder_attention_heads": 2, "decoder_attention_heads": 2, "encoder_ffn_dim": 16,
        "decoder_ffn_dim": 16, "encoder_layers": 1, "decoder_layers": 1, "vocab_size": 11,
        "max_source_positions": 4, "max_target_positions": 6, "num_mel_bins": 2,
        "classifier_proj_size": 5, "use_weighted_layer_sum": false, "num_labels": 3 }"#;
    // Words, positions, a layer whose keys have no bias, a norm.
    assert_eq!(
        parameters(text),
        (88 + 48 + CROSSED - 2 * 8 + 16).to_string()
    );
    let text = change(text, "ForCausalLM", "ForAudioClassification");
    // Windows of three over 2, then 8 numbers; 4 positions, a layer, a norm;
    // 8·5 + 5 and 5·3 + 3 for the classes.
    let right = (48 + 8) + (192 + 8) + 32 + (LAYER - 8) + 16 + 45 + 18;
    assert_eq!(parameters(&text), right.to_string());
    // 8 frames, the second window skips every other one; 4 tokens; the mean of
    // 4 rows takes no product.
    let layer = 4 * (4 * 64 + 2 * 128 + 2 * 4 * 8);
    let right = 8 * 48 + 4 * 192 + layer + 4 * 40 + 15;
    assert_eq!(counts(&text, &[]).macs.to_string(), right.to_string());
}

const VIT: &str = r#"{ "model_type": "vit", "architectures": ["ViTModel"], "hidden_size": 8,
    "num_attention_heads": 2, "intermediate_size": 16, "num_hidden_layers": 1,
    "image_size": [8, 12], "patch_size": 4, "num_channels": 3, "encoder_stride": 4 }"#;

#[test]
fn images_may_have_two_sides() {
    // 2·3 patches and the class token: patches 48·8 + 8, the token 8,
    // positions 7·8, a layer, a norm, a pooler.
    let right = (384 + 8) + 8 + 56 + LAYER + 16 + 72;
    assert_eq!(parameters(VIT), right.to_string());
    // 6 patches of 4·4·3 numbers; 7 tokens; a pooler for one.
    let right = 6 * 384 + 7 * (4 * 64 + 2 * 128 + 2 * 7 * 8) + 64;
    assert_eq!(counts(VIT, &[]).macs.to_string(), right.to_string());
    // Patches, too: 8 / 4 times 12 / 6.
    let text = change(VIT, "\"patch_size\": 4", "\"patch_size\": [4, 6]");
    let right = 4 * (4 * 6 * 3 * 8) + 5 * (4 * 64 + 2 * 128 + 2 * 5 * 8) + 64;
    assert_eq!(counts(&text, &[]).macs.to_string(), right.to_string());
    for (wrong, told) in [
        ("[8, 12, 3]", "needs a height and a width"),
        ("[]", "needs a height and a width"),
        ("[8, 0]", "found the number 0"),
        ("[8, 2]", "patches of 4 pixels do not fit into 2"),
    ] {
        let text = change(VIT, "[8, 12]", wrong);
        assert!(refused(&text).contains(told), "{}", refused(&text));
    }
    // Two equal sides are one.
    let square = change(VIT, "[8, 12]", "[8, 8]");
    let plain = change(VIT, "[8, 12]", "8");
    assert_eq!(imported(&square).text, imported(&plain).text);
}

#[test]
fn heads_of_vit() {
    let text = change(VIT, "[8, 12]", "8");
    let base = (384 + 8) + 8 + 5 * 8 + LAYER + 16 + 72;
    // A token for what is hidden, and 4·4·3 numbers from every one that is
    // shown.
    heads(
        &text,
        ("ViTModel", base),
        &[("ViTForMaskedImageModeling", 8 + (384 + 48) - 72)],
    );
    let narrow = with(&text, "\"pooler_output_size\": 5, \"pooler_act\": \"relu\"");
    assert_eq!(parameters(&narrow), (base - 72 + 45).to_string());
    assert_eq!(notes(&narrow), "");
}

#[test]
fn the_format_is_that_of_the_config() {
    let format = |field: &str| {
        let text = imported(&with(MIXTRAL, field)).text;
        let line = text.lines().find(|line| line.starts_with("format = "));
        line.map(str::to_owned)
    };
    let said = |format: &str| Some(format!("format = \"{format}\""));
    // As 4.57 and as 5.24 call it.
    assert_eq!(format("\"torch_dtype\": \"float16\""), said("fp16"));
    assert_eq!(format("\"dtype\": \"bfloat16\""), said("bf16"));
    assert_eq!(format("\"dtype\": \"float32\""), None);
    assert_eq!(format("\"dtype\": null"), None);
    assert_eq!(format("\"dtype\": \"float8_e4m3fn\""), said("fp8"));
    let told = notes(&with(MIXTRAL, "\"dtype\": \"float6\""));
    assert!(told.contains("`float6` is not known here"), "{told}");
    // Of a part, unless the whole says otherwise.
    let part = change(
        GEMMA,
        "\"head_dim\": 4",
        "\"head_dim\": 4, \"dtype\": \"float16\"",
    );
    assert!(imported(&part).text.contains("format = \"fp16\""));
    let whole = with(&part, "\"dtype\": \"bfloat16\"");
    assert!(imported(&whole).text.contains("format = \"bf16\""));
}

/// MIXTRAL with this `quantization_config`.
fn quantised(config: &str) -> String {
    with(MIXTRAL, &format!("\"quantization_config\": {{ {config} }}"))
}

#[test]
fn weights_alone_of_few_bits_multiply_as_fractions() {
    for (config, told) in [
        (
            r#""quant_method": "gptq", "bits": 4, "group_size": 128"#,
            "(`gptq`, 4 bits, groups of 128) and multiply in the format of the estimate",
        ),
        (
            r#""quant_method": "bitsandbytes", "load_in_4bit": true"#,
            "(`bitsandbytes`, 4 bits) and multiply in the format of the estimate",
        ),
        (
            r#""quant_method": "mxfp4", "modules_to_not_convert": ["lm_head", "self_attn"]"#,
            "(`mxfp4`) and multiply in the format of the estimate",
        ),
        (
            r#""quant_method": "compressed-tensors", "config_groups": { "group_0": {
                "weights": { "num_bits": 4, "type": "int" }, "input_activations": null } }"#,
            "(`compressed-tensors`, 4 bits) and multiply in the format of the estimate",
        ),
        (
            r#""quant_method": "torchao", "quant_type": { "default": { "_type": "Int4WeightOnlyConfig" } }"#,
            "(`torchao`, 4 bits) and multiply in the format of the estimate",
        ),
        (
            r#""quant_method": "quanto", "weights": "int8", "activations": null"#,
            "(`quanto`, 8 bits) and multiply in the format of the estimate",
        ),
        (
            r#""quant_method": "fp8", "activation_scheme": "dynamic""#,
            "`h100`, `h200` and `b200` have its rate, which `--static --format fp8` takes",
        ),
        (
            r#""quant_method": "compressed-tensors", "config_groups": { "group_0": {
                "weights": { "num_bits": 4, "type": "float" },
                "input_activations": { "num_bits": 4, "type": "float" } } }"#,
            "multiply in fp4 (`compressed-tensors`), and no table that ships has the energy",
        ),
        (
            r#""quant_method": "quar]\nk""#,
            "(`quark`), but not in a way that is known here",
        ),
        (
            "\"bits\": 4",
            "(`unknown`), but not in a way that is known here",
        ),
    ] {
        let text = quantised(config);
        assert!(notes(&text).contains(told), "{}", notes(&text));
        assert_eq!(parameters(&text), parameters(MIXTRAL));
        let text = imported(&text).text;
        assert!(!text.contains("\n[linear]\nformat"), "{config}");
    }
    let none = with(MIXTRAL, "\"quantization_config\": null");
    assert_eq!(notes(&none), "");
}

/// What a number takes in memory: its bits, and its part of what stands beside its
/// group or block.
#[test]
fn numbers_take_their_part_of_scales_in_memory() {
    for (config, bits) in [
        // A scale of 16 bits and an offset of 4 for 128.
        (
            r#""quant_method": "gptq", "bits": 4, "group_size": 128"#,
            "4.15625",
        ),
        (
            r#""quant_method": "awq", "bits": 4, "group_size": 128, "zero_point": true"#,
            "4.15625",
        ),
        (
            r#""quant_method": "awq", "bits": 4, "group_size": 128, "zero_point": false"#,
            "4.125",
        ),
        // Whole rows, of which the config does not say how long they are.
        (
            r#""quant_method": "gptq", "bits": 4, "group_size": -1"#,
            "4",
        ),
        // An exponent of 8 bits for 32.
        (r#""quant_method": "mxfp4""#, "4.25"),
        // 32 bits for 64; or 8 for 64, and 32 for 256 of these.
        (
            r#""quant_method": "bitsandbytes", "load_in_4bit": true"#,
            "4.5",
        ),
        (
            r#""quant_method": "bitsandbytes", "load_in_4bit": true, "bnb_4bit_use_double_quant": true"#,
            "4.126953125",
        ),
        (
            r#""quant_method": "compressed-tensors", "config_groups": { "group_0": {
                "weights": { "num_bits": 4, "type": "int", "group_size": 32 },
                "input_activations": null } }"#,
            "4.5",
        ),
        (
            r#""quant_method": "quanto", "weights": "int8", "activations": null"#,
            "8",
        ),
        // 32 bits for 128·128.
        (
            r#""quant_method": "fp8", "weight_block_size": [128, 128]"#,
            "8.001953125",
        ),
    ] {
        let text = imported(&quantised(config)).text;
        let line = format!("\n[linear]\nbits = {bits}\nexcept = [");
        assert!(text.contains(&line), "{config}: {text}");
        let told = format!(" In memory each takes {bits} bits");
        assert!(notes(&quantised(config)).contains(&told), "{config}");
    }
    // The attention of gpt-oss stays as it is.
    let spared =
        r#""quant_method": "mxfp4", "modules_to_not_convert": ["model.layers.*.self_attn"]"#;
    let text = imported(&quantised(spared)).text;
    assert!(
        text.contains("\"router\", \"q-proj\", \"k-proj\", \"v-proj\", \"out-proj\"]"),
        "{text}"
    );
}

/// How often a primitive is counted in a format.
fn count_in(counted: &Counted, primitive: Primitive, format: &str) -> u64 {
    let format = Precision::Fixed(format.parse().unwrap());
    let demands = counted.census.demands.iter().zip(&counted.counts);
    let found = demands
        .filter(|(demand, _)| demand.primitive() == Some(primitive) && demand.precision == format);
    let sum: num_rational::BigRational = found.map(|(_, count)| count).sum();
    sum.to_integer().try_into().unwrap()
}

#[test]
fn linear_layers_multiply_in_the_numbers_that_a_config_says() {
    // For each of 4 tokens q and out of 8·8, k and v of 8·4, two of the experts
    // with three matrices of 8·16. The router and the scores of 11 words stay
    // as they are.
    let linear = 4 * (2 * 64 + 2 * 32 + 2 * 3 * 128);
    let int8 = r#"{ "num_bits": 8, "type": "int" }"#;
    let group = format!(
        r#""quant_method": "compressed-tensors",
           "config_groups": {{ "group_0": {{ "weights": {int8}, "input_activations": {int8} }} }}"#
    );
    let ignoring = format!(r#"{group}, "ignore": ["lm_head", "re:.*mlp.gate$", "model.layers.0"]"#);
    for (config, format, right) in [
        (
            r#""quant_method": "bitsandbytes", "load_in_8bit": true"#,
            "int8",
            linear,
        ),
        (
            r#""quant_method": "torchao", "quant_type": "int8_dynamic_activation_int8_weight""#,
            "int8",
            linear,
        ),
        (
            r#""quant_method": "quanto", "weights": "int4", "activations": "int8""#,
            "int8",
            linear,
        ),
        (ignoring.as_str(), "int8", linear),
        // This one takes every linear layer that it is not told to leave out.
        (group.as_str(), "int8", linear + 4 * 88),
        (
            r#""quant_method": "bitsandbytes", "load_in_4bit": true, "bnb_4bit_compute_dtype": "float16""#,
            "fp16",
            linear,
        ),
    ] {
        let counted = counts(&quantised(config), &[]);
        assert_eq!(
            count_in(&counted, Primitive::Mul, format),
            right,
            "{config}"
        );
        let sums = if format == "int8" { "int32" } else { format };
        assert_eq!(count_in(&counted, Primitive::Add, sums), right, "{config}");
        assert_eq!(counted.parameters.to_string(), parameters(MIXTRAL));
    }
    assert!(notes(&quantised(&ignoring)).contains("as if they were, too: `model.layers.0`."));
    // −1, 0 and 1 select what is added.
    let ternary = counts(&quantised(r#""quant_method": "bitnet""#), &[]);
    assert_eq!(count_in(&ternary, Primitive::Select, "int8"), linear);
    assert_eq!(count_in(&ternary, Primitive::Add, "int32"), linear);
    assert_eq!(count_in(&ternary, Primitive::Mul, "int8"), 0);
}

/// What the note on fp8 says of the tables that ship holds of all of them, and of
/// the one that is fitted to one of them.
#[test]
fn tables_have_the_rate_of_fp8_and_not_its_energy() {
    let mut with_a_rate = Vec::new();
    for table in picojoule::loader::Loader::shipped()
        .shipped_tables()
        .unwrap()
    {
        let fp8 = "fp8".parse().unwrap();
        let product = table.entry(Primitive::Mul, fp8);
        assert!(product.is_none(), "{}", table.name());
        if table.device(DeviceNumber::Peak(fp8)).is_some() {
            with_a_rate.push(table.name().to_owned());
        }
    }
    with_a_rate.sort();
    assert_eq!(with_a_rate, ["b200", "h100", "h100-fitted", "h200"]);
}
