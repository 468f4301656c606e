//! Drawing a line chart where its [`Layout`] says.

use plotters::style::Color;
use plotters::style::text_anchor::HPos;

use super::ChartError;
use super::end_labels::{Wish, spread};
use super::lines_layout::region_lines;
use super::lines_layout::{End, INSET, LEADER, Layout, Look, SAMPLE, TICK_LENGTH};
use super::page::{LABEL, MARGIN, TICK};
use super::painter::{Painter, Rect, block_height, line_height};
use super::palette::{AXIS, GRID, INK};
use crate::render::chart::{Band, LineChart, Region, Series};

/// How much colour a band has. Where two lie on one another, both are still seen.
const OPACITY: f64 = 0.16;
/// How wide a band of a single point is, in pixels.
const SINGLE: f64 = 6.0;

/// Where a region begins and ends on the page.
fn region_edges(layout: &Layout, region: &Region) -> Result<(f64, f64), ChartError> {
    let (low, high) = (layout.x.low, layout.x.high);
    // This way round, NaN is an error as well.
    let meets = region.from < region.to && region.from < high && region.to > low;
    if !meets {
        return Err(ChartError::Region(region.label.clone()));
    }
    let left = match region.from > low {
        true => layout.x(region.from),
        false => layout.left,
    };
    let right = match region.to < high {
        true => layout.x(region.to),
        false => layout.right,
    };
    Ok((left, right))
}

/// Draws the names of the regions from `top` down, in as many rows as they need so
/// as not to overlap. Gives the lower edge.
pub fn regions(
    painter: &Painter<'_>,
    chart: &LineChart,
    layout: &Layout,
    top: f64,
) -> Result<f64, ChartError> {
    struct Name {
        lines: Vec<String>,
        middle: f64,
    }
    // For each row its names, and how far to the right they reach.
    let mut rows: Vec<(f64, Vec<Name>)> = Vec::new();
    let mut regions: Vec<&Region> = chart.regions.iter().collect();
    regions.sort_by(|a, b| a.from.total_cmp(&b.from));
    for region in regions {
        let (left, right) = region_edges(layout, region)?;
        let lines = region_lines(painter, region, layout);
        let half = painter.widest(&lines, TICK) / 2.0;
        let middle = ((left + right) / 2.0)
            .min(layout.width - MARGIN - half)
            .max(MARGIN + half);
        let row = match rows
            .iter()
            .position(|(reach, _)| reach + 8.0 <= middle - half)
        {
            Some(row) => row,
            None => {
                rows.push((0.0, Vec::new()));
                rows.len() - 1
            }
        };
        rows[row].0 = middle + half;
        rows[row].1.push(Name { lines, middle });
    }
    let mut y = top;
    for (_, names) in rows.iter().rev() {
        let heights = names.iter().map(|name| block_height(&name.lines, TICK));
        let bottom = y + heights.fold(0.0, f64::max);
        for name in names {
            let top = bottom - block_height(&name.lines, TICK);
            painter.block(&name.lines, (name.middle, top), TICK, HPos::Center)?;
        }
        y = bottom;
    }
    Ok(if rows.is_empty() { y } else { y + 3.0 })
}

/// The plot inside its frame.
pub struct Plot<'p, 's> {
    /// What paints it.
    pub painter: &'p Painter<'s>,
    /// What to draw.
    pub chart: &'p LineChart,
    /// The bands under its lines.
    pub bands: &'p [Band],
    /// Where to draw it.
    pub layout: &'p Layout,
    /// The frame of the plot.
    pub frame: Rect,
}

impl Plot<'_, '_> {
    fn y(&self, value: f64) -> f64 {
        let length = self.frame.bottom - self.frame.top - 2.0 * INSET;
        self.frame.bottom - INSET - self.layout.y.position(value) * length
    }

    /// Where a point lies on the page.
    pub fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (self.layout.x(x), self.y(y))
    }

    /// Draws everything. Gives the lower edge, below the name of the x axis.
    pub fn render(&self) -> Result<f64, ChartError> {
        self.shades()?;
        let bottom = self.x_axis()?;
        self.y_axis()?;
        self.brackets()?;
        for band in self.bands {
            self.band(band)?;
        }
        for mark in &self.chart.marks {
            let y = self.y(mark.value);
            let ends = [(self.frame.left, y), (self.frame.right, y)];
            let look = Look::MARK;
            self.painter.dashed(&ends, &look.colour, 1.2, look.dash)?;
        }
        for series in &self.chart.series {
            self.series(series)?;
        }
        self.names()?;
        Ok(bottom)
    }

    /// Draws the grounds of the regions. Every other one is darker, so that
    /// neighbours stay apart.
    fn shades(&self) -> Result<(), ChartError> {
        for (index, region) in self.chart.regions.iter().enumerate() {
            let (left, right) = region_edges(self.layout, region)?;
            let shade = Rect {
                left,
                right,
                ..self.frame
            };
            let ink = if index % 2 == 0 { 0.05 } else { 0.085 };
            self.painter.rect(shade, INK.mix(ink))?;
        }
        Ok(())
    }

    /// Draws a bar over each region, which shows how far the name above it goes.
    fn brackets(&self) -> Result<(), ChartError> {
        for region in &self.chart.regions {
            let (left, right) = region_edges(self.layout, region)?;
            let top = self.frame.top;
            let bracket = [(left + 1.0, top), (right - 1.0, top)];
            self.painter.line(&bracket, &AXIS, 2.0)?;
        }
        Ok(())
    }

    fn x_axis(&self) -> Result<f64, ChartError> {
        let (painter, frame) = (self.painter, self.frame);
        let length = frame.right - frame.left - 2.0 * INSET;
        let room = |label: &str| painter.width(label, TICK) + 14.0;
        let row = frame.bottom + TICK_LENGTH + 3.0 + line_height(TICK) / 2.0;
        for tick in self.layout.x.ticks(self.chart.x.unit, length, room) {
            let x = self.layout.x(tick.value);
            painter.line(&[(x, frame.top), (x, frame.bottom)], &GRID, 1.0)?;
            let end = frame.bottom + TICK_LENGTH;
            painter.line(&[(x, frame.bottom), (x, end)], &AXIS, 1.0)?;
            painter.text(&tick.label, (x, row), TICK, HPos::Center)?;
        }
        let ends = [(frame.left, frame.bottom), (frame.right, frame.bottom)];
        painter.line(&ends, &AXIS, 1.0)?;
        let [name, _] = &self.layout.names;
        let below = row + line_height(TICK) / 2.0 + 1.0;
        let middle = (frame.left + frame.right) / 2.0;
        painter.block(name, (middle, below), LABEL, HPos::Center)
    }

    fn y_axis(&self) -> Result<(), ChartError> {
        let (painter, frame) = (self.painter, self.frame);
        for tick in &self.layout.y_ticks {
            let y = self.y(tick.value);
            painter.line(&[(frame.left, y), (frame.right, y)], &GRID, 1.0)?;
            let end = frame.left - TICK_LENGTH;
            painter.line(&[(end, y), (frame.left, y)], &AXIS, 1.0)?;
            painter.text(&tick.label, (end - 4.0, y), TICK, HPos::Right)?;
        }
        painter.line(
            &[(frame.left, frame.top), (frame.left, frame.bottom)],
            &AXIS,
            1.0,
        )?;
        let middle = (frame.top + frame.bottom) / 2.0;
        let [_, name] = &self.layout.names;
        painter.block_upwards(name, (MARGIN, middle), LABEL)
    }

    /// Draws a band in the colour of its line.
    fn band(&self, band: &Band) -> Result<(), ChartError> {
        let look = Look::of(&self.chart.series[band.series]);
        let colour = look.colour.mix(OPACITY);
        let lower = band.points.iter().map(|(x, low, _)| self.at((*x, *low)));
        let upper = band.points.iter().map(|(x, _, high)| self.at((*x, *high)));
        let corners: Vec<(f64, f64)> = lower.chain(upper.rev()).collect();
        match corners.as_slice() {
            [from, to] => self.painter.line(&[*from, *to], &colour, SINGLE),
            _ => self.painter.polygon(&corners, colour),
        }
    }

    fn series(&self, series: &Series) -> Result<(), ChartError> {
        let look = Look::of(series);
        let points: Vec<(f64, f64)> = series.points.iter().map(|p| self.at(*p)).collect();
        if look.has_line && points.len() > 1 {
            self.painter.dashed(&points, &look.colour, 1.8, look.dash)?;
        }
        for point in points {
            self.point(point, look)?;
        }
        Ok(())
    }

    fn point(&self, at: (f64, f64), look: Look) -> Result<(), ChartError> {
        match look.point {
            Some(point) => self.painter.point(at, look.colour, point),
            None => Ok(()),
        }
    }

    /// Draws the names at the right, with samples and leaders.
    fn names(&self) -> Result<(), ChartError> {
        let painter = self.painter;
        let wish = |end: &End| Wish {
            middle: self.y(end.value),
            height: block_height(&end.lines, LABEL),
        };
        let wishes: Vec<Wish> = self.layout.ends.iter().map(wish).collect();
        let middles = spread(&wishes, (self.frame.top, self.frame.bottom));
        for (end, (wish, middle)) in self.layout.ends.iter().zip(wishes.iter().zip(middles)) {
            let start = match end.last {
                Some(last) if end.look.has_line => self.at(last).0 + 4.0,
                _ => self.frame.right,
            };
            let x = self.frame.right + LEADER;
            let leader = [(start, wish.middle), (x - LEADER, wish.middle), (x, middle)];
            painter.line(&leader, &end.look.colour.mix(0.5), 0.8)?;
            let sample = [(x, middle), (x + SAMPLE, middle)];
            if end.look.has_line {
                painter.dashed(&sample, &end.look.colour, 1.8, end.look.dash)?;
            }
            self.point((x + SAMPLE / 2.0, middle), end.look)?;
            let top = middle - wish.height / 2.0;
            let at = (x + SAMPLE + 6.0, top);
            painter.block(&end.lines, at, LABEL, HPos::Left)?;
        }
        Ok(())
    }
}
