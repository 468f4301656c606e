//! Any text, read as a hardware table.

#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use picojoule::loader::Loader;
use picojoule::source::Source;
use picojoule::table::EnergyTable;
use support::text;

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    text::mutate(data, size, max_size, seed)
});

fuzz_target!(|text: &str| {
    let source = Source::new("t.toml", text);
    match EnergyTable::read(&source, &Loader::shipped()) {
        Ok(table) => {
            for (format, primitive, _) in table.entries() {
                assert!(table.entry(primitive, format).is_some());
            }
        }
        Err(problems) => drop(problems.render(true)),
    }
});
