//! Another width of integers: a format of its own, each entry of it a formula over
//! the one that it is scaled from.

use std::sync::Arc;

use num_rational::BigRational;
use num_traits::Pow;

use super::ask::{Scale, Scaled};
use crate::format::{Family, NumberFormat};
use crate::formula::Formula;
use crate::number::whole;
use crate::primitive::Primitive;
use crate::source::{Diagnostic, Place, Problems, Source, Spanned};
use crate::table::EnergyTable;
use crate::table::entry::{Confidence, Entry, FigureKind};
use crate::table::rule::{PriceRule, Reference};

impl Scale {
    /// A format of another width beside those of `base`: additions go with the
    /// width, multiplications with its square.
    pub(super) fn to_width(
        &self,
        base: &EnergyTable,
        format: &Spanned<NumberFormat>,
        width: u16,
    ) -> Result<EnergyTable, Diagnostic> {
        let from = format.value;
        let family = match from.family() {
            Family::Integer => "int",
            Family::Fixed => "fix",
            Family::Float | Family::Brain => {
                let message = format!(
                    "the law `{}` is of integers, not of `{from}`",
                    self.law.name()
                );
                return Err(Diagnostic::at(&format.place, message).help("scale from `int8`, say"));
            }
        };
        let to = (format!("{family}{width}").parse::<NumberFormat>())
            .map_err(|unknown| Diagnostic::at(&self.place, unknown.to_string()))?;
        let share = BigRational::new(width.into(), from.bits().into());
        let words = format!("from {from} to {to}");
        let mut table = base.clone();
        let mut made = 0;
        for (primitive, factor) in [
            (Primitive::Add, share.clone()),
            (Primitive::Mul, Pow::pow(&share, 2)),
        ] {
            // What the table prices itself is better than a law.
            let Some(entry) = base.entry(primitive, from) else {
                continue;
            };
            if base.rules.own.contains_key(&(to, primitive)) {
                continue;
            }
            let rule = self.widened(entry, &factor, (from, primitive), &words)?;
            table.rules.own.insert((to, primitive), Arc::new(rule));
            made += 1;
        }
        if made == 0 {
            let message = match base.formats().any(|known| known == from) {
                true => format!(
                    "`{}` prices additions and multiplications of `{to}` itself",
                    base.name()
                ),
                false => format!("`{}` prices nothing in `{from}`", base.name()),
            };
            return Err(Diagnostic::at(&format.place, message));
        }
        if !table.formats.contains(&to) {
            table.formats.push(to);
        }
        table
            .sources
            .cite(self.law.name(), self.law.citation(&self.place));
        table.scaled = Some(Scaled {
            law: self.law,
            words,
            left_out: Vec::new(),
        });
        Ok(table)
    }

    /// The rule of an entry of another width: a formula over the `entry` that it
    /// is scaled from, so that it follows that one.
    fn widened(
        &self,
        entry: &Entry,
        factor: &BigRational,
        (format, primitive): (NumberFormat, Primitive),
        words: &str,
    ) -> Result<PriceRule, Diagnostic> {
        let name = format!("{format}.{primitive}");
        let text = format!("{} * {name} / {}", factor.numer(), factor.denom());
        let place = Place::whole(&Source::new("a scaled price", text.clone()));
        let mut problems = Problems::new();
        let formula = Formula::read(&text, &place, &mut problems);
        let formula = formula.ok_or_else(|| Diagnostic::at(&self.place, problems.to_string()))?;
        let end = |end: &BigRational| Formula::number(end * factor, &place);
        Ok(PriceRule {
            value: Some(formula),
            range: (entry.range.as_ref()).map(|(low, high)| (end(low), end(high))),
            unit: whole(1),
            references: vec![Reference::read(&name, &place)?],
            provenance: self.provenance(factor, &name),
            confidence: Confidence::Assumed,
            kind: FigureKind::Assumed,
            boundary: entry.boundary,
            note: Some(self.note(
                words,
                entry.confidence,
                &entry.provenance,
                entry.note.as_deref(),
            )),
            place: Some(self.place.clone()),
        })
    }
}
