//! From a report file to its page: every number computed, none copied.

use std::collections::BTreeSet;

use crate::census::Conventions;
use crate::compare::{Comparison, compare};
use crate::energy::{CostModel, Counted};
use crate::graph::{Setting, Unfold, lower};
use crate::model::Model;
use crate::primitive::Primitive;
use crate::render::plot::{ChartError, stacked_bars};
use crate::report::PriceSpec;
use crate::report::spec::{Section, Show, Spec};
use crate::report::{cases, curve, headline};
use crate::source::{Diagnostic, Problems, Spanned};
use crate::table::EnergyTable;
use crate::view::{Block, Page, Rows, caveats_over, comparison_bars, comparison_table};

/// What a report is computed from.
pub struct Inputs<'a> {
    /// The report file.
    pub spec: &'a Spec,
    /// Its model.
    pub model: &'a Model,
    /// The tables that it names.
    pub tables: &'a [EnergyTable],
    /// Whether an operator that is not known is a mistake.
    pub strict: bool,
}

/// The conventions under which a result of a report stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Under {
    pub(super) set: Vec<Setting>,
    pub(super) conventions: Conventions,
}

/// Computes the report.
///
/// # Errors
/// Names that the model or the tables lack, and whatever else keeps a number
/// from being computed.
pub fn run(inputs: &Inputs<'_>) -> Result<Page, Problems> {
    let spec = inputs.spec;
    let mut page = Page::default();
    page.blocks.push(Block::Heading(1, spec.title.clone()));
    page.blocks
        .extend(spec.text.iter().cloned().map(Block::Text));
    let mut problems = Problems::new();
    for section in &spec.sections {
        match inputs.section(section) {
            Ok(blocks) => page.blocks.extend(blocks),
            Err(mistakes) => problems.extend(mistakes),
        }
    }
    problems.or(())?;
    // Every number of the page rests on these graphs.
    let counted = inputs.counted(&Under::default())?;
    let caveats = caveats_over(&counted.iter().collect::<Vec<_>>(), &[]);
    let at = page.blocks.len().min(1);
    page.blocks
        .splice(at..at, caveats.into_iter().map(Block::Caveat));
    Ok(page)
}

/// The mistake for a chart that cannot be drawn.
pub(super) fn undrawn(section: &str) -> impl Fn(ChartError) -> Problems {
    move |error| {
        Diagnostic::new(format!(
            "section `{section}`: the plot cannot be drawn: {error}"
        ))
        .into()
    }
}

impl Inputs<'_> {
    fn section(&self, section: &Section) -> Result<Vec<Block>, Problems> {
        let mut blocks = vec![Block::Heading(2, section.title.clone())];
        blocks.extend(section.text.iter().cloned().map(Block::Text));
        match &section.show {
            Show::Headline => blocks.extend(headline::blocks(self)?),
            Show::Stages { scope } => blocks.extend(self.stages(section, scope)?),
            Show::Curve {
                dim,
                from,
                to,
                label,
            } => {
                let curve = curve::Curve {
                    dim,
                    range: *from..=*to,
                    label,
                };
                blocks.extend(curve::blocks(self, section, &curve)?);
            }
            Show::Cases(cases) => blocks.extend(cases::blocks(self, cases)?),
        }
        Ok(blocks)
    }

    /// Every variant, lowered and counted.
    pub(super) fn counted(&self, under: &Under) -> Result<Vec<Counted>, Problems> {
        let mut set = self.spec.set.clone();
        set.extend(under.set.iter().cloned());
        let mut names: Vec<String> = self
            .spec
            .variants
            .iter()
            .map(|name| name.value.clone())
            .collect();
        if names.is_empty() {
            names = self
                .model
                .variant_names()
                .into_iter()
                .map(str::to_owned)
                .collect();
        }
        self.check_variants()?;
        let mut problems = Problems::new();
        let mut counted = Vec::new();
        for name in &names {
            let result = lower(self.model, name, &set, Unfold::No)
                .and_then(|graph| graph.known_if(self.strict))
                .and_then(|graph| Counted::new(graph, under.conventions));
            match result {
                Ok(variant) => counted.push(variant),
                Err(mistakes) => problems.extend(mistakes),
            }
        }
        problems.or(counted)
    }

    fn check_variants(&self) -> Result<(), Problems> {
        let known = self.model.variant_names();
        let mut problems = Problems::new();
        for name in &self.spec.variants {
            if !known.contains(&name.value.as_str()) {
                let message = format!("`{}` has no variant `{}`", self.model.root.name, name.value);
                problems.push(
                    Diagnostic::at(&name.place, message).known(&name.value, known.iter().copied()),
                );
            }
        }
        problems.or(())
    }

    /// The pricing that a report file names.
    pub(super) fn pricing<'t>(
        &'t self,
        price: &PriceSpec,
        free: &'t BTreeSet<Primitive>,
    ) -> Result<CostModel<'t>, Problems> {
        let name = &price.table.value;
        match self.tables.iter().find(|table| table.name() == name) {
            Some(table) => Ok(CostModel {
                table,
                format: price.format,
                zero_cost: free,
            }),
            None => {
                let known = self.tables.iter().map(EnergyTable::name);
                let message = format!("the table under this name calls itself otherwise: `{name}`");
                Err(Diagnostic::at(&price.table.place, message)
                    .known(name, known)
                    .into())
            }
        }
    }

    /// Every table and format that the report names.
    pub(super) fn pricings<'t>(
        &'t self,
        free: &'t BTreeSet<Primitive>,
    ) -> Result<Vec<CostModel<'t>>, Problems> {
        let prices = self.spec.prices.iter();
        prices.map(|price| self.pricing(price, free)).collect()
    }

    /// All variants on all tables and formats.
    pub(super) fn comparison(&self) -> Result<Comparison, Problems> {
        let free = BTreeSet::new();
        let pricings = self.pricings(&free)?;
        let others: Vec<&EnergyTable> = self.tables.iter().collect();
        compare(&self.counted(&Under::default())?, &pricings, &others)
    }

    fn stages(&self, section: &Section, scope: &Spanned<String>) -> Result<Vec<Block>, Problems> {
        let comparison = self.comparison()?;
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
        let svg = stacked_bars(&bars).map_err(undrawn(&section.title))?;
        let mut table = comparison_table(&comparison, &comparison.stage_rows(), Rows::Stages);
        table.title = None;
        Ok(vec![
            Block::Figure(svg, "stages".to_owned(), words),
            Block::Table(table, Some("stages".to_owned())),
        ])
    }
}
