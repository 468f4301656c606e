//! Heat maps: how a result moves with two dimensions at once.
//!
//! Bindings are colours, and a bar beside the plot says which. Points that the model
//! refuses are hatched rather than left white, and a target, such as a claimed
//! saving, is outlined in the plot and on the bar.

use super::colour_scale::ColourScale;
use super::heat_plot::{Layout, WIDTH, plot};
use super::legend::legend;
use super::page;
use super::painter::Painter;
use super::style::FigureStyle;
use super::{ChartError, Svg};
use crate::render::chart::HeatMap;

/// Draws a heat map.
///
/// There must be a row and a column, their values must rise, be finite, and be above
/// zero on logarithmic axes; there must be a cell for each pair, and the values of
/// cells must be finite. Bindings of both signs get colours in two directions from zero.
pub fn heat_map(chart: &HeatMap, style: &FigureStyle) -> Result<Svg, ChartError> {
    check(chart)?;
    let sheet = style.sheet(WIDTH);
    let mut elements = String::new();
    let painter = Painter::new(&mut elements)?;
    let values = chart.cells.iter().flatten().filter_map(|cell| *cell);
    let scale = ColourScale::of(chart.value, values)?;
    let layout = Layout::of(chart, &painter, scale, &sheet)?;
    let subtitle = chart.subtitle.as_deref();
    let mut y = page::heading(&painter, &sheet, &chart.title, subtitle)?;
    if !layout.entries.is_empty() {
        y = legend(&painter, &layout.entries, y + 8.0, layout.width)?;
    }
    y = plot(&painter, chart, &layout, (y + 10.0).ceil())?;
    let height = page::small_print(&painter, &chart.caption, y, layout.width)?;
    drop(painter);
    Ok(Svg::frame(&chart.title, &sheet, height, &elements))
}

fn check(chart: &HeatMap) -> Result<(), ChartError> {
    if chart.columns.is_empty() || chart.rows.is_empty() {
        return Err(ChartError::Empty("no cells".into()));
    }
    let wrong = |what: &str, expected: usize, found: usize| ChartError::Cells {
        what: what.to_string(),
        expected,
        found,
    };
    if chart.cells.len() != chart.rows.len() {
        return Err(wrong("rows", chart.rows.len(), chart.cells.len()));
    }
    for (y, row) in chart.rows.iter().zip(&chart.cells) {
        if row.len() != chart.columns.len() {
            let what = format!("cells in the row of {y}");
            return Err(wrong(&what, chart.columns.len(), row.len()));
        }
        for (x, cell) in chart.columns.iter().zip(row) {
            if cell.is_some_and(|value| !value.is_finite()) {
                return Err(ChartError::NotFinite(format!("the cell at {x}, {y}")));
            }
        }
    }
    if let Some(target) = &chart.target {
        // This way round, NaN is an error as well.
        let meant = target.from < target.to;
        if !meant {
            return Err(ChartError::Target(target.label.clone()));
        }
    }
    Ok(())
}
