//! What all charts have in common: sizes of type, the heading, the small print.

use plotters::style::text_anchor::HPos;

use super::ChartError;
use super::font::Type;
use super::painter::Painter;
use super::palette::{GREY, INK};

/// White space around everything.
pub const MARGIN: f64 = 16.0;

const fn style(size: f64, bold: bool, colour: plotters::style::RGBColor) -> Type {
    Type { size, bold, colour }
}

/// What the chart shows.
pub const TITLE: Type = style(15.0, true, INK);
/// What holds for the whole chart.
pub const SUBTITLE: Type = style(12.0, false, GREY);
/// Names and numbers in and beside the plot.
pub const LABEL: Type = style(11.5, false, INK);
/// Names of groups.
pub const STRONG: Type = style(11.5, true, INK);
/// Names and numbers that come second.
pub const QUIET: Type = style(11.5, false, GREY);
/// Numbers along an axis, and names above the plot.
pub const TICK: Type = style(10.5, false, GREY);
/// The small print under the plot.
pub const CAPTION: Type = style(10.0, false, GREY);

/// Draws title and subtitle on a page `width` wide. Gives the lower edge.
pub fn heading(
    painter: &Painter<'_>,
    title: &str,
    subtitle: Option<&str>,
    width: f64,
) -> Result<f64, ChartError> {
    let limit = width - 2.0 * MARGIN;
    let mut y = MARGIN - 2.0;
    if !title.is_empty() {
        let lines = painter.wrap(title, limit, TITLE);
        y = painter.block(&lines, (MARGIN, y), TITLE, HPos::Left)?;
    }
    if let Some(subtitle) = subtitle {
        let lines = painter.wrap(subtitle, limit, SUBTITLE);
        y = painter.block(&lines, (MARGIN, y + 1.0), SUBTITLE, HPos::Left)?;
    }
    Ok(y)
}

/// How wide the page must be for the longest word of heading and small print.
pub fn least_width(
    painter: &Painter<'_>,
    title: &str,
    subtitle: Option<&str>,
    caption: &[String],
) -> f64 {
    let word = |text: &str, style| painter.widest(&painter.wrap(text, 0.0, style), style);
    let mut least = word(title, TITLE).max(subtitle.map_or(0.0, |text| word(text, SUBTITLE)));
    for line in caption {
        least = least.max(word(line, CAPTION));
    }
    (least + 2.0 * MARGIN).ceil()
}

/// Draws the small print from `top` down on a page `width` wide. Gives the height of
/// the page.
pub fn small_print(
    painter: &Painter<'_>,
    caption: &[String],
    top: f64,
    width: f64,
) -> Result<f64, ChartError> {
    let mut y = top;
    if !caption.is_empty() {
        y += 10.0;
    }
    for text in caption {
        let lines = painter.wrap(text, width - 2.0 * MARGIN, CAPTION);
        y = painter.block(&lines, (MARGIN, y), CAPTION, HPos::Left)?;
    }
    Ok(y + MARGIN - 4.0)
}
