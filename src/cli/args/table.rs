//! `picojoule table`, as typed.

use std::path::PathBuf;

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
    /// Write a table that is another one at another node, supply or width, by a
    /// published law
    Scale(ScaleArgs),
}

/// `picojoule table scale`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  picojoule table scale 45nm --law stillmaker-baas-2017 --node 7nm --voltage 0.7 -o 7nm-scaled.toml
  picojoule table scale 45nm --law cv2 --voltage 0.6 -o low-voltage.toml
  picojoule table scale 45nm --law multiplier-quadratic --format int8 --width 4 -o int4.toml

The laws are of logic: memories, fitted prices and those of whole devices are left
out of a table for another node or supply, and the table says which. Every entry
that is made is `assumed` and names the law.")]
pub(in crate::cli) struct ScaleArgs {
    /// Name of a table that ships, or path of a table file
    pub(in crate::cli) table: String,
    /// The law: stillmaker-baas-2017 (nodes from 180 to 7 nm, and supplies), cv2
    /// (supplies) or multiplier-quadratic (widths of integers)
    #[arg(long)]
    pub(in crate::cli) law: String,
    /// The node to scale to, such as 7nm
    #[arg(long)]
    pub(in crate::cli) node: Option<String>,
    /// Transistors of 45 nm and below: HP (high performance, the default) or LP
    /// (low standby power)
    #[arg(long)]
    pub(in crate::cli) process: Option<String>,
    /// The supply to scale to, in volts; without it the supply stays
    #[arg(long, value_name = "VOLTS")]
    pub(in crate::cli) voltage: Option<String>,
    /// The format whose width is changed, such as int8
    #[arg(long)]
    pub(in crate::cli) format: Option<String>,
    /// The width to scale to, in bits
    #[arg(long, value_name = "BITS")]
    pub(in crate::cli) width: Option<u16>,
    /// What the new table is called
    #[arg(long)]
    pub(in crate::cli) name: Option<String>,
    /// The table file to write; standard output if none is given
    #[arg(short, long, value_name = "FILE")]
    pub(in crate::cli) output: Option<PathBuf>,
}
