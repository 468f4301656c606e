//! The module `picojoule._native`: the commands of the program, called from Python.
//!
//! | file | what it knows |
//! |---|---|
//! | `answer` | a result in every form in which Python shows it |
//! | `sweep` | a sweep as a stream of Arrow batches |
//! | `rows` | the rows of a table, as one Arrow batch or as dicts |
//! | `html` | tables and pictures for notebooks |
//! | `error` | mistakes as exceptions |
//! | `meters` | the meters of the machine |
//! | `threads` | the threads that work things out |
//!
//! Words of the command line come in, so that both mean the same by them and there is
//! one place where they are read; `picojoule/_words.py` writes them.

mod answer;
mod error;
mod html;
mod meters;
mod rows;
mod sweep;
mod threads;

use std::ffi::OsString;

use pyo3::prelude::*;

/// The commands of the program picojoule, for the package around it.
#[pymodule]
mod _native {
    #[pymodule_export]
    use super::answer::{Answer, answer};
    #[pymodule_export]
    use super::error::PicojouleError;
    #[pymodule_export]
    use super::meters::Meters;
    #[pymodule_export]
    use super::program;
    #[pymodule_export]
    use super::sweep::NativeSweep;

    /// How the names of files end that a model, a block or a table can be read from.
    #[pymodule_export]
    const ENDINGS: [&str; 6] = picojoule::catalog::ENDINGS;

    /// The version of the library.
    #[pymodule_export]
    #[allow(non_upper_case_globals)]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}

/// Runs the program with these arguments, its own name first, and gives its exit code.
#[pyfunction]
fn program(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| picojoule::cli::run(arguments))
}
