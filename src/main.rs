//! The `picojoule` command: what was typed, what it means, what came of it.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(picojoule::cli::run(std::env::args_os()))
}
