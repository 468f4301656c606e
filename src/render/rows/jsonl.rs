//! JSON lines: an object for each row.

use std::io::{self, BufWriter, Write};

use super::batch::{ColumnValues, RowColumn, RowWriter};

pub(super) struct JsonRows<W: Write> {
    file: BufWriter<W>,
    columns: Vec<RowColumn>,
}

impl<W: Write> JsonRows<W> {
    pub(super) fn new(file: W, columns: Vec<RowColumn>) -> JsonRows<W> {
        JsonRows {
            file: BufWriter::with_capacity(1 << 16, file),
            columns,
        }
    }
}

impl<W: Write> RowWriter for JsonRows<W> {
    fn write(&mut self, columns: &[ColumnValues<'_>], rows: usize) -> io::Result<()> {
        // Keys and words are the same in every row of a batch.
        let mut keys = Vec::with_capacity(columns.len());
        let mut words = Vec::with_capacity(columns.len());
        for (column, values) in self.columns.iter().zip(columns) {
            keys.push(serde_json::to_string(&column.name)?);
            words.push(match values {
                ColumnValues::Word(word) => serde_json::to_string(word)?,
                _ => "null".to_owned(),
            });
        }
        for row in 0..rows {
            for (at, column) in columns.iter().enumerate() {
                let before = if at == 0 { "{" } else { "," };
                write!(self.file, "{before}{}:", keys[at])?;
                match column.number(row) {
                    Some(value) if value.is_finite() => write!(self.file, "{value:?}")?,
                    _ => self.file.write_all(words[at].as_bytes())?,
                }
            }
            self.file.write_all(b"}\n")?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.file.flush()
    }
}
