//! `picojoule claims` and `picojoule audit`, as typed.

use clap::Args;

use super::output::{FormatArgs, PlotArgs};
use crate::cli::caller::Caller;

/// `picojoule claims`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  picojoule claims                     every claim of the ledger, in one table
  picojoule claims bitnet l-mul        some of them, with conventions and findings
  picojoule claims ./my-claims.toml --output json
  picojoule claims --plot claims.png

Exit code: 0 if every claim is what its file says of it, 1 if one is not, 2 if
the input is wrong.")]
pub(in crate::cli) struct ClaimsArgs {
    /// Names of claim files that ship, or paths of claim files; all that ship
    /// if none is given
    #[arg(value_name = "NAME")]
    pub(in crate::cli) names: Vec<String>,
    #[command(flatten)]
    pub(in crate::cli) format: FormatArgs,
    #[command(flatten)]
    pub(in crate::cli) plot: PlotArgs,
    /// Print a page of Markdown with a paragraph for each publication
    #[arg(long, conflicts_with = "output")]
    pub(in crate::cli) page: bool,
    /// Who asks, and has files that lie on no disk.
    #[arg(skip)]
    pub(in crate::cli) caller: Caller,
}

/// `picojoule audit`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  picojoule audit double-count
  picojoule audit ./my-claims.toml
  picojoule audit reports/e-att.toml --output markdown

Faults: a share of zeros applied twice; an energy below what the published
operations take; a baseline in a wider format than it would be deployed in;
projections or softmax left out of a whole; a saving over
less than what is named; accumulators narrower than their sums; memory left out
where the table has it; all-in entries added to those of single operations;
entries of two tables; assumed entries that carry more than 5 %.

Exit code: 0 if there is nothing to warn of, 1 if there is, 2 if the input is
wrong.")]
pub(in crate::cli) struct AuditArgs {
    /// Name of a claim file or a report that ships, or path of one
    pub(in crate::cli) file: String,
    #[command(flatten)]
    pub(in crate::cli) format: FormatArgs,
}
