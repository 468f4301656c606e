//! What a formula rests on, with everything that its quantities name.

use std::sync::Arc;

use crate::claims::computed::Computed;
use crate::claims::context::{Context, Path};
use crate::claims::meaning::{Attribute, Meaning, Names};
use crate::claims::quantity::Quantity;
use crate::claims::spec::Input;
use crate::claims::unit::Dimension;
use crate::format::NumberFormat;
use crate::formula::{Ast, AstNode, BinaryOp, Formula};
use crate::primitive::Primitive;
use crate::source::Diagnostic;
use crate::table::EnergyTable;

/// A formula multiplied out has at most this many products here; beyond, it
/// counts as one of which nothing is known.
const MAX_PRODUCTS: usize = 1024;

/// What a factor is.
#[derive(Clone)]
pub(super) enum Factor<'a> {
    Input(&'a Input),
    /// 1 less an input.
    Complement(&'a Input),
    Estimate(&'a str, &'a Computed, Attribute),
    Entry(Arc<EnergyTable>, Primitive, NumberFormat),
    Memory(Arc<EnergyTable>),
    /// 1, the only number that a formula may write.
    One,
    /// What takes too many products to be known.
    Cut,
}

/// A factor of a product.
#[derive(Clone)]
pub(super) struct PlacedFactor<'a> {
    pub(super) factor: Factor<'a>,
    /// As the formula writes it.
    pub(super) name: String,
    /// Whether it divides.
    pub(super) divides: bool,
    /// Where it stands.
    pub(super) path: Path,
}

/// A term of a formula that is multiplied out.
#[derive(Clone)]
pub(super) struct Product<'a> {
    pub(super) factors: Vec<PlacedFactor<'a>>,
    /// Whether it is subtracted.
    pub(super) negative: bool,
}

/// A part of the formula that is an energy, or one for each operation, and no
/// part of a larger one: what is added up into one number.
pub(super) struct Amount<'a> {
    pub(super) path: Path,
    formula: &'a Formula,
    part: &'a Ast,
    pub(super) value: Quantity,
    pub(super) products: Vec<Product<'a>>,
}

/// What a formula rests on.
#[derive(Default)]
pub(super) struct Uses<'a> {
    /// What is asked of which estimates, each once.
    pub(super) estimates: Vec<(&'a str, &'a Computed, Attribute)>,
    pub(super) entries: Vec<(Arc<EnergyTable>, Primitive, NumberFormat)>,
    pub(super) memories: Vec<Arc<EnergyTable>>,
    /// The formula multiplied out.
    pub(super) products: Vec<Product<'a>>,
    pub(super) amounts: Vec<Amount<'a>>,
}

impl<'a> Uses<'a> {
    pub(super) fn of(names: &Names<'a>, formula: &'a Formula) -> Result<Uses<'a>, Diagnostic> {
        let mut uses = Uses {
            products: products(names, formula, &formula.ast, &Path::new())?,
            ..Uses::default()
        };
        let factors = uses.products.iter().flat_map(|product| &product.factors);
        for factor in factors {
            match &factor.factor {
                Factor::Estimate(name, computed, attribute) => {
                    let one = (*name, *computed, *attribute);
                    let is_it =
                        |(own, _, of): &(&str, &Computed, Attribute)| (own, of) == (&one.0, &one.2);
                    if !uses.estimates.iter().any(is_it) {
                        uses.estimates.push(one);
                    }
                }
                Factor::Entry(table, primitive, format) => {
                    uses.entries.push((Arc::clone(table), *primitive, *format));
                }
                Factor::Memory(table) => uses.memories.push(Arc::clone(table)),
                Factor::Input(_) | Factor::Complement(_) | Factor::One | Factor::Cut => {}
            }
        }
        uses.amounts(names, formula, &formula.ast, &Path::new())?;
        Ok(uses)
    }

    /// Estimates whose energy counts, with the primitive that it is of.
    pub(super) fn energies(
        &self,
    ) -> impl Iterator<Item = (&'a str, &'a Computed, Option<Primitive>)> {
        let estimates = self.estimates.iter();
        estimates.filter_map(|(name, computed, attribute)| match attribute {
            Attribute::Energy(primitive) => Some((*name, *computed, *primitive)),
            _ => None,
        })
    }

    /// The tables that prices are from, each once, by name.
    pub(super) fn tables(&self) -> Vec<&Arc<EnergyTable>> {
        let estimates = self
            .energies()
            .filter_map(|(_, computed, _)| computed.price.as_ref());
        let all = (estimates.map(|(table, _)| table))
            .chain(self.entries.iter().map(|(table, ..)| table))
            .chain(&self.memories);
        let mut tables: Vec<&Arc<EnergyTable>> = Vec::new();
        for table in all {
            if !tables.iter().any(|known| known.name() == table.name()) {
                tables.push(table);
            }
        }
        tables
    }

    fn amounts(
        &mut self,
        names: &Names<'a>,
        formula: &'a Formula,
        part: &'a Ast,
        within: &Path,
    ) -> Result<(), Diagnostic> {
        let value = names.value_of(formula, part, Context::PLAIN)?;
        if [Dimension::ENERGY, Dimension::PER_OPERATION].contains(&value.dimension) {
            let products = products(names, formula, part, within)?;
            self.amounts.push(Amount {
                path: inside(within, part),
                formula,
                part,
                value,
                products,
            });
            return Ok(());
        }
        match &part.node {
            AstNode::Number(_) | AstNode::Call(..) => Ok(()),
            AstNode::Negate(inner) => self.amounts(names, formula, inner, within),
            AstNode::Name(name) => match names.meaning(name, &formula.place_of(part))? {
                Meaning::Quantity(_, inner) => {
                    self.amounts(names, inner, &inner.ast, &inside(within, part))
                }
                _ => Ok(()),
            },
            AstNode::Binary(_, left, right) => {
                self.amounts(names, formula, left, within)?;
                self.amounts(names, formula, right, within)
            }
        }
    }
}

/// A count of an estimate that is multiplied with an entry, and with nothing
/// else: what the entry is the price of.
pub(super) struct CountedAt<'p, 'a> {
    pub(super) name: &'a str,
    pub(super) of: &'a Computed,
    pub(super) attribute: Attribute,
    pub(super) table: &'p Arc<EnergyTable>,
    pub(super) primitive: Primitive,
    pub(super) format: NumberFormat,
}

impl<'a> Product<'a> {
    /// One that stands for more than can be known.
    fn cut() -> Product<'a> {
        Product {
            factors: vec![PlacedFactor {
                factor: Factor::Cut,
                name: String::new(),
                divides: false,
                path: Path::new(),
            }],
            negative: false,
        }
    }

    /// Whether it is one.
    pub(super) fn is_cut(&self) -> bool {
        let mut factors = self.factors.iter();
        factors.any(|factor| matches!(factor.factor, Factor::Cut))
    }

    /// The count and its price, if the product is nothing else.
    pub(super) fn counted(&self) -> Option<CountedAt<'_, 'a>> {
        let [a, b] = self.factors.as_slice() else {
            return None;
        };
        if a.divides || b.divides {
            return None;
        }
        match (&a.factor, &b.factor) {
            (Factor::Estimate(name, of, attribute), Factor::Entry(table, primitive, format))
            | (Factor::Entry(table, primitive, format), Factor::Estimate(name, of, attribute)) => {
                Some(CountedAt {
                    name,
                    of,
                    attribute: *attribute,
                    table,
                    primitive: *primitive,
                    format: *format,
                })
            }
            _ => None,
        }
    }
}

impl Amount<'_> {
    /// What it is called: the estimate or the quantity that it is, or its
    /// formula.
    pub(super) fn name(&self) -> &str {
        let text = self.formula.text.get(self.part.span.clone()).unwrap_or("");
        match &self.part.node {
            AstNode::Name(name) => name.split(".energy").next().unwrap_or(name),
            _ => text,
        }
    }

    /// Its value under other prices.
    pub(super) fn under(&self, names: &Names<'_>, context: Context<'_>) -> Option<Quantity> {
        names.value_of(self.formula, self.part, context).ok()
    }
}

/// Where `part` is, under the names of `within`.
fn inside(within: &Path, part: &Ast) -> Path {
    let mut path = within.clone();
    path.push(part);
    path
}

/// A part of a formula, multiplied out.
fn products<'a>(
    names: &Names<'a>,
    formula: &'a Formula,
    part: &'a Ast,
    within: &Path,
) -> Result<Vec<Product<'a>>, Diagnostic> {
    let leaf = |factor: Factor<'a>, name: &str| {
        vec![Product {
            factors: vec![PlacedFactor {
                factor,
                name: name.to_owned(),
                divides: false,
                path: inside(within, part),
            }],
            negative: false,
        }]
    };
    let meaning = |part: &Ast, name: &str| names.meaning(name, &formula.place_of(part));
    Ok(match &part.node {
        AstNode::Number(_) | AstNode::Call(..) => leaf(Factor::One, "1"),
        AstNode::Negate(inner) => negated(products(names, formula, inner, within)?),
        AstNode::Name(name) => match meaning(part, name)? {
            // Formulas that are computed from themselves were refused.
            Meaning::Quantity(_, inner) => {
                products(names, inner, &inner.ast, &inside(within, part))?
            }
            Meaning::Input(input) => leaf(Factor::Input(input), name),
            Meaning::Estimate(own, computed, attribute) => {
                leaf(Factor::Estimate(own, computed, attribute), name)
            }
            Meaning::Entry(table, primitive, format) => {
                leaf(Factor::Entry(table, primitive, format), name)
            }
            Meaning::Memory(table, _) => leaf(Factor::Memory(table), name),
        },
        AstNode::Binary(BinaryOp::Sub, left, right) if matches!(left.node, AstNode::Number(_)) => {
            // 1 − s, where s is the share of zeros, is the share of the rest.
            if let AstNode::Name(name) = &right.node
                && let Meaning::Input(input) = meaning(right, name)?
            {
                return Ok(leaf(Factor::Complement(input), &format!("1 − {name}")));
            }
            let mut all = products(names, formula, left, within)?;
            all.extend(negated(products(names, formula, right, within)?));
            all
        }
        AstNode::Binary(op, left, right) => {
            let mut left = products(names, formula, left, within)?;
            let right = products(names, formula, right, within)?;
            match op {
                BinaryOp::Mul => multiplied(&left, &right, false),
                BinaryOp::Div => multiplied(&left, &right, true),
                BinaryOp::Sub => {
                    left.extend(negated(right));
                    left
                }
                _ => {
                    left.extend(right);
                    left
                }
            }
        }
    })
}

fn negated(mut products: Vec<Product<'_>>) -> Vec<Product<'_>> {
    for product in &mut products {
        product.negative = !product.negative;
    }
    products
}

fn multiplied<'a>(left: &[Product<'a>], right: &[Product<'a>], divides: bool) -> Vec<Product<'a>> {
    let is_many = left.len().saturating_mul(right.len()) > MAX_PRODUCTS;
    let mut all = Vec::new();
    if is_many || left.iter().chain(right).any(Product::is_cut) {
        return vec![Product::cut()];
    }
    for a in left {
        for b in right {
            let other = b.factors.iter().cloned().map(|factor| PlacedFactor {
                divides: factor.divides != divides,
                ..factor
            });
            all.push(Product {
                factors: a.factors.iter().cloned().chain(other).collect(),
                negative: a.negative != b.negative,
            });
        }
    }
    all
}

/// Whether `formula` names `target`, or a quantity does that it names.
pub(super) fn mentions(names: &Names<'_>, formula: &Formula, target: &str) -> bool {
    formula.names().iter().any(|(name, _)| {
        let quantity = || {
            let mut all = names.file.quantities.iter();
            all.find(|(own, _)| own.value == *name)
        };
        name.split('.').next() == Some(target)
            || quantity().is_some_and(|(_, inner)| mentions(names, inner, target))
    })
}
