//! Plots into files.

use std::path::Path;

use super::{files, wrong};
use crate::render::chart::{ChartError, StackedBars, Svg, stacked_bars};
use crate::source::Problems;

/// How many pixels of a PNG stand for one of the drawing.
const PNG_SCALE: f32 = 2.0;

/// The kinds of picture files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Picture {
    Svg,
    Png,
}

impl Picture {
    /// What the name of `path` asks for. Asked before any work is done, so
    /// that a wrong name costs nothing.
    pub(super) fn of(path: &Path) -> Result<Picture, Problems> {
        let extension = path.extension().and_then(|extension| extension.to_str());
        match extension.map(str::to_ascii_lowercase).as_deref() {
            Some("svg") => Ok(Picture::Svg),
            Some("png") => Ok(Picture::Png),
            _ => Err(wrong(format!(
                "--plot {}: the file's name must end in .svg or .png",
                path.display()
            ))),
        }
    }
}

/// Draws `bars` into the file `path`.
pub(super) fn bars(bars: &StackedBars, path: &Path) -> Result<(), Problems> {
    save(&stacked_bars(bars).map_err(undrawn)?, path)
}

/// Writes a finished drawing into the file `path`.
pub(super) fn save(svg: &Svg, path: &Path) -> Result<(), Problems> {
    let bytes = match Picture::of(path)? {
        Picture::Svg => svg.as_str().as_bytes().to_vec(),
        Picture::Png => svg.to_png(PNG_SCALE).map_err(undrawn)?,
    };
    files::write(path, &bytes)
}

fn undrawn(error: ChartError) -> Problems {
    wrong(format!("cannot draw the plot: {error}"))
}
