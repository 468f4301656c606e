//! The fonts inside the binary, and how wide a text is in them.
//!
//! Layout must not ask the machine for its fonts: the answer would differ from
//! machine to machine, and with it the picture. The SVG names a list of fallbacks for
//! viewers without DejaVu Sans; Verdana shares its metrics and the others are
//! narrower, so what fits here fits there.

use ttf_parser::Face;

use super::ChartError;

/// DejaVu Sans, a subset.
pub const REGULAR: &[u8] = include_bytes!("../../../assets/fonts/DejaVuSans-subset.ttf");

/// DejaVu Sans Bold, a subset.
pub const BOLD: &[u8] = include_bytes!("../../../assets/fonts/DejaVuSans-Bold-subset.ttf");

/// The name under which the embedded fonts are registered.
pub const FAMILY: &str = "DejaVu Sans";

/// The families an SVG asks for, best first.
pub const FAMILIES: &str = "'DejaVu Sans', Verdana, Arial, Helvetica, sans-serif";

/// Size, weight and colour of a text.
#[derive(Debug, Clone, Copy)]
pub struct Type {
    /// The size of an em, in pixels.
    pub size: f64,
    /// Whether the text is bold.
    pub bold: bool,
    /// The colour.
    pub colour: plotters::style::RGBColor,
}

/// The faces with which text is measured.
pub struct Fonts {
    regular: Face<'static>,
    bold: Face<'static>,
}

impl Fonts {
    /// The embedded fonts.
    pub fn embedded() -> Result<Fonts, ChartError> {
        let face = |data| Face::parse(data, 0).map_err(|e| ChartError::Drawing(e.to_string()));
        Ok(Fonts {
            regular: face(REGULAR)?,
            bold: face(BOLD)?,
        })
    }

    /// How wide `text` is on one line, in pixels. A character that the font does not
    /// have is taken to be an em wide, which is as wide as fallback fonts get.
    pub fn width(&self, text: &str, style: Type) -> f64 {
        let face = if style.bold {
            &self.bold
        } else {
            &self.regular
        };
        let em = u32::from(face.units_per_em());
        let units: u32 = text
            .chars()
            .map(|c| {
                let advance = face
                    .glyph_index(c)
                    .and_then(|id| face.glyph_hor_advance(id));
                advance.map_or(em, u32::from)
            })
            .sum();
        f64::from(units) / f64::from(em) * style.size
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn widths_are_those_of_the_font() {
        let fonts = Fonts::embedded().unwrap();
        let style = |bold| Type {
            size: 2048.0,
            bold,
            colour: plotters::style::BLACK,
        };
        // Advances of DejaVu Sans in its 2048 units per em: a digit 1303, a space
        // 651; of the bold face: a digit 1425.
        assert_eq!(fonts.width("10 ", style(false)), 1303.0 * 2.0 + 651.0);
        assert_eq!(fonts.width("10", style(true)), 1425.0 * 2.0);
        assert_eq!(fonts.width("能", style(false)), 2048.0);
    }

    #[test]
    fn the_signs_that_charts_use_are_in_both_fonts() {
        let fonts = Fonts::embedded().unwrap();
        for c in "µρ·×−≥≤⌊⌋%…–—→±≈√∞⁰¹²³⁴⁵⁶⁷⁸⁹⁻₀₉äßé\u{202f}\u{2009}\u{a0}".chars()
        {
            assert!(fonts.regular.glyph_index(c).is_some(), "{c} in regular");
            assert!(fonts.bold.glyph_index(c).is_some(), "{c} in bold");
        }
    }
}
