//! The columns, the first row and the last row of a Parquet file.

use std::fs::File;
use std::io;

use parquet::basic::Type as Physical;
use parquet::column::reader::ColumnReader;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};

use super::batch::{OwnColumn, RowColumn};

/// A file to read.
pub(super) struct ParquetFile(SerializedFileReader<File>);

impl ParquetFile {
    pub(super) fn new(file: File) -> io::Result<ParquetFile> {
        let reader = SerializedFileReader::new(file).map_err(io::Error::other)?;
        Ok(ParquetFile(reader))
    }

    /// Whether these are its columns.
    pub(super) fn has(&self, columns: &[RowColumn]) -> bool {
        let own = self.0.metadata().file_metadata().schema_descr().columns();
        own.len() == columns.len()
            && own.iter().zip(columns).all(|(own, column)| {
                let kind = match column.words {
                    true => Physical::BYTE_ARRAY,
                    false => Physical::DOUBLE,
                };
                own.name() == column.name && own.physical_type() == kind
            })
    }

    /// Its first row and its last one, if it has any.
    pub(super) fn ends(&self) -> io::Result<Option<[Vec<OwnColumn>; 2]>> {
        let groups = self.0.metadata().row_groups();
        let rows = |group: usize| groups.get(group).map_or(0, |group| group.num_rows());
        let first = (0..groups.len()).find(|group| rows(*group) > 0);
        let last = (0..groups.len()).rev().find(|group| rows(*group) > 0);
        let (Some(first), Some(last)) = (first, last) else {
            return Ok(None);
        };
        let at = usize::try_from(rows(last) - 1).map_err(io::Error::other)?;
        let ends = self
            .row(first, 0)
            .and_then(|first| Ok([first, self.row(last, at)?]));
        ends.map(Some).map_err(io::Error::other)
    }

    /// One row of one group.
    fn row(&self, group: usize, at: usize) -> Result<Vec<OwnColumn>, ParquetError> {
        let group = self.0.get_row_group(group)?;
        (0..group.num_columns())
            .map(|column| match group.get_column_reader(column)? {
                ColumnReader::ByteArrayColumnReader(mut reader) => {
                    let mut words = Vec::new();
                    reader.skip_records(at)?;
                    reader.read_records(1, None, None, &mut words)?;
                    let word = words.first().map_or(&[][..], |word| word.data());
                    Ok(OwnColumn::Word(String::from_utf8_lossy(word).into_owned()))
                }
                ColumnReader::DoubleColumnReader(mut reader) => {
                    let (mut numbers, mut levels) = (Vec::new(), Vec::new());
                    reader.skip_records(at)?;
                    reader.read_records(1, Some(&mut levels), None, &mut numbers)?;
                    Ok(OwnColumn::Numbers(numbers, levels))
                }
                _ => Err(ParquetError::General("a column of another type".to_owned())),
            })
            .collect()
    }
}
