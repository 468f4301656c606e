//! Any bytes, read as the head of a file of weights, a safetensors file beside the
//! config of a Llama whose numbers are packed; the model file that is written is
//! read and lowered.

#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use picojoule::import::weights::Head;
use picojoule::source::Source;
use support::written;

static CONFIG: LazyLock<Arc<Source>> = LazyLock::new(|| {
    let text = include_str!("../../tests/weights/small/gptq/config.json");
    Source::new("config.json", text)
});

fuzz_target!(|bytes: &[u8]| {
    let is_gguf = bytes.starts_with(b"GGUF");
    let head = match is_gguf {
        true => Head::of_gguf(&bytes, "m.gguf"),
        false => Head::of_safetensors(&bytes, "m.safetensors"),
    };
    let Ok(head) = head else { return };
    let config = (!is_gguf).then_some(&*CONFIG);
    match head.import(config, "m") {
        Ok(imported) => written::lower(&imported.text),
        Err(problems) => drop(problems.render(true)),
    }
});
