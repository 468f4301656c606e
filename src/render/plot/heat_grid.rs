//! The cells of a heat map on the pixels of the page.
//!
//! A cell reaches halfway to its neighbours. Its edges are moved to whole pixels, so
//! that no seam shows between two cells; of cells smaller than a pixel, those remain
//! in which a pixel begins, and the picture stays small however fine the grid is.

use std::collections::BTreeMap;

use plotters::style::RGBColor;

use super::ChartError;
use super::axis::{Extent, Tick};
use super::painter::Rect;
use super::palette::{INK, PAPER};
use super::tick_label::step_label;
use crate::render::chart::{AxisUnit, ChartAxis};
use crate::units::significant;

/// With more cells than this, ticks no longer stand at their middles.
const MOST_NAMED: usize = 24;
/// Every fifth cell is the least that is named.
const WIDEST_STRIDE: usize = 5;

/// The width and the colour of the lines of an outline, the lower one first: ink on
/// paper is seen on dark and on light colours.
pub const OUTLINE: [(f64, RGBColor); 2] = [(3.6, PAPER), (1.8, INK)];

/// A cell along one side: its index, and from where to where it reaches.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    /// Which cell.
    pub index: usize,
    /// Where it begins.
    pub start: f64,
    /// Where it ends, after its start.
    pub end: f64,
}

/// One side of the grid.
pub struct Side {
    extent: Extent,
    values: Vec<f64>,
    /// The positions of the edges of cells; one more than there are cells.
    edges: Vec<f64>,
    /// The positions at which the side begins and ends.
    ends: (f64, f64),
}

impl Side {
    /// The side with cells around `values`, which must rise.
    pub fn of(axis: &ChartAxis, values: &[f64]) -> Result<Side, ChartError> {
        if values.is_empty() {
            return Err(ChartError::Empty(format!(
                "no cells along '{}'",
                axis.label
            )));
        }
        let extent = Extent::covering(axis, values, false)?;
        if !values.windows(2).all(|pair| pair[0] < pair[1]) {
            return Err(ChartError::Order(axis.label.clone()));
        }
        let places: Vec<f64> = values.iter().map(|v| extent.position(*v)).collect();
        let between: Vec<f64> = places.windows(2).map(|w| (w[0] + w[1]) / 2.0).collect();
        // A single cell is as long as the extent; the outermost of several reach as far
        // outwards as they do inwards.
        let (low, high) = (places[0], places[places.len() - 1]);
        let (first, last) = match (between.first(), between.last()) {
            (Some(first), Some(last)) => (2.0 * low - first, 2.0 * high - last),
            _ => (low - 0.5, high + 0.5),
        };
        let mut edges = vec![first];
        edges.extend(between);
        edges.push(last);
        Ok(Side {
            extent,
            values: values.to_vec(),
            edges,
            // The range of an axis may reach further than its cells.
            ends: match axis.range {
                Some(_) => (first.min(0.0), last.max(1.0)),
                None => (first, last),
            },
        })
    }

    /// A length near `length` in which cells of equal width are whole pixels wide.
    pub fn whole(&self, length: f64) -> f64 {
        let cells = self.values.len() as f64;
        match length >= 4.0 * cells {
            true => (length / cells).floor() * cells,
            false => length.floor(),
        }
    }

    fn place(&self, position: f64) -> f64 {
        (position - self.ends.0) / (self.ends.1 - self.ends.0)
    }

    /// Where `value` lies along the side: 0 at its beginning, 1 at its end.
    pub fn at(&self, value: f64) -> f64 {
        self.place(self.extent.position(value))
    }

    /// The cells that have a pixel, along a side from `from` to `to`, in the order in
    /// which they come on the page.
    pub fn spans(&self, from: f64, to: f64) -> Vec<Span> {
        let pixel = |edge: &f64| (from + self.place(*edge) * (to - from)).round();
        let edges: Vec<f64> = self.edges.iter().map(pixel).collect();
        let spans = edges.windows(2).enumerate().map(|(index, ends)| Span {
            index,
            start: ends[0].min(ends[1]),
            end: ends[0].max(ends[1]),
        });
        let mut spans: Vec<Span> = spans.filter(|span| span.start < span.end).collect();
        if to < from {
            spans.reverse();
        }
        spans
    }

    /// Ticks for a side `length` pixels long, where a label takes up as many pixels
    /// as `room` says: at the middles of cells if these are few and their values are
    /// short numbers, else where any axis would have them.
    pub fn ticks(&self, unit: AxisUnit, length: f64, room: impl Fn(&str) -> f64) -> Vec<Tick> {
        if self.values.len() <= MOST_NAMED
            && let Some(all) = self.named(unit)
        {
            for stride in 1..=WIDEST_STRIDE {
                let ticks: Vec<Tick> = all.iter().step_by(stride).cloned().collect();
                let fit = ticks.windows(2).all(|pair| {
                    let apart = (self.at(pair[1].value) - self.at(pair[0].value)) * length;
                    apart >= (room(&pair[0].label) + room(&pair[1].label)) / 2.0
                });
                if fit {
                    return ticks;
                }
            }
        }
        let length = length / (self.ends.1 - self.ends.0);
        self.extent.ticks(unit, length, room)
    }

    /// A tick for each cell, if all values are short numbers or there is only one.
    fn named(&self, unit: AxisUnit) -> Option<Vec<Tick>> {
        let (factor, sign) = match unit {
            AxisUnit::Plain => (1.0, ""),
            AxisUnit::Percent => (100.0, " %"),
        };
        let short = |decimals: &i32| {
            let fine = factor * 10f64.powi(*decimals);
            let whole = |v: &f64| ((v * fine).round() - v * fine).abs() <= 1e-9 * (v * fine).abs();
            self.values.iter().all(whole)
        };
        let tick = |value: f64, label: String| Tick { value, label };
        match ((0..=3).find(short), self.values.as_slice()) {
            (Some(decimals), values) => {
                let step = 1.0 / (factor * 10f64.powi(decimals));
                let label = |v: &f64| tick(*v, step_label(*v, step, unit));
                Some(values.iter().map(label).collect())
            }
            (None, [single]) => {
                let number = significant(single * factor, 4).replace('-', "−");
                Some(vec![tick(*single, number + sign)])
            }
            (None, _) => None,
        }
    }
}

/// The rectangles of each level: cells side by side of the same level are one, and
/// so are equal rectangles below one another. `level` takes a row and a column.
pub fn patches(
    rows: &[Span],
    columns: &[Span],
    level: impl Fn(usize, usize) -> Option<usize>,
) -> BTreeMap<usize, Vec<Rect>> {
    let mut patches: BTreeMap<usize, Vec<Rect>> = BTreeMap::new();
    // The rectangles that end in the row above, by level and edges in pixels.
    let mut above: BTreeMap<(usize, i64, i64), usize> = BTreeMap::new();
    for row in rows {
        let mut here = BTreeMap::new();
        let same = |a: &Span, b: &Span| level(row.index, a.index) == level(row.index, b.index);
        for run in columns.chunk_by(same) {
            let (first, last) = (run[0], run[run.len() - 1]);
            let Some(level) = level(row.index, first.index) else {
                continue;
            };
            let rects = patches.entry(level).or_default();
            let key = (level, first.start as i64, last.end as i64);
            let index = match above.get(&key) {
                Some(index) => {
                    rects[*index].bottom = row.end;
                    *index
                }
                None => {
                    rects.push(Rect {
                        left: first.start,
                        top: row.start,
                        right: last.end,
                        bottom: row.end,
                    });
                    rects.len() - 1
                }
            };
            here.insert(key, index);
        }
        above = here;
    }
    patches
}

/// The lines between cells that are `inside` and cells that are not, `width` wide, as
/// rectangles that overlap at corners.
pub fn outline(
    rows: &[Span],
    columns: &[Span],
    inside: impl Fn(usize, usize) -> bool,
    width: f64,
) -> Vec<Rect> {
    let half = width / 2.0;
    let mut lines = Vec::new();
    for_each_border(rows, columns, &inside, |at, from, to| {
        lines.push(Rect {
            left: from - half,
            top: at - half,
            right: to + half,
            bottom: at + half,
        });
    });
    let turned = |column: usize, row: usize| inside(row, column);
    for_each_border(columns, rows, turned, |at, from, to| {
        lines.push(Rect {
            left: at - half,
            top: from - half,
            right: at + half,
            bottom: to + half,
        });
    });
    lines
}

/// Calls `found` with the place and the two ends of each border between two lines of
/// cells, of which one is inside and the other is not.
fn for_each_border(
    lines: &[Span],
    cells: &[Span],
    inside: impl Fn(usize, usize) -> bool,
    mut found: impl FnMut(f64, f64, f64),
) {
    let is_in =
        |line: Option<&Span>, cell: &Span| line.is_some_and(|line| inside(line.index, cell.index));
    for number in 0..=lines.len() {
        let before = number.checked_sub(1).and_then(|before| lines.get(before));
        let after = lines.get(number);
        let Some(at) = after.map(|s| s.start).or(before.map(|s| s.end)) else {
            continue;
        };
        let border = |cell: &Span| is_in(before, cell) != is_in(after, cell);
        for run in cells.chunk_by(|a, b| border(a) == border(b)) {
            if border(&run[0]) {
                found(at, run[0].start, run[run.len() - 1].end);
            }
        }
    }
}
