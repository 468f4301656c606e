//! `picojoule table`, as typed.

use clap::{Args, Subcommand};

use super::output::FormatArgs;

/// `picojoule table`
#[derive(Debug, Args)]
pub(in crate::cli) struct TableArgs {
    #[command(subcommand)]
    pub(in crate::cli) command: TableCommand,
}

/// What can be done with hardware tables.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum TableCommand {
    /// List the tables that ship
    List {
        #[command(flatten)]
        format: FormatArgs,
    },
    /// Show every entry of a table with its source and confidence
    Show {
        /// Name of a table that ships, or path of a table file
        table: String,
        #[command(flatten)]
        format: FormatArgs,
    },
}
