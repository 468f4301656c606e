//! What a result does not hold: operators that are not known.
//!
//! A sum that leaves something out must say so wherever it is shown.

use crate::compare::Comparison;
use crate::energy::{Counted, Estimate, LeftOut};
use crate::render::table::Cell;
use crate::symbolic::{Expr, Symbol};

/// More operators than this are counted.
const SHOWN: usize = 20;

/// What one variant leaves out: operators, and how often each.
type Missing = Vec<(String, String)>;

/// `Left out: 3 × FooBar (unknown operator).`, if anything is.
pub fn left_out_of_estimate(estimate: &Estimate) -> Vec<String> {
    lines(&[(estimate.variant.as_str(), numbers(&estimate.left_out))])
}

/// The same for all variants of a comparison: one line where it is the same
/// for all of them.
pub fn left_out_of_comparison(comparison: &Comparison) -> Vec<String> {
    let first = comparison.settings.first().into_iter().flatten();
    let all: Vec<_> = first
        .map(|estimate| (estimate.variant.as_str(), numbers(&estimate.left_out)))
        .collect();
    lines(&all)
}

/// The same for variants of which the dims `varied` have no one value.
pub fn left_out_over(variants: &[&Counted], varied: &[Symbol]) -> Vec<String> {
    let all: Vec<_> = variants
        .iter()
        .map(|counted| (counted.graph.variant.as_str(), formulas(counted, varied)))
        .collect();
    lines(&all)
}

fn numbers(left_out: &[LeftOut]) -> Missing {
    left_out
        .iter()
        .map(|unknown| {
            let count = Cell::Count(unknown.count.clone()).human();
            (unknown.operator.clone(), count)
        })
        .collect()
}

fn formulas(counted: &Counted, varied: &[Symbol]) -> Missing {
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
    (counted.census.uncounted.iter())
        .filter(|unknown| !unknown.times.is_zero())
        .map(|unknown| (unknown.operator.clone(), count(&unknown.times)))
        .collect()
}

fn lines(variants: &[(&str, Missing)]) -> Vec<String> {
    let same = variants.windows(2).all(|pair| pair[0].1 == pair[1].1);
    let told = if same {
        variants.len().min(1)
    } else {
        variants.len()
    };
    variants[..told]
        .iter()
        .filter(|(_, missing)| !missing.is_empty())
        .map(|(variant, missing)| {
            let of = if same {
                String::new()
            } else {
                format!(" of {variant}")
            };
            format!("Left out{of}: {}.", words(missing))
        })
        .collect()
}

fn words(missing: &Missing) -> String {
    let shown = missing.iter().take(SHOWN);
    let mut words: Vec<String> = shown
        .map(|(operator, count)| format!("{count} × {operator}"))
        .collect();
    if missing.len() > SHOWN {
        words.push(format!("{} more", missing.len() - SHOWN));
    }
    let what = if missing.len() == 1 {
        "operator"
    } else {
        "operators"
    };
    format!("{} (unknown {what})", words.join(", "))
}
