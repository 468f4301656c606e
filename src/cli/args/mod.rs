//! What can be typed.
//!
//! A file for each subcommand or pair of them; what several take is declared
//! once and flattened into each: `model`, `scan`, `price`, `part`, `output`,
//! `random`. Where the same flag means something more in one command, that
//! command gives it a help text of its own.

mod claims;
mod compare;
mod estimate;
mod explore;
mod graph;
mod import;
mod measure;
mod model;
mod new;
mod output;
mod part;
mod price;
mod profile;
mod random;
mod report;
mod runs;
mod scan;
mod schema;
mod sensitivity;
mod show;
mod sweep;
mod table;
mod threshold;

use std::ffi::OsString;

use clap::{Args, FromArgMatches, Parser, Subcommand};

pub(super) use self::claims::{AuditArgs, ClaimsArgs};
pub(super) use self::compare::{CompareArgs, CompareBy};
pub(super) use self::estimate::{ByArg, EstimateArgs};
pub(super) use self::explore::ExploreArgs;
pub(super) use self::graph::{GraphArgs, GraphFormat};
pub(super) use self::import::ImportArgs;
pub(super) use self::measure::{MeasureArgs, MeterArg};
pub(super) use self::model::{ModelArgs, StrictArgs};
pub(super) use self::new::NewArgs;
pub(super) use self::output::{ColumnsArgs, FormatArgs, OutputFormat, PlotArgs};
pub(super) use self::part::VariantsArgs;
pub(super) use self::price::PriceArgs;
pub(super) use self::profile::{ProfileArgs, ProfileBy};
pub(super) use self::report::ReportArgs;
pub(super) use self::runs::{CalibrateArgs, ValidateArgs};
pub(super) use self::scan::ScanArgs;
pub(super) use self::schema::{KindArg, SchemaArgs};
pub(super) use self::sensitivity::{OfArg, SensitivityArgs};
pub(super) use self::show::{ShippedKind, ShowArgs, ShowOutput};
pub(super) use self::sweep::{LogAxis, SweepArgs, SweepOutput};
pub(super) use self::table::{ScaleArgs, TableArgs, TableCommand};
pub(super) use self::threshold::{CrossoverArgs, RequireArgs, ThresholdArgs};

/// What each operation of a neural network costs, in picojoules, on hardware
/// tables that you can read and edit.
#[derive(Debug, Parser)]
#[command(name = "picojoule", version, about, propagate_version = true)]
#[command(disable_help_subcommand = true)]
#[command(after_help = "\
Examples:
  picojoule compare attention                      E-Att and L1 against vanilla attention
  picojoule estimate bert-base --by layer          where the energy of BERT goes
  picojoule estimate attention --formula           the closed form of every stage
  picojoule graph attention --variant e-att        the operation graph, for graphviz
  picojoule report e-att                           a folder of tables and plots

A MODEL or a table is the name of one that ships (`picojoule models`,
`picojoule table list`) or the path of a TOML file. `picojoule help` lists the
pages of the documentation, which `picojoule help TOPIC` prints.")]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
}

impl Cli {
    /// What was typed, the name of the program first.
    ///
    /// # Errors
    /// What cannot be understood, and what asks for help.
    pub(super) fn read(arguments: &[OsString]) -> Result<Cli, clap::Error> {
        match Command::alone(arguments) {
            Some(command) => Ok(Cli { command }),
            None => Cli::try_parse_from(arguments),
        }
    }
}

impl Command {
    /// The command that is called, read as if there was no other: to know what all of
    /// them take is a tenth of the time of a short one. Nothing where that fails, or
    /// does not suffice to tell what is wrong.
    fn alone(arguments: &[OsString]) -> Option<Command> {
        let (name, rest) = arguments.split_first()?.1.split_first()?;
        Some(match name.to_str()? {
            "estimate" => Command::Estimate(read_alone(rest)?),
            "compare" => Command::Compare(read_alone(rest)?),
            "sweep" => Command::Sweep(read_alone(rest)?),
            "sensitivity" => Command::Sensitivity(read_alone(rest)?),
            "crossover" => Command::Crossover(read_alone(rest)?),
            "require" => Command::Require(read_alone(rest)?),
            "profile" => Command::Profile(read_alone(rest)?),
            "graph" => Command::Graph(read_alone(rest)?),
            "import" => Command::Import(read_alone(rest)?),
            "show" => Command::Show(read_alone(rest)?),
            _ => return None,
        })
    }
}

fn read_alone<A: Args + FromArgMatches>(arguments: &[OsString]) -> Option<A> {
    let command = A::augment_args(clap::Command::new("picojoule")).no_binary_name(true);
    let matches = command.try_get_matches_from(arguments).ok()?;
    A::from_arg_matches(&matches).ok()
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
    /// Show where the energy goes: hottest ops, layers, an icicle, folded stacks
    Profile(ProfileArgs),
    /// Write a page to play with: sliders, bars, curves, the graph; one file, no
    /// network
    Explore(ExploreArgs),
    /// Draw the operation graph
    Graph(GraphArgs),
    /// Write an ONNX graph, a NIR graph, a Hugging Face config or the head of a
    /// file of weights as a model file
    Import(ImportArgs),
    /// Measure the joules of a command, as a row of a file of runs
    Measure(MeasureArgs),
    /// Write every table and plot of a report file into a folder
    Report(ReportArgs),
    /// Recompute published claims of energy, to the printed digit
    Claims(ClaimsArgs),
    /// Look for faults in a claim file or a report file: each with the number
    /// that it changes
    Audit(AuditArgs),
    /// Fit a hardware table to runs that were measured
    Calibrate(CalibrateArgs),
    /// Hold predictions against runs that were measured
    Validate(ValidateArgs),
    /// List, show and scale hardware tables
    Table(TableArgs),
    /// List the models that ship, with their variants and dims
    Models {
        #[command(flatten)]
        format: output::FormatArgs,
    },
    /// Print what ships: a model, block, table, claim or report, and where the
    /// stages of its scopes lie
    Show(ShowArgs),
    /// Print the JSON Schema of a kind of file, for an editor
    Schema(SchemaArgs),
    /// Begin a model, block, table, report or claim file, which runs at once
    New(NewArgs),
    /// Explain a command or a topic; without one, list all
    Help {
        /// A command, such as `estimate` or `table show`, or a page of the
        /// documentation, such as `tables`
        #[arg(value_name = "TOPIC")]
        topic: Vec<String>,
    },
    /// Print what a shell needs to complete commands, models, tables, variants and dims
    #[command(after_help = "\
One line in the start file of the shell is all:
  bash  ~/.bashrc                   source <(picojoule completions bash)
  zsh   ~/.zshrc, behind compinit   source <(picojoule completions zsh)
  fish  ~/.config/fish/config.fish  picojoule completions fish | source")]
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write those of all commands into a folder
    #[command(after_help = "\
Examples:
  picojoule man | man -l -
  picojoule man --out ~/.local/share/man/man1      for `man picojoule-estimate`")]
    Man {
        /// The folder for picojoule.1, picojoule-estimate.1 and all others
        #[arg(long, value_name = "FOLDER")]
        out: Option<std::path::PathBuf>,
    },
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_flags_of_every_command_fit_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_flag_goes_by_all_its_names() {
        for line in [
            "estimate m --variant a,b --table t --format f",
            "estimate m --variants a --variants b --tables t --formats f",
            "compare m --variant a --variants b --scope s --scopes t",
            "sweep m --over n=1 --variant a --variants b --scope s --scopes t",
            "sensitivity m --variant a --variants b --scope s --scopes t",
            "crossover m --over n --between a,b",
            "crossover m --over n --variants a,b",
            "require m --over n --saving 0.5 --between a,b",
            "require m --over n --saving 0.5 --variants a,b",
            "graph m --variant a",
        ] {
            Cli::try_parse_from(format!("picojoule {line}").split(' ')).unwrap();
        }
    }

    #[test]
    fn what_one_command_needs_another_may_leave_out() {
        let fails = |line: &str| Cli::try_parse_from(line.split(' ')).is_err();
        assert!(fails("picojoule crossover m --over n"));
        assert!(!fails("picojoule require m --over n --saving 0.5"));
        // A graph is of one variant.
        assert!(fails("picojoule graph m --variant a --variant b"));
    }
}
