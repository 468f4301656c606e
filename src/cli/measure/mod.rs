//! `picojoule measure`: the joules of a command, as one row of a file of runs.
//!
//! What can be wrong is found out first (the model, the meters, the file), since
//! measuring takes time. Then the command runs, again and again, between two
//! stretches of an idle machine, and only when all is measured is anything written.

mod command;
mod interrupt;
mod measurement;
mod meters;
mod process;
mod row;
mod runs_file;
mod session;
mod subject;

use indicatif::{ProgressBar, ProgressStyle};

use self::command::Runner;
use self::interrupt::Interrupt;
use self::measurement::Measurement;
use self::meters::Meters;
use self::runs_file::RunsFile;
use self::session::Session;
use super::args::MeasureArgs;
use super::output;
use crate::source::Problems;

/// Idle power that changes by more than this between before and after is told of.
const DRIFT: f64 = 0.1;

pub(super) fn run(args: &MeasureArgs) -> Result<(), Problems> {
    let cells = subject::cells(args)?;
    let mut meters = Meters::open(args)?;
    let columns = row::columns(&cells, &meters.domains)?;
    let interrupt = Interrupt::watched();
    let command = Runner::new(&args.command, args.show_output, &interrupt)?;
    let file = match &args.out {
        Some(path) => Some(RunsFile::open(path, &columns, &interrupt)?),
        None => None,
    };
    let measured = Session::new(&mut meters, command, progress(args)).measure(args)?;
    let values = row::values(&cells, &measured);
    match file {
        None => output::print(&runs_file::alone(&columns, &values)?)?,
        Some(file) => {
            file.write(&columns, &values)?;
            output::tell(summary(&measured));
        }
    }
    if let Some(note) = drift(&measured) {
        output::tell(note);
    }
    Ok(())
}

/// What there is to say where the idle machine took another power after than before.
fn drift(measured: &Measurement) -> Option<String> {
    let (before, after) = measured.idle.as_ref()?;
    let (before, after) = (before.watts(), after.watts());
    let drifted = (after - before).abs() > DRIFT * before.max(after);
    drifted.then(|| {
        format!(
            "note: the idle machine took {before:.3} W before and {after:.3} W after: something \
             else ran, or it had not cooled down"
        )
    })
}

/// How far it is, on a terminal that the command does not write to.
fn progress(args: &MeasureArgs) -> ProgressBar {
    if args.show_output {
        return ProgressBar::hidden();
    }
    let progress = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}, {elapsed}") {
        progress.set_style(style);
    }
    progress
}

/// What was measured, in a line.
fn summary(measured: &Measurement) -> String {
    let runs = measured.runs.len();
    let plural = if runs == 1 { "" } else { "s" };
    let spread = measured.spread().map_or(String::new(), |spread| {
        format!(
            ", which differ by {:.1} % (standard deviation)",
            100.0 * spread
        )
    });
    format!(
        "{:.4} J an inference, {:.3} W over {:.3} s, {runs} run{plural}{spread}",
        measured.joules_of_one(),
        measured.joules() / measured.seconds(),
        measured.seconds(),
    )
}
