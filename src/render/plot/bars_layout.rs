//! Where the things of stacked bars are.
//!
//! Names stand to the left in as much room as they need, on narrow pages those of
//! groups above their bars; the scale is then the largest at which every bar and the
//! number at its end fit. Groups of very different size, such as fp32 beside int8,
//! have an axis each: on one, the bars of the smaller could not be seen.

use super::page::{LABEL, MARGIN, QUIET, STRONG};
use super::painter::{Painter, block_height};
use super::style::Sheet;
use crate::render::chart::{Bar, BarGroup, StackedBars};
use crate::units::{Energy, Unit, significant};

/// Names longer than this are broken.
const LONGEST_NAME: f64 = 150.0;
/// The thickness of a bar, if its name is a single line.
pub const BAR: f64 = 17.0;
/// The distance between bars of a group.
pub const BAR_GAP: f64 = 5.0;
/// The distance between things that stand side by side.
pub const SPACE: f64 = 7.0;
/// Chosen far below anything that computes: erasing a bit takes 3·10⁻⁹ pJ at room
/// temperature. A scale for less would be beyond the range of numbers.
const LEAST_ENERGY: f64 = 1e-15;
/// Groups share an axis unless the largest is so many times as large as the smallest.
const APART: f64 = 10.0;

/// A bar and its texts, broken into lines.
pub struct Line<'c> {
    /// The bar.
    pub bar: &'c Bar,
    /// Its name.
    pub name: Vec<String>,
    /// Its total.
    pub total: String,
    /// What is said after the total.
    pub note: String,
}

impl Line<'_> {
    /// How high the bar is with its name.
    pub fn height(&self) -> f64 {
        block_height(&self.name, LABEL).max(BAR)
    }

    /// How much room total and note take, with the space before them.
    pub fn end(&self, painter: &Painter<'_>) -> f64 {
        let note = match self.note.as_str() {
            "" => 0.0,
            note => SPACE + painter.width(note, QUIET),
        };
        SPACE + painter.width(&self.total, LABEL) + note
    }
}

/// An axis that groups share.
#[derive(Debug, Clone, Copy)]
pub struct EnergyScale {
    /// The unit of its numbers.
    pub unit: Unit,
    /// Pixels per picojoule.
    pub scale: f64,
}

/// Bars that stand together.
pub struct Group<'c> {
    /// What they have in common.
    pub label: Vec<String>,
    /// The bars.
    pub lines: Vec<Line<'c>>,
    /// Their axis.
    pub axis: EnergyScale,
}

impl Group<'_> {
    /// How high the bars are together.
    pub fn bars_height(&self) -> f64 {
        let gaps = BAR_GAP * self.lines.len().saturating_sub(1) as f64;
        self.lines.iter().map(Line::height).sum::<f64>() + gaps
    }
}

/// Where things are.
pub struct Layout<'c> {
    /// The width of the page.
    pub width: f64,
    /// The left edge of the bars.
    pub origin: f64,
    /// Whether the names of groups stand above their bars.
    pub is_stacked: bool,
    /// Whether every group has an axis of its own.
    pub has_own_axes: bool,
    /// The groups.
    pub groups: Vec<Group<'c>>,
}

impl<'c> Layout<'c> {
    /// The layout of `chart` on a page.
    pub fn of(chart: &'c StackedBars, painter: &Painter<'_>, sheet: &Sheet<'_>) -> Layout<'c> {
        let is_stacked = sheet.is_narrow();
        let has_own_axes = are_apart(&chart.groups);
        let largest = chart.groups.iter().map(largest).fold(0.0, f64::max);
        let longest = sheet.most(LONGEST_NAME, 0.36);
        let of_groups = match is_stacked {
            true => sheet.width - 2.0 * MARGIN,
            false => longest,
        };
        let mut groups: Vec<Group<'c>> = Vec::new();
        for group in &chart.groups {
            let largest = match has_own_axes {
                true => self::largest(group),
                false => largest,
            };
            let unit = Energy::from_picojoules(largest).unit();
            let label = match group.label.is_empty() {
                true => Vec::new(),
                false => painter.wrap(&group.label, of_groups, STRONG),
            };
            let lines = group.bars.iter().map(|bar| {
                let note = bar.note.as_deref().unwrap_or_default();
                Line {
                    bar,
                    name: painter.wrap(&bar.label, longest, LABEL),
                    total: total_label(bar.total(), unit),
                    note: painter.shortened(note, sheet.most(200.0, 0.3), QUIET),
                }
            });
            groups.push(Group {
                label,
                lines: lines.collect(),
                axis: EnergyScale { unit, scale: 0.0 },
            });
        }
        let all = || groups.iter().flat_map(|group| &group.lines);
        let names = all().map(|line| painter.widest(&line.name, LABEL));
        let names = names.fold(0.0, f64::max);
        let beside = match is_stacked {
            true => 0.0,
            false => {
                let widths = groups
                    .iter()
                    .map(|group| painter.widest(&group.label, STRONG));
                match widths.fold(0.0, f64::max) {
                    0.0 => 0.0,
                    width => width + 2.0 * SPACE,
                }
            }
        };
        let mut layout = Layout {
            width: sheet.width,
            origin: MARGIN + beside + names + SPACE,
            is_stacked,
            has_own_axes,
            groups,
        };
        layout.scale(painter, largest);
        layout
    }

    /// The largest scale at which everything fits: of all groups, or of each.
    fn scale(&mut self, painter: &Painter<'_>, largest: f64) {
        let room = self.width - MARGIN - self.origin;
        let scale = |groups: &[Group<'_>], largest: f64| {
            // Without any energy to speak of, the axis goes to one picojoule.
            let largest = if largest > LEAST_ENERGY { largest } else { 1.0 };
            let mut scale = room;
            for line in groups.iter().flat_map(|group| &group.lines) {
                // A fraction first, since a quotient by a tiny energy may overflow.
                let fraction = line.bar.total().picojoules() / largest;
                if fraction > 0.0 {
                    scale = scale.min((room - line.end(painter)).max(1.0) / fraction);
                }
            }
            scale / largest
        };
        if !self.has_own_axes {
            let shared = scale(&self.groups, largest);
            for group in &mut self.groups {
                group.axis.scale = shared;
            }
            return;
        }
        for group in &mut self.groups {
            let totals = group.lines.iter().map(|line| line.bar.total().picojoules());
            let largest = totals.fold(0.0, f64::max);
            group.axis.scale = scale(std::slice::from_ref(group), largest);
        }
    }
}

/// The largest bar of a group, in picojoules.
fn largest(group: &BarGroup) -> f64 {
    let totals = group.bars.iter().map(|bar| bar.total().picojoules());
    totals.fold(0.0, f64::max)
}

/// Whether groups are of so different size that one axis would hide some.
fn are_apart(groups: &[BarGroup]) -> bool {
    let sizes = groups
        .iter()
        .map(largest)
        .filter(|size| *size > LEAST_ENERGY);
    let (mut least, mut most) = (f64::INFINITY, 0.0_f64);
    for size in sizes {
        (least, most) = (least.min(size), most.max(size));
    }
    // Halves of the exponent's range: a quotient of the two may overflow.
    most > least && most / APART >= least
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
