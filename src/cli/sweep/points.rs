//! The points of a sweep on one table and format, and what is evaluated there.

use super::plan::Plan;
use super::request::{Axes, Request};
use crate::cli::args::SweepArgs;
use crate::cli::axes::{Over, OverValues};
use crate::cli::wrong;
use crate::energy::Pricing;
use crate::graph::Constraint;
use crate::number::to_f64;
use crate::source::{Diagnostic, Problems};
use crate::symbolic::{Expr, Symbol, Values};
use crate::whatif::{
    Axis, Choice, Draw, Grid, Points, Scatter, Sweep, SweepError, entry_values, priced,
};

/// Grid, list or sample: as the arguments say.
pub(super) fn points(
    plan: &Plan,
    args: &SweepArgs,
    axes: &Axes,
    request: &Request,
    pricing: &Pricing<'_>,
) -> Result<Points, Problems> {
    let mut values = Values::default();
    let mut constraints: Vec<Constraint> = Vec::new();
    for counted in &request.counted {
        for info in counted.graph.symbols() {
            values.set(info.symbol.clone(), info.value.clone());
        }
        constraints.extend(counted.graph.constraints().iter().cloned());
    }
    entry_values(pricing.table, &mut values);
    let swept: Vec<Symbol> = plan.axes.iter().map(|name| Symbol::new(name)).collect();
    for counted in &request.counted {
        counted.graph.check_without(&swept)?;
    }
    let mut outputs: Vec<Expr> = Vec::new();
    for scope in &plan.scopes {
        for counted in &request.counted {
            let stages = counted.stages_of(scope).unwrap_or_default();
            outputs.push(priced(counted, pricing, &stages)?);
        }
    }
    let numbers = axes
        .numbers
        .iter()
        .filter(|over| !plan.switches.contains(&over.name.value));
    let numbers: Vec<&Over> = numbers.collect();
    let failed = |error: SweepError| wrong(error.to_string());
    let axis = |over: &&Over| {
        Some(Axis {
            symbol: Symbol::new(&over.name.value),
            values: over.values()?.clone(),
        })
    };
    if let Some(points) = args.sample {
        let draws = draws(&numbers, request)?;
        let choice = Choice::Random {
            draws,
            points,
            seed: args.random.seed,
            latin: args.latin,
        };
        let scatter = Scatter::new(choice, &outputs, &constraints, &values);
        return Ok(Points::Scatter(scatter.map_err(failed)?));
    }
    if let Some(over) = numbers
        .iter()
        .find(|over| matches!(over.values, OverValues::Range { log: true, .. }))
    {
        return Err(Diagnostic::at(
            &over.name.place,
            "a logarithmic range is drawn from: give --sample too",
        )
        .into());
    }
    let all: Vec<Axis> = numbers.iter().filter_map(axis).collect();
    if args.zip {
        let counts: Vec<u64> = all.iter().map(|axis| axis.values.count()).collect();
        if counts.windows(2).any(|pair| pair[0] != pair[1]) {
            let counts: Vec<String> = counts.iter().map(u64::to_string).collect();
            return Err(wrong(format!(
                "--zip runs all axes together, but they have {} values",
                counts.join(", ")
            )));
        }
        let scatter = Scatter::new(Choice::Zip(all), &outputs, &constraints, &values);
        return Ok(Points::Scatter(scatter.map_err(failed)?));
    }
    let sweep = Sweep::new(Grid { axes: all }, &outputs, &constraints, &values);
    Ok(Points::Grid(sweep.map_err(failed)?))
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
