//! Stacked bars of what is paid for: arithmetic, what is read from and written to
//! each level of memory, static energy.

use super::bars::{bars_title, group};
use super::caveats::caveats_of_estimates;
use super::conventions::conventions_line;
use super::dims::{comparison_dims, dims_line};
use crate::compare::Comparison;
use crate::energy::{Estimate, Moved, Part};
use crate::graph::has_stage;
use crate::movement::Direction;
use crate::render::chart::{Segment, SegmentFill, StackedBars};
use crate::units::Energy;

/// Bars of arithmetic, of what is read from and written to each level of memory,
/// and of static energy; nothing where arithmetic alone is counted.
pub fn part_bars(estimates: &[Estimate]) -> Option<StackedBars> {
    let settings: Vec<Vec<Estimate>> = estimates
        .chunk_by(|a, b| (&a.table, a.format) == (&b.table, b.format))
        .map(<[Estimate]>::to_vec)
        .collect();
    let subtitle = estimates.first().and_then(dims_line);
    bars(&settings, None, subtitle)
}

/// The same for a comparison over `scope`.
pub fn comparison_part_bars(comparison: &Comparison, scope: &str) -> Option<StackedBars> {
    let subtitle = comparison_dims(comparison);
    bars(&comparison.settings, Some(scope), subtitle)
}

fn bars(
    settings: &[Vec<Estimate>],
    scope: Option<&str>,
    subtitle: Option<String>,
) -> Option<StackedBars> {
    let estimates: Vec<&Estimate> = settings.iter().flatten().collect();
    let is_timed = estimates.iter().any(|one| one.statics().is_some());
    let is_moved = estimates.iter().all(|one| one.moved.is_some());
    if !is_timed && !is_moved {
        return None;
    }
    let mut levels: Vec<String> = Vec::new();
    let moved = estimates.iter().filter_map(|one| one.moved.as_ref());
    for name in moved.flat_map(|moved| moved.memory.names()) {
        if !levels.contains(&name) {
            levels.push(name);
        }
    }
    let scope = scope.unwrap_or(Estimate::WHOLE);
    let parts = Parts {
        levels: &levels,
        scope,
        is_timed,
    };
    let groups = settings.iter().filter_map(|estimates| {
        group(estimates, |estimate| {
            let segments = parts.of(estimate);
            let total = segments.iter().copied().sum();
            (segments, total)
        })
    });
    let with = match (is_moved, is_timed) {
        (true, false) => " with the data that moves",
        (false, _) => " with the time that it takes",
        (true, true) => " with the data that moves and the time that it takes",
    };
    let first = settings.first()?;
    let mut caption = caveats_of_estimates(first);
    for line in estimates.iter().map(|one| conventions_line(one)) {
        if !caption.contains(&line) {
            caption.push(line);
        }
    }
    Some(StackedBars {
        title: bars_title(settings, Some(scope), with),
        subtitle,
        groups: groups.collect(),
        legend: parts.legend(),
        caption,
    })
}

/// What the bars are made of.
struct Parts<'p> {
    levels: &'p [String],
    scope: &'p str,
    is_timed: bool,
}

impl Parts<'_> {
    fn legend(&self) -> Vec<Segment> {
        let pairs = self.levels.iter().flat_map(|level| {
            Direction::ALL.map(|direction| format!("{level}, {}", direction.name()))
        });
        let statics = self.is_timed.then(|| Part::Static.name().to_owned());
        let names = ["arithmetic".to_owned()].into_iter().chain(pairs);
        let names = names.chain(statics).enumerate();
        names
            .map(|(number, name)| Segment {
                name,
                fill: SegmentFill::Part(number),
            })
            .collect()
    }

    fn of(&self, estimate: &Estimate) -> Vec<Energy> {
        let stages = (estimate.scopes.iter())
            .find(|known| known.name == self.scope)
            .map(|known| known.stages.as_slice());
        let moved = |level: &String, direction: Direction| {
            let of = |moved: &Moved| {
                moved.energy(|line| {
                    line.direction == direction
                        && moved.memory.level_name(line.level) == *level
                        && stages.is_none_or(|stages| has_stage(stages, &line.stage))
                })
            };
            estimate.moved.as_ref().map_or(Energy::ZERO, of)
        };
        let mut all = vec![self.part(estimate, Part::Arithmetic)];
        for level in self.levels {
            all.extend(Direction::ALL.map(|direction| moved(level, direction)));
        }
        if self.is_timed {
            all.push(self.part(estimate, Part::Static));
        }
        all
    }

    /// One part over the scope.
    fn part(&self, estimate: &Estimate, part: Part) -> Energy {
        let parts = estimate.parts_of_scope(self.scope);
        let found = parts.iter().find(|(known, _)| *known == part);
        found.and_then(|(_, energy)| *energy).unwrap_or_default()
    }
}
