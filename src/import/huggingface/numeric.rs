//! The numbers that a model computes with: its format, and what a config says
//! of quantised weights.

use super::config::Config;
use super::draft::Draft;
use super::label::harmless;
use crate::source::{Datum, Value};

/// Formats by the names that configs give them.
const FORMATS: [(&str, &str); 4] = [
    ("float64", "fp64"),
    ("float32", "fp32"),
    ("float16", "fp16"),
    ("bfloat16", "bf16"),
];

/// Ways to quantise of which only the weights are of few bits, and are
/// unpacked before they are multiplied.
const WEIGHTS_ALONE: [&str; 12] = [
    "aqlm",
    "auto-round",
    "awq",
    "eetq",
    "gguf",
    "gptq",
    "higgs",
    "hqq",
    "mxfp4",
    "spqr",
    "sinq",
    "vptq",
];

/// The format of a model: `dtype`, or `torch_dtype` as it was called before.
pub(crate) fn format(config: &mut Config<'_>, draft: &mut Draft) {
    let told = ["torch_dtype", "dtype"].map(|key| config.word(key));
    let Some(told) = told.into_iter().flatten().next_back() else {
        return;
    };
    let name = told.value.trim_start_matches("torch.");
    match FORMATS.iter().find(|(known, _)| *known == name) {
        // What every model is computed in unless it says otherwise.
        Some((_, "fp32")) => {}
        Some((_, format)) => draft.format(format),
        None => config.remark(format!(
            "The format `{}` is not known here; `--format` chooses what the model is priced in.",
            harmless(name)
        )),
    }
}

/// What the config says of quantised weights. None of it is priced: that is
/// told.
pub(crate) fn quantisation(config: &mut Config<'_>) {
    let Some(node) = config.take("quantization_config") else {
        return;
    };
    let text = |key: &str| match field(node, key).map(|node| &node.value) {
        Some(Value::Text(text)) => Some(harmless(text)),
        _ => None,
    };
    let method = text("quant_method").unwrap_or_else(|| "unknown".to_owned());
    let bits = ["bits", "w_bit", "num_bits"].into_iter().find_map(|key| {
        let node = field(node, key)?;
        matches!(node.value, Value::Number(_)).then(|| node.describe())
    });
    let four = field(node, "load_in_4bit").is_some_and(|node| node.value == Value::Bool(true));
    let bits = match (bits, four) {
        (Some(bits), _) => format!(", {} bits", bits.trim_start_matches("the number ")),
        (None, true) => ", 4 bits".to_owned(),
        (None, false) => String::new(),
    };
    let unpacked = WEIGHTS_ALONE.contains(&method.as_str()) || four;
    config.remark(match unpacked {
        true => format!(
            "The weights are quantised (`{method}`{bits}) and multiply in the format of the \
             estimate; unpacking them is left out."
        ),
        false => format!(
            "The config says that it is quantised (`{method}`{bits}); that is not priced here: \
             all products are counted in the format of the estimate."
        ),
    });
}

/// The field `key` of a table.
fn field<'n>(node: &'n Datum, key: &str) -> Option<&'n Datum> {
    let Value::Table(entries) = &node.value else {
        return None;
    };
    let found = entries.iter().find(|(name, _)| name.value == key);
    found.map(|(_, node)| node)
}
