//! Plots into files.

use std::path::Path;

use super::args::PlotArgs;
use super::usage::usage_error;
use super::{files, output};
use crate::render::plot::{ChartError, FigureStyle, Svg};
use crate::source::Problems;

/// A longer title is no title.
const LONGEST_TITLE: usize = 1000;

/// The kinds of picture files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Picture {
    Svg,
    Png,
    Pdf,
}

/// A plot that was asked for.
pub(super) struct Plot<'a> {
    path: &'a Path,
    picture: Picture,
    style: FigureStyle,
}

impl Plot<'_> {
    /// The plot that `--plot` asks for, if it does. Asked before any work is
    /// done, so that a wrong name costs nothing.
    pub(super) fn asked(args: &PlotArgs) -> Result<Option<Plot<'_>>, Problems> {
        match args.plot.as_deref() {
            Some(path) => Plot::into(path, args).map(Some),
            None => match (&args.width, &args.font_size, &args.title) {
                (None, None, None) => Ok(None),
                _ => Err(usage_error(
                    "--width, --font-size and --title set a plot: give its file with --plot",
                )),
            },
        }
    }

    /// A plot into the file `path`, set as `args` say.
    pub(super) fn into<'p>(path: &'p Path, args: &PlotArgs) -> Result<Plot<'p>, Problems> {
        let extension = path.extension().and_then(|extension| extension.to_str());
        let picture = match extension.map(str::to_ascii_lowercase).as_deref() {
            Some("svg") => Picture::Svg,
            Some("png") => Picture::Png,
            Some("pdf") => Picture::Pdf,
            _ => {
                return Err(usage_error(format!(
                    "--plot {}: the file's name must end in .svg, .png or .pdf",
                    path.display()
                )));
            }
        };
        let style = style(args)?;
        files::ready(path)?;
        Ok(Plot {
            path,
            picture,
            style,
        })
    }

    /// How it is set.
    pub(super) fn style(&self) -> &FigureStyle {
        &self.style
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
            Picture::Png => svg.png().map_err(undrawn)?,
            Picture::Pdf => svg.pdf().map_err(undrawn)?,
        };
        files::write(path, &bytes)
    }
}

/// The name of a file without the folders that it is in, for a title.
pub(super) fn file_name(path: &str) -> &str {
    let name = Path::new(path).file_name().and_then(|name| name.to_str());
    name.unwrap_or(path)
}

/// How a figure is set that is set like this.
fn style(args: &PlotArgs) -> Result<FigureStyle, Problems> {
    let long = |title: &String| title.chars().count() > LONGEST_TITLE;
    if args.title.as_ref().is_some_and(long) {
        return Err(usage_error(format!(
            "--title: a title has at most {LONGEST_TITLE} characters"
        )));
    }
    let style = FigureStyle {
        width: args.width,
        font: args.font_size,
        title: args.title.clone(),
    };
    let narrow = |error| usage_error(format!("--width, --font-size: {error}"));
    style.check().map_err(narrow)?;
    Ok(style)
}
