//! `picojoule new`, as typed.

use clap::Args;

use super::show::ShippedKind;

/// `picojoule new`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  picojoule new model mine            a small network, in mine.toml
  picojoule new block my-attention    an attention mechanism, for the slot of a model
  picojoule new table chips/ours      a hardware table, in chips/ours.toml
  picojoule new report figures        tables and plots of one result
  picojoule new claim paper           published numbers, recomputed

The file runs at once, as the command that is printed shows, and its comments say
what stands where. Nothing is written over.")]
pub(in crate::cli) struct NewArgs {
    /// What to begin
    #[arg(value_enum)]
    pub(in crate::cli) kind: ShippedKind,
    /// What it is called: letters, digits, `-`, `_` and `.`; the file is NAME.toml,
    /// here or in a folder that there is
    pub(in crate::cli) name: String,
}
