//! The command line: arguments in, exit code out.
//!
//! What was typed (`args`) becomes what it means (`request`): models read,
//! tables found, variants lowered. A subcommand then calls the library and
//! hands the result to a writer. Results go to stdout, everything else to
//! stderr. Exit codes: 0 done, 1 the answer is "no", 2 the input is wrong.

mod answer;
mod arg_source;
mod args;
mod audit;
mod calibrate;
mod call;
mod caller;
mod claims;
mod compare;
mod complete;
mod estimate;
mod explore;
mod files;
mod graph;
mod help;
mod import;
mod json;
mod loading;
mod man;
mod measure;
mod models;
mod name;
mod new;
mod output;
mod over;
mod plot;
mod profile;
mod report;
mod request;
mod runs;
mod scale;
mod schema;
mod scopes;
mod sensitivity;
mod settings;
mod show;
mod shown;
mod sweep;
mod table;
mod threshold;
mod unfinished;
mod usage;
mod validate;

use std::ffi::OsString;
use std::io::IsTerminal;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use self::answer::Answer;
pub use self::call::Call;
pub use self::claims::Ledgers;
pub use self::compare::Compared;
pub use self::estimate::Estimates;
pub use self::sensitivity::Sensitivities;
pub use self::shown::Shown;
pub use self::sweep::{RowValues, SweepEncoder, SweepFile, SweepJob};
pub use self::threshold::Thresholds;
use crate::source::Problems;

/// Runs the command that `arguments` (the program's name first) ask for, and gives the
/// exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if let Some(answered) = complete::answer(&arguments) {
        return answered;
    }
    // To say its version the program need not know what can be typed.
    if let [_, only] = arguments.as_slice()
        && (only == "--version" || only == "-V")
    {
        let _ = output::print(concat!("picojoule ", env!("CARGO_PKG_VERSION")));
        return 0;
    }
    let cli = match args::Cli::read(&arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let wrong = error.use_stderr();
            // A closed pipe is no reason to complain.
            let _ = error.print();
            if names_a_file(&error) {
                output::tell(
                    "tip: `--output` is a format; a file is written by `--output csv > FILE`",
                );
            }
            return if wrong { 2 } else { 0 };
        }
    };
    match run_command(cli.command, arguments.first()) {
        Ok(Answer::Yes) => 0,
        Ok(Answer::No) => 1,
        Err(problems) => {
            let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
            output::tell(problems.render(colour));
            2
        }
    }
}

/// Whether a file was given where a format is meant.
fn names_a_file(error: &clap::Error) -> bool {
    let of = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.as_str(),
        _ => "",
    };
    error.kind() == ErrorKind::InvalidValue
        && of(ContextKind::InvalidArg).starts_with("--output")
        && of(ContextKind::InvalidValue).contains(['.', '/'])
}

/// Runs a command of the program that was called as `program`.
fn run_command(command: args::Command, program: Option<&OsString>) -> Result<Answer, Problems> {
    match command {
        args::Command::Crossover(args) => return threshold::crossover(&args),
        args::Command::Require(args) => return threshold::require(&args),
        args::Command::Claims(args) => return claims::run(&args),
        args::Command::Audit(args) => return audit::run(&args),
        args::Command::Estimate(args) => estimate::run(&args),
        args::Command::Compare(args) => compare::run(&args),
        args::Command::Sensitivity(args) => sensitivity::run(&args),
        args::Command::Sweep(args) => sweep::run(&args),
        args::Command::Profile(args) => profile::run(&args),
        args::Command::Explore(args) => explore::run(&args),
        args::Command::Graph(args) => graph::run(&args),
        args::Command::Import(args) => import::run(&args),
        args::Command::Report(args) => report::run(&args),
        args::Command::Measure(args) => measure::run(&args),
        args::Command::Calibrate(args) => calibrate::run(&args),
        args::Command::Validate(args) => validate::run(&args),
        args::Command::Table(args) => table::run(&args),
        args::Command::Models { format } => models::run(&format),
        args::Command::Show(args) => show::run(&args),
        args::Command::Schema(args) => schema::run(&args),
        args::Command::New(args) => new::run(&args),
        args::Command::Help { topic } => help::run(&topic),
        args::Command::Completions { shell } => complete::script(shell, program),
        args::Command::Man { out } => man::run(out.as_deref()),
    }
    .map(|()| Answer::Yes)
}
