//! Parquet: a column of strings for words, one of doubles for numbers.
//!
//! Rows come by the thousand and stand in groups of more than a hundred
//! thousand, as readers like them. Bytes of doubles are split into streams, the
//! first of all, the second of all, and so on, which compress well; a
//! dictionary of numbers that hardly repeat would only be in the way.

use std::borrow::Cow;
use std::io::{self, Write};
use std::sync::Arc;

use parquet::basic::{Compression, Encoding, LogicalType, Repetition, Type as Physical, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{ColumnPath, Type};

use super::batch::{ColumnValues, Encoded, OwnColumn, RowBlock, RowColumn, RowWriter};

/// A group of rows has at least so many, unless it is the last.
const GROUP: usize = 1 << 17;

/// The columns of a batch, in memory of their own.
pub(super) fn columns(values: &[ColumnValues<'_>], rows: usize) -> Vec<OwnColumn> {
    values
        .iter()
        .map(|column| match column {
            ColumnValues::Word(word) => OwnColumn::Word((*word).to_owned()),
            ColumnValues::Numbers(values) if values.iter().all(|value| value.is_finite()) => {
                OwnColumn::Numbers(values.to_vec(), vec![1; rows])
            }
            numbers => {
                let all = || (0..rows).map(|row| numbers.number(row));
                let levels = all().map(|number| i16::from(number.is_some()));
                OwnColumn::Numbers(all().flatten().collect(), levels.collect())
            }
        })
        .collect()
}

/// What waits to be written of a column.
enum Pending {
    Words(Words),
    Numbers(Vec<f64>, Vec<i16>),
}

/// Words, each of which stands in so many rows.
#[derive(Default)]
struct Words {
    pending: Vec<(String, usize)>,
    /// One of them in many rows: most groups have no other than the one before.
    same: (String, Vec<ByteArray>),
}

impl Words {
    fn add(&mut self, word: String, rows: usize) {
        match self.pending.last_mut().filter(|(last, _)| *last == word) {
            Some((_, count)) => *count += rows,
            None => self.pending.push((word, rows)),
        }
    }

    /// All of them, row by row.
    fn take(&mut self) -> Cow<'_, [ByteArray]> {
        let runs = std::mem::take(&mut self.pending);
        let [(word, rows)] = runs.as_slice() else {
            let rows = runs.iter().flat_map(|(word, rows)| {
                std::iter::repeat_n(ByteArray::from(word.as_str()), *rows)
            });
            return Cow::Owned(rows.collect());
        };
        let (known, same) = &mut self.same;
        if known != word {
            known.clone_from(word);
            same.clear();
        }
        if same.len() < *rows {
            same.resize(*rows, ByteArray::from(word.as_str()));
        }
        Cow::Borrowed(same.get(..*rows).unwrap_or_default())
    }
}

pub(super) struct ParquetRows<W: Write + Send> {
    file: SerializedFileWriter<W>,
    pending: Vec<Pending>,
    rows: usize,
}

/// What went wrong: that of the file as it was, so that a reader that has closed a
/// pipe is known for one.
fn failed(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    }
}

impl<W: Write + Send> ParquetRows<W> {
    pub(super) fn new(file: W, columns: &[RowColumn]) -> io::Result<ParquetRows<W>> {
        let mut fields = Vec::with_capacity(columns.len());
        let mut properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(1).map_err(failed)?));
        let mut pending = Vec::with_capacity(columns.len());
        for column in columns {
            let builder = if column.words {
                pending.push(Pending::Words(Words::default()));
                Type::primitive_type_builder(&column.name, Physical::BYTE_ARRAY)
                    .with_logical_type(Some(LogicalType::String))
                    .with_repetition(Repetition::REQUIRED)
            } else {
                pending.push(Pending::Numbers(Vec::new(), Vec::new()));
                let path = || ColumnPath::from(column.name.as_str());
                properties = properties
                    .set_column_dictionary_enabled(path(), false)
                    .set_column_encoding(path(), Encoding::BYTE_STREAM_SPLIT);
                Type::primitive_type_builder(&column.name, Physical::DOUBLE)
                    .with_repetition(Repetition::OPTIONAL)
            };
            fields.push(Arc::new(builder.build().map_err(failed)?));
        }
        let schema = Type::group_type_builder("sweep")
            .with_fields(fields)
            .build()
            .map_err(failed)?;
        let properties = Arc::new(properties.build());
        let file = SerializedFileWriter::new(file, Arc::new(schema), properties).map_err(failed)?;
        Ok(ParquetRows {
            file,
            pending,
            rows: 0,
        })
    }

    /// Writes what waits as a group of rows.
    fn group(&mut self) -> io::Result<()> {
        if self.rows == 0 {
            return Ok(());
        }
        let mut group = self.file.next_row_group().map_err(failed)?;
        for column in &mut self.pending {
            let Some(mut writer) = group.next_column().map_err(failed)? else {
                return Err(io::Error::other("more columns than were named"));
            };
            match column {
                Pending::Words(words) => {
                    let typed = writer.typed::<ByteArrayType>();
                    typed
                        .write_batch(&words.take(), None, None)
                        .map_err(failed)?;
                }
                Pending::Numbers(present, levels) => {
                    let typed = writer.typed::<DoubleType>();
                    typed
                        .write_batch(present, Some(levels), None)
                        .map_err(failed)?;
                    present.clear();
                    levels.clear();
                }
            }
            writer.close().map_err(failed)?;
        }
        group.close().map_err(failed)?;
        self.rows = 0;
        Ok(())
    }
}

impl<W: Write + Send> RowWriter for ParquetRows<W> {
    fn write(&mut self, block: RowBlock) -> io::Result<()> {
        let Encoded::Columns(columns, rows) = block.0 else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        for (pending, column) in self.pending.iter_mut().zip(columns) {
            match (pending, column) {
                (Pending::Words(words), OwnColumn::Word(word)) => words.add(word, rows),
                (Pending::Numbers(present, levels), OwnColumn::Numbers(more, which)) => {
                    present.extend(more);
                    levels.extend(which);
                }
                _ => return Err(io::Error::other("a column of words and numbers")),
            }
        }
        self.rows += rows;
        if self.rows < GROUP {
            return Ok(());
        }
        self.group()
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.group()?;
        self.file.close().map_err(failed)?;
        Ok(())
    }
}
