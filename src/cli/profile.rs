//! `picojoule profile`

use std::path::Path;

use super::args::{OutputFormat, ProfileArgs, ProfileBy, VariantsArgs};
use super::plot::Plot;
use super::request::{Request, Unnamed};
use super::usage::usage_error;
use super::{files, output};
use crate::energy::{Counted, Estimate, estimate};
use crate::profile::{Change, Repeats, change, folded, hottest, layers, profile};
use crate::render::plot::icicle;
use crate::render::table::Table;
use crate::source::Problems;
use crate::view::{
    ChangeBy, change_icicle, change_table, hot_table, layer_table, profile_icicle, profile_title,
    rows_of_all,
};

/// A variant, and what it costs.
type Priced<'c> = (&'c Counted, Estimate);

pub(super) fn run(args: &ProfileArgs) -> Result<(), Problems> {
    let plot = Plot::asked(&args.plot)?;
    if let Some(folded) = args
        .folded
        .as_deref()
        .filter(|path| *path != Path::new("-"))
    {
        files::ready(folded)?;
    }
    let variants = match args.diff.as_slice() {
        [] => args.variants.clone(),
        [a, b] if a != b => VariantsArgs::of("--diff", args.diff.clone()),
        _ => {
            return Err(usage_error(
                "--diff holds two variants against each other: --diff a,b",
            ));
        }
    };
    let request = Request::new(&args.model, &variants, Unnamed::First, &args.price)?;
    let priced = priced(&request)?;
    let printed = match args.diff.is_empty() {
        true => one_by_one(args, &priced, plot),
        false => differences(args, &priced, plot),
    };
    // The program ends here: to take a large graph apart first is waste.
    std::mem::forget(priced);
    std::mem::forget(request);
    printed
}

/// Every variant on every table and format.
fn priced(request: &Request) -> Result<Vec<Priced<'_>>, Problems> {
    let pricings = request.pricings()?;
    request.pointing(|others| {
        let mut problems = Problems::new();
        let mut all = Vec::new();
        for pricing in &pricings {
            for counted in &request.counted {
                if let Some(estimate) = problems.note(estimate(counted, pricing, others)) {
                    all.push((counted, estimate));
                }
            }
        }
        problems.or(all)
    })
}

fn repeats(args: &ProfileArgs) -> Repeats {
    match args.expand {
        true => Repeats::Apart,
        false => Repeats::Together,
    }
}

fn one_by_one(
    args: &ProfileArgs,
    priced: &[Priced<'_>],
    plot: Option<Plot<'_>>,
) -> Result<(), Problems> {
    let only = || match priced {
        [one] => Ok(one),
        _ => Err(usage_error(
            "an icicle and folded stacks are of one estimate; choose one variant, table and format",
        )),
    };
    if let Some(plot) = plot {
        let (counted, estimate) = only()?;
        let profile = profile(counted, estimate, repeats(args));
        plot.save(icicle(&profile_icicle(estimate, &profile), plot.style()))?;
    }
    if let Some(path) = &args.folded {
        let (counted, estimate) = only()?;
        let profile = profile(counted, estimate, repeats(args));
        let stacks = folded(&profile.root, &profile_title(estimate)).to_string();
        if path == Path::new("-") {
            return output::print(&stacks);
        }
        files::write(path, stacks.as_bytes())?;
    }
    let is_for_programs = matches!(args.format.output, OutputFormat::Csv | OutputFormat::Json);
    let mut tables = Vec::with_capacity(priced.len());
    for (counted, estimate) in priced {
        tables.push(match args.by {
            ProfileBy::Layer => layer_table(estimate, &layers(counted, estimate)?, is_for_programs),
            ProfileBy::Op => {
                let profile = profile(counted, estimate, repeats(args));
                hot_table(
                    estimate,
                    &profile,
                    &hottest(&profile.root),
                    args.top as usize,
                )
            }
        });
    }
    let estimates = priced.iter().map(|(_, estimate)| estimate);
    print(args, tables, |tables| rows_of_all(estimates.zip(tables)))
}

fn differences(
    args: &ProfileArgs,
    priced: &[Priced<'_>],
    plot: Option<Plot<'_>>,
) -> Result<(), Problems> {
    let mut pairs: Vec<([&Estimate; 2], Change)> = Vec::new();
    for pair in priced.chunks(2) {
        let [(first, a), (second, b)] = pair else {
            continue;
        };
        let before = profile(first, a, repeats(args));
        let after = profile(second, b, repeats(args));
        pairs.push(([a, b], change(&before.root, &after.root)));
    }
    if let Some(plot) = plot {
        let [(estimates, change)] = pairs.as_slice() else {
            return Err(usage_error(
                "an icicle is of one difference; choose one table and format",
            ));
        };
        plot.save(icicle(&change_icicle(*estimates, change), plot.style()))?;
    }
    let by = match args.by {
        ProfileBy::Op => ChangeBy::Op,
        ProfileBy::Layer => ChangeBy::Layer,
    };
    let table = |(estimates, change): &([&Estimate; 2], Change)| {
        change_table(*estimates, change, by, args.top as usize)
    };
    let tables = pairs.iter().map(table).collect();
    let second = pairs.iter().map(|([_, second], _)| *second);
    print(args, tables, |tables| rows_of_all(second.zip(tables)))
}

/// The tables for people, or the rows of all of them for programs.
fn print(
    args: &ProfileArgs,
    tables: Vec<Table>,
    rows: impl FnOnce(Vec<Table>) -> Table,
) -> Result<(), Problems> {
    match args.format.output {
        OutputFormat::Csv | OutputFormat::Json => {
            output::print_tables(vec![rows(tables)], &args.format)
        }
        _ => output::print_tables(tables, &args.format),
    }
}
