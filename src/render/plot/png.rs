//! Pixels as a PNG file (W3C, "Portable Network Graphics", third edition).
//!
//! A chart is flat: nine pixels of ten are of one colour, and nothing shines through
//! the ground. So pixels are written as red, green and blue alone, and lines as they
//! are: what stands above or to the left tells less of a flat line than the line before
//! it, which the compressor finds anyway. That takes a third of the time that filters
//! and an opaque alpha take, and fewer bytes.

use miniz_oxide::deflate::compress_to_vec_zlib;
use resvg::tiny_skia::PremultipliedColorU8;

/// How hard the compressor tries, from 0 to 10: beyond this a file is a tenth smaller
/// in twice the time.
const EFFORT: u8 = 4;

/// The bytes before every PNG.
const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// Eight bits for each of red, green and blue; the only ways to compress and to filter;
/// from top to bottom.
const KIND: [u8; 5] = [8, 2, 0, 0, 0];
/// A line as it is.
const UNFILTERED: u8 = 0;

/// A PNG of pixels, line by line, in lines of `width`; nothing where something shines
/// through one.
pub(super) fn encode(pixels: &[PremultipliedColorU8], width: u32) -> Option<Vec<u8>> {
    let lines = pixels.chunks(usize::try_from(width).ok()?.max(1));
    let height = u32::try_from(lines.len()).ok()?;
    let mut data = Vec::with_capacity(3 * pixels.len() + lines.len());
    for line in lines {
        data.push(UNFILTERED);
        for pixel in line {
            if !pixel.is_opaque() {
                return None;
            }
            data.extend_from_slice(&[pixel.red(), pixel.green(), pixel.blue()]);
        }
    }
    let size = [width.to_be_bytes(), height.to_be_bytes()].concat();
    let mut file = SIGNATURE.to_vec();
    add_chunk(&mut file, b"IHDR", &[size.as_slice(), &KIND].concat());
    add_chunk(&mut file, b"IDAT", &compress_to_vec_zlib(&data, EFFORT));
    add_chunk(&mut file, b"IEND", &[]);
    Some(file)
}

fn add_chunk(file: &mut Vec<u8>, name: &[u8; 4], data: &[u8]) {
    // No picture is larger than 4 GiB.
    file.extend_from_slice(&u32::try_from(data.len()).unwrap_or(u32::MAX).to_be_bytes());
    let start = file.len();
    file.extend_from_slice(name);
    file.extend_from_slice(data);
    let checked = file.get(start..).unwrap_or_default();
    file.extend_from_slice(&check_sum(checked).to_be_bytes());
}

/// The cyclic redundancy check of a chunk.
fn check_sum(bytes: &[u8]) -> u32 {
    const POLYNOMIAL: u32 = 0xedb8_8320;
    let sum = bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| match sum & 1 {
            1 => (sum >> 1) ^ POLYNOMIAL,
            _ => sum >> 1,
        })
    });
    !sum
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use miniz_oxide::inflate::decompress_to_vec_zlib;
    use resvg::tiny_skia::{Color, Pixmap};

    use super::*;

    /// The check sum of nine digits is the known one of this polynomial.
    #[test]
    fn check_sums_are_those_of_the_standard() {
        assert_eq!(check_sum(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn pixels_are_what_is_read_back() {
        let mut pixels = Pixmap::new(3, 2).unwrap();
        pixels.fill(Color::WHITE);
        let colours = [[1_u8, 2, 3], [200, 100, 0]];
        for (pixel, [red, green, blue]) in pixels.pixels_mut().iter_mut().zip(colours) {
            *pixel = PremultipliedColorU8::from_rgba(red, green, blue, 255).unwrap();
        }
        let file = encode(pixels.pixels(), 3).unwrap();
        let (head, rest) = file.split_at(33);
        assert_eq!(&head[..8], SIGNATURE);
        assert_eq!(&head[16..29], [0, 0, 0, 3, 0, 0, 0, 2, 8, 2, 0, 0, 0]);
        let length = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
        let lines = decompress_to_vec_zlib(&rest[8..8 + length]).unwrap();
        let white = [255; 9];
        let first = [0, 1, 2, 3, 200, 100, 0, 255, 255, 255, 0];
        let expected = [first.as_slice(), white.as_slice()].concat();
        assert_eq!(lines, expected);
        assert!(rest.ends_with(b"IEND\xae\x42\x60\x82"));
    }

    #[test]
    fn what_shines_through_is_not_written() {
        let mut pixels = Pixmap::new(1, 1).unwrap();
        pixels.fill(Color::from_rgba8(0, 0, 0, 128));
        assert_eq!(encode(pixels.pixels(), 1), None);
    }
}
