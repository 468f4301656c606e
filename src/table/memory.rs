//! Levels of memory: how much each holds, what it costs to fetch a word from it,
//! and how fast it is.
//!
//! Either of the last two may be known alone. A bandwidth is a figure of its own,
//! with its own source: `bandwidth = { gb_s = 3350, … }`; `bandwidth_gb_s = 614`
//! is one that the source of the row gives too.

use num_rational::BigRational;
use num_traits::{One, Signed};

use super::about::{About, Defaults};
use super::access::{AccessPrice, Scaling};
use super::entry::Boundary;
use super::figure::{Figure, Measure};
use super::keys::MEMORY;
use crate::number;
use crate::source::{Datum, Diagnostic, Fields, Place, Problems};

/// One level of memory, what an access to it costs and how fast it is.
#[derive(Debug, Clone, PartialEq)]
pub struct MemoryLevel {
    /// Its name: `sram`, `dram`, `hbm2`.
    pub level: String,
    /// Its size in KiB, where it has one.
    pub size_kib: Option<BigRational>,
    /// What an access costs; none where nobody says.
    pub price: Option<AccessPrice>,
    /// How many bytes cross in a second, in units of 10⁹, where that is known.
    pub bandwidth: Option<Figure>,
    /// What a row without a price says of itself.
    pub about: Option<About>,
}

impl MemoryLevel {
    /// The price of one read at its size, in picojoules, if it is known.
    pub fn read_pj(&self) -> Option<BigRational> {
        let price = self.price.as_ref()?;
        Some(&price.read.pj * self.factor())
    }

    /// The price of one write at its size, if it is known.
    pub fn write_pj(&self) -> Option<BigRational> {
        let write = self.price.as_ref()?.write.as_ref()?;
        Some(&write.pj * self.factor())
    }

    /// The price of one bit that is read, in picojoules, if it is known.
    pub fn pj_per_bit(&self) -> Option<BigRational> {
        Some(self.read_pj()? / number::whole(self.price.as_ref()?.bits))
    }

    /// The price of one bit that is written, in picojoules, if it is known.
    pub fn pj_per_bit_written(&self) -> Option<BigRational> {
        Some(self.write_pj()? / number::whole(self.price.as_ref()?.bits))
    }

    /// How many bytes cross in a second, where that is known.
    pub fn bytes_per_second(&self) -> Option<BigRational> {
        Some(&self.bandwidth.as_ref()?.value * number::whole(1_000_000_000))
    }

    /// Gives one of its numbers another value, by the name that what-ifs know it
    /// by. `false` where it has no such number, or cannot have this value.
    pub(crate) fn with(&mut self, number: &str, value: &BigRational) -> bool {
        match number {
            "kib" if value.is_positive() => self.size_kib = Some(value.clone()),
            "gb_s" if Measure::Bandwidth.allows(value) => {
                let known = self.bandwidth.as_ref().map(|figure| figure.boundary);
                let boundary = known.unwrap_or(Boundary::Unstated);
                self.bandwidth = Some(Figure::set(value.clone(), boundary));
            }
            "kib" | "gb_s" => return false,
            _ => {
                let price = self.price.as_mut();
                return price.is_some_and(|price| price.with(number, value));
            }
        }
        true
    }

    /// By how much its prices at its size are more than those that it was
    /// published with.
    fn factor(&self) -> BigRational {
        let scaling = self.price.as_ref().map(|price| &price.scaling);
        match (scaling, &self.size_kib) {
            (Some(Scaling::Law(law)), Some(size)) => law.factor(size),
            _ => BigRational::one(),
        }
    }

    /// What is to be said of its prices where it has another size than they
    /// were published for.
    pub fn resized(&self) -> Option<String> {
        let size = self.size_kib.as_ref()?;
        match &self.price.as_ref()?.scaling {
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
        match &self.price.as_ref()?.scaling {
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
        let mut fields = Fields::shaped(node, &MEMORY, problems)?;
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
        // A size that is wrong is told of once.
        let of_size = size
            .clone()
            .map(|size| size.unwrap_or_else(BigRational::one));
        let own = fields.take("bandwidth").map(|node| {
            let what = format!("{what} bandwidth");
            Figure::read(&what, Measure::Bandwidth, node, defaults, problems)
        });
        let of_row = fields.take("bandwidth_gb_s");
        let is_priced = AccessPrice::is_in(&fields, defaults)
            || (own.is_none() && of_row.is_none() && size.is_none());
        let price = is_priced.then(|| {
            let row = (node, &mut fields);
            AccessPrice::read(what, of_size.as_ref(), row, defaults, problems)
        });
        let is_bare = !is_priced && (own.is_none() || fields.has("source"));
        let about =
            is_bare.then(|| About::read(what, false, (node, &mut fields), defaults, problems));
        fields.finish("a memory", problems);
        let size_kib = match size {
            Some(size) => Some(size?),
            None => None,
        };
        let price = match price {
            Some(price) => Some(price?),
            None => None,
        };
        let bandwidth = match (own, of_row) {
            (None, None) => None,
            (Some(own), None) => Some(own?),
            (None, Some(number)) => {
                let about = match &price {
                    Some(price) => About::of(&price.read),
                    None => about.clone()?,
                };
                Some(Figure::alone(Measure::Bandwidth, number, about, problems)?)
            }
            (Some(_), Some(number)) => {
                let message = format!("`{what}` has two bandwidths");
                problems.push(Diagnostic::at(&number.place, message).help("keep one of them"));
                return None;
            }
        };
        Some(MemoryLevel {
            level: level?.value,
            size_kib,
            price,
            bandwidth,
            about,
        })
    }

    /// What this row says over what one of a table that is extended says: a
    /// price and a bandwidth stand apart, and either may come from there.
    fn over(mut self, inherited: &MemoryLevel) -> MemoryLevel {
        self.price = self.price.or_else(|| inherited.price.clone());
        self.bandwidth = self.bandwidth.or_else(|| inherited.bandwidth.clone());
        self.about = self.about.or_else(|| inherited.about.clone());
        self
    }
}

/// Adds the `[[memory]]` rows under `node`; a level of the same name and size
/// that a table which is extended already has stands below it.
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
            Some(inherited) => *inherited = memory.over(inherited),
            None => memories.push(memory),
        }
    }
}
