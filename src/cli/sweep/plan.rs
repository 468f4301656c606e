//! What a sweep is over, and the expressions to evaluate.

use super::points::Outputs;
use num_rational::BigRational;

use super::request::Request;
use crate::census::Conventions;
use crate::cli::args::SweepArgs;
use crate::cli::over::{Over, OverValues, Overs};
use crate::cli::usage::usage_error;
use crate::compare::saving;
use crate::energy::Counted;
use crate::graph::Constraint;
use crate::number::{self, to_f64};
use crate::source::Problems;
use crate::sweep::{Batch, SweepPoints};
use crate::symbolic::{Bindings, Symbol};
use crate::units::{Energy, significant};
use crate::view::caveats_over;

/// A sweep, ready to run.
pub(super) struct SweepPlan {
    model: String,
    /// The numeric axes.
    pub(super) axes: Vec<String>,
    /// Axes that decide which ops there are.
    pub(super) switches: Vec<String>,
    pub(super) variants: Vec<String>,
    pub(super) scopes: Vec<String>,
    pub(super) cases: Vec<SweepCase>,
    /// The points of each case.
    pub(super) points: Vec<SweepPoints>,
    /// What must be said beside every number here.
    pub(super) caveats: Vec<String>,
    pub(super) conventions: Conventions,
}

/// A table, a format and the values of the switches.
pub(super) struct SweepCase {
    pub(super) table: String,
    pub(super) format: String,
    pub(super) switches: Vec<f64>,
    /// What the model asks of what is swept.
    constraints: Vec<Constraint>,
}

impl SweepCase {
    /// The format, and the switches where there are any.
    pub(super) fn words(&self, plan: &SweepPlan) -> String {
        let mut words = self.format.clone();
        for (name, value) in plan.switches.iter().zip(&self.switches) {
            words.push_str(&format!(", {name} = {}", short_number(*value)));
        }
        words
    }
}

impl SweepPlan {
    pub(super) fn new(args: &SweepArgs) -> Result<SweepPlan, Problems> {
        let overs = Overs::read(&args.over)?;
        if overs.numbers.is_empty() {
            return Err(usage_error(
                "--over names no number to sweep; `picojoule compare` compares tables and formats",
            ));
        }
        // A number stays a symbol if it is set to one; which one is nothing to
        // a sweep, but 1 is a size, a share and a switch that is on.
        let one = |_: &Symbol, _: &Over| number::whole(1);
        let first = Request::new(args, &overs, &one).or_else(|wrong| {
            // Not a number of repeats of which later ones have densities.
            Request::new(args, &overs, &|_, over| start(over)).map_err(|_| wrong)
        })?;
        let switches = first.switches();
        let mut axes = first.without(&switches);
        let mut beside = switches.clone();
        // Where nothing else is swept, the last one is an axis all the same: of
        // one value in each of its graphs.
        let alone = match (axes.as_slice(), args.sample) {
            ([], None) => beside.pop(),
            _ => None,
        };
        axes.extend(
            first
                .axes
                .iter()
                .filter(|axis| Some(&axis.symbol) == alone.as_ref()),
        );
        let mut plan = SweepPlan {
            model: first.model.model.root.name.clone(),
            axes: (axes.iter())
                .map(|axis| axis.symbol.name().to_owned())
                .collect(),
            variants: first.model.variants.clone(),
            scopes: first.scopes(&args.scopes.scope)?,
            cases: Vec::new(),
            points: Vec::new(),
            caveats: first.notes(),
            conventions: first.prices.conventions,
            switches: (beside.iter())
                .map(|symbol| symbol.name().to_owned())
                .collect(),
        };
        if plan.axes.is_empty() {
            return Err(usage_error(format!(
                "`{}` decides which ops the model has; no sample is drawn of that alone",
                plan.switches.join("`, `")
            )));
        }
        if switches.is_empty() {
            plan.add(args, &first, &[])?;
            return Ok(plan);
        }
        for mut chosen in first.combinations(&switches)? {
            let mut request = Request::new(args, &overs, &|symbol, _| {
                let found = chosen.iter().find(|(switch, _)| switch == symbol);
                found.map_or_else(|| number::whole(1), |(_, value)| value.clone())
            })?;
            if let Some((symbol, value)) = alone.as_ref().and_then(|_| chosen.pop()) {
                request.keep(&symbol, &value);
            }
            plan.add(args, &request, &chosen)?;
        }
        Ok(plan)
    }

    /// Adds every table and format of one request.
    fn add(
        &mut self,
        args: &SweepArgs,
        request: &Request,
        switches: &[(Symbol, BigRational)],
    ) -> Result<(), Problems> {
        let names: Vec<Symbol> = switches.iter().map(|(symbol, _)| symbol.clone()).collect();
        let swept = request.without(&names);
        let counted: Vec<&Counted> = request.counted.iter().collect();
        let varied: Vec<Symbol> = swept.iter().map(|axis| axis.own.clone()).collect();
        for line in caveats_over(&counted, &varied) {
            if !self.caveats.contains(&line) {
                self.caveats.push(line);
            }
        }
        // Other ops may have other stages.
        request.scopes(&self.scopes)?;
        let own = request.model.own_format();
        for pricing in request.prices.pricings(|_| vec![own])? {
            let outputs = Outputs::new(request, &self.scopes, &swept, &pricing)?;
            self.points.push(outputs.at(&swept, args)?);
            self.cases.push(SweepCase {
                table: pricing.table.name().to_owned(),
                format: pricing.format.to_string(),
                switches: switches.iter().map(|(_, value)| to_f64(value)).collect(),
                constraints: outputs.constraints,
            });
        }
        Ok(())
    }

    /// How many points there are in all cases together.
    pub(super) fn total(&self) -> Option<u64> {
        let each = self.points.first().map_or(0, SweepPoints::count);
        each.checked_mul(self.points.len() as u64)
    }

    /// `n = 25, d = 512`.
    pub(super) fn point(&self, at: &[f64]) -> String {
        let words = self.axes.iter().zip(at);
        let words: Vec<String> = words
            .map(|(name, value)| format!("{name} = {}", short_number(*value)))
            .collect();
        words.join(", ")
    }

    /// Why the model refuses a point: `; the first is n = 0: …`, in the words
    /// of an estimate there.
    pub(super) fn refusal(&self, case: usize, point: u64) -> Option<String> {
        let at = self.points.get(case)?.at(point);
        let mut values = Bindings::default();
        for (name, value) in self.axes.iter().zip(&at) {
            let exact = number::parse_decimal(&value.to_string())?;
            values.set(Symbol::new(name), exact);
        }
        let mut constraints = self.cases.get(case)?.constraints.iter();
        let fault = constraints.find_map(|constraint| constraint.fault(&values));
        let fault = fault.unwrap_or_else(|| "an energy has no value: division by zero".to_owned());
        Some(format!("; the first is {}: {fault}", self.point(&at)))
    }

    pub(super) fn title(&self) -> String {
        match self.variants.as_slice() {
            [baseline, _, ..] => format!("{}: what is saved against {baseline}", self.model),
            _ => format!("{}: energy", self.model),
        }
    }

    /// What every variant but the baseline saves, in the order of the outputs; the
    /// columns of the baseline stay empty.
    pub(super) fn savings(&self, batch: &Batch) -> Vec<Vec<f64>> {
        let variants = self.variants.len();
        let mut savings = Vec::with_capacity(batch.outputs.len());
        for (at, energies) in batch.outputs.iter().enumerate() {
            let baseline = at - at % variants;
            savings.push(if at == baseline {
                Vec::new()
            } else {
                let pairs = batch.outputs[baseline].iter().zip(energies);
                pairs
                    .map(|(baseline, energy)| {
                        let pj = Energy::from_picojoules;
                        saving(pj(*baseline), pj(*energy)).unwrap_or(f64::NAN)
                    })
                    .collect()
            });
        }
        savings
    }
}

/// The first value of an axis.
fn start(over: &Over) -> BigRational {
    let first = match over.values() {
        Some(OverValues::List(values)) => values.first().cloned(),
        Some(OverValues::Range(range)) => Some(range.from.clone()),
        None => None,
    };
    first.unwrap_or_else(|| number::whole(1))
}

/// A number as a reader would type it.
fn short_number(value: f64) -> String {
    let text = value.to_string();
    if text.len() <= 8 {
        text
    } else {
        significant(value, 5)
    }
}
