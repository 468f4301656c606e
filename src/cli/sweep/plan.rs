//! What a sweep is over, and the expressions to evaluate.

use super::anew;
use super::combinations::{Chosen, combinations, together};
use super::points::Outputs;
use super::request::{Axes, Request, SweptAxis};
use crate::cli::args::SweepArgs;
use crate::cli::loading::scanning;
use crate::cli::over::{Over, Overs};
use crate::cli::usage::usage_error;
use crate::energy::Counted;
use crate::graph::Constraint;
use crate::number::{self, to_f64};
use crate::source::Problems;
use crate::sweep::SweepPoints;
use crate::symbolic::{Bindings, Symbol};
use crate::units::significant;
use crate::view::{caveats_over, left_out_by};

/// A sweep, ready to run.
pub(super) struct SweepPlan {
    model: String,
    /// The numeric axes.
    pub(super) axes: Vec<String>,
    /// How each of them is drawn.
    pub(super) looks: Vec<AxisLook>,
    /// Axes that decide which ops there are.
    pub(super) switches: Vec<String>,
    pub(super) variants: Vec<String>,
    pub(super) scopes: Vec<String>,
    pub(super) cases: Vec<SweepCase>,
    /// The points of each case.
    pub(super) points: Vec<SweepPoints>,
    /// What must be said beside every number here.
    pub(super) caveats: Vec<String>,
    /// What was counted how.
    pub(super) conventions: Vec<String>,
    /// What cannot be imported.
    pub(super) refused: Refused,
}

/// How an axis is drawn.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct AxisLook {
    /// The unit of its values; empty where they are plain numbers.
    pub(super) unit: &'static str,
    /// Whether its values lie evenly in their logarithms.
    pub(super) is_log: bool,
}

/// Points at which a graph cannot be imported.
#[derive(Debug, Default)]
pub(super) struct Refused {
    pub(super) points: u64,
    /// The first of them, and why: `n = 3: …`.
    pub(super) first: Option<String>,
}

impl Refused {
    /// Adds the points of one import, on every table and format.
    fn add(&mut self, request: &Request, sample: Option<u64>, chosen: &[Chosen], wrong: &Problems) {
        let names: Vec<String> = chosen.iter().map(|one| one.axis.clone()).collect();
        let others = request.without(&names);
        let counts = others.iter().map(|axis| axis.count());
        let each = match sample {
            Some(points) => points,
            None => counts.fold(1, u64::saturating_mul),
        };
        self.points = self.points.saturating_add(each);
        let why = wrong.iter().next().map_or("", |mistake| mistake.message());
        let at = chosen
            .iter()
            .map(|one| format!("{} = {}", one.axis, number::plain(&one.value)));
        let at: Vec<String> = at.collect();
        let first = || format!("{}: {why}", at.join(", "));
        self.first.get_or_insert_with(first);
    }
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
        let loader = scanning(&args.model.scan)?;
        let asked = Axes {
            args,
            overs: &overs,
            loader: &loader,
        };
        let (first, anew) = anew::first(&asked)?;
        let switches = first.switches();
        let typed = |axis: &SweptAxis| axis.over.typed.value.clone();
        let names: Vec<String> = switches.iter().map(|axis| typed(axis)).collect();
        let mut axes = first.without(&names);
        let mut beside = switches.clone();
        if let (true, Some(switch), false) = (args.zip, switches.first(), axes.is_empty()) {
            return Err(usage_error(format!(
                "--zip runs all axes together, but `{}` decides which ops the model has: sweep it \
                 without --zip",
                switch.symbol.name()
            )));
        }
        // Where nothing else is swept, the last one is an axis all the same: of
        // one value in each of its graphs.
        let alone = match (axes.as_slice(), args.sample) {
            ([], None) => beside.pop(),
            _ => None,
        };
        axes.extend(alone);
        let mut plan = SweepPlan {
            model: first.model.model.root.name.clone(),
            axes: (axes.iter())
                .map(|axis| axis.symbol.name().to_owned())
                .collect(),
            looks: (axes.iter())
                .map(|axis| AxisLook {
                    unit: axis.over.name.unit(),
                    is_log: axis.over.is_log,
                })
                .collect(),
            variants: first.model.variants.clone(),
            scopes: first.scopes(&args.scopes.scope)?,
            cases: Vec::new(),
            points: Vec::new(),
            caveats: first.notes(),
            conventions: first.conventions(),
            switches: (beside.iter())
                .map(|axis| axis.symbol.name().to_owned())
                .collect(),
            refused: Refused::default(),
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
        let overs: Vec<&Over> = switches.iter().map(|axis| &axis.over).collect();
        let all = match args.zip {
            true => together(&overs)?,
            false => combinations(&overs)?,
        };
        for mut chosen in all {
            let request = anew::request(&asked, &chosen, &anew);
            let mut request = match request {
                Ok(request) => request,
                Err(wrong) if anew.is_empty() => return Err(wrong),
                Err(wrong) => {
                    plan.refused.add(&first, args.sample, &chosen, &wrong);
                    continue;
                }
            };
            loader.forget_models();
            if let Some(chosen) = alone.and_then(|_| chosen.pop()) {
                request.keep(&chosen);
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
        switches: &[Chosen],
    ) -> Result<(), Problems> {
        let names: Vec<String> = switches.iter().map(|one| one.axis.clone()).collect();
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
        let pricings = request.prices.pricings(|_| vec![own])?;
        // A price that nothing takes hides none that is missing.
        let mut problems = Problems::new();
        if switches.is_empty() {
            problems.note(request.prices.check_used(&request.counted, &pricings));
        }
        for pricing in pricings {
            for line in left_out_by(&pricing) {
                if !self.caveats.contains(&line) {
                    self.caveats.push(line);
                }
            }
            let outputs = match Outputs::new(request, &self.scopes, &swept, &pricing) {
                Ok(outputs) => outputs,
                Err(missing) => {
                    problems.extend(missing);
                    return Err(problems);
                }
            };
            self.points.push(outputs.at(&swept, args)?);
            self.cases.push(SweepCase {
                table: pricing.table.name().to_owned(),
                format: pricing.format.to_string(),
                switches: switches.iter().map(|one| to_f64(&one.value)).collect(),
                constraints: outputs.constraints,
            });
        }
        problems.or(())
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
