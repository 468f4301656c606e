//! Sensitivities and intervals of a model's variants over its scopes.

use num_rational::BigRational;
use num_traits::{One, Zero};
use rayon::prelude::*;

use super::interval::{Interval, bounds};
use super::monte_carlo::{MonteCarlo, monte_carlo};
use super::sensitivity::{Function, Input, InputKind, Quantity, Sensitivity, sensitivities};
use super::spread::{Spread, uncertain_devices, uncertain_entries, uncertain_levels};
use super::tails::Distribution;
use crate::energy::{CostModel, Counted, entry_values, priced_with_ranges};
use crate::format::Format;
use crate::graph::{OpGraph, Rule};
use crate::source::{Diagnostic, Problems};
use crate::symbolic::{EvalError, Expr, Symbol};

/// How intervals are found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Method {
    /// What entries without a range may be.
    pub spread: Spread,
    /// The samples asked for; without any, those taken for results that have
    /// no exact bounds are [`MonteCarlo::SAMPLES`].
    pub samples: Option<u32>,
    /// Where the random numbers start.
    pub seed: u64,
}

impl Method {
    /// How many samples are taken where any are.
    pub fn samples(&self) -> u32 {
        self.samples.unwrap_or(MonteCarlo::SAMPLES)
    }
}

/// One energy or saving and all that moves it.
#[derive(Debug, Clone, PartialEq)]
pub struct AnalysisResult {
    /// The table.
    pub table: String,
    /// The format.
    pub format: Format,
    /// The scope.
    pub scope: String,
    /// The variant.
    pub variant: String,
    /// The variant that it is held against, where this is a saving.
    pub baseline: Option<String>,
    /// The energy in picojoules, or the share saved.
    pub value: BigRational,
    /// The exact bounds of it, where they are known.
    pub interval: Option<Interval>,
    /// How it spreads over random samples, where these were taken.
    pub distribution: Option<Distribution>,
    /// What moves it, the largest elasticity first; nothing as long as it is not
    /// [ranked](rank).
    pub inputs: Vec<Sensitivity>,
    asked: Asked,
}

/// What a result is worked out from.
#[derive(Debug, Clone, PartialEq)]
struct Asked {
    quantity: Quantity,
    inputs: Vec<Input>,
}

impl AnalysisResult {
    /// The symbols of all that moves it.
    pub fn rests_on(&self) -> Vec<Symbol> {
        let symbols = self.asked.quantity.symbols();
        let inputs = self.asked.inputs.iter().map(|input| &input.symbol);
        inputs
            .filter(|symbol| symbols.contains(*symbol))
            .cloned()
            .collect()
    }
}

/// The results of [`analyse_unranked`], all of them ranked.
///
/// # Errors
/// Every entry that the table lacks; a result without a value.
pub fn analyse(
    variants: &[Counted],
    pricing: &CostModel<'_>,
    scopes: &[String],
    method: &Method,
) -> Result<Vec<AnalysisResult>, Problems> {
    let mut results = analyse_unranked(variants, pricing, scopes, method)?;
    rank(&mut results, |_| true)?;
    Ok(results)
}

/// Finds what moves those results that are `wanted`: derivatives of each by every
/// number in it, which takes far longer than all else.
///
/// # Errors
/// A result without a value at an end of what an input may be.
pub fn rank(
    results: &mut [AnalysisResult],
    wanted: impl Fn(&AnalysisResult) -> bool + Sync,
) -> Result<(), Problems> {
    let wanted = results.par_iter_mut().filter(|result| wanted(result));
    wanted
        .try_for_each(|result| {
            result.inputs = sensitivities(&result.asked.quantity, &result.asked.inputs)?;
            Ok(())
        })
        .map_err(no_value)
}

fn no_value(error: EvalError) -> Problems {
    Diagnostic::new(format!("a result has no value: {error}")).into()
}

/// The energy of every variant (the baseline first) and what it saves, over
/// every scope, on one table and format. A scope that a variant lacks and a
/// saving against a baseline that costs nothing are left out.
///
/// # Errors
/// Every entry that the table lacks; a result without a value.
pub fn analyse_unranked(
    variants: &[Counted],
    pricing: &CostModel<'_>,
    scopes: &[String],
    method: &Method,
) -> Result<Vec<AnalysisResult>, Problems> {
    let mut entries = uncertain_entries(pricing.table, &method.spread);
    if let Some(memory) = pricing.memory {
        entries.extend(uncertain_levels(memory, &method.spread));
    }
    if pricing.static_energy {
        entries.extend(uncertain_devices(pricing, &method.spread));
    }
    let inputs: Vec<Input> = entries.iter().map(|entry| entry.input.clone()).collect();
    let mut results: Vec<AnalysisResult> = Vec::new();
    for scope in scopes {
        let mut baseline: Option<(&Counted, Function)> = None;
        for counted in variants {
            let Some(energy) = function(counted, pricing, scope)? else {
                continue;
            };
            let result = |against: Option<&Counted>, quantity, dims| AnalysisResult {
                table: pricing.table.name().to_owned(),
                format: pricing.format,
                scope: scope.clone(),
                variant: counted.graph.variant.clone(),
                baseline: against.map(|counted| counted.graph.variant.clone()),
                value: BigRational::zero(),
                interval: None,
                distribution: None,
                inputs: Vec::new(),
                asked: Asked {
                    quantity,
                    inputs: inputs.iter().cloned().chain(dims).collect(),
                },
            };
            let quantity = Quantity::Energy(energy.clone());
            results.push(result(None, quantity, dims(&counted.graph)));
            match &baseline {
                None => baseline = Some((counted, energy)),
                Some((first, base)) => {
                    let (saving, dims) = saving_of((first, base), (counted, &energy));
                    results.push(result(Some(first), saving, dims));
                }
            }
        }
    }
    let has_value = (results.par_iter_mut())
        .map(|result| match result.asked.quantity.at()? {
            Some(value) => {
                result.value = value;
                result.interval = bounds(&result.asked.quantity, &inputs);
                Ok(true)
            }
            None => Ok(false),
        })
        .collect::<Result<Vec<bool>, EvalError>>()
        .map_err(no_value)?;
    let mut has_value = has_value.into_iter();
    results.retain(|_| has_value.next() == Some(true));
    let unbounded = results.iter().any(|result| result.interval.is_none());
    if method.samples.is_some() || unbounded {
        let method = MonteCarlo {
            samples: method.samples(),
            seed: method.seed,
        };
        let quantities: Vec<&Quantity> = results
            .iter()
            .map(|result| &result.asked.quantity)
            .collect();
        let distributions = monte_carlo(&quantities, &entries, method);
        for (result, distribution) in results.iter_mut().zip(distributions) {
            result.distribution = distribution;
        }
    }
    Ok(results)
}

/// The energy of a scope; `None` where the variant lacks it.
fn function(
    counted: &Counted,
    pricing: &CostModel<'_>,
    scope: &str,
) -> Result<Option<Function>, Problems> {
    let Some(stages) = counted.stages_of(scope) else {
        return Ok(None);
    };
    let mut values = counted.graph.values();
    entry_values(pricing, &mut values);
    Ok(Some(Function {
        expr: priced_with_ranges(counted, pricing, &stages)?,
        values,
    }))
}

/// What a variant saves against a baseline, and the dims and parameters of
/// both. One that either sets for itself, or of which they have different
/// values, is an input of each, with the name of the variant before it: `snn.t`
/// saving_of `ann.t`.
fn saving_of(
    (first, baseline): (&Counted, &Function),
    (counted, energy): (&Counted, &Function),
) -> (Quantity, Vec<Input>) {
    let graphs = [&counted.graph, &first.graph];
    let [of_variant, of_baseline] = graphs.map(dims);
    let is_shared = |input: &Input| {
        let name = input.symbol.name();
        let both = of_variant.iter().chain(&of_baseline);
        let mut same = both.filter(|other| other.symbol == input.symbol);
        same.all(|other| other.value == input.value) && !graphs.iter().any(|graph| graph.sets(name))
    };
    let mut functions = [energy.clone(), baseline.clone()];
    let mut inputs: Vec<Input> = Vec::new();
    let own = graphs
        .iter()
        .zip([&of_variant, &of_baseline])
        .zip(&mut functions);
    for ((graph, own), function) in own {
        for input in own {
            let mut input = input.clone();
            let is_alone = !graphs.iter().all(|other| {
                other
                    .symbols()
                    .iter()
                    .any(|info| info.symbol == input.symbol)
            });
            if !is_alone && !is_shared(&input) {
                let name = format!("{}.{}", graph.variant, input.symbol.name());
                let symbol = Symbol::new(&name);
                function.expr = function.expr.renamed(&input.symbol, &symbol);
                function.values.set(symbol.clone(), input.value.clone());
                input.symbol = symbol;
            }
            if !inputs.iter().any(|known| known.symbol == input.symbol) {
                inputs.push(input);
            }
        }
    }
    let [energy, baseline] = functions;
    (Quantity::Saving { baseline, energy }, inputs)
}

/// The dims and parameters of a graph, each from a tenth below its value to a
/// tenth above; shares stay at most 1, and what is only switched on or off is
/// left out.
fn dims(graph: &OpGraph) -> Vec<Input> {
    let tenths = |tenths: i64| BigRational::new(tenths.into(), 10.into());
    let mut all: Vec<Input> = Vec::new();
    for info in graph.symbols() {
        let itself = Expr::symbol(info.symbol.name());
        let must = |rule: Rule| {
            let mut constraints = graph.constraints().iter();
            constraints.any(|known| known.rule == rule && known.expr == itself)
        };
        if must(Rule::Switch) {
            continue;
        }
        let mut high = &info.value * tenths(11);
        if must(Rule::Share) {
            high = high.min(BigRational::one());
        }
        all.push(Input {
            symbol: info.symbol.clone(),
            kind: InputKind::Dim,
            value: info.value.clone(),
            low: &info.value * tenths(9),
            high,
        });
    }
    all
}
