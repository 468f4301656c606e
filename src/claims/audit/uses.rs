//! What a formula rests on, with everything that its quantities name.

use num_rational::BigRational;

use crate::claims::computed::Computed;
use crate::claims::evaluate::{Attribute, Meaning, Names};
use crate::claims::spec::Input;
use crate::format::NumberFormat;
use crate::formula::{Ast, BinaryOp, Formula, Node};
use crate::primitive::Primitive;
use crate::source::Diagnostic;
use crate::table::EnergyTable;
use std::sync::Arc;

/// A formula multiplied out has at most this many products here; beyond, what
/// they have in common is not looked for.
const MAX_PRODUCTS: usize = 1024;

/// A factor of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Factor {
    /// The name of an input or an estimate.
    pub(super) name: String,
    /// Whether it divides.
    pub(super) divides: bool,
}

/// What a formula rests on.
#[derive(Default)]
pub(super) struct Uses<'a> {
    pub(super) inputs: Vec<&'a Input>,
    /// Estimates whose energy counts.
    pub(super) energies: Vec<(&'a str, &'a Computed)>,
    pub(super) entries: Vec<(Arc<EnergyTable>, Primitive, NumberFormat)>,
    pub(super) memories: Vec<(Arc<EnergyTable>, BigRational)>,
    /// The formula multiplied out.
    pub(super) products: Vec<Vec<Factor>>,
}

impl<'a> Uses<'a> {
    pub(super) fn of(names: &Names<'a>, formula: &Formula) -> Result<Uses<'a>, Diagnostic> {
        let mut uses = Uses::default();
        uses.products = uses.part(names, formula, &formula.ast)?;
        Ok(uses)
    }

    fn part(
        &mut self,
        names: &Names<'a>,
        formula: &Formula,
        part: &Ast,
    ) -> Result<Vec<Vec<Factor>>, Diagnostic> {
        Ok(match &part.node {
            Node::Number(_) | Node::Call(..) => vec![Vec::new()],
            Node::Negate(inner) => self.part(names, formula, inner)?,
            Node::Name(name) => match names.meaning(name, &formula.place_of(part))? {
                // Formulas that are computed from themselves were refused.
                Meaning::Quantity(_, inner) => self.part(names, inner, &inner.ast)?,
                meaning => vec![vec![self.leaf(meaning, name)]],
            },
            Node::Binary(op, left, right) => {
                let mut left = self.part(names, formula, left)?;
                let right = self.part(names, formula, right)?;
                match op {
                    BinaryOp::Mul => product(&left, &right, false),
                    BinaryOp::Div => product(&left, &right, true),
                    _ => {
                        left.extend(right);
                        left
                    }
                }
            }
        })
    }

    fn leaf(&mut self, meaning: Meaning<'a>, name: &str) -> Factor {
        match meaning {
            Meaning::Input(input) => self.inputs.push(input),
            Meaning::Estimate(own, computed, Attribute::Energy(_)) => {
                if !self.energies.iter().any(|(known, _)| *known == own) {
                    self.energies.push((own, computed));
                }
            }
            Meaning::Entry(table, primitive, format) => {
                self.entries.push((table, primitive, format));
            }
            Meaning::Memory(table, pj) => self.memories.push((table, pj)),
            Meaning::Estimate(..) | Meaning::Quantity(..) => {}
        }
        Factor {
            name: name.to_owned(),
            divides: false,
        }
    }

    /// The tables that prices are from, each once, by name.
    pub(super) fn tables(&self) -> Vec<&Arc<EnergyTable>> {
        let estimates = self
            .energies
            .iter()
            .filter_map(|(_, one)| one.price.as_ref());
        let all = (estimates.map(|(table, _)| table))
            .chain(self.entries.iter().map(|(table, ..)| table))
            .chain(self.memories.iter().map(|(table, _)| table));
        let mut tables: Vec<&Arc<EnergyTable>> = Vec::new();
        for table in all {
            if !tables.iter().any(|known| known.name() == table.name()) {
                tables.push(table);
            }
        }
        tables
    }
}

fn product(left: &[Vec<Factor>], right: &[Vec<Factor>], divides: bool) -> Vec<Vec<Factor>> {
    let mut all = Vec::new();
    for a in left {
        for b in right {
            if all.len() >= MAX_PRODUCTS {
                return all;
            }
            let other = b.iter().map(|factor| Factor {
                name: factor.name.clone(),
                divides: factor.divides != divides,
            });
            all.push(a.iter().cloned().chain(other).collect());
        }
    }
    all
}
