//! Formulas over named quantities.
//!
//! | name | what it is |
//! |---|---|
//! | an input, a quantity | a published number; a formula with a name |
//! | `e.energy`, `e.energy.mul` | what the estimate `e` costs, or one primitive of it |
//! | `e.count.add`, `e.macs` | how many of a primitive it has; multiply–accumulates |
//! | `e.weights` | how many numbers the weights of its model hold |
//! | `45nm.fp32.mul` | a table entry; `-` in a table's name is written `_` |
//! | `45nm.dram.bit` | what a memory takes for a bit; with its size where there are several |
//!
//! The only number that a formula may write is 1, as in a share saved: every
//! other has a source, and so a name.

use std::collections::BTreeMap;
use std::sync::Arc;

use num_rational::BigRational;
use num_traits::One;

use super::computed::{Computed, Lookup, Prices};
use super::quantity::Quantity;
use super::spec::ClaimFile;
use super::unit::Dimension;
use crate::catalog;
use crate::format::NumberFormat;
use crate::formula::{Ast, BinaryOp, Formula, Node};
use crate::loader::Loader;
use crate::number;
use crate::primitive::Primitive;
use crate::source::{Diagnostic, Place, Spanned};
use crate::table::EnergyTable;

/// The mistake of a divisor that is 0, or may be.
pub(super) const DIVISION_BY_ZERO: &str = "division by zero";

/// What the names of a file's formulas stand for.
pub(super) struct Names<'a> {
    pub(super) file: &'a ClaimFile,
    pub(super) estimates: &'a BTreeMap<String, Computed>,
    pub(super) loader: &'a Loader,
}

/// How a formula is evaluated: as it stands, or changed for an audit.
#[derive(Clone, Copy)]
pub(super) struct Under<'a> {
    /// What is priced how.
    pub(super) prices: &'a dyn Prices,
    /// Only within this estimate or quantity; everywhere if none.
    pub(super) within: Option<&'a str>,
    /// Parts of the formula that have another value.
    pub(super) replaced: &'a [Replaced],
}

/// Where a part of a formula stands: the names that lead to it, from the
/// outermost formula inwards, and the part itself. A quantity that is named
/// twice has its parts in two places.
pub(super) type Path = Vec<*const Ast>;

/// A part of a formula that counts as `value`.
pub(super) struct Replaced {
    pub(super) path: Path,
    pub(super) value: Quantity,
}

/// What is being evaluated: the quantities around a part, and where each was
/// named.
type Open<'o> = Vec<(&'o str, *const Ast)>;

impl<'a> Under<'a> {
    /// As the tables say.
    pub(super) const PLAIN: Under<'static> = Under::all(&super::computed::Plain);

    /// Other prices everywhere.
    pub(super) const fn all(prices: &'a dyn Prices) -> Under<'a> {
        Under {
            prices,
            within: None,
            replaced: &[],
        }
    }

    fn active(&self) -> &'a dyn Prices {
        match self.within {
            None => self.prices,
            Some(_) => &super::computed::Plain,
        }
    }

    /// What stands in the place of `part`.
    fn in_place_of(&self, part: &Ast, open: &Open<'_>) -> Option<&'a Quantity> {
        let is_it = |one: &&Replaced| match one.path.split_last() {
            Some((last, names)) => {
                std::ptr::eq(*last, part)
                    && names.len() == open.len()
                    && names
                        .iter()
                        .zip(open)
                        .all(|(a, (_, b))| std::ptr::eq(*a, *b))
            }
            None => false,
        };
        self.replaced.iter().find(is_it).map(|one| &one.value)
    }

    /// The same inside of `name`.
    fn inside(self, name: &str) -> Under<'a> {
        let within = self.within.filter(|within| *within != name);
        Under { within, ..self }
    }
}

/// What a name stands for.
pub(super) enum Meaning<'a> {
    Input(&'a super::spec::Input),
    Quantity(&'a Spanned<String>, &'a Formula),
    Estimate(&'a str, &'a Computed, Attribute),
    Entry(Arc<EnergyTable>, Primitive, NumberFormat),
    Memory(Arc<EnergyTable>, BigRational),
}

/// What is asked of an estimate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Attribute {
    Energy(Option<Primitive>),
    Count(Primitive),
    Macs,
    Weights,
}

impl<'a> Names<'a> {
    /// The value of `formula`.
    pub(super) fn value(
        &self,
        formula: &Formula,
        under: Under<'_>,
    ) -> Result<Quantity, Diagnostic> {
        self.value_of(formula, &formula.ast, under)
    }

    /// The value of a part of `formula`.
    pub(super) fn value_of(
        &self,
        formula: &Formula,
        part: &Ast,
        under: Under<'_>,
    ) -> Result<Quantity, Diagnostic> {
        self.part(formula, part, under, &mut Vec::new())
    }

    fn part<'s>(
        &'s self,
        formula: &Formula,
        part: &Ast,
        under: Under<'_>,
        open: &mut Open<'s>,
    ) -> Result<Quantity, Diagnostic> {
        let place = || formula.place_of(part);
        if let Some(value) = under.in_place_of(part, open) {
            return Ok(value.clone());
        }
        match &part.node {
            Node::Number(value) if value.is_one() => {
                Ok(Quantity::exact(value.clone(), Dimension::NONE))
            }
            Node::Number(value) => {
                let message = format!("{} has no source", number::plain(value));
                Err(Diagnostic::at(&place(), message)
                    .help("give it under `[inputs]` with its unit, or name a table entry"))
            }
            Node::Name(name) => self.named((name, part), &place(), under, open),
            Node::Negate(inner) => Ok(self.part(formula, inner, under, open)?.negated()),
            Node::Binary(op, left, right) => {
                let a = self.part(formula, left, under, open)?;
                let b = self.part(formula, right, under, open)?;
                combine(*op, &a, &b).map_err(|message| Diagnostic::at(&place(), message))
            }
            Node::Call(name, _) => {
                let message = format!("`{name}` has no place in the formula of a claim");
                Err(Diagnostic::at(&place(), message).help("there are `+`, `-`, `*` and `/`"))
            }
        }
    }

    fn named<'s>(
        &'s self,
        (name, part): (&str, &Ast),
        place: &Place,
        under: Under<'_>,
        open: &mut Open<'s>,
    ) -> Result<Quantity, Diagnostic> {
        match self.meaning(name, place)? {
            Meaning::Input(input) => Ok(input.quantity()),
            Meaning::Quantity(own, formula) => {
                if open.iter().any(|(known, _)| *known == own.value) {
                    let message = format!("`{name}` is computed from itself");
                    return Err(Diagnostic::at(place, message));
                }
                open.push((&own.value, part));
                let value = self.part(formula, &formula.ast, under.inside(name), open);
                open.pop();
                value
            }
            Meaning::Estimate(own, computed, attribute) => {
                let prices = under.inside(own).active();
                attribute
                    .of(computed, prices)
                    .ok_or_else(|| unpriced(own, computed, attribute, place))
            }
            Meaning::Entry(table, primitive, format) => {
                let prices = under.active();
                let open = crate::format::Format {
                    operand: format,
                    accumulator: format,
                };
                let format = prices.format(open);
                let lookup = Lookup {
                    table: prices.table(&table),
                    primitive,
                    format: match primitive {
                        Primitive::Add => format.accumulator,
                        _ => format.operand,
                    },
                    op: None,
                };
                match prices.price(&lookup) {
                    Some(pj) => Ok(Quantity::exact(joules(&pj), Dimension::PER_OPERATION)),
                    None => Err(no_entry(lookup.table, primitive, lookup.format, place)),
                }
            }
            Meaning::Memory(_, pj) => Ok(Quantity::exact(joules(&pj), Dimension::PER_BIT)),
        }
    }

    /// What `name` stands for.
    pub(super) fn meaning(&self, name: &str, place: &Place) -> Result<Meaning<'a>, Diagnostic> {
        let file = self.file;
        if let Some(input) = file.inputs.iter().find(|input| input.name.value == name) {
            return Ok(Meaning::Input(input));
        }
        if let Some((own, formula)) = file.quantities.iter().find(|(own, _)| own.value == name) {
            return Ok(Meaning::Quantity(own, formula));
        }
        let parts: Vec<&str> = name.split('.').collect();
        let first = parts.first().copied().unwrap_or("");
        if let Some((own, computed)) = self.estimates.get_key_value(first) {
            let attribute = attribute(&parts[1..], name, place)?;
            return Ok(Meaning::Estimate(own, computed, attribute));
        }
        if let Some(table) = self.table(first, place)? {
            return entry(table, &parts[1..], place);
        }
        let own = (file.inputs.iter().map(|input| input.name.value.as_str()))
            .chain(file.quantities.iter().map(|(own, _)| own.value.as_str()))
            .chain(self.estimates.keys().map(String::as_str));
        let mut known: Vec<&str> = own.collect();
        for table in catalog::names(catalog::Kind::Table) {
            known.push(table);
        }
        Err(Diagnostic::at(place, format!("`{name}` names nothing here")).known(first, known))
    }

    /// A table by its name in formulas: one of the file's, or one that ships.
    fn table(&self, name: &str, place: &Place) -> Result<Option<Arc<EnergyTable>>, Diagnostic> {
        let is = |known: &str| written(known) == name;
        let own = self.estimates.values().filter_map(|one| one.price.as_ref());
        let mut own = own.map(|(table, _)| table);
        if let Some(table) = own.find(|table| is(table.name())) {
            return Ok(Some(Arc::clone(table)));
        }
        let Some(known) = catalog::names(catalog::Kind::Table).find(|known| is(known)) else {
            return Ok(None);
        };
        let table = self
            .loader
            .table(&Spanned::new(known.to_owned(), place.clone()));
        table.map(Some).map_err(|mistakes| {
            let first = mistakes.iter().next().cloned();
            first.unwrap_or_else(|| Diagnostic::at(place, format!("cannot read table `{known}`")))
        })
    }

    /// The formula with the values of its names; published ones as printed.
    pub(super) fn with_numbers(&self, formula: &Formula) -> String {
        formula.renamed(|name| {
            let input = self
                .file
                .inputs
                .iter()
                .find(|input| input.name.value == name);
            if let Some(input) = input {
                return Some(input.published.text());
            }
            let part = Ast {
                node: Node::Name(name.to_owned()),
                span: 0..0,
            };
            let value = self.value_of(formula, &part, Under::PLAIN);
            value.ok().map(|value| value.shown().replace("/op", ""))
        })
    }
}

/// How a table's name is written in a formula.
fn written(name: &str) -> String {
    name.replace('-', "_")
}

pub(super) fn joules(picojoules: &BigRational) -> BigRational {
    picojoules / number::whole(10).pow(12)
}

fn combine(op: BinaryOp, a: &Quantity, b: &Quantity) -> Result<Quantity, String> {
    let differ = |doing: &str| {
        let (a, b) = (a.dimension, b.dimension);
        format!("{doing} {b} and {a}: both must measure the same")
    };
    match op {
        BinaryOp::Add => a.plus(b).ok_or_else(|| differ("a sum of")),
        BinaryOp::Sub => a
            .plus(&b.negated())
            .ok_or_else(|| differ("a difference of")),
        BinaryOp::Mul => Ok(a.times(b)),
        BinaryOp::Div => a.over(b).ok_or_else(|| DIVISION_BY_ZERO.to_owned()),
        BinaryOp::Pow => Err("a power has no place in the formula of a claim".to_owned()),
        BinaryOp::Compare => Err("a comparison has no place in the formula of a claim".to_owned()),
    }
}

/// `energy`, `energy.mul`, `count.add`, `macs`, `weights`.
fn attribute(parts: &[&str], name: &str, place: &Place) -> Result<Attribute, Diagnostic> {
    let primitive = |text: &str| {
        text.parse::<Primitive>().map_err(|unknown| {
            Diagnostic::at(place, unknown.to_string()).known(text, Primitive::names())
        })
    };
    match parts {
        ["energy"] => Ok(Attribute::Energy(None)),
        ["energy", of] => Ok(Attribute::Energy(Some(primitive(of)?))),
        ["count", of] => Ok(Attribute::Count(primitive(of)?)),
        ["macs"] => Ok(Attribute::Macs),
        ["weights"] => Ok(Attribute::Weights),
        _ => {
            let message = format!("`{name}` is nothing that an estimate has");
            let known = "an estimate has `energy`, `energy.mul`, `count.mul`, `macs`, `weights`";
            Err(Diagnostic::at(place, message).help(known))
        }
    }
}

impl Attribute {
    fn of(self, computed: &Computed, prices: &dyn Prices) -> Option<Quantity> {
        let count = |count| Quantity::exact(count, Dimension::COUNT);
        Some(match self {
            Attribute::Energy(primitive) => {
                let pj = computed.energy(primitive, prices)?;
                Quantity::exact(joules(&pj), Dimension::ENERGY)
            }
            Attribute::Count(primitive) => count(computed.count(primitive, prices)),
            Attribute::Macs => count(computed.macs(prices)?),
            Attribute::Weights => count(computed.weights()?),
        })
    }
}

fn unpriced(name: &str, computed: &Computed, attribute: Attribute, place: &Place) -> Diagnostic {
    match (attribute, &computed.price) {
        (Attribute::Energy(Some(primitive)), Some((table, _))) => {
            let message = format!("`{name}` has no energy of `{primitive}` alone");
            let table = table.name();
            Diagnostic::at(place, message).help(format!(
                "table `{table}` prices a multiplication and an addition as one: ask for `{name}.energy.mac`"
            ))
        }
        (Attribute::Energy(_), _) => {
            Diagnostic::at(place, format!("the estimate `{name}` has no `table`"))
                .help("an energy needs a `table` and a `format`")
        }
        _ => Diagnostic::at(place, format!("a count of `{name}` has no value")),
    }
}

/// `fp32.mul` or `dram.bit` of a table.
fn entry<'a>(
    table: Arc<EnergyTable>,
    parts: &[&str],
    place: &Place,
) -> Result<Meaning<'a>, Diagnostic> {
    if let [level, "bit"] = parts {
        let memories = table.memories().iter();
        let names: Vec<String> = memories.map(|memory| memory_name(&memory.name())).collect();
        let found = names.iter().position(|name| name == level);
        let found = found.and_then(|at| table.memories().get(at));
        return match found.map(|memory| memory.pj_per_bit()) {
            Some(pj) => Ok(Meaning::Memory(table, pj)),
            None => {
                let message = format!("table `{}` has no memory `{level}`", table.name());
                let known = names.iter().map(String::as_str);
                Err(Diagnostic::at(place, message).known(level, known))
            }
        };
    }
    let [format, primitive] = parts else {
        let message = format!("this names no entry of table `{}`", table.name());
        return Err(Diagnostic::at(place, message)
            .help("an entry is TABLE.FORMAT.PRIMITIVE, such as `45nm.fp32.mul`"));
    };
    let number_format: NumberFormat = format.parse().map_err(|_| {
        let known: Vec<String> = table.formats().map(|format| format.to_string()).collect();
        let message = format!("`{format}` is no number format");
        Diagnostic::at(place, message).known(format, known.iter().map(String::as_str))
    })?;
    let primitive: Primitive = primitive.parse().map_err(|_| {
        let message = format!("unknown primitive `{primitive}`");
        Diagnostic::at(place, message).known(primitive, Primitive::names())
    })?;
    match table.entry(primitive, number_format) {
        Some(_) => Ok(Meaning::Entry(table, primitive, number_format)),
        None => Err(no_entry(&table, primitive, number_format, place)),
    }
}

/// `sram 8 KiB` as formulas write it: `sram_8_kib`.
fn memory_name(name: &str) -> String {
    name.to_lowercase().replace([' ', '-', '/'], "_")
}

fn no_entry(
    table: &EnergyTable,
    primitive: Primitive,
    format: NumberFormat,
    place: &Place,
) -> Diagnostic {
    let having: Vec<String> = (table.formats())
        .filter(|format| table.entry(primitive, *format).is_some())
        .map(|format| format.to_string())
        .collect();
    let message = format!("table `{}` has no `{primitive}` in {format}", table.name());
    Diagnostic::at(place, message).known(&format.to_string(), having.iter().map(String::as_str))
}

impl super::spec::Input {
    /// The number, as far as its digits tell.
    pub(super) fn quantity(&self) -> Quantity {
        match self.exact {
            true => self.published.unrounded(),
            false => self.published.quantity(),
        }
    }
}
