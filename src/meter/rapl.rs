//! RAPL, through the files of the kernel's power capping framework.
//!
//! Each zone is a folder: `intel-rapl:0` a package, `intel-rapl:0:1` a part of it,
//! with its `name`, `energy_uj`, microjoules counted, and `max_energy_range_uj`, where
//! the counter starts from 0. AMD's processors have the same names. A package contains
//! its `core` and `uncore`, but not its `dram`; `psys`, the platform, contains the
//! packages. So packages and memory add to the whole, and `psys` only where there is no
//! package. Zones of `intel-rapl-mmio` are the same registers by another way.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::counter::{Counter, MOST_WATTS};
use super::{Domain, Meter, Stretch};
use crate::source::{Diagnostic, Problems};

/// Where the kernel shows the zones.
pub const POWERCAP: &str = "/sys/class/powercap";

/// The folders of zones that are looked at, each within the other.
const DEPTH: usize = 3;
const MICROJOULES: f64 = 1e6;
/// The longest time between two readings: however fast a counter fills, it is read
/// before it could have been full twice.
const LONGEST: Duration = Duration::from_secs(1);
/// The shortest: more readings would take energy themselves.
const SHORTEST: Duration = Duration::from_millis(10);

/// The zones of a machine.
#[derive(Debug)]
pub struct Rapl {
    domains: Vec<Domain>,
    zones: Vec<Zone>,
    interval: Duration,
}

/// One counter.
#[derive(Debug)]
struct Zone {
    energy: PathBuf,
    counter: Counter,
}

/// Where a zone stands: `intel-rapl:0:1` is the second part of the first package.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct ZoneId {
    control: String,
    numbers: Vec<u32>,
}

impl ZoneId {
    /// The zone of a folder's name, if it is one.
    fn read(folder: &str) -> Option<ZoneId> {
        let mut parts = folder.split(':');
        let control = parts.next()?.to_owned();
        let numbers: Vec<u32> = parts.map(|part| part.parse().ok()).collect::<Option<_>>()?;
        (!numbers.is_empty()).then_some(ZoneId { control, numbers })
    }

    /// The zone that contains this one.
    fn parent(&self) -> Option<ZoneId> {
        let (_, numbers) = self.numbers.split_last()?;
        Some(ZoneId {
            control: self.control.clone(),
            numbers: numbers.to_vec(),
        })
    }
}

impl Rapl {
    /// The zones below `folder`, [`POWERCAP`] on a machine as it is.
    ///
    /// # Errors
    /// There is no zone, or one that cannot be read.
    pub fn open(folder: &Path) -> Result<Rapl, Problems> {
        let zones = zones(folder)?;
        let mut problems = Problems::new();
        let mut names = BTreeMap::new();
        let mut opened = Vec::new();
        let mut unreadable = Vec::new();
        for (id, folder) in &zones {
            if let Some(name) = problems.note(name(&folder.join("name"))) {
                names.insert(id.clone(), name);
            }
            match Zone::open(folder) {
                Ok(zone) => opened.push(zone),
                Err(Unread::Forbidden(file)) => unreadable.push(file),
                Err(Unread::Faulty(mistake)) => problems.push(mistake),
            }
        }
        if let Some(first) = unreadable.first() {
            problems.push(forbidden(first, unreadable.len() - 1, folder));
        }
        let interval = (opened.iter().filter_map(Zone::interval).min()).unwrap_or(LONGEST);
        problems.or(Rapl {
            domains: domains(&names),
            zones: opened,
            interval,
        })
    }
}

impl Meter for Rapl {
    fn domains(&self) -> &[Domain] {
        &self.domains
    }

    fn interval(&self) -> Option<Duration> {
        Some(self.interval)
    }

    fn read(&mut self, now: Duration) -> Result<(), Problems> {
        for zone in &mut self.zones {
            let shows = number(&zone.energy).map_err(|unread| unread.mistake(&zone.energy))?;
            zone.counter.read(now, shows).map_err(|backwards| {
                let message = format!(
                    "`{}` runs backwards, from {} to {} µJ",
                    zone.energy.display(),
                    backwards.from,
                    backwards.to
                );
                Diagnostic::new(message).help(
                    "it was reset, as by a driver that was loaded anew or a machine that slept; \
                     measure again",
                )
            })?;
        }
        Ok(())
    }

    fn joules(&mut self, stretch: Stretch) -> Result<Vec<f64>, Problems> {
        Ok((self.zones.iter())
            .map(|zone| zone.counter.joules(stretch))
            .collect())
    }
}

impl Zone {
    fn open(folder: &Path) -> Result<Zone, Unread> {
        let energy = folder.join("energy_uj");
        number(&energy)?;
        let file = folder.join("max_energy_range_uj");
        let range = match number(&file) {
            Ok(0) => {
                let message = format!("`{}` is 0: no counter is always full", file.display());
                return Err(Unread::Faulty(Diagnostic::new(message)));
            }
            Ok(range) => Some(range),
            Err(Unread::Forbidden(file)) => return Err(Unread::Forbidden(file)),
            Err(Unread::Faulty(mistake)) if file.exists() => return Err(Unread::Faulty(mistake)),
            // Then it cannot be told when it is full, and that is a mistake only if it
            // happens.
            Err(Unread::Faulty(_)) => None,
        };
        Ok(Zone {
            energy,
            counter: Counter::new(range, MICROJOULES),
        })
    }

    /// Half the time in which the counter could be full.
    fn interval(&self) -> Option<Duration> {
        let seconds = self.counter.range_joules()? / MOST_WATTS / 2.0;
        let half = Duration::try_from_secs_f64(seconds).ok()?;
        Some(half.clamp(SHORTEST, LONGEST))
    }
}

/// The zones below `folder`, in order.
fn zones(folder: &Path) -> Result<BTreeMap<ZoneId, PathBuf>, Problems> {
    let mut zones = BTreeMap::new();
    let failed = |why: &dyn std::fmt::Display| {
        Problems::from(
            Diagnostic::new(format!("no RAPL in `{}`: {why}", folder.display())).help(
                "the kernel shows it on x86 once `intel_rapl_msr` is loaded (`modprobe \
                 intel_rapl_msr`, AMD too); virtual machines and most containers have none",
            ),
        )
    };
    collect(folder, DEPTH, &mut zones).map_err(|error| failed(&error))?;
    if zones.keys().any(|id| id.control == "intel-rapl") {
        zones.retain(|id, _| id.control == "intel-rapl");
    }
    if zones.is_empty() {
        return Err(failed(&"there is no zone `intel-rapl:0`"));
    }
    Ok(zones)
}

/// Zones stand side by side, or each in the one that contains it, or both.
fn collect(folder: &Path, depth: usize, zones: &mut BTreeMap<ZoneId, PathBuf>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| name.starts_with("intel-rapl")) else {
            continue;
        };
        let path = entry.path();
        if !path.is_dir() {
            continue;
        }
        if depth > 1 {
            collect(&path, depth - 1, zones)?;
        }
        if let Some(id) = ZoneId::read(name) {
            zones.insert(id, path);
        }
    }
    Ok(())
}

/// What each zone measures.
fn domains(names: &BTreeMap<ZoneId, String>) -> Vec<Domain> {
    let is_whole = |id: &ZoneId, name: &str| id.numbers.len() == 1 && name != "psys";
    let has_package = names.iter().any(|(id, name)| is_whole(id, name));
    let mut domains: Vec<Domain> = Vec::new();
    for (id, name) in names {
        let parent = id.parent().and_then(|parent| names.get(&parent));
        let full = match parent {
            Some(parent) => format!("{parent}-{name}"),
            None => name.clone(),
        };
        let adds = match id.numbers.len() {
            1 => is_whole(id, name) || !has_package,
            _ => name == "dram",
        };
        // Kernels have called two zones the same.
        let taken = domains.iter().any(|domain| domain.name == full);
        let numbers: Vec<String> = id.numbers.iter().map(u32::to_string).collect();
        let name = match taken {
            true => format!("{full}:{}", numbers.join(":")),
            false => full,
        };
        domains.push(Domain { name, adds });
    }
    domains
}

/// Why a file gives no number.
enum Unread {
    Forbidden(PathBuf),
    Faulty(Diagnostic),
}

impl Unread {
    /// The mistake, where one file alone is meant.
    fn mistake(self, file: &Path) -> Diagnostic {
        match self {
            Unread::Forbidden(_) => {
                Diagnostic::new(format!("`{}` may not be read any more", file.display()))
            }
            Unread::Faulty(mistake) => mistake,
        }
    }
}

/// The start of a file that holds one line.
fn line(file: &Path) -> Result<String, Unread> {
    let mut text = String::new();
    let read = File::open(file).and_then(|open| open.take(4096).read_to_string(&mut text));
    match read {
        Ok(_) => Ok(text.trim().to_owned()),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            Err(Unread::Forbidden(file.to_owned()))
        }
        Err(error) => {
            let message = format!("cannot read `{}`: {error}", file.display());
            Err(Unread::Faulty(Diagnostic::new(message)))
        }
    }
}

fn name(file: &Path) -> Result<String, Problems> {
    let name = line(file).map_err(|unread| unread.mistake(file))?;
    match name.is_empty() || name.contains(char::is_control) {
        true => Err(Diagnostic::new(format!("`{}` holds no name", file.display())).into()),
        false => Ok(name),
    }
}

/// The whole number in a file.
fn number(file: &Path) -> Result<u64, Unread> {
    let mut text = line(file)?;
    // Where the files are no kernel's, one that is being written is empty.
    for _ in 0..20 {
        if !text.is_empty() {
            break;
        }
        std::thread::sleep(Duration::from_millis(1));
        text = line(file)?;
    }
    text.parse().map_err(|_| {
        let message = format!("`{}` holds `{text}`, no whole number", file.display());
        Unread::Faulty(Diagnostic::new(message))
    })
}

/// The mistake for counters that are root's alone.
fn forbidden(first: &Path, others: usize, folder: &Path) -> Diagnostic {
    let others = match others {
        0 => String::new(),
        others => format!(", nor {others} more"),
    };
    let message = format!(
        "`{}` may not be read{others}: permission denied",
        first.display()
    );
    let pattern = folder.join("intel-rapl:*/energy_uj");
    Diagnostic::new(message)
        .help(
            "since 2020 (CVE-2020-8694) the kernel lets only root read these counters, because \
             they tell one program what another does",
        )
        .help(format!(
            "to allow it until the next start: `sudo chmod a+r {}`",
            pattern.display()
        ))
        .help(
            "to allow it for good, a udev rule: `ACTION==\"add\", SUBSYSTEM==\"powercap\", \
             RUN+=\"/bin/chmod a+r /sys%p/energy_uj\"` in `/etc/udev/rules.d/90-rapl.rules`",
        )
}
