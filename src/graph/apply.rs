//! Elementwise formulas: what `x > 0` or `a * sigmoid(b)` does to every
//! element, in primitives, and which values come out.

use num_rational::BigRational;
use num_traits::Zero;

use super::Tensor;
use super::effect::{effect, signed};
use super::names::Names;
use super::power::{power, reciprocals};
use super::strength::{domain_of_product, product_of};
use crate::domain::Domain;
use crate::formula::{Ast, AstNode, BinaryOp, Formula};
use crate::model::Map;
use crate::primitive::Primitive;
use crate::source::{Diagnostic, Problems};
use crate::symbolic::Expr;

/// The functions of elementwise formulas and how many values each takes.
const FUNCTIONS: [(&str, usize); 12] = [
    ("abs", 1),
    ("exp", 1),
    ("log", 1),
    ("sqrt", 1),
    ("tanh", 1),
    ("erf", 1),
    ("sign", 1),
    ("round", 1),
    ("max", 2),
    ("min", 2),
    ("clip", 3),
    ("where", 3),
];

/// What a part of a formula is: a tensor, or a number that is computed once.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// No axes for a number.
    pub(super) shape: Vec<Expr>,
    pub(super) domain: Domain,
    /// The bounds that a clip has set.
    pub(super) bounds: Option<(BigRational, BigRational)>,
    is_number: bool,
}

impl Part {
    fn number(value: &Expr) -> Part {
        Part {
            shape: Vec::new(),
            domain: match value.as_constant() {
                Some(value) => Domain::of([value]),
                None => Domain::Real,
            },
            bounds: None,
            is_number: true,
        }
    }

    pub(super) fn constant(&self) -> Option<&BigRational> {
        match &self.domain {
            Domain::Finite(values) if self.is_number => values.first(),
            _ => None,
        }
    }

    fn with(self, domain: Domain) -> Part {
        Part {
            domain,
            bounds: None,
            ..self
        }
    }
}

/// What a formula comes to: the shape and values of its result, and every
/// primitive with its count.
pub(super) struct Applied {
    pub(super) shape: Vec<Expr>,
    pub(super) domain: Domain,
    pub(super) steps: Vec<(Primitive, Expr)>,
}

/// Follows `formula` over the `tensors` given by name; other names are numbers.
pub(super) fn apply(
    formula: &Formula,
    tensors: &[(&str, &Tensor)],
    names: &Names,
    problems: &mut Problems,
) -> Option<Applied> {
    let mut reader = Reader {
        formula,
        tensors,
        names,
        steps: Vec::new(),
    };
    match reader.part(&formula.ast) {
        Ok(part) => Some(Applied {
            shape: part.shape,
            domain: part.domain,
            steps: reader.steps,
        }),
        Err(mistake) => {
            problems.push(*mistake);
            None
        }
    }
}

type Outcome<T> = Result<T, Box<Diagnostic>>;

struct Reader<'a> {
    formula: &'a Formula,
    tensors: &'a [(&'a str, &'a Tensor)],
    names: &'a Names,
    steps: Vec<(Primitive, Expr)>,
}

impl Reader<'_> {
    fn mistake(&self, part: &Ast, message: impl Into<String>) -> Box<Diagnostic> {
        Box::new(Diagnostic::at(&self.formula.place_of(part), message))
    }

    /// Counts `primitives` once for every element of `shape`.
    fn count(&mut self, primitives: &[Primitive], shape: &[Expr]) {
        let elements: Expr = shape.iter().product();
        for primitive in primitives {
            match self.steps.iter_mut().find(|(known, _)| known == primitive) {
                Some((_, sum)) => *sum += &elements,
                None => self.steps.push((*primitive, elements.clone())),
            }
        }
    }

    fn part(&mut self, ast: &Ast) -> Outcome<Part> {
        match &ast.node {
            AstNode::Number(value) => Ok(Part::number(&Expr::constant(value.clone()))),
            AstNode::Name(name) => self.name(name, ast),
            AstNode::Negate(inner) => {
                let inner = self.part(inner)?;
                if !inner.is_number {
                    self.count(&[Primitive::Negate], &inner.shape);
                }
                let domain = signed(&inner.domain, |x| -x);
                Ok(inner.with(domain))
            }
            AstNode::Binary(op, left, right) => {
                let a = self.part(left)?;
                let b = self.part(right)?;
                self.binary(*op, &a, &b, ast, right)
            }
            AstNode::Call(name, arguments) => self.call(name, arguments, ast),
        }
    }

    fn name(&self, name: &str, ast: &Ast) -> Outcome<Part> {
        if let Some((_, tensor)) = self.tensors.iter().find(|(known, _)| *known == name) {
            return Ok(Part {
                shape: tensor.shape.clone(),
                domain: tensor.domain.clone(),
                bounds: None,
                is_number: false,
            });
        }
        match self.names.get(name) {
            Some(value) => Ok(Part::number(value)),
            None => {
                let known = self.tensors.iter().map(|(known, _)| *known);
                Err(Box::new(
                    (*self.mistake(ast, format!("unknown name `{name}`")))
                        .known(name, known.chain(self.names.known())),
                ))
            }
        }
    }

    /// Shapes are laid over each other from the last axis on; an axis of 1
    /// stretches.
    fn broadcast(&self, a: &Part, b: &Part, ast: &Ast) -> Outcome<Vec<Expr>> {
        let rank = a.shape.len().max(b.shape.len());
        let one = Expr::one();
        let axis = |shape: &[Expr], at: usize| {
            let missing = rank - shape.len();
            if at < missing {
                one.clone()
            } else {
                shape[at - missing].clone()
            }
        };
        let mut shape = Vec::with_capacity(rank);
        for at in 0..rank {
            let (left, right) = (axis(&a.shape, at), axis(&b.shape, at));
            shape.push(if left == right || right == one {
                left
            } else if left == one {
                right
            } else {
                let message = format!(
                    "shapes {} and {} do not fit together",
                    super::einsum::shown_shape(&a.shape),
                    super::einsum::shown_shape(&b.shape)
                );
                return Err(Box::new(self.mistake(ast, message).help(
                    "axes are matched from the last one on, and an axis of 1 fits any other",
                )));
            });
        }
        Ok(shape)
    }

    fn binary(
        &mut self,
        op: BinaryOp,
        a: &Part,
        b: &Part,
        ast: &Ast,
        right: &Ast,
    ) -> Outcome<Part> {
        let is_number = a.is_number && b.is_number;
        let shape = self.broadcast(a, b, ast)?;
        let zero_divisor = b.constant().is_some_and(BigRational::is_zero);
        if op == BinaryOp::Div && zero_divisor {
            return Err(self.mistake(right, "division by zero"));
        }
        let (primitives, domain): (Vec<Primitive>, Domain) = match op {
            BinaryOp::Add => (
                vec![Primitive::Add],
                a.domain.combine(&b.domain, |x, y| x + y),
            ),
            BinaryOp::Sub => (
                vec![Primitive::Sub],
                a.domain.combine(&b.domain, |x, y| x - y),
            ),
            BinaryOp::Mul => (self.product(a, b), domain_of_product(&a.domain, &b.domain)),
            // The reciprocal of a number is computed once, by nobody's hardware.
            BinaryOp::Div if b.is_number => {
                let reciprocal = b.clone().with(reciprocals(&b.domain));
                let domain = domain_of_product(&a.domain, &reciprocal.domain);
                (self.product(a, &reciprocal), domain)
            }
            BinaryOp::Div => (vec![Primitive::Div], Domain::Real),
            BinaryOp::Pow => {
                let power = power(a, b).map_err(|message| self.mistake(right, message))?;
                if !a.is_number {
                    self.count(&power.on_base, &a.shape);
                }
                (power.on_result, power.domain)
            }
            BinaryOp::Compare => (vec![Primitive::Compare], Domain::binary()),
        };
        if !is_number {
            self.count(&primitives, &shape);
        }
        Ok(Part {
            shape,
            domain,
            bounds: None,
            is_number,
        })
    }

    /// What a product is done with: by a number it stays a multiplication,
    /// between tensors the domains decide.
    fn product(&self, a: &Part, b: &Part) -> Vec<Primitive> {
        if a.is_number || b.is_number {
            return vec![Primitive::Mul];
        }
        match product_of(&a.domain, &b.domain) {
            Map::And => vec![Primitive::And],
            Map::Xnor => vec![Primitive::Xnor],
            Map::Select => vec![Primitive::Select],
            Map::Trit => vec![Primitive::Select, Primitive::Negate],
            Map::Negate => vec![Primitive::Negate],
            Map::Shift => vec![Primitive::Shift],
            _ => vec![Primitive::Mul],
        }
    }

    fn call(&mut self, name: &str, arguments: &[Ast], ast: &Ast) -> Outcome<Part> {
        let Some((_, wanted)) = FUNCTIONS.into_iter().find(|(known, _)| *known == name) else {
            let known = FUNCTIONS.map(|(known, _)| known);
            return Err(Box::new(
                (*self.mistake(ast, format!("unknown function `{name}`"))).known(name, known),
            ));
        };
        if arguments.len() != wanted {
            let message = format!("`{name}` takes {wanted} values, not {}", arguments.len());
            return Err(self.mistake(ast, message));
        }
        let mut parts = Vec::with_capacity(arguments.len());
        for argument in arguments {
            parts.push(self.part(argument)?);
        }
        let mut shape = Vec::new();
        let mut is_number = true;
        for part in &parts {
            let so_far = Part {
                shape,
                ..part.clone()
            };
            shape = self.broadcast(&so_far, part, ast)?;
            is_number &= part.is_number;
        }
        let (primitives, domain, bounds) = effect(name, &parts);
        if !is_number {
            self.count(primitives, &shape);
        }
        Ok(Part {
            shape,
            domain,
            bounds,
            is_number,
        })
    }
}
