//! What it costs to fetch a word from a level of memory.
//!
//! Sources give these per access of some width, and the width matters: the
//! 8 KB memory that costs 10 pJ per 64 bits is the one that costs 5 per 32.
//! A level keeps the width it was published for and converts exactly.
//!
//! `per = "64-bit access"` prices a read and a write alike. Where a source tells
//! them apart, `per = "64-bit read"` prices the one and `write = { pj = … }` the
//! other; without that, nobody knows what a write costs, and an estimate that
//! writes there is refused.
//!
//! A price holds for the size that it was published for. Where a source gives
//! several sizes, `law = 0.475` says with which power of the size the price
//! grows, and a what-if that changes the size takes the price along. Without a
//! law the price stays, and outputs say so.

use num_rational::BigRational;
use num_traits::ToPrimitive;

use super::about::Defaults;
use super::entry::Entry;
use super::price::price;
use super::rule::PriceRule;
use super::size_law::SizeLaw;
use crate::source::{Datum, Diagnostic, Fields, Place, Problems};

/// The widest access that is accepted, in bits.
const MAX_BITS: u32 = 1 << 16;

/// What an access to a level costs.
#[derive(Debug, Clone, PartialEq)]
pub struct AccessPrice {
    /// How many bits one access moves.
    pub bits: u32,
    /// The price of one access, in picojoules; of a read, where a write has a
    /// price of its own.
    pub read: Entry,
    /// The price of a write as wide; none where it is not known.
    pub write: Option<Entry>,
    /// What becomes of both prices when the size changes.
    pub scaling: Scaling,
}

/// For which size the prices of a level hold.
#[derive(Debug, Clone, PartialEq)]
pub enum Scaling {
    /// For any: they do not depend on it, or were set by hand.
    Any,
    /// For this one in KiB. At another size they stay as they are, since no
    /// source says better.
    Fixed(BigRational),
    /// For one; at another they go along.
    Law(SizeLaw),
}

impl AccessPrice {
    /// Whether a write costs what a read does.
    pub fn is_one(&self) -> bool {
        self.write.as_ref() == Some(&self.read)
    }

    /// What one access is, in words: `64-bit access`, `bit`, `byte`.
    pub fn per(&self) -> String {
        match (self.bits, self.is_one()) {
            (1, true) => "bit".to_owned(),
            (8, true) => "byte".to_owned(),
            (bits, true) => format!("{bits}-bit access"),
            (bits, false) => format!("{bits}-bit read"),
        }
    }

    /// Gives one of its numbers another value, as [`MemoryLevel::with`] does.
    ///
    /// [`MemoryLevel::with`]: super::MemoryLevel
    pub(super) fn with(&mut self, number: &str, value: &BigRational) -> bool {
        let priced = |entry: &Entry| {
            let rule = PriceRule::set(value.clone(), entry.boundary);
            number_alone(&rule, &mut Problems::new())
        };
        if number == "access_bits" {
            let bits = value.to_integer().to_u32().filter(|_| value.is_integer());
            let Some(bits) = bits.filter(|bits| (1..=MAX_BITS).contains(bits)) else {
                return false;
            };
            self.bits = bits;
            return true;
        }
        let Some(entry) = priced(&self.read) else {
            return false;
        };
        match number {
            "access" if self.is_one() => {
                self.write = Some(entry.clone());
                self.read = entry;
            }
            "read" => self.read = entry,
            "write" => self.write = Some(entry),
            _ => return false,
        }
        self.scaling = Scaling::Any;
        true
    }

    /// Whether the fields of a memory row say anything of a price.
    pub(super) fn is_in(fields: &Fields<'_>, defaults: &Defaults<'_>) -> bool {
        let own = ["per", "write", "law", "is", "range", defaults.unit.field()];
        own.into_iter().any(|key| fields.has(key))
    }

    /// Reads it out of the fields of the row at `node`, of a memory of this
    /// size.
    pub(super) fn read(
        what: &str,
        size_kib: Option<&BigRational>,
        (node, fields): (&Datum, &mut Fields<'_>),
        defaults: &Defaults<'_>,
        problems: &mut Problems,
    ) -> Option<AccessPrice> {
        let per = fields
            .require("per", &format!("the memory `{what}`"), problems)
            .and_then(|node| read_width(node, problems));
        let written = fields.take("write");
        let law = (fields.take("law")).map(|node| SizeLaw::read_exponent(node, problems));
        let rule = PriceRule::from_fields(what, node, fields, defaults, problems);
        let read = number_alone(&rule?, problems)?;
        let (bits, both) = per?;
        let write = match written {
            Some(node) if both => {
                problems.push(
                    Diagnostic::at(&node.place, format!("a write to `{what}` has two prices"))
                        .help(format!(
                            "an access is either: write `per = \"{bits}-bit read\"`"
                        )),
                );
                return None;
            }
            Some(node) => {
                let rule = PriceRule::read(&format!("{what} write"), node, defaults, problems);
                Some(number_alone(&rule?, problems)?)
            }
            None => both.then(|| read.clone()),
        };
        let scaling = match (law, size_kib) {
            (None, None) => Scaling::Any,
            (None, Some(size)) => Scaling::Fixed(size.clone()),
            (Some(exponent), Some(size)) => Scaling::Law(SizeLaw {
                exponent: exponent?,
                at_kib: size.clone(),
            }),
            (Some(_), None) => {
                problems.push(
                    Diagnostic::at(
                        &node.place,
                        format!("`{what}` has a `law` and no `size_kib`"),
                    )
                    .help("a law says how the price goes with the size, from one that is known"),
                );
                return None;
            }
        };
        Some(AccessPrice {
            bits,
            read,
            write,
            scaling,
        })
    }
}

/// The value of a price without names of entries.
fn number_alone(rule: &PriceRule, problems: &mut Problems) -> Option<Entry> {
    let no_names = |_: &str, place: &Place| {
        Err(Diagnostic::at(place, "a memory has no formula with names")
            .help("its price and range are numbers"))
    };
    price(rule, &mut { no_names }, true, problems)
}

/// Reads `64-bit access`, `64-bit read`, `bit` or `byte`: how many bits, and
/// whether a write is priced too.
fn read_width(node: &Datum, problems: &mut Problems) -> Option<(u32, bool)> {
    let text = node.text(problems)?;
    let width = |digits: &str| {
        let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
        let bits = digits.parse().ok().filter(|_| is_number);
        bits.filter(|bits| (1..=MAX_BITS).contains(bits))
    };
    let word = text.value.as_str();
    let read = match (
        word.strip_suffix("-bit access"),
        word.strip_suffix("-bit read"),
    ) {
        (Some(digits), _) => width(digits).map(|bits| (bits, true)),
        (_, Some(digits)) => width(digits).map(|bits| (bits, false)),
        _ if word == "bit" => Some((1, true)),
        _ if word == "byte" => Some((8, true)),
        _ => None,
    };
    if read.is_none() {
        problems.push(
            Diagnostic::at(
                &text.place,
                format!("`{}` is nothing that a memory is priced per", text.value),
            )
            .help("write `bit`, `byte`, or, for example, `64-bit access` or `64-bit read`"),
        );
    }
    read
}
