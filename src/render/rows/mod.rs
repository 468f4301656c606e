//! Long tables, written as they come: CSV, JSON lines and Parquet.
//!
//! A sweep may have more rows than the memory holds, so they are written a
//! batch at a time. Within a batch values stand in columns; a column whose
//! value is the same throughout the batch is written down once.

mod csv;
mod jsonl;
#[cfg(feature = "parquet")]
mod parquet;

use std::io::{self, Write};

/// The values of one column in one batch.
#[derive(Debug, Clone, PartialEq)]
pub enum Values<'a> {
    /// A word, in every row.
    Word(&'a str),
    /// A number, in every row.
    Same(f64),
    /// A number for each row.
    Numbers(&'a [f64]),
}

impl Values<'_> {
    fn number(&self, row: usize) -> Option<f64> {
        match self {
            Values::Word(_) => None,
            Values::Same(value) => Some(*value),
            Values::Numbers(values) => values.get(row).copied(),
        }
    }
}

/// A name and whether its column holds words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowColumn {
    /// The name.
    pub name: String,
    /// Whether its values are words; they are numbers otherwise.
    pub words: bool,
}

/// Writes rows in one format.
pub trait RowWriter {
    /// Writes a batch of `rows` rows; `columns` are in the order of the
    /// writer's own.
    ///
    /// # Errors
    /// What the file says.
    fn write(&mut self, columns: &[Values<'_>], rows: usize) -> io::Result<()>;

    /// Ends the file.
    ///
    /// # Errors
    /// What the file says.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// The formats of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFormat {
    /// Comma-separated values with a header.
    Csv,
    /// One JSON object a line.
    JsonLines,
    /// Parquet.
    #[cfg(feature = "parquet")]
    Parquet,
}

impl RowFormat {
    /// The format that the ending of a file's name asks for.
    pub fn of_extension(extension: &str) -> Option<RowFormat> {
        match extension {
            "csv" => Some(RowFormat::Csv),
            "jsonl" | "ndjson" => Some(RowFormat::JsonLines),
            #[cfg(feature = "parquet")]
            "parquet" => Some(RowFormat::Parquet),
            _ => None,
        }
    }

    /// A writer into `file`.
    ///
    /// # Errors
    /// What the file says.
    pub fn writer<W: Write + Send + 'static>(
        self,
        file: W,
        columns: Vec<RowColumn>,
    ) -> io::Result<Box<dyn RowWriter>> {
        Ok(match self {
            RowFormat::Csv => Box::new(csv::CsvRows::new(file, &columns)?),
            RowFormat::JsonLines => Box::new(jsonl::JsonRows::new(file, columns)),
            #[cfg(feature = "parquet")]
            RowFormat::Parquet => Box::new(parquet::ParquetRows::new(file, &columns)?),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn written(format: RowFormat) -> Vec<u8> {
        let file = Shared::default();
        let columns =
            [("table", true), ("n", false), ("saving", false)].map(|(name, words)| RowColumn {
                name: name.to_owned(),
                words,
            });
        let mut writer = format.writer(file.clone(), columns.to_vec()).unwrap();
        let batch = [
            Values::Word("my, \"own\""),
            Values::Same(2.0),
            Values::Numbers(&[0.5, f64::NAN]),
        ];
        writer.write(&batch, 2).unwrap();
        writer.finish().unwrap();
        std::mem::take(&mut *file.0.lock().unwrap())
    }

    #[test]
    fn csv_quotes_words_and_leaves_missing_numbers_empty() {
        let text = String::from_utf8(written(RowFormat::Csv)).unwrap();
        assert_eq!(
            text,
            "table,n,saving\n\"my, \"\"own\"\"\",2,0.5\n\"my, \"\"own\"\"\",2,\n"
        );
    }

    #[test]
    fn json_lines_are_objects_with_null_for_missing_numbers() {
        let text = String::from_utf8(written(RowFormat::JsonLines)).unwrap();
        let rows: Vec<serde_json::Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(
            rows[0],
            serde_json::json!({"table": "my, \"own\"", "n": 2.0, "saving": 0.5})
        );
        assert!(rows[1]["saving"].is_null());
    }
}
