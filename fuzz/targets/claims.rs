//! Any text, read as a claim file, computed and audited over what ships.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use picojoule::claims::{ClaimFile, Ledger, audit};
use picojoule::loader::Loader;
use picojoule::source::{Problems, Source};
use support::text;

/// What ships is read once.
static LOADER: LazyLock<Loader> = LazyLock::new(Loader::shipped);

fn all(text: &str) -> Result<(), Problems> {
    let file = ClaimFile::read(&Source::new("c.toml", text))?;
    let ledger = Ledger::compute(file, &LOADER)?;
    audit(&ledger, &LOADER, None).map(drop)
}

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    text::mutate(data, size, max_size, seed)
});

fuzz_target!(|text: &str| {
    if let Err(problems) = all(text) {
        drop(problems.render(true));
    }
});
