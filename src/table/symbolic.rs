//! Prices as expressions: an entry that is derived follows the entries that
//! it is derived from.
//!
//! A what-if asks what happens when `fp32.mul` costs less. `exp = "4 * mul"`
//! must follow, so its price is not a number here but `4·45nm.fp32.mul`.

use num_traits::Zero;

use super::EnergyTable;
use super::entry::Entry;
use super::resolve::Key;
use super::rule::Reference;
use crate::format::NumberFormat;
use crate::primitive::Primitive;
use crate::symbolic::{Expr, build};

impl EnergyTable {
    /// The symbol for an entry: `45nm.fp32.mul`.
    pub fn symbol(&self, primitive: Primitive, format: NumberFormat) -> String {
        format!("{}.{format}.{primitive}", self.name())
    }

    /// The price of an entry in picojoules, as an expression in the entries
    /// that are given as numbers, each by its symbol; `None` where the table
    /// lacks the entry.
    ///
    /// Where every symbol has the value of its entry, the expression has the
    /// value of [`entry`](EnergyTable::entry).
    pub fn price(&self, primitive: Primitive, format: NumberFormat) -> Option<Expr> {
        self.price_where(primitive, format, &|_| false)
    }

    /// The same, with a symbol also for every derived entry that has a range
    /// of its own: what its sources leave open beside its formula.
    ///
    /// Such an entry costs p·f/p₀, where p is its symbol, f its formula and p₀
    /// what it costs in this table: it still follows what it is derived from,
    /// in proportion. Where p₀ is 0 it costs f + p. With every symbol at the
    /// value of its entry that is the same price again.
    pub fn price_with_ranges(&self, primitive: Primitive, format: NumberFormat) -> Option<Expr> {
        self.price_where(primitive, format, &|entry| entry.range.is_some())
    }

    /// The price, with a symbol for every derived entry that is `open`.
    fn price_where(
        &self,
        primitive: Primitive,
        format: NumberFormat,
        open: &dyn Fn(&Entry) -> bool,
    ) -> Option<Expr> {
        // Tables are checked for entries that depend on themselves, so this
        // ends.
        let entry = self.entry(primitive, format)?;
        let symbol = || Expr::symbol(&self.symbol(primitive, format));
        let key: Key = (format, primitive);
        let rule = (self.rules.own.get(&key)).or_else(|| self.rules.every.get(&primitive))?;
        let formula = match &rule.value {
            Some(formula) if !formula.names().is_empty() => formula,
            _ => return Some(symbol()),
        };
        let built = build(formula, &mut |name, place| {
            let named = Reference::read(name, place)?;
            let format = named.format.unwrap_or(format);
            let price = self.price_where(named.primitive, format, open);
            // Inside a formula all is in the unit of the file.
            Ok(price.unwrap_or_default().scale(&rule.unit.recip()))
        });
        let price = built.ok()?.scale(&rule.unit);
        Some(match open(entry) {
            false => price,
            true if entry.pj.is_zero() => &price + &symbol(),
            true => &price * &symbol().scale(&entry.pj.recip()),
        })
    }
}
