//! One rule worked out: its formulas, its range, and whether they make sense.

use num_rational::BigRational;
use num_traits::Signed;

use super::entry::Entry;
use super::rule::PriceRule;
use crate::formula::Formula;
use crate::number::{self, Fraction};
use crate::source::{Diagnostic, Place, Problems};
use crate::symbolic::{self, Expr, constant};

/// Works out one rule; `lookup` gives the price, in picojoules, of an entry
/// that a formula names.
pub(super) fn price(
    rule: &PriceRule,
    lookup: &mut dyn FnMut(&str, &Place) -> Result<BigRational, Diagnostic>,
    check: bool,
    problems: &mut Problems,
) -> Option<Entry> {
    let unit = Fraction::of(&rule.unit);
    let per_unit = unit.clone().power(-1);
    let mut value = |formula: &Formula| {
        let short = constant(&formula.ast, &mut |name| {
            let pj = lookup(name, &formula.place).ok()?;
            Some(Fraction::of(&pj).times(per_unit.clone()))
        });
        if let Some(value) = short.filter(|value| value.is_small_up_to(number::MAX_WHOLE)) {
            return Some(value.times(unit.clone()));
        }
        let built = symbolic::build(formula, &mut |name, place| {
            // Inside a formula all is in the unit of the file.
            Ok(Expr::constant(lookup(name, place)? / &rule.unit))
        });
        let constant = built.and_then(|expr| {
            expr.as_constant()
                .ok_or_else(|| Diagnostic::at(&formula.place, "this has no single value"))
        });
        let mistake = match constant {
            Ok(value) if check && value.is_negative() => Diagnostic::at(
                &formula.place,
                format!(
                    "a price of {}: nothing costs less than 0",
                    number::plain(&value)
                ),
            )
            .help("write 0 or more"),
            Ok(value) if value > number::whole(number::MAX_WHOLE) => Diagnostic::at(
                &formula.place,
                "a price of more than 10¹⁵: no operation of any machine takes that much",
            ),
            Ok(value) => return Some(Fraction::of(&(value * &rule.unit))),
            Err(mistake) => mistake,
        };
        problems.push(mistake);
        None
    };
    let range = match &rule.range {
        Some((low, high)) => match (value(low), value(high)) {
            (Some(low), Some(high)) => Some((low, high)),
            _ => return rule.value.as_ref().and_then(&mut value).and(None),
        },
        None => None,
    };
    let mut note = rule.note.clone();
    let pj = match (&rule.value, &range) {
        (Some(formula), _) => value(formula)?,
        (None, Some((low, high))) => {
            let middle = "the middle of the range".to_owned();
            note = Some(note.map_or_else(|| middle.clone(), |note| format!("{middle}; {note}")));
            low.clone().plus(high.clone()).times(Fraction::Small(1, 2))
        }
        (None, None) => return None,
    };
    let holds = |(low, high): &(Fraction, Fraction)| low.is_at_most(&pj) && pj.is_at_most(high);
    let is_held = range.as_ref().is_none_or(holds);
    if check
        && !is_held
        && let (Some(range), Some(ends)) = (&range, &rule.range)
    {
        problems.push(range_mistake(rule, ends, &pj, range));
        return None;
    }
    Some(Entry {
        range: range
            .filter(|_| is_held)
            .map(|(low, high)| (low.into_rational(), high.into_rational())),
        pj: pj.into_rational(),
        provenance: rule.provenance.clone(),
        confidence: rule.confidence,
        kind: rule.kind,
        boundary: rule.boundary,
        note,
        place: rule.place.clone(),
    })
}

/// What is wrong with a range that does not hold the value.
fn range_mistake(
    rule: &PriceRule,
    ends: &(Formula, Formula),
    pj: &Fraction,
    (low, high): &(Fraction, Fraction),
) -> Diagnostic {
    let is_reversed = !low.is_at_most(high);
    let plain = |pj: &Fraction| number::plain(&(pj.clone().into_rational() / &rule.unit));
    let (low, high) = (plain(low), plain(high));
    match &rule.value {
        Some(value) if !is_reversed => {
            let message = format!("{} is outside its range from {low} to {high}", plain(pj));
            Diagnostic::at(&value.place, message)
                .and(&ends.0.place, "the range")
                .help("the range holds the value: widen it or correct the value")
        }
        _ => Diagnostic::at(
            &ends.0.place,
            format!("the range from {low} to {high} is reversed"),
        )
        .help("the least comes first: `[least, most]`"),
    }
}
