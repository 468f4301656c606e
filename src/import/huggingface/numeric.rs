//! The numbers that a model computes with.

use super::config::Config;
use super::draft::Draft;
use super::label::harmless;

/// Formats by the names that configs give them.
pub(super) const FORMATS: [(&str, &str); 6] = [
    ("float64", "fp64"),
    ("float32", "fp32"),
    ("float16", "fp16"),
    ("bfloat16", "bf16"),
    ("float8_e4m3fn", "fp8"),
    ("float8_e5m2", "fp8"),
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
