//! Dots along one axis: how far each of many numbers is from where it should be.
//!
//! One row for each, under the name of its group, with what it is at the left and a
//! note at the right, or both above it on narrow pages; a line from the reference to the dot shows the distance.

use plotters::style::text_anchor::HPos;

use super::axis::Extent;
use super::legend::{Entry, Swatch, legend};
use super::page::{self, LABEL, MARGIN, QUIET, STRONG, TICK};
use super::painter::{Painter, Rect, block_height, line_height};
use super::palette::{AXIS, GRID, Hatch, INK, PAPER, line};
use super::style::{FigureStyle, Sheet};
use super::{ChartError, Svg};
use crate::render::chart::{Dot, DotPlot};

/// The width of a page on a screen.
const WIDTH: f64 = 860.0;
/// Names and notes longer than this are broken.
const LONGEST_NAME: f64 = 240.0;
/// The distance between names, plot and notes.
const SPACE: f64 = 14.0;
/// The distance between two rows, and the more before a group.
const GAP: f64 = 3.0;
const GROUP_GAP: f64 = 7.0;
const RADIUS: f64 = 4.6;

/// The colours of the kinds: blue, green and vermilion, which differ in lightness, and
/// in shape as well: full, ringed, and square.
const COLOURS: [usize; 3] = [0, 2, 1];

/// Draws the dots. There must be one, and all must be finite.
pub fn dots(chart: &DotPlot, style: &FigureStyle) -> Result<Svg, ChartError> {
    let sheet = style.sheet(WIDTH);
    let values: Vec<f64> = (chart.groups.iter())
        .flat_map(|group| group.dots.iter().map(|dot| dot.value))
        .collect();
    if values.is_empty() {
        return Err(ChartError::Empty("no dots".into()));
    }
    let all: Vec<f64> = values.into_iter().chain([chart.reference]).collect();
    let extent = Extent::covering(&chart.axis, &all, true)?;
    let mut elements = String::new();
    let painter = Painter::new(&mut elements)?;
    let entries: Vec<Entry> = (chart.kinds.iter().enumerate())
        .map(|(kind, name)| Entry {
            swatch: Swatch::Fill(colour(kind), Hatch::Plain),
            name: name.clone(),
        })
        .collect();
    let layout = Layout::of(chart, &painter, &sheet, extent);
    let subtitle = chart.subtitle.as_deref();
    let mut y = page::heading(&painter, &sheet, &chart.title, subtitle)?;
    y = legend(&painter, &entries, y + 8.0, layout.width)?;
    y = plot(&painter, chart, &layout, y + 8.0)?;
    let height = page::small_print(&painter, &chart.caption, y, layout.width)?;
    drop(painter);
    Ok(Svg::frame(&chart.title, &sheet, height, &elements))
}

fn colour(kind: usize) -> plotters::style::RGBColor {
    line(COLOURS[kind % COLOURS.len()])
}

/// Where things are.
struct Layout {
    width: f64,
    left: f64,
    right: f64,
    extent: Extent,
    /// The names and the notes of all rows, broken into lines.
    rows: Vec<[Vec<String>; 2]>,
    /// Whether they stand above the dots, and not beside them.
    is_narrow: bool,
}

impl Layout {
    fn of(chart: &DotPlot, painter: &Painter<'_>, sheet: &Sheet<'_>, extent: Extent) -> Layout {
        let is_narrow = sheet.is_narrow();
        let inside = sheet.width - 2.0 * MARGIN;
        let (most_name, most_note) = match is_narrow {
            true => (0.53 * inside, 0.44 * inside),
            false => (LONGEST_NAME, LONGEST_NAME),
        };
        let all = chart.groups.iter().flat_map(|group| &group.dots);
        let rows: Vec<[Vec<String>; 2]> = all
            .map(|dot| {
                [
                    painter.wrap(&dot.label, most_name, LABEL),
                    painter.wrap(&dot.note, most_note, QUIET),
                ]
            })
            .collect();
        let widest = |side: usize, style| {
            let widths = rows.iter().map(|row| painter.widest(&row[side], style));
            widths.fold(0.0, f64::max)
        };
        let (left, right) = match is_narrow {
            true => (MARGIN, sheet.width - MARGIN),
            false => (
                MARGIN + widest(0, LABEL) + SPACE,
                sheet.width - MARGIN - widest(1, QUIET) - SPACE,
            ),
        };
        Layout {
            width: sheet.width,
            left,
            right,
            extent,
            rows,
            is_narrow,
        }
    }

    /// How high a row is.
    fn height(&self, [name, note]: &[Vec<String>; 2]) -> f64 {
        let words = block_height(name, LABEL).max(block_height(note, QUIET));
        match self.is_narrow {
            true => words + 2.0 * RADIUS + 2.0 * GAP,
            false => words.max(2.0 * RADIUS) + GAP,
        }
    }

    fn x(&self, value: f64) -> f64 {
        self.left + self.extent.position(value) * (self.right - self.left)
    }
}

fn plot(
    painter: &Painter<'_>,
    chart: &DotPlot,
    layout: &Layout,
    top: f64,
) -> Result<f64, ChartError> {
    let heads: Vec<Vec<String>> = (chart.groups.iter())
        .map(|group| painter.wrap(&group.name, layout.width - 2.0 * MARGIN, STRONG))
        .collect();
    let head = |lines: &Vec<String>| block_height(lines, STRONG) + GAP;
    let rows = layout.rows.iter().map(|row| layout.height(row));
    let heights = heads.iter().map(|lines| head(lines) + GROUP_GAP);
    let lower = top + rows.sum::<f64>() + heights.sum::<f64>();
    let bottom = axis(painter, chart, layout, (top, lower))?;
    let mut y = top;
    let mut rows = layout.rows.iter();
    for (group, lines) in chart.groups.iter().zip(&heads) {
        let bottom = y + head(lines);
        let ground = Rect {
            left: MARGIN,
            top: y,
            right: MARGIN + painter.widest(lines, STRONG) + 2.0,
            bottom,
        };
        painter.rect(ground, PAPER)?;
        painter.block(lines, (MARGIN, y + GAP / 2.0), STRONG, HPos::Left)?;
        y = bottom;
        for (dot, row) in group.dots.iter().zip(&mut rows) {
            self::row(painter, chart, layout, (dot, row, y))?;
            y += layout.height(row);
        }
        y += GROUP_GAP;
    }
    Ok(bottom)
}

/// A name, a dot and a note from `top` down.
fn row(
    painter: &Painter<'_>,
    chart: &DotPlot,
    layout: &Layout,
    (dot, row, top): (&Dot, &[Vec<String>; 2], f64),
) -> Result<(), ChartError> {
    let [name, note] = row;
    if layout.is_narrow {
        let words = block_height(name, LABEL).max(block_height(note, QUIET));
        let ground = Rect {
            left: layout.left,
            top,
            right: layout.right,
            bottom: top + words,
        };
        painter.rect(ground, PAPER)?;
        painter.block(name, (layout.left, top), LABEL, HPos::Left)?;
        painter.block(note, (layout.right, top), QUIET, HPos::Right)?;
        return mark(
            painter,
            chart,
            layout,
            (dot, top + words + GAP / 2.0 + RADIUS),
        );
    }
    let middle = top + layout.height(row) / 2.0;
    let at = |lines: &[String], style| middle - block_height(lines, style) / 2.0;
    let name_at = (layout.left - SPACE, at(name, LABEL));
    painter.block(name, name_at, LABEL, HPos::Right)?;
    mark(painter, chart, layout, (dot, middle))?;
    let note_at = (layout.right + SPACE, at(note, QUIET));
    painter.block(note, note_at, QUIET, HPos::Left)?;
    Ok(())
}

/// One dot and its distance from the reference.
fn mark(
    painter: &Painter<'_>,
    chart: &DotPlot,
    layout: &Layout,
    (dot, y): (&Dot, f64),
) -> Result<(), ChartError> {
    let (from, x) = (layout.x(chart.reference), layout.x(dot.value));
    let colour = colour(dot.kind);
    painter.line(&[(from, y), (x, y)], &colour, 1.6)?;
    match dot.kind {
        0 => painter.dot((x, y), RADIUS, colour),
        1 => {
            painter.dot((x, y), RADIUS, colour)?;
            painter.dot((x, y), RADIUS - 2.2, PAPER)
        }
        _ => {
            let side = RADIUS;
            let corners = [(x, y - side), (x + side, y), (x, y + side), (x - side, y)];
            painter.polygon(&corners, colour)
        }
    }
}

fn axis(
    painter: &Painter<'_>,
    chart: &DotPlot,
    layout: &Layout,
    (upper, lower): (f64, f64),
) -> Result<f64, ChartError> {
    let length = layout.right - layout.left;
    let room = |label: &str| painter.width(label, TICK) + 14.0;
    let row = lower + 4.0 + line_height(TICK) / 2.0;
    for tick in layout.extent.ticks(chart.axis.unit, length, room) {
        let x = layout.x(tick.value);
        painter.line(&[(x, upper), (x, lower)], &GRID, 1.0)?;
        // The outermost labels may reach into the margin but not out of the page.
        let half = painter.width(&tick.label, TICK) / 2.0 + 2.0;
        let x = x.min(layout.width - half).max(half);
        painter.text(&tick.label, (x, row), TICK, HPos::Center)?;
    }
    painter.line(&[(layout.left, lower), (layout.right, lower)], &AXIS, 1.0)?;
    let x = layout.x(chart.reference);
    painter.line(&[(x, upper), (x, lower)], &INK, 1.2)?;
    let below = row + line_height(TICK) / 2.0 + 1.0;
    let middle = (layout.left + layout.right) / 2.0;
    let name = page::axis_name(&chart.axis);
    let name = page::axis_lines(painter, &name, layout.right - layout.left);
    painter.block(&name, (middle, below), LABEL, HPos::Center)
}
