//! Any bytes, read as an ONNX file, and the weights in it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use picojoule::import::onnx::scan::scan;
use picojoule::import::onnx::wire;

fuzz_target!(|bytes: &[u8]| match wire::read(&bytes) {
    Ok(model) => {
        for tensor in &model.graph.initializers {
            let open = |location: &str| Err(location.to_owned());
            let _ = scan(tensor, &bytes, &open, true);
        }
    }
    Err(malformed) => drop(malformed.to_string()),
});
