//! Joules as meters count them.
//!
//! A [`Meter`] measures one or more [`Domain`]s: a processor's packages and their
//! memory ([`Rapl`]), GPUs ([`Nvml`]), whatever an external instrument is clamped to
//! ([`WattsFile`]). It is read when a run begins and when it ends, and in between as
//! often as it asks for, and says afterwards how many joules each domain took over any
//! [`Stretch`] between two readings. Nothing here starts a command or waits: who
//! measures says when a reading is taken, on a clock that starts with the first.
//!
//! There are two ways to joules. A *counter* has them
//! already, since some moment of the past: what counts is the difference of two
//! readings, and whether it has started from 0 in between. *Samples of power*
//! are integrated by trapezoids, the ends of a stretch
//! interpolated.
//!
//! Domains may overlap: a package contains its cores, and what stands at the plug
//! contains everything. Each says whether it adds to the whole, so that nothing is
//! added twice.

mod counter;
mod nvml;
mod power;
mod rapl;
mod recording;
mod watts;

use std::time::Duration;

pub use self::nvml::Nvml;
pub use self::rapl::{POWERCAP, Rapl};
pub use self::watts::WattsFile;

use crate::source::Problems;

/// A part of a machine whose energy is measured by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain {
    /// Its name, as in the columns of a file of runs: `package-0`, `gpu-1`.
    pub name: String,
    /// Whether its joules add to the whole. Those of others are in those of a
    /// domain that does.
    pub adds: bool,
}

/// A stretch of time, counted from the first reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// When it begins.
    pub start: Duration,
    /// When it ends.
    pub end: Duration,
}

impl Stretch {
    /// How long it is.
    pub fn seconds(&self) -> f64 {
        self.end.saturating_sub(self.start).as_secs_f64()
    }
}

/// Something that measures energy.
pub trait Meter {
    /// What it measures, in the order of [`Meter::joules`].
    fn domains(&self) -> &[Domain];

    /// The longest time between two readings in which nothing is missed; none where
    /// the first and the last are enough.
    fn interval(&self) -> Option<Duration>;

    /// Takes a reading: it is `now`.
    ///
    /// # Errors
    /// The meter cannot be read any more, or its counter runs backwards.
    fn read(&mut self, now: Duration) -> Result<(), Problems>;

    /// The joules of each domain over a stretch, at whose ends a reading was taken.
    ///
    /// # Errors
    /// What was measured does not cover the stretch.
    fn joules(&mut self, stretch: Stretch) -> Result<Vec<f64>, Problems>;
}
