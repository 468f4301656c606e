//! What each table entry may be: its range, or a spread by its confidence.
//!
//! Few sources say how exact their figures are. Where an entry carries a
//! range, that is what it may be. Elsewhere a convention stands in, a
//! [`Spread`]: so many percent about the value for each confidence. **The
//! percentages are an assumption of this program**, not a finding; they are
//! printed beside every interval and can be replaced.
//!
//! | confidence | what it says of the number | spread |
//! |---|---|---|
//! | high | the same in independent sources: it is what was published | ±0 % |
//! | medium | one good source | ±10 % |
//! | low | a secondary source, an author's estimate | ±25 % |
//! | unverified | the source was not consulted | ±50 % |
//! | assumed | a guess | ±50 % |
//!
//! So an interval says what is open given the published figures, not how well
//! these describe a chip. An entry that is derived and has no range follows its
//! formula and adds no doubt of its own; one that is set by hand is what it
//! was set to.

use num_rational::BigRational;
use num_traits::{Signed, Zero};

use super::sensitivity::{Input, InputKind};
use crate::energy::{CostModel, Memory};
use crate::number::{parse_decimal, plain, whole};
use crate::symbolic::{Expr, Symbol};
use crate::table::{Confidence, EnergyTable, Entry, Figure, Measure, Provenance};

/// Larger spreads are refused: nothing is known to within a factor of 100.
const MAX_SPREAD: i64 = 100;

/// By which share of its value an entry without a range may be off, for each
/// confidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spread([BigRational; Confidence::ALL.len()]);

impl Default for Spread {
    fn default() -> Spread {
        let percent = |percent: i64| BigRational::new(percent.into(), 100.into());
        Spread([0, 10, 25, 50, 50].map(percent))
    }
}

impl Spread {
    /// The share for `confidence`: 0.5 is ±50 %.
    pub fn share(&self, confidence: Confidence) -> BigRational {
        let mut shares = Confidence::ALL.iter().zip(&self.0);
        let found = shares.find(|(known, _)| **known == confidence);
        found.map_or_else(BigRational::zero, |(_, share)| share.clone())
    }

    /// What a value of some confidence may be.
    fn around(&self, value: &BigRational, confidence: Confidence) -> (BigRational, BigRational) {
        let off = value * self.share(confidence);
        ((value - &off).max(BigRational::zero()), value + &off)
    }

    /// Replaces one share as `assumed=0.25` says.
    ///
    /// # Errors
    /// In words: no such confidence, no number, or one that is negative or
    /// above 100.
    pub fn set(&mut self, text: &str) -> Result<(), String> {
        let (name, value) = text
            .split_once('=')
            .ok_or_else(|| format!("`{text}` sets no spread: write CONFIDENCE=SHARE"))?;
        let name = name.trim();
        let names = Confidence::ALL.map(Confidence::name);
        let at = names
            .iter()
            .position(|known| *known == name)
            .ok_or_else(|| format!("`{name}` is no confidence: {}", names.join(", ")))?;
        let share = parse_decimal(value.trim())
            .filter(|share| !share.is_negative() && *share <= whole(MAX_SPREAD))
            .ok_or_else(|| {
                format!(
                    "`{value}` is no spread: a share from 0 to {MAX_SPREAD}, such as 0.5 for ±50 %"
                )
            })?;
        if let Some(slot) = self.0.get_mut(at) {
            *slot = share;
        }
        Ok(())
    }

    /// `high ±0 %, medium ±10 %, …`.
    pub fn line(&self) -> String {
        let parts: Vec<String> = Confidence::ALL
            .iter()
            .zip(&self.0)
            .map(|(confidence, share)| format!("{confidence} ±{} %", plain(&(share * whole(100)))))
            .collect();
        parts.join(", ")
    }
}

/// A table entry with what it may be.
#[derive(Debug, Clone, PartialEq)]
pub struct UncertainEntry {
    /// The entry as an input of results.
    pub input: Input,
    /// The key of its source; entries of one source err together.
    pub source: Option<String>,
}

/// Every entry of `table` that is a number of its own: what is given as a
/// number, and what is derived with a range of its own.
pub fn uncertain_entries(table: &EnergyTable, spread: &Spread) -> Vec<UncertainEntry> {
    let mut all = Vec::new();
    for (format, primitive, entry) in table.entries() {
        let symbol = table.symbol(primitive, format);
        let given = table.price(primitive, format) == Some(Expr::symbol(&symbol));
        if !given && entry.range.is_none() {
            continue;
        }
        let (low, high) = range(entry, spread);
        all.push(UncertainEntry {
            input: Input {
                symbol: Symbol::new(&symbol),
                kind: InputKind::Entry,
                value: entry.pj.clone(),
                low,
                high,
            },
            source: entry.provenance.source().map(str::to_owned),
        });
    }
    all
}

/// Every price of a level of memory.
pub fn uncertain_levels(memory: &Memory, spread: &Spread) -> Vec<UncertainEntry> {
    let prices = memory.prices().into_iter().map(|(symbol, entry)| {
        let (low, high) = range(entry, spread);
        UncertainEntry {
            input: Input {
                symbol,
                kind: InputKind::Entry,
                value: entry.pj.clone(),
                low,
                high,
            },
            source: entry.provenance.source().map(str::to_owned),
        }
    });
    prices.collect()
}

/// Every number of a device that time and static energy rest on, bandwidths of
/// levels among them.
pub fn uncertain_devices(model: &CostModel<'_>, spread: &Spread) -> Vec<UncertainEntry> {
    let table = model.table;
    let own = table.device_numbers().map(|(number, figure)| {
        let symbol = Symbol::new(&table.device_symbol(number));
        (symbol, number.measure(), figure)
    });
    let bandwidths = model.memory.into_iter().flat_map(Memory::bandwidths);
    let bandwidths = bandwidths.map(|(symbol, figure)| (symbol, Measure::Bandwidth, figure));
    let all = own.chain(bandwidths).map(|(symbol, measure, figure)| {
        let (low, high) = range_of_figure(figure, measure, spread);
        UncertainEntry {
            input: Input {
                symbol,
                kind: InputKind::Device,
                value: figure.value.clone(),
                low,
                high,
            },
            source: figure.provenance.source().map(str::to_owned),
        }
    });
    all.collect()
}

/// The range of an entry, or that of the spread, of which nothing is below 0.
fn range(entry: &Entry, spread: &Spread) -> (BigRational, BigRational) {
    let pj = &entry.pj;
    if entry.provenance == Provenance::Set {
        return (pj.clone(), pj.clone());
    }
    (entry.range.clone()).unwrap_or_else(|| spread.around(pj, entry.confidence))
}

/// The same of a figure of a device. Something is divided by a rate: where a
/// spread would take it to 0, it is as many times less as it may be more.
fn range_of_figure(
    figure: &Figure,
    measure: Measure,
    spread: &Spread,
) -> (BigRational, BigRational) {
    let value = &figure.value;
    if figure.provenance == Provenance::Set {
        return (value.clone(), value.clone());
    }
    if let Some(range) = &figure.range {
        return range.clone();
    }
    let (low, high) = spread.around(value, figure.confidence);
    match measure.allows(&low) {
        true => (low, high),
        false => (value * value / &high, high),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_spread_is_printed_as_it_is_set() {
        let mut spread = Spread::default();
        assert_eq!(
            spread.line(),
            "high ±0 %, medium ±10 %, low ±25 %, unverified ±50 %, assumed ±50 %"
        );
        spread.set("low = 0.125").unwrap();
        assert_eq!(plain(&spread.share(Confidence::Low)), "0.125");
        assert!(spread.line().contains("low ±12.5 %"));
    }

    #[test]
    fn what_is_no_spread_is_refused() {
        for (text, message) in [
            ("low", "`low` sets no spread"),
            ("lo=0.1", "`lo` is no confidence: high, medium"),
            ("low=-1", "`-1` is no spread"),
            ("low=much", "`much` is no spread"),
            ("low=101", "`101` is no spread"),
        ] {
            let error = Spread::default().set(text).unwrap_err();
            assert!(error.starts_with(message), "{error}");
        }
    }
}
