//! The row of samples and names between the heading and the plot.

use plotters::style::RGBColor;
use plotters::style::text_anchor::HPos;

use super::ChartError;
use super::page::{LABEL, MARGIN};
use super::painter::{Dash, Painter, Point, Rect, line_height};
use super::palette::{Hatch, INK, PAPER};

/// The side of a sample.
const SWATCH: f64 = 11.0;
/// The distance between a sample and its name.
const GAP: f64 = 5.0;
/// The distance between two entries.
const APART: f64 = 16.0;

/// The most lines that one name takes.
const LINES: usize = 4;

/// The length of a sample of a line.
const STROKE: f64 = 20.0;

/// What a sample looks like.
#[derive(Debug, Clone, Copy)]
pub enum Swatch {
    /// A filled square.
    Fill(RGBColor, Hatch),
    /// A square with nothing but its outline.
    Outline,
    /// A line, with a point on it where it has points.
    Line(RGBColor, Option<Dash>, Option<Point>),
    /// A point alone.
    Point(RGBColor, Point),
}

impl Swatch {
    fn width(self) -> f64 {
        match self {
            Swatch::Fill(..) | Swatch::Outline | Swatch::Point(..) => SWATCH,
            Swatch::Line(..) => STROKE,
        }
    }
}

/// An entry: a sample and its name.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The sample.
    pub swatch: Swatch,
    /// What it stands for.
    pub name: String,
}

/// Draws the entries from `top` down on a page `width` wide, in as many rows as they
/// need; a name wider than the page goes on in the next, and one that is longer than
/// [`LINES`] is shortened. Gives the lower edge.
pub fn legend(
    painter: &Painter<'_>,
    entries: &[Entry],
    top: f64,
    width: f64,
) -> Result<f64, ChartError> {
    let height = line_height(LABEL) + 3.0;
    let (mut x, mut middle) = (MARGIN, top + height / 2.0);
    for entry in entries {
        let sample = entry.swatch.width();
        let room = width - 2.0 * MARGIN - sample - GAP;
        let mut lines = painter.wrap(&entry.name, room, LABEL);
        if lines.len() > LINES {
            let rest = lines.split_off(LINES - 1).join(" ");
            lines.push(painter.shortened(&rest, room, LABEL));
        }
        let widths = lines.iter().map(|line| painter.width(line, LABEL));
        let wide = sample + GAP + widths.fold(0.0, f64::max);
        if x > MARGIN && x + wide > width - MARGIN {
            (x, middle) = (MARGIN, middle + height);
        }
        swatch(painter, entry.swatch, (x, middle))?;
        for (at, line) in lines.iter().enumerate() {
            if at > 0 {
                middle += height;
            }
            // A word that is wider than the page alone.
            let line = painter.shortened(line, room, LABEL);
            painter.text(&line, (x + sample + GAP, middle), LABEL, HPos::Left)?;
        }
        x += wide + APART;
        if lines.len() > 1 {
            // Nothing stands beside the last of its lines.
            x = width;
        }
    }
    Ok(middle + height / 2.0)
}

fn swatch(
    painter: &Painter<'_>,
    swatch: Swatch,
    (x, middle): (f64, f64),
) -> Result<(), ChartError> {
    let square = Rect {
        left: x,
        top: middle - SWATCH / 2.0,
        right: x + SWATCH,
        bottom: middle + SWATCH / 2.0,
    };
    match swatch {
        Swatch::Fill(colour, hatch) => painter.hatched(square, (colour, hatch)),
        Swatch::Outline => {
            painter.rect(square, INK)?;
            painter.rect(square.shrunk(2.0), PAPER)
        }
        Swatch::Line(colour, dash, point) => {
            painter.dashed(&[(x, middle), (x + STROKE, middle)], &colour, 1.8, dash)?;
            match point {
                Some(point) => painter.point((x + STROKE / 2.0, middle), colour, point),
                None => Ok(()),
            }
        }
        Swatch::Point(colour, point) => painter.point((x + SWATCH / 2.0, middle), colour, point),
    }
}
