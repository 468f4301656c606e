//! Dots along one axis: how far each of many numbers is from where it should be.
//!
//! One row for each, under the name of its group, with what it is at the left and a
//! note at the right; a line from the reference to the dot shows the distance.

use plotters::style::text_anchor::HPos;

use super::axis::Extent;
use super::legend::{self, Entry, Swatch, legend};
use super::page::{self, LABEL, MARGIN, QUIET, STRONG, TICK};
use super::painter::{Painter, block_height, line_height};
use super::palette::{AXIS, GRID, Hatch, INK, PAPER, line};
use super::{ChartError, Svg};
use crate::render::chart::{Dot, DotPlot};

/// The width of the plot between the names and the notes.
const PLOT: f64 = 380.0;
/// Names longer than this are broken between words.
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
pub fn dots(chart: &DotPlot) -> Result<Svg, ChartError> {
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
    let layout = Layout::of(chart, &painter, &entries, extent);
    let subtitle = chart.subtitle.as_deref();
    let mut y = page::heading(&painter, &chart.title, subtitle, layout.width)?;
    y = legend(&painter, &entries, y + 8.0, layout.width)?;
    y = plot(&painter, chart, &layout, y + 8.0)?;
    let height = page::small_print(&painter, &chart.caption, y, layout.width)?;
    drop(painter);
    Ok(Svg::frame(&chart.title, (layout.width, height), &elements))
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
}

impl Layout {
    fn of(chart: &DotPlot, painter: &Painter<'_>, entries: &[Entry], extent: Extent) -> Layout {
        let all = || chart.groups.iter().flat_map(|group| &group.dots);
        let names = all().map(|dot| {
            let lines = painter.wrap(&dot.label, LONGEST_NAME, LABEL);
            painter.widest(&lines, LABEL)
        });
        let groups = chart.groups.iter();
        let groups = groups.map(|group| painter.width(&group.name, STRONG));
        let names = names.chain(groups).fold(0.0, f64::max);
        let notes = all().map(|dot| painter.width(&dot.note, QUIET));
        let notes = notes.fold(0.0, f64::max);
        let left = MARGIN + names + SPACE;
        let subtitle = chart.subtitle.as_deref();
        let width = (left + PLOT + SPACE + notes + MARGIN)
            .max(page::least_width(
                painter,
                &chart.title,
                subtitle,
                &chart.caption,
            ))
            .max(legend::least_width(painter, entries))
            .ceil();
        Layout {
            width,
            left,
            right: width - MARGIN - notes - SPACE,
            extent,
        }
    }

    fn x(&self, value: f64) -> f64 {
        self.left + self.extent.position(value) * (self.right - self.left)
    }
}

/// The rows with their lines, how high each is, and all together.
fn height(painter: &Painter<'_>, dot: &Dot) -> (Vec<String>, f64) {
    let lines = painter.wrap(&dot.label, LONGEST_NAME, LABEL);
    let height = block_height(&lines, LABEL).max(2.0 * RADIUS) + GAP;
    (lines, height)
}

fn plot(
    painter: &Painter<'_>,
    chart: &DotPlot,
    layout: &Layout,
    top: f64,
) -> Result<f64, ChartError> {
    let head = line_height(STRONG) + GAP;
    let mut lower = top;
    for group in &chart.groups {
        let rows = group.dots.iter().map(|dot| height(painter, dot).1);
        lower += head + rows.sum::<f64>() + GROUP_GAP;
    }
    let bottom = axis(painter, chart, layout, (top, lower))?;
    let mut y = top;
    for group in &chart.groups {
        let at = (MARGIN, y + head / 2.0);
        painter.text(&group.name, at, STRONG, HPos::Left)?;
        y += head;
        for dot in &group.dots {
            let (lines, height) = height(painter, dot);
            let middle = y + height / 2.0;
            let block = block_height(&lines, LABEL);
            let at = (layout.left - SPACE, middle - block / 2.0);
            painter.block(&lines, at, LABEL, HPos::Right)?;
            mark(painter, chart, layout, (dot, middle))?;
            let at = (layout.right + SPACE, middle);
            painter.text(&dot.note, at, QUIET, HPos::Left)?;
            y += height;
        }
        y += GROUP_GAP;
    }
    Ok(bottom)
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
        painter.text(&tick.label, (x, row), TICK, HPos::Center)?;
    }
    painter.line(&[(layout.left, lower), (layout.right, lower)], &AXIS, 1.0)?;
    let x = layout.x(chart.reference);
    painter.line(&[(x, upper), (x, lower)], &INK, 1.2)?;
    let below = row + line_height(TICK) + 2.0;
    let middle = (layout.left + layout.right) / 2.0;
    painter.text(&chart.axis.label, (middle, below), LABEL, HPos::Center)?;
    Ok(below + line_height(LABEL) / 2.0)
}
