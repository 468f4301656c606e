//! The cells of a CSV file, each with its place.

use std::ops::Range;
use std::sync::Arc;

use csv::{ReaderBuilder, StringRecord, Trim};

use crate::source::{Diagnostic, Place, Source, Spanned};

/// One line of cells.
pub(super) struct Line {
    /// Where it stands.
    pub(super) place: Place,
    /// Its cells, without the space around them.
    pub(super) cells: Vec<Spanned<String>>,
}

/// The lines of a file that are neither empty nor comments, the header first.
pub(super) fn lines(source: &Arc<Source>) -> Result<Vec<Line>, Diagnostic> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .comment(Some(b'#'))
        .trim(Trim::All)
        .from_reader(source.text().as_bytes());
    let mut lines = Vec::new();
    let mut record = StringRecord::new();
    loop {
        let from = offset(&reader);
        match reader.read_record(&mut record) {
            Ok(true) => lines.push(line(source, from..offset(&reader), &record)),
            Ok(false) => return Ok(lines),
            Err(error) => {
                let place = Place::new(source, from..from);
                return Err(Diagnostic::at(&place, format!("this is no CSV: {error}")));
            }
        }
    }
}

fn offset(reader: &csv::Reader<&[u8]>) -> usize {
    usize::try_from(reader.position().byte()).unwrap_or(usize::MAX)
}

fn line(source: &Arc<Source>, span: Range<usize>, record: &StringRecord) -> Line {
    let text = source.text().get(span.clone()).unwrap_or_default();
    let start = span.start + skipped(text);
    let text = source.text().get(start..span.end).unwrap_or_default();
    let spans = spans(text);
    let end = spans.last().map_or(span.end, |last| start + last.end);
    let place = Place::new(source, start..end);
    let cells = record.iter().enumerate().map(|(at, cell)| {
        // Where quotes stand oddly, the line must do.
        let own = spans.get(at).filter(|_| spans.len() == record.len());
        let place = own.map_or_else(|| place.clone(), |span| place.part(span.clone()));
        Spanned::new(cell.to_owned(), place)
    });
    let cells = cells.collect();
    Line { place, cells }
}

/// The length of the empty lines and comments before a line.
fn skipped(text: &str) -> usize {
    let lines = text.split_inclusive('\n');
    lines
        .take_while(|line| line.starts_with('#') || line.trim_end_matches(['\r', '\n']).is_empty())
        .map(str::len)
        .sum()
}

/// Where the cells of a line stand in it, without quotes and the space around.
fn spans(line: &str) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    let (mut start, mut is_quoted) = (0, false);
    let mut end = line.len();
    for (at, byte) in line.bytes().enumerate() {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b',' if !is_quoted => {
                spans.push(start..at);
                start = at + 1;
            }
            b'\r' | b'\n' if !is_quoted => {
                end = at;
                break;
            }
            _ => {}
        }
    }
    spans.push(start..end);
    let trimmed = spans.into_iter().map(|span| {
        let text = line.get(span.clone()).unwrap_or_default();
        let outside = |c: char| c == '"' || c.is_whitespace();
        let from = text.len() - text.trim_start_matches(outside).len();
        let length = text.trim_matches(outside).len();
        match length {
            0 => span,
            _ => span.start + from..span.start + from + length,
        }
    });
    trimmed.collect()
}
