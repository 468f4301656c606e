//! Hugging Face configs of many families: small networks against
//! `transformers` itself, and large ones against what is published of them.
//!
//! `tests/huggingface/small` holds configs that `small.py` beside it made, with
//! the parameters and the multiply–accumulates of the library for each.
//! `tests/huggingface/known` holds the sizes of models as their authors give
//! them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

#[path = "common/nasty.rs"]
mod nasty;

use nasty::no_value_does_harm;
use std::path::{Path, PathBuf};

use common::*;
use picojoule::census::{Conventions, Ineffectual};
use picojoule::energy::Counted;
use picojoule::graph::Unfold;
use picojoule::import::Imported;
use picojoule::import::huggingface::import;
use picojoule::model::{Model, Phase};
use picojoule::source::Source;

/// So many tokens the library was run with.
const TOKENS: u64 = 10;

/// What the counter of the library does not count as it is, worked out from
/// what it counts.
const BY_HAND: [(&str, u64); 8] = [
    // It counts all 10 keys for each of 10 tokens, and the indexer chooses 5:
    // in 4 layers, 4 heads of 10 columns in keys and of 6 in values.
    ("deepseek_v32", 331_120 - 4 * 10 * 5 * 4 * (10 + 6)),
    ("glm_moe_dsa", 331_120 - 4 * 10 * 5 * 4 * (10 + 6)),
    // It runs all 6 experts on all tokens, and 2 are chosen: in 4 layers, 3
    // matrices of 32·36.
    ("llama4_text", 1_143_360 - 4 * 10 * 4 * 3 * 32 * 36),
    // It does not run so small a network; the sizes are those of `deepseek_v2`
    // here, and numbers that multiply queries are no sums of products.
    ("mistral4", 296_640),
    // It does not run either of these in the versions named. A token takes, in
    // each of 4 layers, 32·(32 + 2·16) and 32·32 for queries, keys, values and
    // what follows; 2·10·32 for scores and contexts; a router of 32·6 and 2
    // experts of 3 matrices of 32·14; then 32·61 for the words.
    ("dbrx", 10 * (4 * (3072 + 640 + 192 + 2688) + 1952)),
    // Sizes as of `granite_docling_text`; a norm of heads is no sum of products.
    ("hunyuan_vl_text", 286_720),
    // It computes the scores of 10 tokens twice: in 4 layers, 4 heads of 8.
    ("diffllama", 331_840 - 4 * 10 * 10 * 4 * 8),
    // Of 6 experts and 2 that compute nothing, 2 are chosen: 1.5 that compute,
    // in 2 layers, 3 matrices of 32·14. It met 34 of them, not 30.
    ("longcat_flash", 324_416 - 4 * 3 * 32 * 14),
];

fn folder(name: &str) -> PathBuf {
    let path = format!("tests/huggingface/{name}");
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn text(folder_name: &str, name: &str) -> String {
    std::fs::read_to_string(folder(folder_name).join(format!("{name}.json"))).unwrap()
}

fn imported(name: &str, text: &str) -> Imported {
    import(&Source::new(format!("{name}.json"), text))
        .unwrap_or_else(|problems| panic!("{name}: {problems}"))
}

/// What is said of a config that cannot be imported.
fn refused(text: &str) -> String {
    import(&Source::new("config.json", text))
        .expect_err("an error")
        .render(false)
}

fn counts(name: &str, text: &str, settings: &[(&str, u64)]) -> Counted {
    let model = model(&imported(name, text).text);
    counted(&model, model.variant_names()[0], &set(settings))
}

/// One new token after `context` earlier ones.
fn decoding(model: Model, context: u64) -> Counted {
    let model = model
        .in_phase(Phase::Decode)
        .unwrap_or_else(|problems| panic!("{problems}"));
    counted(
        &model,
        model.variant_names()[0],
        &set(&[("context", context)]),
    )
}

/// Names, parameters, and multiply–accumulates where the library counts them.
fn small() -> Vec<(String, u64, Option<u64>)> {
    let table = std::fs::read_to_string(folder("small").join("expected.csv")).unwrap();
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        (
            cells[0].to_owned(),
            cells[2].parse().unwrap(),
            cells[3].parse().ok(),
        )
    };
    table.lines().skip(1).map(row).collect()
}

/// Whether a model has tokens of a target besides.
fn has_target(text: &str) -> bool {
    text.contains("\"is_encoder_decoder\": true")
}

fn lengths(text: &str) -> Vec<(&'static str, u64)> {
    match has_target(text) {
        true => vec![("seq", TOKENS), ("target", TOKENS)],
        false => vec![("seq", TOKENS)],
    }
}

#[test]
fn small_networks_have_the_parameters_and_macs_of_transformers() {
    for (name, parameters, macs) in small() {
        let text = text("small", &name);
        let found = counts(&name, &text, &lengths(&text));
        assert_eq!(found.parameters, whole(parameters), "parameters of {name}");
        let by_hand = BY_HAND.iter().find(|(known, _)| *known == name);
        let macs = by_hand.map(|(_, macs)| *macs).or(macs);
        let macs = macs.unwrap_or_else(|| panic!("no MACs of {name}"));
        assert_eq!(found.macs, whole(macs), "MACs of {name}");
    }
}

#[test]
fn every_small_config_is_tried() {
    let tried = small();
    for entry in std::fs::read_dir(folder("small")).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        if let Some(name) = file.strip_suffix(".json") {
            assert!(tried.iter().any(|(known, ..)| known == name), "{name}");
        }
    }
}

#[test]
fn every_decoder_decodes_with_what_it_keeps() {
    for (name, ..) in small() {
        let text = text("small", &name);
        let decoded = |context| decoding(model(&imported(&name, &text).text), context);
        let last = decoded(TOKENS - 1);
        assert!(decoded(0).macs < last.macs, "{name}");
        // The last of ten tokens computes a tenth of what all do at once, each
        // with all keys.
        if !has_target(&text) {
            let all = counts(&name, &text, &[("seq", TOKENS)]);
            let more = if text.contains("kv_lora_rank") {
                over_latents(&text)
            } else {
                0
            };
            assert_eq!(
                &last.macs * whole(TOKENS),
                all.macs + whole(TOKENS * more),
                "{name}"
            );
        }
    }
}

/// How many more products a token takes over latents of 8 numbers than over keys
/// and values that are there: in each of 4 layers and 4 heads, for each key, 8
/// in a score where there were 6, and 8 in a context where there were 6. The two
/// products that made a key and a value now make a query and a result.
fn over_latents(text: &str) -> u64 {
    let keys = if text.contains("index_topk") {
        5
    } else {
        TOKENS
    };
    4 * 4 * keys * (8 - 6 + 8 - 6)
}

/// With keys and values made anew of 10 latents: 9 times 8·4·(6 + 6) more than of
/// one, in each of 4 layers, and no more in scores.
#[test]
fn latents_can_be_made_keys_and_values_anew() {
    let text = text("small", "deepseek_v3");
    let model = model(&imported("m", &text).text);
    let model = model.in_phase(Phase::Decode).unwrap();
    let counted = |absorbed: u64| {
        let settings = set(&[("context", TOKENS - 1), ("absorbed", absorbed)]);
        counted(&model, model.variant_names()[0], &settings)
    };
    let (over, anew) = (counted(1), counted(0));
    assert_eq!(
        anew.macs,
        over.macs + whole(4 * 9 * 8 * 4 * 12) - whole(over_latents(&text))
    );
    assert_eq!(anew.parameters, over.parameters);
}

#[test]
fn layers_that_share_keys_keep_them_once() {
    // Of 4 layers the last 2 take the keys and values of the first 2, which
    // alone have projections to them: 2 heads of 8 columns in layers with a
    // window, 2 of 12 in the others, from 32, and a norm of the keys.
    let text = text("small", "gemma4_text");
    let own = change(
        &text,
        "\"num_kv_shared_layers\": 2",
        "\"num_kv_shared_layers\": 0",
    );
    let parameters = |text: &str| counts("m", text, &[("seq", TOKENS)]).parameters;
    let keys = 2 * 32 * 2 * (8 + 12) + 8 + 12;
    assert_eq!(parameters(&own), parameters(&text) + whole(keys));
}

#[test]
fn windows_and_chunks_are_counted_as_the_model_computes_them() {
    // 2 of 4 layers see 4 of 10 keys: 4 heads of 8 columns, twice.
    let oss = text("small", "gpt_oss");
    let some = change(&oss, "\"sliding_window\": 128", "\"sliding_window\": 4");
    let macs = |text: &str| counts("m", text, &[("seq", TOKENS)]).macs;
    assert_eq!(macs(&some), macs(&oss) - whole(2 * 2 * 10 * 6 * 4 * 8));
    // 3 of 4 layers see chunks of 5.
    let scout = text("small", "llama4_text");
    let some = change(
        &scout,
        "\"attention_chunk_size\": 8192",
        "\"attention_chunk_size\": 5",
    );
    assert_eq!(macs(&some), macs(&scout) - whole(3 * 2 * 10 * 5 * 4 * 8));
    // What the mask hides left out, a token sees 1 to 5 of its chunk, twice, or
    // 1 to 10 of all: 30 and 55 scores of 100.
    let seen = |text: &str| {
        let model = model(&imported("m", text).text);
        let graph = graph(
            &model,
            model.variant_names()[0],
            &set(&[("seq", TOKENS)]),
            Unfold::No,
        );
        let conventions = Conventions {
            causal: Ineffectual::Skipped,
            ..Conventions::default()
        };
        Counted::new(graph, conventions).unwrap().macs
    };
    let hidden = 2 * 4 * 8 * (3 * (50 - 30) + (100 - 55));
    assert_eq!(seen(&some), macs(&some) - whole(hidden));
    // A window of 4: 1, 2, 3 and then 4 keys, 34 of 40.
    let some = change(&oss, "\"sliding_window\": 128", "\"sliding_window\": 4");
    let hidden = 2 * 4 * 8 * 2 * ((40 - 34) + (100 - 55));
    assert_eq!(seen(&some), macs(&some) - whole(hidden));
}

/// Tokens 0 to 11 in chunks of 5 see 1 to 5, 1 to 5, and 1 and 2 of their chunk:
/// 33 scores of 60, in 3 of 4 layers; 78 of 144 in the other.
#[test]
fn steps_within_chunks_are_together_the_masked_prefill() {
    let text = change(
        &text("small", "llama4_text"),
        "\"attention_chunk_size\": 8192",
        "\"attention_chunk_size\": 5",
    );
    let model = || model(&imported("m", &text).text);
    let prefill = |causal: Ineffectual| {
        let all = model();
        let sizes = set(&[("seq", 12)]);
        let graph = graph(&all, all.variant_names()[0], &sizes, Unfold::No);
        let conventions = Conventions {
            causal,
            ..Conventions::default()
        };
        Counted::new(graph, conventions).unwrap().macs
    };
    let step = model().in_phase(Phase::Decode).unwrap();
    let of_step = |context: u64| {
        let sizes = set(&[("context", context)]);
        counted(&step, step.variant_names()[0], &sizes).macs
    };
    let steps = (0..12).map(of_step).sum();
    assert_eq!(prefill(Ineffectual::Skipped), steps);
    let hidden = 2 * 4 * 8 * (3 * (60 - 33) + (144 - 78));
    assert_eq!(prefill(Ineffectual::Counted), steps + whole(hidden));
    // The last of a chunk sees all of it, the next one itself alone.
    assert_eq!(of_step(4) - of_step(5), whole(2 * 4 * 8 * (3 * 4 - 1)));
}

#[test]
fn an_indexer_chooses_keys_and_scores_all() {
    // 5 keys of n; beyond them only the indexer grows: 3 heads of 8 columns and
    // a weight of each, for n² scores in 4 layers.
    let text = text("small", "deepseek_v32");
    let macs = |n: u64| counts("m", &text, &[("seq", n)]).macs;
    let linear = (macs(10) - whole(4 * 100 * (3 * 8 + 3))) / whole(10);
    assert_eq!(
        macs(1000),
        linear * whole(1000) + whole(4 * 1_000_000 * (3 * 8 + 3))
    );
    // Up to 5 tokens attention takes all there are: 4 heads of 10 and 6.
    let each = |n: u64| (macs(n) - whole(4 * n * n * (3 * 8 + 3))) / whole(n);
    assert_eq!(each(5) - each(3), whole(4 * 2 * 4 * 16));
    assert_eq!(each(5), each(50));
}

#[test]
fn an_encoder_of_long_t5_looks_around_and_at_sums_of_blocks() {
    // As T5 with the same sizes: 4 layers of 32 columns, 4 heads.
    let t5 = text("small", "t5");
    let local = change(&t5, "\"model_type\": \"t5\"", "\"model_type\": \"longt5\"");
    let local = local.replace("T5ForCond", "LongT5ForCond");
    let local = local.replacen('{', "{ \"local_radius\": 2,", 1);
    let global = "{ \"encoder_attention_type\": \"transient-global\", \"global_block_size\": 5,";
    let global = local.replacen('{', global, 1);
    let of = |text: &str| counts("m", text, &lengths(text));
    let (t5, local, global) = (of(&t5), of(&local), of(&global));
    // 5 keys of 10, in scores and contexts.
    assert_eq!(local.parameters, t5.parameters);
    assert_eq!(local.macs, &t5.macs - whole(4 * 2 * 10 * 5 * 32));
    // 2 sums besides, which are normalised, and projected twice; biases of
    // theirs in a table of 32 distances.
    assert_eq!(global.parameters, t5.parameters + whole(4 * 32 + 32 * 4));
    assert_eq!(
        global.macs,
        local.macs + whole(4 * 2 * (10 * 2 * 32 + 2 * 32 * 32))
    );
}

#[test]
fn a_class_that_is_known_is_read_as_what_it_is() {
    let text = text("small", "olmo2");
    let other = change(
        &text,
        "\"model_type\": \"olmo2\"",
        "\"model_type\": \"my_olmo\"",
    );
    let read = imported("m", &other);
    let told = read.notes.join("\n");
    assert!(
        told.contains("`my_olmo` is not known here; read as its class `Olmo2ForCausalLM` says"),
        "{told}"
    );
    let found = counts("m", &other, &[("seq", TOKENS)]);
    assert_eq!(
        found.parameters,
        counts("m", &text, &[("seq", TOKENS)]).parameters
    );
}

#[test]
fn text_models_within_others_are_read_alone() {
    for (outer, class, text_type) in [
        ("llava", "LlavaForConditionalGeneration", "llama"),
        ("internvl", "InternVLForConditionalGeneration", "qwen2"),
        (
            "qwen2_vl",
            "Qwen2VLForConditionalGeneration",
            "qwen2_vl_text",
        ),
        (
            "qwen3_vl_moe",
            "Qwen3VLMoeForConditionalGeneration",
            "qwen3_vl_moe_text",
        ),
        ("mistral3", "Mistral3ForConditionalGeneration", "mistral"),
        (
            "kimi_k25",
            "Kimi_K25ForConditionalGeneration",
            "deepseek_v3",
        ),
        ("voxtral", "VoxtralForConditionalGeneration", "llama"),
        ("qwen3_asr", "Qwen3ASRForConditionalGeneration", "qwen3"),
        ("gemma3n", "Gemma3nForConditionalGeneration", "gemma3n_text"),
        ("llama4", "Llama4ForConditionalGeneration", "llama4_text"),
    ] {
        // The same network by itself, under a name that has it.
        let alone = match text_type {
            "qwen2_vl_text" => "qwen2",
            "qwen3_vl_moe_text" => "qwen3_moe",
            name => name,
        };
        let inner = text("small", alone);
        let named = change(
            &inner,
            &format!("\"model_type\": \"{alone}\""),
            &format!("\"model_type\": \"{text_type}\""),
        );
        let whole_config = format!(
            "{{ \"model_type\": \"{outer}\", \"architectures\": [\"{class}\"], \
             \"vision_config\": {{ \"hidden_size\": 4 }}, \"text_config\": {named} }}"
        );
        let read = imported(outer, &whole_config);
        let told = read.notes.join("\n");
        assert!(
            told.contains("This is the text model alone: what looks at pictures"),
            "{told}"
        );
        let found = counts(outer, &whole_config, &[("seq", TOKENS)]);
        let right = counts(alone, &inner, &[("seq", TOKENS)]);
        assert_eq!(found.parameters, right.parameters, "{outer}");
        assert_eq!(found.macs, right.macs, "{outer}");
    }
}

/// The library sets `num_key_value_heads` anew from what stands within. 4 instead of 2
/// heads are, in 4 layers, 2 matrices of 32·8 for each of 2 heads more.
#[test]
fn keys_of_dbrx_are_as_many_as_its_attention_says() {
    let config = text("small", "dbrx");
    let of = |text: &str| counts("dbrx", text, &[("seq", TOKENS)]).parameters;
    let more = change(&config, "\"kv_n_heads\": 2", "\"kv_n_heads\": 4");
    assert_eq!(of(&more), of(&config) + whole(4 * 2 * 2 * 32 * 8));
    let outside = change(
        &config,
        "\"num_key_value_heads\": 2",
        "\"num_key_value_heads\": 4",
    );
    assert_eq!(of(&outside), of(&config));
}

#[test]
fn lists_that_disagree_with_the_number_of_layers_are_told() {
    let lines = |text: &str, key: &str| {
        let line = text.lines().position(|line| line.contains(key)).unwrap() + 1;
        format!("config.json:{line}:")
    };
    for (name, key) in [
        ("olmo3", "layer_types"),
        ("gpt_oss", "layer_types"),
        ("deepseek_v32", "layer_types"),
        ("glm4_moe_lite", "mlp_layer_types"),
        ("mimo_v2_flash", "mlp_layer_types"),
        ("smollm3", "no_rope_layers"),
        ("gemma3n_text", "intermediate_size"),
        ("gpt_neo", "attention_layers"),
    ] {
        let text = text("small", name);
        let of = match name {
            "gpt_neo" => "num_layers",
            _ => "num_hidden_layers",
        };
        let more = change(&text, &format!("\"{of}\": 4"), &format!("\"{of}\": 5"));
        let told = refused(&more);
        let wanted = format!("`{key}` lists 4 layers, and there are 5");
        assert!(told.contains(&wanted), "{name}: wanted {wanted}\n{told}");
        let place = lines(&more, &format!("\"{key}\""));
        assert!(told.contains(&place), "{name}: wanted {place}\n{told}");
    }
    let text = text("small", "olmo3");
    let told = refused(&text.replacen("sliding_attention", "slidding_attention", 1));
    assert!(
        told.contains("the layer type `slidding_attention` is not known here"),
        "{told}"
    );
    assert!(told.contains("did you mean `sliding_attention`?"), "{told}");
    let text = text_of_layers("7");
    assert!(
        refused(&text).contains("there is no layer `7`, of 4"),
        "{}",
        refused(&text)
    );
    assert!(refused(&text_of_layers("x")).contains("there is no layer `x`"));
}

fn text_of_layers(layer: &str) -> String {
    let text = text("small", "gemma4_text-large");
    change(&text, "\"3\": {", &format!("\"{layer}\": {{"))
}

/// `text` with one place changed.
fn change(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from} in {text}");
    text.replacen(from, to, 1)
}

/// Bindings that a config may hold where it should not.
const NASTY: [&str; 5] = ["null", "0", "999999999", "[1]", "{\"1\": {}}"];

#[test]
fn no_value_of_any_field_does_harm() {
    for name in [
        "deepseek_v32",
        "ernie4_5_moe",
        "falcon-new",
        "gemma3n_text",
        "gemma4_text-large",
        "gpt_neo",
        "llama4_text",
        "longcat_flash",
        "mimo_v2_flash",
    ] {
        no_value_does_harm(name, &text("small", name), &NASTY);
    }
}

/// Total and active parameters of models as published.
///
/// | model | source |
/// |---|---|
/// | gpt-oss | OpenAI, "gpt-oss-120b & gpt-oss-20b model card", 2025, table 1: 20.91 B and 3.61 B, 116.83 B and 5.13 B, the table of words not among the active |
/// | Llama 4 Scout | Meta, "The Llama 4 herd", 2025: 109 B, 17 B active, with what looks at pictures and the table of words |
/// | Kimi K2 | Moonshot AI, "Kimi K2", 2025: 1.04 T, 32.6 B active, with the table of words |
/// | GLM-4.5 | Zhipu AI, "GLM-4.5", 2025: 355 B, 32 B active, without the layer that predicts two tokens |
/// | Mixtral | Mistral AI, "Mixtral of experts", 2024: 47 B, 13 B active |
/// | Qwen 3 30B-A3B | Qwen Team, "Qwen3 technical report", 2025: 30.5 B, 3.3 B active, with the table of words |
/// | DeepSeek V3 | DeepSeek-AI, "DeepSeek-V3 technical report", 2024: 671 B, 37 B active |
///
/// The exact totals are those of `transformers` 5.24 for the same sizes.
const KNOWN: [(&str, &str, u64, u64); 8] = [
    ("known", "gpt-oss-20b", 20_914_757_184, 3_608_310_144),
    ("known", "gpt-oss-120b", 116_829_156_672, 5_132_852_352),
    ("known", "llama-4-scout", 107_769_861_120, 16_138_414_080),
    ("known", "kimi-k2", 1_026_408_209_408, 31_687_079_936),
    ("known", "glm-4.5", 352_797_814_784, 32_856_310_784),
    ("", "mixtral-8x7b", 46_702_792_704, 12_748_857_344),
    ("", "qwen3-30b-a3b", 30_532_122_624, 3_041_869_824),
    ("", "deepseek-v3", 671_026_404_352, 36_625_610_752),
];

#[test]
fn large_mixtures_have_the_parameters_that_are_published() {
    for (folder, name, total, active) in KNOWN {
        let text = text(folder, name);
        for length in [1, 10] {
            let found = counts(name, &text, &[("seq", length), ("batch", 3)]);
            assert_eq!(found.parameters, whole(total), "{name}");
            assert_eq!(found.active_parameters, Some(whole(active)), "{name}");
        }
        let decoded = decoding(model(&imported(name, &text).text), 5);
        assert_eq!(decoded.active_parameters, Some(whole(active)), "{name}");
    }
}

#[test]
fn long_cat_has_its_parameters_without_what_nothing_reads() {
    // Meituan, "LongCat-Flash technical report", 2025: 560 B, of which 18.6 to
    // 31.3 B are active, 27 B on average. `transformers` 5.24 has two matrices
    // for each of the 256 experts that compute nothing, in 28 layers.
    let text = text("known", "longcat-flash");
    let found = counts("m", &text, &[("seq", 16)]);
    let model = model(&imported("m", &text).text);
    let bare = counted(&model, model.variant_names()[0], &set(&[("idle", 0)]));
    let idle = 28 * 256 * 2 * 6144 * 2048_u64;
    assert_eq!(found.parameters, &bare.parameters + whole(idle));
    assert_eq!(bare.parameters, whole(560_664_958_976_u64));
    assert_eq!(bare.active_parameters, Some(whole(27_149_496_320_u64)));
    assert_eq!(found.active_parameters, bare.active_parameters);
}

#[test]
fn active_parameters_of_gpt_oss_by_hand() {
    // A layer: q of 2880·4096, k and v of 2880·512, out of 4096·2880, with
    // biases; 64 sinks; a router of 2880·32 with a bias; 4 of 32 experts of
    // 3·2880² with biases; two norms. The head of 201088·2880, a norm, and one
    // row of the table of words.
    let attention = 2880 * (4096 + 2 * 512) + 4096 + 2 * 512 + 4096 * 2880 + 2880 + 64;
    let expert = 3 * 2880 * 2880 + 3 * 2880;
    let layer = attention + 2880 * 32 + 32 + 4 * expert + 2 * 2880;
    let right = 24 * layer + 201_088 * 2880 + 2880 + 2880;
    let (.., active) = KNOWN[0];
    assert_eq!(active, right);
}

#[test]
fn gemma_3n_has_its_parameters_in_tables_of_words() {
    // As `transformers` 5.24 counts the text models. The names of the models,
    // E2B and E4B, are those of what stands outside the tables of the layers:
    // Gemma Team, "Gemma 3n", 2025.
    for (name, total, layers, effective) in [
        ("gemma-3n-e2b", 4_435_182_688_u64, 30, 2_421_916_768),
        ("gemma-3n-e4b", 6_835_235_568, 35, 4_486_425_328),
    ] {
        let found = counts(name, &text("known", name), &[("seq", 4)]);
        assert_eq!(found.parameters, whole(total), "{name}");
        let tables: u64 = layers * 256 * 262_144;
        assert_eq!(total - tables, effective, "{name}");
        // Nothing is chosen for a token.
        assert_eq!(found.active_parameters, None, "{name}");
    }
}

/// A text model that nobody knows is told what its fields look like, as one that
/// stands alone is; and a size that two parts lack is asked for once.
#[test]
fn an_unknown_text_model_is_told_what_it_looks_like() {
    let text = r#"{ "model_type": "llava", "architectures": ["LlavaForConditionalGeneration"],
        "text_config": { "model_type": "frob", "kv_lora_rank": 8, "num_experts": 4 } }"#;
    let told = refused(text);
    assert!(
        told.contains("a text model `frob` is not known here"),
        "{told}"
    );
    assert!(told.contains("latent attention (`kv_lora_rank`)"), "{told}");
    assert!(told.contains("experts (`num_experts`)"), "{told}");
    let lacking = r#"{ "model_type": "gpt_oss", "architectures": ["GptOssForCausalLM"] }"#;
    let told = refused(lacking);
    assert_eq!(
        told.matches("needs `intermediate_size`").count(),
        1,
        "{told}"
    );
    assert!(!told.contains("intermediate_size_mlp"), "{told}");
}

/// The text model within is the one that stands alone, with the head of the whole.
#[test]
fn text_models_within_others_are_what_they_are_alone() {
    for (whole_name, class, name, words) in [
        ("aria", "Aria", "aria_text", 0),
        ("cosmos3_edge", "Cosmos3Edge", "cosmos3_edge_text", 61 * 32),
        (
            "deepseek_ocr2",
            "DeepseekOcr2",
            "deepseek_ocr2_text",
            61 * 32,
        ),
        ("emu3", "Emu3", "emu3_text_model", 0),
        ("glm_ocr", "GlmOcr", "glm_ocr_text", 61 * 32),
        (
            "granite4_vision",
            "Granite4Vision",
            "granite4_vision_text",
            61 * 32,
        ),
        (
            "granite_docling",
            "GraniteDocling",
            "granite_docling_text",
            61 * 32,
        ),
        ("hunyuan_vl", "HunYuanVL", "hunyuan_vl_text", 61 * 32),
        ("paddleocr_vl", "PaddleOCRVL", "paddleocr_vl_text", 61 * 32),
    ] {
        let inner = text("small", name);
        let text = format!(
            "{{ \"model_type\": \"{whole_name}\", \"architectures\": \
             [\"{class}ForConditionalGeneration\"], \"tie_word_embeddings\": false, \
             \"vision_config\": {{ \"depth\": 2 }}, \"text_config\": {inner} }}"
        );
        let parameters = |text: &str| counts("m", text, &[("seq", TOKENS)]).parameters;
        assert_eq!(
            parameters(&text),
            parameters(&inner) + whole(words),
            "{name}"
        );
    }
}
