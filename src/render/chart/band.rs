//! Bands: between what bounds a line may lie.

use plotters::style::Color;

use super::ChartError;
use super::lines::LineChart;
use super::lines_plot::Plot;
use super::palette::line;
use super::sheet::Drawn;

/// How much colour a band has. Where two lie on one another, both are still seen.
const OPACITY: f64 = 0.16;
/// How wide a band of a single point is, in pixels.
const SINGLE: f64 = 6.0;

/// A shaded band under a line of a [`LineChart`], in the colour of the line.
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    /// Which of the chart's series it belongs to.
    pub series: usize,
    /// Where, from where, and to where the result may lie: x, low, high.
    pub points: Vec<(f64, f64, f64)>,
}

/// Refuses bands without a line or a place.
pub fn check(chart: &LineChart, bands: &[Band]) -> Result<(), ChartError> {
    for band in bands {
        let Some(series) = chart.series.get(band.series) else {
            let what = format!("a band of series {}, which is missing", band.series);
            return Err(ChartError::Empty(what));
        };
        if band.points.is_empty() {
            let what = format!("the band of series '{}' has no points", series.label);
            return Err(ChartError::Empty(what));
        }
        let finite = |(x, low, high): &(f64, f64, f64)| [*x, *low, *high].map(f64::is_finite);
        if band.points.iter().flat_map(finite).any(|finite| !finite) {
            let what = format!("a point of the band of series '{}'", series.label);
            return Err(ChartError::NotFinite(what));
        }
    }
    Ok(())
}

/// Draws `band` in `plot`.
pub fn draw(plot: &Plot<'_, '_>, band: &Band) -> Drawn {
    let colour = line(plot.chart.series[band.series].style.colour).mix(OPACITY);
    let lower = band.points.iter().map(|(x, low, _)| plot.at((*x, *low)));
    let upper = band.points.iter().map(|(x, _, high)| plot.at((*x, *high)));
    let corners: Vec<(f64, f64)> = lower.chain(upper.rev()).collect();
    match corners.as_slice() {
        [from, to] => plot.sheet.line(&[*from, *to], &colour, SINGLE),
        _ => plot.sheet.polygon(&corners, colour),
    }
}
