//! Any text, read as the config of a Hugging Face model; the model file that
//! is written is read and lowered.

#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use picojoule::import::huggingface;
use picojoule::source::Source;
use support::{text, written};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    text::mutate(data, size, max_size, seed)
});

fuzz_target!(|text: &str| {
    match huggingface::import(&Source::new("config.json", text)) {
        Ok(imported) => written::lower(&imported.text),
        Err(problems) => drop(problems.render(true)),
    }
});
