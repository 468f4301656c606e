//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// What each operation of a neural network costs, in picojoules, on hardware
/// tables that you can read and edit.
#[derive(Debug, Parser)]
#[command(name = "picojoule", version, about, propagate_version = true)]
#[command(after_help = "\
Examples:
  picojoule compare attention                      E-Att and L1 against vanilla attention
  picojoule estimate bert-base --by layer          where the energy of BERT goes
  picojoule estimate attention --formula           the closed form of every stage
  picojoule graph attention --variant e-att        the operation graph, for graphviz
  picojoule crossover attention --between vanilla,e-att --at saving=0.66 --over n
                                                   up to which length E-Att saves 66 %
  picojoule require attention --saving 0.66 --over 45nm.fp32.add --scope attention
                                                   what an addition may cost for that
  picojoule report e-att                           a folder of tables and plots

A MODEL or a table is the name of one that ships (`picojoule models`,
`picojoule table list`) or the path of a TOML file.")]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Price one model: energy by stage, op, layer or primitive
    Estimate(EstimateArgs),
    /// Hold the variants of a model against each other
    Compare(CompareArgs),
    /// Find where a saving passes a threshold, or where two variants cost the
    /// same
    Crossover(CrossoverArgs),
    /// Find what a dim, parameter or table entry must be for a saving
    Require(RequireArgs),
    /// Draw the operation graph
    Graph(GraphArgs),
    /// Write every table and plot of a report file into a folder
    Report(ReportArgs),
    /// List and show hardware tables
    Table(TableArgs),
    /// List the models that ship, with their variants and dims
    Models,
    /// Print the completions of a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// What every command takes that reads a model.
#[derive(Debug, Args)]
pub(super) struct ModelArgs {
    /// Name of a model that ships, or path of a model file
    pub(super) model: String,
    /// Set a dim or parameter (`d=1024`, `f=2*h`), or a table entry in pJ
    /// (`45nm.fp32.mul=2`)
    #[arg(long, value_name = "NAME=VALUE")]
    pub(super) set: Vec<String>,
}

/// What every command takes that prices something.
#[derive(Debug, Args)]
pub(super) struct PriceArgs {
    /// Hardware tables, by name or path
    #[arg(long, alias = "tables", value_name = "TABLE", value_delimiter = ',')]
    pub(super) table: Vec<String>,
    /// Number formats: `fp32`, `int8`, or `int8/int32` for operand and
    /// accumulator
    #[arg(long, alias = "formats", value_name = "FORMAT", value_delimiter = ',')]
    pub(super) format: Vec<String>,
    /// Primitives to price at 0 whatever the table says, as some papers do
    #[arg(long, value_name = "PRIMITIVE", value_delimiter = ',')]
    pub(super) free: Vec<String>,
    /// Additions of a dot product of length k: `k` or `k-1`
    #[arg(long, value_name = "COUNT", default_value = "k")]
    pub(super) dot_adds: String,
}

/// How results are written.
#[derive(Debug, Args)]
pub(super) struct OutputArgs {
    /// How to write the result
    #[arg(long, short, value_enum, default_value_t = OutputFormat::Text)]
    pub(super) output: OutputFormat,
    /// Draw a plot into this file, an .svg or a .png
    #[arg(long, value_name = "FILE")]
    pub(super) plot: Option<PathBuf>,
}

/// The formats of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum OutputFormat {
    /// Tables for a terminal
    Text,
    /// Markdown tables
    Markdown,
    /// Comma-separated values, at full precision
    Csv,
    /// JSON, at full precision
    Json,
    /// LaTeX tables (booktabs)
    Latex,
}

/// `picojoule estimate`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  picojoule estimate bert-base
  picojoule estimate llama-3.1-8b --set n=4096 --format bf16 --table 7nm --by layer
  picojoule estimate attention --variant e-att --set rho=0.3 --output json
  picojoule estimate attention --formula
  picojoule estimate my-model.toml --table my-table.toml --plot energy.svg")]
pub(super) struct EstimateArgs {
    #[command(flatten)]
    pub(super) model: ModelArgs,
    #[command(flatten)]
    pub(super) price: PriceArgs,
    /// Variant of the model: one of its own, or a block for its slot
    #[arg(
        long,
        alias = "variants",
        value_name = "VARIANT",
        value_delimiter = ','
    )]
    pub(super) variant: Vec<String>,
    /// What to add up by
    #[arg(long, value_enum, default_value_t = ByArg::Stage)]
    pub(super) by: ByArg,
    /// Print each stage's counts and energy as a closed form in the dims
    #[arg(long, conflicts_with = "plot")]
    pub(super) formula: bool,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

/// What an estimate is added up by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ByArg {
    /// Stages of the network: q-proj, score, softmax, …
    Stage,
    /// Single ops
    Op,
    /// Layers: the outermost blocks
    Layer,
    /// Primitives: mul, add, …
    Primitive,
}

/// `picojoule compare`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  picojoule compare attention
  picojoule compare bert-base --scope attention --tables 45nm,7nm --formats fp32,int8
  picojoule compare attention --variants vanilla,./my-attention.toml
  picojoule compare attention --by stage --output markdown
  picojoule compare attention --plot savings.png")]
pub(super) struct CompareArgs {
    #[command(flatten)]
    pub(super) model: ModelArgs,
    #[command(flatten)]
    pub(super) price: PriceArgs,
    /// Variants, the baseline first: the model's own, or blocks for its slot
    #[arg(long, alias = "variant", value_name = "VARIANT", value_delimiter = ',')]
    pub(super) variants: Vec<String>,
    /// Scopes to compare over; all that every variant has if none is given
    #[arg(long, alias = "scopes", value_name = "SCOPE", value_delimiter = ',')]
    pub(super) scope: Vec<String>,
    /// What a row of the table is
    #[arg(long, value_enum, default_value_t = CompareBy::Scope)]
    pub(super) by: CompareBy,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

/// What the rows of a comparison are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum CompareBy {
    /// Scopes: named sets of stages
    Scope,
    /// Single stages
    Stage,
}

/// `picojoule crossover`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  picojoule crossover attention --between vanilla,e-att --at saving=0.66 --over n=1..4096 --scope attention
  picojoule crossover attention --between vanilla,e-att --over 45nm.fp32.mul=0.1..5 --scope alignment
  picojoule crossover bert-base --between e-att,l1 --over d=64..4096:64 --table 7nm --format int8

All roots in the range are found, exactly. Whole numbers that the model does
not accept (heads that do not divide its width) are skipped.

Exit code: 0 if there is such a value, 1 if there is none, 2 if the input is
wrong.")]
pub(super) struct CrossoverArgs {
    #[command(flatten)]
    pub(super) model: ModelArgs,
    #[command(flatten)]
    pub(super) price: PriceArgs,
    /// The two variants, the baseline first
    #[arg(
        long,
        alias = "variants",
        value_name = "BASELINE,VARIANT",
        value_delimiter = ',',
        required = true
    )]
    pub(super) between: Vec<String>,
    /// What to look for: `saving=0.66`, or `energy`, where both cost the same
    #[arg(long, value_name = "WHAT", default_value = "energy")]
    pub(super) at: String,
    /// A dim, a parameter or a table entry (`45nm.fp32.mul`), and its range
    #[arg(long, value_name = "NAME[=FROM..TO[:STEP]]")]
    pub(super) over: String,
    /// The scope whose energy counts; all of the model if none is given
    #[arg(long, value_name = "SCOPE", default_value = "model")]
    pub(super) scope: String,
    /// How to write the result
    #[arg(long, short, value_enum, default_value_t = OutputFormat::Text)]
    pub(super) output: OutputFormat,
}

/// `picojoule require`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  picojoule require attention --saving 0.66 --scope attention --over 45nm.fp32.add
  picojoule require attention --saving 0.66 --scope attention --over rho --table fpga-zc706
  picojoule require bert-base --variants vanilla,l1 --saving 0.5 --over n=1..512 --output json

Where no range is given: entries above 0, shares from 0 to 1, whole numbers
from 1 to 1000000.

Exit code: 0 if some value does, 1 if none does, 2 if the input is wrong.")]
pub(super) struct RequireArgs {
    #[command(flatten)]
    pub(super) model: ModelArgs,
    #[command(flatten)]
    pub(super) price: PriceArgs,
    /// The two variants, the baseline first; the first two of the model if
    /// none are given
    #[arg(
        long,
        alias = "between",
        value_name = "BASELINE,VARIANT",
        value_delimiter = ','
    )]
    pub(super) variants: Vec<String>,
    /// The share of the energy that must be saved: `0.66`
    #[arg(long, value_name = "SHARE", allow_negative_numbers = true)]
    pub(super) saving: String,
    /// A dim, a parameter or a table entry (`45nm.fp32.mul`), and its range
    #[arg(long, value_name = "NAME[=FROM..TO[:STEP]]")]
    pub(super) over: String,
    /// The scope whose energy counts; all of the model if none is given
    #[arg(long, value_name = "SCOPE", default_value = "model")]
    pub(super) scope: String,
    /// How to write the result
    #[arg(long, short, value_enum, default_value_t = OutputFormat::Text)]
    pub(super) output: OutputFormat,
}

/// `picojoule graph`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  picojoule graph attention --variant e-att | dot -Tsvg > e-att.svg
  picojoule graph transformer-base --output mermaid
  picojoule graph bert-base --expand --set layers=2 --output json")]
pub(super) struct GraphArgs {
    #[command(flatten)]
    pub(super) model: ModelArgs,
    /// Variant of the model: one of its own, or a block for its slot
    #[arg(long, value_name = "VARIANT")]
    pub(super) variant: Option<String>,
    /// How to write the graph
    #[arg(long, short, value_enum, default_value_t = GraphFormat::Dot)]
    pub(super) output: GraphFormat,
    /// Unfold repeated blocks
    #[arg(long)]
    pub(super) expand: bool,
}

/// The formats of graphs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum GraphFormat {
    /// The language of graphviz
    Dot,
    /// A Mermaid flowchart
    Mermaid,
    /// Nodes and edges
    Json,
}

/// `picojoule report`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  picojoule report e-att
  picojoule report reports/e-att.toml
  picojoule report my-report.toml --out figures")]
pub(super) struct ReportArgs {
    /// Name of a report that ships, or path of a report file
    pub(super) report: String,
    /// The folder to write into; by default one named after the report,
    /// beside its file, or here if it ships
    #[arg(long, value_name = "FOLDER")]
    pub(super) out: Option<PathBuf>,
}

/// `picojoule table`
#[derive(Debug, Args)]
pub(super) struct TableArgs {
    #[command(subcommand)]
    pub(super) command: TableCommand,
}

/// What can be done with hardware tables.
#[derive(Debug, Subcommand)]
pub(super) enum TableCommand {
    /// List the tables that ship
    List {
        /// How to write the list
        #[arg(long, short, value_enum, default_value_t = OutputFormat::Text)]
        output: OutputFormat,
    },
    /// Show every entry of a table with its source and confidence
    Show {
        /// Name of a table that ships, or path of a table file
        table: String,
        /// How to write it
        #[arg(long, short, value_enum, default_value_t = OutputFormat::Text)]
        output: OutputFormat,
    },
}
