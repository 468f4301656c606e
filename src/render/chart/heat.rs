//! Heat maps: how a result moves with two dimensions at once.
//!
//! Values are colours, and a bar beside the plot says which. Points that the model
//! refuses are hatched rather than left white, and a target, such as a claimed
//! saving, is outlined in the plot and on the bar.

use super::axis::Axis;
use super::colour_scale::ColourScale;
use super::heat_plot::{Layout, plot};
use super::legend::legend;
use super::page;
use super::sheet::Sheet;
use super::value::ScaleKind;
use super::{ChartError, Svg};

/// A grid of values.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatMap {
    /// What the chart shows.
    pub title: String,
    /// What holds for the whole chart, such as model and table.
    pub subtitle: Option<String>,
    /// What varies from left to right.
    pub x: Axis,
    /// What varies from bottom to top.
    pub y: Axis,
    /// The values of `x`, rising. A column reaches halfway to its neighbours.
    pub columns: Vec<f64>,
    /// The values of `y`, rising.
    pub rows: Vec<f64>,
    /// The results: a row for each of `rows`, in it a cell for each of `columns`,
    /// without a value where the model refuses the point. Cells smaller than a pixel
    /// are left out where no pixel begins in them.
    pub cells: Vec<Vec<Option<f64>>>,
    /// What the results are.
    pub value: ScaleKind,
    /// Results to point out.
    pub target: Option<HeatTarget>,
    /// Small print under the plot: the conventions that were used.
    pub caption: Vec<String>,
}

/// Results to point out.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatTarget {
    /// The least result that counts; minus infinity for no least.
    pub from: f64,
    /// The result below which others count; infinity for no greatest.
    pub to: f64,
    /// What they are, such as `reads as 66 %`.
    pub label: String,
}

impl HeatTarget {
    /// Whether `value` counts.
    pub(super) fn has(&self, value: f64) -> bool {
        (self.from..self.to).contains(&value)
    }
}

/// Draws a heat map.
///
/// There must be a row and a column, their values must rise, be finite, and be above
/// zero on logarithmic axes; there must be a cell for each pair, and the values of
/// cells must be finite. Values of both signs get colours in two directions from zero.
pub fn heat_map(chart: &HeatMap) -> Result<Svg, ChartError> {
    check(chart)?;
    let mut elements = String::new();
    let sheet = Sheet::new(&mut elements)?;
    let values = chart.cells.iter().flatten().filter_map(|cell| *cell);
    let scale = ColourScale::of(chart.value, values)?;
    let layout = Layout::of(chart, &sheet, scale)?;
    let subtitle = chart.subtitle.as_deref();
    let mut y = page::heading(&sheet, &chart.title, subtitle, layout.width)?;
    if !layout.entries.is_empty() {
        y = legend(&sheet, &layout.entries, y + 8.0, layout.width)?;
    }
    y = plot(&sheet, chart, &layout, (y + 10.0).ceil())?;
    let height = page::small_print(&sheet, &chart.caption, y, layout.width)?;
    drop(sheet);
    Ok(Svg::frame(&chart.title, (layout.width, height), &elements))
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
