//! `picojoule report`, as typed.

use std::path::PathBuf;

use clap::Args;

use super::model::StrictArgs;

/// `picojoule report`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  picojoule report e-att
  picojoule report reports/e-att.toml
  picojoule report my-report.toml --out figures")]
pub(in crate::cli) struct ReportArgs {
    /// Name of a report that ships, or path of a report file
    pub(in crate::cli) report: String,
    #[command(flatten)]
    pub(in crate::cli) strict: StrictArgs,
    /// The folder to write into; by default one named after the report,
    /// beside its file, or here if it ships
    #[arg(long, value_name = "FOLDER")]
    pub(in crate::cli) out: Option<PathBuf>,
}
