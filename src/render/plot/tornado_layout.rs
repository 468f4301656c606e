//! Where the things of a tornado are.
//!
//! The scale is the largest at which every bar fits together with the labels at both
//! of its ends. Each label claims room at its own side, so the baseline moves to
//! where the two sides need it.

use super::ChartError;
use super::axis::Extent;
use super::notation::Notation;
use super::page::{self, LABEL, MARGIN, QUIET, TICK};
use super::painter::{Painter, block_height};
use super::style::Sheet;
use crate::render::chart::{ChartAxis, Scale, Tornado, TornadoBar, ValueKind};

/// The width of a page on a screen.
pub const WIDTH: f64 = 760.0;
/// Names longer than this are broken.
const LONGEST_NAME: f64 = 150.0;
/// The thickness of a bar.
pub const BAR: f64 = 17.0;
/// The distance between things that stand side by side.
pub const SPACE: f64 = 7.0;
/// The distance between the names and the plot, wide enough that a label at the left
/// end of a bar does not seem to be part of the name.
pub const NAME_SPACE: f64 = 14.0;
/// The distance between the plot and the notes.
pub const NOTE_SPACE: f64 = 14.0;

/// A bar and its texts.
pub struct Row {
    /// The name, broken into lines.
    pub name: Vec<String>,
    /// The note, broken into lines; on narrow pages it is part of the name.
    pub note: Vec<String>,
    /// How far the result moves with the input at its low and at its high end, as a
    /// part of the furthest that any result moves.
    pub ends: [f64; 2],
    /// What stands to the left of the bar.
    pub before: String,
    /// What stands to the right of the bar.
    pub after: String,
    /// How high the row is.
    pub height: f64,
}

impl Row {
    fn of(bar: &TornadoBar, painter: &Painter<'_>, ends: [f64; 2], sheet: &Sheet<'_>) -> Row {
        let note = bar.note.as_deref().unwrap_or_default();
        let (name, note) = match sheet.is_narrow() {
            true => {
                let name = match note {
                    "" => bar.label.clone(),
                    note => format!("{} ({note})", bar.label),
                };
                (
                    painter.wrap(&name, sheet.width - 2.0 * MARGIN, LABEL),
                    Vec::new(),
                )
            }
            false if note.is_empty() => (painter.wrap(&bar.label, LONGEST_NAME, LABEL), Vec::new()),
            false => (
                painter.wrap(&bar.label, LONGEST_NAME, LABEL),
                painter.wrap(note, LONGEST_NAME, QUIET),
            ),
        };
        let label = |text: &str| painter.shortened(text.trim(), sheet.most(150.0, 0.2), LABEL);
        let (low_label, high_label) = (label(&bar.low_label), label(&bar.high_label));
        let both = format!("{low_label}, {high_label}");
        let (before, after) = match ends {
            [low, high] if low > 0.0 && high > 0.0 => (String::new(), both),
            [low, high] if low < 0.0 && high < 0.0 => (both, String::new()),
            [low, high] if low <= high => (low_label, high_label),
            _ => (high_label, low_label),
        };
        let own = block_height(&name, LABEL);
        Row {
            height: match sheet.is_narrow() {
                true => own + BAR,
                false => own.max(block_height(&note, QUIET)).max(BAR),
            },
            name,
            note,
            ends,
            before,
            after,
        }
    }

    /// How far the bar reaches to the left and to the right.
    fn reach(&self) -> (f64, f64) {
        let [low, high] = self.ends;
        (-low.min(high).min(0.0), low.max(high).max(0.0))
    }
}

/// Where things are.
pub struct Layout {
    /// The width of the page.
    pub width: f64,
    /// Whether names stand above their bars.
    pub is_narrow: bool,
    /// The left edge of the plot.
    pub left: f64,
    /// The right edge of the plot.
    pub right: f64,
    /// Where the baseline is.
    pub baseline: f64,
    /// How many pixels the result that moves furthest moves.
    pub scale: f64,
    /// The bars.
    pub rows: Vec<Row>,
    /// Where the ticks are, and what they say.
    pub ticks: Vec<(f64, String)>,
    /// What stands under the axis, broken into lines.
    pub axis_name: Vec<String>,
    /// What stands over the baseline.
    pub baseline_label: String,
}

impl Layout {
    /// The layout of `chart` on a page.
    pub fn of(
        chart: &Tornado,
        painter: &Painter<'_>,
        sheet: &Sheet<'_>,
    ) -> Result<Layout, ChartError> {
        let results = || chart.bars.iter().flat_map(|bar| [bar.low, bar.high]);
        let moves = results().map(|result| (result - chart.baseline).abs());
        let furthest = moves.fold(0.0, f64::max);
        if !furthest.is_finite() {
            return Err(ChartError::Span(chart.x_label.clone()));
        }
        let part = |result: f64| match furthest > 0.0 {
            true => (result - chart.baseline) / furthest,
            false => 0.0,
        };
        let row = |bar| Row::of(bar, painter, [bar.low, bar.high].map(part), sheet);
        let rows: Vec<Row> = chart.bars.iter().map(row).collect();

        let notation = Notation::of(chart.value, results().chain([chart.baseline]));
        let baseline_label = format!("as it is: {}", notation.text(chart.baseline));
        let baseline_label = painter.shortened(&baseline_label, sheet.width - 2.0 * MARGIN, TICK);
        let widest = |of: fn(&Row) -> &Vec<String>, style| {
            let widths = rows.iter().map(|row| painter.widest(of(row), style));
            widths.fold(0.0, f64::max)
        };
        let left = match sheet.is_narrow() {
            true => MARGIN,
            false => MARGIN + widest(|row| &row.name, LABEL) + NAME_SPACE,
        };
        let notes = match widest(|row| &row.note, QUIET) {
            0.0 => MARGIN,
            width => NOTE_SPACE + width + MARGIN,
        };
        let sides = Sides::of(&rows, painter);
        let width = sheet.width;
        let right = width - notes;
        let scale = sides.scale(right - left);
        let (before, after) = sides.needed(scale);
        // Room that is left over is shared.
        let baseline = left + before + (right - left - before - after) / 2.0;

        let axis_name =
            page::axis_lines(painter, &notation.axis_name(&chart.x_label), right - left);
        let mut layout = Layout {
            width,
            is_narrow: sheet.is_narrow(),
            left,
            right,
            baseline,
            scale,
            rows,
            ticks: Vec::new(),
            axis_name,
            baseline_label,
        };
        layout.ticks = layout.ticks(chart, painter, notation, furthest)?;
        Ok(layout)
    }

    /// Ticks along the whole axis, though not at shares above one, which would seem to
    /// say that a result can be there.
    fn ticks(
        &self,
        chart: &Tornado,
        painter: &Painter<'_>,
        notation: Notation,
        furthest: f64,
    ) -> Result<Vec<(f64, String)>, ChartError> {
        // Without any move, the axis still has an extent around the baseline.
        let furthest = match furthest > 0.0 {
            true => furthest,
            false if chart.baseline == 0.0 => 1.0,
            false => chart.baseline.abs() / 10.0,
        };
        let result = |x: f64| chart.baseline + (x - self.baseline) / self.scale * furthest;
        let ends = [result(self.left), result(self.right)].map(|end| notation.number(end));
        let axis = ChartAxis {
            label: chart.x_label.clone(),
            scale: Scale::Linear,
            range: Some((ends[0], ends[1])),
            unit: notation.axis(),
        };
        let extent = Extent::covering(&axis, &[], false)?;
        let length = self.right - self.left;
        let room = |label: &str| painter.width(label, TICK) + 16.0;
        let results = chart.bars.iter().flat_map(|bar| [bar.low, bar.high]);
        let most = results.fold(chart.baseline, f64::max);
        let whole = chart.value == ValueKind::Share && most <= 1.0;
        let ticks = extent.ticks(axis.unit, length, room).into_iter();
        Ok(ticks
            .filter(|tick| !whole || tick.value <= 1.0 + 1e-9)
            .map(|tick| {
                let x = self.left + extent.position(tick.value) * length;
                (x, tick.label)
            })
            .collect())
    }
}

/// What each row needs at each side of the baseline: the reach of its bar, as a part
/// of the furthest, and the width of the text beyond.
struct Sides {
    before: Vec<(f64, f64)>,
    after: Vec<(f64, f64)>,
}

impl Sides {
    fn of(rows: &[Row], painter: &Painter<'_>) -> Sides {
        let text = |text: &String| match text.is_empty() {
            true => 0.0,
            false => 2.0 * SPACE + painter.width(text, LABEL),
        };
        let before = rows.iter().map(|row| (row.reach().0, text(&row.before)));
        let after = rows.iter().map(|row| (row.reach().1, text(&row.after)));
        Sides {
            before: before.collect(),
            after: after.collect(),
        }
    }

    /// The largest scale at which everything fits into `room`: no row at the left and
    /// no row at the right may together need more.
    fn scale(&self, room: f64) -> f64 {
        let mut scale = room;
        for (left, left_text) in &self.before {
            for (right, right_text) in &self.after {
                let reach = left + right;
                if reach > 0.0 {
                    scale = scale.min((room - left_text - right_text).max(1.0) / reach);
                }
            }
        }
        scale
    }

    /// How much room each side needs at `scale`.
    fn needed(&self, scale: f64) -> (f64, f64) {
        let side = |side: &[(f64, f64)]| {
            let needs = side.iter().map(|(reach, text)| reach * scale + text);
            needs.fold(0.0, f64::max)
        };
        (side(&self.before), side(&self.after))
    }
}
