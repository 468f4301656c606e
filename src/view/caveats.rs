//! What must be said wherever a result is shown: operators that are not known,
//! and so left out of every sum, and densities that were measured.

use super::timing::left_out_energies;
use crate::compare::Comparison;
use crate::energy::{Counted, Estimate, add_up};
use crate::graph::{DensitiesUsed, DensityLimits};
use crate::render::table::Cell;
use crate::symbolic::{Expr, Symbol};

/// More operators than this are counted.
const SHOWN: usize = 20;

/// The operators that one variant has and nobody knows, and how often each.
type Unsupported = Vec<(String, String)>;

/// What there is to say of one variant.
struct Caveats<'a> {
    variant: &'a str,
    unsupported: Unsupported,
    densities: Option<&'a DensitiesUsed>,
    limits: DensityLimits,
}

/// `Left out: 3 × FooBar (unknown operator).`, if anything is, and
/// `Densities: 24 from rates.toml (…).`, if any are, and `Zeros: 3 tensors of
/// bits or other few values are taken to have none …`, if that is so.
pub fn caveats_of_estimate(estimate: &Estimate) -> Vec<String> {
    caveats_of_estimates(std::slice::from_ref(estimate))
}

/// The same for all variants of a comparison: one line where it is the same
/// for all of them.
pub fn caveats_of_comparison(comparison: &Comparison) -> Vec<String> {
    let first = comparison.settings.first();
    let estimates = first.into_iter().flatten().map(of_estimate);
    let mut lines = lines(&estimates.collect::<Vec<_>>());
    lines.extend(left_out_energies(comparison.settings.iter().flatten()));
    lines
}

/// The same for estimates on one table.
pub(super) fn caveats_of_estimates(estimates: &[Estimate]) -> Vec<String> {
    let mut lines = lines(&estimates.iter().map(of_estimate).collect::<Vec<_>>());
    lines.extend(left_out_energies(estimates));
    lines
}

/// The same for variants of which the dims `varied` have no one value.
pub fn caveats_over(variants: &[&Counted], varied: &[Symbol]) -> Vec<String> {
    let all: Vec<_> = variants
        .iter()
        .map(|counted| Caveats {
            variant: &counted.graph.variant,
            unsupported: formulas(counted, varied),
            densities: counted.graph.densities(),
            limits: counted.graph.density_limits(varied),
        })
        .collect();
    lines(&all)
}

fn of_estimate(estimate: &Estimate) -> Caveats<'_> {
    Caveats {
        variant: &estimate.variant,
        unsupported: numbers(estimate),
        densities: estimate.settings.densities.as_ref(),
        limits: estimate.densities,
    }
}

fn numbers(estimate: &Estimate) -> Unsupported {
    let operators = estimate.unsupported_operators().into_iter();
    operators
        .map(|(operator, count)| (operator.to_owned(), Cell::Count(count).human()))
        .collect()
}

fn formulas(counted: &Counted, varied: &[Symbol]) -> Unsupported {
    let values = counted.graph.values();
    let value = |symbol: &Symbol| {
        let fixed = (!varied.contains(symbol)).then(|| values.get(symbol))?;
        fixed.cloned().map(Expr::constant)
    };
    let count = |times: &Expr| {
        let times = times.substitute(&value).unwrap_or_else(|| times.clone());
        match times.as_constant() {
            Some(number) => Cell::Count(number).human(),
            None if times.terms().len() > 1 => format!("({times})"),
            None => times.to_string(),
        }
    };
    let ops = counted.census.unsupported.iter();
    let operators = add_up(ops.map(|op| (op.operator.as_str(), op.times.clone())));
    operators
        .into_iter()
        .filter(|(_, times)| !times.is_zero())
        .map(|(operator, times)| (operator.to_owned(), count(&times)))
        .collect()
}

fn lines(variants: &[Caveats<'_>]) -> Vec<String> {
    let of_kind = |what: &str, words: &dyn Fn(&Caveats<'_>) -> Option<String>| {
        let said = variants.iter().map(|one| (one.variant, words(one)));
        kind(what, &said.collect::<Vec<_>>())
    };
    let mut lines = of_kind("Left out", &|one| {
        (!one.unsupported.is_empty()).then(|| words(&one.unsupported))
    });
    lines.extend(of_kind("Densities", &|one| {
        one.densities.map(DensitiesUsed::to_string)
    }));
    lines.extend(of_kind("Zeros", &|one| limits(one.limits)));
    lines
}

/// What is not known of the zeros that are skipped.
fn limits(limits: DensityLimits) -> Option<String> {
    let tensors = |count: usize| match count {
        1 => "1 tensor".to_owned(),
        count => format!("{count} tensors"),
    };
    let full = (limits.full > 0).then(|| {
        let count = tensors(limits.full);
        format!("{count} of bits or other few values taken to have none, as nothing is known")
    });
    let bounds = (limits.bounds > 0).then(|| {
        let count = tensors(limits.bounds);
        format!("{count} may have more than are skipped, as only a bound is known")
    });
    let said: Vec<String> = full.into_iter().chain(bounds).collect();
    (!said.is_empty()).then(|| said.join("; "))
}

/// A line of one kind for each variant that has one, or for all of them.
fn kind(what: &str, variants: &[(&str, Option<String>)]) -> Vec<String> {
    let same = variants.windows(2).all(|pair| pair[0].1 == pair[1].1);
    let shown = if same {
        variants.len().min(1)
    } else {
        variants.len()
    };
    variants[..shown]
        .iter()
        .filter_map(|(variant, words)| {
            let words = words.as_ref()?;
            Some(match same {
                true => format!("{what}: {words}."),
                false => format!("{what} of {variant}: {words}."),
            })
        })
        .collect()
}

fn words(unsupported: &Unsupported) -> String {
    // An import says why with each of its operators.
    let has_reason = |operator: &str| operator.ends_with(')');
    let all_unknown = unsupported.iter().all(|(name, _)| !has_reason(name));
    let shown = unsupported.iter().take(SHOWN);
    let mut words: Vec<String> = shown
        .map(
            |(operator, count)| match all_unknown || has_reason(operator) {
                true => format!("{count} × {operator}"),
                false => format!("{count} × {operator} (unknown operator)"),
            },
        )
        .collect();
    if unsupported.len() > SHOWN {
        words.push(format!("{} more", unsupported.len() - SHOWN));
    }
    let words = words.join(", ");
    match (all_unknown, unsupported.len()) {
        (true, 1) => format!("{words} (unknown operator)"),
        (true, _) => format!("{words} (unknown operators)"),
        (false, _) => words,
    }
}
