//! Which colour a value of a heat map has, and the bar beside it that says so.

use plotters::style::RGBColor;
use plotters::style::text_anchor::HPos;

use super::ChartError;
use super::axis::{Extent, Tick};
use super::colour_map::{LEVELS, Map};
use super::heat_grid::OUTLINE;
use super::notation::Notation;
use super::page::{LABEL, TICK};
use super::painter::{Painter, Rect, line_height};
use super::palette::AXIS;
use crate::render::chart::{ChartAxis, Scale, ValueKind};

/// The distance between the plot and the bar.
const BEFORE: f64 = 20.0;
/// The width of the bar.
const BAR: f64 = 14.0;
/// The length of a tick.
const TICK_LENGTH: f64 = 4.0;

/// Bindings and their colours.
pub struct ColourScale {
    notation: Notation,
    /// From the least value to the greatest, in the unit of the bar.
    extent: Extent,
    map: Map,
    /// The values at the first and the last level.
    ends: (f64, f64),
}

impl ColourScale {
    /// The scale on which all `values` have a place; nothing if there are none.
    pub fn of(
        kind: ValueKind,
        values: impl Iterator<Item = f64> + Clone,
    ) -> Result<Option<ColourScale>, ChartError> {
        let low = values.clone().fold(f64::INFINITY, f64::min);
        let high = values.clone().fold(f64::NEG_INFINITY, f64::max);
        if low > high {
            return Ok(None);
        }
        let notation = Notation::of(kind, values);
        let (low, high) = (notation.number(low), notation.number(high));
        let axis = ChartAxis {
            label: "colour".to_string(),
            scale: Scale::Linear,
            range: Some((low, high)),
            unit: notation.axis(),
        };
        let extent = Extent::covering(&axis, &[], false)?;
        let furthest = high.max(-low);
        let (map, ends) = match low < 0.0 && high > 0.0 {
            true => (Map::Diverging, (-furthest, furthest)),
            false => (Map::Sequential, (extent.low, extent.high)),
        };
        Ok(Some(ColourScale {
            notation,
            extent,
            map,
            ends,
        }))
    }

    /// The level of `value`.
    pub fn level(&self, value: f64) -> usize {
        self.level_of_number(self.notation.number(value))
    }

    fn level_of_number(&self, number: f64) -> usize {
        let (low, high) = self.ends;
        // Halves, since the difference of the ends may be beyond the range of numbers.
        let part = (number / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0);
        (part * (LEVELS - 1) as f64).round() as usize
    }

    /// The colour of `level`.
    pub fn colour(&self, level: usize) -> RGBColor {
        self.map.colour(level)
    }

    fn name(&self) -> String {
        self.notation.axis_name("")
    }

    fn ticks(&self, height: f64) -> Vec<Tick> {
        self.extent.ticks(self.notation.axis(), height, |_| 26.0)
    }

    /// How much room the bar takes beside a plot `height` high, with its numbers and
    /// its name.
    pub fn width(&self, painter: &Painter<'_>, height: f64) -> f64 {
        let ticks = self.ticks(height);
        let numbers = painter.widest(ticks.iter().map(|tick| &tick.label), TICK);
        let name = match self.name().is_empty() {
            true => 0.0,
            false => 4.0 + line_height(LABEL),
        };
        BEFORE + BAR + TICK_LENGTH + 4.0 + numbers + name
    }

    /// Draws the bar beside `plot`, with an outline around the values of `target`.
    pub fn render(
        &self,
        painter: &Painter<'_>,
        plot: Rect,
        target: Option<(f64, f64)>,
    ) -> Result<(), ChartError> {
        let bar = Rect {
            left: plot.right + BEFORE,
            right: plot.right + BEFORE + BAR,
            ..plot
        };
        let height = bar.bottom - bar.top;
        self.colours(painter, bar)?;
        let right = bar.right + TICK_LENGTH;
        let ticks = self.ticks(height);
        let at = |number: f64| bar.bottom - self.extent.position(number) * height;
        for tick in &ticks {
            let y = at(tick.value);
            painter.line(&[(bar.right, y), (right, y)], &AXIS, 1.0)?;
            painter.text(&tick.label, (right + 4.0, y), TICK, HPos::Left)?;
        }
        let numbers = painter.widest(ticks.iter().map(|tick| &tick.label), TICK);
        let x = right + 4.0 + numbers + 4.0 + line_height(LABEL) / 2.0;
        painter.text_upwards(&self.name(), (x, (bar.top + bar.bottom) / 2.0), LABEL)?;

        let Some((from, to)) = target.map(|(from, to)| {
            let inside = |value: f64| {
                let number = self.notation.number(value);
                number.clamp(self.extent.low, self.extent.high)
            };
            (inside(from), inside(to))
        }) else {
            return Ok(());
        };
        let part = Rect {
            top: at(to),
            bottom: at(from),
            ..bar
        };
        if part.bottom - part.top > 0.1 {
            for (width, colour) in OUTLINE {
                outline(painter, part, width, colour)?;
            }
        }
        Ok(())
    }

    /// Draws the colours from pixel to pixel.
    fn colours(&self, painter: &Painter<'_>, bar: Rect) -> Result<(), ChartError> {
        let height = bar.bottom - bar.top;
        let (low, high) = (self.extent.low, self.extent.high);
        let level = |row: f64| {
            let part = 1.0 - (row + 0.5) / height;
            self.level_of_number(low * (1.0 - part) + high * part)
        };
        let (mut top, mut row) = (0.0, 1.0);
        while row <= height {
            if row >= height || level(row) != level(top) {
                let band = Rect {
                    top: bar.top + top,
                    // The next one covers the rest, so that no seam is between them.
                    ..bar
                };
                painter.rects(&[band], self.colour(level(top)))?;
                top = row;
            }
            row += 1.0;
        }
        Ok(())
    }
}

/// Draws the four sides of `rect`, half of the `width` outside.
fn outline(
    painter: &Painter<'_>,
    rect: Rect,
    width: f64,
    colour: RGBColor,
) -> Result<(), ChartError> {
    let outer = rect.shrunk(-width / 2.0);
    let inner = rect.shrunk(width / 2.0);
    let sides = [
        Rect {
            bottom: inner.top,
            ..outer
        },
        Rect {
            top: inner.bottom,
            ..outer
        },
        Rect {
            right: inner.left,
            ..outer
        },
        Rect {
            left: inner.right,
            ..outer
        },
    ];
    painter.rects(&sides, colour)
}
