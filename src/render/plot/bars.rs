//! Stacked horizontal bars: where the energy goes, in each variant on each table.
//!
//! All bars share one energy axis, or their lengths could not be compared. That makes
//! some too short to see, so each bar ends in its total as a number. Names stand to
//! the left in as much room as they need; the scale is then the largest at which every
//! bar and the number at its end fit.

use plotters::style::RGBColor;
use plotters::style::text_anchor::HPos;

use super::axis::nice;
use super::legend::{self, Entry, Swatch, legend};
use super::page::{self, LABEL, MARGIN, QUIET, STRONG, TICK};
use super::painter::{Painter, Rect, block_height, line_height};
use super::palette::{AXIS, GRID, Hatch, INK, PAPER, fill, paired_fill};
use super::tick_label::step_label;
use super::{ChartError, Svg};
use crate::render::chart::{AxisUnit, Bar, StackedBars, Tones};
use crate::units::{Energy, Unit, significant};

/// The width of a page that nothing forces to be wider.
const WIDTH: f64 = 760.0;
/// The least length of the longest bar.
const LEAST_BAR: f64 = 260.0;
/// Names longer than this are broken between words.
const LONGEST_NAME: f64 = 150.0;
/// The thickness of a bar, if its name is a single line.
const BAR: f64 = 17.0;
/// The distance between bars of a group.
const BAR_GAP: f64 = 5.0;
/// The distance between groups.
const GROUP_GAP: f64 = 17.0;
/// The distance between things that stand side by side.
const SPACE: f64 = 7.0;
/// Chosen far below anything that computes: erasing a bit takes 3·10⁻⁹ pJ at room
/// temperature. A scale for less would be beyond the range of numbers.
const LEAST_ENERGY: f64 = 1e-15;
/// The least distance between two ticks.
const TICK_STEP: f64 = 70.0;
/// A white line parts two segments where both are at least this long.
const PARTED: f64 = 3.0;

/// Draws stacked bars.
///
/// The energies must be finite and not negative; each bar must have as many segments
/// as the legend has names, and there must be a bar.
pub fn stacked_bars(chart: &StackedBars) -> Result<Svg, ChartError> {
    check(chart)?;
    let mut elements = String::new();
    let painter = Painter::new(&mut elements)?;
    let layout = Layout::of(chart, &painter);
    let subtitle = chart.subtitle.as_deref();
    let mut y = page::heading(&painter, &chart.title, subtitle, layout.width)?;
    y = legend(&painter, &entries(chart), y + 8.0, layout.width)?;
    y = plot(&painter, &layout, y + 12.0)?;
    let height = page::small_print(&painter, &chart.caption, y, layout.width)?;
    drop(painter);
    Ok(Svg::frame(&chart.title, (layout.width, height), &elements))
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
        for (name, energy) in chart.legend.iter().zip(&bar.segments) {
            let what = || format!("'{name}' of bar '{}'", bar.label);
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

/// A bar and its texts, broken into lines.
struct Line<'c> {
    bar: &'c Bar,
    name: Vec<String>,
    total: String,
}

impl Line<'_> {
    fn height(&self) -> f64 {
        block_height(&self.name, LABEL).max(BAR)
    }

    /// How much room total and note take, with the space before them.
    fn end(&self, painter: &Painter<'_>) -> f64 {
        let note = self.bar.note.as_deref();
        let note = note.map_or(0.0, |note| SPACE + painter.width(note, QUIET));
        SPACE + painter.width(&self.total, LABEL) + note
    }
}

/// Where things are.
struct Layout<'c> {
    width: f64,
    tones: Tones,
    unit: Unit,
    /// Pixels per picojoule.
    scale: f64,
    /// The left edge of the bars.
    origin: f64,
    groups: Vec<(Vec<String>, Vec<Line<'c>>)>,
}

impl<'c> Layout<'c> {
    fn of(chart: &'c StackedBars, painter: &Painter<'_>) -> Layout<'c> {
        let totals = chart.groups.iter().flat_map(|group| &group.bars);
        let largest = totals
            .map(|bar| bar.total().picojoules())
            .fold(0.0, f64::max);
        let unit = Energy::from_picojoules(largest).unit();
        // Without any energy to speak of, the axis goes to one picojoule.
        let largest = if largest > LEAST_ENERGY { largest } else { 1.0 };

        let mut groups = Vec::new();
        let (mut group_names, mut names, mut ends) = (0f64, 0f64, 0f64);
        for group in &chart.groups {
            let label = match group.label.is_empty() {
                true => Vec::new(),
                false => painter.wrap(&group.label, LONGEST_NAME, STRONG),
            };
            group_names = group_names.max(painter.widest(&label, STRONG));
            let mut lines = Vec::new();
            for bar in &group.bars {
                let line = Line {
                    bar,
                    name: painter.wrap(&bar.label, LONGEST_NAME, LABEL),
                    total: total_label(bar.total(), unit),
                };
                names = names.max(painter.widest(&line.name, LABEL));
                ends = ends.max(line.end(painter));
                lines.push(line);
            }
            groups.push((label, lines));
        }
        let gap = if group_names > 0.0 { 2.0 * SPACE } else { 0.0 };
        let origin = MARGIN + group_names + gap + names + SPACE;

        let subtitle = chart.subtitle.as_deref();
        let width = WIDTH
            .max(page::least_width(
                painter,
                &chart.title,
                subtitle,
                &chart.caption,
            ))
            .max(legend::least_width(painter, &entries(chart)))
            .max(origin + LEAST_BAR + ends + MARGIN)
            .ceil();
        let mut scale = f64::INFINITY;
        for line in groups.iter().flat_map(|(_, lines)| lines) {
            let room = width - MARGIN - origin - line.end(painter);
            // A fraction first, since a quotient by a tiny energy may overflow.
            let fraction = line.bar.total().picojoules() / largest;
            scale = scale.min(match fraction > 0.0 {
                true => room / fraction,
                false => f64::INFINITY,
            });
        }
        let scale = scale.min(width - MARGIN - origin) / largest;
        Layout {
            width,
            tones: chart.tones,
            unit,
            scale,
            origin,
            groups,
        }
    }
}

/// The total at the end of a bar, in the unit of the axis unless that would take
/// more than two zeros after the point.
fn total_label(total: Energy, unit: Unit) -> String {
    let value = total.in_unit(unit);
    match value == 0.0 || value >= 0.0095 {
        true => format!("{} {unit}", significant(value, 3)),
        false => total.to_string(),
    }
}

/// The legend: a sample of each fill with its name.
fn entries(chart: &StackedBars) -> Vec<Entry> {
    let entry = |(index, name): (usize, &String)| {
        let (colour, hatch) = segment_fill(chart.tones, index);
        Entry {
            swatch: Swatch::Fill(colour, hatch),
            name: name.clone(),
        }
    };
    chart.legend.iter().enumerate().map(entry).collect()
}

/// The fill of segment `index`.
fn segment_fill(tones: Tones, index: usize) -> (RGBColor, Hatch) {
    match tones {
        Tones::Single => fill(index),
        Tones::Pairs => paired_fill(index),
    }
}

/// Draws bars, names and axis from `top` down. Gives the lower edge.
fn plot(painter: &Painter<'_>, layout: &Layout<'_>, top: f64) -> Result<f64, ChartError> {
    let heights = layout.groups.iter().map(group_height);
    let gaps = GROUP_GAP * layout.groups.len() as f64;
    let bottom = top + heights.sum::<f64>() + gaps;
    axis(painter, layout, (top, bottom))?;
    let mut y = top + GROUP_GAP / 2.0;
    for (index, group) in layout.groups.iter().enumerate() {
        let height = group_height(group);
        if index > 0 {
            let rule = y - GROUP_GAP / 2.0;
            let ends = [(MARGIN, rule), (layout.width - MARGIN, rule)];
            painter.line(&ends, &GRID, 1.0)?;
        }
        let (label, lines) = group;
        let label_top = y + (height - block_height(label, STRONG)) / 2.0;
        painter.block(label, (MARGIN, label_top), STRONG, HPos::Left)?;
        let bars: f64 = bars_height(lines);
        let mut bar_top = y + (height - bars) / 2.0;
        for line in lines {
            bar(painter, layout, line, bar_top)?;
            bar_top += line.height() + BAR_GAP;
        }
        y += height + GROUP_GAP;
    }
    let zero = [(layout.origin, top), (layout.origin, bottom)];
    painter.line(&zero, &INK, 1.0)?;
    Ok(bottom + 2.0 + 2.0 * line_height(TICK) + 4.0)
}

fn bars_height(lines: &[Line<'_>]) -> f64 {
    let gaps = BAR_GAP * lines.len().saturating_sub(1) as f64;
    lines.iter().map(Line::height).sum::<f64>() + gaps
}

fn group_height((label, lines): &(Vec<String>, Vec<Line<'_>>)) -> f64 {
    bars_height(lines).max(block_height(label, STRONG))
}

/// Draws grid, ticks and name of the energy axis.
fn axis(
    painter: &Painter<'_>,
    layout: &Layout<'_>,
    (top, bottom): (f64, f64),
) -> Result<(), ChartError> {
    let right = layout.width - MARGIN;
    let per_unit = layout.scale * layout.unit.picojoules();
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
    let name = format!("Energy in {}", layout.unit);
    let below = row + line_height(TICK) + 2.0;
    painter.text(
        &name,
        ((layout.origin + right) / 2.0, below),
        LABEL,
        HPos::Center,
    )
}

/// Draws a bar with its name and its total.
fn bar(
    painter: &Painter<'_>,
    layout: &Layout<'_>,
    line: &Line<'_>,
    top: f64,
) -> Result<(), ChartError> {
    let middle = top + line.height() / 2.0;
    let name_top = middle - block_height(&line.name, LABEL) / 2.0;
    let at = (layout.origin - SPACE, name_top);
    painter.block(&line.name, at, LABEL, HPos::Right)?;

    let (upper, lower) = (middle - BAR / 2.0, middle + BAR / 2.0);
    let mut left = layout.origin;
    let mut before = 0.0;
    for (index, energy) in line.bar.segments.iter().enumerate() {
        let length = energy.picojoules() * layout.scale;
        let segment = Rect {
            left,
            top: upper,
            right: left + length,
            bottom: lower,
        };
        painter.hatched(segment, segment_fill(layout.tones, index))?;
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
    if let Some(note) = &line.bar.note {
        x += painter.width(&line.total, LABEL) + SPACE;
        painter.text(note, (x, middle), QUIET, HPos::Left)?;
    }
    Ok(())
}
