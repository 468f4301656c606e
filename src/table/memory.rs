//! What it costs to fetch a word from each level of memory.
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
use num_traits::{One, Signed, ToPrimitive};

use super::entry::Entry;
use super::price::price;
use super::rule::{Defaults, PriceRule};
use super::size_law::SizeLaw;
use crate::number;
use crate::source::{Datum, Diagnostic, Fields, Place, Problems};

/// The widest access that is accepted, in bits.
const MAX_BITS: u32 = 1 << 16;

/// One level of memory and the price of an access to it.
#[derive(Debug, Clone, PartialEq)]
pub struct MemoryLevel {
    /// Its name: `sram`, `dram`, `hbm2`.
    pub level: String,
    /// Its size in KiB, where the price depends on it.
    pub size_kib: Option<BigRational>,
    /// How many bits one access moves.
    pub bits: u32,
    /// The price of one access, in picojoules; of a read, where a write has a
    /// price of its own.
    pub access: Entry,
    /// The price of a write as wide; none where it is not known.
    pub write: Option<Entry>,
    /// What becomes of both prices when the size changes.
    pub scaling: Scaling,
    /// How many bytes cross in a second, where that is known.
    pub bytes_per_second: Option<BigRational>,
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

impl MemoryLevel {
    /// The price of one read at its size, in picojoules.
    pub fn read_pj(&self) -> BigRational {
        &self.access.pj * self.factor()
    }

    /// The price of one write at its size, if it is known.
    pub fn write_pj(&self) -> Option<BigRational> {
        let write = self.write.as_ref()?;
        Some(&write.pj * self.factor())
    }

    /// The price of one bit, in picojoules.
    pub fn pj_per_bit(&self) -> BigRational {
        self.read_pj() / number::whole(self.bits)
    }

    /// The price of one bit that is written, in picojoules, if it is known.
    pub fn pj_per_bit_written(&self) -> Option<BigRational> {
        Some(self.write_pj()? / number::whole(self.bits))
    }

    /// Whether a write costs what a read does.
    pub fn has_one_price(&self) -> bool {
        self.write.as_ref() == Some(&self.access)
    }

    /// Gives one of its numbers another value, by the name that what-ifs know it
    /// by. `false` where it has no such number, or cannot have this value.
    pub(crate) fn with(&mut self, number: &str, value: &BigRational) -> bool {
        let is_price = matches!(number, "access" | "read" | "write");
        let priced = |entry: &Entry| {
            let rule = PriceRule::set(value.clone(), entry.boundary);
            number_alone(&rule, &mut Problems::new())
        };
        match number {
            "access" if self.has_one_price() => {
                let Some(entry) = priced(&self.access) else {
                    return false;
                };
                self.write = Some(entry.clone());
                self.access = entry;
            }
            "read" => match priced(&self.access) {
                Some(entry) => self.access = entry,
                None => return false,
            },
            "write" => match priced(&self.access) {
                Some(entry) => self.write = Some(entry),
                None => return false,
            },
            "access_bits" => match value.to_integer().to_u32().filter(|_| value.is_integer()) {
                Some(bits) if (1..=MAX_BITS).contains(&bits) => self.bits = bits,
                _ => return false,
            },
            "kib" if value.is_positive() => self.size_kib = Some(value.clone()),
            _ => return false,
        }
        if is_price {
            self.scaling = Scaling::Any;
        }
        true
    }

    /// By how much its prices at its size are more than those that it was
    /// published with.
    fn factor(&self) -> BigRational {
        match (&self.scaling, &self.size_kib) {
            (Scaling::Law(law), Some(size)) => law.factor(size),
            _ => BigRational::one(),
        }
    }

    /// What is to be said of its prices where it has another size than they
    /// were published for.
    pub fn resized(&self) -> Option<String> {
        let size = self.size_kib.as_ref()?;
        match &self.scaling {
            Scaling::Fixed(at) if at != size => Some(format!(
                "`{}` has the price of {} KiB: no law says what its size does to it.",
                self.name(),
                number::plain(at)
            )),
            Scaling::Law(law) if law.at_kib != *size => Some(format!(
                "`{}` has {:.4} times the price of {} KiB: it goes with the size to the power of {}.",
                self.name(),
                number::to_f64(&self.factor()),
                number::plain(&law.at_kib),
                number::plain(&law.exponent)
            )),
            _ => None,
        }
    }

    /// What is to be said of its prices where its size varies.
    pub fn resizing(&self) -> Option<String> {
        let level = &self.level;
        match &self.scaling {
            Scaling::Any => None,
            Scaling::Fixed(at) => Some(format!(
                "`{level}` keeps the price of {} KiB at every size: no law says what its size does \
                 to it.",
                number::plain(at)
            )),
            Scaling::Law(law) => Some(format!(
                "`{level}` has the price of {} KiB at that size; it goes with the size to the power \
                 of {}.",
                number::plain(&law.at_kib),
                number::plain(&law.exponent)
            )),
        }
    }

    /// How many bits it holds; none where its size is not said.
    pub fn capacity(&self) -> Option<BigRational> {
        let size = self.size_kib.as_ref()?;
        Some(size * number::whole(1024 * 8))
    }

    /// What one access is, in words: `64-bit access`, `bit`, `byte`.
    pub fn per(&self) -> String {
        match (self.bits, self.has_one_price()) {
            (1, true) => "bit".to_owned(),
            (8, true) => "byte".to_owned(),
            (bits, true) => format!("{bits}-bit access"),
            (bits, false) => format!("{bits}-bit read"),
        }
    }

    /// The level and, where it has one, its size: `sram 8 KiB`.
    pub fn name(&self) -> String {
        match &self.size_kib {
            Some(size) => format!("{} {} KiB", self.level, number::plain(size)),
            None => self.level.clone(),
        }
    }

    fn same_level(&self, other: &MemoryLevel) -> bool {
        self.level == other.level && self.size_kib == other.size_kib
    }

    fn read(node: &Datum, defaults: &Defaults<'_>, problems: &mut Problems) -> Option<MemoryLevel> {
        let mut fields = Fields::of(node, problems)?;
        let level = fields
            .require("level", "a memory", problems)
            .and_then(|node| node.text(problems));
        let what = level.as_ref().map_or("memory", |level| &level.value);
        let size = fields.take("size_kib").map(|node| {
            let size = node.number(problems)?;
            if size.value.is_positive() {
                return Some(size.value);
            }
            problems.push(
                Diagnostic::at(&size.place, "a memory has a size above 0")
                    .help("leave `size_kib` out where the price does not depend on it"),
            );
            None
        });
        let per = fields
            .require("per", &format!("the memory `{what}`"), problems)
            .and_then(|node| read_width(node, problems));
        let written = fields.take("write");
        let law = (fields.take("law")).map(|node| SizeLaw::read_exponent(node, problems));
        let bandwidth = fields
            .take("bandwidth_gb_s")
            .map(|node| read_bandwidth(node, problems));
        let rule = PriceRule::from_fields(what, node, &mut fields, defaults, problems);
        fields.finish("a memory", problems);
        let access = number_alone(&rule?, problems)?;
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
            None => both.then(|| access.clone()),
        };
        let size_kib = match size {
            Some(size) => Some(size?),
            None => None,
        };
        let scaling = match (law, &size_kib) {
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
        let bytes_per_second = match bandwidth {
            Some(bandwidth) => Some(bandwidth?),
            None => None,
        };
        Some(MemoryLevel {
            level: level?.value,
            size_kib,
            bits,
            access,
            write,
            scaling,
            bytes_per_second,
        })
    }
}

/// Reads how many gigabytes, of 10⁹ bytes each, cross in a second.
fn read_bandwidth(node: &Datum, problems: &mut Problems) -> Option<BigRational> {
    let bandwidth = node.number(problems)?;
    if bandwidth.value.is_positive() {
        return Some(bandwidth.value * number::whole(1_000_000_000));
    }
    problems.push(Diagnostic::at(
        &bandwidth.place,
        "a bandwidth is above 0, in gigabytes of 10⁹ bytes a second",
    ));
    None
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

/// Adds the `[[memory]]` rows under `node`; a level of the same name and size
/// that a table which is extended already has is replaced.
pub(super) fn add_memories(
    memories: &mut Vec<MemoryLevel>,
    node: &Datum,
    defaults: &Defaults<'_>,
    problems: &mut Problems,
) {
    let mut own: Vec<(MemoryLevel, &Place)> = Vec::new();
    for item in node.items(problems).unwrap_or_default() {
        let Some(memory) = MemoryLevel::read(item, defaults, problems) else {
            continue;
        };
        match own.iter().find(|(other, _)| other.same_level(&memory)) {
            Some((_, first)) => problems.push(
                Diagnostic::at(
                    &item.place,
                    format!("the memory `{}` is here twice", memory.name()),
                )
                .and(first, "the first")
                .help("keep one of them, or give them different names or sizes"),
            ),
            None => own.push((memory, &item.place)),
        }
    }
    for (memory, _) in own {
        match memories.iter_mut().find(|other| other.same_level(&memory)) {
            Some(inherited) => *inherited = memory,
            None => memories.push(memory),
        }
    }
}
