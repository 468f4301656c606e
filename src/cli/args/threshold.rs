//! `picojoule crossover` and `picojoule require`, as typed: where, along one
//! axis, a saving is what it has to be.

use clap::Args;

use super::model::ModelArgs;
use super::output::FormatArgs;
use super::price::PriceArgs;

/// What both take.
#[derive(Debug, Args)]
pub(in crate::cli) struct ThresholdArgs {
    #[command(flatten)]
    pub(in crate::cli) model: ModelArgs,
    #[command(flatten)]
    pub(in crate::cli) price: PriceArgs,
    /// The two variants, the baseline first; the first two of the model if
    /// none are given
    #[arg(
        long,
        visible_alias = "variants",
        value_name = "BASELINE,VARIANT",
        value_delimiter = ','
    )]
    pub(in crate::cli) between: Vec<String>,
    /// A dim or parameter (`n`), that of one variant (`snn.t`), a table entry
    /// (`45nm.fp32.mul`) or a number of its memories or its device
    /// (`h100.hbm3.gb_s`), and its range; a plain name that one of the variants
    /// sets for itself is its alone
    #[arg(long, value_name = "NAME[=FROM..TO[:STEP]]")]
    pub(in crate::cli) over: String,
    /// The scope whose energy counts; all of the model if none is given
    #[arg(long, value_name = "SCOPE", default_value = "model")]
    pub(in crate::cli) scope: String,
    #[command(flatten)]
    pub(in crate::cli) format: FormatArgs,
}

/// `picojoule crossover`
#[derive(Debug, Args)]
#[command(mut_arg("between", |arg| {
    arg.required(true).help("The two variants, the baseline first")
}))]
#[command(after_help = "\
Examples:
  picojoule crossover attention --between vanilla,e-att --at saving=0.66 --over n=1..4096 --scope attention
  picojoule crossover attention --between vanilla,e-att --over 45nm.fp32.mul=0.1..5 --scope alignment
  picojoule crossover bert-base --between e-att,l1 --over d=64..4096:64 --table 7nm --format int8

All roots in the range are found, exactly. Whole numbers that the model does
not accept (heads that do not divide its width) are skipped.

Exit code: 0 if there is such a value, 1 if there is none, 2 if the input is
wrong.")]
pub(in crate::cli) struct CrossoverArgs {
    /// What to look for: `saving=0.66`, or `energy`, where both cost the same
    #[arg(long, value_name = "WHAT", default_value = "energy")]
    pub(in crate::cli) at: String,
    #[command(flatten)]
    pub(in crate::cli) threshold: ThresholdArgs,
}

/// `picojoule require`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  picojoule require attention --saving 0.66 --scope attention --over 45nm.fp32.add
  picojoule require attention --saving 0.66 --scope attention --over rho --table fpga-zc706
  picojoule require bert-base --between vanilla,l1 --saving 0.5 --over n=1..512 --output json

Where no range is given: entries above 0, shares from 0 to 1, whole numbers
from 1 to 1000000.

Exit code: 0 if some value does, 1 if none does, 2 if the input is wrong.")]
pub(in crate::cli) struct RequireArgs {
    /// The share of the energy that must be saved: `0.66`
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    pub(in crate::cli) saving: String,
    #[command(flatten)]
    pub(in crate::cli) threshold: ThresholdArgs,
}
