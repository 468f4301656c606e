//! What `crossover` and `require` have in common: where a claim on two variants
//! holds.

use num_rational::BigRational;
use num_traits::{One, Signed};

use super::varied::{Varied, over_range};
use crate::catalog::{self, COMPARED_TABLES, Kind};
use crate::cli::args::{ThresholdArgs, VariantsArgs};
use crate::cli::loading::{scanning, shipped_tables};
use crate::cli::over::Over;
use crate::cli::request::{ModelRequest, Unnamed};
use crate::cli::usage::usage_error;
use crate::energy::{Counted, Estimate, estimate};
use crate::loader::is_graph;
use crate::number::{self, parse_decimal};
use crate::source::{Diagnostic, Problems};
use crate::table::EnergyTable;
use crate::threshold::{Claim, Side, bounds, solve};
use crate::view::{Question, Solved, left_out_by};

/// A share, as typed after `flag`.
pub(super) fn share(text: &str, flag: &str) -> Result<BigRational, Problems> {
    let value = parse_decimal(text.trim())
        .ok_or_else(|| usage_error(format!("{flag}: `{text}` is no number")))?;
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
pub(super) fn solved(
    asked: &ThresholdArgs,
    share: Option<BigRational>,
) -> Result<(Question, Vec<Solved>), Problems> {
    let over = Over::read(&asked.over)?;
    let mut model = two_variants(asked)?;
    let mut prices = model.prices(&asked.price, &default_tables(&over))?;
    let varied =
        Varied::new(&over, &mut model, &mut prices).map_err(|wrong| while_open(asked, wrong))?;
    let range = over_range(&over, &varied.axis)?;
    let pair = [&varied.counted[0], &varied.counted[1]];
    if over.values().is_some() {
        varied.check_ends(&range)?;
    }
    let stages = both(pair.map(|counted| stages(counted, &asked.scope)))?;
    let pricings = prices.pricings(|table| match varied.format {
        Some(format) => vec![format],
        None => table.default_formats().to_vec(),
    })?;
    prices.check_used(&varied.counted, &pricings)?;
    let others = shipped_tables()?;
    let others: Vec<&EnergyTable> = others.iter().collect();
    let mut solved = Vec::new();
    let mut notes = Vec::new();
    for pricing in &pricings {
        // An estimate tells of missing entries with the tables that have them.
        let estimates = both(pair.map(|counted| estimate(counted, pricing, &others)))?;
        if notes.is_empty() {
            notes = varied.conventions(&estimates);
        }
        for line in left_out_by(pricing) {
            if !notes.contains(&line) {
                notes.insert(0, line);
            }
        }
        let failed = |reason: String| {
            usage_error(format!(
                "{} {}: `--over {}`: {reason}",
                pricing.table.name(),
                pricing.format,
                over.typed.value
            ))
        };
        let sides = both([0, 1].map(|at| varied.side(at, pricing, &stages[at])))?;
        let [before, after] = sides
            .each_ref()
            .map(|(picojoules, values)| Side { picojoules, values });
        let target = share.clone().unwrap_or_default();
        let claim = Claim::new(&varied.axis.symbol, before, after, target)
            .map_err(|error| failed(error.to_string()))?;
        let claim = if varied.filled {
            claim.without_now()
        } else {
            claim
        };
        if share.is_some() && claim.baseline().is_zero() {
            return Err(usage_error(format!(
                "`{}` costs nothing over `{}` on {} {}, so that nothing can be saved",
                pair[0].graph.variant,
                asked.scope,
                pricing.table.name(),
                pricing.format
            )));
        }
        let solution =
            solve(&claim, &varied.axis, &range).map_err(|reason| failed(reason.to_string()))?;
        solved.push(Solved {
            table: pricing.table.name().to_owned(),
            format: pricing.format,
            bounds: bounds(&claim, &range, over.values().is_none()),
            axis: varied.axis.clone(),
            range: range.clone(),
            claim,
            solution,
        });
    }
    let question = Question {
        model: pair[0].graph.model.clone(),
        baseline: pair[0].graph.variant.clone(),
        variant: pair[1].graph.variant.clone(),
        scope: asked.scope.clone(),
        equal_cost: share.is_none(),
        share: share.unwrap_or_default(),
        notes,
    };
    Ok((question, solved))
}

/// Roots are found of one formula: a graph must be read with its dim open.
fn while_open(asked: &ThresholdArgs, wrong: Problems) -> Problems {
    match is_graph(&asked.model.model) {
        true => wrong.help("`picojoule sweep` imports a graph anew at each value of a dim"),
        false => wrong,
    }
}

/// The two variants that are held against each other.
fn two_variants(asked: &ThresholdArgs) -> Result<ModelRequest, Problems> {
    let loader = scanning(&asked.model.scan)?;
    let between = VariantsArgs::of("--between", asked.between.clone());
    let model = ModelRequest::new(&loader, &asked.model, &between, Unnamed::All)
        .map_err(|wrong| while_open(asked, wrong))?;
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
    Ok(model.only(2))
}

/// The tables that are meant where none is named: that of an entry, or those
/// that a comparison shows.
fn default_tables(over: &Over) -> Vec<&'static str> {
    let mut shipped = catalog::names(Kind::Table);
    match shipped.find(|name| over.name.table() == Some(*name)) {
        Some(name) => vec![name],
        None => COMPARED_TABLES.to_vec(),
    }
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
