//! Colours that people with any colour vision can tell apart.
//!
//! Fills are Paul Tol's "muted" scheme, ordered so that neighbours in a stack differ
//! in lightness as well as hue; after nine colours they come again with white
//! hatching. Lines are the Okabe and Ito colours without their yellow, which
//! vanishes on white.

use plotters::style::RGBColor;

/// Text that is read first.
pub const INK: RGBColor = RGBColor(0x22, 0x22, 0x22);
/// Text that is read second: subtitles, ticks, captions.
pub const GREY: RGBColor = RGBColor(0x59, 0x59, 0x59);
/// Axes and leaders.
pub const AXIS: RGBColor = RGBColor(0x99, 0x99, 0x99);
/// Grid lines.
pub const GRID: RGBColor = RGBColor(0xe4, 0xe4, 0xe4);
/// The ground.
pub const PAPER: RGBColor = RGBColor(0xff, 0xff, 0xff);

/// So many series have a colour of their own.
pub const LINE_COLOURS: usize = 8;

/// The colour of series `index`; they come again after eight.
pub fn line(index: usize) -> RGBColor {
    const LINES: [RGBColor; LINE_COLOURS] = [
        RGBColor(0x00, 0x72, 0xb2),
        RGBColor(0xd5, 0x5e, 0x00),
        RGBColor(0x00, 0x9e, 0x73),
        RGBColor(0xcc, 0x79, 0xa7),
        RGBColor(0xe6, 0x9f, 0x00),
        RGBColor(0x56, 0xb4, 0xe9),
        RGBColor(0x33, 0x22, 0x88),
        RGBColor(0x44, 0x44, 0x44),
    ];
    LINES[index % LINES.len()]
}

/// White lines over a fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hatch {
    /// None.
    Plain,
    /// Rising to the right.
    Rising,
    /// Falling to the right.
    Falling,
}

/// The fill of segment `index`; they come again after 27.
pub fn fill(index: usize) -> (RGBColor, Hatch) {
    const FILLS: [RGBColor; 9] = [
        RGBColor(0x33, 0x22, 0x88),
        RGBColor(0x88, 0xcc, 0xee),
        RGBColor(0x11, 0x77, 0x33),
        RGBColor(0xdd, 0xcc, 0x77),
        RGBColor(0xcc, 0x66, 0x77),
        RGBColor(0x44, 0xaa, 0x99),
        RGBColor(0x88, 0x22, 0x55),
        RGBColor(0x99, 0x99, 0x33),
        RGBColor(0xaa, 0x44, 0x99),
    ];
    let hatch = match index / FILLS.len() % 3 {
        0 => Hatch::Plain,
        1 => Hatch::Rising,
        _ => Hatch::Falling,
    };
    (FILLS[index % FILLS.len()], hatch)
}

/// The fill of segment `index` where the first stands alone and then every two
/// share a colour, the second of them in a lighter tone.
pub fn paired_fill(index: usize) -> (RGBColor, Hatch) {
    const ALONE: usize = 3;
    const PAIRS: [usize; 8] = [0, 2, 6, 5, 4, 8, 7, 1];
    let Some(pair) = index.checked_sub(1) else {
        return fill(ALONE);
    };
    let (colour, hatch) = fill(PAIRS[pair / 2 % PAIRS.len()]);
    match pair % 2 {
        0 => (colour, hatch),
        _ => (lighter(colour), hatch),
    }
}

/// Half of the way to white.
fn lighter(RGBColor(red, green, blue): RGBColor) -> RGBColor {
    let half = |part: u8| part / 2 + 128;
    RGBColor(half(red), half(green), half(blue))
}
