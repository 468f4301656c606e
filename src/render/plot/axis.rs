//! Axes: where a value lies, where the ticks are, and what they say.
//!
//! Ticks are chosen here and not by plotters: a logarithmic axis of sequence lengths
//! wants powers of two with plain numbers, an axis of savings wants percentages with
//! as many decimals as its step needs, and neither may have more labels than fit.

use super::ChartError;
use super::tick_label::{power_label, step_label};
use crate::render::chart::{AxisUnit, ChartAxis, Scale};

/// A tick: a value and its label.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// Where on the axis.
    pub value: f64,
    /// What stands there.
    pub label: String,
}

/// The values that an axis covers, and how they are spaced.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extent {
    scale: Scale,
    /// The lowest value.
    pub low: f64,
    /// The highest value, above the lowest.
    pub high: f64,
}

impl Extent {
    /// The extent of `axis` that covers its range and all `values`; `rounded` to
    /// where ticks will be unless the axis has a range of its own.
    pub fn covering(axis: &ChartAxis, values: &[f64], rounded: bool) -> Result<Extent, ChartError> {
        let asked = axis.range.iter().flat_map(|(low, high)| [*low, *high]);
        let all: Vec<f64> = values.iter().copied().chain(asked).collect();
        let low = all.iter().copied().fold(f64::INFINITY, f64::min);
        let high = all.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if let Some(value) = all.iter().find(|value| !value.is_finite()) {
            let what = format!("{value} on the axis '{}'", axis.label);
            return Err(ChartError::NotFinite(what));
        }
        if axis.scale != Scale::Linear
            && let Some(value) = all.iter().find(|value| **value <= 0.0)
        {
            return Err(ChartError::NotPositive {
                axis: axis.label.clone(),
                value: *value,
            });
        }
        let mut extent = Extent {
            scale: axis.scale,
            low,
            high,
        };
        if low == high {
            extent.widen(axis.unit);
        } else if rounded && axis.range.is_none() {
            extent.round();
        }
        let span = extent.high - extent.low;
        match span.is_finite() && span > 0.0 && extent.low.is_finite() {
            true => Ok(extent),
            false => Err(ChartError::Span(axis.label.clone())),
        }
    }

    /// Makes room around a single value.
    fn widen(&mut self, unit: AxisUnit) {
        let (low, high) = (self.low, self.high);
        (self.low, self.high) = match (self.scale, unit) {
            (Scale::Log2, _) => (low / 2.0, high * 2.0),
            (Scale::Log10, _) => (low / 10.0, high * 10.0),
            (Scale::Linear, AxisUnit::Percent) if low.abs() <= 1.0 => (low - 0.01, high + 0.01),
            (Scale::Linear, _) if low == 0.0 => (0.0, 1.0),
            (Scale::Linear, _) => (low - low.abs() / 2.0, high + high.abs() / 2.0),
        };
    }

    /// Moves the ends outward to the next tick.
    fn round(&mut self) {
        let (low, high) = (self.low, self.high);
        let powers = |base: f64, low: f64, high: f64| {
            let down = base.powf(low.log(base).floor()).min(low);
            (down, base.powf(high.log(base).ceil()).max(high))
        };
        (self.low, self.high) = match self.scale {
            Scale::Log2 => powers(2.0, low, high),
            Scale::Log10 => powers(10.0, low, high),
            Scale::Linear => {
                let step = nice((high - low) / 10.0);
                ((low / step).floor() * step, (high / step).ceil() * step)
            }
        };
    }

    /// Where `value` lies: 0 at the low end, 1 at the high end.
    pub fn position(&self, value: f64) -> f64 {
        let place = |value: f64| match self.scale {
            Scale::Linear => value,
            Scale::Log2 => value.log2(),
            Scale::Log10 => value.log10(),
        };
        (place(value) - place(self.low)) / (place(self.high) - place(self.low))
    }

    /// Ticks for an axis `length` pixels long, where a label takes up as many pixels
    /// as `room` says.
    pub fn ticks(&self, unit: AxisUnit, length: f64, room: impl Fn(&str) -> f64) -> Vec<Tick> {
        let (base, factors): (u8, &[f64]) = match self.scale {
            Scale::Linear => return self.steps(unit, length, room),
            Scale::Log2 => (2, &[1.0]),
            Scale::Log10 if self.high / self.low < 100.0 => (10, &[1.0, 2.0, 5.0]),
            Scale::Log10 => (10, &[1.0]),
        };
        let powers = self.powers(base, factors);
        // On less than one power, even steps say more.
        if powers.len() < 2 {
            return self.steps(unit, length, room);
        }
        let tick = |(value, exponent): &(f64, Option<i32>)| Tick {
            value: *value,
            label: power_label(*value, base, *exponent, unit),
        };
        let all: Vec<Tick> = powers.iter().map(tick).collect();
        if self.fits(&all, length, &room) {
            return all;
        }
        // Every second power, every third, …, counted from the power of zero.
        let sparse = |stride: i32| -> Vec<Tick> {
            let kept = |exponent: &Option<i32>| exponent.is_some_and(|e| e % stride == 0);
            let powers = powers.iter().filter(|(_, exponent)| kept(exponent));
            powers.map(tick).collect()
        };
        (1..)
            .map(sparse)
            .find(|ticks| self.fits(ticks, length, &room))
            .unwrap_or_default()
    }

    fn fits(&self, ticks: &[Tick], length: f64, room: impl Fn(&str) -> f64) -> bool {
        ticks.windows(2).all(|pair| {
            let apart = (self.position(pair[1].value) - self.position(pair[0].value)) * length;
            apart >= (room(&pair[0].label) + room(&pair[1].label)) / 2.0
        })
    }

    /// The powers of `base` within the extent, times each of `factors`, with the
    /// exponent where the factor is 1.
    fn powers(&self, base: u8, factors: &[f64]) -> Vec<(f64, Option<i32>)> {
        let root = f64::from(base);
        let first = self.low.log(root).floor() as i32 - 1;
        let last = self.high.log(root).ceil() as i32 + 1;
        // A hair of tolerance, since 1 / 10³⁰⁰ is not quite 10⁻³⁰⁰.
        let covered = self.low * (1.0 - 1e-12)..=self.high * (1.0 + 1e-12);
        let mut powers = Vec::new();
        for exponent in first..=last {
            for factor in factors {
                // Dividing keeps 0.01 as near as 1 / 100 is.
                let value = match exponent < 0 {
                    true => factor / root.powi(-exponent),
                    false => factor * root.powi(exponent),
                };
                if covered.contains(&value) {
                    powers.push((value, (*factor == 1.0).then_some(exponent)));
                }
            }
        }
        powers
    }

    /// Multiples of the smallest round step whose labels fit.
    fn steps(&self, unit: AxisUnit, length: f64, room: impl Fn(&str) -> f64) -> Vec<Tick> {
        let span = self.high - self.low;
        for parts in [10.0, 5.0, 4.0, 2.0, 1.0] {
            let step = nice(span / parts);
            if !(step > 0.0 && step.is_finite()) {
                break;
            }
            // A hair of tolerance, so that 0.99 is found as 99 steps of 0.01.
            let first = (self.low / step - 1e-6).ceil();
            let count = ((self.high / step + 1e-6).floor() - first).clamp(0.0, 30.0) as usize;
            let ticks: Vec<Tick> = (0..=count)
                .map(|index| {
                    let value = (first + index as f64) * step;
                    Tick {
                        value: value.clamp(self.low, self.high),
                        label: step_label(value, step, unit),
                    }
                })
                .collect();
            if self.fits(&ticks, length, &room) {
                return ticks;
            }
        }
        Vec::new()
    }
}

/// The smallest of 1, 2 and 5 times a power of ten that is at least `step`.
/// A step too small to be divided stays as it is.
pub fn nice(step: f64) -> f64 {
    if !step.is_normal() {
        return step;
    }
    let exponent = step.log10().floor() as i32;
    let power = 10f64.powi(exponent);
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| match exponent < 0 {
            true => factor / 10f64.powi(-exponent),
            false => factor * power,
        })
        .find(|nice| *nice >= step * (1.0 - 1e-9))
        .unwrap_or(step)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn axis(scale: Scale, range: Option<(f64, f64)>) -> ChartAxis {
        ChartAxis {
            label: "a".into(),
            scale,
            range,
            unit: AxisUnit::Plain,
        }
    }

    /// The labels on an axis of 400 pixels with 40 for each label.
    fn labels(scale: Scale, low: f64, high: f64) -> Vec<String> {
        let extent = Extent::covering(&axis(scale, None), &[low, high], false).unwrap();
        let ticks = extent.ticks(AxisUnit::Plain, 400.0, |_| 40.0);
        ticks.into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn nice_steps_are_1_2_or_5() {
        assert_eq!(nice(0.7), 1.0);
        assert_eq!(nice(1.0), 1.0);
        assert_eq!(nice(130.0), 200.0);
        assert_eq!(nice(0.031), 0.05);
        assert_eq!(nice(6e6), 1e7);
        assert_eq!(nice(0.0), 0.0);
    }

    #[test]
    fn powers_of_two_are_thinned_until_they_fit() {
        assert_eq!(labels(Scale::Log2, 1.0, 16.0), ["1", "2", "4", "8", "16"]);
        // Twelve steps of 33 pixels are too narrow; every second power has 67.
        assert_eq!(
            labels(Scale::Log2, 1.0, 4096.0),
            ["1", "4", "16", "64", "256", "1024", "4096"]
        );
    }

    #[test]
    fn short_decades_are_divided_and_less_than_one_is_even() {
        assert_eq!(labels(Scale::Log10, 1.0, 20.0), ["1", "2", "5", "10", "20"]);
        assert_eq!(
            labels(Scale::Log2, 3.0, 3.5),
            ["3.0", "3.1", "3.2", "3.3", "3.4", "3.5"]
        );
    }

    #[test]
    fn a_range_is_the_least_that_an_axis_covers() {
        let extent = |range, values: &[f64]| {
            let extent = Extent::covering(&axis(Scale::Linear, range), values, true).unwrap();
            (extent.low, extent.high)
        };
        assert_eq!(extent(Some((0.0, 10.0)), &[2.0, 3.0]), (0.0, 10.0));
        assert_eq!(extent(Some((0.0, 10.0)), &[2.0, 13.0]), (0.0, 13.0));
        // Without a range: steps of (3.3 − 2.1) / 10, rounded up to 0.2.
        let (low, high) = extent(None, &[2.1, 3.3]);
        assert!((low - 2.0).abs() < 1e-9 && (high - 3.4).abs() < 1e-9);
    }

    #[test]
    fn positions_run_from_one_end_to_the_other() {
        let extent = Extent::covering(&axis(Scale::Log2, None), &[1.0, 16.0], false).unwrap();
        assert_eq!(extent.position(1.0), 0.0);
        assert_eq!(extent.position(4.0), 0.5);
        assert_eq!(extent.position(16.0), 1.0);
    }
}
