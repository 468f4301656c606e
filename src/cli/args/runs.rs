//! `picojoule calibrate` and `picojoule validate`, as typed.

use std::path::PathBuf;

use clap::Args;

use super::output::{FormatArgs, PlotArgs, file};
use super::price::PriceArgs;

/// `picojoule calibrate`
#[derive(Debug, Args)]
#[command(mut_arg("table", |arg| {
    arg.long("base")
        .visible_alias(None::<&str>)
        .help("The hardware table to start from, by name or path: what is not fitted costs \
               what it says, and the fitted table extends it; without one, everything else \
               costs nothing")
}))]
#[command(mut_arg("output", |arg| arg.short(None::<char>)))]
#[command(mut_arg("format", |arg| {
    arg.help("The number format of runs that name none; the model's own or fp32 if none is given")
}))]
#[command(after_help = "\
Examples:
  picojoule calibrate runs.csv -o board.toml
  picojoule calibrate runs.csv --fit mac.int8,inference -o board.toml
  picojoule calibrate runs.csv --base h100 --movement compulsory --fit mul.bf16,hbm3 \\
      --leave-out model --plot parity.svg -o fitted.toml

RUNS is a CSV: `model`, `set` (`n=512 b=8`) or a column `set.NAME` for each
setting, `joules` of one inference (or `millijoules`, `microjoules`); where
there are `phase`, `variant`, `format` and `seconds`. All other columns are
labels. Models by their paths are found from the folder of the file.

What can be fitted: the price of an operation in a format (`mac.int8`,
`mul.bf16`), of an access to a memory (`dram`, `dram.read`), joules of each
inference (`inference`), watts while it runs (`static`).")]
pub(in crate::cli) struct CalibrateArgs {
    /// The file of runs
    pub(in crate::cli) runs: String,
    /// What to fit; multiply-accumulates of every format in use, and where data
    /// moves the farthest memory, unless told otherwise
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    pub(in crate::cli) fit: Vec<String>,
    /// Make errors small in proportion to what was measured: the default
    #[arg(long, conflicts_with = "absolute")]
    pub(in crate::cli) relative: bool,
    /// Make errors small in joules
    #[arg(long)]
    pub(in crate::cli) absolute: bool,
    /// Predict every group of runs by a fit to all others; a column of the file,
    /// such as `model`, `device`, `group`
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    pub(in crate::cli) leave_out: Vec<String>,
    /// Write the fitted table into this file
    #[arg(long, short, value_name = "FILE", value_parser = file)]
    pub(in crate::cli) out: Option<PathBuf>,
    /// What the fitted table is called; the name of its file if nothing is said
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) name: Option<String>,
    /// Where the runs were measured, for the fitted table; the name of their file
    /// if nothing is said
    #[arg(long, value_name = "TEXT")]
    pub(in crate::cli) source: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) shown: FormatArgs,
    #[command(flatten)]
    pub(in crate::cli) plot: PlotArgs,
    /// Draw how far each prediction is off into this file, an .svg or a .png
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) residuals: Option<PathBuf>,
    #[command(flatten)]
    pub(in crate::cli) price: PriceArgs,
}

/// `picojoule validate`
#[derive(Debug, Args)]
#[command(mut_arg("format", |arg| {
    arg.help("The number format of runs that name none; the model's own or fp32 if none is given")
}))]
#[command(after_help = "\
Examples:
  picojoule validate runs.csv --table board.toml
  picojoule validate runs.csv --table h100 --movement compulsory --group model
  picojoule validate runs.csv --table board.toml --plot parity.png --output json

RUNS is a CSV as `picojoule calibrate` takes it. Spread is the largest of
measured / predicted over the least; rank is Spearman's correlation of the two.")]
pub(in crate::cli) struct ValidateArgs {
    /// The file of runs
    pub(in crate::cli) runs: String,
    /// Show errors by this column of the file, such as `model`, `device`, `group`
    #[arg(long, value_name = "COLUMN")]
    pub(in crate::cli) group: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) format: FormatArgs,
    #[command(flatten)]
    pub(in crate::cli) plot: PlotArgs,
    #[command(flatten)]
    pub(in crate::cli) price: PriceArgs,
}
