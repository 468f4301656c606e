//! Pictures of sweeps: lines over one axis, a heat map over two.

use std::collections::BTreeMap;

use super::plan::SweepPlan;
use super::shown::{Shown, shown};
use crate::cli::args::{LogAxis, SweepArgs};
use crate::cli::usage::usage_error;
use crate::render::chart::{
    AxisUnit, ChartAxis, HeatMap, HeatTarget, LineChart, Mark, Scale, Series, ValueKind,
};
use crate::render::plot::{ChartError, FigureStyle, Svg, heat_map, lines};
use crate::source::Problems;
use crate::sweep::Batch;
use crate::units::{Energy, Unit};

/// How many points a picture may show.
pub(super) const PLOTTED: u64 = 250_000;

/// Lines that are so many times as high as others need a logarithmic axis to be seen
/// beside them.
const APART: f64 = 10.0;

/// A picture of what is saved, or what a single variant costs.
pub(super) fn draw(
    plan: &SweepPlan,
    kept: &[(usize, Batch)],
    args: &SweepArgs,
    style: &FigureStyle,
) -> Result<Result<Svg, ChartError>, Problems> {
    let (common, shown) = shown(plan, kept);
    let picture = SweepPicture {
        plan,
        args,
        common: &common,
        shown: &shown,
    };
    match (plan.axes.len(), shown.as_slice()) {
        (1, shown) if shown.len() > 8 => Err(usage_error(format!(
            "{} lines are too many for one plot; choose with --scope, --variants, --table or --format",
            shown.len()
        ))),
        (1, _) => Ok(lines(&picture.line_chart(), style)),
        (2, [one]) => Ok(heat_map(&picture.map(one), style)),
        (2, several) => Err(usage_error(format!(
            "a heat map shows one result, not {}; choose with --scope, --variants, --table and --format",
            several.len()
        ))),
        _ => Err(usage_error("a plot needs one or two axes of numbers")),
    }
}

struct SweepPicture<'p> {
    plan: &'p SweepPlan,
    args: &'p SweepArgs,
    /// What all that is shown has in common.
    common: &'p str,
    shown: &'p [Shown],
}

impl SweepPicture<'_> {
    fn compares(&self) -> bool {
        self.plan.variants.len() > 1
    }

    fn target(&self) -> Option<f64> {
        self.args.target.filter(|_| self.compares())
    }

    fn title(&self) -> String {
        match self.common {
            "" => self.plan.title(),
            common => format!("{} ({common})", self.plan.title()),
        }
    }

    /// The swept axis of this number; `place` is where it runs in the picture.
    fn axis(&self, level: usize, place: LogAxis) -> ChartAxis {
        let name = self.plan.axes.get(level).map_or("", String::as_str);
        let look = self.plan.looks.get(level).copied().unwrap_or_default();
        let values = self.shown.iter().flat_map(|shown| &shown.points);
        let least = values.filter_map(|(at, _)| at.get(level).copied());
        let least = least.fold(f64::INFINITY, f64::min);
        ChartAxis {
            label: match look.unit {
                "" => name.to_owned(),
                unit => format!("{name} in {unit}"),
            },
            scale: match look.is_log || self.args.log_axis.contains(&place) {
                true if is_power_of_two(least) => Scale::Log2,
                true => Scale::Log10,
                false => Scale::Linear,
            },
            range: None,
            unit: AxisUnit::Plain,
        }
    }

    fn line_chart(&self) -> LineChart {
        // Energies are written in the unit that fits the largest.
        let all = self.shown.iter().flat_map(|shown| &shown.points);
        let largest = all.map(|(_, value)| value.abs()).fold(0.0, f64::max);
        let unit = Energy::from_picojoules(largest).unit();
        let series = self.shown.iter().map(|shown| Series {
            label: shown.label.clone(),
            points: (shown.points.iter())
                .filter_map(|(at, value)| Some((*at.first()?, self.drawn(*value, unit))))
                .collect(),
            style: shown.style,
        });
        let is_log = self.args.log_axis.contains(&LogAxis::Y) || self.is_apart();
        let y = ChartAxis {
            label: match self.compares() {
                true => "energy saved".to_owned(),
                false => format!("energy in {unit}"),
            },
            scale: if is_log { Scale::Log10 } else { Scale::Linear },
            range: None,
            unit: match self.compares() {
                true => AxisUnit::Percent,
                false => AxisUnit::Plain,
            },
        };
        LineChart {
            title: self.title(),
            subtitle: None,
            x: self.axis(0, LogAxis::X),
            y,
            series: series.collect(),
            marks: (self.target().into_iter())
                .map(|value| Mark {
                    value,
                    label: "target".to_owned(),
                })
                .collect(),
            regions: Vec::new(),
            caption: Vec::new(),
        }
    }

    fn drawn(&self, value: f64, unit: Unit) -> f64 {
        match self.compares() {
            true => value,
            false => Energy::from_picojoules(value).in_unit(unit),
        }
    }

    /// Whether energies are of so different size that an even axis would hide some.
    fn is_apart(&self) -> bool {
        let of_lines = self.shown.iter().map(|shown| {
            let values = shown.points.iter().map(|(_, value)| *value);
            values.fold(0.0, f64::max)
        });
        let (least, most) = of_lines.fold((f64::INFINITY, 0.0_f64), |(least, most), height| {
            (least.min(height), most.max(height))
        });
        let mut all = self.shown.iter().flat_map(|shown| &shown.points);
        !self.compares() && least < most / APART && all.all(|(_, value)| *value > 0.0)
    }

    /// The first axis upwards, the second one, which runs fastest, to the right.
    fn map(&self, shown: &Shown) -> HeatMap {
        let along = |level: usize| {
            let mut values: Vec<f64> = (shown.points.iter())
                .filter_map(|(at, _)| at.get(level).copied())
                .collect();
            values.sort_by(f64::total_cmp);
            values.dedup();
            values
        };
        let (rows, columns) = (along(0), along(1));
        let points: BTreeMap<Vec<u64>, f64> = (shown.points.iter())
            .map(|(at, value)| (at.iter().map(|x| x.to_bits()).collect(), *value))
            .collect();
        let cells = rows.iter().map(|row| {
            let cells = columns.iter().map(|column| {
                let at = vec![row.to_bits(), column.to_bits()];
                points.get(&at).copied().filter(|value| value.is_finite())
            });
            cells.collect()
        });
        HeatMap {
            title: self.title(),
            subtitle: None,
            x: self.axis(1, LogAxis::X),
            y: self.axis(0, LogAxis::Y),
            cells: cells.collect(),
            columns,
            rows,
            value: match self.compares() {
                true => ValueKind::Share,
                false => ValueKind::Energy,
            },
            target: self.target().map(|from| HeatTarget {
                from,
                to: f64::INFINITY,
                label: format!("at least {}", crate::units::percent(from, 1)),
            }),
            caption: Vec::new(),
        }
    }
}

/// Whether a range from `value` on has its ticks at powers of two.
fn is_power_of_two(value: f64) -> bool {
    value >= 1.0 && value.log2().fract() == 0.0
}
