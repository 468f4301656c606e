//! Stacked bars of estimates and comparisons.

use super::caveats::caveats_of_estimates;
use super::conventions::conventions_line;
use super::dims::{comparison_dims, dims_line};
use crate::compare::{Comparison, saving};
use crate::energy::{Estimate, Moved, Part};
use crate::movement::Direction;
use crate::render::chart::{Bar, BarGroup, StackedBars, Tones};
use crate::units::{Energy, percent};

/// Bars for estimates of one model: a group for each table and format.
pub fn estimate_bars(estimates: &[Estimate]) -> StackedBars {
    let mut stages: Vec<String> = Vec::new();
    for stage in estimates.iter().flat_map(|estimate| &estimate.stages) {
        if !stages.contains(stage) {
            stages.push(stage.clone());
        }
    }
    let settings: Vec<Vec<Estimate>> = estimates
        .chunk_by(|a, b| (&a.table, a.format) == (&b.table, b.format))
        .map(<[Estimate]>::to_vec)
        .collect();
    let subtitle = estimates.first().and_then(dims_line);
    bars(&settings, &stages, None, subtitle)
}

/// Bars of arithmetic, of what is read from and written to each level of memory,
/// and of static energy; nothing where arithmetic alone is counted.
pub fn part_bars(estimates: &[Estimate]) -> Option<StackedBars> {
    let is_timed = estimates.iter().any(|one| one.statics().is_some());
    let is_moved = estimates.iter().all(|one| one.moved.is_some());
    if !is_timed && !is_moved {
        return None;
    }
    let moved: Vec<&Moved> = estimates
        .iter()
        .filter_map(|one| one.moved.as_ref())
        .collect();
    let mut levels: Vec<String> = Vec::new();
    for name in moved.iter().flat_map(|moved| moved.memory.names()) {
        if !levels.contains(&name) {
            levels.push(name);
        }
    }
    let segments = |estimate: &Estimate| -> Vec<Energy> {
        let of = |level: &String, direction: Direction| {
            let moved = estimate.moved.as_ref();
            moved.map_or(Energy::ZERO, |moved| {
                moved.energy(|line| {
                    line.direction == direction && moved.memory.level_name(line.level) == *level
                })
            })
        };
        let pairs = levels
            .iter()
            .flat_map(|level| Direction::ALL.map(|direction| of(level, direction)));
        let arithmetic = estimate.arithmetic().unwrap_or_default();
        let statics = is_timed.then(|| estimate.statics().unwrap_or_default());
        [arithmetic]
            .into_iter()
            .chain(pairs)
            .chain(statics)
            .collect()
    };
    let groups = estimates.chunk_by(|a, b| (&a.table, a.format) == (&b.table, b.format));
    let groups = groups.filter_map(|estimates| {
        let first = estimates.first()?;
        let bars = estimates.iter().enumerate().map(|(at, estimate)| {
            let saved = saving(first.total(), estimate.total());
            Bar {
                label: estimate.variant.clone(),
                segments: segments(estimate),
                note: saved.filter(|_| at > 0).map(saved_words),
            }
        });
        Some(BarGroup {
            label: format!("{} · {}", first.table, first.format),
            bars: bars.collect(),
        })
    });
    let first = estimates.first()?;
    let names = levels
        .iter()
        .flat_map(|level| Direction::ALL.map(|direction| format!("{level}, {}", direction.name())));
    let mut caption = caveats_of_estimates(estimates);
    for line in estimates.iter().map(conventions_line) {
        if !caption.contains(&line) {
            caption.push(line);
        }
    }
    let with = match (is_moved, is_timed) {
        (true, false) => "the data that moves",
        (false, _) => "the time that it takes",
        (true, true) => "the data that moves and the time that it takes",
    };
    let statics = is_timed.then(|| Part::Static.name().to_owned());
    let names = ["arithmetic".to_owned()]
        .into_iter()
        .chain(names)
        .chain(statics);
    Some(StackedBars {
        title: format!("Energy of {} with {with}", first.model),
        subtitle: dims_line(first),
        legend: names.collect(),
        tones: Tones::Pairs,
        groups: groups.collect(),
        caption,
    })
}

/// Bars for a comparison over `scope`, each with what it saves.
pub fn comparison_bars(comparison: &Comparison, scope: &str) -> StackedBars {
    let mut stages = comparison.stages();
    if scope != Estimate::WHOLE {
        let estimates = comparison.settings.iter().flatten();
        let inside: Vec<&String> = estimates
            .flat_map(|estimate| &estimate.scopes)
            .filter(|known| known.name == scope)
            .flat_map(|known| &known.stages)
            .collect();
        stages.retain(|stage| inside.contains(&stage));
    }
    let subtitle = comparison_dims(comparison);
    bars(&comparison.settings, &stages, Some(scope), subtitle)
}

fn bars(
    settings: &[Vec<Estimate>],
    stages: &[String],
    scope: Option<&str>,
    subtitle: Option<String>,
) -> StackedBars {
    // A stage that costs nothing anywhere would only lengthen the legend.
    let stages: Vec<String> = stages
        .iter()
        .filter(|stage| {
            let stage = std::slice::from_ref(*stage);
            let mut estimates = settings.iter().flatten();
            estimates.any(|estimate| estimate.of_stages(stage).picojoules() > 0.0)
        })
        .cloned()
        .collect();
    let groups = settings
        .iter()
        .filter_map(|estimates| {
            let first = estimates.first()?;
            let baseline = first.of_stages(&stages);
            let bars = estimates
                .iter()
                .enumerate()
                .map(|(at, estimate)| {
                    let saved = saving(baseline, estimate.of_stages(&stages));
                    Bar {
                        label: estimate.variant.clone(),
                        segments: stages
                            .iter()
                            .map(|stage| estimate.of_stages(std::slice::from_ref(stage)))
                            .collect(),
                        note: saved.filter(|_| at > 0).map(saved_words),
                    }
                })
                .collect();
            Some(BarGroup {
                label: format!("{} · {}", first.table, first.format),
                bars,
            })
        })
        .collect();
    let first = settings.first().and_then(|estimates| estimates.last());
    let title = match (first, scope) {
        (Some(estimate), Some(Estimate::WHOLE)) => format!("Energy of {}", estimate.model),
        (Some(estimate), Some(scope)) => format!("Energy of {}, scope {scope}", estimate.model),
        (Some(estimate), None) => format!("Energy of {}", estimate.model),
        (None, _) => "Energy".to_owned(),
    };
    let mut caption = caveats_of_estimates(settings.first().map_or(&[], Vec::as_slice));
    caption.extend(first.map(conventions_line));
    StackedBars {
        title,
        subtitle,
        legend: stages,
        tones: Tones::Single,
        groups,
        caption,
    }
}

fn saved_words(saving: f64) -> String {
    if saving < 0.0 {
        format!("+{}", percent(-saving, 1))
    } else {
        format!("−{}", percent(saving, 1))
    }
}
