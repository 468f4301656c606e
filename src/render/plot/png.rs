//! Pixels as a PNG file (W3C, "Portable Network Graphics", third edition).
//!
//! A chart is flat: nine pixels of ten are of one colour. So lines are written as they
//! are: what stands above or to the left tells less of a flat line than the line before
//! it, which the compressor finds anyway. Without filters to be tried that takes half
//! the time, and fewer bytes. Where nothing shines through, no alpha is written.

use miniz_oxide::deflate::compress_to_vec_zlib;
use resvg::tiny_skia::Pixmap;

/// How hard the compressor tries, from 0 to 10: beyond this a file is a twentieth
/// smaller in a sixth more of the time.
const EFFORT: u8 = 3;

/// The bytes before every PNG.
const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// Eight bits for each of red, green and blue, and for alpha where there is one.
const OPAQUE: [u8; 2] = [8, 2];
const TRANSLUCENT: [u8; 2] = [8, 6];
/// The only ways to compress and to filter; from top to bottom.
const PLAIN: [u8; 3] = [0; 3];
/// A line as it is.
const UNFILTERED: u8 = 0;

/// A PNG of these pixels.
pub(super) fn encode(pixels: &Pixmap) -> Vec<u8> {
    let opaque = pixels.pixels().iter().all(|pixel| pixel.is_opaque());
    let width = usize::try_from(pixels.width()).unwrap_or(usize::MAX);
    let mut data = Vec::with_capacity(4 * pixels.pixels().len());
    for line in pixels.pixels().chunks(width.max(1)) {
        data.push(UNFILTERED);
        for pixel in line {
            // The colour itself, and not how much of it there is.
            let pixel = pixel.demultiply();
            let colour = [pixel.red(), pixel.green(), pixel.blue()];
            data.extend_from_slice(&colour);
            if !opaque {
                data.push(pixel.alpha());
            }
        }
    }
    let size = [pixels.width(), pixels.height()].map(u32::to_be_bytes);
    let kind = if opaque { OPAQUE } else { TRANSLUCENT };
    let mut file = SIGNATURE.to_vec();
    let head = [size.as_flattened(), &kind, &PLAIN].concat();
    add_chunk(&mut file, b"IHDR", &head);
    add_chunk(&mut file, b"IDAT", &compress_to_vec_zlib(&data, EFFORT));
    add_chunk(&mut file, b"IEND", &[]);
    file
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
    use resvg::tiny_skia::{Color, PremultipliedColorU8};

    use super::*;

    /// The check sum of nine digits is the known one of this polynomial.
    #[test]
    fn check_sums_are_those_of_the_standard() {
        assert_eq!(check_sum(b"123456789"), 0xcbf4_3926);
    }

    /// The lines of a file of 3 × 2 pixels of this kind.
    fn lines(file: &[u8], kind: [u8; 2]) -> Vec<u8> {
        let (head, rest) = file.split_at(33);
        assert_eq!(&head[..8], SIGNATURE);
        assert_eq!(&head[16..24], [0, 0, 0, 3, 0, 0, 0, 2]);
        assert_eq!(&head[24..29], [kind[0], kind[1], 0, 0, 0]);
        let length = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
        assert!(rest.ends_with(b"IEND\xae\x42\x60\x82"));
        decompress_to_vec_zlib(&rest[8..8 + length]).unwrap()
    }

    #[test]
    fn pixels_are_what_is_read_back() {
        let mut pixels = Pixmap::new(3, 2).unwrap();
        pixels.fill(Color::WHITE);
        let colours = [[1_u8, 2, 3], [200, 100, 0]];
        for (pixel, [red, green, blue]) in pixels.pixels_mut().iter_mut().zip(colours) {
            *pixel = PremultipliedColorU8::from_rgba(red, green, blue, 255).unwrap();
        }
        let first = [0, 1, 2, 3, 200, 100, 0, 255, 255, 255, 0];
        let expected = [first.as_slice(), &[255; 9]].concat();
        assert_eq!(lines(&encode(&pixels), OPAQUE), expected);
        // Half of a white of which half is there.
        let half = PremultipliedColorU8::from_rgba(128, 128, 128, 128).unwrap();
        pixels.pixels_mut()[2] = half;
        let first = [0, 1, 2, 3, 255, 200, 100, 0, 255, 255, 255, 255, 128, 0];
        let expected = [first.as_slice(), &[255; 12]].concat();
        assert_eq!(lines(&encode(&pixels), TRANSLUCENT), expected);
    }

    /// The encoder of another library, and ours: the same pixels.
    #[test]
    fn others_read_the_same_pixels() {
        let mut pixels = Pixmap::new(40, 30).unwrap();
        for (at, pixel) in pixels.pixels_mut().iter_mut().enumerate() {
            let [colour, alpha] = [(at % 97) as u8, (at % 251) as u8 + 4];
            let colour = colour.min(alpha);
            *pixel = PremultipliedColorU8::from_rgba(colour, 0, colour / 2, alpha).unwrap();
        }
        let theirs = Pixmap::decode_png(&pixels.encode_png().unwrap()).unwrap();
        assert_eq!(Pixmap::decode_png(&encode(&pixels)).unwrap(), theirs);
    }
}
