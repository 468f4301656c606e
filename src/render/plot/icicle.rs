//! Icicles: boxes below one another, each as wide as its part of the whole.

use plotters::style::RGBColor;
use plotters::style::text_anchor::HPos;

use super::font::Type;
use super::icicle_layout::{Content, Placed, layout};
use super::interactive::{FIELD_WIDTH, search_field};
use super::legend::{Entry, Swatch, legend};
use super::page::{self, LABEL, MARGIN};
use super::painter::{Painter, Rect};
use super::palette::{self, GRID, Hatch, INK, PAPER};
use super::style::FigureStyle;
use super::{ChartError, Svg};
use crate::render::chart::{Icicle, IcicleBox, IcicleTone};

/// The width of a page on a screen.
const WIDTH: f64 = 1000.0;
/// The height of a row, with the line below it.
const ROW: f64 = 25.0;
/// The white lines between boxes.
const GAP: f64 = 1.0;
/// White space beside a text in its box.
const PADDING: f64 = 4.0;
/// A label that keeps fewer characters says nothing.
const SHORTEST: usize = 3;

/// Draws an icicle. The sizes must be finite and not below zero.
pub fn icicle(chart: &Icicle, style: &FigureStyle) -> Result<Svg, ChartError> {
    check(&chart.root)?;
    let sheet = style.sheet(WIDTH);
    let mut elements = String::new();
    let painter = Painter::new(&mut elements)?;
    let entries: Vec<Entry> = chart.legend.iter().map(entry).collect();
    let subtitle = chart.subtitle.as_deref();
    let width = sheet.width;
    // Paper cannot be searched.
    let beside = match sheet.is_print() {
        true => 0.0,
        false => FIELD_WIDTH + MARGIN,
    };
    let mut y = page::heading_beside(&painter, &sheet, &chart.title, (subtitle, beside))?;
    if !entries.is_empty() {
        y = legend(&painter, &entries, y + 8.0, width)?;
    }
    let top = (y + 10.0).ceil();
    let layout = layout(&chart.root, width - 2.0 * MARGIN);
    for placed in &layout.placed {
        draw(&painter, placed, top)?;
    }
    let bottom = top + layout.rows as f64 * ROW;
    let mut caption = chart.caption.clone();
    if layout.folded > 0 {
        let boxes = if layout.folded == 1 { "box" } else { "boxes" };
        let line = format!(
            "{} {boxes} too narrow to draw: folded into grey ones, or left out where these are too narrow as well.",
            layout.folded
        );
        caption.insert(0, line);
    }
    let height = page::small_print(&painter, &caption, bottom, width)?;
    drop(painter);
    if !sheet.is_print() {
        elements += &search_field((width - MARGIN, MARGIN - 4.0));
    }
    Ok(Svg::frame(&chart.title, &sheet, height, &elements))
}

fn check(own: &IcicleBox) -> Result<(), ChartError> {
    if !own.size.is_finite() {
        return Err(ChartError::NotFinite(format!(
            "the size of '{}'",
            own.label
        )));
    }
    if own.size < 0.0 {
        return Err(ChartError::Negative(format!("the size of '{}'", own.label)));
    }
    own.children.iter().try_for_each(check)
}

fn entry((name, tone): &(String, IcicleTone)) -> Entry {
    let (colour, hatch) = fill(*tone);
    Entry {
        swatch: Swatch::Fill(colour, hatch),
        name: name.clone(),
    }
}

fn draw(painter: &Painter<'_>, placed: &Placed<'_>, top: f64) -> Result<(), ChartError> {
    let upper = top + placed.row as f64 * ROW;
    let rect = Rect {
        left: MARGIN + placed.left,
        top: upper,
        right: MARGIN + (placed.right - GAP).max(placed.left + 0.5),
        bottom: upper + ROW - GAP,
    };
    let paint = fill(placed.tone());
    match &placed.content {
        Content::Box(own) => painter.in_box(&own.label, &own.detail, || {
            painter.hatched(rect, paint)?;
            label(painter, (&own.label, &own.note), rect, paint)
        }),
        Content::Folded(count) => {
            let boxes = if *count == 1 { "box" } else { "boxes" };
            let words = format!("{count} {boxes} too narrow to draw");
            painter.in_box(&words, &words, || {
                painter.rect(rect, paint.0)?;
                label(painter, (&format!("{count} more"), ""), rect, paint)
            })
        }
    }
}

/// The name of a box, with its number where there is room for both; shortened, or
/// left out, where there is none for it.
fn label(
    painter: &Painter<'_>,
    (name, note): (&str, &str),
    rect: Rect,
    (ground, hatch): (RGBColor, Hatch),
) -> Result<(), ChartError> {
    let room = rect.right - rect.left - 2.0 * PADDING;
    let style = Type {
        colour: if is_dark(ground) { PAPER } else { INK },
        ..LABEL
    };
    let with_note = match note {
        "" => name.to_owned(),
        note => format!("{name}  {note}"),
    };
    let fits = |text: &str| painter.width(text, style) <= room;
    let text = match () {
        () if fits(&with_note) => with_note,
        () if fits(name) => name.to_owned(),
        () => match shortened(name, fits) {
            Some(text) => text,
            None => return Ok(()),
        },
    };
    if hatch != Hatch::Plain {
        // Text on hatching is hard to read.
        let behind = Rect {
            left: rect.left + PADDING - 2.0,
            top: rect.top + 4.0,
            right: rect.left + PADDING + painter.width(&text, style) + 2.0,
            bottom: rect.bottom - 4.0,
        };
        painter.rect(behind, ground)?;
    }
    let middle = (rect.top + rect.bottom) / 2.0;
    painter.text(&text, (rect.left + PADDING, middle), style, HPos::Left)
}

/// As much of a name as fits, before an ellipsis.
fn shortened(name: &str, fits: impl Fn(&str) -> bool) -> Option<String> {
    let ends: Vec<usize> = name.char_indices().map(|(at, _)| at).collect();
    let long_enough = ends.get(SHORTEST..)?.iter().rev();
    let mut texts = long_enough.filter_map(|end| {
        let start = name.get(..*end)?;
        Some(format!("{}…", start.trim_end_matches(['.', '/', ' '])))
    });
    // Names of thousands of characters fit nowhere: a box shows a few hundred.
    let skipped = ends.len().saturating_sub(LONGEST);
    texts
        .nth(skipped)
        .filter(|text| fits(text))
        .or_else(|| texts.find(|text| fits(text)))
}

/// No box shows more characters of a name.
const LONGEST: usize = 400;

fn fill(tone: IcicleTone) -> (RGBColor, Hatch) {
    match tone {
        IcicleTone::Neutral => (GRID, Hatch::Plain),
        IcicleTone::Segment { index, lighter } => {
            let (colour, hatch) = palette::fill(index);
            let part = 1.0 - 0.22 * f64::from(lighter.min(3));
            (mixed(colour, part), hatch)
        }
        IcicleTone::Change(value) => {
            let colour = palette::line(usize::from(value > 0.0));
            let part = 0.25 + 0.75 * value.abs().min(1.0);
            match value == 0.0 {
                true => (GRID, Hatch::Plain),
                false => (mixed(colour, part), Hatch::Plain),
            }
        }
    }
}

/// So much of a colour, and white.
fn mixed(RGBColor(red, green, blue): RGBColor, part: f64) -> RGBColor {
    let of = |value: u8| (f64::from(value) * part + 255.0 * (1.0 - part)).round() as u8;
    RGBColor(of(red), of(green), of(blue))
}

/// Whether white text is read better than black on a ground.
fn is_dark(RGBColor(red, green, blue): RGBColor) -> bool {
    let [red, green, blue] = [red, green, blue].map(f64::from);
    0.299 * red + 0.587 * green + 0.114 * blue < 140.0
}
