//! Where the things of a line chart are.

use plotters::style::RGBColor;

use super::ChartError;
use super::axis::{Extent, Tick};
use super::legend::{Entry, Swatch};
use super::page::{self, LABEL, MARGIN, TICK};
use super::painter::{Dash, Painter, Point, block_height};
use super::palette::{GREY, Hatch, LINE_COLOURS, fill, line};
use super::style::Sheet;
use crate::render::chart::{Band, LineChart, Mark, Region, Series, SeriesColour, Stroke};

/// The width of a page on a screen.
pub const WIDTH: f64 = 720.0;
/// The height of a plot that nothing forces to be higher.
const HEIGHT: f64 = 330.0;
/// Series with more points than this are drawn without dots.
pub const MOST_DOTS: usize = 32;
/// More series of points alone are named in a legend.
const MOST_HEAPS: usize = 6;
/// Names longer than this are broken.
const LONGEST_NAME: f64 = 150.0;
/// The space between the frame of the plot and the outermost points.
pub const INSET: f64 = 8.0;
/// The length of a tick.
pub const TICK_LENGTH: f64 = 4.0;
/// The length of a leader from the plot to a name.
pub const LEADER: f64 = 14.0;
/// The length of the sample of a line before its name.
pub const SAMPLE: f64 = 20.0;

/// A name in the column at the right.
pub struct End {
    /// The name, broken into lines.
    pub lines: Vec<String>,
    /// The value at which it wants to stand.
    pub value: f64,
    /// The last point of its line, if it is the name of a line.
    pub last: Option<(f64, f64)>,
    /// What its line looks like.
    pub look: Look,
}

/// What a line looks like.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// Its colour.
    pub colour: RGBColor,
    /// How it is broken.
    pub dash: Option<Dash>,
    /// Whether there is a line, and not points alone.
    pub has_line: bool,
    /// What its points are, if it has some.
    pub point: Option<Point>,
}

impl Look {
    /// The look of a series.
    pub fn of(series: &Series) -> Look {
        let style = series.style;
        let has_line = style.stroke != Stroke::Dots;
        let (colour, hatch) = match style.colour {
            SeriesColour::Line(index) => {
                // Points come again as rings after all colours were had.
                let hatch = match index >= LINE_COLOURS && !has_line {
                    true => Hatch::Rising,
                    false => Hatch::Plain,
                };
                (line(index), hatch)
            }
            SeriesColour::Stage(index) => fill(index),
        };
        Look {
            colour,
            dash: match style.stroke {
                Stroke::Solid | Stroke::Dots => None,
                Stroke::Dashed => Some((6.0, 3.5)),
                Stroke::Dotted => Some((2.0, 2.5)),
                Stroke::LongDashed => Some((12.0, 3.5)),
            },
            has_line,
            point: (!has_line || series.points.len() <= MOST_DOTS).then_some(match hatch {
                Hatch::Plain => Point::Dot,
                Hatch::Rising => Point::Ring,
                Hatch::Falling => Point::Diamond,
            }),
        }
    }

    /// The look of a mark: a finely broken grey line without points.
    pub const MARK: Look = Look {
        colour: GREY,
        dash: Some((3.0, 3.0)),
        has_line: true,
        point: None,
    };

    fn swatch(self) -> Swatch {
        match (self.has_line, self.point) {
            (false, Some(point)) => Swatch::Point(self.colour, point),
            (_, point) => Swatch::Line(self.colour, self.dash, point),
        }
    }
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
    /// The names of the axes, broken into lines.
    pub names: [Vec<String>; 2],
    /// The names at the right.
    pub ends: Vec<End>,
    /// The names above the plot, where there is no room at the right.
    pub entries: Vec<Entry>,
}

impl Layout {
    /// The layout of `chart` with `bands` under its lines.
    pub fn of(
        chart: &LineChart,
        bands: &[Band],
        painter: &Painter<'_>,
        sheet: &Sheet<'_>,
    ) -> Result<Layout, ChartError> {
        let (x, y) = extents(chart, bands)?;
        // Names of many heaps of points find no place beside them.
        let heaps = chart.series.iter();
        let heaps = heaps.filter(|series| series.style.stroke == Stroke::Dots);
        let is_narrow = sheet.is_narrow() || heaps.count() > MOST_HEAPS;
        let entries = if is_narrow {
            entries(chart)
        } else {
            Vec::new()
        };
        let ends = match is_narrow {
            true => Vec::new(),
            false => ends(chart, painter, sheet.most(LONGEST_NAME, 0.22)),
        };
        let needed: f64 = ends.iter().map(|end| block_height(&end.lines, LABEL)).sum();
        let height = sheet.most(HEIGHT, 0.62).max(needed);
        let y_name = page::axis_lines(painter, &page::axis_name(&chart.y), height);
        let y_ticks = y.ticks(chart.y.unit, height - 2.0 * INSET, |_| 26.0);
        let labels = y_ticks.iter().map(|tick| &tick.label);
        let name = match chart.y.label.is_empty() {
            true => 0.0,
            false => block_height(&y_name, LABEL) + 4.0,
        };
        let left = MARGIN + name + painter.widest(labels, TICK) + 4.0 + TICK_LENGTH;
        let beside = match ends.is_empty() {
            // Half of the last number of the x axis.
            true => MARGIN + 12.0,
            false => {
                let names = ends.iter().map(|end| painter.widest(&end.lines, LABEL));
                LEADER + SAMPLE + 6.0 + names.fold(0.0, f64::max) + MARGIN
            }
        };
        let right = sheet.width - beside;
        let x_name = page::axis_lines(painter, &page::axis_name(&chart.x), right - left);
        let shown = |lines: Vec<String>, label: &str| match label.is_empty() {
            true => Vec::new(),
            false => lines,
        };
        Ok(Layout {
            width: sheet.width,
            height,
            left,
            right,
            x,
            y,
            y_ticks,
            names: [shown(x_name, &chart.x.label), shown(y_name, &chart.y.label)],
            ends,
            entries,
        })
    }

    /// Where a value on the x axis lies on the page.
    pub fn x(&self, value: f64) -> f64 {
        let length = self.right - self.left - 2.0 * INSET;
        self.left + INSET + self.x.position(value) * length
    }
}

/// What the axes cover.
fn extents(chart: &LineChart, bands: &[Band]) -> Result<(Extent, Extent), ChartError> {
    let points = || chart.series.iter().flat_map(|series| &series.points);
    let bounds = || bands.iter().flat_map(|band| &band.points);
    let band_xs = bounds().map(|(x, _, _)| *x);
    let band_ys = bounds().flat_map(|(_, low, high)| [*low, *high]);
    let xs: Vec<f64> = points().map(|(x, _)| *x).chain(band_xs).collect();
    let marks = chart.marks.iter().map(|mark| mark.value);
    let ys = points().map(|(_, y)| *y).chain(marks);
    let ys: Vec<f64> = ys.chain(band_ys).collect();
    Ok((
        Extent::covering(&chart.x, &xs, false)?,
        Extent::covering(&chart.y, &ys, true)?,
    ))
}

/// The series from the highest down: lines that end in one point are named in the
/// order in which they come there.
fn from_the_top(chart: &LineChart) -> Vec<&Series> {
    let height = |series: &Series| {
        series.points.iter().map(|(_, y)| y).sum::<f64>() / series.points.len() as f64
    };
    let mut series: Vec<&Series> = chart.series.iter().collect();
    series.sort_by(|a, b| height(b).total_cmp(&height(a)));
    series
}

fn ends(chart: &LineChart, painter: &Painter<'_>, longest: f64) -> Vec<End> {
    let mut ends = Vec::new();
    for series in from_the_top(chart) {
        if let Some(last) = series.points.last() {
            ends.push(End {
                lines: painter.wrap(&series.label, longest, LABEL),
                value: last.1,
                last: Some(*last),
                look: Look::of(series),
            });
        }
    }
    for mark in &chart.marks {
        ends.push(End {
            lines: painter.wrap(&mark.label, longest, LABEL),
            value: mark.value,
            last: None,
            look: Look::MARK,
        });
    }
    ends
}

/// The same for the legend. Marks look alike, so they are one entry, from the top.
fn entries(chart: &LineChart) -> Vec<Entry> {
    let mut entries: Vec<Entry> = (from_the_top(chart).iter())
        .map(|series| Entry {
            swatch: Look::of(series).swatch(),
            name: series.label.clone(),
        })
        .collect();
    let mut marks: Vec<&Mark> = chart.marks.iter().collect();
    marks.sort_by(|a, b| b.value.total_cmp(&a.value));
    let names: Vec<&str> = marks.iter().map(|mark| mark.label.as_str()).collect();
    if !names.is_empty() {
        entries.push(Entry {
            swatch: Look::MARK.swatch(),
            name: names.join("; "),
        });
    }
    entries
}

/// The name of a region, broken into lines.
pub fn region_lines(painter: &Painter<'_>, region: &Region, layout: &Layout) -> Vec<String> {
    let limit = LONGEST_NAME.min(0.3 * layout.width);
    painter.wrap(&region.label, limit, TICK)
}
