//! NVIDIA's GPUs, through the library of their driver.
//!
//! The library is loaded when it is asked for, so nothing of it is needed to build, or
//! where there is no GPU. Since Volta a GPU counts its energy, in millijoules since
//! the driver was loaded; an older one tells its power, which is sampled and
//! integrated. Either is of the whole board, its memory included.

use std::collections::BTreeSet;
use std::time::Duration;

use nvml_wrapper::error::NvmlError;

use super::counter::Counter;
use super::power::Samples;
use super::{Domain, Meter, Stretch};
use crate::source::{Diagnostic, Problems};

const MILLIJOULES: f64 = 1e3;
const MILLIWATTS: f64 = 1e3;
/// How often power is sampled: the drivers bring it up to date about as often.
const SAMPLED: Duration = Duration::from_millis(50);

/// The GPUs of a machine.
pub struct Nvml {
    library: nvml_wrapper::Nvml,
    domains: Vec<Domain>,
    /// The driver's number of each GPU, and what it tells.
    gauges: Vec<(u32, Gauge)>,
}

/// What a GPU tells of itself.
enum Gauge {
    /// How much it has taken.
    Energy(Counter),
    /// How much it takes.
    Power(Samples),
}

impl Nvml {
    /// The GPUs that the driver shows, or of these the ones that are `wanted`.
    ///
    /// # Errors
    /// There is no driver, no such GPU, or one that tells neither energy nor power.
    pub fn open(wanted: Option<&BTreeSet<u32>>) -> Result<Nvml, Problems> {
        let library = nvml_wrapper::Nvml::init().map_err(|error| absent(&error))?;
        let count = library.device_count().map_err(|error| absent(&error))?;
        if count == 0 {
            return Err(Diagnostic::new("no NVML: the driver shows no GPU").into());
        }
        let mut problems = Problems::new();
        let all = (0..count).collect();
        let mut gauges = Vec::new();
        for gpu in wanted.unwrap_or(&all) {
            if !all.contains(gpu) {
                let message = format!("there is no GPU {gpu}");
                let last = count - 1;
                problems.push(Diagnostic::new(message).help(format!("the last one is {last}")));
                continue;
            }
            match Gauge::of(&library, *gpu) {
                Ok(gauge) => gauges.push((*gpu, gauge)),
                Err(error) => problems.push(unreadable(*gpu, &error)),
            }
        }
        let domain = |(gpu, _): &(u32, Gauge)| Domain {
            name: format!("gpu-{gpu}"),
            adds: true,
        };
        problems.or(Nvml {
            domains: gauges.iter().map(domain).collect(),
            library,
            gauges,
        })
    }
}

impl Gauge {
    /// The better of what a GPU has to tell.
    fn of(library: &nvml_wrapper::Nvml, gpu: u32) -> Result<Gauge, NvmlError> {
        let device = library.device_by_index(gpu)?;
        if device.total_energy_consumption().is_ok() {
            return Ok(Gauge::Energy(Counter::new(None, MILLIJOULES)));
        }
        device.power_usage()?;
        Ok(Gauge::Power(Samples::default()))
    }
}

impl Meter for Nvml {
    fn domains(&self) -> &[Domain] {
        &self.domains
    }

    fn interval(&self) -> Option<Duration> {
        let sampled = |(_, gauge): &(u32, Gauge)| matches!(gauge, Gauge::Power(_));
        self.gauges.iter().any(sampled).then_some(SAMPLED)
    }

    fn read(&mut self, now: Duration) -> Result<(), Problems> {
        for (gpu, gauge) in &mut self.gauges {
            let gpu = *gpu;
            let device =
                (self.library.device_by_index(gpu)).map_err(|error| unreadable(gpu, &error))?;
            match gauge {
                Gauge::Energy(counter) => {
                    let shows = (device.total_energy_consumption())
                        .map_err(|error| unreadable(gpu, &error))?;
                    counter.read(now, shows).map_err(|backwards| {
                        let message = format!(
                            "the energy of GPU {gpu} runs backwards, from {} to {} mJ",
                            backwards.from, backwards.to
                        );
                        Diagnostic::new(message)
                            .help("its driver was loaded anew; measure again, with nvidia-persistenced running")
                    })?;
                }
                Gauge::Power(samples) => {
                    let shows = device.power_usage();
                    let shows = shows.map_err(|error| unreadable(gpu, &error))?;
                    samples.push(now.as_secs_f64(), f64::from(shows) / MILLIWATTS);
                }
            }
        }
        Ok(())
    }

    fn joules(&mut self, stretch: Stretch) -> Result<Vec<f64>, Problems> {
        let (start, end) = (stretch.start.as_secs_f64(), stretch.end.as_secs_f64());
        let joules = |(_, gauge): &(u32, Gauge)| match gauge {
            Gauge::Energy(counter) => Some(counter.joules(stretch)),
            Gauge::Power(samples) => samples.joules(start, end),
        };
        let all: Option<Vec<f64>> = self.gauges.iter().map(joules).collect();
        all.ok_or_else(|| Diagnostic::new("the power of a GPU was not sampled").into())
    }
}

/// The mistake where the driver is not there.
fn absent(error: &NvmlError) -> Problems {
    let why = match error {
        NvmlError::LibloadingError(_) => {
            "libnvidia-ml.so.1 (on Windows nvml.dll) is not there, or cannot be loaded".to_owned()
        }
        error => error.to_string(),
    };
    Diagnostic::new(format!("no NVML: {why}"))
        .help("it comes with NVIDIA's driver; a container needs to be given the GPU")
        .into()
}

fn unreadable(gpu: u32, error: &NvmlError) -> Diagnostic {
    Diagnostic::new(format!("GPU {gpu} tells neither energy nor power: {error}"))
}
