//! How results are written.
//!
//! One rule for all commands: `--output` is the format of what is printed, `--out` a
//! file, and `-o` is the format, but for the commands whose result is a file
//! (`calibrate`, `measure`, `import`, `explore`). There a format behind `-o` is refused: it
//! would be the name of a file.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::render::plot::{FigureWidth, FontSize};

/// The format of a result.
#[derive(Debug, Args)]
pub(in crate::cli) struct FormatArgs {
    /// How to write the result
    #[arg(long, short, value_enum, default_value_t = OutputFormat::Text)]
    pub(in crate::cli) output: OutputFormat,
    #[command(flatten)]
    pub(in crate::cli) columns: ColumnsArgs,
}

/// The columns of the tables of a result.
#[derive(Debug, Default, Args)]
pub(in crate::cli) struct ColumnsArgs {
    /// Only these columns, in this order, by their names in CSV or their headers
    /// (`stage,energy_pj`); of several tables those that have them
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    pub(in crate::cli) columns: Vec<String>,
}

/// Reads the file behind `-o`, which is no format.
pub(super) fn file(typed: &str) -> Result<PathBuf, String> {
    match OutputFormat::from_str(typed, false) {
        Ok(_) => Err(format!(
            "`{typed}` is a format, and this is the file to write; a file of that name is `./{typed}`"
        )),
        Err(_) => Ok(PathBuf::from(typed)),
    }
}

/// The picture of a result.
#[derive(Debug, Args)]
pub(in crate::cli) struct PlotArgs {
    /// Draw a plot into this file, an .svg, a .png or a .pdf
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) plot: Option<PathBuf>,
    /// How wide the plot is in print: 40mm to 1000mm, such as 84mm, 17.4cm or
    /// 3.5in, or `slide`; it is laid out for that, its type as large as given
    #[arg(
        long,
        value_name = "WIDTH",
        allow_hyphen_values = true,
        help_heading = "Plots"
    )]
    pub(in crate::cli) width: Option<FigureWidth>,
    /// How large the type of the plot is, 7pt to 48pt [8pt, 18pt on a slide]
    #[arg(
        long,
        value_name = "SIZE",
        allow_hyphen_values = true,
        help_heading = "Plots"
    )]
    pub(in crate::cli) font_size: Option<FontSize>,
    /// A title in the place of the plot's own; '' is none
    #[arg(
        long,
        value_name = "TEXT",
        allow_hyphen_values = true,
        help_heading = "Plots"
    )]
    pub(in crate::cli) title: Option<String>,
}

/// The formats of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum OutputFormat {
    /// Tables for a terminal
    Text,
    /// Markdown tables
    Markdown,
    /// Comma-separated values, at full precision
    Csv,
    /// JSON, at full precision
    Json,
    /// LaTeX tables for a column of a paper (booktabs, tabularx)
    Latex,
}
