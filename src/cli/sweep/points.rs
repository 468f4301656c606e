//! The points of a sweep on one table and format, and what is evaluated there.

use super::request::Request;
use crate::cli::args::SweepArgs;
use crate::cli::axes::{Over, OverValues};
use crate::cli::wrong;
use crate::energy::CostModel;
use crate::graph::Constraint;
use crate::number::to_f64;
use crate::source::{Diagnostic, Problems};
use crate::symbolic::{Bindings, Expr, Symbol};
use crate::whatif::{
    Axis, Choice, Draw, Grid, Points, Scatter, Sweep, SweepError, entry_values, priced,
};

/// What is evaluated at every point: energies over what is swept, all else
/// replaced by its value.
pub(super) struct Outputs {
    /// Every scope of every variant.
    energies: Vec<Expr>,
    /// What the model asks of its dims.
    constraints: Vec<Constraint>,
}

impl Outputs {
    pub(super) fn new(
        request: &Request,
        scopes: &[String],
        swept: &[&Over],
        pricing: &CostModel<'_>,
    ) -> Result<Outputs, Problems> {
        let mut constraints: Vec<Constraint> = Vec::new();
        // A variant may set what others leave: each has values of its own.
        let mut own: Vec<Bindings> = Vec::new();
        let swept = swept.iter().map(|over| Symbol::new(&over.name.value));
        let swept: Vec<Symbol> = swept.collect();
        for counted in &request.counted {
            counted.graph.check_without(&swept)?;
            let mut values = counted.graph.values();
            entry_values(pricing.table, &mut values);
            for constraint in counted.graph.constraints() {
                let bound = constraint.expr.bind(&swept, &values);
                constraints.push(Constraint {
                    // What has no value is refused at every point.
                    expr: bound.unwrap_or_else(|_| constraint.expr.clone()),
                    ..constraint.clone()
                });
            }
            own.push(values);
        }
        let mut energies: Vec<Expr> = Vec::new();
        for scope in scopes {
            for (counted, values) in request.counted.iter().zip(&own) {
                let stages = counted.stages_of(scope).unwrap_or_default();
                let energy = priced(counted, pricing, &stages)?.bind(&swept, values);
                energies.push(energy.map_err(|error| wrong(error.to_string()))?);
            }
        }
        Ok(Outputs {
            energies,
            constraints,
        })
    }

    /// The points that are asked for: a grid, axes that run together, or a
    /// sample.
    pub(super) fn at(
        &self,
        swept: &[&Over],
        args: &SweepArgs,
        request: &Request,
    ) -> Result<Points, Problems> {
        let choice = match args.sample {
            Some(points) => Choice::Random {
                draws: draws(swept, request)?,
                points,
                seed: args.random.seed,
                latin: args.latin,
            },
            None => {
                let axes = axes(swept)?;
                if !args.zip {
                    return self.over(Grid { axes });
                }
                Choice::Zip(together(axes)?)
            }
        };
        let scatter = Scatter::new(
            choice,
            &self.energies,
            &self.constraints,
            &Bindings::default(),
        );
        Ok(Points::Scatter(scatter.map_err(failed)?))
    }

    fn over(&self, grid: Grid) -> Result<Points, Problems> {
        let sweep = Sweep::new(
            grid,
            &self.energies,
            &self.constraints,
            &Bindings::default(),
        );
        Ok(Points::Grid(sweep.map_err(failed)?))
    }
}

fn failed(error: SweepError) -> Problems {
    wrong(error.to_string())
}

/// The values of every axis, one by one.
fn axes(swept: &[&Over]) -> Result<Vec<Axis>, Problems> {
    let logarithmic = |over: &&&Over| matches!(over.values, OverValues::Range { log: true, .. });
    if let Some(over) = swept.iter().find(logarithmic) {
        return Err(Diagnostic::at(
            &over.name.place,
            "a logarithmic range is drawn from: give --sample too",
        )
        .into());
    }
    let axis = |over: &&Over| {
        Some(Axis {
            symbol: Symbol::new(&over.name.value),
            values: over.values()?.clone(),
        })
    };
    Ok(swept.iter().filter_map(axis).collect())
}

/// The same axes, if they are as long as each other.
fn together(axes: Vec<Axis>) -> Result<Vec<Axis>, Problems> {
    let counts: Vec<u64> = axes.iter().map(|axis| axis.values.count()).collect();
    if counts.windows(2).all(|pair| pair[0] == pair[1]) {
        return Ok(axes);
    }
    let counts: Vec<String> = counts.iter().map(u64::to_string).collect();
    Err(wrong(format!(
        "--zip runs all axes together, but they have {} values",
        counts.join(", ")
    )))
}

/// What is drawn from each range.
fn draws(numbers: &[&Over], request: &Request) -> Result<Vec<Draw>, Problems> {
    let mut draws = Vec::new();
    for over in numbers {
        let name = &over.name.value;
        let OverValues::Range { from, to, log, .. } = &over.values else {
            return Err(Diagnostic::at(
                &over.name.place,
                format!("`{name}` is no range to draw from"),
            )
            .help("write `--over NAME=FROM..TO`, or `FROM..TO:log`")
            .into());
        };
        draws.push(Draw {
            symbol: Symbol::new(name),
            from: to_f64(from),
            to: to_f64(to),
            log: *log,
            whole: request.is_dim(name),
        });
    }
    Ok(draws)
}
