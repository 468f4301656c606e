//! Bars of the layers, the ops or the primitives of estimates, each stacked by the
//! stages in it.

use super::caveats::caveats_of_estimates;
use super::conventions::conventions_line;
use super::dims::dims_line;
use super::estimate::title;
use super::stage_numbers::StageNumbers;
use crate::energy::{By, Estimate, StagesOf};
use crate::render::chart::{Bar, BarGroup, Segment, SegmentFill, StackedBars};
use crate::units::{Energy, percent};

/// More bars than this say little: those that take least are one.
const MOST: usize = 16;
/// Where there are many, what takes less of the whole is among those too.
const LEAST_SHARE: f64 = 0.001;

/// A bar for each layer, op or primitive of every estimate, with its share of the
/// whole. Where there are many, those that take most and one of all others.
pub fn group_bars(estimates: &[Estimate], by: By) -> StackedBars {
    let all: Vec<(&Estimate, Vec<StagesOf>)> = (estimates.iter())
        .map(|estimate| (estimate, fewest(estimate.stages_by(by), by)))
        .collect();
    let numbers = StageNumbers::of(estimates.iter());
    let of_estimates = estimates.iter().flat_map(|estimate| &estimate.stages);
    let mut stages: Vec<&String> = Vec::new();
    for stage in of_estimates {
        let bars = || all.iter().flat_map(|(_, bars)| bars);
        let is_drawn = bars().any(|bar| energy(bar, stage) > Energy::ZERO);
        if is_drawn && !stages.contains(&stage) {
            stages.push(stage);
        }
    }
    let groups = all.iter().map(|(estimate, bars)| {
        let total: Energy = bars.iter().map(StagesOf::total).sum();
        let bar = |of: &StagesOf| Bar {
            label: of.name.clone(),
            segments: stages.iter().map(|stage| energy(of, stage)).collect(),
            note: (total > Energy::ZERO)
                .then(|| percent(of.total().picojoules() / total.picojoules(), 1)),
        };
        BarGroup {
            label: match estimates {
                [_] => String::new(),
                _ if estimate.variant == estimate.model => {
                    format!("{} · {}", estimate.table, estimate.format)
                }
                _ => format!(
                    "{}: {} · {}",
                    estimate.variant, estimate.table, estimate.format
                ),
            },
            bars: bars.iter().map(bar).collect(),
        }
    });
    let what = match by {
        By::Stage => "stage",
        By::Op => "op",
        By::Layer => "layer",
        By::Primitive => "primitive",
    };
    let mut caption = caveats_of_estimates(estimates);
    caption.extend(estimates.first().map(conventions_line));
    StackedBars {
        title: match estimates {
            [one] => format!("Energy by {what}: {}", title(one)),
            several => {
                let model = several.first().map_or("", |one| one.model.as_str());
                format!("Energy by {what}: {model}")
            }
        },
        subtitle: estimates.first().and_then(dims_line),
        legend: (stages.iter())
            .map(|stage| Segment {
                name: (*stage).clone(),
                fill: SegmentFill::Stage(numbers.get(stage)),
            })
            .collect(),
        groups: groups.collect(),
        caption,
    }
}

fn energy(of: &StagesOf, stage: &str) -> Energy {
    let found = of.stages.iter().find(|(known, _)| known == stage);
    found.map_or(Energy::ZERO, |(_, energy)| *energy)
}

/// The bars in the order of the model; of many, those that take most, and the rest
/// as one.
fn fewest(mut all: Vec<StagesOf>, by: By) -> Vec<StagesOf> {
    all.retain(|bar| bar.total() > Energy::ZERO);
    if all.len() <= MOST {
        return all;
    }
    let mut totals: Vec<Energy> = all.iter().map(StagesOf::total).collect();
    totals.sort_by(|a, b| b.picojoules().total_cmp(&a.picojoules()));
    let whole: Energy = totals.iter().copied().sum();
    let least = totals.get(MOST - 1).copied().unwrap_or(Energy::ZERO);
    let share = Energy::from_picojoules(whole.picojoules() * LEAST_SHARE);
    let least = if least > share { least } else { share };
    let (mut shown, mut rest) = (Vec::new(), Vec::new());
    for bar in all {
        match bar.total() >= least && shown.len() < MOST {
            true => shown.push(bar),
            false => rest.push(bar),
        }
    }
    let what = match by {
        By::Stage => "stages",
        By::Op => "ops",
        By::Layer => "layers",
        By::Primitive => "primitives",
    };
    let mut others = StagesOf {
        name: format!("{} other {what}", rest.len()),
        stages: Vec::new(),
    };
    for (stage, energy) in rest.into_iter().flat_map(|bar| bar.stages) {
        match others.stages.iter_mut().find(|(known, _)| *known == stage) {
            Some((_, sum)) => *sum = [*sum, energy].into_iter().sum(),
            None => others.stages.push((stage, energy)),
        }
    }
    shown.push(others);
    shown
}
