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
    /// Ask what if: energies and savings over a grid of dims, formats, tables
    /// and table entries
    Sweep(SweepArgs),
    /// Rank what moves an energy or a saving, and bound both
    Sensitivity(SensitivityArgs),
    /// Find where a saving passes a threshold, or where two variants cost the
    /// same
    Crossover(CrossoverArgs),
    /// Find what a dim, parameter or table entry must be for a saving
    Require(RequireArgs),
    /// Draw the operation graph
    Graph(GraphArgs),
    /// Write an ONNX graph or a Hugging Face config as a model file
    Import(ImportArgs),
    /// Write every table and plot of a report file into a folder
    Report(ReportArgs),
    /// Recompute published claims of energy, to the printed digit
    Claims(ClaimsArgs),
    /// Look for faults in a claim file or a report file: each with the number
    /// that it changes
    Audit(AuditArgs),
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
#[derive(Debug, Clone, Args)]
pub(super) struct ModelArgs {
    /// Name of a model that ships, or path of a model file, an ONNX graph or a
    /// Hugging Face config
    pub(super) model: String,
    /// Set a dim or parameter (`d=1024`, `f=2*h`), or a table entry in pJ
    /// (`45nm.fp32.mul=2`)
    #[arg(long, value_name = "NAME=VALUE")]
    pub(super) set: Vec<String>,
    /// Take firing rates, or other shares of values that are not zero, from a
    /// file, op by op
    #[arg(long, value_name = "FILE")]
    pub(super) densities: Option<String>,
    #[command(flatten)]
    pub(super) scan: ScanArgs,
    /// Refuse a model with an operator that is not known, whose energy would be
    /// left out
    #[arg(long)]
    pub(super) strict: bool,
}

/// How far the weights of an ONNX graph are looked at.
#[derive(Debug, Clone, Args)]
pub(super) struct ScanArgs {
    /// Look for weights of an ONNX graph that are bits, signs, ternary or powers
    /// of two, and count their zeros
    #[arg(long)]
    pub(super) scan_weights: bool,
    /// The largest weight that is looked at
    #[arg(long, value_name = "SIZE", default_value = SCANNED)]
    pub(super) weight_scan_limit: String,
}

/// The largest weight that is looked at unless the user says otherwise.
const SCANNED: &str = "64MiB";

impl ScanArgs {
    /// Weights are not looked at.
    pub(super) fn off() -> ScanArgs {
        ScanArgs {
            scan_weights: false,
            weight_scan_limit: SCANNED.to_owned(),
        }
    }
}

/// What every command takes that prices something.
#[derive(Debug, Args)]
pub(super) struct PriceArgs {
    /// Hardware tables, by name or path, several with commas; 45nm if none is
    /// given, for `compare` all that ship
    #[arg(
        long,
        visible_alias = "tables",
        value_name = "TABLE",
        value_delimiter = ','
    )]
    pub(super) table: Vec<String>,
    /// Number formats: `fp32`, `int8`, or `int8/int32` for operand and
    /// accumulator, several with commas; the model's own or fp32 if none is
    /// given, for `compare` those that each table proposes
    #[arg(
        long,
        visible_alias = "formats",
        value_name = "FORMAT",
        value_delimiter = ','
    )]
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
        visible_alias = "variants",
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

/// `picojoule import`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  picojoule import model.onnx -o model.toml        a file to read and edit
  picojoule import config.json | less")]
pub(super) struct ImportArgs {
    /// An ONNX graph (.onnx) or a Hugging Face config (.json)
    pub(super) file: String,
    #[command(flatten)]
    pub(super) scan: ScanArgs,
    /// The model file to write; standard output if none is given
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

/// `picojoule compare`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  picojoule compare attention
  picojoule compare bert-base --scope attention --tables 45nm,7nm --formats fp32,int8
  picojoule compare attention --variants vanilla,./my-attention.toml
  picojoule compare attention --by stage --output markdown
  picojoule compare before.onnx after.onnx         two exported graphs
  picojoule compare attention --plot savings.png")]
pub(super) struct CompareArgs {
    #[command(flatten)]
    pub(super) model: ModelArgs,
    /// More models to hold against the first, each with its first variant
    #[arg(value_name = "MODEL")]
    pub(super) others: Vec<String>,
    #[command(flatten)]
    pub(super) price: PriceArgs,
    /// Variants, the baseline first: the model's own, or blocks for its slot
    #[arg(
        long,
        visible_alias = "variant",
        value_name = "VARIANT",
        value_delimiter = ','
    )]
    pub(super) variants: Vec<String>,
    /// Scopes to compare over; all that every variant has if none is given
    #[arg(
        long,
        visible_alias = "scopes",
        value_name = "SCOPE",
        value_delimiter = ','
    )]
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

/// `picojoule sweep`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  picojoule sweep attention --over n=1..512
  picojoule sweep attention --over n=1..512 --plot savings.svg --scope attention
  picojoule sweep bert-base --over n=64..1024:64 --over 45nm.fp32.mul=1..5:0.5 --out bert.parquet
  picojoule sweep attention --over n=10,25 --over format=fp32,int8 --output csv
  picojoule sweep attention --over n=1..512:log --over rho=0.1..0.9 --sample 10000 --out sample.csv
  picojoule sweep attention --over n=1..4096 --over d=256..4096:256 --shard 3/8 --out part3.parquet

The last axis runs fastest. Points that the model refuses (a head count that does
not divide the width) are left out and counted.")]
pub(super) struct SweepArgs {
    #[command(flatten)]
    pub(super) model: ModelArgs,
    #[command(flatten)]
    pub(super) price: PriceArgs,
    /// What to sweep: a dim, a parameter, a table entry, `table`, `format` or
    /// `variant`, over a list or a range
    #[arg(long, value_name = "NAME=VALUES", required = true)]
    pub(super) over: Vec<String>,
    /// Variants, the baseline first
    #[arg(
        long,
        visible_alias = "variant",
        value_name = "VARIANT",
        value_delimiter = ','
    )]
    pub(super) variants: Vec<String>,
    /// Scopes; all that every variant has if none is given
    #[arg(
        long,
        visible_alias = "scopes",
        value_name = "SCOPE",
        value_delimiter = ','
    )]
    pub(super) scope: Vec<String>,
    /// Run all axes together instead of every combination
    #[arg(long, conflicts_with = "sample")]
    pub(super) zip: bool,
    /// Draw so many random points from the ranges
    #[arg(long, value_name = "POINTS")]
    pub(super) sample: Option<u64>,
    /// Draw a Latin hypercube: every range is covered evenly
    #[arg(long, requires = "sample")]
    pub(super) latin: bool,
    /// Where the random numbers start
    #[arg(long, default_value_t = 1)]
    pub(super) seed: u64,
    /// Run only the I-th of K equal parts, from 0/K to K-1/K
    #[arg(long, value_name = "I/K")]
    pub(super) shard: Option<String>,
    /// Refuse a sweep of more points than this
    #[arg(long, value_name = "POINTS")]
    pub(super) limit: Option<u64>,
    /// Write the rows into a file: .csv, .jsonl or .parquet
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// Write the rows to stdout; a summary otherwise
    #[arg(long, short, value_enum, default_value_t = SweepOutput::Summary)]
    pub(super) output: SweepOutput,
    /// Draw the savings (or energies) over one axis as lines, over two as a
    /// heat map, into an .svg or .png
    #[arg(long, value_name = "FILE")]
    pub(super) plot: Option<PathBuf>,
    /// A published saving to mark in the plot, as a share: 0.66
    #[arg(long, value_name = "SAVING")]
    pub(super) target: Option<f64>,
}

/// What a sweep prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SweepOutput {
    /// The extremes of every column
    Summary,
    /// All rows as comma-separated values
    Csv,
    /// All rows as JSON lines
    Json,
}

/// `picojoule sensitivity`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  picojoule sensitivity attention --scope alignment
  picojoule sensitivity bert-base --variants vanilla,e-att --of energy
  picojoule sensitivity attention --table 7nm --format int8 --spread assumed=1,high=0.1
  picojoule sensitivity attention --samples 100000 --seed 7 --output json

Every entry may be anything within its range, or, where it has none, within the
spread of its confidence; the bounds over all of that are exact.")]
pub(super) struct SensitivityArgs {
    #[command(flatten)]
    pub(super) model: ModelArgs,
    #[command(flatten)]
    pub(super) price: PriceArgs,
    /// Variants, the baseline first: the model's own, or blocks for its slot
    #[arg(long, alias = "variant", value_name = "VARIANT", value_delimiter = ',')]
    pub(super) variants: Vec<String>,
    /// Scopes; intervals for all that every variant has, and a ranking for the
    /// widest, if none is given
    #[arg(long, alias = "scopes", value_name = "SCOPE", value_delimiter = ',')]
    pub(super) scope: Vec<String>,
    /// What to rank the inputs of; savings where there are several variants
    #[arg(long, value_enum)]
    pub(super) of: Option<OfArg>,
    /// By how much entries without a range may be off, by confidence:
    /// `assumed=0.5` is ±50 %
    #[arg(long, value_name = "CONFIDENCE=SHARE", value_delimiter = ',')]
    pub(super) spread: Vec<String>,
    /// Draw entries at random this often, beside the exact bounds
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(super) samples: Option<u32>,
    /// Where the random numbers start
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub(super) seed: u64,
    /// How to write the result
    #[arg(long, short, value_enum, default_value_t = OutputFormat::Text)]
    pub(super) output: OutputFormat,
    /// Draw what moves the result most, into an .svg or .png
    #[arg(long, value_name = "FILE")]
    pub(super) plot: Option<PathBuf>,
}

/// The results whose inputs can be ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum OfArg {
    /// What each variant saves against the baseline
    Saving,
    /// What each variant costs
    Energy,
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
    /// Refuse a model with an operator that is not known, whose energy would be
    /// left out
    #[arg(long)]
    pub(super) strict: bool,
    /// The folder to write into; by default one named after the report,
    /// beside its file, or here if it ships
    #[arg(long, value_name = "FOLDER")]
    pub(super) out: Option<PathBuf>,
}

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
pub(super) struct ClaimsArgs {
    /// Names of claim files that ship, or paths of claim files; all that ship
    /// if none is given
    #[arg(value_name = "NAME")]
    pub(super) names: Vec<String>,
    #[command(flatten)]
    pub(super) output: OutputArgs,
    /// Print a page of Markdown with a paragraph for each publication
    #[arg(long, conflicts_with = "output")]
    pub(super) page: bool,
}

/// `picojoule audit`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  picojoule audit double-count
  picojoule audit ./my-claims.toml
  picojoule audit reports/e-att.toml --output markdown

Faults: a share of zeros applied twice; a baseline in a wider format than it
would be deployed in; projections or softmax left out of a whole; a saving over
less than what is named; accumulators narrower than their sums; memory left out
where the table has it; all-in entries added to those of single operations;
entries of two tables; assumed entries that carry more than 5 %.

Exit code: 0 if there is nothing to warn of, 1 if there is, 2 if the input is
wrong.")]
pub(super) struct AuditArgs {
    /// Name of a claim file or a report that ships, or path of one
    pub(super) file: String,
    /// How to write the result
    #[arg(long, short, value_enum, default_value_t = OutputFormat::Text)]
    pub(super) output: OutputFormat,
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
