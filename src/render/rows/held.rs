//! Whether a file holds the rows that would be written into it, told by its columns,
//! its first row and its last one: a file of millions is not read for that.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use super::batch::{Encoded, RowBlock, RowColumn};
use super::csv;
use super::format::RowFormat;
#[cfg(feature = "parquet")]
use super::parquet_ends::ParquetFile;

/// A file, held against what would be written into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// It has the same columns, begins with the same row and ends with the same.
    Same,
    /// It has other columns.
    OtherColumns,
    /// It begins or ends with other rows.
    OtherRows,
}

/// Holds `file` against rows of these columns, of which `ends` are the first and the
/// last, each a block of its own that [`RowFormat::encode`] made; `None` where there
/// is no row.
///
/// # Errors
/// That it cannot be read, or is not of this format.
pub fn held(
    format: RowFormat,
    file: File,
    columns: &[RowColumn],
    ends: Option<&[RowBlock; 2]>,
) -> io::Result<Held> {
    match format {
        RowFormat::Csv => text(file, &csv::header(columns), ends),
        RowFormat::JsonLines => text(file, &[], ends),
        #[cfg(feature = "parquet")]
        RowFormat::Parquet => parquet(&ParquetFile::new(file)?, columns, ends),
    }
}

fn text(
    mut file: impl Read + Seek,
    header: &[u8],
    ends: Option<&[RowBlock; 2]>,
) -> io::Result<Held> {
    if read(&mut file, header.len())? != header {
        return Ok(Held::OtherColumns);
    }
    let same = match ends {
        None => read(&mut file, 1)?.is_empty(),
        Some([first, last]) => {
            let (first, last) = (lines(first), lines(last));
            read(&mut file, first.len())? == first && ends_with(&mut file, last)?
        }
    };
    Ok(rows_told(same))
}

fn rows_told(same: bool) -> Held {
    match same {
        true => Held::Same,
        false => Held::OtherRows,
    }
}

#[cfg(feature = "parquet")]
fn parquet(
    file: &ParquetFile,
    columns: &[RowColumn],
    ends: Option<&[RowBlock; 2]>,
) -> io::Result<Held> {
    if !file.has(columns) {
        return Ok(Held::OtherColumns);
    }
    let row = |block: &RowBlock| match &block.0 {
        Encoded::Columns(columns, 1) => Some(columns.clone()),
        _ => None,
    };
    let ends = ends.map(|ends| ends.each_ref().map(row));
    Ok(rows_told(file.ends()?.map(|found| found.map(Some)) == ends))
}

/// The next bytes, so many unless the file ends.
fn read(file: &mut impl Read, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.by_ref().take(length as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whether this is the last line.
fn ends_with(file: &mut (impl Read + Seek), line: &[u8]) -> io::Result<bool> {
    let length = file.seek(SeekFrom::End(0))?;
    let Some(start) = length.checked_sub(line.len() as u64) else {
        return Ok(false);
    };
    let before = start.min(1);
    file.seek(SeekFrom::Start(start - before))?;
    let end = read(file, line.len() + 1)?;
    let end = match before {
        0 => Some(end.as_slice()),
        _ => end.strip_prefix(b"\n"),
    };
    Ok(end == Some(line))
}

fn lines(block: &RowBlock) -> &[u8] {
    match &block.0 {
        Encoded::Text(text) => text,
        #[cfg(feature = "parquet")]
        Encoded::Columns(..) => &[],
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::batch::ColumnValues;
    use super::*;

    fn column(name: &str, words: bool) -> RowColumn {
        RowColumn {
            name: name.to_owned(),
            words,
        }
    }

    /// A file of the rows `n`, each with a word.
    fn file(format: RowFormat, columns: &[RowColumn], n: &[f64]) -> File {
        let file = tempfile::tempfile().unwrap();
        let mut writer = format.writer(file.try_clone().unwrap(), columns).unwrap();
        if !n.is_empty() {
            writer.write(block(format, columns, n)).unwrap();
        }
        writer.finish().unwrap();
        let mut file = file;
        file.rewind().unwrap();
        file
    }

    fn block(format: RowFormat, columns: &[RowColumn], n: &[f64]) -> RowBlock {
        let values = [ColumnValues::Word("45nm"), ColumnValues::Numbers(n)];
        format.encode(columns, &values, n.len())
    }

    /// More than a group of rows of Parquet; the last number is missing.
    fn rows() -> Vec<f64> {
        let mut rows: Vec<f64> = (0..140_000).map(f64::from).collect();
        rows.push(f64::NAN);
        rows
    }

    #[test]
    fn files_are_known_by_columns_first_row_and_last_row() {
        let columns = [column("table", true), column("n", false)];
        let others = [column("table", true), column("d", false)];
        for extension in ["csv", "jsonl", "parquet"] {
            let format = RowFormat::of_extension(extension).unwrap();
            let ends =
                |first: f64, last: f64| Some([first, last].map(|n| block(format, &columns, &[n])));
            let told = |n: &[f64], ends: Option<[RowBlock; 2]>| {
                held(format, file(format, &columns, n), &columns, ends.as_ref()).unwrap()
            };
            assert_eq!(
                told(&rows(), ends(0.0, f64::NAN)),
                Held::Same,
                "{extension}"
            );
            assert_eq!(told(&[7.0], ends(7.0, 7.0)), Held::Same, "{extension}");
            assert_eq!(told(&[], None), Held::Same, "{extension}");
            for (n, ends) in [
                (rows(), ends(1.0, f64::NAN)),
                (rows(), ends(0.0, 139_999.0)),
                (rows(), None),
                (vec![], ends(7.0, 7.0)),
                (vec![7.0, 18.0], ends(7.0, 8.0)),
            ] {
                assert_eq!(told(&n, ends), Held::OtherRows, "{extension}");
            }
            let renamed = held(
                format,
                file(format, &others, &[7.0]),
                &columns,
                ends(7.0, 7.0).as_ref(),
            );
            let expected = match extension {
                // The names of columns stand in the rows.
                "jsonl" => Held::OtherRows,
                _ => Held::OtherColumns,
            };
            assert_eq!(renamed.unwrap(), expected, "{extension}");
        }
    }
}
