//! One measurement from beginning to end: idle, warm-up, runs, idle.

use std::time::Duration;

use indicatif::ProgressBar;

use super::command::Measured;
use super::meters::Meters;
use crate::cli::args::MeasureArgs;
use crate::meter::Stretch;
use crate::source::{Diagnostic, Problems};

/// The shortest run that meters measure: they are brought up to date some times a
/// second, and starting a program takes a good part of less.
const SHORTEST: Duration = Duration::from_secs(1);

/// What was measured.
pub(super) struct Measurement {
    pub(super) runs: Vec<MeasuredRun>,
    /// The power of the idle machine before and after, and of both.
    pub(super) idle_watts: Option<f64>,
    pub(super) idle_before_after: Option<(f64, f64)>,
    inferences_of_one: u64,
}

/// One run of the command.
pub(super) struct MeasuredRun {
    seconds: f64,
    /// Of the whole.
    joules: f64,
    by_domain: Vec<f64>,
}

impl Measurement {
    /// The seconds of all runs.
    pub(super) fn seconds(&self) -> f64 {
        self.runs.iter().map(|run| run.seconds).sum()
    }

    /// The joules of all runs.
    pub(super) fn joules(&self) -> f64 {
        self.runs.iter().map(|run| run.joules).sum()
    }

    /// The joules of all runs in each domain.
    pub(super) fn by_domain(&self) -> Vec<f64> {
        let mut runs = self.runs.iter().map(|run| run.by_domain.clone());
        let first = runs.next().unwrap_or_default();
        runs.fold(first, |sums, run| {
            sums.iter()
                .zip(&run)
                .map(|(sum, joules)| sum + joules)
                .collect()
        })
    }

    /// How many inferences all runs did.
    pub(super) fn inferences(&self) -> f64 {
        self.inferences_of_one as f64 * self.runs.len() as f64
    }

    /// The joules of one inference.
    pub(super) fn joules_of_one(&self) -> f64 {
        self.joules() / self.inferences()
    }

    /// The standard deviation of the joules of single runs, as a share of their mean;
    /// of one run there is none.
    pub(super) fn spread(&self) -> Option<f64> {
        let count = self.runs.len() as f64;
        let mean = self.joules() / count;
        let squares: f64 = self
            .runs
            .iter()
            .map(|run| (run.joules - mean).powi(2))
            .sum();
        (self.runs.len() > 1).then(|| (squares / (count - 1.0)).sqrt() / mean)
    }
}

/// The meters, the command, and the terminal that sees how far it is.
pub(super) struct Session<'a> {
    meters: &'a mut Meters,
    command: Measured<'a>,
    progress: ProgressBar,
}

impl<'a> Session<'a> {
    pub(super) fn new(
        meters: &'a mut Meters,
        command: Measured<'a>,
        progress: ProgressBar,
    ) -> Session<'a> {
        Session {
            meters,
            command,
            progress,
        }
    }

    /// Measures as was asked.
    pub(super) fn measure(mut self, args: &MeasureArgs) -> Result<Measurement, Problems> {
        let result = self.all(args);
        self.progress.finish_and_clear();
        result
    }

    fn all(&mut self, args: &MeasureArgs) -> Result<Measurement, Problems> {
        let before = self.idle(args.idle)?;
        for run in 1..=args.warmup {
            self.run(&format!("warm-up {run} of {}", args.warmup))?;
        }
        let mut runs = Vec::new();
        let mut passed = Duration::ZERO;
        while runs.len() < args.repeats as usize || passed < args.seconds {
            let run = self.run(&self.of_runs(args, runs.len() + 1))?;
            passed += run.end.saturating_sub(run.start);
            runs.push(run);
        }
        let after = self.idle(args.idle)?;
        self.progress.set_message("waiting for the meter");
        // The last first: what reaches there has all.
        let after = after.map(|after| self.joules(after)).transpose()?;
        let mut runs: Vec<MeasuredRun> = (runs.into_iter().rev())
            .map(|run| self.joules(run))
            .collect::<Result<_, _>>()?;
        runs.reverse();
        let before = before.map(|before| self.joules(before)).transpose()?;
        let measurement = Measurement {
            idle_watts: before.as_ref().zip(after.as_ref()).map(|(before, after)| {
                (before.joules + after.joules) / (before.seconds + after.seconds)
            }),
            idle_before_after: before
                .zip(after)
                .map(|(before, after)| (before.watts(), after.watts())),
            runs,
            inferences_of_one: args.inferences,
        };
        if measurement.joules() <= 0.0 {
            return Err(Diagnostic::new("the meter did not move while the command ran").help(
                "the counters of virtual machines often stand still; measure on the machine \
                 itself, or with `--watts FILE`",
            ).into());
        }
        Ok(measurement)
    }

    fn of_runs(&self, args: &MeasureArgs, run: usize) -> String {
        match args.seconds.is_zero() {
            true => format!("run {run} of {}", args.repeats),
            false => format!(
                "run {run}, until {} s are measured",
                args.seconds.as_secs_f64()
            ),
        }
    }

    /// Measures the idle machine.
    fn idle(&mut self, long: Duration) -> Result<Option<Stretch>, Problems> {
        if long.is_zero() {
            return Ok(None);
        }
        self.begin("idle");
        let start = self.meters.read()?;
        let mut end = start;
        while end < start + long {
            let left = (start + long).saturating_sub(end);
            std::thread::sleep(left.min(self.meters.interval()));
            self.progress.tick();
            end = self.meters.read()?;
        }
        Ok(Some(Stretch { start, end }))
    }

    /// Measures one run of the command.
    fn run(&mut self, what: &str) -> Result<Stretch, Problems> {
        self.begin(what);
        let start = self.meters.read()?;
        let mut end = start;
        self.command.run(self.meters.interval(), || {
            end = self.meters.read()?;
            self.progress.tick();
            Ok(())
        })?;
        let took = end.saturating_sub(start);
        if took < SHORTEST {
            return Err(self.too_short(took));
        }
        Ok(Stretch { start, end })
    }

    fn begin(&self, what: &str) {
        self.progress.reset_elapsed();
        self.progress.set_message(what.to_owned());
        self.progress.tick();
    }

    fn too_short(&self, took: Duration) -> Problems {
        let message = format!(
            "`{}` ended after {:.3} s, too short to be measured",
            self.command.shown(),
            took.as_secs_f64()
        );
        Diagnostic::new(message)
            .help(
                "a run takes a second at least, better ten: let the command do more inferences, \
                 and say how many with `--inferences N`",
            )
            .into()
    }

    fn joules(&mut self, stretch: Stretch) -> Result<MeasuredRun, Problems> {
        let by_domain = self.meters.joules(stretch)?;
        Ok(MeasuredRun {
            seconds: stretch.seconds(),
            joules: self.meters.whole(&by_domain),
            by_domain,
        })
    }
}

impl MeasuredRun {
    fn watts(&self) -> f64 {
        self.joules / self.seconds
    }
}
