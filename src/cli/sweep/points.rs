//! The points of a sweep on one table and format, and what is evaluated there.

use super::request::{Request, SweptAxis};
use crate::cli::args::SweepArgs;
use crate::cli::over::OverValues;
use crate::cli::usage::usage_error;
use crate::energy::{CostModel, entry_values, priced};
use crate::graph::Constraint;
use crate::number::to_f64;
use crate::source::{Diagnostic, Problems};
use crate::sweep::{
    PointSet, SampledRange, Sampling, Sweep, SweepAxis, SweepError, SweepGrid, SweepPoints,
};
use crate::symbolic::{Bindings, Expr};

/// What is evaluated at every point: energies over what is swept, all else
/// replaced by its value.
pub(super) struct Outputs {
    /// Every scope of every variant.
    energies: Vec<Expr>,
    /// What the model asks of what is swept.
    pub(super) constraints: Vec<Constraint>,
}

impl Outputs {
    pub(super) fn new(
        request: &Request,
        scopes: &[String],
        swept: &[&SweptAxis],
        pricing: &CostModel<'_>,
    ) -> Result<Outputs, Problems> {
        let mut constraints: Vec<Constraint> = Vec::new();
        // A variant may set what others leave: each has values of its own.
        let mut own: Vec<Bindings> = Vec::new();
        for (variant, counted) in request.counted.iter().enumerate() {
            let symbols = request.own_symbols(variant, swept);
            counted.graph.check_without(&symbols)?;
            let mut values = counted.graph.values();
            entry_values(pricing, &mut values);
            for constraint in counted.graph.constraints() {
                let inside = constraint.expr.symbols();
                if !symbols.iter().any(|symbol| inside.contains(symbol)) {
                    continue;
                }
                let bound = request.in_axes(variant, &constraint.expr, &values, swept);
                let expr = bound.map_err(|error| {
                    let message = format!("{} has no value: {error}", constraint.what);
                    Diagnostic::at(&constraint.place, message)
                })?;
                constraints.push(Constraint {
                    expr,
                    ..constraint.clone()
                });
            }
            own.push(values);
        }
        let mut energies: Vec<Expr> = Vec::new();
        for scope in scopes {
            for (variant, (counted, values)) in request.counted.iter().zip(&own).enumerate() {
                let stages = counted.stages_of(scope).unwrap_or_default();
                let energy = priced(counted, pricing, &stages)?;
                let energy = request.in_axes(variant, &energy, values, swept);
                energies.push(energy.map_err(|error| usage_error(error.to_string()))?);
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
        swept: &[&SweptAxis],
        args: &SweepArgs,
    ) -> Result<SweepPoints, Problems> {
        let choice = match args.sample {
            Some(points) => Sampling::Random {
                ranges: sampled(swept)?,
                points,
                seed: args.random.seed,
                latin: args.latin,
            },
            None => {
                let axes = axes(swept)?;
                if !args.zip {
                    return self.over(SweepGrid { axes });
                }
                Sampling::Zip(together(axes)?)
            }
        };
        let set = PointSet::new(
            choice,
            &self.energies,
            &self.constraints,
            &Bindings::default(),
        );
        Ok(SweepPoints::Set(set.map_err(failed)?))
    }

    fn over(&self, grid: SweepGrid) -> Result<SweepPoints, Problems> {
        let sweep = Sweep::new(
            grid,
            &self.energies,
            &self.constraints,
            &Bindings::default(),
        );
        Ok(SweepPoints::Grid(sweep.map_err(failed)?))
    }
}

fn failed(error: SweepError) -> Problems {
    usage_error(error.to_string())
}

/// The values of every axis, one by one.
fn axes(swept: &[&SweptAxis]) -> Result<Vec<SweepAxis>, Problems> {
    for axis in swept {
        if let Some(OverValues::Range(range)) = axis.over.values()
            && range.log
        {
            let message = "a logarithmic range without a count is drawn from";
            return Err(Diagnostic::at(axis.over.place(), message)
                .help("write `FROM..TO:log:COUNT` for so many values, or give --sample too")
                .into());
        }
    }
    let axis = |axis: &&SweptAxis| {
        Some(SweepAxis {
            symbol: axis.symbol.clone(),
            values: axis.values()?,
        })
    };
    Ok(swept.iter().filter_map(axis).collect())
}

/// The same axes, if they are as long as each other.
fn together(axes: Vec<SweepAxis>) -> Result<Vec<SweepAxis>, Problems> {
    let counts: Vec<u64> = axes.iter().map(|axis| axis.values.count()).collect();
    if counts.windows(2).all(|pair| pair[0] == pair[1]) {
        return Ok(axes);
    }
    let counts: Vec<String> = counts.iter().map(u64::to_string).collect();
    Err(usage_error(format!(
        "--zip runs all axes together, but they have {} values",
        counts.join(", ")
    )))
}

/// The ranges that a sample is taken from.
fn sampled(swept: &[&SweptAxis]) -> Result<Vec<SampledRange>, Problems> {
    let mut ranges = Vec::new();
    for axis in swept {
        let Some(OverValues::Range(range)) = axis.over.values() else {
            let message = format!("`{}` is no range to draw from", axis.symbol.name());
            return Err(Diagnostic::at(axis.over.place(), message)
                .help("write `--over NAME=FROM..TO`, or `FROM..TO:log`")
                .into());
        };
        ranges.push(SampledRange {
            symbol: axis.symbol.clone(),
            from: to_f64(&range.from),
            to: to_f64(&range.to),
            log: range.log,
            whole: axis.is_size,
        });
    }
    Ok(ranges)
}
