//! The meters of a machine, as one.

use std::collections::BTreeSet;
use std::time::{Duration, Instant, SystemTime};

use crate::cli::args::{MeasureArgs, MeterArg};
use crate::cli::output;
use crate::cli::usage::usage_error;
use crate::meter::{Domain, Meter, Nvml, Rapl, Stretch, WattsFile};
use crate::source::{Diagnostic, Problems};

/// The longest time between two readings, so that a terminal sees it go on.
const SHOWN: Duration = Duration::from_secs(1);

/// All meters that are read, on one clock.
pub(super) struct Meters {
    meters: Vec<Box<dyn Meter>>,
    /// What they measure, in order, and whether it adds to the whole.
    pub(super) domains: Vec<Domain>,
    began: Instant,
}

impl Meters {
    /// The meters asked for; all that are there if none is.
    pub(super) fn open(args: &MeasureArgs) -> Result<Meters, Problems> {
        if !args.gpus.is_empty() && !args.meter.is_empty() && !args.meter.contains(&MeterArg::Nvml)
        {
            let message = "--gpus says which GPUs are measured, but --meter names no nvml";
            return Err(usage_error(message));
        }
        let (began, began_at) = (Instant::now(), SystemTime::now());
        let mut meters = match (&args.meter[..], &args.watts) {
            ([], None) => all_there(args)?,
            (asked, _) => asked_for(asked, args)?,
        };
        let mut domains: Vec<Domain> = meters
            .iter()
            .flat_map(|meter| meter.domains().to_vec())
            .collect();
        if let Some(path) = &args.watts {
            let file = WattsFile::open(path, began_at)?;
            // It measures all that the others do.
            domains.iter_mut().for_each(|domain| domain.adds = false);
            domains.extend_from_slice(file.domains());
            meters.push(Box::new(file));
        }
        Ok(Meters {
            meters,
            domains,
            began,
        })
    }

    /// The longest time between two readings.
    pub(super) fn interval(&self) -> Duration {
        let intervals = self.meters.iter().filter_map(|meter| meter.interval());
        intervals.min().unwrap_or(SHOWN).min(SHOWN)
    }

    /// Reads all, and says when.
    pub(super) fn read(&mut self) -> Result<Duration, Problems> {
        let now = self.began.elapsed();
        for meter in &mut self.meters {
            meter.read(now)?;
        }
        Ok(now)
    }

    /// The joules of every domain over a stretch.
    pub(super) fn joules(&mut self, stretch: Stretch) -> Result<Vec<f64>, Problems> {
        let mut joules = Vec::with_capacity(self.domains.len());
        for meter in &mut self.meters {
            joules.extend(meter.joules(stretch)?);
        }
        Ok(joules)
    }

    /// What of all domains is the whole.
    pub(super) fn whole(&self, joules: &[f64]) -> f64 {
        let domains = self.domains.iter().zip(joules);
        domains
            .filter(|(domain, _)| domain.adds)
            .map(|(_, joules)| joules)
            .sum()
    }
}

fn open(meter: MeterArg, args: &MeasureArgs) -> Result<Box<dyn Meter>, Problems> {
    Ok(match meter {
        MeterArg::Rapl => Box::new(Rapl::open(&args.powercap)?),
        MeterArg::Nvml => {
            let gpus: BTreeSet<u32> = args.gpus.iter().copied().collect();
            Box::new(Nvml::open((!gpus.is_empty()).then_some(&gpus))?)
        }
    })
}

fn asked_for(asked: &[MeterArg], args: &MeasureArgs) -> Result<Vec<Box<dyn Meter>>, Problems> {
    let mut problems = Problems::new();
    let mut meters = Vec::new();
    for meter in [MeterArg::Rapl, MeterArg::Nvml] {
        if asked.contains(&meter) {
            meters.extend(problems.note(open(meter, args)));
        }
    }
    problems.or(meters)
}

/// The meters of the machine. What is not measured though it might be is said.
fn all_there(args: &MeasureArgs) -> Result<Vec<Box<dyn Meter>>, Problems> {
    match (open(MeterArg::Rapl, args), open(MeterArg::Nvml, args)) {
        (Ok(rapl), Ok(nvml)) => Ok(vec![rapl, nvml]),
        (_, Err(without)) if !args.gpus.is_empty() => Err(without),
        // Most machines have no such GPU.
        (Ok(rapl), Err(_)) => Ok(vec![rapl]),
        (Err(without), Ok(nvml)) => {
            for mistake in without.iter() {
                output::tell(format_args!("note: GPUs alone: {}", mistake.message()));
                mistake
                    .helps()
                    .for_each(|help| output::tell(format_args!("  {help}")));
            }
            Ok(vec![nvml])
        }
        (Err(rapl), Err(nvml)) => Err(none(&rapl, &nvml)),
    }
}

/// The mistake where no meter can be read, with what was tried.
fn none(rapl: &Problems, nvml: &Problems) -> Problems {
    let mut mistake = Diagnostic::new("no meter can be read");
    for tried in rapl.iter().chain(nvml.iter()) {
        mistake = mistake.help(tried.message());
        for help in tried.helps() {
            mistake = mistake.help(help);
        }
    }
    mistake
        .help("of any other meter give the samples: `--watts FILE`, with lines `seconds,watts`")
        .into()
}
