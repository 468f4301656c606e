//! Pixels as a PNG file.
//!
//! A chart is flat: nine pixels of ten are of one colour. So lines are written as they
//! are: what stands above or to the left tells less of a flat line than the line before
//! it, which the compressor finds anyway. Without filters to be tried that takes half
//! the time, and fewer bytes. The ground is white, so that no alpha is written.

use png::{BitDepth, ColorType, DeflateCompression, Encoder, EncodingError, Filter};
use resvg::tiny_skia::Pixmap;

/// How hard the compressor tries, from 1 to 9: beyond this a file is a twentieth
/// smaller in a fifth more of the time.
const EFFORT: u8 = 3;

/// A PNG of these pixels, none of which is see-through.
pub(super) fn encode(pixels: Pixmap) -> Result<Vec<u8>, EncodingError> {
    let (width, height) = (pixels.width(), pixels.height());
    // The colours move together in their own place: in another one they would take
    // millions of bytes, which are cleared before they are written.
    let mut colours = pixels.take();
    let count = colours.len() / 4;
    for at in 0..count {
        colours.copy_within(4 * at..4 * at + 3, 3 * at);
    }
    colours.truncate(3 * count);
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, width, height);
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_filter(Filter::NoFilter);
    encoder.set_deflate_compression(DeflateCompression::Level(EFFORT));
    encoder.write_header()?.write_image_data(&colours)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use resvg::tiny_skia::{Color, PremultipliedColorU8};

    use super::*;

    #[test]
    fn pixels_are_what_is_read_back() {
        let mut pixels = Pixmap::new(40, 30).unwrap();
        pixels.fill(Color::WHITE);
        for (at, pixel) in pixels.pixels_mut().iter_mut().enumerate().skip(700) {
            let [red, green] = [(at % 97) as u8, (at % 251) as u8];
            *pixel = PremultipliedColorU8::from_rgba(red, green, 7, 255).unwrap();
        }
        let file = encode(pixels.clone()).unwrap();
        assert_eq!(Pixmap::decode_png(&file).unwrap(), pixels);
    }
}
