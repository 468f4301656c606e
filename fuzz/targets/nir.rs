//! Any bytes, read as a NIR graph; the model file that is written is read and
//! lowered.

#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use picojoule::import::{Given, nir};
use support::{hdf5, written};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    hdf5::mutate(data, size, max_size, seed)
});

fuzz_target!(|bytes: &[u8]| {
    match nir::import(Box::new(bytes.to_vec()), "m.nir", &Given::new()) {
        Ok(imported) => written::lower(&imported.text),
        Err(problems) => drop(problems.render(true)),
    }
});
