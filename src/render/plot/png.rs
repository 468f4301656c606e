//! Pixels as a PNG file.
//!
//! A chart is flat: nine pixels of ten are of one colour. So lines are written as they
//! are: what stands above or to the left tells less of a flat line than the line before
//! it, which the compressor finds anyway. Without filters to be tried that takes half
//! the time, and fewer bytes. The ground is white, so that no alpha is written.

use std::io::{self, Write as _};

use flate2::Compression;
use flate2::write::ZlibEncoder;
use png::{BitDepth, ColorType, Encoder, EncodingError, chunk};
use resvg::tiny_skia::PixmapRef;

/// How hard the compressor tries, from 1 to 9: beyond this a file is a twentieth
/// smaller in a fifth more of the time.
const EFFORT: u32 = 3;

/// At most as many bytes of a file stand around its lines: its mark, its header, its end.
const BESIDE_THE_LINES: usize = 64;

/// A PNG of these pixels, none of which is see-through.
pub(super) fn encode(pixels: PixmapRef<'_>) -> Result<Vec<u8>, EncodingError> {
    let lines = compressed(pixels)?;
    let mut file = Vec::with_capacity(lines.len() + BESIDE_THE_LINES);
    let mut encoder = Encoder::new(&mut file, pixels.width(), pixels.height());
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_chunk(chunk::IDAT, &lines)?;
    writer.finish()?;
    Ok(file)
}

/// The lines, each behind a zero that says it has no filter. They are compressed one by
/// one: `png` asks for the colours of all at once, which are millions of bytes.
fn compressed(pixels: PixmapRef<'_>) -> io::Result<Vec<u8>> {
    let width = pixels.width() as usize;
    let mut line = vec![0; 1 + 3 * width];
    let mut compressor = ZlibEncoder::new(Vec::new(), Compression::new(EFFORT));
    for pixels in pixels.data().chunks_exact(4 * width) {
        let (colours, _) = line[1..].as_chunks_mut();
        let (pixels, _) = pixels.as_chunks();
        for (colour, &[red, green, blue, _]) in colours.iter_mut().zip(pixels) {
            *colour = [red, green, blue];
        }
        compressor.write_all(&line)?;
    }
    compressor.finish()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use resvg::tiny_skia::{Color, Pixmap, PremultipliedColorU8};

    use super::*;

    #[test]
    fn pixels_are_what_is_read_back() {
        let mut pixels = Pixmap::new(40, 30).unwrap();
        pixels.fill(Color::WHITE);
        for (at, pixel) in pixels.pixels_mut().iter_mut().enumerate().skip(700) {
            let [red, green] = [(at % 97) as u8, (at % 251) as u8];
            *pixel = PremultipliedColorU8::from_rgba(red, green, 7, 255).unwrap();
        }
        let file = encode(pixels.as_ref()).unwrap();
        assert_eq!(Pixmap::decode_png(&file).unwrap(), pixels);
    }
}
