//! `picojoule schema`, as typed.

use clap::{Args, ValueEnum};

/// `picojoule schema`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  picojoule schema table > table.json

and at the top of a table of your own, for taplo and Even Better TOML:
  #:schema ./table.json")]
pub(in crate::cli) struct SchemaArgs {
    /// The kind of file
    pub(in crate::cli) kind: KindArg,
}

/// A kind of file that has a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum KindArg {
    /// A model
    Model,
    /// A block that models call by name
    Block,
    /// A hardware table
    Table,
    /// A report
    Report,
    /// Claims of a publication
    Claim,
    /// Densities that were measured
    Densities,
}
