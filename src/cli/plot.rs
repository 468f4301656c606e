//! Plots into files.

use std::path::Path;

use super::args::PlotArgs;
use super::usage::usage_error;
use super::{files, output};
use crate::render::plot::{ChartError, Svg};
use crate::source::Problems;

/// How many pixels of a PNG stand for one of the drawing.
const PNG_SCALE: f32 = 2.0;

/// The kinds of picture files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Picture {
    Svg,
    Png,
}

/// A plot that was asked for.
pub(super) struct Plot<'a> {
    path: &'a Path,
    picture: Picture,
}

impl Plot<'_> {
    /// The plot that `--plot` asks for, if it does. Asked before any work is
    /// done, so that a wrong name costs nothing.
    pub(super) fn asked(args: &PlotArgs) -> Result<Option<Plot<'_>>, Problems> {
        let Some(path) = args.plot.as_deref() else {
            return Ok(None);
        };
        let extension = path.extension().and_then(|extension| extension.to_str());
        let picture = match extension.map(str::to_ascii_lowercase).as_deref() {
            Some("svg") => Picture::Svg,
            Some("png") => Picture::Png,
            _ => {
                return Err(usage_error(format!(
                    "--plot {}: the file's name must end in .svg or .png",
                    path.display()
                )));
            }
        };
        files::ready(path)?;
        Ok(Some(Plot { path, picture }))
    }

    /// Writes what was drawn into the file.
    pub(super) fn save(&self, drawn: Result<Svg, ChartError>) -> Result<(), Problems> {
        self.save_as(self.path, drawn)
    }

    /// Writes what was drawn too into a file beside it, whose name says what it shows:
    /// `plot-l1.svg`.
    pub(super) fn save_beside(
        &self,
        what: &str,
        drawn: Result<Svg, ChartError>,
    ) -> Result<(), Problems> {
        let plain = |c: char| match c.is_alphanumeric() || matches!(c, '-' | '_' | '.') {
            true => c,
            false => '-',
        };
        let stem = self.path.file_stem().unwrap_or_default().to_string_lossy();
        let extension = self.path.extension().unwrap_or_default().to_string_lossy();
        let what: String = what.chars().map(plain).collect();
        let path = self
            .path
            .with_file_name(format!("{stem}-{what}.{extension}"));
        self.save_as(&path, drawn)?;
        output::tell(format_args!("wrote {}", path.display()));
        Ok(())
    }

    fn save_as(&self, path: &Path, drawn: Result<Svg, ChartError>) -> Result<(), Problems> {
        let undrawn = |error: ChartError| usage_error(format!("cannot draw the plot: {error}"));
        let svg = drawn.map_err(undrawn)?;
        let bytes = match self.picture {
            Picture::Svg => svg.as_str().as_bytes().to_vec(),
            Picture::Png => svg.to_png(PNG_SCALE).map_err(undrawn)?,
        };
        files::write(path, &bytes)
    }
}
