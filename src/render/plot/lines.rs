//! Lines: how a result moves with a dimension.
//!
//! Names stand at the ends of their lines, each after a sample of the line, so that a
//! reader never goes back and forth to a legend; where they would overlap they move
//! apart and leaders keep the connection. Marks (a claimed value, a target) are named
//! in the same column. On narrow pages there is no room for that column, and a legend
//! stands above the plot. Regions are named above the plot, where no line can cross.

use super::legend::legend;
use super::lines_layout::{Layout, WIDTH};
use super::lines_plot::{Plot, regions};
use super::page;
use super::painter::{Painter, Rect};
use super::style::FigureStyle;
use super::{ChartError, Svg};
use crate::render::chart::{Band, LineChart};

/// Draws a line chart.
///
/// Each series must have a point and all points must be finite, and above zero on
/// logarithmic axes.
pub fn lines(chart: &LineChart, style: &FigureStyle) -> Result<Svg, ChartError> {
    lines_with_bands(chart, &[], style)
}

/// Draws a line chart with a shaded band under each of some lines.
///
/// What holds for the points of lines holds for those of bands, and the series of
/// each band must be there.
pub fn lines_with_bands(
    chart: &LineChart,
    bands: &[Band],
    style: &FigureStyle,
) -> Result<Svg, ChartError> {
    check(chart)?;
    check_bands(chart, bands)?;
    let sheet = style.sheet(WIDTH);
    let mut elements = String::new();
    let painter = Painter::new(&mut elements)?;
    let layout = Layout::of(chart, bands, &painter, &sheet)?;
    let subtitle = chart.subtitle.as_deref();
    let mut y = page::heading(&painter, &sheet, &chart.title, subtitle)?;
    if !layout.entries.is_empty() {
        y = legend(&painter, &layout.entries, y + 6.0, layout.width)?;
    }
    y = regions(&painter, chart, &layout, y + 10.0)?;
    let plot = Rect {
        left: layout.left,
        top: y,
        right: layout.right,
        bottom: y + layout.height,
    };
    y = Plot {
        painter: &painter,
        chart,
        bands,
        layout: &layout,
        frame: plot,
    }
    .render()?;
    let height = page::small_print(&painter, &chart.caption, y, layout.width)?;
    drop(painter);
    Ok(Svg::frame(&chart.title, &sheet, height, &elements))
}

fn check(chart: &LineChart) -> Result<(), ChartError> {
    if chart.series.is_empty() {
        return Err(ChartError::Empty("no series".into()));
    }
    for series in &chart.series {
        if series.points.is_empty() {
            let what = format!("series '{}' has no points", series.label);
            return Err(ChartError::Empty(what));
        }
        if series
            .points
            .iter()
            .any(|(x, y)| !(x.is_finite() && y.is_finite()))
        {
            let what = format!("a point of series '{}'", series.label);
            return Err(ChartError::NotFinite(what));
        }
    }
    Ok(())
}

/// Refuses bands without a line or a place.
fn check_bands(chart: &LineChart, bands: &[Band]) -> Result<(), ChartError> {
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
