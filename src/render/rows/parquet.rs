//! Parquet: a column of strings for words, one of doubles for numbers, a row
//! group for each batch.

use std::io::{self, Write};
use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

use super::batch::{ColumnValues, RowColumn, RowWriter};

pub(super) struct ParquetRows<W: Write + Send> {
    file: SerializedFileWriter<W>,
}

fn failed(error: impl std::fmt::Display) -> io::Error {
    io::Error::other(error.to_string())
}

impl<W: Write + Send> ParquetRows<W> {
    pub(super) fn new(file: W, columns: &[RowColumn]) -> io::Result<ParquetRows<W>> {
        let mut fields = Vec::with_capacity(columns.len());
        for column in columns {
            let builder = if column.words {
                Type::primitive_type_builder(&column.name, Physical::BYTE_ARRAY)
                    .with_logical_type(Some(LogicalType::String))
                    .with_repetition(Repetition::REQUIRED)
            } else {
                Type::primitive_type_builder(&column.name, Physical::DOUBLE)
                    .with_repetition(Repetition::OPTIONAL)
            };
            fields.push(Arc::new(builder.build().map_err(failed)?));
        }
        let schema = Type::group_type_builder("sweep")
            .with_fields(fields)
            .build()
            .map_err(failed)?;
        let properties = Arc::new(WriterProperties::builder().build());
        let file = SerializedFileWriter::new(file, Arc::new(schema), properties).map_err(failed)?;
        Ok(ParquetRows { file })
    }
}

impl<W: Write + Send> RowWriter for ParquetRows<W> {
    fn write(&mut self, columns: &[ColumnValues<'_>], rows: usize) -> io::Result<()> {
        if rows == 0 {
            return Ok(());
        }
        let mut group = self.file.next_row_group().map_err(failed)?;
        for column in columns {
            let Some(mut writer) = group.next_column().map_err(failed)? else {
                return Err(failed("more columns than were named"));
            };
            match column {
                ColumnValues::Word(word) => {
                    let words = vec![ByteArray::from(*word); rows];
                    let typed = writer.typed::<ByteArrayType>();
                    typed.write_batch(&words, None, None).map_err(failed)?;
                }
                numbers => {
                    // A number that is missing is null.
                    let all = (0..rows).map(|row| numbers.number(row).filter(|x| x.is_finite()));
                    let all: Vec<Option<f64>> = all.collect();
                    let levels: Vec<i16> = all.iter().map(|x| i16::from(x.is_some())).collect();
                    let present: Vec<f64> = all.into_iter().flatten().collect();
                    let typed = writer.typed::<DoubleType>();
                    typed
                        .write_batch(&present, Some(&levels), None)
                        .map_err(failed)?;
                }
            }
            writer.close().map_err(failed)?;
        }
        group.close().map_err(failed)?;
        Ok(())
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.file.close().map_err(failed)?;
        Ok(())
    }
}
