//! How a figure is set: how wide it is in print, how large its type is, and under
//! which title.
//!
//! A chart is laid out in units of its own, of which the type of names and numbers is
//! 11.5 high. Without a width a unit is a pixel and the page is as wide as screens
//! like it. With one, a unit is what makes the type as large as it was asked for, and
//! the page has as many units as fit into the width: a narrow figure is laid out anew,
//! never scaled down.

use std::fmt;
use std::str::FromStr;

/// Points in a millimetre.
const POINTS_PER_MM: f64 = 72.0 / 25.4;
/// The height of the type of names and numbers, in units.
const LABEL_UNITS: f64 = 11.5;
/// A figure is at least this wide, in units: twenty times as wide as its type is high.
const LEAST_UNITS: f64 = 20.0 * LABEL_UNITS;
/// What a slide of 16 to 9 leaves for a figure, in millimetres.
const SLIDE_MM: f64 = 254.0;

/// How wide a figure is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FigureWidth {
    /// So many millimetres.
    Millimetres(f64),
    /// As a slide leaves room for one, in the type of slides.
    Slide,
}

impl FigureWidth {
    /// The least and the most, in millimetres.
    pub const RANGE: (f64, f64) = (40.0, 1000.0);

    /// The width in millimetres.
    pub fn millimetres(self) -> f64 {
        match self {
            FigureWidth::Millimetres(width) => width,
            FigureWidth::Slide => SLIDE_MM,
        }
    }
}

/// How high the type of names and numbers is, in points. The smallest type of a
/// figure, its small print, is 10/11.5 of that: 6 points where this is 7.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FontSize(f64);

impl FontSize {
    /// The least and the most, in points.
    pub const RANGE: (f64, f64) = (7.0, 48.0);

    /// The size in points.
    pub fn points(self) -> f64 {
        self.0
    }
}

/// How a figure is set. Nothing given is a figure for screens.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FigureStyle {
    /// How wide it is.
    pub width: Option<FigureWidth>,
    /// How large its type is: 8 points in print and 18 on slides unless given.
    pub font: Option<FontSize>,
    /// A title in the place of its own; an empty one is none.
    pub title: Option<String>,
}

/// Why a figure cannot be set like this.
#[derive(Debug, Clone, PartialEq)]
pub enum StyleError {
    /// No width, or one that no figure has.
    Width(String),
    /// No size of type, or one that no figure has.
    Font(String),
    /// Too narrow for its type: the width, and the least one, in millimetres.
    Narrow(f64, f64, f64),
}

impl fmt::Display for StyleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (least, most) = FigureWidth::RANGE;
        let (small, large) = FontSize::RANGE;
        match self {
            StyleError::Width(text) => write!(
                f,
                "`{text}` is no width of a figure: {least} mm to {most} mm, such as `84mm`, \
                 `17.4cm` or `3.5in`, or `slide`"
            ),
            StyleError::Font(text) => write!(
                f,
                "`{text}` is no size of type: {small}pt to {large}pt, such as `8pt` (the small \
                 print beside 7 pt is 6 pt, the least that is read in print)"
            ),
            StyleError::Narrow(width, font, least) => write!(
                f,
                "{width} mm is too narrow for type of {font} pt: it takes {least} mm or more"
            ),
        }
    }
}

impl std::error::Error for StyleError {}

impl FromStr for FigureWidth {
    type Err = StyleError;

    fn from_str(text: &str) -> Result<FigureWidth, StyleError> {
        if text == "slide" {
            return Ok(FigureWidth::Slide);
        }
        let wrong = || StyleError::Width(text.to_owned());
        let units = [("mm", 1.0), ("cm", 10.0), ("in", 25.4)];
        let found = units.iter().find_map(|(unit, mm)| {
            let number = text.strip_suffix(unit)?;
            Some(decimal(number)? * mm)
        });
        let (least, most) = FigureWidth::RANGE;
        match found {
            Some(mm) if (least..=most).contains(&mm) => Ok(FigureWidth::Millimetres(mm)),
            _ => Err(wrong()),
        }
    }
}

impl FromStr for FontSize {
    type Err = StyleError;

    fn from_str(text: &str) -> Result<FontSize, StyleError> {
        let (least, most) = FontSize::RANGE;
        let points = decimal(text.strip_suffix("pt").unwrap_or(text));
        match points.filter(|points| (least..=most).contains(points)) {
            Some(points) => Ok(FontSize(points)),
            None => Err(StyleError::Font(text.to_owned())),
        }
    }
}

/// A plain decimal number, without sign, exponent or words.
fn decimal(text: &str) -> Option<f64> {
    let text = text.trim();
    let plain = |c: char| c.is_ascii_digit() || c == '.';
    text.chars().all(plain).then(|| text.parse().ok()).flatten()
}

impl FigureStyle {
    /// Whether its type has room at its width.
    ///
    /// # Errors
    /// It is too narrow.
    pub fn check(&self) -> Result<(), StyleError> {
        let (Some(width), Some(unit)) = (self.width, self.unit_points()) else {
            return Ok(());
        };
        let least = LEAST_UNITS * unit / POINTS_PER_MM;
        if width.millimetres() + 1e-9 < least {
            let font = unit * LABEL_UNITS;
            let up = (least * 10.0).ceil() / 10.0;
            return Err(StyleError::Narrow(width.millimetres(), font, up));
        }
        Ok(())
    }

    /// How many points a unit is; nothing where it is a pixel of a screen.
    fn unit_points(&self) -> Option<f64> {
        let usual = self.width.map(|width| match width {
            FigureWidth::Millimetres(_) => 8.0,
            FigureWidth::Slide => 18.0,
        });
        let points = self.font.map(FontSize::points).or(usual)?;
        Some(points / LABEL_UNITS)
    }

    /// The page of a chart that is `usual` units wide on a screen.
    pub(super) fn sheet(&self, usual: f64) -> Sheet<'_> {
        let unit_mm = self.unit_points().map(|points| points / POINTS_PER_MM);
        let width = match (self.width, unit_mm) {
            (Some(width), Some(unit)) => (width.millimetres() / unit).max(LEAST_UNITS),
            _ => usual,
        };
        Sheet {
            style: self,
            width,
            unit_mm,
        }
    }
}

/// A page of a chart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sheet<'s> {
    style: &'s FigureStyle,
    /// How wide it is, in units.
    pub(super) width: f64,
    /// How many millimetres a unit is; nothing where it is a pixel.
    unit_mm: Option<f64>,
}

impl Sheet<'_> {
    /// Whether what stands side by side on a wide page has to stand below one another.
    pub(super) fn is_narrow(&self) -> bool {
        self.width < 520.0
    }

    /// Whether a width in print was asked for.
    pub(super) fn is_print(&self) -> bool {
        self.style.width.is_some()
    }

    /// `usual` units, or that part of the width where it is less.
    pub(super) fn most(&self, usual: f64, part: f64) -> f64 {
        usual.min(part * self.width)
    }

    /// The title: the one given, or the chart's own.
    pub(super) fn title<'t>(&'t self, own: &'t str) -> &'t str {
        self.style.title.as_deref().unwrap_or(own)
    }

    /// A length in units as SVG says it: in millimetres, or in pixels.
    pub(super) fn length(&self, units: f64) -> String {
        match self.unit_mm {
            None => format!("{units}"),
            Some(mm) => format!("{}mm", rounded(units * mm)),
        }
    }

    /// How many pixels of a PNG stand for one of the SVG: two on screens, 300 to an
    /// inch in print.
    pub(super) fn png_scale(&self) -> f32 {
        match self.unit_mm {
            None => 2.0,
            Some(_) => 300.0 / 96.0,
        }
    }
}

/// Two decimals, none of them a zero at the end.
pub(super) fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn width(text: &str) -> Result<f64, StyleError> {
        text.parse::<FigureWidth>().map(FigureWidth::millimetres)
    }

    #[test]
    fn widths_are_read_in_the_units_of_journals() {
        assert_eq!(width("84mm"), Ok(84.0));
        assert_eq!(width("8.4cm"), Ok(84.0));
        assert_eq!(width("3.5in"), Ok(3.5 * 25.4));
        assert_eq!(width("slide"), Ok(254.0));
    }

    #[test]
    fn widths_that_no_figure_has_are_refused_with_what_is_allowed() {
        for text in [
            "0", "0mm", "-84mm", "39mm", "1001mm", "1e2mm", "infmm", "nanmm", "84", "84pt", "mm",
            "", "Slide", "8 4mm", "1..2cm",
        ] {
            let told = width(text).unwrap_err().to_string();
            assert!(told.contains("40 mm to 1000 mm"), "{text}: {told}");
        }
        for text in ["0pt", "6pt", "6.9", "49pt", "8px", "inf", ""] {
            let told = text.parse::<FontSize>().unwrap_err().to_string();
            assert!(told.contains("7pt to 48pt"), "{text}: {told}");
        }
    }

    /// Twenty times as wide as the type is high: 20 · 12 pt are 84.67 mm.
    #[test]
    fn a_figure_too_narrow_for_its_type_says_how_wide_it_would_be() {
        let style = |width: &str, font: &str| FigureStyle {
            width: Some(width.parse().unwrap()),
            font: Some(font.parse().unwrap()),
            title: None,
        };
        assert_eq!(style("84.7mm", "12pt").check(), Ok(()));
        assert_eq!(
            style("84mm", "12pt").check().unwrap_err().to_string(),
            "84 mm is too narrow for type of 12 pt: it takes 84.7 mm or more"
        );
    }
}
