//! Colours for numbers: equal steps in value look like equal steps in colour.
//!
//! The anchors are evenly spaced along paths through the Oklab space, so close that
//! straight lines between them in sRGB stay on the path. Lightness only rises along
//! the sequential map and only falls away from the middle of the diverging one: both
//! read the same with any colour vision, and the sequential one in print without
//! colour. Interpolation is plain arithmetic, the same on every machine.

use plotters::style::RGBColor;

/// How many colours a map has: few enough that neighbouring cells often share one,
/// so many that no step is seen. Odd, so that a diverging map has a middle.
pub const LEVELS: usize = 129;

/// From dark indigo over teal to light yellow.
const SEQUENTIAL: [u32; 11] = [
    0x2c1262, 0x2c2f78, 0x284a8b, 0x1d6595, 0x267e9a, 0x20979e, 0x3baf99, 0x62c48f, 0x91d57e,
    0xc4e36d, 0xf8ed60,
];

/// From dark brown over a light grey to dark blue.
const DIVERGING: [u32; 11] = [
    0x6c2d00, 0x9c4800, 0xc16f2f, 0xdf9a69, 0xf2c6a9, 0xf3f3f3, 0xb1d3fa, 0x76adeb, 0x4386ce,
    0x0c5fa9, 0x003d74,
];

/// Which colours stand for numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Map {
    /// From little to much.
    Sequential,
    /// Away from a middle in two directions.
    Diverging,
}

impl Map {
    /// The colour of `level`, which counts from 0 to [`LEVELS`] − 1.
    pub fn colour(self, level: usize) -> RGBColor {
        let anchors = match self {
            Map::Sequential => &SEQUENTIAL,
            Map::Diverging => &DIVERGING,
        };
        let last = anchors.len() - 1;
        let place = level.min(LEVELS - 1) as f64 / (LEVELS - 1) as f64 * last as f64;
        let before = (place as usize).min(last - 1);
        let part = place - before as f64;
        let mix = |shift: u32| {
            let channel = |anchor: u32| f64::from(anchor >> shift & 0xff);
            let (from, to) = (channel(anchors[before]), channel(anchors[before + 1]));
            (from + (to - from) * part).round() as u8
        };
        RGBColor(mix(16), mix(8), mix(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The colour in Oklab (B. Ottosson, "A perceptual color space for image
    /// processing", 2020): lightness, green to red, blue to yellow.
    fn oklab(RGBColor(r, g, b): RGBColor) -> [f64; 3] {
        let linear = |channel: u8| {
            let c = f64::from(channel) / 255.0;
            match c <= 0.04045 {
                true => c / 12.92,
                false => ((c + 0.055) / 1.055).powf(2.4),
            }
        };
        let (r, g, b) = (linear(r), linear(g), linear(b));
        let l = (0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b).cbrt();
        let m = (0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b).cbrt();
        let s = (0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b).cbrt();
        [
            0.210_454_255_3 * l + 0.793_617_785 * m - 0.004_072_046_8 * s,
            1.977_998_495_1 * l - 2.428_592_205 * m + 0.450_593_709_9 * s,
            0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766 * s,
        ]
    }

    fn apart(a: [f64; 3], b: [f64; 3]) -> f64 {
        let squares = a.iter().zip(b).map(|(a, b)| (a - b).powi(2));
        squares.sum::<f64>().sqrt()
    }

    #[test]
    fn equal_steps_look_equal() {
        for map in [Map::Sequential, Map::Diverging] {
            // Sixteen steps of eight levels.
            let colours: Vec<[f64; 3]> = (0..=16).map(|i| oklab(map.colour(8 * i))).collect();
            let steps: Vec<f64> = colours.windows(2).map(|w| apart(w[0], w[1])).collect();
            let mean = steps.iter().sum::<f64>() / 16.0;
            for step in steps {
                // Within a tenth: colours are rounded to whole channels, and the path
                // bends at the middle of the diverging map.
                assert!((step / mean - 1.0).abs() < 0.1, "{map:?}: {step} of {mean}");
            }
        }
    }

    #[test]
    fn lightness_alone_tells_the_order() {
        let lightness = |map: Map, level| oklab(map.colour(level))[0];
        for level in (0..128).step_by(4) {
            let (here, next) = (level, level + 4);
            assert!(lightness(Map::Sequential, here) < lightness(Map::Sequential, next));
            let rises = lightness(Map::Diverging, here) < lightness(Map::Diverging, next);
            assert_eq!(rises, level < 64, "level {level}");
        }
    }

    #[test]
    fn the_ends_and_the_middle_are_anchors() {
        assert_eq!(Map::Sequential.colour(0), RGBColor(0x2c, 0x12, 0x62));
        assert_eq!(Map::Sequential.colour(128), RGBColor(0xf8, 0xed, 0x60));
        assert_eq!(Map::Diverging.colour(64), RGBColor(0xf3, 0xf3, 0xf3));
    }
}
