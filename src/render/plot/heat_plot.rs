//! Where the things of a heat map are, and drawing them there.

use plotters::style::RGBColor;
use plotters::style::text_anchor::HPos;

use super::ChartError;
use super::axis::Tick;
use super::colour_scale::ColourScale;
use super::heat_grid::{OUTLINE, Side, Span, outline, patches};
use super::legend::{Entry, Swatch};
use super::page::{self, LABEL, MARGIN, TICK};
use super::painter::{Painter, Rect, block_height, line_height};
use super::palette::{AXIS, Hatch};
use super::style::Sheet;
use crate::render::chart::HeatMap;

/// The width of a page on a screen.
pub const WIDTH: f64 = 720.0;
/// The greatest height of a plot.
const HEIGHT: f64 = 340.0;
/// The least height of a plot.
const LEAST_HEIGHT: f64 = 120.0;
/// Cells are at most this high.
const HIGHEST_CELL: f64 = 56.0;
/// The length of a tick.
const TICK_LENGTH: f64 = 4.0;
/// The ground of cells without a value, which no colour of a value resembles.
const REFUSED: (RGBColor, Hatch) = (RGBColor(0xc0, 0xc0, 0xc0), Hatch::Rising);

/// Where things are.
pub struct Layout {
    /// The width of the page.
    pub width: f64,
    /// What the legend explains.
    pub entries: Vec<Entry>,
    left: f64,
    /// Width and height of the plot.
    size: (f64, f64),
    x: Side,
    y: Side,
    y_ticks: Vec<Tick>,
    /// The names of the axes, broken into lines.
    names: [Vec<String>; 2],
    scale: Option<ColourScale>,
}

impl Layout {
    /// The layout of `chart`, whose values have their colours from `scale`.
    pub fn of(
        chart: &HeatMap,
        painter: &Painter<'_>,
        scale: Option<ColourScale>,
        sheet: &Sheet<'_>,
    ) -> Result<Layout, ChartError> {
        let x = Side::of(&chart.x, &chart.columns)?;
        let y = Side::of(&chart.y, &chart.rows)?;
        let rows = chart.rows.len() as f64;
        let most = sheet.most(HEIGHT, 0.8);
        let height = y.whole(most.min(rows * HIGHEST_CELL).max(LEAST_HEIGHT));
        let y_ticks = y.ticks(chart.y.unit, height, |_| 18.0);

        let y_name = page::axis_lines(painter, &page::axis_name(&chart.y), height);
        let name = match chart.y.label.is_empty() {
            true => 0.0,
            false => block_height(&y_name, LABEL) + 4.0,
        };
        let numbers = painter.widest(y_ticks.iter().map(|tick| &tick.label), TICK);
        let left = (MARGIN + name + numbers + 4.0 + TICK_LENGTH).ceil();
        let bar = scale
            .as_ref()
            .map_or(0.0, |scale| scale.width(painter, height));
        let beside = bar + MARGIN;

        let width = x.whole((sheet.width - left - beside).max(1.0));
        let x_name = page::axis_lines(painter, &page::axis_name(&chart.x), width);
        Ok(Layout {
            width: sheet.width,
            entries: entries(chart),
            left,
            size: (width, height),
            x,
            y,
            y_ticks,
            names: [
                if chart.x.label.is_empty() {
                    Vec::new()
                } else {
                    x_name
                },
                if chart.y.label.is_empty() {
                    Vec::new()
                } else {
                    y_name
                },
            ],
            scale,
        })
    }
}

/// What the legend explains: cells without a value, and the target.
fn entries(chart: &HeatMap) -> Vec<Entry> {
    let mut entries = Vec::new();
    let mut cells = chart.cells.iter().flatten();
    if let Some(target) = &chart.target {
        let found = cells.clone().flatten().any(|value| target.contains(*value));
        let none = if found { "" } else { ": no cell" };
        entries.push(Entry {
            swatch: Swatch::Outline,
            name: format!("{}{none}", target.label),
        });
    }
    if cells.any(Option::is_none) {
        entries.push(Entry {
            swatch: Swatch::Fill(REFUSED.0, REFUSED.1),
            name: "refused by the model".to_string(),
        });
    }
    entries
}

/// Draws cells, axes and colour bar from `top` down. Gives the lower edge.
pub fn plot(
    painter: &Painter<'_>,
    chart: &HeatMap,
    layout: &Layout,
    top: f64,
) -> Result<f64, ChartError> {
    let plot = Rect {
        left: layout.left,
        top,
        right: layout.left + layout.size.0,
        bottom: top + layout.size.1,
    };
    let columns = layout.x.spans(plot.left, plot.right);
    let rows = layout.y.spans(plot.bottom, plot.top);
    cells(painter, chart, layout, (&rows, &columns))?;
    let corner = (plot.left, plot.bottom);
    let axes = [(plot.left, plot.top), corner, (plot.right, plot.bottom)];
    painter.line(&axes, &AXIS, 1.0)?;
    if let Some(target) = &chart.target {
        let inside = |row: usize, column: usize| {
            chart.cells[row][column].is_some_and(|value| target.contains(value))
        };
        for (width, colour) in OUTLINE {
            painter.rects(&outline(&rows, &columns, inside, width), colour)?;
        }
    }
    y_axis(painter, layout, plot)?;
    if let Some(scale) = &layout.scale {
        let target = chart.target.as_ref();
        scale.render(painter, plot, target.map(|target| (target.from, target.to)))?;
    }
    x_axis(painter, chart, layout, plot)
}

fn cells(
    painter: &Painter<'_>,
    chart: &HeatMap,
    layout: &Layout,
    (rows, columns): (&[Span], &[Span]),
) -> Result<(), ChartError> {
    // One hatching under all cells is shorter than one for each that is refused.
    if let Some(ground) = refused(chart, rows, columns) {
        painter.hatched(ground, REFUSED)?;
    }
    if let Some(scale) = &layout.scale {
        let level =
            |row: usize, column: usize| chart.cells[row][column].map(|value| scale.level(value));
        for (level, rects) in patches(rows, columns, level) {
            painter.rects(&rects, scale.colour(level))?;
        }
    }
    Ok(())
}

/// The least rectangle with all cells that have no value.
fn refused(chart: &HeatMap, rows: &[Span], columns: &[Span]) -> Option<Rect> {
    let mut ground: Option<Rect> = None;
    for row in rows {
        for column in columns {
            if chart.cells[row.index][column.index].is_none() {
                let old = ground.unwrap_or(Rect {
                    left: column.start,
                    top: row.start,
                    right: column.end,
                    bottom: row.end,
                });
                ground = Some(Rect {
                    left: old.left.min(column.start),
                    top: old.top.min(row.start),
                    right: old.right.max(column.end),
                    bottom: old.bottom.max(row.end),
                });
            }
        }
    }
    ground
}

/// Draws ticks and name of the x axis. Gives the lower edge.
fn x_axis(
    painter: &Painter<'_>,
    chart: &HeatMap,
    layout: &Layout,
    plot: Rect,
) -> Result<f64, ChartError> {
    let length = plot.right - plot.left;
    let room = |label: &str| painter.width(label, TICK) + 10.0;
    let end = plot.bottom + TICK_LENGTH;
    let row = end + 3.0 + line_height(TICK) / 2.0;
    for tick in layout.x.ticks(chart.x.unit, length, room) {
        let x = plot.left + layout.x.at(tick.value) * length;
        painter.line(&[(x, plot.bottom), (x, end)], &AXIS, 1.0)?;
        // The outermost labels may reach into the margin but not out of the page.
        let half = painter.width(&tick.label, TICK) / 2.0 + 2.0;
        let x = x.min(layout.width - half).max(half);
        painter.text(&tick.label, (x, row), TICK, HPos::Center)?;
    }
    let [name, _] = &layout.names;
    let below = row + line_height(TICK) / 2.0 + 1.0;
    let middle = (plot.left + plot.right) / 2.0;
    painter.block(name, (middle, below), LABEL, HPos::Center)
}

fn y_axis(painter: &Painter<'_>, layout: &Layout, plot: Rect) -> Result<(), ChartError> {
    let end = plot.left - TICK_LENGTH;
    for tick in &layout.y_ticks {
        let y = plot.bottom - layout.y.at(tick.value) * (plot.bottom - plot.top);
        painter.line(&[(end, y), (plot.left, y)], &AXIS, 1.0)?;
        painter.text(&tick.label, (end - 4.0, y), TICK, HPos::Right)?;
    }
    let [_, name] = &layout.names;
    let middle = (plot.top + plot.bottom) / 2.0;
    painter.block_upwards(name, (MARGIN, middle), LABEL)
}
