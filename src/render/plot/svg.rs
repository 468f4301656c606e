//! The finished picture, as SVG and as PNG.

use std::fmt;
use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use super::ChartError;
use super::backend::escape;
use super::font::{BOLD, FAMILIES, FAMILY, REGULAR};

/// No side of a PNG is longer than this, in pixels.
const LONGEST_SIDE: f32 = 20_000.0;

/// A picture as SVG text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Svg(String);

impl Svg {
    /// The frame around drawn `elements`: size, fonts, a title for those who cannot
    /// see the picture, and a white ground.
    pub(super) fn frame(title: &str, (width, height): (f64, f64), elements: &str) -> Svg {
        let (width, height) = (width.ceil(), height.ceil());
        let title = escape(title);
        Svg(format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" font-family="{FAMILIES}" role="img">
<title>{title}</title>
<rect x="0" y="0" width="{width}" height="{height}" fill="#ffffff"/>
{elements}</svg>
"##
        ))
    }

    /// The picture as SVG text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The picture as PNG, `scale` pixels to each pixel of the SVG; 2 is crisp on
    /// screens and good for print at a third of the size. Text is set in the embedded
    /// font, whatever fonts the machine has.
    pub fn to_png(&self, scale: f32) -> Result<Vec<u8>, ChartError> {
        let raster = |why: &dyn fmt::Display| ChartError::Raster(why.to_string());
        let mut fonts = fontdb::Database::new();
        fonts.load_font_data(REGULAR.to_vec());
        fonts.load_font_data(BOLD.to_vec());
        fonts.set_sans_serif_family(FAMILY);
        let options = Options {
            font_family: FAMILY.to_string(),
            fontdb: Arc::new(fonts),
            ..Options::default()
        };
        let tree = Tree::from_str(&self.0, &options).map_err(|e| raster(&e))?;
        let width = (tree.size().width() * scale).ceil();
        let height = (tree.size().height() * scale).ceil();
        if !(width >= 1.0 && height >= 1.0 && width.max(height) <= LONGEST_SIDE) {
            return Err(raster(&format!("{width} × {height} pixels")));
        }
        let mut pixels = Pixmap::new(width as u32, height as u32)
            .ok_or_else(|| raster(&"out of memory for the pixels"))?;
        let transform = Transform::from_scale(scale, scale);
        resvg::render(&tree, transform, &mut pixels.as_mut());
        pixels.encode_png().map_err(|e| raster(&e))
    }
}

impl fmt::Display for Svg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
