//! Comma-separated values (RFC 4180), a header first.

use std::io::{self, BufWriter, Write};

use super::batch::{ColumnValues, RowColumn, RowWriter};

pub(super) struct CsvRows<W: Write> {
    file: BufWriter<W>,
}

impl<W: Write> CsvRows<W> {
    pub(super) fn new(file: W, columns: &[RowColumn]) -> io::Result<CsvRows<W>> {
        let mut file = BufWriter::with_capacity(1 << 16, file);
        let names: Vec<String> = columns.iter().map(|column| quoted(&column.name)).collect();
        writeln!(file, "{}", names.join(","))?;
        Ok(CsvRows { file })
    }
}

/// A word in quotes where it needs them.
fn quoted(word: &str) -> String {
    if word.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", word.replace('"', "\"\""))
    } else {
        word.to_owned()
    }
}

impl<W: Write> RowWriter for CsvRows<W> {
    fn write(&mut self, columns: &[ColumnValues<'_>], rows: usize) -> io::Result<()> {
        let words: Vec<String> = columns
            .iter()
            .map(|column| match column {
                ColumnValues::Word(word) => quoted(word),
                _ => String::new(),
            })
            .collect();
        for row in 0..rows {
            for (at, column) in columns.iter().enumerate() {
                if at > 0 {
                    self.file.write_all(b",")?;
                }
                match column.number(row) {
                    Some(value) if value.is_finite() => write!(self.file, "{value}")?,
                    _ => self.file.write_all(words[at].as_bytes())?,
                }
            }
            self.file.write_all(b"\n")?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.file.flush()
    }
}
