//! What `crossover` and `require` have in common: two variants, one axis, and
//! where a claim on them holds.

use num_rational::BigRational;
use num_traits::{One, Signed};

use super::args::ThresholdArgs;
use super::loading::{scanning, shipped_tables};
use super::over::{Over, axis};
use super::request::{ModelRequest, Unnamed};
use super::wrong;
use crate::catalog::{self, Kind};
use crate::energy::{CostModel, Counted, Estimate, estimate};
use crate::number::{self, parse_decimal};
use crate::source::{Diagnostic, Problems};
use crate::symbolic::{Bindings, Expr};
use crate::table::EnergyTable;
use crate::view::{Dims, Question, Solved, caveats_over, conventions_line};
use crate::whatif::threshold::{Axis, Claim, Range, Side, bounds, solve};
use crate::whatif::{entry_values, priced};

/// A share, as typed after `flag`.
pub(super) fn share(text: &str, flag: &str) -> Result<BigRational, Problems> {
    let value = parse_decimal(text.trim())
        .ok_or_else(|| wrong(format!("{flag}: `{text}` is no number")))?;
    if value.is_negative() || value > BigRational::one() {
        let mut mistake = Diagnostic::new(format!("{flag}: {text} is no share"));
        if value > BigRational::one() {
            let part = number::plain(&(&value / number::whole(100)));
            mistake = mistake.help(format!("{text} % is {part}"));
        }
        return Err(mistake.help("a share is from 0 to 1").into());
    }
    Ok(value)
}

/// Where `share` is saved, or without one where both cost the same, on every
/// table and format.
pub(super) fn answer(
    asked: &ThresholdArgs,
    share: Option<BigRational>,
) -> Result<(Question, Vec<Solved>), Problems> {
    let over = Over::parse(&asked.over)?;
    let loader = scanning(&asked.model.scan)?;
    let model = ModelRequest::new(&loader, &asked.model, &asked.between, Unnamed::All)?;
    let named = &model.variants;
    if named.len() < 2 || (!asked.between.is_empty() && named.len() > 2) {
        return Err(Diagnostic::new(format!(
            "two variants are held against each other, not {}",
            named.len()
        ))
        .help(format!(
            "name two of `{}`, the baseline first",
            model.model.variant_names().join("`, `")
        ))
        .into());
    }
    let mut model = model.only(2);
    let filled = model.fill(&over.name);
    let table_of_entry = over.name.split('.').next().unwrap_or_default();
    let shipped: Vec<&str> = catalog::names(Kind::Table).collect();
    let default: Vec<&str> = match shipped.iter().find(|name| **name == table_of_entry) {
        Some(name) => vec![*name],
        None => shipped,
    };
    let mut prices = model.prices(&asked.price, &default)?;
    let counted = if filled {
        model.unchecked(prices.conventions)?
    } else {
        model.counted(prices.conventions)?
    };
    let [baseline, variant] = counted.as_slice() else {
        return Err(wrong("two variants are needed"));
    };
    let mut axis = axis(&over, &model, &mut prices, [baseline, variant])?;
    if filled {
        axis.axis.now = None;
        for counted in [baseline, variant] {
            let varied = std::slice::from_ref(&axis.axis.symbol);
            counted.graph.check_without(varied)?;
        }
    }
    let range = over.range(&axis.axis)?;
    if over.has_range() {
        check_ends(&axis.axis, &range, [baseline, variant])?;
    }
    let stages = [baseline, variant].map(|counted| stages(counted, &asked.scope));
    let [baseline_stages, variant_stages] = both(stages)?;
    let pricings = prices.pricings(|table| match axis.format {
        Some(format) => vec![format],
        None => table.default_formats().to_vec(),
    })?;
    let others = shipped_tables()?;
    let others: Vec<&EnergyTable> = others.iter().collect();
    let mut solved = Vec::new();
    let mut notes = Vec::new();
    for pricing in &pricings {
        // An estimate tells of missing entries with the tables that have them.
        let estimates = [baseline, variant].map(|counted| estimate(counted, pricing, &others));
        let estimates = both(estimates)?;
        if notes.is_empty() {
            notes = conventions(&estimates, [baseline, variant], &axis.axis);
        }
        let sides = both([
            side(baseline, pricing, &baseline_stages),
            side(variant, pricing, &variant_stages),
        ])?;
        let [before, after] = sides
            .each_ref()
            .map(|(picojoules, values)| Side { picojoules, values });
        let failed = |reason: String| {
            wrong(format!(
                "{} {}: `--over {}`: {reason}",
                pricing.table.name(),
                pricing.format,
                over.name
            ))
        };
        let claim = Claim::new(
            &axis.axis.symbol,
            before,
            after,
            share.clone().unwrap_or_default(),
        )
        .map_err(|error| failed(error.to_string()))?;
        let claim = if filled { claim.without_now() } else { claim };
        if share.is_some() && claim.baseline().is_zero() {
            return Err(wrong(format!(
                "`{}` costs nothing over `{}` on {} {}, so that nothing can be saved",
                baseline.graph.variant,
                asked.scope,
                pricing.table.name(),
                pricing.format
            )));
        }
        let solution =
            solve(&claim, &axis.axis, &range).map_err(|reason| failed(reason.to_string()))?;
        solved.push(Solved {
            table: pricing.table.name().to_owned(),
            format: pricing.format,
            bounds: bounds(&claim, &range, !over.has_range()),
            axis: axis.axis.clone(),
            range: range.clone(),
            claim,
            solution,
        });
    }
    let question = Question {
        model: baseline.graph.model.clone(),
        baseline: baseline.graph.variant.clone(),
        variant: variant.graph.variant.clone(),
        scope: asked.scope.clone(),
        equal_cost: share.is_none(),
        share: share.unwrap_or_default(),
        notes,
    };
    Ok((question, solved))
}

/// Both, or the mistakes of both.
fn both<T>(results: [Result<T, Problems>; 2]) -> Result<[T; 2], Problems> {
    match results {
        [Ok(a), Ok(b)] => Ok([a, b]),
        [Err(mut mistakes), Err(more)] => {
            mistakes.extend(more);
            Err(mistakes)
        }
        [Err(mistakes), Ok(_)] | [Ok(_), Err(mistakes)] => Err(mistakes),
    }
}

fn side(
    counted: &Counted,
    pricing: &CostModel<'_>,
    stages: &[String],
) -> Result<(Expr, Bindings), Problems> {
    let mut values = counted.graph.values();
    entry_values(pricing.table, &mut values);
    Ok((priced(counted, pricing, stages)?, values))
}

/// The stages of a scope that there must be.
fn stages(counted: &Counted, scope: &str) -> Result<Vec<String>, Problems> {
    counted.stages_of(scope).ok_or_else(|| {
        let graph = &counted.graph;
        let names = graph.scopes().iter().map(|known| known.name.as_str());
        let message = format!("variant `{}` has no scope `{scope}`", graph.variant);
        Diagnostic::new(message)
            .known(scope, names.chain([Estimate::WHOLE]))
            .into()
    })
}

/// The model must accept both ends of a range that is not one of whole
/// numbers: those are tried one by one.
fn check_ends(axis: &Axis, range: &Range, counted: [&Counted; 2]) -> Result<(), Problems> {
    let (from, to) = match range {
        Range::Real { from, to } => (from, to),
        Range::Whole(_) => return Ok(()),
    };
    for end in [Some(from), to.as_ref()].into_iter().flatten() {
        if axis.admits(end) {
            continue;
        }
        for counted in counted {
            let mut values = counted.graph.values();
            values.set(axis.symbol.clone(), end.clone());
            counted.graph.check(&values)?;
        }
    }
    Ok(())
}

/// What stays as it is, and what was counted how.
fn conventions(estimates: &[Estimate; 2], counted: [&Counted; 2], axis: &Axis) -> Vec<String> {
    let [baseline, variant] = estimates;
    let mut fixed = Dims::default();
    for (estimate, counted) in [(baseline, counted[0]), (variant, counted[1])] {
        let numbers = counted.graph.numbers().iter();
        for ((name, expr), (_, value)) in numbers.zip(&estimate.dims) {
            let varies = expr.symbols().contains(&axis.symbol);
            if !varies {
                fixed.add(&estimate.variant, name, value);
            }
        }
    }
    let mut notes = caveats_over(&counted, std::slice::from_ref(&axis.symbol));
    notes.extend(fixed.line().map(|dims| format!("Fixed: {dims}.")));
    notes.push(conventions_line(variant));
    notes
}
