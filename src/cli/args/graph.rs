//! `picojoule graph`, as typed.

use clap::{Args, ValueEnum};

use super::model::ModelArgs;

/// `picojoule graph`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  picojoule graph attention --variant e-att | dot -Tsvg > e-att.svg
  picojoule graph transformer-base --output mermaid
  picojoule graph bert-base --expand --set layers=2 --output json")]
pub(in crate::cli) struct GraphArgs {
    #[command(flatten)]
    pub(in crate::cli) model: ModelArgs,
    /// Variant of the model: one of its own, or a block for its slot
    #[arg(long, value_name = "VARIANT")]
    pub(in crate::cli) variant: Option<String>,
    /// How to write the graph
    #[arg(long, short, value_enum, default_value_t = GraphFormat::Dot)]
    pub(in crate::cli) output: GraphFormat,
    /// Unfold repeated blocks
    #[arg(long)]
    pub(in crate::cli) expand: bool,
}

/// The formats of graphs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum GraphFormat {
    /// The language of graphviz
    Dot,
    /// A Mermaid flowchart
    Mermaid,
    /// Nodes and edges
    Json,
}
