//! Number formats: `fp32`, `bf16`, `int8`, and the pair `int8/int32` of
//! operand and accumulator.

use std::fmt;
use std::str::FromStr;

/// How the numbers of one operand are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NumberFormat {
    family: Family,
    bits: u16,
}

/// The kinds of number formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// IEEE floating point (`fp32`).
    Float,
    /// Floating point with the exponent of `fp32` (`bf16`).
    Brain,
    /// Two's-complement integers (`int8`).
    Integer,
    /// Fixed point (`fix8`).
    Fixed,
}

impl Family {
    const ALL: [(Family, &'static str); 4] = [
        (Family::Float, "fp"),
        (Family::Brain, "bf"),
        (Family::Integer, "int"),
        (Family::Fixed, "fix"),
    ];
}

impl NumberFormat {
    /// IEEE single precision.
    pub const FP32: NumberFormat = NumberFormat {
        family: Family::Float,
        bits: 32,
    };

    /// Single bits: what binarised products are counted in.
    pub const INT1: NumberFormat = NumberFormat {
        family: Family::Integer,
        bits: 1,
    };

    /// The kind of format.
    pub fn family(self) -> Family {
        self.family
    }

    /// Its width in bits.
    pub fn bits(self) -> u16 {
        self.bits
    }
}

impl fmt::Display for NumberFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Family::ALL
            .into_iter()
            .find(|(family, _)| *family == self.family)
            .map_or("", |(_, name)| name);
        f.pad(&format!("{name}{}", self.bits))
    }
}

/// A text that names no number format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownFormat(pub String);

impl fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is no number format; formats look like fp32, bf16, int8, fix8, or int8/int32 for operand and accumulator",
            self.0
        )
    }
}

impl std::error::Error for UnknownFormat {}

impl FromStr for NumberFormat {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<NumberFormat, UnknownFormat> {
        let unknown = || UnknownFormat(text.to_owned());
        let (family, digits) = Family::ALL
            .into_iter()
            .find_map(|(family, name)| Some((family, text.strip_prefix(name)?)))
            .ok_or_else(unknown)?;
        let plain = !digits.starts_with(['0', '+']);
        let bits: u16 = digits.parse().map_err(|_| unknown())?;
        if plain && (1..=1024).contains(&bits) {
            Ok(NumberFormat { family, bits })
        } else {
            Err(unknown())
        }
    }
}

/// The formats of an op: what its operands are held in, and what its sums are
/// accumulated in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Format {
    /// Format of the operands.
    pub operand: NumberFormat,
    /// Format of the accumulator.
    pub accumulator: NumberFormat,
}

impl Format {
    /// Single precision throughout.
    pub const FP32: Format = Format {
        operand: NumberFormat::FP32,
        accumulator: NumberFormat::FP32,
    };
}

/// `int8`, or `int8/int32` where the accumulator differs.
impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.operand == self.accumulator {
            self.operand.fmt(f)
        } else {
            f.pad(&format!("{}/{}", self.operand, self.accumulator))
        }
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Format, UnknownFormat> {
        let (operand, accumulator) = text.split_once('/').unwrap_or((text, text));
        let whole = |_| UnknownFormat(text.to_owned());
        Ok(Format {
            operand: operand.parse().map_err(whole)?,
            accumulator: accumulator.parse().map_err(whole)?,
        })
    }
}

/// The precision of a primitive in a census, before a format is chosen: the
/// same census then serves every format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// The operand format that the estimate chooses.
    Operand,
    /// The accumulator format that the estimate chooses.
    Accumulator,
    /// A format that the model fixes.
    Fixed(NumberFormat),
}

impl Precision {
    /// The number format where the estimate chooses `format`.
    pub fn resolve(self, format: Format) -> NumberFormat {
        match self {
            Precision::Operand => format.operand,
            Precision::Accumulator => format.accumulator,
            Precision::Fixed(fixed) => fixed,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn formats_read_and_print_the_same() {
        for text in [
            "fp32",
            "bf16",
            "fp16",
            "int8",
            "int1",
            "fix32",
            "int8/int32",
        ] {
            assert_eq!(text.parse::<Format>().unwrap().to_string(), text);
        }
        assert_eq!("int8/int8".parse::<Format>().unwrap().to_string(), "int8");
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "fp",
            "float32",
            "int0",
            "int+8",
            "int08",
            "int8/",
            "/int8",
            "int99999",
            "int8/int32/int8",
        ] {
            assert!(text.parse::<Format>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_precision_follows_the_chosen_format() {
        let format: Format = "int8/int32".parse().unwrap();
        assert_eq!(Precision::Operand.resolve(format).to_string(), "int8");
        assert_eq!(Precision::Accumulator.resolve(format).to_string(), "int32");
        assert_eq!(
            Precision::Fixed(NumberFormat::INT1).resolve(format).bits(),
            1
        );
    }
}
