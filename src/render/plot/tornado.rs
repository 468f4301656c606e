//! Tornado: which input moves a result most.
//!
//! Each bar runs from the result with an input at the low end of its range to the
//! result with it at the high end, in two colours that meet at the result as it is. What the
//! input was stands beyond the bar's ends, notes in a column of their own at the right.

use plotters::style::text_anchor::HPos;

use super::legend::{Entry, Swatch, legend};
use super::page::{self, LABEL, MARGIN, QUIET, TICK};
use super::painter::{Painter, Rect, block_height, line_height};
use super::palette::{AXIS, GRID, Hatch, INK, PAPER, line};
use super::style::FigureStyle;
use super::tornado_layout::{BAR, Layout, NAME_SPACE, NOTE_SPACE, Row, SPACE, WIDTH};
use super::{ChartError, Svg};
use crate::render::chart::Tornado;

/// The distance between two bars.
const GAP: f64 = 7.0;

/// Draws a tornado.
///
/// There must be a bar, and baseline and results must be finite.
pub fn tornado(chart: &Tornado, style: &FigureStyle) -> Result<Svg, ChartError> {
    check(chart)?;
    let sheet = style.sheet(WIDTH);
    let mut elements = String::new();
    let painter = Painter::new(&mut elements)?;
    let entries = entries();
    let layout = Layout::of(chart, &painter, &sheet)?;
    let subtitle = chart.subtitle.as_deref();
    let mut y = page::heading(&painter, &sheet, &chart.title, subtitle)?;
    y = legend(&painter, &entries, y + 8.0, layout.width)?;
    y = plot(&painter, &layout, y + 6.0)?;
    let height = page::small_print(&painter, &chart.caption, y, layout.width)?;
    drop(painter);
    Ok(Svg::frame(&chart.title, &sheet, height, &elements))
}

fn check(chart: &Tornado) -> Result<(), ChartError> {
    if chart.bars.is_empty() {
        return Err(ChartError::Empty("no bars".into()));
    }
    if !chart.baseline.is_finite() {
        return Err(ChartError::NotFinite("the baseline".into()));
    }
    for bar in &chart.bars {
        for (value, end) in [(bar.low, "low"), (bar.high, "high")] {
            if !value.is_finite() {
                let what = format!("the {end} end of bar '{}'", bar.label);
                return Err(ChartError::NotFinite(what));
            }
        }
    }
    Ok(())
}

/// The colour of the low end is the first, that of the high end the fifth of the
/// lines: blue and amber, which differ in lightness as well.
const SIDES: [usize; 2] = [0, 4];

fn entries() -> Vec<Entry> {
    let names = ["input at its low end", "input at its high end"];
    let entry = |(name, side): (&str, usize)| Entry {
        swatch: Swatch::Fill(line(side), Hatch::Plain),
        name: name.to_string(),
    };
    names.into_iter().zip(SIDES).map(entry).collect()
}

/// Draws baseline, bars and axis from `top` down. Gives the lower edge.
fn plot(painter: &Painter<'_>, layout: &Layout, top: f64) -> Result<f64, ChartError> {
    let name_row = top + line_height(TICK) / 2.0;
    let upper = top + line_height(TICK) + 3.0;
    let heights: f64 = layout.rows.iter().map(|row| row.height + GAP).sum();
    let lower = upper + heights + GAP;
    let bottom = axis(painter, layout, (upper, lower))?;

    let x = layout.baseline;
    painter.line(&[(x, upper), (x, lower)], &INK, 1.2)?;
    let mut middle = upper + GAP;
    for row in &layout.rows {
        middle += row.height / 2.0;
        bar(painter, layout, row, middle)?;
        middle += row.height / 2.0 + GAP;
    }

    let half = painter.width(&layout.baseline_label, TICK) / 2.0;
    let x = x.min(layout.width - MARGIN - half).max(MARGIN + half);
    let style = super::font::Type {
        colour: INK,
        ..TICK
    };
    painter.text(&layout.baseline_label, (x, name_row), style, HPos::Center)?;
    Ok(bottom)
}

/// Draws grid, ticks and name of the axis. Gives the lower edge.
fn axis(
    painter: &Painter<'_>,
    layout: &Layout,
    (upper, lower): (f64, f64),
) -> Result<f64, ChartError> {
    let row = lower + 4.0 + line_height(TICK) / 2.0;
    for (x, label) in &layout.ticks {
        painter.line(&[(*x, upper), (*x, lower)], &GRID, 1.0)?;
        // The outermost labels may reach into the margin but not out of the page.
        let half = painter.width(label, TICK) / 2.0 + 2.0;
        let x = x.min(layout.width - half).max(half);
        painter.text(label, (x, row), TICK, HPos::Center)?;
    }
    painter.line(&[(layout.left, lower), (layout.right, lower)], &AXIS, 1.0)?;
    let below = row + line_height(TICK) / 2.0 + 1.0;
    let middle = (layout.left + layout.right) / 2.0;
    painter.block(&layout.axis_name, (middle, below), LABEL, HPos::Center)
}

/// Draws a bar with its names.
fn bar(painter: &Painter<'_>, layout: &Layout, row: &Row, middle: f64) -> Result<(), ChartError> {
    let middle = match layout.is_narrow {
        true => {
            let top = middle - row.height / 2.0;
            let ground = Rect {
                left: layout.left,
                top,
                right: layout.left + painter.widest(&row.name, LABEL) + 2.0,
                bottom: top + block_height(&row.name, LABEL),
            };
            painter.rect(ground, PAPER)?;
            let bottom = painter.block(&row.name, (layout.left, top), LABEL, HPos::Left)?;
            bottom + BAR / 2.0
        }
        false => {
            let top = middle - block_height(&row.name, LABEL) / 2.0;
            let name_at = (layout.left - NAME_SPACE, top);
            painter.block(&row.name, name_at, LABEL, HPos::Right)?;
            middle
        }
    };
    let at = |lines: &[String]| middle - block_height(lines, LABEL) / 2.0;

    let base = layout.baseline;
    let ends = row.ends.map(|end| base + end * layout.scale);
    let (left, right) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
    // Texts interrupt the grid, or they would be hard to read.
    let before = left.min(base) - SPACE - painter.width(&row.before, LABEL);
    let after = right.max(base) + SPACE;
    for (text, start) in [(&row.before, before), (&row.after, after)] {
        let width = painter.width(text, LABEL);
        let ground = Rect {
            left: start - 2.0,
            top: middle - BAR / 2.0,
            right: start + width + 2.0,
            bottom: middle + BAR / 2.0,
        };
        if !text.is_empty() {
            painter.rect(ground, PAPER)?;
        }
        painter.text(text, (start, middle), LABEL, HPos::Left)?;
    }

    // Two sides that lie on top of one another take half of the thickness each.
    let halves = row.ends[0] * row.ends[1] > 0.0;
    for (index, (end, side)) in ends.into_iter().zip(SIDES).enumerate() {
        let (upper, lower) = match (halves, index) {
            (false, _) => (-BAR / 2.0, BAR / 2.0),
            (true, 0) => (-BAR / 2.0, 0.0),
            (true, _) => (0.0, BAR / 2.0),
        };
        let rect = Rect {
            left: end.min(base),
            top: middle + upper,
            right: end.max(base),
            bottom: middle + lower,
        };
        painter.rect(rect, line(side))?;
    }
    let note_at = (layout.right + NOTE_SPACE, at(&row.note));
    painter.block(&row.note, note_at, QUIET, HPos::Left)?;
    Ok(())
}
