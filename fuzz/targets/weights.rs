//! Any bytes, read as the head of a file of weights; the model file that is
//! written of a GGUF file is read and lowered.

#![no_main]

use libfuzzer_sys::fuzz_target;
use picojoule::import::weights::Head;
use support::written;

fuzz_target!(|bytes: &[u8]| {
    let head = match bytes.starts_with(b"GGUF") {
        true => Head::of_gguf(&bytes, "m.gguf"),
        false => Head::of_safetensors(&bytes, "m.safetensors"),
    };
    let Ok(head) = head else { return };
    match head.import(None, "m") {
        Ok(imported) => written::lower(&imported.text),
        Err(problems) => drop(problems.render(true)),
    }
});
