//! `picojoule compare`, as typed.

use clap::{Args, ValueEnum};

use super::model::ModelArgs;
use super::output::{FormatArgs, PlotArgs};
use super::part::{ScopesArgs, VariantsArgs};
use super::price::PriceArgs;

/// `picojoule compare`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  picojoule compare attention
  picojoule compare bert-base --scope attention --tables 45nm,7nm --formats fp32,int8
  picojoule compare attention --variants vanilla,./my-attention.toml
  picojoule compare attention --by stage --output markdown
  picojoule compare attention --by stage --scope alignment   what a scope holds
  picojoule compare attention --columns scope,vanilla,e-att --output latex
  picojoule compare before.onnx after.onnx         two exported graphs
  picojoule compare attention --plot savings.png")]
pub(in crate::cli) struct CompareArgs {
    #[command(flatten)]
    pub(in crate::cli) model: ModelArgs,
    /// More models to hold against the first, each with its first variant
    #[arg(value_name = "MODEL")]
    pub(in crate::cli) others: Vec<String>,
    #[command(flatten)]
    pub(in crate::cli) price: PriceArgs,
    #[command(flatten)]
    pub(in crate::cli) variants: VariantsArgs,
    #[command(flatten)]
    pub(in crate::cli) scopes: ScopesArgs,
    /// What a row of the table is
    #[arg(long, value_enum, default_value_t = CompareBy::Scope)]
    pub(in crate::cli) by: CompareBy,
    #[command(flatten)]
    pub(in crate::cli) format: FormatArgs,
    #[command(flatten)]
    pub(in crate::cli) plot: PlotArgs,
}

/// What the rows of a comparison are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum CompareBy {
    /// Scopes: named sets of stages
    Scope,
    /// Single stages; with --scope those that the scope holds in any variant
    Stage,
}
