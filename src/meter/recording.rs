//! The lines of a file of samples, read with their places.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::power::Samples;
use crate::source::{Diagnostic, Place, Problems, Source};

/// A moment from this on, of 2001, is counted since 1970.
const SINCE_1970: f64 = 1e9;
/// A gigawatt, as a power station has.
const MOST_WATTS: f64 = 1e9;

/// What a file of samples holds.
#[derive(Debug)]
pub(super) struct Recording {
    /// Their seconds are counted since measuring began.
    pub(super) samples: Samples,
    /// When that was by the clock of the file.
    pub(super) began: f64,
    /// Where the first and the last sample stand.
    pub(super) ends: Option<(Place, Place)>,
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
    pub(super) fn read(
        source: &Arc<Source>,
        began: SystemTime,
        growing: bool,
    ) -> Result<Recording, Problems> {
        let text = source.text();
        let whole = match growing {
            true => text.rfind('\n').map_or(0, |end| end + 1),
            false => text.len(),
        };
        let mut problems = Problems::new();
        let mut recording = Recording {
            samples: Samples::default(),
            began: 0.0,
            ends: None,
        };
        let since_1970 = began.duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut columns = None;
        // Some programs begin a text with a mark of its encoding.
        let mut start = text.len() - text.trim_start_matches('\u{feff}').len();
        for line in text[start..whole.max(start)].split_inclusive('\n') {
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
            if let Err(mistake) = recording.add(source, &line, known, since_1970) {
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
        since_1970: Duration,
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
        let fault = match watts {
            below if below < 0.0 => "below 0",
            above if above > MOST_WATTS => "more than any meter shows",
            _ => "",
        };
        if !fault.is_empty() {
            let message = format!("a power of {watts} W is {fault}");
            return Err(Diagnostic::at(&watts_place, message));
        }
        if self.ends.is_none() && seconds >= SINCE_1970 {
            self.began = since_1970.as_secs_f64();
        }
        let moment = seconds - self.began;
        if let Some((_, last)) = &self.ends
            && self.samples.last() > Some(moment)
        {
            let message = format!("the samples run backwards to {seconds} s");
            return Err(Diagnostic::at(&place, message).and(last, "after this"));
        }
        self.samples.push(moment, watts);
        let first = self.ends.take().map(|(first, _)| first);
        self.ends = Some((first.unwrap_or_else(|| place.clone()), place));
        Ok(())
    }
}
