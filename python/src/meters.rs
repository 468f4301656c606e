//! The meters of the machine, for what runs within Python.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use picojoule::Problems;
use picojoule::meter::{Meter, Nvml, POWERCAP, Rapl, Stretch};
use pyo3::prelude::*;

use crate::error::raised;

/// RAPL and NVML, as far as they are there, on one clock.
#[pyclass(frozen, module = "picojoule._native")]
pub(crate) struct Meters {
    meters: Mutex<Vec<Box<dyn Meter + Send>>>,
    began: Instant,
    /// What is not measured though it might be.
    #[pyo3(get)]
    notes: Vec<String>,
}

#[pymethods]
impl Meters {
    /// Opens the meters of this machine; `powercap` is another folder for those of RAPL.
    #[new]
    #[pyo3(signature = (powercap = None))]
    fn new(powercap: Option<PathBuf>) -> Meters {
        let powercap = powercap.unwrap_or_else(|| PathBuf::from(POWERCAP));
        let mut meters: Vec<Box<dyn Meter + Send>> = Vec::new();
        let mut notes = Vec::new();
        match Rapl::open(&powercap) {
            Ok(rapl) => meters.push(Box::new(rapl)),
            Err(without) => notes.extend(said(&without)),
        }
        match Nvml::open(None) {
            Ok(nvml) => meters.push(Box::new(nvml)),
            Err(without) => notes.extend(said(&without)),
        }
        Meters {
            meters: Mutex::new(meters),
            began: Instant::now(),
            notes,
        }
    }

    /// The names of what is measured, and whether each adds to the whole.
    #[getter]
    fn domains(&self) -> Vec<(String, bool)> {
        let meters = self.meters();
        let domains = meters.iter().flat_map(|meter| meter.domains());
        domains
            .map(|domain| (domain.name.clone(), domain.adds))
            .collect()
    }

    /// The most seconds between two readings in which nothing is missed, if there is
    /// such a limit.
    #[getter]
    fn interval(&self) -> Option<f64> {
        let meters = self.meters();
        let shortest = meters.iter().filter_map(|meter| meter.interval()).min();
        shortest.map(|interval| interval.as_secs_f64())
    }

    /// Reads all, and says when, in nanoseconds since they were opened.
    fn read(&self, py: Python<'_>) -> PyResult<u64> {
        let read = || {
            let mut meters = self.meters();
            // Whoever reads next reads later.
            let now = self.began.elapsed();
            let mut all = meters.iter_mut();
            all.try_for_each(|meter| meter.read(now)).map(|()| now)
        };
        let now = py.detach(read).map_err(|problems| raised(py, &problems))?;
        Ok(u64::try_from(now.as_nanos()).unwrap_or(u64::MAX))
    }

    /// The joules of every domain between two readings.
    fn joules(&self, py: Python<'_>, start: u64, end: u64) -> PyResult<Vec<f64>> {
        let stretch = Stretch {
            start: Duration::from_nanos(start),
            end: Duration::from_nanos(end),
        };
        let mut joules = Vec::new();
        for meter in self.meters().iter_mut() {
            joules.extend(
                meter
                    .joules(stretch)
                    .map_err(|problems| raised(py, &problems))?,
            );
        }
        Ok(joules)
    }
}

impl Meters {
    /// No panic of another thread leaves a reading half done.
    fn meters(&self) -> MutexGuard<'_, Vec<Box<dyn Meter + Send>>> {
        self.meters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why a meter is not there.
fn said(without: &Problems) -> Vec<String> {
    let all = without.iter();
    all.map(|mistake| mistake.message().to_owned()).collect()
}
