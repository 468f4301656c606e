//! Any bytes, read as an ONNX file, and what becomes of it: its weights are
//! looked at, and the model file that is written is read and lowered.

#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use picojoule::import::Given;
use picojoule::import::onnx::scan::scan;
use picojoule::import::onnx::{WeightValues, import, wire};
use support::{protobuf, written};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    protobuf::mutate(data, size, max_size, seed)
});

fuzz_target!(|bytes: &[u8]| {
    let model = match wire::read(&bytes) {
        Ok(model) => model,
        Err(malformed) => return drop(malformed.to_string()),
    };
    for tensor in &model.graph.initializers {
        let open = |location: &str| Err(location.to_owned());
        let _ = scan(tensor, &bytes, &open);
    }
    let given = Given::default();
    match import(model, "m.onnx", &given, &mut |_| WeightValues::any()) {
        Ok(imported) => written::lower(&imported.text),
        Err(problems) => drop(problems.render(true)),
    }
});
