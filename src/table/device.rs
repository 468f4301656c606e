//! What a table says of a device as a whole: how fast it is at its best, and
//! what it takes beside its operations and accesses.
//!
//! ```toml
//! [device]
//! static = { watts = 72.5, range = [70, 75], source = "meter", confidence = "low" }
//! launch = { microseconds = 4, source = "meter", confidence = "low" }
//! inference = { millijoules = 3, source = "fit", confidence = "low", kind = "fitted" }
//!
//! [device.peak] # of each format; a multiply–accumulate is two operations
//! bf16 = { tops = 989, source = "datasheet", confidence = "high" }
//! ```

use std::collections::BTreeMap;
use std::fmt;

use super::about::Defaults;
use super::figure::{Figure, Measure};
use super::keys::DEVICE;
use crate::format::NumberFormat;
use crate::source::{Datum, Diagnostic, Fields, Problems};

/// A number of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeviceNumber {
    /// How many operations of a format it does in a second at most; a
    /// multiply–accumulate is two.
    Peak(NumberFormat),
    /// What it takes all the time, whatever it does.
    Static,
    /// How long each op takes beside its work.
    Launch,
    /// What each run of a model takes beside everything else.
    Inference,
}

impl DeviceNumber {
    /// Those that go with no format.
    pub const SINGLE: [DeviceNumber; 3] = [
        DeviceNumber::Static,
        DeviceNumber::Launch,
        DeviceNumber::Inference,
    ];

    /// What it measures.
    pub fn measure(self) -> Measure {
        match self {
            DeviceNumber::Peak(_) => Measure::Rate,
            DeviceNumber::Static => Measure::Power,
            DeviceNumber::Launch => Measure::Time,
            DeviceNumber::Inference => Measure::Energy,
        }
    }

    /// The key under which files have one that goes with no format.
    const fn key(self) -> &'static str {
        match self {
            DeviceNumber::Peak(_) => "peak",
            DeviceNumber::Static => "static",
            DeviceNumber::Launch => "launch",
            DeviceNumber::Inference => "inference",
        }
    }

    /// The number of a name with its unit: `bf16.tops`, `static.watts`.
    pub fn parse(first: &str, unit: &str) -> Option<DeviceNumber> {
        let single = DeviceNumber::SINGLE.into_iter();
        let named = single.into_iter().find(|number| number.key() == first);
        let peak = || first.parse().ok().map(DeviceNumber::Peak);
        let number = named.or_else(peak)?;
        (number.measure().unit() == unit).then_some(number)
    }
}

/// With its unit, as settings name it: `bf16.tops`, `static.watts`,
/// `launch.seconds`, `inference.joules`.
impl fmt::Display for DeviceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = self.measure().unit();
        match self {
            DeviceNumber::Peak(format) => write!(f, "{format}.{unit}"),
            number => write!(f, "{}.{unit}", number.key()),
        }
    }
}

/// All numbers of a device.
pub(super) type Device = BTreeMap<DeviceNumber, Figure>;

/// Adds what `[device]` under `node` says, over what a table which is extended
/// has.
pub(super) fn add_device(
    device: &mut Device,
    node: &Datum,
    defaults: &Defaults<'_>,
    problems: &mut Problems,
) {
    let Some(mut fields) = Fields::shaped(node, &DEVICE, problems) else {
        return;
    };
    let mut read = |number: DeviceNumber, what: &str, node: &Datum, problems: &mut Problems| {
        if let Some(figure) = Figure::read(what, number.measure(), node, defaults, problems) {
            device.insert(number, figure);
        }
    };
    for number in DeviceNumber::SINGLE {
        if let Some(node) = fields.take(number.key()) {
            read(number, &format!("device.{}", number.key()), node, problems);
        }
    }
    let peaks = fields.take("peak");
    fields.finish("a device", problems);
    for (key, node) in peaks.and_then(|node| node.entries(problems)).unwrap_or(&[]) {
        match key.value.parse::<NumberFormat>() {
            Ok(format) => {
                let what = format!("device.peak.{format}");
                read(DeviceNumber::Peak(format), &what, node, problems);
            }
            Err(unknown) => problems.push(
                Diagnostic::at(&key.place, unknown.to_string())
                    .help("a peak belongs to a number format: `bf16 = { tops = … }`"),
            ),
        }
    }
}
