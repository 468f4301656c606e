//! Hardware tables: what each primitive costs in each number format, and why
//! one may think so.
//!
//! A table is a TOML file that anyone can read and edit:
//!
//! ```toml
//! name = "45nm"
//! boundary = "functional unit"
//! kind = "unstated"
//!
//! [source.horowitz2014]
//! title = "Computing's energy problem (and what we can do about it)"
//! where = "ISSCC 2014, figure 1.1.9"
//!
//! [fp32]
//! add = { pj = 0.9, source = "horowitz2014", confidence = "high" }
//! mul = { pj = 3.7, source = "horowitz2014", confidence = "high" }
//!
//! [every]
//! sub = "add"
//! ```
//!
//! Two rules carry it. **A number without a source does not enter**: it names
//! one, or it is `assumed` and says why. **What is derived stays derived**:
//! `sub = "add"` is kept as a formula, so a table that extends this one, and a
//! what-if that replaces one price ([`EnergyTable::with_price`]), move
//! everything that depends on it. Derived entries are always `assumed`.
//!
//! An entry that is neither given nor derived is missing. That is for whoever
//! needs it to report; it is never zero.
//!
//! | field of the file | what it holds |
//! |---|---|
//! | `name`; `title`, `node`, `supply` | what it is called; what is said of the hardware |
//! | `extends` | a table from which everything is inherited that this one does not say itself |
//! | `scale` | by which [`ScalingLaw`] that table is taken to another node, supply or width |
//! | `boundary`, `kind` | the [`Boundary`] and the [`FigureKind`] of entries that have none of their own |
//! | `unit` | the unit of all numbers of this file: `pJ` (and entries say `pj = …`), `fJ` (`fj`) or `nJ` (`nj`) |
//! | `formats` | what a comparison shows by default; else the first section |
//! | `[source.key]` | a [`Citation`]: `title`, `where`, and, if need be, `read` (how the values were read) and `url` |
//! | `[fp32]`, `[int8]`, … | the entries of a number format: `pj` or `is` (a formula) or a `range` alone; `source`, `confidence`, `why` or `note`, `kind`, `boundary` |
//! | `[every]` | entries for every format that has none of its own, as far as what they name is priced there |
//! | `[[memory]]` | a [`MemoryLevel`]: `level`, `size_kib`, `per`, and the fields of an entry; `write` where a write has a price of its own, `law` where the price goes with a power of the size, `bandwidth` |
//! | `[[hierarchy]]` | a [`NamedHierarchy`]: `name`, and `levels` by the names of memories, nearest first; the first one is the usual one |
//! | `[device]` | numbers of the device as a whole ([`DeviceNumber`]): `static` power, the time a `launch` takes, the energy an `inference` takes, and under `[device.peak]` how many operations of each format it does in a second |
//!
//! In a formula, `add` is the entry of the same format and `int8.add` that of
//! another. A formula gives an energy, in whatever unit the file is written:
//! `7 * mul` does, `mul * mul` does not. A number that stands beside an energy,
//! as in `2 * add + 1`, is in the unit of the file.
//!
//! | module | what it knows |
//! |---|---|
//! | `read`, `sections` | the parts of a file, and `extends` |
//! | `keys` | what may stand in a file |
//! | `scale`, `law` | a table scaled from another, and the laws for that |
//! | `rule`, `amount` | what a file says about one price |
//! | `dimension` | whether a formula comes out in a unit of energy |
//! | `resolve`, `price` | the order of derived entries, and their values |
//! | `entry` | one price and what is known about it |
//! | `memory`, `access`, `hierarchy` | levels of memory, what an access costs, and which of them there are |
//! | `device`, `figure` | what is said of a device as a whole, in units of its own |
//! | `about` | what every figure says beside its value |
//! | `size_law` | how the price of an access goes with the size of a memory |
//! | `sources`, `citation` | what is cited |

mod about;
mod access;
mod amount;
mod citation;
mod device;
mod dimension;
mod entry;
mod figure;
mod hierarchy;
pub(crate) mod keys;
mod law;
mod memory;
mod price;
mod read;
mod resolve;
mod rule;
mod scale;
mod sections;
mod size_law;
mod sources;
mod symbolic;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use num_rational::BigRational;

pub use self::about::About;
pub use self::access::{AccessPrice, Scaling};
pub use self::citation::Citation;
pub use self::device::DeviceNumber;
pub use self::entry::{Boundary, Confidence, Entry, FigureKind, Provenance};
pub use self::figure::{Figure, Measure};
pub use self::hierarchy::NamedHierarchy;
pub use self::law::ScalingLaw;
pub use self::memory::MemoryLevel;
pub use self::scale::Scaled;
pub use self::size_law::SizeLaw;

use self::device::Device;
use self::resolve::{Key, PriceRules, Strictness, resolve};
use self::rule::PriceRule;
use self::sources::Sources;
use crate::format::{Format, NumberFormat};
use crate::primitive::Primitive;
use crate::source::{Problems, Spanned};

/// What the operations of one piece of hardware cost, in picojoules.
#[derive(Debug, Clone, PartialEq)]
pub struct EnergyTable {
    name: String,
    title: Option<String>,
    node: Option<String>,
    supply: Option<String>,
    extends: Option<Spanned<String>>,
    /// The table that it extends.
    base: Option<Arc<EnergyTable>>,
    boundary: Boundary,
    kind: FigureKind,
    default_formats: Vec<Format>,
    formats: Vec<NumberFormat>,
    rules: PriceRules,
    entries: BTreeMap<Key, Entry>,
    memories: Vec<MemoryLevel>,
    hierarchies: Vec<NamedHierarchy>,
    device: Device,
    sources: Sources,
    /// How it was scaled from the table that it extends.
    scaled: Option<Scaled>,
}

impl EnergyTable {
    /// The name under which users know it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its title; its name where it has none.
    pub fn title(&self) -> &str {
        self.title.as_deref().unwrap_or(&self.name)
    }

    /// The process node or the device, such as `45 nm`, where stated.
    pub fn node(&self) -> Option<&str> {
        self.node.as_deref()
    }

    /// The process node in nanometres, where stated as such.
    pub fn nanometres(&self) -> Option<u32> {
        self.node().and_then(scale::nanometres)
    }

    /// The supply in volts, where stated as such.
    pub fn volts(&self) -> Option<BigRational> {
        self.supply().and_then(scale::volts)
    }

    /// The supply voltage, such as `0.9 V`, where stated.
    pub fn supply(&self) -> Option<&str> {
        self.supply.as_deref()
    }

    /// The table that it extends, as the file names it.
    pub fn extends(&self) -> Option<&Spanned<String>> {
        self.extends.as_ref()
    }

    /// How it was scaled from the table that it extends, if it was.
    pub fn scaled(&self) -> Option<&Scaled> {
        self.scaled.as_ref()
    }

    /// The table that an entry of this one is of: one that this one extends,
    /// where it has the same entry.
    pub fn origin(&self, primitive: Primitive, format: NumberFormat) -> &EnergyTable {
        let Some(base) = self.base.as_deref() else {
            return self;
        };
        let own = self.entry(primitive, format);
        let is_same =
            |own: &Entry, of_base: &Entry| own.pj == of_base.pj && own.place == of_base.place;
        match own.zip(base.entry(primitive, format)) {
            Some((own, of_base)) if is_same(own, of_base) => base.origin(primitive, format),
            _ => self,
        }
    }

    /// The same table, called after its file too where another one of `names`
    /// has its name.
    pub fn told_apart(self, file: &str, names: &[String]) -> EnergyTable {
        if names.iter().filter(|name| **name == self.name).count() < 2 {
            return self;
        }
        EnergyTable {
            name: format!("{} ({file})", self.name),
            ..self
        }
    }

    /// What its prices include, unless an entry says otherwise.
    pub fn boundary(&self) -> Boundary {
        self.boundary
    }

    /// How its prices were obtained, unless an entry says otherwise.
    pub fn kind(&self) -> FigureKind {
        self.kind
    }

    /// The formats that a comparison shows unless asked for others.
    pub fn default_formats(&self) -> &[Format] {
        &self.default_formats
    }

    /// The number formats that it has a section for, in the order of the file.
    pub fn formats(&self) -> impl Iterator<Item = NumberFormat> {
        self.formats.iter().copied()
    }

    /// All entries, by format in the order of the file, then by primitive in
    /// the order of [`Primitive::ALL`].
    pub fn entries(&self) -> impl Iterator<Item = (NumberFormat, Primitive, &Entry)> {
        self.formats.iter().flat_map(move |format| {
            Primitive::ALL.into_iter().filter_map(move |primitive| {
                Some((*format, primitive, self.entry(primitive, *format)?))
            })
        })
    }

    /// The levels of memory, in the order of the file.
    pub fn memories(&self) -> &[MemoryLevel] {
        &self.memories
    }

    /// The source with this key.
    pub fn source(&self, key: &str) -> Option<&Citation> {
        self.sources.0.get(key)
    }

    /// All sources with their keys, by key.
    pub fn sources(&self) -> impl Iterator<Item = (&str, &Citation)> {
        self.sources
            .0
            .iter()
            .map(|(key, source)| (key.as_str(), source))
    }

    /// The entry for `primitive` in `format`; `None` where the table does not
    /// price it, which is never the same as 0.
    pub fn entry(&self, primitive: Primitive, format: NumberFormat) -> Option<&Entry> {
        self.entries.get(&(format, primitive))
    }

    /// The same table where `primitive` in `format` costs `pj` picojoules, and
    /// where all that is derived from it follows. The entry is marked as set
    /// by hand and `assumed`.
    ///
    /// A derived entry that then divides by zero is missing; a range that no
    /// longer holds its value is dropped. Whether `pj` makes sense is for the
    /// caller to judge: a sensitivity may want a value that hardware has not.
    pub fn with_price(
        &self,
        primitive: Primitive,
        format: NumberFormat,
        pj: BigRational,
    ) -> EnergyTable {
        let mut table = self.clone();
        let boundary = self
            .entry(primitive, format)
            .map_or(self.boundary, |entry| entry.boundary);
        let rule = Arc::new(PriceRule::set(pj, boundary));
        table.rules.own.insert((format, primitive), rule);
        if !table.formats.contains(&format) {
            table.formats.push(format);
        }
        let lenient = Strictness {
            check: false,
            missing: false,
            wrong: BTreeSet::new(),
        };
        // Mistakes cannot be new here but for a division by zero, and then the
        // entry is missing.
        table.entries = resolve(&table.formats, &table.rules, &lenient, &mut Problems::new());
        table
    }

    /// A number of the device, if the table says it.
    pub fn device(&self, number: DeviceNumber) -> Option<&Figure> {
        self.device.get(&number)
    }

    /// All numbers of the device.
    pub fn device_numbers(&self) -> impl Iterator<Item = (DeviceNumber, &Figure)> {
        self.device.iter().map(|(number, figure)| (*number, figure))
    }

    /// The symbol for a number of the device: `h100.static.watts`.
    pub fn device_symbol(&self, number: DeviceNumber) -> String {
        format!("{}.{number}", self.name())
    }

    /// The same table with another value of a number of the device, marked as
    /// set by hand; nothing where it cannot have this value.
    pub fn with_device(&self, number: DeviceNumber, value: BigRational) -> Option<EnergyTable> {
        if !number.measure().allows(&value) {
            return None;
        }
        let mut table = self.clone();
        let boundary = (self.device(number)).map_or(self.boundary, |figure| figure.boundary);
        table.device.insert(number, Figure::set(value, boundary));
        if let DeviceNumber::Peak(format) = number
            && !table.formats.contains(&format)
        {
            table.formats.push(format);
        }
        Some(table)
    }
}
