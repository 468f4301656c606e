//! One measurement from beginning to end: idle, warm-up, runs, idle.

use std::time::Duration;

use indicatif::ProgressBar;

use super::command::Runner;
use super::measurement::{Measured, Measurement};
use super::meters::Meters;
use crate::cli::args::MeasureArgs;
use crate::meter::Stretch;
use crate::source::{Diagnostic, Problems};

/// The shortest run that meters measure: they are brought up to date some times a
/// second, and starting a program takes a good part of less.
const SHORTEST: Duration = Duration::from_secs(1);

/// The meters, the command, and the terminal that sees how far it is.
pub(super) struct Session<'a> {
    meters: &'a mut Meters,
    command: Runner<'a>,
    progress: ProgressBar,
}

impl<'a> Session<'a> {
    pub(super) fn new(
        meters: &'a mut Meters,
        command: Runner<'a>,
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
        let idle = match before.zip(after) {
            Some((before, after)) => Some((self.joules(before)?, self.joules(after)?)),
            None => None,
        };
        let runs = runs.into_iter().map(|run| self.joules(run));
        let measurement = Measurement {
            runs: runs.collect::<Result<_, _>>()?,
            idle,
            inferences_of_one: args.inferences,
        };
        if measurement.joules() <= 0.0 {
            return Err(unmoved());
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

    fn joules(&mut self, stretch: Stretch) -> Result<Measured, Problems> {
        let by_domain = self.meters.joules(stretch)?;
        Ok(Measured {
            seconds: stretch.seconds(),
            joules: self.meters.whole(&by_domain),
            by_domain,
        })
    }
}

fn unmoved() -> Problems {
    Diagnostic::new("the meter did not move while the command ran")
        .help(
            "the counters of virtual machines often stand still; measure on the machine itself, \
             or with `--watts FILE`",
        )
        .into()
}
