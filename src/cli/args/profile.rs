//! `picojoule profile`, as typed.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::model::ModelArgs;
use super::output::{FormatArgs, PlotArgs};
use super::part::VariantsArgs;
use super::price::PriceArgs;

/// `picojoule profile`
#[derive(Debug, Args)]
#[command(mut_arg("variants", |arg| {
    arg.help("Variants of the model: its own, or blocks for its slot; its first if none is given")
}))]
#[command(mut_arg("plot", |arg| {
    arg.help("Draw an icicle of model, layers, stages, ops and what they pay for into this \
              file, an .svg or a .png; the .svg says more where it is pointed at, and can be \
              searched")
}))]
#[command(after_help = "\
Examples:
  picojoule profile bert-base
  picojoule profile bert-base --movement tiled --top 5
  picojoule profile bert-base --by layer --output csv
  picojoule profile bert-base --plot icicle.svg
  picojoule profile bert-base --folded bert.folded     for speedscope, flamegraph.pl, inferno
  picojoule profile attention --diff vanilla,e-att --plot saved.svg")]
pub(in crate::cli) struct ProfileArgs {
    #[command(flatten)]
    pub(in crate::cli) model: ModelArgs,
    #[command(flatten)]
    pub(in crate::cli) price: PriceArgs,
    #[command(flatten)]
    pub(in crate::cli) variants: VariantsArgs,
    /// What to list: the hottest ops, or all layers with shapes, parameters and
    /// products, each repeat by itself
    #[arg(long, value_enum, default_value_t = ProfileBy::Op)]
    pub(in crate::cli) by: ProfileBy,
    /// How many ops to list
    #[arg(long, value_name = "COUNT", default_value = "20", value_parser = clap::value_parser!(u32).range(1..))]
    pub(in crate::cli) top: u32,
    /// Take repeated layers apart in ops, icicles and stacks, too: `encoder.0`,
    /// `encoder.1`, … in the place of `encoder (×12)`
    #[arg(long)]
    pub(in crate::cli) expand: bool,
    /// Write folded stacks into this file, or to standard output if it is `-`, in
    /// the place of the list; whole numbers, in the unit that the first frame
    /// names
    #[arg(long, value_name = "FILE", conflicts_with = "diff")]
    pub(in crate::cli) folded: Option<PathBuf>,
    /// Hold two variants against each other: what the second saves and adds
    #[arg(
        long,
        value_name = "A,B",
        value_delimiter = ',',
        conflicts_with = "variants"
    )]
    pub(in crate::cli) diff: Vec<String>,
    #[command(flatten)]
    pub(in crate::cli) format: FormatArgs,
    #[command(flatten)]
    pub(in crate::cli) plot: PlotArgs,
}

/// What a profile lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ProfileBy {
    /// The hottest ops
    Op,
    /// All layers
    Layer,
}
