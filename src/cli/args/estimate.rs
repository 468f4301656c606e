//! `picojoule estimate`, as typed.

use clap::{Args, ValueEnum};

use super::model::ModelArgs;
use super::output::{FormatArgs, PlotArgs};
use super::part::VariantsArgs;
use super::price::PriceArgs;

/// `picojoule estimate`
#[derive(Debug, Args)]
#[command(mut_arg("variants", |arg| {
    arg.help("Variants of the model: its own, or blocks for its slot; its first if none is given")
}))]
#[command(after_help = "\
Examples:
  picojoule estimate bert-base
  picojoule estimate llama-3.1-8b --set n=4096 --format bf16 --table 7nm --by layer
  picojoule estimate attention --variant e-att --set rho=0.3 --output json
  picojoule estimate attention --formula
  picojoule estimate my-model.toml --table my-table.toml --plot energy.svg
  picojoule estimate bert-base --movement tiled --by op --plot roofline.svg")]
pub(in crate::cli) struct EstimateArgs {
    #[command(flatten)]
    pub(in crate::cli) model: ModelArgs,
    #[command(flatten)]
    pub(in crate::cli) price: PriceArgs,
    #[command(flatten)]
    pub(in crate::cli) variants: VariantsArgs,
    /// What to add up by
    #[arg(long, value_enum, default_value_t = ByArg::Stage)]
    pub(in crate::cli) by: ByArg,
    /// Print each stage's counts and energy as a closed form in the dims
    #[arg(long, conflicts_with = "plot")]
    pub(in crate::cli) formula: bool,
    #[command(flatten)]
    pub(in crate::cli) format: FormatArgs,
    #[command(flatten)]
    pub(in crate::cli) plot: PlotArgs,
}

/// What an estimate is added up by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ByArg {
    /// Stages of the network: q-proj, score, softmax, …
    Stage,
    /// Single ops
    Op,
    /// Layers: the outermost blocks
    Layer,
    /// Primitives: mul, add, …
    Primitive,
}
