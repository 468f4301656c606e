//! The finished picture, as SVG, PNG and PDF.

use std::fmt;
use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::Transform;
use resvg::usvg::{Options, Tree, fontdb};

use super::ChartError;
use super::backend::escape;
use super::canvas::Canvas;
use super::font::{BOLD, FAMILIES, FAMILY, REGULAR};
use super::style::{Sheet, rounded};
use super::{pdf, png};

/// No side of a PNG is longer than this, in pixels.
const LONGEST_SIDE: f32 = 20_000.0;

/// A picture as SVG text.
#[derive(Debug, Clone, PartialEq)]
pub struct Svg {
    text: String,
    title: String,
    png_scale: f32,
}

impl Svg {
    /// The frame around drawn `elements`: size, fonts, a title for those who cannot
    /// see the picture, and a white ground.
    pub(super) fn frame(own_title: &str, sheet: &Sheet<'_>, height: f64, elements: &str) -> Svg {
        let title = match sheet.title(own_title) {
            "" => own_title,
            title => title,
        };
        let (width, height) = (rounded(sheet.width), height.ceil());
        let (wide, high) = (sheet.length(sheet.width), sheet.length(height));
        let name = escape(title);
        Svg {
            text: format!(
                r##"<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" viewBox="0 0 {width} {height}" font-family="{FAMILIES}" role="img">
<title>{name}</title>
<rect x="0" y="0" width="{width}" height="{height}" fill="#ffffff"/>
{elements}</svg>
"##
            ),
            title: title.to_owned(),
            png_scale: sheet.png_scale(),
        }
    }

    /// The picture as SVG text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The picture as PNG, as fine as its use asks for: 300 pixels to an inch of a
    /// figure for print, two to each pixel of one for screens.
    pub fn png(&self) -> Result<Vec<u8>, ChartError> {
        self.to_png(self.png_scale)
    }

    /// The picture as PNG, `scale` pixels to each pixel of the SVG, of which there are
    /// 96 to an inch. Text is set in the embedded font, whatever fonts the machine has.
    pub fn to_png(&self, scale: f32) -> Result<Vec<u8>, ChartError> {
        raster(&self.tree()?, scale, &mut Canvas::default())
    }

    /// The picture as PDF, of one page as large as it: shapes as shapes, text as text
    /// that can be searched and copied, in fonts that the file holds.
    pub fn pdf(&self) -> Result<Vec<u8>, ChartError> {
        pdf::write(&self.tree()?, &self.title)
    }

    /// The picture as PDF and as PNG, drawn on this canvas.
    pub fn pdf_and_png(&self, canvas: &mut Canvas) -> Result<[Vec<u8>; 2], ChartError> {
        let tree = self.tree()?;
        let (pdf, png) = rayon::join(
            || pdf::write(&tree, &self.title),
            || raster(&tree, self.png_scale, canvas),
        );
        Ok([pdf?, png?])
    }

    fn tree(&self) -> Result<Tree, ChartError> {
        let options = Options {
            font_family: FAMILY.to_string(),
            fontdb: Arc::clone(&FONTS),
            ..Options::default()
        };
        Tree::from_str(&self.text, &options).map_err(|e| ChartError::Raster(e.to_string()))
    }
}

/// The shapes and texts of a picture as PNG.
fn raster(tree: &Tree, scale: f32, canvas: &mut Canvas) -> Result<Vec<u8>, ChartError> {
    let failed = |why: &dyn fmt::Display| ChartError::Raster(why.to_string());
    let width = (tree.size().width() * scale).ceil();
    let height = (tree.size().height() * scale).ceil();
    if !(width >= 1.0 && height >= 1.0 && width.max(height) <= LONGEST_SIDE) {
        return Err(failed(&format!("{width} × {height} pixels")));
    }
    // A picture that ends within a pixel leaves no fringe that is see-through.
    let mut pixels = (canvas.white(width as u32, height as u32))
        .ok_or_else(|| failed(&"out of memory for the pixels"))?;
    resvg::render(tree, Transform::from_scale(scale, scale), &mut pixels);
    png::encode(pixels.as_ref()).map_err(|error| failed(&error))
}

/// The fonts of all pictures, read once.
static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(REGULAR.to_vec());
    fonts.load_font_data(BOLD.to_vec());
    fonts.set_sans_serif_family(FAMILY);
    Arc::new(fonts)
});

impl fmt::Display for Svg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
