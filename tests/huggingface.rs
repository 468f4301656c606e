//! Hugging Face configs: every family has the parameters that its class in
//! `transformers` has, to the last one, and the multiply–accumulates that a
//! run of it takes; and what is wrong with a config is told.
//!
//! The configs in `tests/huggingface` hold the fields that matter, as the
//! models' authors published them. Parameters are those of
//! `sum(p.numel() for p in model.parameters())` for the class that the config
//! names; multiply–accumulates are half the operations that PyTorch's
//! `FlopCounterMode` counts in one forward pass of one sequence, of 1024 tokens
//! or of as many as the model takes. Where that counter cannot look, the
//! difference is worked out below.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

#[path = "common/nasty.rs"]
mod nasty;

use nasty::no_value_does_harm;
use std::path::Path;

use common::*;
use picojoule::energy::Counted;
use picojoule::import::Imported;
use picojoule::import::huggingface::import;
use picojoule::model::Model;
use picojoule::source::{Problems, Source};

/// Name, parameters, multiply–accumulates.
const MODELS: [(&str, i64, i64); 35] = [
    ("bart-base", 139_420_416, 130_459_631_616),
    ("bart-large-cnn", 406_290_432, 490_792_288_256),
    ("bert-base", 109_482_240, 48_318_971_904),
    ("bert-base-uncased", 109_514_298, 60_622_110_720),
    ("bert-large-squad", 334_094_338, 167_504_773_120),
    ("deepseek-v3", 671_026_404_352, 40_123_517_370_368),
    ("distilbert-base-uncased", 66_985_530, 36_462_919_680),
    ("distilbert-sst-2", 66_955_010, 24_159_782_400),
    ("flan-t5-small", 76_961_152, 35_802_578_944),
    ("gemma-2-2b", 2_614_341_888, 2_788_507_516_928),
    ("gemma-3-1b", 999_885_952, 1_055_957_975_040),
    ("gemma-3-4b", 3_880_263_168, 4_119_041_409_024),
    ("gpt2", 124_439_808, 145_824_153_600),
    ("gpt2-xl", 1_557_611_200, 1_753_351_782_400),
    ("llama-2-7b", 6_738_415_616, 7_040_525_139_968),
    ("llama-3.1-8b", 8_030_261_248, 7_959_648_141_312),
    ("llama-3.2-1b", 1_235_814_400, 1_334_124_216_320),
    ("mistral-7b-v0.1", 7_241_732_096, 7_555_921_215_488),
    ("mixtral-8x7b", 46_702_792_704, 13_329_431_003_136),
    ("opt-125m", 125_239_296, 145_835_950_080),
    ("opt-350m", 331_196_416, 388_208_001_024),
    ("opus-mt-en-de", 74_410_496, 42_611_245_056),
    ("phi-3-mini-4k", 3_821_079_552, 4_017_874_796_544),
    ("phi-4-mini", 3_836_021_760, 4_134_040_240_128),
    ("pythia-160m", 162_322_944, 145_861_115_904),
    ("qwen2-7b", 7_615_616_512, 7_450_426_081_280),
    ("qwen2.5-0.5b", 494_032_768, 550_913_441_792),
    ("qwen3-0.6b", 596_049_920, 730_547_093_504),
    ("qwen3-30b-a3b", 30_532_122_624, 3_526_973_456_384),
    ("roberta-base", 124_697_433, 68_385_374_208),
    ("roberta-large-mnli", 355_362_819, 167_504_776_192),
    ("t5-small", 60_506_624, 35_802_578_944),
    ("vit-base-patch16-224", 86_567_656, 17_563_828_224),
    ("vit-base-patch16-224-in21k", 86_389_248, 17_563_650_048),
    ("whisper-tiny", 37_760_640, 35_541_098_496),
];

fn fixture(name: &str) -> String {
    let path = format!("tests/huggingface/{name}.json");
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn imported(name: &str, text: &str) -> Imported {
    import(&Source::new(format!("{name}.json"), text))
        .unwrap_or_else(|problems| panic!("{name}: {problems}"))
}

fn read(name: &str) -> Model {
    model(&imported(name, &fixture(name)).text)
}

fn counted_with<V: std::fmt::Display>(model: &Model, settings: &[(&str, V)]) -> Counted {
    counted(model, model.variant_names()[0], &set(settings))
}

#[test]
fn parameters_and_macs_are_those_of_transformers() {
    for (name, parameters, macs) in MODELS {
        let found = counted_with::<u8>(&read(name), &[]);
        assert_eq!(found.parameters, whole(parameters), "parameters of {name}");
        assert_eq!(found.macs, whole(macs), "MACs of {name}");
    }
}

#[test]
fn every_config_here_is_tried() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/huggingface");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let Some(stem) = name.strip_suffix(".json") else {
            continue;
        };
        assert!(MODELS.iter().any(|(known, ..)| *known == stem), "{name}");
    }
}

#[test]
fn what_pytorch_cannot_count_is_worked_out() {
    let macs = |name: &str| MODELS.iter().find(|(known, ..)| *known == name).unwrap().2;
    // Experts run as one grouped product that the counter does not know. What
    // it counts of the rest, and a token's chosen experts with three matrices
    // each, in every layer that has experts:
    assert_eq!(
        macs("mixtral-8x7b"),
        1_784_558_911_488 + 32 * 1024 * 2 * 3 * 4096 * 14336
    );
    assert_eq!(
        macs("qwen3-30b-a3b"),
        1_671_547_584_512 + 48 * 1024 * 8 * 3 * 2048 * 768
    );
    assert_eq!(
        macs("deepseek-v3"),
        19_198_436_704_256 + 58 * 1024 * 8 * 3 * 7168 * 2048
    );
    // The counter sees windows as masks over all scores: 22 of 26 layers of
    // Gemma 3 1B look at 512 of 1024 keys, with 4 heads of 256, twice.
    assert_eq!(
        macs("gemma-3-1b"),
        1_079_580_295_168 - 22 * 2 * 1024 * (1024 * 512)
    );
}

#[test]
fn bert_base_without_its_pooler_takes_11173625856_macs_for_128_tokens() {
    // The sum is that of `tests/macs.rs`; the pooler adds 768² for the first token.
    let found = counted_with(&read("bert-base"), &[("seq", 128)]);
    assert_eq!(found.macs, whole(11_173_625_856_i64 + 768 * 768));
    assert_eq!(found.parameters, whole(109_482_240));
}

#[test]
fn imported_models_count_what_the_shipped_ones_do() {
    for (config, own, length) in [("gpt2", "gpt2", "n"), ("llama-3.1-8b", "llama-3.1-8b", "n")] {
        let ours = counted_with(&shipped(own), &[(length, 77)]);
        let theirs = counted_with(&read(config), &[("seq", 77)]);
        assert_eq!(totals(&ours), totals(&theirs), "{config}");
        assert_eq!(ours.parameters, theirs.parameters, "{config}");
    }
    let ours = counted_with::<u8>(&shipped("vit-b-16"), &[]);
    let theirs = counted_with::<u8>(&read("vit-base-patch16-224"), &[]);
    assert_eq!(totals(&ours), totals(&theirs));
}

#[test]
fn length_and_batch_are_free_and_change_no_weight() {
    for (name, parameters, _) in MODELS {
        let model = read(name);
        let batch = counted_with(&model, &[("batch", 3)]);
        assert_eq!(batch.parameters, whole(parameters), "{name}");
        let one = counted_with::<u8>(&model, &[]);
        assert_eq!(batch.macs, &one.macs * whole(3), "{name}");
        if !name.starts_with("vit") && !name.starts_with("whisper") {
            let longer = counted_with(&model, &[("seq", 2048)]);
            assert_eq!(longer.parameters, whole(parameters), "{name}");
            assert!(longer.macs > one.macs, "{name}");
        }
    }
}

#[test]
fn every_attention_that_ships_fits_into_the_models() {
    for name in [
        "bert-base",
        "gpt2",
        "llama-3.1-8b",
        "gemma-3-1b",
        "t5-small",
    ] {
        let model = read(name);
        assert_eq!(model.variant_names(), ["vanilla", "e-att", "l1"], "{name}");
        let macs = |variant: &str| counted(&model, variant, &set::<u8>(&[])).macs;
        assert!(macs("l1") < macs("vanilla"), "{name}");
        assert!(macs("e-att") < macs("l1"), "{name}");
    }
}

#[test]
fn a_window_is_never_larger_than_the_sequence() {
    // Mistral: 32 heads of 128 in 32 layers, scores and contexts.
    let model = read("mistral-7b-v0.1");
    let scores = |n: i64, keys: i64| 32 * 2 * n * keys * 4096;
    let without = |n: i64| counted_with(&model, &[("seq", n)]).macs;
    let of_tokens = without(1024) - whole(scores(1024, 1024));
    let linear = |n: i64| &of_tokens * whole(n) / whole(1024);
    assert_eq!(without(4096), linear(4096) + whole(scores(4096, 4096)));
    assert_eq!(
        without(16_384),
        linear(16_384) + whole(scores(16_384, 4096))
    );
}

#[test]
fn what_is_not_in_the_config_is_told() {
    let notes = imported("m", &fixture("gemma-3-4b")).notes.join("\n");
    assert!(notes.contains("`num_attention_heads` = 8"), "{notes}");
    assert!(notes.contains("text model alone"), "{notes}");
    let bare = fixture("gpt2").replace("\"architectures\": [\n    \"GPT2LMHeadModel\"\n  ],", "");
    let notes = imported("m", &bare).notes.join("\n");
    assert!(notes.contains("read as `GPT2LMHeadModel`"), "{notes}");
    assert!(imported("m", &fixture("gpt2")).notes.is_empty());
}

#[test]
fn a_model_is_named_after_its_file_its_config_or_its_folder() {
    let named = |path: &str, text: &str| {
        let text = import(&Source::new(path, text)).unwrap().text;
        let line = text
            .lines()
            .find(|line| line.starts_with("name = "))
            .unwrap();
        line.to_owned()
    };
    let text = fixture("gpt2");
    assert_eq!(named("a/my-gpt.json", &text), "name = \"my-gpt\"");
    assert_eq!(named("a/small/config.json", &text), "name = \"small\"");
    assert_eq!(named("config.json", &text), "name = \"gpt2\"");
    let own = text.replacen('{', "{ \"_name_or_path\": \"openai/gpt\\\"2\\nx\",", 1);
    assert_eq!(named("config.json", &own), "name = \"gpt2x\"");
}

/// What is said of a config that cannot be imported.
fn refused(text: &str) -> String {
    let found: Result<Imported, Problems> = import(&Source::new("config.json", text));
    found.expect_err("an error").render(false)
}

#[test]
fn wrong_fields_are_told_with_their_places() {
    let gpt2 = fixture("gpt2");
    let llama = fixture("llama-3.1-8b");
    let gemma = fixture("gemma-2-2b");
    let change = |text: &str, from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    };
    for (text, wanted) in [
        (
            change(&gpt2, "\"n_embd\": 768,", ""),
            &["needs `n_embd`", "config.json:2:17"][..],
        ),
        (
            change(&gpt2, "\"n_embd\"", "\"n_emdb\""),
            &["needs `n_embd`", "did you mean `n_embd` by `n_emdb`?"],
        ),
        (
            change(&gpt2, "768", "-768"),
            &[
                "expected a whole number from 1",
                "the number -768",
                "config.json:10:13",
            ],
        ),
        (change(&gpt2, "768", "0"), &["found the number 0"]),
        (change(&gpt2, "768", "768.5"), &["found the number 768.5"]),
        (
            change(&gpt2, "768", "\"768\""),
            &["found the string \"768\""],
        ),
        (change(&gpt2, "768", "[768]"), &["found an array"]),
        (change(&gpt2, "768", "{}"), &["found a table"]),
        (change(&gpt2, "768", "null"), &["needs `n_embd`"]),
        (change(&gpt2, "768", "1e30"), &["expected a whole number"]),
        (
            change(&gpt2, "768", "1e999999999"),
            &["a number out of range"],
        ),
        (
            change(&gpt2, "768", "NaN"),
            &["found `NaN`", "config.json:10:13"],
        ),
        (
            change(&gpt2, "768", "769"),
            &["`n_head` = 12 does not divide `n_embd` = 769"],
        ),
        (
            change(&gpt2, "\"n_layer\": 12", "\"n_layer\": 1000000"),
            &["from 1 to 10000"],
        ),
        (
            change(&gpt2, "gelu_new", "gelu_nex"),
            &[
                "the activation `gelu_nex` is not known",
                "did you mean `gelu_new`?",
            ],
        ),
        (
            change(&gpt2, "GPT2LMHeadModel", "GPT2LMHeadModle"),
            &[
                "no class `GPT2LMHeadModle`",
                "did you mean `GPT2LMHeadModel`?",
            ],
        ),
        (
            change(&gpt2, "\"GPT2LMHeadModel\"", "3"),
            &["expected a string, found the number 3"],
        ),
        (
            change(
                &llama,
                "\"num_key_value_heads\": 8",
                "\"num_key_value_heads\": 7",
            ),
            &["`num_key_value_heads` = 7 does not divide `num_attention_heads` = 32"],
        ),
        (
            change(&llama, "\"mlp_bias\": false", "\"mlp_bias\": \"no\""),
            &["expected `true` or `false`, found the string \"no\""],
        ),
        (
            change(
                &llama,
                "\"model_type\": \"llama\"",
                "\"model_type\": \"lama\"",
            )
            .replace("LlamaForCausalLM", "LamaForCausalLM"),
            &[
                "the family `lama` is not known",
                "did you mean `llama`?",
                "`whisper`",
            ],
        ),
        (
            change(
                &llama,
                "\"model_type\": \"llama\"",
                "\"model_type\": \"zebra\"",
            )
            .replace("LlamaForCausalLM", "ZebraForCausalLM"),
            &["the family `zebra` is not known", "known: `"],
        ),
        (
            change(&llama, "\"model_type\": \"llama\",", ""),
            &["no `model_type`", "families known here"],
        ),
        (
            change(
                &gemma,
                "\"head_dim\": 256",
                "\"layer_types\": [\"sliding\"]",
            ),
            &["the layer type `sliding` is not known", "lists 1 layers"],
        ),
        (
            "[1, 2]".to_owned(),
            &["a config is an object, and this is an array"],
        ),
        ("\"gpt2\"".to_owned(), &["a config is an object"]),
        ("{}".to_owned(), &["no `model_type`"]),
        (String::new(), &["the file is empty"]),
        (
            "{\"a\": 1, \"a\": 2}".to_owned(),
            &["the key `a` is given twice"],
        ),
        ("[".repeat(100_000), &["not valid JSON"]),
        (" ".repeat(Source::max_bytes() + 1), &["no config is"]),
    ] {
        let told = refused(&text);
        for wanted in wanted {
            assert!(told.contains(wanted), "wanted {wanted}\n{told}");
        }
    }
}

#[test]
fn all_mistakes_are_told_at_once() {
    let text = fixture("gpt2")
        .replace("768", "-1")
        .replace("1024", "\"x\"")
        .replace("50257", "true");
    let told = refused(&text);
    for wanted in ["the number -1", "the string \"x\"", "found `true`"] {
        assert!(told.contains(wanted), "wanted {wanted}\n{told}");
    }
}

/// Bindings that a config may hold where it should not.
const NASTY: [&str; 14] = [
    "null",
    "true",
    "0",
    "1",
    "2",
    "3",
    "-1",
    "0.5",
    "999999999",
    "1e308",
    "\"x\"",
    "[]",
    "[1]",
    "{}",
];

#[test]
fn no_value_of_any_field_does_harm() {
    for (name, ..) in MODELS {
        no_value_does_harm(name, &fixture(name), &NASTY);
    }
}

/// Sizes of a mixture that depend on each other: one mistake, one message.
#[test]
fn what_follows_from_a_mistake_is_not_told_beside_it() {
    let sizes = [
        ("hidden_size", 8),
        ("num_attention_heads", 4),
        ("num_key_value_heads", 2),
        ("num_local_experts", 3),
        ("num_experts_per_tok", 2),
        ("intermediate_size", 16),
        ("num_hidden_layers", 1),
        ("vocab_size", 11),
    ];
    for (wrong, _) in sizes {
        for value in ["0", "-3", "2.5", "\"4\"", "true", "1e30"] {
            let fields = sizes.map(|(key, size)| match key == wrong {
                true => format!("\"{key}\": {value}"),
                false => format!("\"{key}\": {size}"),
            });
            let text = format!("{{ \"model_type\": \"mixtral\", {} }}", fields.join(", "));
            let told = import(&Source::new("m.json", text))
                .unwrap_err()
                .render(false);
            assert_eq!(
                told.matches("error:").count(),
                1,
                "{wrong} = {value}:\n{told}"
            );
        }
    }
}
