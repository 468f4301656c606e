//! Results become tables and pictures here.
//!
//! The room takes plain data (cells, segments, points) and gives text: a
//! [`table::Table`] as text, Markdown, CSV or LaTeX; a [`chart`] as SVG and, from
//! that very SVG, PNG. It knows no model, no graph and no hardware table, never
//! prints and never touches a file, so every writer is a pure function: the same
//! data gives the same bytes on every machine.

pub mod chart;
#[cfg(feature = "plots")]
pub mod plot;
pub mod rows;
pub mod table;
pub(crate) mod wrap;
