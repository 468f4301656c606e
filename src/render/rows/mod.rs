//! Long tables, written as they come: CSV, JSON lines and Parquet.
//!
//! A sweep may have more rows than the memory holds, so they are written a
//! batch at a time. Within a batch values stand in columns; a column whose
//! value is the same throughout the batch is written down once.
//!
//! A batch is encoded apart from being written: the first is most of the work,
//! depends on nothing else, and so can be done on every core.

mod batch;
mod csv;
mod format;
mod held;
mod jsonl;
mod lines;
mod number;
#[cfg(feature = "parquet")]
mod parquet;
#[cfg(feature = "parquet")]
mod parquet_ends;
mod text;

pub use batch::{ColumnValues, RowBlock, RowColumn, RowWriter};
pub use format::RowFormat;
pub use held::{Held, held};
