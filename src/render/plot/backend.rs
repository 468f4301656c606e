//! The plotters backend that writes SVG elements.
//!
//! Plotters counts in whole pixels, which is too coarse for text and thin bars, so
//! one of its pixels is 1/20 of ours. Coordinates stay integers until they are
//! printed with two decimals: no float formatting, no platform in the output. The
//! backend writes elements only; [`super::Svg`] puts the frame around them once the
//! size is known.

use std::convert::Infallible;
use std::fmt::Write as _;

use plotters::style::text_anchor::{HPos, VPos};
use plotters::style::{FontStyle, FontTransform};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
};

/// How many of plotters' pixels make one of ours.
pub const FINE: i32 = 20;

/// From the middle of a capital letter down to the baseline, in ems of DejaVu Sans.
const HALF_CAPITAL: f64 = 0.3645;
/// From the top of the tallest letter down to the baseline.
const ASCENT: f64 = 0.76;
/// From the baseline down to the lowest descender.
const DESCENT: f64 = 0.24;

/// Appends SVG elements to a string.
pub struct SvgBackend<'a> {
    out: &'a mut String,
}

impl<'a> SvgBackend<'a> {
    /// A backend that appends to `out`.
    pub fn new(out: &'a mut String) -> SvgBackend<'a> {
        SvgBackend { out }
    }

    /// Many filled rectangles as one path, each given by its upper left and lower
    /// right corner, without seams between them. A heat map of rectangles of their own would be ten times as long.
    pub fn rects(&mut self, corners: &[BackendCoord], colour: BackendColor) -> BackendResult {
        let mut path = String::new();
        for pair in corners.chunks_exact(2) {
            let ((left, top), (right, bottom)) = (pair[0], pair[1]);
            let (x, y) = (number(left), number(top));
            let (width, height) = (number(right - left), number(bottom - top));
            let back = number(left - right);
            let _ = write!(path, "M{x} {y}h{width}v{height}h{back}z");
        }
        self.element(format_args!(
            r#"<path fill="{}" shape-rendering="crispEdges" d="{path}"/>"#,
            hex(colour)
        ))
    }

    /// Opens a box that can be looked for by its label and says `detail` to whoever
    /// points at it.
    pub fn open_box(&mut self, label: &str, detail: &str) -> BackendResult {
        let (label, detail) = (escape(label), escape(detail));
        self.element(format_args!(
            r#"<g class="box" data-label="{label}"><title>{detail}</title>"#
        ))
    }

    /// Closes the last box that was opened.
    pub fn close_box(&mut self) -> BackendResult {
        self.element(format_args!("</g>"))
    }

    fn element(&mut self, element: std::fmt::Arguments<'_>) -> BackendResult {
        // Writing to a string does not fail.
        let _ = self.out.write_fmt(element);
        self.out.push('\n');
        Ok(())
    }
}

type BackendResult = Result<(), DrawingErrorKind<Infallible>>;

impl DrawingBackend for SvgBackend<'_> {
    type ErrorType = Infallible;

    /// More than any chart needs: what is drawn decides the size, not the reverse.
    fn get_size(&self) -> (u32, u32) {
        (1 << 24, 1 << 24)
    }

    fn ensure_prepared(&mut self) -> BackendResult {
        Ok(())
    }

    fn present(&mut self) -> BackendResult {
        Ok(())
    }

    fn draw_pixel(&mut self, point: BackendCoord, color: BackendColor) -> BackendResult {
        self.draw_rect(point, (point.0 + 1, point.1 + 1), &color, true)
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> BackendResult {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> BackendResult {
        let paint = paint(style, fill);
        self.element(format_args!(
            r#"<rect x="{}" y="{}" width="{}" height="{}"{paint}/>"#,
            number(upper_left.0),
            number(upper_left.1),
            number(bottom_right.0 - upper_left.0),
            number(bottom_right.1 - upper_left.1),
        ))
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> BackendResult {
        let (points, paint) = (points(path), paint(style, false));
        self.element(format_args!(
            r#"<polyline points="{points}"{paint} stroke-linejoin="round"/>"#
        ))
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> BackendResult {
        let paint = paint(style, fill);
        self.element(format_args!(
            r#"<circle cx="{}" cy="{}" r="{}"{paint}/>"#,
            number(center.0),
            number(center.1),
            number(i32::try_from(radius).unwrap_or(i32::MAX)),
        ))
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        vert: I,
        style: &S,
    ) -> BackendResult {
        let (points, paint) = (points(vert), paint(style, true));
        self.element(format_args!(r#"<polygon points="{points}"{paint}/>"#))
    }

    fn draw_text<T: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &T,
        (x, y): BackendCoord,
    ) -> BackendResult {
        let down = style.size()
            * match style.anchor().v_pos {
                VPos::Top => ASCENT,
                VPos::Center => HALF_CAPITAL,
                VPos::Bottom => -DESCENT,
            };
        let down = down.round() as i32;
        let (degrees, dx, dy) = match style.transform() {
            FontTransform::None => (0, 0, down),
            FontTransform::Rotate90 => (90, -down, 0),
            FontTransform::Rotate180 => (180, 0, -down),
            FontTransform::Rotate270 => (-90, down, 0),
        };
        let (x, y) = (number(x + dx), number(y + dy));
        let anchor = match style.anchor().h_pos {
            HPos::Left => "",
            HPos::Center => r#" text-anchor="middle""#,
            HPos::Right => r#" text-anchor="end""#,
        };
        let weight = match style.style() {
            FontStyle::Bold => r#" font-weight="bold""#,
            FontStyle::Normal | FontStyle::Oblique | FontStyle::Italic => "",
        };
        let turn = match degrees {
            0 => String::new(),
            degrees => format!(r#" transform="rotate({degrees} {x} {y})""#),
        };
        let size = number(style.size().round() as i32);
        let (fill, text) = (hex(style.color()), escape(text));
        self.element(format_args!(
            r#"<text x="{x}" y="{y}" font-size="{size}"{weight}{anchor}{turn} fill="{fill}">{text}</text>"#
        ))
    }
}

/// A length in twentieths as pixels with up to two decimals.
fn number(fine: i32) -> String {
    let (whole, rest) = (fine.unsigned_abs() / 20, fine.unsigned_abs() % 20);
    let sign = if fine < 0 { "-" } else { "" };
    match rest * 5 {
        0 => format!("{sign}{whole}"),
        cents if cents % 10 == 0 => format!("{sign}{whole}.{}", cents / 10),
        cents => format!("{sign}{whole}.{cents:02}"),
    }
}

fn points(path: impl IntoIterator<Item = BackendCoord>) -> String {
    let points: Vec<String> = path
        .into_iter()
        .map(|(x, y)| format!("{},{}", number(x), number(y)))
        .collect();
    points.join(" ")
}

fn hex(color: BackendColor) -> String {
    let (r, g, b) = color.rgb;
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// The attributes that fill or stroke a shape.
fn paint<S: BackendStyle>(style: &S, fill: bool) -> String {
    let color = style.color();
    let kind = if fill { "fill" } else { "stroke" };
    let mut out = format!(r#" {kind}="{}""#, hex(color));
    if color.alpha < 1.0 {
        let _ = write!(out, r#" {kind}-opacity="{}""#, color.alpha);
    }
    if !fill {
        let width = i32::try_from(style.stroke_width()).unwrap_or(i32::MAX);
        let _ = write!(out, r#" fill="none" stroke-width="{}""#, number(width));
    }
    out
}

/// `text` as XML character data, or as an attribute between double quotes.
/// Characters that XML cannot hold become U+FFFD, and so do marks that would turn
/// the direction of what stands beside them.
pub fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\t' | '\n' | '\r' => out.push(' '),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            '\u{61c}' | '\u{200e}' | '\u{200f}' => out.push('\u{fffd}'),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => out.push('\u{fffd}'),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_exact_with_two_decimals() {
        assert_eq!(number(0), "0");
        assert_eq!(number(20), "1");
        assert_eq!(number(21), "1.05");
        assert_eq!(number(30), "1.5");
        assert_eq!(number(-1), "-0.05");
    }

    #[test]
    fn text_cannot_leave_its_element() {
        assert_eq!(escape("a<b> & \"c\""), "a&lt;b&gt; &amp; &quot;c&quot;");
        assert_eq!(escape("a\u{1b}\nb"), "a\u{fffd} b");
        // A mark that would write what follows from right to left.
        assert_eq!(escape("a\u{202e}b"), "a\u{fffd}b");
    }
}
