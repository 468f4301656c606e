//! What is known of one tensor.

use num_rational::BigRational;

use crate::domain::Domain;
use crate::import::onnx::proto::ElementType;
use crate::import::onnx::weights::Scale;
use crate::number::to_f64;
use crate::symbolic::Expr;

/// The place of a tensor in its net.
pub(crate) type TensorId = usize;

/// A tensor.
#[derive(Debug, Clone)]
pub(crate) struct NetTensor {
    /// Its name in the file.
    pub(crate) name: String,
    /// Its shape; `None` after an operator that is not known.
    pub(crate) shape: Option<Vec<Expr>>,
    pub(crate) element: ElementType,
    /// Whether it is known before any input: a weight, a number, a shape.
    pub(crate) constant: bool,
    /// Whether it is a tensor of the file that training may have changed.
    pub(crate) stored: bool,
    /// What it is a tensor of the file as, if it is one.
    pub(crate) origin: Option<Origin>,
    /// The constants that a constant was computed from.
    pub(crate) made_of: Vec<TensorId>,
    /// How it was computed from these.
    pub(crate) making: Making,
    /// Its elements, row by row, where they are known and few.
    pub(crate) value: Option<KnownValue>,
    /// Which values a constant holds.
    pub(crate) domain: Domain,
    /// The share of a constant that is not zero, where it was looked at.
    pub(crate) density: Option<(u64, u64)>,
    /// What the values of `domain` are multiplied by to be those of the tensor,
    /// if by anything.
    pub(crate) scale: Option<Scale>,
    /// The bits that an element takes in memory, where it lies packed.
    pub(crate) bits: Option<Box<BigRational>>,
}

/// How a constant was computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Making {
    /// By a product and the sum of it.
    Product,
    /// By a sum or a move: what training changes in its sources changes it.
    Linear,
    /// By anything else, as cosines are.
    Other,
}

/// What the file says of a tensor of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Nothing.
    Unsaid,
    /// Training changes it.
    Parameter,
    /// Training does not change it.
    Buffer,
    /// It was computed before the export, of parameters among others.
    Computed,
    /// It was computed before the export, and of no parameter.
    Derived,
}

/// Elements that are known.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum KnownValue {
    /// Whole numbers, as formulas over dims.
    Whole(Vec<Expr>),
    /// Fractions.
    Real(Vec<f64>),
}

impl KnownValue {
    /// Plain whole numbers.
    pub(crate) fn ints(values: &[i64]) -> KnownValue {
        KnownValue::Whole(values.iter().map(|value| Expr::whole(*value)).collect())
    }

    /// How many elements there are.
    pub(crate) fn len(&self) -> usize {
        match self {
            KnownValue::Whole(values) => values.len(),
            KnownValue::Real(values) => values.len(),
        }
    }

    /// As fractions, where all are numbers.
    pub(crate) fn reals(&self) -> Option<Vec<f64>> {
        match self {
            KnownValue::Real(values) => Some(values.clone()),
            KnownValue::Whole(values) => (values.iter())
                .map(|value| Some(to_f64(&value.as_constant()?)))
                .collect(),
        }
    }

    /// As formulas, exact also where they are fractions; `None` where one is no
    /// number.
    pub(crate) fn exprs(&self) -> Option<Vec<Expr>> {
        match self {
            KnownValue::Whole(values) => Some(values.clone()),
            KnownValue::Real(values) => (values.iter())
                .map(|value| BigRational::from_float(*value).map(Expr::constant))
                .collect(),
        }
    }

    /// The elements of several, one after the other.
    pub(crate) fn joined(values: &[&KnownValue]) -> Option<KnownValue> {
        let mut all = Vec::new();
        for value in values {
            match value {
                KnownValue::Whole(values) => all.extend(values.iter().cloned()),
                KnownValue::Real(_) => {
                    let reals: Option<Vec<Vec<f64>>> = values.iter().map(|v| v.reals()).collect();
                    return Some(KnownValue::Real(reals?.concat()));
                }
            }
        }
        Some(KnownValue::Whole(all))
    }

    /// The elements at these places.
    pub(crate) fn pick(&self, places: &[usize]) -> Option<KnownValue> {
        Some(match self {
            KnownValue::Whole(values) => {
                let picked = places.iter().map(|at| values.get(*at).cloned());
                KnownValue::Whole(picked.collect::<Option<_>>()?)
            }
            KnownValue::Real(values) => {
                let picked = places.iter().map(|at| values.get(*at).copied());
                KnownValue::Real(picked.collect::<Option<_>>()?)
            }
        })
    }

    /// The number that every element is.
    pub(crate) fn uniform(&self) -> Option<f64> {
        match self {
            KnownValue::Real(values) => {
                let first = *values.first()?;
                values.iter().all(|value| *value == first).then_some(first)
            }
            KnownValue::Whole(values) => {
                let first = values.first()?;
                let is_uniform = values.iter().all(|value| value == first);
                is_uniform.then(|| Some(to_f64(&first.as_constant()?)))?
            }
        }
    }

    /// The element, if there is one alone and it is a number.
    pub(crate) fn single(&self) -> Option<f64> {
        match self {
            KnownValue::Real(values) => match values.as_slice() {
                [one] => Some(*one),
                _ => None,
            },
            KnownValue::Whole(values) => match values.as_slice() {
                [one] => Some(to_f64(&one.as_constant()?)),
                _ => None,
            },
        }
    }
}
