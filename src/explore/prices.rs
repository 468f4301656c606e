//! What a count costs on a table, and on which entries that rests.

use std::collections::{BTreeMap, HashSet};

use num_rational::BigRational;
use serde::Serialize;

use super::graphs::Shared;
use super::program::{NoProgram, Renamed};
use super::subject::{ExploredTable, Subject};
use crate::energy::{CostModel, LevelNumber, Memory};
use crate::format::{Format, NumberFormat};
use crate::movement::Direction;
use crate::number::to_f64;
use crate::primitive::Primitive;
use crate::symbolic::Expr;
use crate::table::{EnergyTable, Entry, Provenance};

/// A table.
#[derive(Debug, Serialize)]
pub(super) struct TablePage {
    name: String,
    title: String,
    /// For each format what each class costs; nothing where the table has none of
    /// the format.
    prices: Vec<Option<Vec<PricePage>>>,
    /// The levels of memory, nearest first; none where it names no hierarchy.
    levels: Vec<LevelPage>,
    /// The entries that something rests on.
    entries: Vec<EntryPage>,
    sources: Vec<String>,
}

/// What one of a class costs.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum PricePage {
    /// The table has no such entry, called as given.
    Missing(String),
    /// Another class of the same op pays for it.
    Paid(()),
    /// A sum, and the entry, by its place; none where it costs 0 by convention.
    Price(u32, Option<usize>),
}

/// What a bit costs that is read, and one that is written; nothing where nobody says.
type BitPrices = [Option<u32>; 2];
/// Prices that hold once one of these symbols is set.
type ByHand = (BitPrices, Vec<u32>);

/// A level of memory.
#[derive(Debug, Serialize)]
struct LevelPage {
    name: String,
    /// The symbol of its size, and that size.
    kib: Option<(u32, f64)>,
    /// What a bit costs that is read, and one that is written.
    prices: BitPrices,
    /// The same where one of these symbols is set by hand: that price goes with no
    /// size. Only where prices go with the size.
    #[serde(skip_serializing_if = "Option::is_none")]
    by_hand: Option<ByHand>,
}

/// An entry, and what is known of it.
#[derive(Debug, Serialize)]
struct EntryPage {
    symbol: u32,
    name: String,
    value: f64,
    unit: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<(f64, f64)>,
    /// The formula that it follows others by; a page does not change it.
    #[serde(skip_serializing_if = "Option::is_none")]
    formula: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<usize>,
    confidence: &'static str,
    kind: &'static str,
    boundary: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// A table as it is written.
struct Writing<'t> {
    table: &'t EnergyTable,
    entries: Vec<EntryPage>,
    /// Where entries stand.
    places: BTreeMap<String, usize>,
    sources: Vec<String>,
}

impl<'t> Writing<'t> {
    /// The place of an entry under its name.
    fn entry(
        &mut self,
        name: &str,
        value: Option<&BigRational>,
        (entry, unit): (&Entry, &'static str),
        shared: &mut Shared<'_>,
    ) -> usize {
        if let Some(known) = self.places.get(name) {
            return *known;
        }
        let source = entry.provenance.source().map(|key| {
            let text = self.citation(key);
            let known = self.sources.iter().position(|known| *known == text);
            known.unwrap_or_else(|| {
                self.sources.push(text);
                self.sources.len() - 1
            })
        });
        let is_price = value.is_none();
        self.entries.push(EntryPage {
            symbol: shared.program.symbol(name),
            name: name.to_owned(),
            value: to_f64(value.unwrap_or(&entry.pj)),
            unit,
            range: (entry.range.as_ref().filter(|_| is_price))
                .map(|(least, most)| (to_f64(least), to_f64(most))),
            formula: match &entry.provenance {
                Provenance::Derived { formula, .. } if is_price => Some(formula.clone()),
                _ => None,
            },
            source,
            confidence: entry.confidence.name(),
            kind: entry.kind.name(),
            boundary: entry.boundary.name(),
            note: entry.note.clone(),
        });
        self.places.insert(name.to_owned(), self.entries.len() - 1);
        self.entries.len() - 1
    }

    fn citation(&self, key: &str) -> String {
        let Some(source) = self.table.source(key) else {
            return key.to_owned();
        };
        let parts = [source.title.as_str(), source.venue.as_str()];
        let parts = parts.into_iter().filter(|part| !part.is_empty());
        parts.collect::<Vec<&str>>().join(", ")
    }

    /// The entries that a price rests on, each with its symbol.
    fn rests_on(&mut self, price: &Expr, shared: &mut Shared<'_>) {
        let symbols = price.symbols();
        let table = self.table;
        for (format, primitive, entry) in table.entries() {
            let name = table.symbol(primitive, format);
            if symbols.iter().any(|symbol| symbol.name() == name) {
                self.entry(&name, None, (entry, "pJ"), shared);
            }
        }
    }
}

impl Shared<'_> {
    /// A table, with what every class costs in every format.
    pub(super) fn table(
        &mut self,
        explored: &ExploredTable,
        subject: &Subject<'_>,
    ) -> Result<TablePage, NoProgram> {
        let table = &explored.table;
        let mut writing = Writing {
            table,
            entries: Vec::new(),
            places: BTreeMap::new(),
            sources: Vec::new(),
        };
        let mut prices = Vec::with_capacity(subject.formats.len());
        for format in subject.formats {
            prices.push(match has(table, *format) {
                true => Some(self.prices(*format, subject, &mut writing)?),
                false => None,
            });
        }
        let levels = match explored.memories.first() {
            Some(memory) => self.levels(memory, &mut writing)?,
            None => Vec::new(),
        };
        Ok(TablePage {
            name: table.name().to_owned(),
            title: table.title().to_owned(),
            prices,
            levels,
            entries: writing.entries,
            sources: writing.sources,
        })
    }

    fn prices(
        &mut self,
        format: Format,
        subject: &Subject<'_>,
        writing: &mut Writing<'_>,
    ) -> Result<Vec<PricePage>, NoProgram> {
        let model = CostModel {
            table: writing.table,
            format,
            zero_cost: subject.zero_cost,
            memory: None,
            static_energy: false,
        };
        let mut prices = Vec::new();
        for class in 0..self.classes.all().len() {
            let number = u32::try_from(class).unwrap_or(u32::MAX);
            let Some(demand) = self.examples.get(&number).copied() else {
                continue;
            };
            prices.push(match model.cost(demand) {
                Ok(None) => PricePage::Paid(()),
                Err(missing) => {
                    PricePage::Missing(format!("{} in {}", missing.primitive, missing.format))
                }
                Ok(Some(cost)) => match cost.entry {
                    None => {
                        PricePage::Price(self.program.sum(&Expr::zero(), &Renamed::new())?, None)
                    }
                    Some(entry) => self.price((cost.primitive, cost.format), entry, writing)?,
                },
            });
        }
        Ok(prices)
    }

    fn price(
        &mut self,
        (primitive, format): (Primitive, NumberFormat),
        entry: &Entry,
        writing: &mut Writing<'_>,
    ) -> Result<PricePage, NoProgram> {
        let table = writing.table;
        let name = table.symbol(primitive, format);
        let price = table.price(primitive, format);
        let price = price.unwrap_or_else(|| Expr::constant(entry.pj.clone()));
        let place = writing.entry(&name, None, (entry, "pJ"), self);
        writing.rests_on(&price, self);
        Ok(PricePage::Price(
            self.program.sum(&price, &Renamed::new())?,
            Some(place),
        ))
    }

    fn levels(
        &mut self,
        memory: &Memory,
        writing: &mut Writing<'_>,
    ) -> Result<Vec<LevelPage>, NoProgram> {
        let mut levels = Vec::with_capacity(memory.levels.len());
        for (at, level) in memory.levels.iter().enumerate() {
            let known = level.price.as_ref();
            for (number, value) in memory.numbers(at) {
                let (unit, entry) = match number {
                    LevelNumber::Bandwidth => continue,
                    LevelNumber::Kib => ("KiB", known.map(|price| &price.read)),
                    LevelNumber::AccessBits => ("bit", known.map(|price| &price.read)),
                    LevelNumber::Write => ("pJ", known.and_then(|price| price.write.as_ref())),
                    LevelNumber::Access | LevelNumber::Read => {
                        ("pJ", known.map(|price| &price.read))
                    }
                };
                let name = memory.symbol(at, number);
                if let Some(entry) = entry {
                    let value = (unit != "pJ").then_some(&value);
                    writing.entry(name.name(), value, (entry, unit), self);
                }
            }
            let kib = level.size_kib.as_ref().map(|size| {
                let symbol = memory.symbol(at, LevelNumber::Kib);
                (self.program.symbol(symbol.name()), to_f64(size))
            });
            let prices = self.level_prices(memory, at)?;
            let by_hand = self
                .by_hand(memory, at)?
                .filter(|(plain, _)| *plain != prices);
            levels.push(LevelPage {
                name: memory.level_name(at),
                kib,
                prices,
                by_hand,
            });
        }
        Ok(levels)
    }

    fn level_prices(&mut self, memory: &Memory, level: usize) -> Result<BitPrices, NoProgram> {
        let mut prices = [None, None];
        for (slot, direction) in prices.iter_mut().zip(Direction::ALL) {
            if let Some(price) = memory.open_price(level, direction) {
                *slot = Some(self.program.sum(&price, &Renamed::new())?);
            }
        }
        Ok(prices)
    }

    /// What the level costs once one of its prices was set, and which these are.
    fn by_hand(&mut self, memory: &Memory, level: usize) -> Result<Option<ByHand>, NoProgram> {
        let is_price = |number: &LevelNumber| {
            use LevelNumber::{Access, Read, Write};
            matches!(number, Access | Read | Write)
        };
        let numbers = memory.numbers(level).into_iter();
        let numbers: Vec<_> = numbers.filter(|(number, _)| is_price(number)).collect();
        let mut set = memory.clone();
        for (number, value) in &numbers {
            set.set(level, *number, value);
        }
        let symbols = numbers.iter().map(|(number, _)| {
            let symbol = memory.symbol(level, *number);
            self.program.symbol(symbol.name())
        });
        let symbols: Vec<u32> = symbols.collect();
        let prices = self.level_prices(&set, level)?;
        Ok((!symbols.is_empty()).then_some((prices, symbols)))
    }
}

/// Whether a table has both parts of a format.
pub(super) fn has(table: &EnergyTable, format: Format) -> bool {
    let known: HashSet<NumberFormat> = table.formats().collect();
    known.contains(&format.operand) && known.contains(&format.accumulator)
}
