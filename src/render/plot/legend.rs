//! The row of samples and names between the heading and the plot.

use plotters::style::RGBColor;
use plotters::style::text_anchor::HPos;

use super::ChartError;
use super::page::{LABEL, MARGIN};
use super::painter::{Painter, Rect, line_height};
use super::palette::{Hatch, INK, PAPER};

/// The side of a sample.
const SWATCH: f64 = 11.0;
/// The distance between a sample and its name.
const GAP: f64 = 5.0;
/// The distance between two entries.
const APART: f64 = 16.0;

/// What a sample looks like.
#[derive(Debug, Clone, Copy)]
pub enum Swatch {
    /// A filled square.
    Fill(RGBColor, Hatch),
    /// A square with nothing but its outline.
    Outline,
}

/// An entry: a sample and its name.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The sample.
    pub swatch: Swatch,
    /// What it stands for.
    pub name: String,
}

/// How wide the page must be for the longest entry.
pub fn least_width(painter: &Painter<'_>, entries: &[Entry]) -> f64 {
    let widths = entries.iter().map(|entry| width_of(painter, entry));
    widths.fold(0.0, f64::max) + 2.0 * MARGIN
}

fn width_of(painter: &Painter<'_>, entry: &Entry) -> f64 {
    SWATCH + GAP + painter.width(&entry.name, LABEL)
}

/// Draws the entries from `top` down on a page `width` wide, in as many rows as they
/// need. Gives the lower edge.
pub fn legend(
    painter: &Painter<'_>,
    entries: &[Entry],
    top: f64,
    width: f64,
) -> Result<f64, ChartError> {
    let height = line_height(LABEL) + 3.0;
    let (mut x, mut middle) = (MARGIN, top + height / 2.0);
    for entry in entries {
        if x > MARGIN && x + width_of(painter, entry) > width - MARGIN {
            (x, middle) = (MARGIN, middle + height);
        }
        let square = Rect {
            left: x,
            top: middle - SWATCH / 2.0,
            right: x + SWATCH,
            bottom: middle + SWATCH / 2.0,
        };
        match entry.swatch {
            Swatch::Fill(colour, hatch) => painter.hatched(square, (colour, hatch))?,
            Swatch::Outline => {
                painter.rect(square, INK)?;
                painter.rect(square.shrunk(2.0), PAPER)?;
            }
        }
        let at = (x + SWATCH + GAP, middle);
        painter.text(&entry.name, at, LABEL, HPos::Left)?;
        x += width_of(painter, entry) + APART;
    }
    Ok(middle + height / 2.0)
}
