//! How numbers are held that stand for fractions.

use crate::format::Format;
use crate::import::onnx::net::TensorId;
use crate::import::onnx::proto::ElementType;

/// What sums of whole numbers are held in, at least.
const SUM_BITS: u16 = 32;

/// What the numbers are that stand for fractions: how wide, and whether they
/// are whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Held {
    /// Whole numbers of so many bits.
    Whole(u16),
    /// Fractions of so many bits.
    Float(u16),
}

impl Held {
    /// How elements of a type are held; a byte where the type has no width.
    pub(super) fn of(element: ElementType) -> Held {
        let bits = element.bits().and_then(|bits| u16::try_from(bits).ok());
        match (element.is_whole(), bits) {
            (false, Some(bits)) => Held::Float(bits),
            (_, bits) => Held::Whole(bits.unwrap_or(8)),
        }
    }

    /// How whole numbers from `low` to `high` are held.
    pub(super) fn between(low: f64, high: f64) -> Held {
        let fits = |bits: &u16| match low < 0.0 {
            true => {
                low >= -(2f64.powi(i32::from(*bits) - 1)) && high < 2f64.powi(i32::from(*bits) - 1)
            }
            false => high < 2f64.powi(i32::from(*bits)),
        };
        Held::Whole((1..64).find(fits).unwrap_or(64))
    }

    /// The format of a product of two: that of the wider one. `None` for a whole
    /// number times a fraction.
    pub(super) fn product(self, other: Held) -> Option<Format> {
        let (family, bits) = match (self, other) {
            (Held::Whole(a), Held::Whole(b)) => ("int", a.max(b)),
            (Held::Float(a), Held::Float(b)) => ("fp", a.max(b)),
            _ => return None,
        };
        let sums = bits.max(SUM_BITS);
        format!("{family}{bits}/{family}{sums}").parse().ok()
    }
}

/// Numbers that stand for fractions, which are these times a scale.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quantised {
    pub(crate) numbers: TensorId,
    /// The scale, where the graph has it.
    pub(crate) scale: Option<TensorId>,
    /// What stands for 0, where that is not 0.
    pub(crate) zero: Option<TensorId>,
    pub(crate) held: Held,
    /// Whether the scale is 1.
    pub(crate) unscaled: bool,
    /// A tensor of as many axes, of which each has as many elements as there are
    /// scales along it; none where one scale is for all.
    pub(crate) grid: Option<TensorId>,
}

#[cfg(test)]
mod tests {
    use super::Held::{self, Float, Whole};

    #[test]
    fn bounds_tell_how_many_bits_whole_numbers_take() {
        assert_eq!(Held::between(-7.0, 7.0), Whole(4));
        assert_eq!(Held::between(-8.0, 7.0), Whole(4));
        assert_eq!(Held::between(-8.0, 8.0), Whole(5));
        assert_eq!(Held::between(0.0, 15.0), Whole(4));
        assert_eq!(Held::between(0.0, 1.0), Whole(1));
        assert_eq!(Held::between(-1.0, 1.0), Whole(2));
        assert_eq!(Held::between(f64::NEG_INFINITY, 0.0), Whole(64));
    }

    #[test]
    fn products_are_held_as_the_wider_factor() {
        let shown = |a: Held, b: Held| a.product(b).map(|format| format.to_string());
        assert_eq!(shown(Whole(8), Whole(4)), Some("int8/int32".to_owned()));
        assert_eq!(shown(Whole(16), Whole(8)), Some("int16/int32".to_owned()));
        assert_eq!(shown(Float(8), Float(4)), Some("fp8/fp32".to_owned()));
        assert_eq!(shown(Float(8), Whole(8)), None);
    }
}
