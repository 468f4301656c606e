//! What all charts have in common: sizes of type, the heading, the small print.

use plotters::style::text_anchor::HPos;

use super::ChartError;
use super::font::Type;
use super::painter::Painter;
use super::palette::{GREY, INK};
use super::style::Sheet;
use crate::render::chart::{ChartAxis, Scale};

/// White space around everything.
pub const MARGIN: f64 = 8.0;

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

/// Draws title and subtitle on a page. Gives the lower edge.
pub fn heading(
    painter: &Painter<'_>,
    sheet: &Sheet<'_>,
    title: &str,
    subtitle: Option<&str>,
) -> Result<f64, ChartError> {
    heading_beside(painter, sheet, title, (subtitle, 0.0))
}

/// The same, with so much room left free at the right.
pub fn heading_beside(
    painter: &Painter<'_>,
    sheet: &Sheet<'_>,
    title: &str,
    (subtitle, beside): (Option<&str>, f64),
) -> Result<f64, ChartError> {
    let limit = sheet.width - 2.0 * MARGIN - beside;
    let mut y = MARGIN - 2.0;
    let title = sheet.title(title);
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
    Ok(y + MARGIN - 2.0)
}

/// The name of an axis in at most three lines.
pub fn axis_lines(painter: &Painter<'_>, name: &str, limit: f64) -> Vec<String> {
    let limit = limit.max(1.0);
    let name = painter.shortened(name, 2.5 * limit, LABEL);
    painter.wrap(&name, limit, LABEL)
}

/// The name of an axis: what it measures, and that it is logarithmic where it is.
pub fn axis_name(axis: &ChartAxis) -> String {
    match axis.scale {
        Scale::Linear => axis.label.clone(),
        Scale::Log2 | Scale::Log10 if axis.label.is_empty() => "log axis".to_owned(),
        Scale::Log2 | Scale::Log10 => format!("{}, log axis", axis.label),
    }
}
