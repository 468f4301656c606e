//! Lines: how a result moves with a dimension.
//!
//! Names stand at the ends of their lines, each after a sample of the line, so that a
//! reader never goes back and forth to a legend; where they would overlap they move
//! apart and leaders keep the connection. Marks (a claimed value, a target) are named
//! in the same column. Regions are named above the plot, where no line can cross.

use plotters::style::RGBColor;

use super::axis::{Axis, Extent, Tick};
use super::band::{self, Band};
use super::lines_plot::{Plot, regions};
use super::page::{self, LABEL, MARGIN, TICK};
use super::palette::{GREY, line};
use super::sheet::{Dash, Rect, Sheet, block_height, line_height};
use super::{ChartError, Svg};

/// The width of a page that nothing forces to be wider.
const WIDTH: f64 = 720.0;
/// The height of a plot that nothing forces to be higher.
const HEIGHT: f64 = 330.0;
/// The least width of the plot.
const LEAST_PLOT: f64 = 320.0;
/// Names longer than this are broken between words.
const LONGEST_NAME: f64 = 150.0;
/// The space between the frame of the plot and the outermost points.
pub(super) const INSET: f64 = 8.0;
/// The length of a tick.
pub(super) const TICK_LENGTH: f64 = 4.0;
/// The length of a leader from the plot to a name.
pub(super) const LEADER: f64 = 14.0;
/// The length of the sample of a line before its name.
pub(super) const SAMPLE: f64 = 20.0;

/// Lines over an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct LineChart {
    /// What the chart shows.
    pub title: String,
    /// What holds for the whole chart, such as model and table.
    pub subtitle: Option<String>,
    /// What varies.
    pub x: Axis,
    /// What follows.
    pub y: Axis,
    /// The lines.
    pub series: Vec<Series>,
    /// Values to compare with.
    pub marks: Vec<Mark>,
    /// Parts of the x axis that have a name.
    pub regions: Vec<Region>,
    /// Small print under the plot: the conventions that were used.
    pub caption: Vec<String>,
}

/// A line.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Its name.
    pub label: String,
    /// Its points, in the order in which the line goes through them.
    pub points: Vec<(f64, f64)>,
    /// How it looks.
    pub style: SeriesStyle,
}

/// How a line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeriesStyle {
    /// Which of the eight colours it has; they come again after the last.
    pub colour: usize,
    /// Whether it is broken, for a second distinction such as the number format.
    pub dashed: bool,
}

/// A horizontal line to compare with, such as a claimed saving.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Where on the y axis.
    pub value: f64,
    /// What it is.
    pub label: String,
}

/// A part of the x axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    /// Where it begins; minus infinity is the left end of the axis.
    pub from: f64,
    /// Where it ends; infinity is the right end of the axis.
    pub to: f64,
    /// What it is.
    pub label: String,
}

impl SeriesStyle {
    pub(super) fn dash(self) -> Option<Dash> {
        self.dashed.then_some((6.0, 3.5))
    }
}

/// Dashes of marks, finer than those of lines.
pub(super) const MARK_DASH: Option<Dash> = Some((3.0, 3.0));

/// Draws a line chart.
///
/// Each series must have a point and all points must be finite, and above zero on
/// logarithmic axes.
pub fn lines(chart: &LineChart) -> Result<Svg, ChartError> {
    lines_with_bands(chart, &[])
}

/// Draws a line chart with a shaded band under each of some lines.
///
/// What holds for the points of lines holds for those of bands, and the series of
/// each band must be there.
pub fn lines_with_bands(chart: &LineChart, bands: &[Band]) -> Result<Svg, ChartError> {
    check(chart)?;
    band::check(chart, bands)?;
    let mut elements = String::new();
    let sheet = Sheet::new(&mut elements)?;
    let layout = Layout::of(chart, bands, &sheet)?;
    let subtitle = chart.subtitle.as_deref();
    let mut y = page::heading(&sheet, &chart.title, subtitle, layout.width)?;
    y = regions(&sheet, chart, &layout, y + 10.0)?;
    let plot = Rect {
        left: layout.left,
        top: y,
        right: layout.right,
        bottom: y + layout.height,
    };
    y = Plot {
        sheet: &sheet,
        chart,
        bands,
        layout: &layout,
        frame: plot,
    }
    .draw()?;
    let height = page::small_print(&sheet, &chart.caption, y, layout.width)?;
    drop(sheet);
    Ok(Svg::frame(&chart.title, (layout.width, height), &elements))
}

fn check(chart: &LineChart) -> Result<(), ChartError> {
    if chart.series.is_empty() {
        return Err(ChartError::Empty("no series".into()));
    }
    for series in &chart.series {
        if series.points.is_empty() {
            let what = format!("series '{}' has no points", series.label);
            return Err(ChartError::Empty(what));
        }
        if series
            .points
            .iter()
            .any(|(x, y)| !(x.is_finite() && y.is_finite()))
        {
            let what = format!("a point of series '{}'", series.label);
            return Err(ChartError::NotFinite(what));
        }
    }
    Ok(())
}

/// A name in the column at the right.
pub(super) struct End {
    pub lines: Vec<String>,
    /// The value at which it wants to stand.
    pub value: f64,
    pub colour: RGBColor,
    pub dash: Option<Dash>,
    /// The last point of its line, if it is the name of a line.
    pub last: Option<(f64, f64)>,
}

/// Where things are.
pub(super) struct Layout {
    pub width: f64,
    pub height: f64,
    pub left: f64,
    pub right: f64,
    pub x: Extent,
    pub y: Extent,
    pub y_ticks: Vec<Tick>,
    pub ends: Vec<End>,
}

impl Layout {
    fn of(chart: &LineChart, bands: &[Band], sheet: &Sheet<'_>) -> Result<Layout, ChartError> {
        let points = || chart.series.iter().flat_map(|series| &series.points);
        let bounds = || bands.iter().flat_map(|band| &band.points);
        let band_xs = bounds().map(|(x, _, _)| *x);
        let band_ys = bounds().flat_map(|(_, low, high)| [*low, *high]);
        let xs: Vec<f64> = points().map(|(x, _)| *x).chain(band_xs).collect();
        let marks = chart.marks.iter().map(|mark| mark.value);
        let ys = points().map(|(_, y)| *y).chain(marks);
        let ys: Vec<f64> = ys.chain(band_ys).collect();
        let x = Extent::covering(&chart.x, &xs, false)?;
        let y = Extent::covering(&chart.y, &ys, true)?;

        let ends = ends(chart, sheet);
        let needed: f64 = ends.iter().map(|end| block_height(&end.lines, LABEL)).sum();
        let height = HEIGHT.max(needed);
        let y_ticks = y.ticks(chart.y.unit, height - 2.0 * INSET, |_| 26.0);
        let labels = y_ticks.iter().map(|tick| &tick.label);
        let name = if chart.y.label.is_empty() {
            0.0
        } else {
            line_height(LABEL) + 4.0
        };
        let left = MARGIN + name + sheet.widest(labels, TICK) + 4.0 + TICK_LENGTH;
        let names = ends.iter().map(|end| sheet.widest(&end.lines, LABEL));
        let beside = LEADER + SAMPLE + 6.0 + names.fold(0.0, f64::max) + MARGIN;

        let subtitle = chart.subtitle.as_deref();
        let regions = chart.regions.iter();
        let regions = regions.map(|region| sheet.widest(&region_lines(sheet, region), TICK));
        let width = WIDTH
            .max(page::least_width(
                sheet,
                &chart.title,
                subtitle,
                &chart.caption,
            ))
            .max(regions.fold(0.0, f64::max) + 2.0 * MARGIN)
            .max(sheet.width(&chart.x.label, LABEL) + left + beside)
            .max(left + LEAST_PLOT + beside)
            .ceil();
        Ok(Layout {
            width,
            height: height.max(sheet.width(&chart.y.label, LABEL)),
            left,
            right: width - beside,
            x,
            y,
            y_ticks,
            ends,
        })
    }

    /// Where a value on the x axis lies on the page.
    pub fn x(&self, value: f64) -> f64 {
        let length = self.right - self.left - 2.0 * INSET;
        self.left + INSET + self.x.position(value) * length
    }
}

fn ends(chart: &LineChart, sheet: &Sheet<'_>) -> Vec<End> {
    let mut ends = Vec::new();
    // Lines that end in one point are named in the order in which they come there.
    let height = |series: &Series| {
        series.points.iter().map(|(_, y)| y).sum::<f64>() / series.points.len() as f64
    };
    let mut series: Vec<&Series> = chart.series.iter().collect();
    series.sort_by(|a, b| height(b).total_cmp(&height(a)));
    for series in series {
        if let Some(last) = series.points.last() {
            ends.push(End {
                lines: sheet.wrap(&series.label, LONGEST_NAME, LABEL),
                value: last.1,
                colour: line(series.style.colour),
                dash: series.style.dash(),
                last: Some(*last),
            });
        }
    }
    for mark in &chart.marks {
        ends.push(End {
            lines: sheet.wrap(&mark.label, LONGEST_NAME, LABEL),
            value: mark.value,
            colour: GREY,
            dash: MARK_DASH,
            last: None,
        });
    }
    ends
}

/// The name of a region, broken into lines.
pub(super) fn region_lines(sheet: &Sheet<'_>, region: &Region) -> Vec<String> {
    sheet.wrap(&region.label, LONGEST_NAME, TICK)
}
