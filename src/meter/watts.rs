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
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::power::Samples;
use super::{Domain, Meter, Stretch};
use crate::source::{Diagnostic, Place, Problems, Source};

/// The largest file that is read: an hour of a thousand samples a second.
const MOST_BYTES: u64 = 64 << 20;
/// A moment above this, of 2001, is counted since 1970.
const SINCE_1970: f64 = 1e9;
/// How long a logger may take to write what it has measured.
const LATE: Duration = Duration::from_secs(5);
const AGAIN: Duration = Duration::from_millis(100);

/// A file that an external meter writes.
#[derive(Debug)]
pub struct WattsFile {
    path: PathBuf,
    domains: [Domain; 1],
    /// When measuring began.
    began: SystemTime,
    recording: Recording,
}

/// What the file holds.
#[derive(Debug)]
struct Recording {
    samples: Samples,
    /// Where the first and the last sample stand.
    ends: Option<(Place, Place)>,
}

impl WattsFile {
    /// The file at `path`, whose samples so far are read at once, so that what is
    /// wrong with them is known before anything is measured. Measuring began at
    /// `began`.
    ///
    /// # Errors
    /// The file cannot be read, or holds something else.
    pub fn open(path: &Path, began: SystemTime) -> Result<WattsFile, Problems> {
        let recording = Recording::read(&text(path)?, true)?;
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

    /// The stretch on the clock of the file.
    fn on_its_clock(&self, stretch: Stretch) -> (f64, f64) {
        let since_1970 = self.recording.samples.first() >= Some(SINCE_1970);
        let began = match self.began.duration_since(UNIX_EPOCH) {
            Ok(began) if since_1970 => began,
            _ => Duration::ZERO,
        };
        let on = |moment: Duration| (began + moment).as_secs_f64();
        (on(stretch.start), on(stretch.end))
    }

    fn covered(&self, stretch: Stretch) -> Option<f64> {
        let (start, end) = self.on_its_clock(stretch);
        self.recording.samples.joules(start, end)
    }

    /// Whether the file has been written to since measuring began.
    fn is_written(&self) -> bool {
        let modified = std::fs::metadata(&self.path).and_then(|file| file.modified());
        modified.is_ok_and(|modified| modified > self.began)
    }

    /// The mistake for samples that do not reach from one end to the other.
    fn uncovered(&self, stretch: Stretch) -> Diagnostic {
        let (start, end) = self.on_its_clock(stretch);
        let Some((first, last)) = &self.recording.ends else {
            return Diagnostic::new(format!("`{}` holds no sample", self.path.display()))
                .help("write a line `seconds,watts` for each");
        };
        let samples = &self.recording.samples;
        let (place, what, limit) = match samples.first() {
            Some(seconds) if seconds > start => (first, "first", seconds),
            _ => (last, "last", samples.last().unwrap_or_default()),
        };
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
        let mut joules = self.covered(stretch);
        while joules.is_none() {
            let growing = self.is_written() && asked.elapsed() < LATE;
            self.recording = Recording::read(&text(&self.path)?, growing)?;
            joules = self.covered(stretch);
            if joules.is_none() && !growing {
                return Err(self.uncovered(stretch).into());
            }
            std::thread::sleep(AGAIN);
        }
        Ok(joules.into_iter().collect())
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

/// Which columns hold the seconds and the watts, and how many there are.
#[derive(Clone, Copy)]
struct Columns {
    seconds: usize,
    watts: usize,
    count: usize,
}

/// A line that holds something, and where.
struct Line<'t> {
    fields: Vec<(&'t str, Range<usize>)>,
    whole: Range<usize>,
}

impl<'t> Line<'t> {
    fn read(text: &'t str, start: usize) -> Option<Line<'t>> {
        let line = text.trim_end();
        if line.trim_start().is_empty() || line.trim_start().starts_with('#') {
            return None;
        }
        let mut at = start;
        let mut fields = Vec::new();
        for field in line.split(',') {
            let word = field.trim();
            let from = at + (field.len() - field.trim_start().len());
            fields.push((word, from..from + word.len()));
            at += field.len() + 1;
        }
        Some(Line {
            fields,
            whole: start..start + line.len(),
        })
    }

    /// The columns that a header names; none where the line is no header.
    fn columns(&self, source: &Arc<Source>) -> Result<Option<Columns>, Diagnostic> {
        let is_header = (self.fields.iter()).all(|(word, _)| word.parse::<f64>().is_err());
        if !is_header {
            return Ok(None);
        }
        let at = |name: &str| {
            let is_it = |(word, _): &(&str, Range<usize>)| word.eq_ignore_ascii_case(name);
            self.fields.iter().position(is_it).ok_or_else(|| {
                let names = self.fields.iter().map(|(word, _)| *word);
                let message = format!("no column `{name}`");
                Diagnostic::at(&Place::new(source, self.whole.clone()), message)
                    .known(name, names)
                    .help("a file of samples has the columns `seconds` and `watts`")
            })
        };
        Ok(Some(Columns {
            seconds: at("seconds")?,
            watts: at("watts")?,
            count: self.fields.len(),
        }))
    }

    /// The number in a column, and where it stands.
    fn number(&self, source: &Arc<Source>, column: usize) -> Result<(f64, Place), Diagnostic> {
        let whole = || Place::new(source, self.whole.clone());
        let (word, place) = match self.fields.get(column) {
            Some((word, span)) => (*word, Place::new(source, span.clone())),
            None => ("", whole()),
        };
        match word.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok((value, place)),
            _ => Err(Diagnostic::at(&place, format!("`{word}` is no number"))),
        }
    }
}

impl Recording {
    /// The samples in a file, which is `growing` where someone writes to it.
    fn read(source: &Arc<Source>, growing: bool) -> Result<Recording, Problems> {
        let text = source.text();
        let whole = match growing {
            true => text.rfind('\n').map_or(0, |end| end + 1),
            false => text.len(),
        };
        let mut problems = Problems::new();
        let mut recording = Recording {
            samples: Samples::default(),
            ends: None,
        };
        let mut columns = None;
        let mut start = 0;
        for line in text[..whole].split_inclusive('\n') {
            let here = start;
            start += line.len();
            let Some(line) = Line::read(line, here) else {
                continue;
            };
            let known = match columns {
                Some(known) => known,
                None => {
                    let named = line.columns(source)?;
                    let known = named.unwrap_or(Columns {
                        seconds: 0,
                        watts: 1,
                        count: 2,
                    });
                    columns = Some(known);
                    if named.is_some() {
                        continue;
                    }
                    known
                }
            };
            if let Err(mistake) = recording.add(source, &line, known) {
                problems.push(mistake);
            }
        }
        problems.or(recording)
    }

    fn add(
        &mut self,
        source: &Arc<Source>,
        line: &Line<'_>,
        columns: Columns,
    ) -> Result<(), Diagnostic> {
        if line.fields.len() != columns.count {
            let (found, count) = (line.fields.len(), columns.count);
            let message = format!("{found} values in a line of {count}");
            return Err(
                Diagnostic::at(&Place::new(source, line.whole.clone()), message)
                    .help("a sample is a line `seconds,watts`, its numbers with a decimal point"),
            );
        }
        let (seconds, place) = line.number(source, columns.seconds)?;
        let (watts, watts_place) = line.number(source, columns.watts)?;
        if watts < 0.0 {
            let message = format!("{watts} W: a power below 0");
            return Err(Diagnostic::at(&watts_place, message));
        }
        if let Some((_, last)) = &self.ends
            && self.samples.last() > Some(seconds)
        {
            let message = format!("the samples run backwards to {seconds} s");
            return Err(Diagnostic::at(&place, message).and(last, "after this"));
        }
        self.samples.push(seconds, watts);
        let first = self.ends.take().map(|(first, _)| first);
        self.ends = Some((first.unwrap_or_else(|| place.clone()), place));
        Ok(())
    }
}
