//! Hugging Face configs of encoders, of text and of images: small networks
//! against `transformers` itself.
//!
//! `tests/huggingface/encoders` holds configs that `encoders.py` beside it made,
//! with the parameters and the multiply–accumulates of the library for each.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

#[path = "common/nasty.rs"]
mod nasty;

use nasty::no_value_does_harm;
use std::path::{Path, PathBuf};

use common::*;
use picojoule::energy::Counted;
use picojoule::import::Imported;
use picojoule::import::huggingface::import;
use picojoule::source::Source;

/// So many tokens the library was run with.
const TOKENS: u64 = 10;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/huggingface/encoders")
}

fn text(name: &str) -> String {
    std::fs::read_to_string(folder().join(format!("{name}.json"))).unwrap()
}

fn imported(name: &str, text: &str) -> Imported {
    import(&Source::new(format!("{name}.json"), text))
        .unwrap_or_else(|problems| panic!("{name}: {problems}"))
}

fn counts(name: &str, text: &str, settings: &[(&str, u64)]) -> Counted {
    let model = model(&imported(name, text).text);
    counted(&model, model.variant_names()[0], &set(settings))
}

/// Names, parameters, and multiply–accumulates where the library counts them.
fn small() -> Vec<(String, u64, Option<u64>)> {
    let table = std::fs::read_to_string(folder().join("expected.csv")).unwrap();
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

/// The tokens of a config that reads.
fn lengths(text: &str) -> Vec<(&'static str, u64)> {
    match text.contains("\"max_position_embeddings\"") && !text.contains("ForImageClassification") {
        true => vec![("seq", TOKENS)],
        false => Vec::new(),
    }
}

#[test]
fn small_networks_have_the_parameters_and_macs_of_transformers() {
    let mut wrong = Vec::new();
    for (name, parameters, macs) in small() {
        let text = text(&name);
        let macs = macs.unwrap_or_else(|| panic!("no MACs of {name}"));
        let found = counts(&name, &text, &lengths(&text));
        if (&found.parameters, &found.macs) != (&whole(parameters), &whole(macs)) {
            wrong.push(format!(
                "{name}: {} parameters and {} MACs, not {parameters} and {macs}",
                found.parameters, found.macs
            ));
        }
        let notes = imported(&name, &text).notes;
        let unread = notes.iter().find(|note| note.contains("not read"));
        wrong.extend(unread.map(|note| format!("{name}: {note}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_small_config_is_tried() {
    let tried = small();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        if let Some(name) = file.strip_suffix(".json") {
            assert!(tried.iter().any(|(known, ..)| known == name), "{name}");
        }
    }
}

/// `text` with one place changed.
fn change(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "{from} in {text}");
    text.replacen(from, to, 1)
}

/// What is said of a config that cannot be imported.
fn refused(text: &str) -> String {
    import(&Source::new("config.json", text))
        .expect_err("an error")
        .render(false)
}

/// Algorithm 1 of the paper of DeBERTa, one product after the other: how many
/// multiplications a layer's attention takes for `n` tokens of `d` numbers and
/// `rows` distances.
fn disentangled(n: u64, d: u64, heads: u64, rows: u64) -> u64 {
    let mut products = 0;
    // Queries, keys and values of tokens; keys and queries of distances; and
    // the projection of the result.
    for (of, matrices) in [(n, 3), (rows, 2), (n, 1)] {
        for _ in 0..of * matrices {
            products += d * d;
        }
    }
    for _ in 0..heads {
        for _query in 0..n {
            // With every key, with the key of every distance, and over values.
            for _ in 0..n {
                products += 2 * (d / heads);
            }
            for _ in 0..rows {
                products += d / heads;
            }
        }
        for _key in 0..n {
            // With the query of every distance.
            for _ in 0..rows {
                products += d / heads;
            }
        }
    }
    products
}

#[test]
fn disentangled_attention_is_counted_as_its_authors_describe_it() {
    // 3 layers of 32 numbers, 4 heads, 2·8 distances and 36 numbers within; a
    // linear layer and 61 words behind them.
    let text = text("deberta-v2");
    let rest = |n: u64| n * (3 * 2 * 32 * 36 + 32 * 32 + 32 * 61);
    for n in [1, 3, 10, 16] {
        let right = 3 * disentangled(n, 32, 4, 16) + rest(n);
        let found = counts("m", &text, &[("seq", n)]);
        assert_eq!(found.macs, whole(right), "{n} tokens");
    }
    // One of the two products with distances: no queries of distances, and no
    // products with keys.
    let one = change(&text, "\"p2c\"", "\"none\"");
    let fewer = 3 * (16 * 32 * 32 + 10 * 16 * 32);
    let both = counts("m", &text, &[("seq", 10)]).macs;
    let found = counts("m", &one, &[("seq", 10)]).macs;
    assert_eq!(found, both - whole(fewer));
}

#[test]
fn layers_of_a_group_share_their_weights() {
    let text = text("albert");
    let deep = change(
        &text,
        "\"num_hidden_layers\": 3",
        "\"num_hidden_layers\": 9",
    );
    let [few, many] = [&text, &deep].map(|text| counts("m", text, &[("seq", TOKENS)]));
    assert_eq!(few.parameters, many.parameters);
    // Six layers more: four matrices of 32·32, two of 32·36, and scores and
    // contexts of 10 tokens.
    let layer = 10 * (4 * 32 * 32 + 2 * 32 * 36 + 2 * 10 * 32);
    assert_eq!(many.macs - few.macs, whole(6 * layer));
}

#[test]
fn windows_of_encoders_reach_to_both_sides() {
    // 128 is more than 10 tokens; of 4, two on each side and the token itself
    // are 5 of 10 keys, in 2 of 3 layers: twice 4 heads of 8 columns.
    let text = text("modernbert");
    let some = change(&text, "\"local_attention\": 128", "\"local_attention\": 4");
    let macs = |text: &str| counts("m", text, &[("seq", TOKENS)]).macs;
    assert_eq!(macs(&text) - macs(&some), whole(2 * 2 * 10 * 5 * 32));
}

#[test]
fn images_of_other_sizes_are_counted_with_other_patches() {
    // 24 pixels are 4·4 patches of 6, 36 are 6·6; beside them stands a class
    // token. A patch is 6·6·3 numbers; a layer of 32 has four matrices of 32·32
    // and two of 32·64.
    let right = |patches: u64| {
        let n = patches + 1;
        patches * 108 * 32 + 3 * n * (4 * 32 * 32 + 2 * 32 * 64 + 2 * n * 32)
    };
    let text = text("dinov2");
    assert_eq!(counts("m", &text, &[]).macs, whole(right(16)));
    let larger = counts("m", &text, &[("pixels", 36)]);
    assert_eq!(larger.macs, whole(right(36)));
}

#[test]
fn windows_of_swin_are_padded_and_patches_merged() {
    // 36 pixels are 18·18 patches of 2, padded to 20·20 in windows of 4·4: 25
    // windows. Four patches of 8 numbers become one of 16, 9·9 of them, padded
    // to 12·12: 9 windows.
    let stage = |patches: u64, windows: u64, d: u64| {
        let padded = windows * 16;
        padded * (4 * d * d + 2 * 16 * d) + patches * 2 * d * 2 * d
    };
    let right = 324 * 12 * 8 + stage(324, 25, 8) + 81 * 32 * 16 + 2 * stage(81, 9, 16);
    assert_eq!(counts("m", &text("swin-odd"), &[]).macs, whole(right));
}

#[test]
fn stages_that_disagree_are_told() {
    let resnet = change(
        &text("resnet"),
        "\"hidden_sizes\": [\n  8,",
        "\"hidden_sizes\": [",
    );
    let told = refused(&resnet);
    assert!(
        told.contains("`hidden_sizes` lists 3 stages and `depths` 4;"),
        "{told}"
    );
    let swin = change(&text("swin"), "\"num_heads\": [\n  2,", "\"num_heads\": [");
    let told = refused(&swin);
    assert!(
        told.contains("`num_heads` lists 1 stages and `depths` 2"),
        "{told}"
    );
    let oblong = change(
        &text("swin"),
        "\"image_size\": 32",
        "\"image_size\": [32, 48]",
    );
    let told = refused(&oblong);
    assert!(told.contains("only equal sides are known here"), "{told}");
}

#[test]
fn heads_without_what_they_take_are_told() {
    let siglip = change(
        &text("siglip"),
        "\"vision_use_head\": true",
        "\"vision_use_head\": false",
    );
    let told = refused(&siglip);
    assert!(told.contains("without it images have no vector"), "{told}");
    let deberta = change(
        &text("deberta-classes"),
        "\"pooler_hidden_size\": 32",
        "\"pooler_hidden_size\": 48",
    );
    let told = refused(&deberta);
    assert!(told.contains("as wide as `hidden_size`"), "{told}");
}

/// Bindings that a config may hold where it should not.
const NASTY: [&str; 5] = ["null", "0", "999999999", "[1]", "{\"1\": {}}"];

#[test]
fn no_value_of_any_field_does_harm() {
    for name in [
        "albert-groups",
        "beit",
        "clip",
        "clip_vision_model",
        "convnext",
        "deberta",
        "deberta-v2-classes",
        "deit",
        "dinov2-gated",
        "dinov3_vit",
        "electra",
        "ernie-tasks",
        "modernbert-classes",
        "mpnet",
        "resnet-basic",
        "siglip_text_model",
        "swin-odd",
    ] {
        no_value_does_harm(name, &text(name), &NASTY);
    }
}

/// Sizes of models as they were published, with their parameters.
///
/// | model | source |
/// |---|---|
/// | CLIP ViT-B/32 | Radford et al., ICML 2021: 151 M |
/// | DeBERTa V3 base | He et al., ICLR 2023: 86 M without the 98 M of words |
/// | ALBERT base V2 | Lan et al., ICLR 2020: 12 M |
/// | ModernBERT base | Warner et al., 2024: 149 M |
/// | SigLIP B/16 | Zhai et al., ICCV 2023: 203 M |
/// | DINOv2 B/14 | Oquab et al., TMLR 2024: 86 M |
/// | Swin-T | Liu et al., ICCV 2021: 28.3 M, 4.5 G products at 224 pixels |
/// | ConvNeXt-T | Liu et al., CVPR 2022: 28.6 M, 4.5 G products |
/// | ResNet-50 | He et al., CVPR 2016: 25.6 M; 4.1 G products with the stride in the 3×3 convolutions |
/// | DeiT-B, distilled | Touvron et al., ICML 2021: 87 M |
///
/// The exact totals are those of `transformers` 5.24 for the same sizes.
const PUBLISHED: [(&str, u64, Option<u64>); 10] = [
    (
        r#""model_type": "clip", "projection_dim": 512, "text_config": { "hidden_size": 512,
            "num_attention_heads": 8, "intermediate_size": 2048, "num_hidden_layers": 12,
            "max_position_embeddings": 77, "vocab_size": 49408 }, "vision_config": {
            "hidden_size": 768, "num_attention_heads": 12, "intermediate_size": 3072,
            "num_hidden_layers": 12, "image_size": 224, "patch_size": 32 }"#,
        151_277_313,
        None,
    ),
    (
        r#""model_type": "deberta-v2", "hidden_size": 768, "num_attention_heads": 12,
            "intermediate_size": 3072, "num_hidden_layers": 12, "vocab_size": 128100,
            "max_position_embeddings": 512, "relative_attention": true, "position_buckets": 256,
            "norm_rel_ebd": "layer_norm", "share_att_key": true, "pos_att_type": "p2c|c2p",
            "position_biased_input": false, "type_vocab_size": 0"#,
        183_831_552,
        None,
    ),
    (
        r#""model_type": "albert", "hidden_size": 768, "num_attention_heads": 12,
            "intermediate_size": 3072, "num_hidden_layers": 12, "vocab_size": 30000,
            "max_position_embeddings": 512, "embedding_size": 128"#,
        11_683_584,
        None,
    ),
    (
        r#""model_type": "modernbert", "architectures": ["ModernBertForMaskedLM"],
            "hidden_size": 768, "num_attention_heads": 12, "intermediate_size": 1152,
            "num_hidden_layers": 22, "vocab_size": 50368, "max_position_embeddings": 8192"#,
        149_655_232,
        None,
    ),
    (
        r#""model_type": "siglip", "text_config": { "hidden_size": 768,
            "num_attention_heads": 12, "intermediate_size": 3072, "num_hidden_layers": 12,
            "max_position_embeddings": 64, "vocab_size": 32000 }, "vision_config": {
            "hidden_size": 768, "num_attention_heads": 12, "intermediate_size": 3072,
            "num_hidden_layers": 12, "image_size": 224, "patch_size": 16 }"#,
        203_155_970,
        None,
    ),
    (
        r#""model_type": "dinov2", "hidden_size": 768, "num_attention_heads": 12,
            "num_hidden_layers": 12, "image_size": 518, "patch_size": 14, "mlp_ratio": 4"#,
        86_580_480,
        None,
    ),
    (
        r#""model_type": "swin", "architectures": ["SwinForImageClassification"],
            "num_labels": 1000, "image_size": 224, "patch_size": 4, "embed_dim": 96,
            "depths": [2, 2, 6, 2], "num_heads": [3, 6, 12, 24], "window_size": 7"#,
        28_288_354,
        Some(45),
    ),
    (
        r#""model_type": "convnext", "architectures": ["ConvNextForImageClassification"],
            "num_labels": 1000, "image_size": 224, "patch_size": 4, "depths": [3, 3, 9, 3],
            "hidden_sizes": [96, 192, 384, 768]"#,
        28_589_128,
        Some(45),
    ),
    (
        r#""model_type": "resnet", "architectures": ["ResNetForImageClassification"],
            "num_labels": 1000, "depths": [3, 4, 6, 3], "hidden_sizes": [256, 512, 1024, 2048]"#,
        25_557_032,
        Some(41),
    ),
    (
        r#""model_type": "deit", "architectures": ["DeiTForImageClassificationWithTeacher"],
            "num_labels": 1000, "hidden_size": 768, "num_attention_heads": 12,
            "intermediate_size": 3072, "num_hidden_layers": 12, "image_size": 224,
            "patch_size": 16"#,
        87_338_192,
        None,
    ),
];

#[test]
fn large_encoders_have_the_parameters_that_are_published() {
    for (fields, parameters, tenths) in PUBLISHED {
        let found = counts("m", &format!("{{ {fields} }}"), &[]);
        assert_eq!(found.parameters, whole(parameters), "{fields}");
        // Products in tenths of 10^9.
        if let Some(tenths) = tenths {
            let rounded = (found.macs / whole(100_000_000)).round();
            assert_eq!(rounded, whole(tenths), "{fields}");
        }
    }
}
