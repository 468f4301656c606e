//! The formats of rows, each with its writer.

use std::io::{self, Write};

use super::batch::{ColumnValues, Encoded, RowBlock, RowColumn, RowWriter};
#[cfg(feature = "parquet")]
use super::parquet;
use super::{csv, jsonl, text};

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

    /// A batch of `rows` rows of `values`, whose columns are `columns`, in the same
    /// order.
    pub fn encode(
        self,
        columns: &[RowColumn],
        values: &[ColumnValues<'_>],
        rows: usize,
    ) -> RowBlock {
        RowBlock(match self {
            RowFormat::Csv => Encoded::Text(csv::lines(values, rows)),
            RowFormat::JsonLines => Encoded::Text(jsonl::lines(columns, values, rows)),
            #[cfg(feature = "parquet")]
            RowFormat::Parquet => Encoded::Columns(parquet::columns(values, rows), rows),
        })
    }

    /// A writer into `file`.
    ///
    /// # Errors
    /// That the header cannot be written.
    pub fn writer<W: Write + Send + 'static>(
        self,
        file: W,
        columns: &[RowColumn],
    ) -> io::Result<Box<dyn RowWriter>> {
        Ok(match self {
            RowFormat::Csv => Box::new(text::TextRows::new(file, &csv::header(columns))?),
            RowFormat::JsonLines => Box::new(text::TextRows::new(file, &[])?),
            #[cfg(feature = "parquet")]
            RowFormat::Parquet => Box::new(parquet::ParquetRows::new(file, columns)?),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use std::sync::{Arc, Mutex};

    use proptest::prelude::*;

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
        let mut writer = format.writer(file.clone(), &columns).unwrap();
        let batch = [
            ColumnValues::Word("my, \"own\""),
            ColumnValues::Same(2.0),
            ColumnValues::Numbers(&[0.5, f64::NAN]),
        ];
        writer.write(format.encode(&columns, &batch, 2)).unwrap();
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

    /// Whether every cell of every row of these columns is what it is alone.
    fn csv_has_every_cell(columns: &[Vec<f64>]) -> bool {
        let rows = columns[0].len();
        let values: Vec<ColumnValues<'_>> = columns
            .iter()
            .map(|column| ColumnValues::Numbers(column))
            .collect();
        let RowBlock(Encoded::Text(text)) = RowFormat::Csv.encode(&[], &values, rows) else {
            panic!("no text");
        };
        let cell = |value: f64| match value.is_finite() {
            true => value.to_string(),
            false => String::new(),
        };
        let line = |row: usize| {
            let cells: Vec<String> = columns.iter().map(|column| cell(column[row])).collect();
            cells.join(",") + "\n"
        };
        String::from_utf8(text).unwrap() == (0..rows).map(line).collect::<String>()
    }

    const LONG: f64 = 0.123_456_789_012_345_67;

    /// What stays from row to row is copied, at the front of a line and elsewhere; a
    /// line of which all stays, and one of which nothing does.
    #[test]
    fn csv_copies_what_stays() {
        let nan = f64::NAN;
        assert!(csv_has_every_cell(&[
            vec![1.0, 1.0, 1.0, 2.0, nan, nan],
            vec![0.5, 0.5, 0.5, 0.5, LONG, LONG],
            vec![LONG, -LONG, -LONG, 7.0, nan, 1e300],
        ]));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Axes that start over, some of whose values follow themselves, and others that
        /// come again as they like.
        #[test]
        fn csv_copies_what_comes_again(
            axis in prop::collection::vec(0..5_usize, 1..9),
            others in prop::collection::vec(0..6_usize, 60),
            from in 0..9_usize,
        ) {
            let values = [1.0, LONG, f64::NAN, 1e300, -0.0, 12.5];
            let axis = axis.iter().cycle().skip(from).take(others.len());
            let columns = [axis.clone().copied().collect(), others.clone(), axis.copied().collect()];
            let columns = columns.map(|column: Vec<usize>| column.iter().map(|at| values[*at]).collect());
            prop_assert!(csv_has_every_cell(&columns));
        }
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
