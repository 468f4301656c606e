//! Another node or supply: every price of a circuit that computes times one
//! factor.

use std::collections::BTreeSet;
use std::sync::Arc;

use num_rational::BigRational;
use num_traits::{Pow, Signed};

use super::ask::{Scale, Scaled, shown};
use super::read::{nanometres, volts};
use crate::format::NumberFormat;
use crate::number::plain;
use crate::primitive::Primitive;
use crate::source::{Diagnostic, Place, Spanned};
use crate::table::EnergyTable;
use crate::table::entry::{Boundary, Confidence, FigureKind, Provenance};
use crate::table::law::{Process, energy_factor, nodes};
use crate::table::rule::PriceRule;

impl Scale {
    /// `base` at another node, and maybe another supply.
    pub(super) fn to_node(
        &self,
        base: &EnergyTable,
        to: &Spanned<u32>,
        process: Process,
        volts: Option<&Spanned<BigRational>>,
    ) -> Result<EnergyTable, Diagnostic> {
        let from = self.node_of(base)?;
        let from_volts = self.volts_of(base)?;
        let at = volts.map_or(&to.place, |volts| &volts.place);
        let to_volts = volts.map_or(&from_volts, |volts| &volts.value);
        let factor = |nanometres, volts: &BigRational, place: &Place| {
            energy_factor(nanometres, process, volts)
                .map_err(|message| Diagnostic::at(place, message).help(what_there_is(nanometres)))
        };
        let before = factor(from, &from_volts, &self.place)?;
        let after = factor(to.value, to_volts, at)?;
        let words = format!(
            "from {from} nm at {} V to {} nm at {} V",
            plain(&from_volts),
            to.value,
            plain(to_volts)
        );
        let mut table = self.multiplied(base, &(after / before), words)?;
        table.node = Some(format!("{} nm", to.value));
        table.supply = Some(format!("{} V", plain(to_volts)));
        Ok(table)
    }

    /// `base` at another supply.
    pub(super) fn to_supply(
        &self,
        base: &EnergyTable,
        to: &Spanned<BigRational>,
    ) -> Result<EnergyTable, Diagnostic> {
        let from = self.volts_of(base)?;
        let words = format!("from {} V to {} V", plain(&from), plain(&to.value));
        let factor = Pow::pow(&to.value / from, 2);
        let mut table = self.multiplied(base, &factor, words)?;
        table.supply = Some(format!("{} V", plain(&to.value)));
        Ok(table)
    }

    /// The node that `base` says.
    fn node_of(&self, base: &EnergyTable) -> Result<u32, Diagnostic> {
        let said = base.node().and_then(nanometres);
        said.ok_or_else(|| {
            let of = base.node().unwrap_or("no node");
            let message = format!("`{}` is of {of}: nothing to scale from", base.name());
            Diagnostic::at(&self.place, message)
                .help("a table between the two may say it: `node = \"45 nm\"`")
        })
    }

    /// The supply that `base` says.
    fn volts_of(&self, base: &EnergyTable) -> Result<BigRational, Diagnostic> {
        let said = base.supply().and_then(volts);
        said.filter(Signed::is_positive).ok_or_else(|| {
            let message = format!("`{}` does not say its supply", base.name());
            Diagnostic::at(&self.place, message)
                .help("a table between the two may say it: `supply = \"0.9 V\"`")
        })
    }

    /// Every price of a circuit that computes, times `factor`; of the rest of
    /// the table nothing.
    fn multiplied(
        &self,
        base: &EnergyTable,
        factor: &BigRational,
        words: String,
    ) -> Result<EnergyTable, Diagnostic> {
        let mut table = base.clone();
        let mut left_out = BTreeSet::new();
        let mut own = BTreeSet::new();
        table.rules.own.retain(|(format, primitive), rule| {
            let is_covered = is_covered(rule);
            match is_covered {
                true => own.insert(format!("{format}.{primitive}")),
                false => left_out.insert(format!("{format}.{primitive}")),
            };
            is_covered
        });
        table.rules.every.retain(|primitive, rule| {
            let is_covered = is_covered(rule);
            if !is_covered {
                left_out.insert(format!("every.{primitive}"));
            }
            is_covered
        });
        if own.is_empty() {
            let message = format!(
                "`{}` has nothing that the law `{}` covers: it is of functional units, neither \
                 fitted nor all-in",
                base.name(),
                self.law.name()
            );
            return Err(Diagnostic::at(&self.place, message));
        }
        // What is derived from what is left out is left out with it.
        while let Some(key) = (table.rules.own.iter())
            .find(|(key, rule)| refers_to(rule, key.0, &left_out))
            .map(|(key, _)| *key)
        {
            table.rules.own.remove(&key);
            left_out.insert(format!("{}.{}", key.0, key.1));
        }
        let of = |format: Option<NumberFormat>, primitive: Primitive| match format {
            Some(format) => format!("{}.{format}.{primitive}", base.name()),
            None => format!("{}.{primitive}", base.name()),
        };
        for ((format, primitive), rule) in &mut table.rules.own {
            *rule = Arc::new(self.scaled(rule, factor, &of(Some(*format), *primitive), &words));
        }
        for (primitive, rule) in &mut table.rules.every {
            *rule = Arc::new(self.scaled(rule, factor, &of(None, *primitive), &words));
        }
        left_out.extend(table.memories.iter().map(|level| level.name()));
        left_out.extend(table.device.keys().map(ToString::to_string));
        table.memories.clear();
        table.hierarchies.clear();
        table.device.clear();
        table
            .sources
            .cite(self.law.name(), self.law.citation(&self.place));
        table.scaled = Some(Scaled {
            law: self.law,
            words: format!("{words}, times {}", shown(factor)),
            left_out: left_out.into_iter().collect(),
        });
        Ok(table)
    }

    /// One price times `factor`. Formulas give energies in their unit, so that
    /// unit is what is multiplied.
    fn scaled(&self, rule: &PriceRule, factor: &BigRational, of: &str, words: &str) -> PriceRule {
        let mut scaled = PriceRule {
            unit: &rule.unit * factor,
            confidence: Confidence::Assumed,
            kind: FigureKind::Assumed,
            ..rule.clone()
        };
        // What names other entries follows them.
        if rule.value.is_some() && !rule.references.is_empty() && is_derived(rule) {
            return scaled;
        }
        scaled.note = Some(self.note(
            words,
            rule.confidence,
            &rule.provenance,
            rule.note.as_deref(),
        ));
        scaled.provenance = self.provenance(factor, of);
        scaled
    }
}

/// Whether a law of logic says anything of a price.
fn is_covered(rule: &PriceRule) -> bool {
    rule.boundary == Boundary::FunctionalUnit && rule.kind != FigureKind::Fitted
}

fn is_derived(rule: &PriceRule) -> bool {
    matches!(rule.provenance, Provenance::Derived { .. })
}

/// Whether a rule of an entry in `format` names one of `entries`.
fn refers_to(rule: &PriceRule, format: NumberFormat, entries: &BTreeSet<String>) -> bool {
    rule.references.iter().any(|reference| {
        let format = reference.format.unwrap_or(format);
        entries.contains(&format!("{format}.{}", reference.primitive))
    })
}

/// What the law has in place of what it has not: another node, or another supply.
fn what_there_is(nanometres: u32) -> String {
    if nodes().contains(&nanometres) {
        return "a supply at which its polynomial rises, and at most 1.8 V".to_owned();
    }
    let nodes: Vec<String> = nodes().iter().map(u32::to_string).collect();
    format!("its nodes in nm: {}", nodes.join(", "))
}
