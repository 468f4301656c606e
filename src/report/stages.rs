//! Energies stage by stage.

use super::inputs::{Inputs, undrawn};
use super::page::{Block, TableFiles};
use super::spec::Section;
use crate::render::plot::stacked_bars;
use crate::source::{Diagnostic, Problems, Spanned};
use crate::view::{Rows, comparison_bars, comparison_table};

/// Bars over a scope, and a table of all stages.
pub(super) fn blocks(
    inputs: &Inputs<'_>,
    section: &Section,
    scope: &Spanned<String>,
) -> Result<Vec<Block>, Problems> {
    let comparison = inputs.comparison()?;
    let known = comparison.scopes();
    if !known.contains(&scope.value) {
        let message = format!("no scope `{}`", scope.value);
        let known = known.iter().map(String::as_str);
        return Err(Diagnostic::at(&scope.place, message)
            .known(&scope.value, known)
            .into());
    }
    let bars = comparison_bars(&comparison, &scope.value);
    let words = format!("Energy by stage over the scope {}", scope.value);
    let svg = stacked_bars(&bars, &inputs.spec.figure).map_err(undrawn(&section.title))?;
    let mut table = comparison_table(&comparison, &comparison.stage_rows(), Rows::Stages);
    let title = table.title.take();
    let caption = title.unwrap_or_else(|| section.title.clone());
    Ok(vec![
        Block::Figure(svg, "stages".to_owned(), words),
        Block::Table(table, TableFiles::new("stages", caption)),
    ])
}
