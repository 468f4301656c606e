//! Formulas over named quantities.
//!
//! The only number that a formula may write is 1, as in a share saved: every
//! other has a source, and so a name.

use num_rational::BigRational;
use num_traits::One;

use super::computed::{Computed, Lookup, Prices};
use super::context::{Context, Open};
use super::meaning::{Attribute, Meaning, Names, no_entry};
use super::quantity::Quantity;
use super::spec::Input;
use super::unit::Dimension;
use crate::format::Format;
use crate::formula::{Ast, AstNode, BinaryOp, Formula};
use crate::number;
use crate::primitive::Primitive;
use crate::source::{Diagnostic, Place};

/// Why a formula has no value.
pub(super) enum Failure {
    /// A divisor is 0, or may be, here.
    DivisionByZero(Place),
    /// Anything else, such as a price that a table lacks.
    Mistake(Diagnostic),
}

impl From<Diagnostic> for Failure {
    fn from(mistake: Diagnostic) -> Failure {
        Failure::Mistake(mistake)
    }
}

impl From<Failure> for Diagnostic {
    fn from(failure: Failure) -> Diagnostic {
        match failure {
            Failure::DivisionByZero(place) => Diagnostic::at(&place, "division by zero"),
            Failure::Mistake(mistake) => mistake,
        }
    }
}

impl Names<'_> {
    /// The value of `formula`.
    pub(super) fn value(
        &self,
        formula: &Formula,
        context: Context<'_>,
    ) -> Result<Quantity, Failure> {
        self.value_of(formula, &formula.ast, context)
    }

    /// The value of a part of `formula`.
    pub(super) fn value_of(
        &self,
        formula: &Formula,
        part: &Ast,
        context: Context<'_>,
    ) -> Result<Quantity, Failure> {
        self.part(formula, part, context, &mut Vec::new())
    }

    fn part<'s>(
        &'s self,
        formula: &Formula,
        part: &Ast,
        context: Context<'_>,
        open: &mut Open<'s>,
    ) -> Result<Quantity, Failure> {
        let place = || formula.place_of(part);
        if let Some(value) = context.in_place_of(part, open) {
            return Ok(value.clone());
        }
        match &part.node {
            AstNode::Number(value) if value.is_one() => {
                Ok(Quantity::exact(value.clone(), Dimension::NONE))
            }
            AstNode::Number(value) => {
                let message = format!("{} has no source", number::plain(value));
                Err(Diagnostic::at(&place(), message)
                    .help("give it under `[inputs]` with its unit, or name a table entry")
                    .into())
            }
            AstNode::Name(name) => {
                let mut value = || self.named((name, part), &place(), context, open);
                match context.is_plain() {
                    true => self.values.of(name, value),
                    false => value(),
                }
            }
            AstNode::Negate(inner) => Ok(self.part(formula, inner, context, open)?.negated()),
            AstNode::Binary(op, left, right) => {
                let a = self.part(formula, left, context, open)?;
                let b = self.part(formula, right, context, open)?;
                combine(*op, &a, &b, place)
            }
            AstNode::Call(name, _) => {
                let message = format!("`{name}` has no place in the formula of a claim");
                Err(Diagnostic::at(&place(), message)
                    .help("there are `+`, `-`, `*` and `/`")
                    .into())
            }
        }
    }

    fn named<'s>(
        &'s self,
        (name, part): (&str, &Ast),
        place: &Place,
        context: Context<'_>,
        open: &mut Open<'s>,
    ) -> Result<Quantity, Failure> {
        match self.meaning(name, place)? {
            Meaning::Input(input) => Ok(input.quantity()),
            Meaning::Quantity(own, formula) => {
                if open.iter().any(|(known, _)| *known == own.value) {
                    let message = format!("`{name}` is computed from itself");
                    return Err(Diagnostic::at(place, message).into());
                }
                open.push((&own.value, part));
                let value = self.part(formula, &formula.ast, context.inside(name), open);
                open.pop();
                value
            }
            Meaning::Estimate(own, computed, attribute) => {
                let prices = context.inside(own).active();
                attribute
                    .of(computed, prices)
                    .ok_or_else(|| unpriced(own, computed, attribute, place).into())
            }
            Meaning::Entry(table, primitive, format) => {
                let prices = context.active();
                let open = Format {
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
                    None => Err(no_entry(lookup.table, primitive, lookup.format, place).into()),
                }
            }
            Meaning::Memory(_, pj) => Ok(Quantity::exact(joules(&pj), Dimension::PER_BIT)),
        }
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
                node: AstNode::Name(name.to_owned()),
                span: 0..0,
            };
            let value = self.value_of(formula, &part, Context::PLAIN);
            value.ok().map(|value| value.shown().replace("/op", ""))
        })
    }
}

pub(super) fn joules(picojoules: &BigRational) -> BigRational {
    number::quotient(picojoules, &number::whole(10_i64.pow(12)))
}

fn combine(
    op: BinaryOp,
    a: &Quantity,
    b: &Quantity,
    place: impl Fn() -> Place,
) -> Result<Quantity, Failure> {
    let mistake = |message: String| Failure::Mistake(Diagnostic::at(&place(), message));
    let differ = |doing: &str| {
        let (a, b) = (a.dimension, b.dimension);
        mistake(format!("{doing} {b} and {a}: both must measure the same"))
    };
    let no_place = |what: &str| mistake(format!("{what} has no place in the formula of a claim"));
    match op {
        BinaryOp::Add => a.plus(b).ok_or_else(|| differ("a sum of")),
        BinaryOp::Sub => a
            .plus(&b.negated())
            .ok_or_else(|| differ("a difference of")),
        BinaryOp::Mul => Ok(a.times(b)),
        BinaryOp::Div => a.over(b).ok_or_else(|| Failure::DivisionByZero(place())),
        BinaryOp::Pow => Err(no_place("a power")),
        BinaryOp::Compare => Err(no_place("a comparison")),
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
            Attribute::Movement => {
                let pj = computed.movement(prices)?;
                Quantity::exact(joules(&pj), Dimension::ENERGY)
            }
            Attribute::Traffic(level, role, way) => {
                let bits = computed.traffic((level, role, way), prices)?;
                Quantity::exact(bits, Dimension::BITS)
            }
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
        (Attribute::Movement, _) => {
            Diagnostic::at(place, format!("data movement is not counted in `{name}`"))
                .help("it needs a `movement`")
        }
        _ => Diagnostic::at(place, format!("a count of `{name}` has no value")),
    }
}

impl Input {
    /// The number, as far as its digits tell.
    pub(super) fn quantity(&self) -> Quantity {
        match self.exact {
            true => self.published.unrounded(),
            false => self.published.quantity(),
        }
    }
}
