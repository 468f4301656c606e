//! The `picojoule` command: what was typed, what it means, what came of it.

use std::process::ExitCode;

/// A graph is read into millions of small pieces: this takes a third less time
/// for it than the allocator of the C library.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ExitCode::from(picojoule::cli::run(std::env::args_os()))
}
