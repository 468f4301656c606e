//! What a sweep is over, and the expressions to evaluate.

use super::points::Outputs;
use super::request::{Axes, Request};
use crate::cli::args::SweepArgs;
use crate::cli::wrong;
use crate::compare::saving;
use crate::energy::Counted;
use crate::number::to_f64;
use crate::source::Problems;
use crate::symbolic::Symbol;
use crate::units::{Energy, significant};
use crate::view::caveats_over;
use crate::whatif::{Batch, Points};

/// A sweep, ready to run.
pub(super) struct Plan {
    model: String,
    /// The numeric axes.
    pub(super) axes: Vec<String>,
    /// Axes that decide which ops there are.
    pub(super) switches: Vec<String>,
    pub(super) variants: Vec<String>,
    pub(super) scopes: Vec<String>,
    pub(super) settings: Vec<Setting>,
    /// The points of each setting.
    pub(super) points: Vec<Points>,
    /// What must be said beside every number here.
    pub(super) caveats: Vec<String>,
}

/// A table, a format and the values of the switches.
pub(super) struct Setting {
    pub(super) table: String,
    pub(super) format: String,
    pub(super) switches: Vec<f64>,
}

impl Setting {
    /// The format, and the switches where there are any.
    pub(super) fn words(&self, plan: &Plan) -> String {
        let mut words = self.format.clone();
        for (name, value) in plan.switches.iter().zip(&self.switches) {
            words.push_str(&format!(", {name} = {}", plain(*value)));
        }
        words
    }
}

impl Plan {
    pub(super) fn new(args: &SweepArgs) -> Result<Plan, Problems> {
        let axes = Axes::read(&args.over)?;
        if axes.numbers.is_empty() {
            return Err(wrong(
                "--over names no number to sweep; `picojoule compare` compares tables and formats",
            ));
        }
        // A number stays a symbol if it is set to one; which one is nothing to
        // a sweep, but 1 is a size, a share and a switch that is on.
        let first = Request::new(args, &axes, &|_| None).or_else(|wrong| {
            // Not a number of repeats of which later ones have densities.
            Request::new(args, &axes, &|name| axes.first(name)).map_err(|_| wrong)
        })?;
        let switches = first.switches(&axes);
        let mut plan = Plan {
            model: first.model.model.root.name.clone(),
            axes: (axes.numbers.iter())
                .map(|over| over.name.value.clone())
                .filter(|name| !switches.contains(name))
                .collect(),
            switches,
            variants: first.model.variants.clone(),
            scopes: first.scopes(&args.scopes.scope)?,
            settings: Vec::new(),
            points: Vec::new(),
            caveats: Vec::new(),
        };
        if plan.axes.is_empty() {
            return Err(wrong(format!(
                "`{}` decides which ops the model has; sweep another number beside it",
                plan.switches.join("`, `")
            )));
        }
        if plan.switches.is_empty() {
            plan.add(args, &axes, &first, &[])?;
        } else {
            for chosen in axes.combinations(&plan.switches) {
                let request = Request::new(args, &axes, &|name| {
                    let at = plan.switches.iter().position(|switch| switch == name)?;
                    chosen.get(at).cloned()
                })?;
                let values: Vec<f64> = chosen.iter().map(to_f64).collect();
                plan.add(args, &axes, &request, &values)?;
            }
        }
        Ok(plan)
    }

    /// Adds every table and format of one request.
    fn add(
        &mut self,
        args: &SweepArgs,
        axes: &Axes,
        request: &Request,
        switches: &[f64],
    ) -> Result<(), Problems> {
        let varied: Vec<Symbol> = self.axes.iter().map(|name| Symbol::new(name)).collect();
        let counted: Vec<&Counted> = request.counted.iter().collect();
        for line in caveats_over(&counted, &varied) {
            if !self.caveats.contains(&line) {
                self.caveats.push(line);
            }
        }
        // Other ops may have other stages.
        request.scopes(&self.scopes)?;
        let open = axes.without(&self.switches);
        let own = request.model.own_format();
        for pricing in request.prices.pricings(|_| vec![own])? {
            let outputs = Outputs::new(request, &self.scopes, &open, &pricing)?;
            self.points.push(outputs.at(&open, args, request)?);
            self.settings.push(Setting {
                table: pricing.table.name().to_owned(),
                format: pricing.format.to_string(),
                switches: switches.to_vec(),
            });
        }
        Ok(())
    }

    /// How many points there are in all settings together.
    pub(super) fn total(&self) -> Option<u64> {
        let each = self.points.first().map_or(0, Points::count);
        each.checked_mul(self.points.len() as u64)
    }

    /// `n = 25, d = 512`.
    pub(super) fn point(&self, at: &[f64]) -> String {
        let words = self.axes.iter().zip(at);
        let words: Vec<String> = words
            .map(|(name, value)| format!("{name} = {}", plain(*value)))
            .collect();
        words.join(", ")
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

/// A number as a reader would type it.
fn plain(value: f64) -> String {
    let text = value.to_string();
    if text.len() <= 8 {
        text
    } else {
        significant(value, 5)
    }
}
