//! Stacked bars of estimates and comparisons, stage by stage.

use super::caveats::caveats_of_estimates;
use super::conventions::conventions_line;
use super::dims::{comparison_dims, dims_line};
use super::stage_numbers::StageNumbers;
use crate::compare::{Comparison, saving};
use crate::energy::Estimate;
use crate::render::chart::{Bar, BarGroup, Segment, SegmentFill, StackedBars};
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
    let groups = settings.iter().filter_map(|estimates| {
        group(estimates, |estimate| {
            let energy = |stage| estimate.of_stages(std::slice::from_ref(stage));
            let segments = stages.iter().map(energy).collect();
            (segments, estimate.of_stages(&stages))
        })
    });
    let groups = groups.collect();
    let first = settings.first().and_then(|estimates| estimates.last());
    let mut caption = caveats_of_estimates(settings.first().map_or(&[], Vec::as_slice));
    caption.extend(first.map(conventions_line));
    let numbers = StageNumbers::of(settings.iter().flatten());
    let segment = |stage: &String| Segment {
        name: stage.clone(),
        fill: SegmentFill::Stage(numbers.get(stage)),
    };
    StackedBars {
        title: bars_title(settings, scope, ""),
        subtitle,
        legend: stages.iter().map(segment).collect(),
        groups,
        caption,
    }
}

/// What bars show, and against what they save: `Energy of attention, scope
/// alignment, and what is saved against vanilla`.
pub(super) fn bars_title(settings: &[Vec<Estimate>], scope: Option<&str>, with: &str) -> String {
    let Some((estimates, first)) =
        (settings.first()).and_then(|estimates| Some((estimates, estimates.first()?)))
    else {
        return "Energy".to_owned();
    };
    let mut title = format!("Energy of {}{with}", first.model);
    if let Some(scope) = scope.filter(|scope| *scope != Estimate::WHOLE) {
        title.push_str(&format!(", scope {scope}"));
    }
    if estimates.len() > 1 {
        title.push_str(&format!(", and what is saved against {}", first.variant));
    }
    title
}

/// The bars of one table and format: what `of` gives for each estimate as its
/// segments, and as what its saving is of.
pub(super) fn group(
    estimates: &[Estimate],
    of: impl Fn(&Estimate) -> (Vec<Energy>, Energy),
) -> Option<BarGroup> {
    let first = estimates.first()?;
    let (_, baseline) = of(first);
    let bars = estimates.iter().enumerate().map(|(at, estimate)| {
        let (segments, total) = of(estimate);
        let saved = saving(baseline, total).filter(|_| at > 0);
        Bar {
            label: estimate.variant.clone(),
            segments,
            note: saved.map(saved_words),
        }
    });
    Some(BarGroup {
        label: format!("{} · {}", first.table, first.format),
        bars: bars.collect(),
    })
}

/// A saving as tables have it, under the name of their column.
fn saved_words(saving: f64) -> String {
    format!("saved {}", percent(saving, 2).replace('-', "−"))
}
