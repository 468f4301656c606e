//! `picojoule sweep`, as typed.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::model::ModelArgs;
use super::output::{ColumnsArgs, PlotArgs};
use super::part::{ScopesArgs, VariantsArgs};
use super::price::PriceArgs;
use super::random::SeedArgs;

/// `picojoule sweep`
#[derive(Debug, Args)]
#[command(mut_arg("plot", |arg| {
    arg.help(
        "Draw the savings (or energies) over one axis as lines, over two as a heat map, \
         into an .svg, .png or .pdf",
    )
}))]
#[command(after_help = "\
Examples:
  picojoule sweep attention --over n=1..512
  picojoule sweep attention --over n=1..512 --plot savings.svg --scope attention
  picojoule sweep attention --over n=16..4096:log:9 --plot savings.pdf --width 84mm
  picojoule sweep bert-base --over n=64..1024:64 --over 45nm.fp32.mul=1..5:0.5 --out bert.parquet
  picojoule sweep attention --over n=10,25 --over format=fp32,int8 --output csv
  picojoule sweep attention --over n=1..512:log --over rho=0.1..0.9 --sample 10000 --out sample.csv
  picojoule sweep attention --over n=1..4096 --over d=256..4096:256 --shard 3/8 --out part3.parquet

A plain name that some variants set for themselves is theirs alone: the others
keep what the model gives them. The last axis runs fastest. Points that the model refuses (a head count that does
not divide the width) are left out and counted.")]
pub(in crate::cli) struct SweepArgs {
    #[command(flatten)]
    pub(in crate::cli) model: ModelArgs,
    #[command(flatten)]
    pub(in crate::cli) price: PriceArgs,
    /// What to sweep: a dim or parameter (`n`), that of one variant (`snn.t`), a
    /// table entry (`45nm.fp32.mul`), a number of its memories or its device
    /// (`sram.kib`, `h100.bf16.tops`), `table`, `format` or `variant`, over a list
    /// or a range
    #[arg(long, value_name = "NAME=VALUES", required = true)]
    pub(in crate::cli) over: Vec<String>,
    #[command(flatten)]
    pub(in crate::cli) variants: VariantsArgs,
    #[command(flatten)]
    pub(in crate::cli) scopes: ScopesArgs,
    /// Run all axes together instead of every combination
    #[arg(long, conflicts_with = "sample")]
    pub(in crate::cli) zip: bool,
    /// Draw so many random points from the ranges
    #[arg(long, value_name = "POINTS")]
    pub(in crate::cli) sample: Option<u64>,
    /// Draw a Latin hypercube: every range is covered evenly
    #[arg(long, requires = "sample")]
    pub(in crate::cli) latin: bool,
    #[command(flatten)]
    pub(in crate::cli) random: SeedArgs,
    /// Run only the I-th of K equal parts, from 0/K to K-1/K
    #[arg(long, value_name = "I/K")]
    pub(in crate::cli) shard: Option<String>,
    /// Do nothing where the file of --out is there with the same columns, first row and
    /// last row; where these are others, refuse
    #[arg(long, requires = "out", conflicts_with = "plot")]
    pub(in crate::cli) skip_existing: bool,
    /// Refuse a sweep of more points than this
    #[arg(long, value_name = "POINTS")]
    pub(in crate::cli) limit: Option<u64>,
    /// Write the rows into a file: .csv, .jsonl or .parquet
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) out: Option<PathBuf>,
    /// Write the rows to stdout; a summary otherwise
    #[arg(long, short, value_enum, default_value_t = SweepOutput::Summary)]
    pub(in crate::cli) output: SweepOutput,
    /// Draw these axes of the plot by the logarithm; an axis over `FROM..TO:log:COUNT`
    /// is so by itself, and energies are where they are far apart
    #[arg(
        long,
        value_enum,
        value_name = "AXES",
        value_delimiter = ',',
        requires = "plot",
        help_heading = "Plots"
    )]
    pub(in crate::cli) log_axis: Vec<LogAxis>,
    #[command(flatten)]
    pub(in crate::cli) columns: ColumnsArgs,
    #[command(flatten)]
    pub(in crate::cli) plot: PlotArgs,
    /// A published saving to mark in the plot, as a share: 0.66
    #[arg(long, value_name = "SAVING")]
    pub(in crate::cli) target: Option<f64>,
}

/// What a sweep prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum SweepOutput {
    /// The extremes of every column
    #[value(alias = "text")]
    Summary,
    /// The extremes as a Markdown table
    Markdown,
    /// The extremes as a LaTeX table (booktabs, tabularx)
    Latex,
    /// All rows as comma-separated values
    Csv,
    /// All rows as JSON lines
    Json,
}

/// An axis of a plot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum LogAxis {
    /// From left to right
    X,
    /// From bottom to top
    Y,
}
