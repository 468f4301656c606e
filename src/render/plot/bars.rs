//! Stacked horizontal bars: where the energy goes, in each variant on each table.
//!
//! Bars of one axis can be compared by their lengths. That makes some too short to
//! see, so each bar ends in its total as a number, and groups that are too far apart
//! have an axis each, whose name says so.

use plotters::style::RGBColor;
use plotters::style::text_anchor::HPos;

use super::axis::nice;
use super::bars_layout::{BAR, BAR_GAP, EnergyScale, Group, Layout, Line, SPACE};
use super::legend::{Entry, Swatch, legend};
use super::page::{self, LABEL, MARGIN, QUIET, STRONG, TICK};
use super::painter::{Painter, Rect, block_height, line_height};
use super::palette::{AXIS, GRID, Hatch, INK, PAPER, fill, paired_fill};
use super::style::FigureStyle;
use super::tick_label::step_label;
use super::{ChartError, Svg};
use crate::render::chart::{AxisUnit, SegmentFill, StackedBars};
use crate::units::Energy;

/// The width of a page on a screen.
const WIDTH: f64 = 760.0;
/// The distance between groups.
const GROUP_GAP: f64 = 17.0;
/// The least distance between two ticks.
const TICK_STEP: f64 = 55.0;
/// A white line parts two segments where both are at least this long.
const PARTED: f64 = 3.0;

/// Draws stacked bars.
///
/// The energies must be finite and not negative; each bar must have as many segments
/// as the legend has names, and there must be a bar.
pub fn stacked_bars(chart: &StackedBars, style: &FigureStyle) -> Result<Svg, ChartError> {
    check(chart)?;
    let sheet = style.sheet(WIDTH);
    let mut elements = String::new();
    let painter = Painter::new(&mut elements)?;
    let layout = Layout::of(chart, &painter, &sheet);
    let fills: Vec<(RGBColor, Hatch)> = (chart.legend.iter())
        .map(|segment| segment_fill(segment.fill))
        .collect();
    let entries: Vec<Entry> = (chart.legend.iter().zip(&fills))
        .map(|(segment, (colour, hatch))| Entry {
            swatch: Swatch::Fill(*colour, *hatch),
            name: segment.name.clone(),
        })
        .collect();
    let subtitle = chart.subtitle.as_deref();
    let mut y = page::heading(&painter, &sheet, &chart.title, subtitle)?;
    y = legend(&painter, &entries, y + 8.0, layout.width)?;
    let bars = Bars {
        painter: &painter,
        layout: &layout,
        fills: &fills,
    };
    y = bars.render(y + 12.0)?;
    let height = page::small_print(&painter, &chart.caption, y, layout.width)?;
    drop(painter);
    Ok(Svg::frame(&chart.title, &sheet, height, &elements))
}

fn check(chart: &StackedBars) -> Result<(), ChartError> {
    let mut bars = chart.groups.iter().flat_map(|group| &group.bars).peekable();
    if bars.peek().is_none() {
        return Err(ChartError::Empty("no bars".into()));
    }
    for bar in bars {
        if bar.segments.len() != chart.legend.len() {
            return Err(ChartError::Segments {
                bar: bar.label.clone(),
                expected: chart.legend.len(),
                found: bar.segments.len(),
            });
        }
        for (segment, energy) in chart.legend.iter().zip(&bar.segments) {
            let what = || format!("'{}' of bar '{}'", segment.name, bar.label);
            if !energy.picojoules().is_finite() {
                return Err(ChartError::NotFinite(what()));
            }
            if *energy < Energy::ZERO {
                return Err(ChartError::Negative(what()));
            }
        }
        if !bar.total().picojoules().is_finite() {
            let what = format!("the total of bar '{}'", bar.label);
            return Err(ChartError::NotFinite(what));
        }
    }
    Ok(())
}

fn segment_fill(segment: SegmentFill) -> (RGBColor, Hatch) {
    match segment {
        SegmentFill::Stage(index) => fill(index),
        SegmentFill::Part(index) => paired_fill(index),
    }
}

/// The bars where their layout says.
struct Bars<'p, 's> {
    painter: &'p Painter<'s>,
    layout: &'p Layout<'p>,
    fills: &'p [(RGBColor, Hatch)],
}

impl Bars<'_, '_> {
    /// How high a group is, with its name where that stands above the bars.
    fn height(&self, group: &Group<'_>) -> f64 {
        let label = block_height(&group.label, STRONG);
        match self.layout.is_stacked {
            true => label + group.bars_height(),
            false => group.bars_height().max(label),
        }
    }

    /// Draws bars, names and axes from `top` down. Gives the lower edge.
    fn render(&self, top: f64) -> Result<f64, ChartError> {
        if self.layout.has_own_axes {
            return self.one_by_one(top);
        }
        let heights = self.layout.groups.iter().map(|group| self.height(group));
        let gaps = GROUP_GAP * self.layout.groups.len() as f64;
        let bottom = top + heights.sum::<f64>() + gaps;
        let axis = self.layout.groups.first().map(|group| group.axis);
        let lower = match axis {
            Some(axis) => {
                let name = format!("Energy in {}", axis.unit);
                self.axis(axis, (top, bottom), &name)?
            }
            None => bottom,
        };
        if !self.layout.is_stacked {
            self.zero((top, bottom))?;
        }
        let mut y = top + GROUP_GAP / 2.0;
        for (index, group) in self.layout.groups.iter().enumerate() {
            if index > 0 {
                self.rule(y - GROUP_GAP / 2.0)?;
            }
            y = self.group(group, y)? + GROUP_GAP;
        }
        Ok(lower)
    }

    /// The same with an axis under every group.
    fn one_by_one(&self, top: f64) -> Result<f64, ChartError> {
        let mut y = top;
        for (index, group) in self.layout.groups.iter().enumerate() {
            if index > 0 {
                self.rule(y)?;
                y += GROUP_GAP / 2.0;
            }
            // The axis does not run through a name above the bars.
            let head = match self.layout.is_stacked {
                true => block_height(&group.label, STRONG),
                false => 0.0,
            };
            let upper = y + head + GROUP_GAP / 4.0;
            let bottom = y + self.height(group) + GROUP_GAP / 2.0;
            let name = format!("Energy in {}, own axis", group.axis.unit);
            let is_beside = self.beside(group, &name, y + GROUP_GAP / 4.0)?;
            let below = if is_beside { "" } else { name.as_str() };
            let lower = self.axis(group.axis, (upper, bottom), below)?;
            if !self.layout.is_stacked {
                self.zero((upper, bottom))?;
            }
            self.group(group, y + GROUP_GAP / 4.0)?;
            y = lower + 2.0;
        }
        Ok(y)
    }

    /// Writes the name of an axis beside that of its group, where names of groups
    /// stand above the bars and there is room. Gives whether it did.
    fn beside(&self, group: &Group<'_>, name: &str, top: f64) -> Result<bool, ChartError> {
        let (painter, layout) = (self.painter, self.layout);
        let [label] = group.label.as_slice() else {
            return Ok(false);
        };
        let needed = painter.width(label, STRONG) + 2.0 * SPACE + painter.width(name, TICK);
        if !layout.is_stacked || needed > layout.width - 2.0 * MARGIN {
            return Ok(false);
        }
        let at = (layout.width - MARGIN, top + line_height(STRONG) / 2.0);
        painter.text(name, at, TICK, HPos::Right)?;
        Ok(true)
    }

    fn rule(&self, y: f64) -> Result<(), ChartError> {
        let ends = [(MARGIN, y), (self.layout.width - MARGIN, y)];
        self.painter.line(&ends, &GRID, 1.0)
    }

    fn zero(&self, (top, bottom): (f64, f64)) -> Result<(), ChartError> {
        let x = self.layout.origin;
        self.painter.line(&[(x, top), (x, bottom)], &INK, 1.0)
    }

    /// Draws the name and the bars of a group. Gives the lower edge.
    fn group(&self, group: &Group<'_>, top: f64) -> Result<f64, ChartError> {
        let height = self.height(group);
        let label = block_height(&group.label, STRONG);
        let (label_top, bars_top) = match self.layout.is_stacked {
            true => (top, top + label),
            false => (
                top + (height - label) / 2.0,
                top + (height - group.bars_height()) / 2.0,
            ),
        };
        if self.layout.is_stacked {
            // No line runs through a name.
            let ground = Rect {
                left: MARGIN,
                top: label_top,
                right: MARGIN + self.painter.widest(&group.label, STRONG) + 2.0,
                bottom: label_top + label - 1.0,
            };
            self.painter.rect(ground, PAPER)?;
        }
        self.painter
            .block(&group.label, (MARGIN, label_top), STRONG, HPos::Left)?;
        if self.layout.is_stacked {
            let bottom = bars_top + group.bars_height() + GROUP_GAP / 4.0;
            self.zero((bars_top - 1.0, bottom))?;
        }
        let mut y = bars_top;
        for line in &group.lines {
            self.bar(line, group.axis.scale, y)?;
            y += line.height() + BAR_GAP;
        }
        Ok(top + height)
    }

    /// Draws grid, ticks and name of an energy axis; no name where it is empty. Gives
    /// the lower edge.
    fn axis(
        &self,
        axis: EnergyScale,
        (top, bottom): (f64, f64),
        name: &str,
    ) -> Result<f64, ChartError> {
        let (painter, layout) = (self.painter, self.layout);
        let right = layout.width - MARGIN;
        let per_unit = axis.scale * axis.unit.picojoules();
        let step = nice(TICK_STEP / per_unit);
        let row = bottom + 4.0 + line_height(TICK) / 2.0;
        let mut index = 0.0;
        while layout.origin + index * step * per_unit <= right + 0.01 {
            let x = layout.origin + index * step * per_unit;
            painter.line(&[(x, top), (x, bottom)], &GRID, 1.0)?;
            let label = step_label(index * step, step, AxisUnit::Plain);
            // The last label may reach into the margin but not out of the page.
            let half = painter.width(&label, TICK) / 2.0;
            let x = x.min(layout.width - 2.0 - half);
            painter.text(&label, (x, row), TICK, HPos::Center)?;
            index += 1.0;
        }
        painter.line(&[(layout.origin, bottom), (right, bottom)], &AXIS, 1.0)?;
        if name.is_empty() {
            return Ok(row + line_height(TICK) / 2.0 + 4.0);
        }
        let half = painter.width(name, LABEL) / 2.0;
        let middle = ((layout.origin + right) / 2.0).min(layout.width - MARGIN - half);
        let below = row + line_height(TICK) + 2.0;
        painter.text(name, (middle, below), LABEL, HPos::Center)?;
        Ok(below + line_height(LABEL) / 2.0 + 2.0)
    }

    /// Draws a bar with its name and its total.
    fn bar(&self, line: &Line<'_>, scale: f64, top: f64) -> Result<(), ChartError> {
        let (painter, layout) = (self.painter, self.layout);
        let middle = top + line.height() / 2.0;
        let name_top = middle - block_height(&line.name, LABEL) / 2.0;
        let at = (layout.origin - SPACE, name_top);
        painter.block(&line.name, at, LABEL, HPos::Right)?;

        let (upper, lower) = (middle - BAR / 2.0, middle + BAR / 2.0);
        let mut left = layout.origin;
        let mut before = 0.0;
        for (energy, fill) in line.bar.segments.iter().zip(self.fills) {
            let length = energy.picojoules() * scale;
            let segment = Rect {
                left,
                top: upper,
                right: left + length,
                bottom: lower,
            };
            painter.hatched(segment, *fill)?;
            if length >= PARTED && before >= PARTED {
                painter.line(&[(left, upper), (left, lower)], &PAPER, 0.8)?;
            }
            left += length;
            // Segments of no length do not come between their neighbours.
            before = if length > 0.0 { length } else { before };
        }

        let mut x = left + SPACE;
        let ground = Rect {
            left: x - 2.0,
            top: upper,
            right: left + line.end(painter) + 2.0,
            bottom: lower,
        };
        painter.rect(ground, PAPER)?;
        painter.text(&line.total, (x, middle), LABEL, HPos::Left)?;
        x += painter.width(&line.total, LABEL) + SPACE;
        painter.text(&line.note, (x, middle), QUIET, HPos::Left)
    }
}
