//! Models that see or hear: the text model within them alone.

use super::text::TextModel;
use crate::import::huggingface::class::Head;
use crate::import::huggingface::class::{about, named};
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::hints;
use crate::import::huggingface::mechanism::plan::{HEADS, Outer};
use crate::import::huggingface::numeric;
use crate::source::{Diagnostic, Place, Value};

/// Each with the `model_type` that its text model has where it says none.
pub(super) const NESTED: &[(&str, &str)] = &[
    ("apertus1p5", "apertus1p5_text"),
    ("aria", "aria_text"),
    ("audioflamingo3", "qwen2"),
    ("aya_vision", "cohere2"),
    ("cohere2_vision", "cohere2"),
    ("cohere_compass", "cohere_compass_text"),
    ("cosmos3_edge", "cosmos3_edge_text"),
    ("cosmos3_omni", "qwen3_vl_text"),
    ("deepseek_ocr2", "deepseek_ocr2_text"),
    ("deepseek_vl", "llama"),
    ("deepseek_vl_hybrid", "llama"),
    ("emu3", "emu3_text_model"),
    ("exaone4_5", "exaone4"),
    ("fast_vlm", "qwen2"),
    ("fuyu", "persimmon"),
    ("gemma3", "gemma3_text"),
    ("gemma3n", "gemma3n_text"),
    ("gemma4", "gemma4_text"),
    ("glm46v", "glm4v_text"),
    ("glm4v", "glm4v_text"),
    ("glm4v_moe", "glm4v_moe_text"),
    ("glm_ocr", "glm_ocr_text"),
    ("glmasr", "llama"),
    ("glmga", "glm4v_text"),
    ("got_ocr2", "qwen2"),
    ("granite4_vision", "granite4_vision_text"),
    ("granite_docling", "granite_docling_text"),
    ("granite_speech", "granite"),
    ("granite_speech_plus", "granite"),
    ("hunyuan_vl", "hunyuan_vl_text"),
    ("hyperclovax_vision_v2", "hyperclovax"),
    ("idefics2", "mistral"),
    ("idefics3", "llama"),
    ("internvl", "qwen2"),
    ("janus", "llama"),
    ("kimi_k25", "deepseek_v3"),
    ("lfm2_vl", "lfm2"),
    ("lfm3_vl", "lfm3"),
    ("lighton_ocr", "qwen3"),
    ("llama4", "llama4_text"),
    ("llava", "llama"),
    ("llava_next", "llama"),
    ("llava_next_video", "llama"),
    ("llava_onevision", "qwen2"),
    ("mistral3", "mistral"),
    ("molmo2", "molmo2_text"),
    ("moss_transcribe_diarize", "qwen3"),
    ("musicflamingo", "qwen2"),
    ("omniasr", "llama"),
    ("ovis2", "qwen2"),
    ("paddleocr_vl", "paddleocr_vl_text"),
    ("paligemma", "gemma"),
    ("perception_lm", "llama"),
    ("pp_chart2table", "qwen2"),
    ("qianfan_ocr", "qwen3"),
    ("qwen2_5_omni_thinker", "qwen2_5_omni_text"),
    ("qwen2_5_vl", "qwen2_5_vl_text"),
    ("qwen2_audio", "qwen2"),
    ("qwen2_vl", "qwen2_vl_text"),
    ("qwen3_5", "qwen3_5_text"),
    ("qwen3_5_moe", "qwen3_5_moe_text"),
    ("qwen3_asr", "qwen3"),
    ("qwen3_omni_moe_thinker", "qwen3_omni_moe_text"),
    ("qwen3_vl", "qwen3_vl_text"),
    ("qwen3_vl_moe", "qwen3_vl_moe_text"),
    ("shieldgemma2", "gemma3_text"),
    ("smolvlm", "llama"),
    ("vibevoice_asr", "qwen2"),
    ("video_llama_3", "qwen2"),
    ("video_llava", "llama"),
    ("vipllava", "llama"),
    ("voxtral", "llama"),
];

/// Where the text model stands.
const KEYS: [&str; 2] = ["text_config", "llm_config"];

/// What is left out, where a config has it.
const LEFT_OUT: [(&str, &str); 7] = [
    ("vision_config", "what looks at pictures"),
    ("vit_config", "what looks at pictures"),
    ("adapter_config", "what condenses pictures"),
    ("visual", "what looks at pictures"),
    ("audio_config", "what listens"),
    ("encoder_config", "what listens"),
    ("perceiver_config", "what condenses pictures"),
];

/// Writes the text model down; `usual` is its `model_type` where it says none.
pub(super) fn write(config: &mut Config<'_>, draft: &mut Draft, usual: &'static str) {
    let head = head(config, draft);
    left_out(config);
    let key = config.first_of(&KEYS);
    if !config.has(key) {
        // As the first of these models were published: all in one.
        let outer = Outer {
            head: Some(head),
            ..Outer::default()
        };
        if let Some(family) = TextModel::of_type(usual) {
            family.write(config, draft, &outer);
        }
        return;
    }
    let tied = config.take("tie_word_embeddings");
    let tied = tied.and_then(|node| node.truth(&mut config.problems));
    let labels = (head == Head::Sequence).then(|| config.labels());
    let outer = Outer {
        head: Some(head),
        tied,
        labels,
    };
    config.within(key, |text| {
        text_model(text, draft, &outer, usual);
        // The whole says it once more, and stands over its part.
        numeric::format(text, draft);
        text.remark_unread();
    });
}

fn text_model(text: &mut Config<'_>, draft: &mut Draft, outer: &Outer, usual: &'static str) {
    let Some(name) = text.word("model_type") else {
        if let Some(family) = TextModel::of_type(usual) {
            family.write(text, draft, outer);
        }
        return;
    };
    match TextModel::of_type(&name.value) {
        Some(family) => {
            family.write(text, draft, outer);
        }
        None => {
            let message = format!("a text model `{}` is not known here", name.value);
            let mut mistake = Diagnostic::at(&name.place, message);
            if let Value::Table(entries) = &text.node.value
                && let Some(sentence) = hints::sentence(entries)
            {
                mistake = mistake.help(sentence);
            }
            let mistake = mistake.known(&name.value, TextModel::known());
            text.problems.push(mistake);
        }
    }
}

/// The head that the class of the whole has.
fn head(config: &mut Config<'_>, draft: &mut Draft) -> Head {
    let Some((name, place)) = named(config) else {
        config.remark("The config names no class in `architectures`; read as one that generates.");
        about(draft, "the text model");
        return Head::Words;
    };
    about(draft, format!("the text model of {name}"));
    let end = HEADS.iter().find(|(end, _)| name.ends_with(end));
    match end {
        Some((_, head)) => *head,
        None => unknown(config, &name, &place),
    }
}

fn unknown(config: &mut Config<'_>, name: &str, place: &Place) -> Head {
    let message = format!(
        "no class `{name}` of `{}` is known here",
        config.family.value
    );
    config.problems.push(Diagnostic::at(place, message));
    Head::Words
}

/// Names what is not in the result.
fn left_out(config: &mut Config<'_>) {
    let parts = LEFT_OUT.iter().filter(|(key, _)| config.has(key));
    let parts: Vec<String> = parts
        .map(|(key, what)| format!("{what} (`{key}`)"))
        .collect();
    let (what, verb) = match parts.len() {
        0 => ("whatever sees or hears".to_owned(), "is"),
        1 => (parts.join(""), "is"),
        _ => (parts.join(" and "), "are"),
    };
    config.remark(format!(
        "This is the text model alone: {what} {verb} neither computed nor among the parameters."
    ));
    config.without_effect(&LEFT_OUT.map(|(key, _)| key));
}
