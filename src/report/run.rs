//! From a report file to its page: every number computed, none copied.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::inputs::{Context, Inputs};
use super::page::{Block, Page};
use super::spec::{Section, Show, Spec};
use super::{cases, curve, headline, movement, stages};
use crate::loader::Loader;
use crate::source::Problems;
use crate::view::{caveats_over, left_out_by};

/// Computes the report. `strict` refuses a model with operators that are not
/// known.
///
/// # Errors
/// Files that cannot be found or read, names that the model or the tables lack,
/// and whatever else keeps a number from being computed.
pub fn run(spec: &Spec, loader: &Loader, strict: bool) -> Result<Page, Problems> {
    let inputs = Inputs::load(spec, loader, strict)?;
    let mut page = Page {
        name: spec.name.value.clone(),
        blocks: Vec::new(),
    };
    page.blocks.push(Block::Heading(1, spec.title.clone()));
    page.blocks
        .extend(spec.text.iter().cloned().map(Block::Text));
    let mut problems = Problems::new();
    let sections: Vec<Result<Vec<Block>, Problems>> = (spec.sections.par_iter())
        .map(|part| section(&inputs, part))
        .collect();
    for blocks in sections {
        page.blocks
            .extend(problems.note(blocks).unwrap_or_default());
    }
    problems.or(())?;
    // Every number of the page rests on these graphs.
    let counted = inputs.counted(&Context::default())?;
    let mut caveats = caveats_over(&counted.iter().collect::<Vec<_>>(), &[]);
    for price in spec.all_prices() {
        for line in left_out_by(&inputs.cost_model(price, &BTreeSet::new())?) {
            if !caveats.contains(&line) {
                caveats.push(line);
            }
        }
    }
    let at = page.blocks.len().min(1);
    page.blocks
        .splice(at..at, caveats.into_iter().map(Block::Caveat));
    Ok(page)
}

fn section(inputs: &Inputs<'_>, section: &Section) -> Result<Vec<Block>, Problems> {
    let mut blocks = vec![Block::Heading(2, section.title.clone())];
    blocks.extend(section.text.iter().cloned().map(Block::Text));
    blocks.extend(match &section.show {
        Show::Headline => headline::blocks(inputs, section)?,
        Show::Stages { scope } => stages::blocks(inputs, section, scope)?,
        Show::Curve(over) => curve::blocks(inputs, section, over)?,
        Show::Movement(shown) => movement::blocks(inputs, section, shown)?,
        Show::Cases(changes) => cases::blocks(inputs, section, changes)?,
    });
    Ok(blocks)
}
