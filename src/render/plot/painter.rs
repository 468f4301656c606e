//! Shapes and texts, in pixels.
//!
//! Charts think in pixels as floats and in a handful of shapes. This module turns
//! those into plotters elements on the fine grid of the [`SvgBackend`], and knows the
//! fonts, so that whoever draws can also measure.

use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Circle, DashedPathElement, PathElement, Polygon, Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{
    Color, FontDesc, FontFamily, FontStyle, FontTransform, RGBColor, ShapeStyle, TextStyle,
};

use super::ChartError;
use super::backend::{FINE, SvgBackend};
use super::font::{FAMILY, Fonts, Type};
use super::group::BoxTag;
use super::palette::{Hatch, PAPER};
use super::rects::Rects;
use crate::render::wrap::wrap;

/// The part of a line's height that its text fills.
const LINE_HEIGHT: f64 = 1.35;

/// The distance between two lines of a hatching, measured along the x axis.
const HATCH_STEP: f64 = 4.5;

/// Paints shapes and texts through plotters.
pub struct Painter<'a> {
    fonts: Fonts,
    area: DrawingArea<SvgBackend<'a>, Shift>,
}

/// A rectangle by its edges.
#[derive(Debug, Clone, Copy)]
pub struct Rect {
    /// The left edge.
    pub left: f64,
    /// The upper edge.
    pub top: f64,
    /// The right edge.
    pub right: f64,
    /// The lower edge.
    pub bottom: f64,
}

impl Rect {
    /// The rectangle with each edge moved inwards by `by`.
    pub fn shrunk(self, by: f64) -> Rect {
        Rect {
            left: self.left + by,
            top: self.top + by,
            right: self.right - by,
            bottom: self.bottom - by,
        }
    }
}

/// The shape of a point of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
    /// A full dot.
    Dot,
    /// A ring.
    Ring,
    /// A square that stands on a corner.
    Diamond,
}

/// The pattern of a broken line: the lengths of dash and gap in pixels.
pub type Dash = (f64, f64);

impl<'a> Painter<'a> {
    /// A painter whose elements are appended to `out`.
    pub fn new(out: &'a mut String) -> Result<Painter<'a>, ChartError> {
        Ok(Painter {
            fonts: Fonts::embedded()?,
            area: SvgBackend::new(out).into_drawing_area(),
        })
    }

    /// How wide `text` is on one line.
    pub fn width(&self, text: &str, style: Type) -> f64 {
        self.fonts.width(text, style)
    }

    /// How wide the widest of `texts` is.
    pub fn widest<'t>(&self, texts: impl IntoIterator<Item = &'t String>, style: Type) -> f64 {
        let widths = texts.into_iter().map(|text| self.width(text, style));
        widths.fold(0.0, f64::max)
    }

    /// The lines of `text`, each at most `limit` wide: broken between words, and within
    /// one that is wider, after a sign that joins names if there is one.
    pub fn wrap(&self, text: &str, limit: f64, style: Type) -> Vec<String> {
        // `n = 128` is one word, and so is the kind of an axis.
        let held = text.replace(" = ", "\u{a0}=\u{a0}");
        let held = held.replace("log axis", "log\u{a0}axis");
        let lines = wrap(&held, limit, |line| self.width(line, style));
        let lines = lines.into_iter().map(|line| match text.contains('\u{a0}') {
            true => line,
            false => line.replace('\u{a0}', " "),
        });
        let lines: Vec<String> = lines.collect();
        let broken = lines
            .iter()
            .flat_map(|line| self.broken(line, limit, style));
        broken.collect()
    }

    /// The parts of a line that is too wide.
    fn broken(&self, line: &str, limit: f64, style: Type) -> Vec<String> {
        if self.width(line, style) <= limit {
            return vec![line.to_owned()];
        }
        let mut parts = Vec::new();
        let (mut start, mut width) = (0, 0.0);
        let mut joint = None;
        for (at, c) in line.char_indices() {
            let mut of_letter = [0; 4];
            let own = self.width(c.encode_utf8(&mut of_letter), style);
            if width + own > limit && at > start {
                let end = joint.filter(|joint| *joint > start).unwrap_or(at);
                parts.push(line.get(start..end).unwrap_or_default().to_owned());
                start = end;
                width = self.width(line.get(start..at).unwrap_or_default(), style);
                joint = None;
            }
            width += own;
            if matches!(c, '-' | '.' | '_' | '/' | ',' | ':' | '·' | '=') {
                joint = Some(at + c.len_utf8());
            }
        }
        parts.push(line.get(start..).unwrap_or_default().to_owned());
        parts
    }

    /// `text` where it is at most `limit` wide, else as much of it as fits before an
    /// ellipsis.
    pub fn shortened(&self, text: &str, limit: f64, style: Type) -> String {
        if self.width(text, style) <= limit {
            return text.to_owned();
        }
        let mut room = limit - self.width("…", style);
        let mut kept = String::new();
        for c in text.chars() {
            let mut of_letter = [0; 4];
            room -= self.width(c.encode_utf8(&mut of_letter), style);
            if room < 0.0 {
                break;
            }
            kept.push(c);
        }
        format!("{}…", kept.trim_end_matches(['.', '/', ' ', '-']))
    }

    /// A filled rectangle. One without extent draws nothing.
    pub fn rect(&self, rect: Rect, colour: impl Color) -> Result<(), ChartError> {
        let corners = [fine(rect.left, rect.top), fine(rect.right, rect.bottom)];
        if corners[0].0 == corners[1].0 || corners[0].1 == corners[1].1 {
            return Ok(());
        }
        self.done(self.area.draw(&Rectangle::new(corners, colour.filled())))
    }

    /// Many filled rectangles of one colour, as a single element. Where they overlap
    /// they are one shape.
    pub fn rects(&self, rects: &[Rect], colour: RGBColor) -> Result<(), ChartError> {
        let corners = rects
            .iter()
            .flat_map(|rect| [fine(rect.left, rect.top), fine(rect.right, rect.bottom)]);
        let element = Rects {
            corners: corners.collect(),
            colour,
        };
        match rects.is_empty() {
            true => Ok(()),
            false => self.done(self.area.draw(&element)),
        }
    }

    /// Draws what `inside` draws as one box, with its label and all there is to say
    /// of it.
    pub fn in_box(
        &self,
        label: &str,
        detail: &str,
        inside: impl FnOnce() -> Result<(), ChartError>,
    ) -> Result<(), ChartError> {
        let open = BoxTag::Open {
            label: label.to_owned(),
            detail: detail.to_owned(),
        };
        self.done(self.area.draw(&open))?;
        inside()?;
        self.done(self.area.draw(&BoxTag::Close))
    }

    /// A filled polygon.
    pub fn polygon(&self, corners: &[(f64, f64)], colour: impl Color) -> Result<(), ChartError> {
        let corners: Vec<(i32, i32)> = corners.iter().map(|(x, y)| fine(*x, *y)).collect();
        let element = Polygon::new(corners, colour.filled());
        self.done(self.area.draw(&element))
    }

    /// A filled rectangle with hatching.
    pub fn hatched(
        &self,
        rect: Rect,
        (colour, hatch): (RGBColor, Hatch),
    ) -> Result<(), ChartError> {
        self.rect(rect, colour)?;
        let height = rect.bottom - rect.top;
        let mut start = match hatch {
            Hatch::Plain => return Ok(()),
            // Lines begin on a grid of the whole page, so that neighbours join.
            Hatch::Rising | Hatch::Falling => {
                ((rect.left - height) / HATCH_STEP).ceil() * HATCH_STEP
            }
        };
        while start < rect.right {
            // At a height of `up` above the lower edge, the line is at `start + up`.
            let from = (rect.left - start).max(0.0);
            let to = (rect.right - start).min(height);
            if from < to {
                let y = |up: f64| match hatch {
                    Hatch::Falling => rect.top + up,
                    Hatch::Plain | Hatch::Rising => rect.bottom - up,
                };
                self.line(&[(start + from, y(from)), (start + to, y(to))], &PAPER, 1.0)?;
            }
            start += HATCH_STEP;
        }
        Ok(())
    }

    /// A line through `points`.
    pub fn line(
        &self,
        points: &[(f64, f64)],
        colour: &impl Color,
        width: f64,
    ) -> Result<(), ChartError> {
        let points: Vec<(i32, i32)> = points.iter().map(|(x, y)| fine(*x, *y)).collect();
        let element = PathElement::new(points, stroke(colour, width));
        self.done(self.area.draw(&element))
    }

    /// A line through `points`, broken where there is a `dash`.
    pub fn dashed(
        &self,
        points: &[(f64, f64)],
        colour: &impl Color,
        width: f64,
        dash: Option<Dash>,
    ) -> Result<(), ChartError> {
        let Some((dash, gap)) = dash else {
            return self.line(points, colour, width);
        };
        let points: Vec<(i32, i32)> = points.iter().map(|(x, y)| fine(*x, *y)).collect();
        let style = stroke(colour, width);
        let element = DashedPathElement::new(points, fine_length(dash), fine_length(gap), style);
        self.done(self.area.draw(&element))
    }

    /// A filled circle.
    pub fn dot(
        &self,
        (x, y): (f64, f64),
        radius: f64,
        colour: impl Color,
    ) -> Result<(), ChartError> {
        let element = Circle::new(fine(x, y), fine_length(radius), colour.filled());
        self.done(self.area.draw(&element))
    }

    /// A point of a line.
    pub fn point(
        &self,
        (x, y): (f64, f64),
        colour: RGBColor,
        point: Point,
    ) -> Result<(), ChartError> {
        match point {
            Point::Dot => self.dot((x, y), 2.8, colour),
            Point::Ring => {
                self.dot((x, y), 2.8, colour)?;
                self.dot((x, y), 1.5, PAPER)
            }
            Point::Diamond => {
                let side = 3.6;
                let corners = [(x, y - side), (x + side, y), (x, y + side), (x - side, y)];
                self.polygon(&corners, colour)
            }
        }
    }

    /// A line of text that begins, is centred or ends at `x`; the middle of its
    /// capitals lies at `y`.
    pub fn text(
        &self,
        text: &str,
        (x, y): (f64, f64),
        style: Type,
        anchor: HPos,
    ) -> Result<(), ChartError> {
        self.place(text, (x, y), style, anchor, FontTransform::None)
    }

    /// A line of text that runs upwards, centred at the point.
    pub fn text_upwards(&self, text: &str, at: (f64, f64), style: Type) -> Result<(), ChartError> {
        self.place(text, at, style, HPos::Center, FontTransform::Rotate270)
    }

    /// Lines of text that run upwards beside one another, from `left` on, each centred
    /// at `middle`.
    pub fn block_upwards(
        &self,
        lines: &[String],
        (left, middle): (f64, f64),
        style: Type,
    ) -> Result<(), ChartError> {
        let mut x = left + line_height(style) / 2.0;
        for line in lines {
            self.text_upwards(line, (x, middle), style)?;
            x += line_height(style);
        }
        Ok(())
    }

    /// Lines of text below one another, from `top` down. Gives the lower edge.
    pub fn block(
        &self,
        lines: &[String],
        (x, top): (f64, f64),
        style: Type,
        anchor: HPos,
    ) -> Result<f64, ChartError> {
        let mut middle = top + line_height(style) / 2.0;
        for line in lines {
            self.text(line, (x, middle), style, anchor)?;
            middle += line_height(style);
        }
        Ok(top + block_height(lines, style))
    }

    fn place(
        &self,
        text: &str,
        (x, y): (f64, f64),
        style: Type,
        anchor: HPos,
        transform: FontTransform,
    ) -> Result<(), ChartError> {
        if text.is_empty() {
            return Ok(());
        }
        let weight = match style.bold {
            true => FontStyle::Bold,
            false => FontStyle::Normal,
        };
        let size = style.size * f64::from(FINE);
        let font = FontDesc::new(FontFamily::Name(FAMILY), size, weight).transform(transform);
        let style = TextStyle::from(font)
            .color(&style.colour)
            .pos(Pos::new(anchor, VPos::Center));
        let element = Text::new(text.to_string(), fine(x, y), style);
        self.done(self.area.draw(&element))
    }

    fn done<E: std::error::Error>(&self, result: Result<(), E>) -> Result<(), ChartError> {
        result.map_err(|e| ChartError::Drawing(e.to_string()))
    }
}

/// The distance between two lines of text.
pub fn line_height(style: Type) -> f64 {
    style.size * LINE_HEIGHT
}

/// How high `lines` are below one another.
pub fn block_height(lines: &[String], style: Type) -> f64 {
    lines.len() as f64 * line_height(style)
}

fn fine_length(length: f64) -> i32 {
    (length * f64::from(FINE)).round() as i32
}

fn fine(x: f64, y: f64) -> (i32, i32) {
    (fine_length(x), fine_length(y))
}

fn stroke(colour: &impl Color, width: f64) -> ShapeStyle {
    colour.stroke_width(fine_length(width).max(1).unsigned_abs())
}
