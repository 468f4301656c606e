//! `picojoule sensitivity`, as typed.

use clap::{Args, ValueEnum};

use super::model::ModelArgs;
use super::output::{FormatArgs, PlotArgs};
use super::part::{ScopesArgs, VariantsArgs};
use super::price::PriceArgs;
use super::random::SeedArgs;

/// `picojoule sensitivity`
#[derive(Debug, Args)]
#[command(mut_arg("scope", |arg| {
    arg.help(
        "Scopes; intervals for all that every variant has, and a ranking for the widest, \
         if none is given",
    )
}))]
#[command(mut_arg("plot", |arg| {
    arg.help("Draw what moves the result most, into an .svg or .png")
}))]
#[command(after_help = "\
Examples:
  picojoule sensitivity attention --scope alignment
  picojoule sensitivity bert-base --variants vanilla,e-att --of energy
  picojoule sensitivity attention --table 7nm --format int8 --spread assumed=1,high=0.1
  picojoule sensitivity attention --samples 100000 --seed 7 --output json

Every entry may be anything within its range, or, where it has none, within the
spread of its confidence; the bounds over all of that are exact.")]
pub(in crate::cli) struct SensitivityArgs {
    #[command(flatten)]
    pub(in crate::cli) model: ModelArgs,
    #[command(flatten)]
    pub(in crate::cli) price: PriceArgs,
    #[command(flatten)]
    pub(in crate::cli) variants: VariantsArgs,
    #[command(flatten)]
    pub(in crate::cli) scopes: ScopesArgs,
    /// What to rank the inputs of; savings where there are several variants
    #[arg(long, value_enum)]
    pub(in crate::cli) of: Option<OfArg>,
    /// By how much entries without a range may be off, by confidence:
    /// `assumed=0.5` is ±50 %
    #[arg(long, value_name = "CONFIDENCE=SHARE", value_delimiter = ',')]
    pub(in crate::cli) spread: Vec<String>,
    /// Draw entries at random this often, beside the exact bounds
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(in crate::cli) samples: Option<u32>,
    #[command(flatten)]
    pub(in crate::cli) random: SeedArgs,
    #[command(flatten)]
    pub(in crate::cli) format: FormatArgs,
    #[command(flatten)]
    pub(in crate::cli) plot: PlotArgs,
}

/// The results whose inputs can be ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum OfArg {
    /// What each variant saves against the baseline
    Saving,
    /// What each variant costs
    Energy,
}
