//! Long tables, written as they come: CSV, JSON lines and Parquet.
//!
//! A sweep may have more rows than the memory holds, so they are written a
//! batch at a time. Within a batch values stand in columns; a column whose
//! value is the same throughout the batch is written down once.

mod batch;
mod csv;
mod format;
mod jsonl;
#[cfg(feature = "parquet")]
mod parquet;

pub use batch::{ColumnValues, RowColumn, RowWriter};
pub use format::RowFormat;
