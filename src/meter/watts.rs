//! The samples of an external meter, in a file of `seconds,watts`.
//!
//! A line is a sample; a header names the columns, and may name others beside these
//! two; lines that begin with `#` are comments. Seconds are counted since 1970 where
//! the first is a thousand million or more, as a logger's are that runs by itself, and
//! since measuring began otherwise. What a meter shows is taken to contain all other
//! domains: it stands at the plug, or at the board's supply.
//!
//! A logger may still be writing when the last run ends. So a file that has been
//! written to since measuring began is given some seconds to reach its end, and a last
//! line without a line break is not believed.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::recording::Recording;
use super::{Domain, Meter, Stretch};
use crate::source::{Diagnostic, Problems, Source};

/// The largest file that is read: an hour of a thousand samples a second.
const MOST_BYTES: u64 = 64 << 20;
/// How long a logger may take to write what it has measured.
const LATE: Duration = Duration::from_secs(5);
const AGAIN: Duration = Duration::from_millis(100);

/// A file that an external meter writes.
#[derive(Debug)]
pub struct WattsFile {
    path: PathBuf,
    domains: [Domain; 1],
    began: SystemTime,
    recording: Recording,
}

impl WattsFile {
    /// The file at `path`, whose samples so far are read at once, so that what is
    /// wrong with them is known before anything is measured. Measuring began at
    /// `began`.
    ///
    /// # Errors
    /// The file cannot be read, or holds something else.
    pub fn open(path: &Path, began: SystemTime) -> Result<WattsFile, Problems> {
        let recording = Recording::read(&text(path)?, began, true)?;
        Ok(WattsFile {
            path: path.to_owned(),
            domains: [Domain {
                name: "meter".to_owned(),
                adds: true,
            }],
            began,
            recording,
        })
    }

    fn covered(&self, stretch: Stretch) -> Option<f64> {
        let (start, end) = (stretch.start.as_secs_f64(), stretch.end.as_secs_f64());
        self.recording.samples.joules(start, end)
    }

    /// Whether the file has been written to since measuring began.
    fn is_written(&self) -> bool {
        let modified = std::fs::metadata(&self.path).and_then(|file| file.modified());
        modified.is_ok_and(|modified| modified > self.began)
    }

    /// The mistake for samples that do not reach from one end to the other.
    fn uncovered(&self, stretch: Stretch) -> Diagnostic {
        let Recording {
            samples,
            began,
            ends,
        } = &self.recording;
        let Some((first, last)) = ends else {
            return Diagnostic::new(format!("`{}` holds no sample", self.path.display()))
                .help("write a line `seconds,watts` for each");
        };
        let (start, end) = (stretch.start.as_secs_f64(), stretch.end.as_secs_f64());
        let (place, what, limit) = match samples.first() {
            Some(seconds) if seconds > start => (first, "first", seconds),
            _ => (last, "last", samples.last().unwrap_or_default()),
        };
        // As the file counts.
        let (start, end, limit) = (began + start, began + end, began + limit);
        let message = format!(
            "the samples do not cover what was measured, {start:.3} s to {end:.3} s: the {what} is \
             at {limit:.3} s"
        );
        Diagnostic::at(place, message).help(
            "seconds are counted since 1970 where the first is above 10⁹, and since measuring \
             began otherwise; start the meter first, and let it run on",
        )
    }
}

impl Meter for WattsFile {
    fn domains(&self) -> &[Domain] {
        &self.domains
    }

    fn interval(&self) -> Option<Duration> {
        None
    }

    /// The meter keeps its own time.
    fn read(&mut self, _now: Duration) -> Result<(), Problems> {
        Ok(())
    }

    fn joules(&mut self, stretch: Stretch) -> Result<Vec<f64>, Problems> {
        let asked = Instant::now();
        loop {
            if let Some(joules) = self.covered(stretch) {
                return Ok(vec![joules]);
            }
            let growing = self.is_written() && asked.elapsed() < LATE;
            self.recording = Recording::read(&text(&self.path)?, self.began, growing)?;
            if !growing {
                let joules = self.covered(stretch).map(|joules| vec![joules]);
                return joules.ok_or_else(|| self.uncovered(stretch).into());
            }
            std::thread::sleep(AGAIN);
        }
    }
}

/// The text of a file of samples.
fn text(path: &Path) -> Result<Arc<Source>, Problems> {
    let shown = path.display().to_string();
    let failed = |why: &dyn std::fmt::Display| {
        Problems::from(Diagnostic::new(format!("cannot read `{shown}`: {why}")))
    };
    // To open a pipe would wait for who writes into it.
    let about = std::fs::metadata(path).map_err(|error| failed(&error))?;
    if !about.is_file() {
        return Err(failed(&"it is no file"));
    }
    let mut text = String::new();
    let file = File::open(path).map_err(|error| failed(&error))?;
    (file.take(MOST_BYTES + 1).read_to_string(&mut text)).map_err(|error| failed(&error))?;
    if text.len() as u64 > MOST_BYTES {
        return Err(failed(&"it is larger than 64 MiB, the most that is read"));
    }
    Ok(Source::new(shown, text))
}
