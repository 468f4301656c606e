//! A result in every form in which it is written down, and what prints it.

use super::args::{FormatArgs, OutputFormat};
use super::output;
use crate::render::plot::{ChartError, FigureStyle, Svg};
use crate::render::table::Table;
use crate::source::Problems;

/// A result. The command line prints one form of it; a program that calls a command
/// has them all.
pub trait Shown {
    /// Everything, at full precision.
    ///
    /// # Errors
    /// That it cannot be written as JSON.
    fn json(&self) -> Result<String, Problems>;

    /// Tables for people.
    fn tables(&self) -> Vec<Table>;

    /// The rows for programs, as CSV has them.
    fn rows(&self) -> Table;

    /// The picture, where the result has one.
    ///
    /// # Errors
    /// What is shown cannot be drawn.
    fn picture(&self, style: &FigureStyle) -> Option<Result<Svg, ChartError>>;
}

/// Prints a result in the format that is asked for.
pub(super) fn print(result: &impl Shown, args: &FormatArgs) -> Result<(), Problems> {
    match args.output {
        OutputFormat::Json => output::print_json(&result.json()?, &args.columns),
        OutputFormat::Csv => output::print_tables(vec![result.rows()], args),
        _ => output::print_tables(result.tables(), args),
    }
}
