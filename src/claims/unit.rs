//! Units of published numbers: `mJ`, `MWh`, `TFLOP/s`, `pJ/bit`, `%`.
//!
//! A unit that could mean two things, such as `FLOPS` or a bare `G`, is no
//! unit: whoever wrote it must say which.

use std::fmt;

use num_rational::BigRational;

use crate::number;

/// What a quantity is, as powers of what it is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Dimension {
    /// Powers of a joule.
    energy: i8,
    /// Powers of a second.
    time: i8,
    /// Powers of a number of things: operations, spikes, weights.
    count: i8,
    /// Powers of a bit.
    bits: i8,
}

impl Dimension {
    /// A share, a ratio, a plain number.
    pub const NONE: Dimension = Dimension::new(0, 0, 0, 0);
    /// An energy.
    pub const ENERGY: Dimension = Dimension::new(1, 0, 0, 0);
    /// A number of operations.
    pub const COUNT: Dimension = Dimension::new(0, 0, 1, 0);
    /// An energy for each operation, as tables give it.
    pub const PER_OPERATION: Dimension = Dimension::new(1, 0, -1, 0);
    /// An energy for each bit, as memories have it.
    pub const PER_BIT: Dimension = Dimension::new(1, 0, 0, -1);
    const TIME: Dimension = Dimension::new(0, 1, 0, 0);
    const POWER: Dimension = Dimension::new(1, -1, 0, 0);
    /// A number of bits.
    pub const BITS: Dimension = Dimension::new(0, 0, 0, 1);

    const fn new(energy: i8, time: i8, count: i8, bits: i8) -> Dimension {
        Dimension {
            energy,
            time,
            count,
            bits,
        }
    }

    fn each(self, other: Dimension, combine: fn(i8, i8) -> i8) -> Dimension {
        Dimension::new(
            combine(self.energy, other.energy),
            combine(self.time, other.time),
            combine(self.count, other.count),
            combine(self.bits, other.bits),
        )
    }

    /// That of a product.
    pub fn times(self, other: Dimension) -> Dimension {
        self.each(other, i8::saturating_add)
    }

    /// That of a quotient.
    pub fn per(self, other: Dimension) -> Dimension {
        self.each(other, i8::saturating_sub)
    }
}

/// `J`, `J/op`, `op/s`; `a plain number` without any.
impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            ("J", self.energy),
            ("op", self.count),
            ("bit", self.bits),
            ("s", self.time),
        ];
        let side = |sign: i8| {
            let parts = parts.iter().filter(|(_, power)| power.signum() == sign);
            let parts = parts.map(|(name, power)| match power.unsigned_abs() {
                1 => (*name).to_owned(),
                power => format!("{name}^{power}"),
            });
            parts.collect::<Vec<_>>().join("·")
        };
        match (side(1), side(-1)) {
            (over, under) if over.is_empty() && under.is_empty() => f.write_str("a plain number"),
            (over, under) if under.is_empty() => f.write_str(&over),
            (over, under) if over.is_empty() => write!(f, "1/{under}"),
            (over, under) => write!(f, "{over}/{under}"),
        }
    }
}

/// A unit: how it is written, what it measures, and how much one of it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    text: String,
    dimension: Dimension,
    scale: BigRational,
}

/// Units that take prefixes, with what one is in joules, seconds, things, bits.
const PREFIXED: [(&str, Dimension, i32); 11] = [
    ("J", Dimension::ENERGY, 1),
    ("Wh", Dimension::ENERGY, 3600),
    ("W", Dimension::POWER, 1),
    ("op", Dimension::COUNT, 1),
    ("MAC", Dimension::COUNT, 1),
    ("FLOP", Dimension::COUNT, 1),
    ("SOP", Dimension::COUNT, 1),
    ("weight", Dimension::COUNT, 1),
    ("bit", Dimension::BITS, 1),
    ("byte", Dimension::BITS, 8),
    ("s", Dimension::TIME, 1),
];

/// Units that take none.
const PLAIN: [(&str, Dimension, (i32, i32)); 5] = [
    ("%", Dimension::NONE, (1, 100)),
    ("×", Dimension::NONE, (1, 1)),
    ("times", Dimension::NONE, (1, 1)),
    ("ratio", Dimension::NONE, (1, 1)),
    ("h", Dimension::TIME, (3600, 1)),
];

/// Prefixes with their powers of ten.
const PREFIXES: [(&str, i32); 10] = [
    ("f", -15),
    ("p", -12),
    ("n", -9),
    ("µ", -6),
    ("u", -6),
    ("m", -3),
    ("k", 3),
    ("M", 6),
    ("G", 9),
    ("T", 12),
];

/// What may be written where a unit must stand.
pub const KNOWN: &str = "an energy (pJ, mJ, MWh), a power (W), a time (s, h), a number of things \
     with or without a prefix (GMAC, MSOP, FLOP, op), of bits (bit, Mbyte), one per the other (pJ/op, TFLOP/s), `%`, \
     `times` or `ratio`";

impl Unit {
    /// The unit that `text` names; in words what is unclear about it otherwise.
    ///
    /// # Errors
    /// A sentence that says what is wrong with the text: that it names no unit,
    /// or could name two.
    pub fn parse(text: &str) -> Result<Unit, String> {
        let (over, under) = match text.split_once('/') {
            Some((over, under)) => (over.trim(), Some(under.trim())),
            None => (text.trim(), None),
        };
        let (dimension, scale) = single(over)?;
        let (dimension, scale) = match under {
            None => (dimension, scale),
            Some(under) => {
                let (below, each) = single(under)?;
                (dimension.per(below), scale / each)
            }
        };
        Ok(Unit {
            text: text.trim().to_owned(),
            dimension,
            scale,
        })
    }

    /// What it measures.
    pub fn dimension(&self) -> Dimension {
        self.dimension
    }

    /// How much one of it is.
    pub fn scale(&self) -> &BigRational {
        &self.scale
    }

    /// A unit that reads well for values of this dimension.
    pub fn usual(dimension: Dimension, value: f64) -> Unit {
        let size = value.abs();
        let prefix = |base: &str, from: &[(&str, f64)]| {
            let fitting = from.iter().rev().find(|(_, least)| size >= *least);
            let prefix = fitting.or(from.first()).map_or("", |(prefix, _)| prefix);
            format!("{prefix}{base}")
        };
        const SMALL: [(&str, f64); 8] = [
            ("p", 0.0),
            ("n", 1e-9),
            ("µ", 1e-6),
            ("m", 1e-3),
            ("", 1.0),
            ("k", 1e3),
            ("M", 1e6),
            ("G", 1e9),
        ];
        const LARGE: [(&str, f64); 4] = [("", 0.0), ("M", 1e6), ("G", 1e9), ("T", 1e12)];
        let text = match dimension {
            Dimension::ENERGY => prefix("J", &SMALL),
            Dimension::PER_OPERATION => prefix("J", &SMALL) + "/op",
            Dimension::PER_BIT => prefix("J", &SMALL) + "/bit",
            Dimension::COUNT => prefix("op", &LARGE),
            Dimension::BITS => prefix("bit", &LARGE),
            _ => String::new(),
        };
        Unit::parse(&text).unwrap_or(Unit {
            text: match dimension {
                Dimension::NONE => String::new(),
                other => other.to_string(),
            },
            dimension,
            scale: number::whole(1),
        })
    }

    /// `value` behind which it stands: `4.41 J`, `73 %`, `71.4×`.
    pub fn after(&self, value: &str) -> String {
        match self.text.as_str() {
            "×" | "times" => format!("{value}×"),
            "" | "ratio" => value.to_owned(),
            unit => format!("{value} {unit}"),
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

/// One unit with its prefix.
fn single(text: &str) -> Result<(Dimension, BigRational), String> {
    if let Some((_, dimension, (over, under))) = PLAIN.iter().find(|(name, ..)| *name == text) {
        return Ok((
            *dimension,
            BigRational::new((*over).into(), (*under).into()),
        ));
    }
    let base = |name: &str| {
        // `FLOPS` is a rate to some and a number to others.
        let one = match name.strip_suffix('s') {
            Some(one)
                if PREFIXED
                    .iter()
                    .any(|(known, ..)| *known == one && one.len() > 1) =>
            {
                one
            }
            _ => name,
        };
        let found = PREFIXED.iter().find(|(known, ..)| *known == one);
        found.map(|(_, dimension, scale)| (*dimension, number::whole(*scale)))
    };
    if let Some(found) = base(text) {
        return Ok(found);
    }
    for (prefix, power) in PREFIXES {
        let rest = text.strip_prefix(prefix).map(str::trim_start);
        if let Some((dimension, scale)) = rest.and_then(base) {
            return Ok((dimension, scale * number::whole(10).pow(power)));
        }
    }
    Err(if text.is_empty() {
        "a number without a unit".to_owned()
    } else if text.ends_with("FLOPS") || text.ends_with("OPS") {
        format!("`{text}` is unclear: a number of operations, or so many per second?")
    } else if PREFIXES.iter().any(|(prefix, _)| *prefix == text) {
        format!("`{text}` is unclear: {text} of what?")
    } else {
        format!("`{text}` is no unit")
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn one(text: &str) -> (String, String) {
        let unit = Unit::parse(text).unwrap();
        (unit.dimension().to_string(), number::plain(unit.scale()))
    }

    #[test]
    fn units_have_a_dimension_and_a_size() {
        let is = |dimension: &str, size: &str| (dimension.to_owned(), size.to_owned());
        assert_eq!(one("mJ"), is("J", "0.001"));
        assert_eq!(one("MWh"), is("J", "3600000000"));
        assert_eq!(one("GSOPs"), is("op", "1000000000"));
        assert_eq!(one("M op"), is("op", "1000000"));
        assert_eq!(one("pJ/bit"), is("J/bit", "0.000000000001"));
        assert_eq!(one("TFLOP/s"), is("op/s", "1000000000000"));
        assert_eq!(one("%"), is("a plain number", "0.01"));
        assert_eq!(one("W"), is("J/s", "1"));
        assert_eq!(one("MAC"), is("op", "1"));
    }

    #[test]
    fn what_could_mean_two_things_is_no_unit() {
        for (text, why) in [
            ("", "without a unit"),
            ("G", "G of what"),
            ("TFLOPS", "per second"),
            ("GFLOPS/W", "per second"),
            ("parsec", "no unit"),
            ("mJ/", "without a unit"),
        ] {
            let message = Unit::parse(text).unwrap_err();
            assert!(message.contains(why), "{text}: {message}");
        }
    }

    #[test]
    fn a_dimension_reads_as_a_unit() {
        let power = Dimension::ENERGY.per(Dimension::TIME);
        assert_eq!(power.to_string(), "J/s");
        assert_eq!(Dimension::NONE.per(Dimension::TIME).to_string(), "1/s");
        assert_eq!(Dimension::ENERGY.times(power).to_string(), "J^2/s");
    }
}
