//! What it costs to fetch a word from each level of memory.
//!
//! Sources give these per access of some width, and the width matters: the
//! 8 KB memory that costs 10 pJ per 64 bits is the one that costs 5 per 32.
//! A level keeps the width it was published for and converts exactly.

use num_rational::BigRational;
use num_traits::Signed;

use super::entry::Entry;
use super::price::price;
use super::rule::{Defaults, PriceRule};
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
    /// The price of one access, in picojoules.
    pub access: Entry,
}

impl MemoryLevel {
    /// The price of one bit, in picojoules.
    pub fn pj_per_bit(&self) -> BigRational {
        &self.access.pj / number::whole(self.bits)
    }

    /// What one access is, in words: `64-bit access`, `bit`, `byte`.
    pub fn per(&self) -> String {
        match self.bits {
            1 => "bit".to_owned(),
            8 => "byte".to_owned(),
            bits => format!("{bits}-bit access"),
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
        let bits = fields
            .require("per", &format!("the memory `{what}`"), problems)
            .and_then(|node| read_width(node, problems));
        let rule = PriceRule::from_fields(what, node, &mut fields, defaults, problems);
        fields.finish("a memory", problems);
        let access = price(
            &rule?,
            &mut |_, place| {
                Err(Diagnostic::at(place, "a memory has no formula with names")
                    .help("its price and range are numbers"))
            },
            true,
            problems,
        )?;
        let size_kib = match size {
            Some(size) => Some(size?),
            None => None,
        };
        Some(MemoryLevel {
            level: level?.value,
            size_kib,
            bits: bits?,
            access,
        })
    }
}

/// Reads `64-bit access`, `bit` or `byte`, in bits.
fn read_width(node: &Datum, problems: &mut Problems) -> Option<u32> {
    let text = node.text(problems)?;
    let bits = match text.value.as_str() {
        "bit" => Some(1),
        "byte" => Some(8),
        other => other
            .strip_suffix("-bit access")
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|digits| digits.parse().ok())
            .filter(|bits| (1..=MAX_BITS).contains(bits)),
    };
    if bits.is_none() {
        problems.push(
            Diagnostic::at(
                &text.place,
                format!("`{}` is nothing that a memory is priced per", text.value),
            )
            .help("write `bit`, `byte` or, for example, `64-bit access`"),
        );
    }
    bits
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
