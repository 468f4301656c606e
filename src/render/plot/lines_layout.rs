//! Where the things of a line chart are.

use plotters::style::RGBColor;

use super::ChartError;
use super::axis::{Extent, Tick};
use super::page::{self, LABEL, MARGIN, TICK};
use super::painter::{Dash, Painter, block_height, line_height};
use super::palette::{GREY, LINE_COLOURS, line};
use crate::render::chart::{Band, LineChart, Region, Series, SeriesStyle, Stroke};

/// The width of a page that nothing forces to be wider.
const WIDTH: f64 = 720.0;
/// The height of a plot that nothing forces to be higher.
const HEIGHT: f64 = 330.0;
/// The least width of the plot.
const LEAST_PLOT: f64 = 320.0;
/// Names longer than this are broken between words.
const LONGEST_NAME: f64 = 150.0;
/// The space between the frame of the plot and the outermost points.
pub const INSET: f64 = 8.0;
/// The length of a tick.
pub const TICK_LENGTH: f64 = 4.0;
/// The length of a leader from the plot to a name.
pub const LEADER: f64 = 14.0;
/// The length of the sample of a line before its name.
pub const SAMPLE: f64 = 20.0;

/// Dashes of marks, finer than those of lines.
pub const MARK_DASH: Option<Dash> = Some((3.0, 3.0));

/// A name in the column at the right.
pub struct End {
    /// The name, broken into lines.
    pub lines: Vec<String>,
    /// The value at which it wants to stand.
    pub value: f64,
    /// The colour of its line.
    pub colour: RGBColor,
    /// How its line is broken.
    pub dash: Option<Dash>,
    /// The last point of its line, if it is the name of a line.
    pub last: Option<(f64, f64)>,
    /// Whether there is a line, and not points alone.
    pub has_line: bool,
    /// Whether its points are rings.
    pub has_rings: bool,
}

/// Where things are.
pub struct Layout {
    /// The width of the page.
    pub width: f64,
    /// The height of the plot.
    pub height: f64,
    /// The left edge of the plot.
    pub left: f64,
    /// The right edge of the plot.
    pub right: f64,
    /// What the x axis covers.
    pub x: Extent,
    /// What the y axis covers.
    pub y: Extent,
    /// The ticks of the y axis.
    pub y_ticks: Vec<Tick>,
    /// The names at the right.
    pub ends: Vec<End>,
}

impl Layout {
    /// The layout of `chart` with `bands` under its lines.
    pub fn of(
        chart: &LineChart,
        bands: &[Band],
        painter: &Painter<'_>,
    ) -> Result<Layout, ChartError> {
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

        let ends = ends(chart, painter);
        let needed: f64 = ends.iter().map(|end| block_height(&end.lines, LABEL)).sum();
        let height = HEIGHT.max(needed);
        let y_ticks = y.ticks(chart.y.unit, height - 2.0 * INSET, |_| 26.0);
        let labels = y_ticks.iter().map(|tick| &tick.label);
        let name = if chart.y.label.is_empty() {
            0.0
        } else {
            line_height(LABEL) + 4.0
        };
        let left = MARGIN + name + painter.widest(labels, TICK) + 4.0 + TICK_LENGTH;
        let names = ends.iter().map(|end| painter.widest(&end.lines, LABEL));
        let beside = LEADER + SAMPLE + 6.0 + names.fold(0.0, f64::max) + MARGIN;

        let subtitle = chart.subtitle.as_deref();
        let regions = chart.regions.iter();
        let regions = regions.map(|region| painter.widest(&region_lines(painter, region), TICK));
        let width = WIDTH
            .max(page::least_width(
                painter,
                &chart.title,
                subtitle,
                &chart.caption,
            ))
            .max(regions.fold(0.0, f64::max) + 2.0 * MARGIN)
            .max(painter.width(&chart.x.label, LABEL) + left + beside)
            .max(left + LEAST_PLOT + beside)
            .ceil();
        Ok(Layout {
            width,
            height: height.max(painter.width(&chart.y.label, LABEL)),
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

/// Dashes of lines.
pub fn dash(style: SeriesStyle) -> Option<Dash> {
    (style.stroke == Stroke::Dashed).then_some((6.0, 3.5))
}

fn ends(chart: &LineChart, painter: &Painter<'_>) -> Vec<End> {
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
                lines: painter.wrap(&series.label, LONGEST_NAME, LABEL),
                value: last.1,
                colour: line(series.style.colour),
                dash: dash(series.style),
                last: Some(*last),
                has_line: series.style.stroke != Stroke::Dots,
                has_rings: has_rings(series.style),
            });
        }
    }
    for mark in &chart.marks {
        ends.push(End {
            lines: painter.wrap(&mark.label, LONGEST_NAME, LABEL),
            value: mark.value,
            colour: GREY,
            dash: MARK_DASH,
            last: None,
            has_line: true,
            has_rings: false,
        });
    }
    ends
}

/// Whether points are rings: those without a line, after all colours were had.
pub fn has_rings(style: SeriesStyle) -> bool {
    style.stroke == Stroke::Dots && style.colour >= LINE_COLOURS
}

/// The name of a region, broken into lines.
pub fn region_lines(painter: &Painter<'_>, region: &Region) -> Vec<String> {
    painter.wrap(&region.label, LONGEST_NAME, TICK)
}
