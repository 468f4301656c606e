//! Functions of each element.

use super::builder::NetBuilder;
use crate::import::onnx::error::ImportError;
use crate::import::onnx::infer::extent::broadcast;
use crate::import::onnx::net::{Binary, Block, KnownValue, TensorId, Unary, Work};
use crate::import::onnx::proto::ElementType;
use crate::primitive::Primitive;
use crate::symbolic::Expr;

impl NetBuilder {
    /// A function of one tensor, element by element.
    pub(crate) fn unary(&mut self, unary: Unary, x: TensorId) -> Result<TensorId, ImportError> {
        let shape = self.shape(x)?;
        self.compute(Work::Unary(unary), &[x], shape, self.element(x))
    }

    /// A function of two tensors, broadcast against each other.
    pub(crate) fn binary(
        &mut self,
        binary: Binary,
        x: TensorId,
        y: TensorId,
    ) -> Result<TensorId, ImportError> {
        let shape = self.broadcast(&[x, y])?;
        // What changes nothing is not computed.
        let second = self.scalar(y);
        let nothing = match binary {
            Binary::Mul | Binary::Div | Binary::Power => second == Some(1.0),
            Binary::Add | Binary::Sub => second == Some(0.0),
            _ => false,
        };
        if nothing && self.shape(x)? == shape {
            return Ok(x);
        }
        if binary == Binary::Add
            && let Some(estimated) = self.estimated(x, y)
        {
            return Ok(estimated);
        }
        let element = match binary {
            Binary::Greater
            | Binary::GreaterOrEqual
            | Binary::Less
            | Binary::LessOrEqual
            | Binary::Equal
            | Binary::Or
            | Binary::Xor => ElementType::Bool,
            _ => self.element(x),
        };
        let compares = matches!(
            binary,
            Binary::Greater | Binary::GreaterOrEqual | Binary::Less | Binary::LessOrEqual
        );
        let (last, other) = (self.last_extent(x)?, self.last_extent(y)?);
        let result = self.compute(Work::Binary(binary), &[x, y], shape, element)?;
        // Positions in a row against positions in a column.
        if compares && last != other {
            self.tells_order(result);
        }
        if binary == Binary::Sub {
            self.differences.insert(result, (x, y));
        }
        Ok(result)
    }

    fn last_extent(&self, x: TensorId) -> Result<Option<Expr>, ImportError> {
        Ok(self.shape(x)?.last().cloned())
    }

    /// The constant q of which the sum is the straight-through estimate
    /// `w + (q − w)`, which training writes for q.
    fn estimated(&self, x: TensorId, y: TensorId) -> Option<TensorId> {
        let straight = |difference: TensorId, whole: TensorId| {
            let (minuend, subtrahend) = *self.differences.get(&difference)?;
            let is_taken_back = subtrahend == whole && self.is_constant(difference);
            let is_alike = self.shape(minuend).ok() == self.shape(whole).ok();
            (is_taken_back && is_alike).then_some(minuend)
        };
        straight(x, y).or_else(|| straight(y, x))
    }

    /// The same with a number.
    pub(crate) fn binary_with(
        &mut self,
        binary: Binary,
        x: TensorId,
        number: f64,
    ) -> Result<TensorId, ImportError> {
        let number = self.known(KnownValue::Real(vec![number]), vec![], self.element(x));
        self.binary(binary, x, number)
    }

    /// A block that ships, which keeps the shape.
    pub(crate) fn block(
        &mut self,
        block: Block,
        inputs: &[TensorId],
    ) -> Result<TensorId, ImportError> {
        let first = inputs.first().copied();
        let first = first.ok_or_else(|| ImportError::Invalid("it has no input".to_owned()))?;
        let shape = self.shape(first)?;
        self.compute(Work::Block(block), inputs, shape, self.element(first))
    }

    /// So many primitives for each element of `shape`.
    pub(crate) fn per_element(
        &mut self,
        counts: &[(Primitive, Expr)],
        inputs: &[TensorId],
        shape: Vec<Expr>,
        element: ElementType,
    ) -> Result<TensorId, ImportError> {
        self.compute(Work::PerElement(counts.to_vec()), inputs, shape, element)
    }

    /// So many primitives for each element of the input.
    pub(crate) fn per_element_of(
        &mut self,
        x: TensorId,
        counts: &[(Primitive, i64)],
    ) -> Result<TensorId, ImportError> {
        let counts: Vec<_> = (counts.iter())
            .map(|(primitive, count)| (*primitive, Expr::whole(*count)))
            .collect();
        let shape = self.shape(x)?;
        self.per_element(&counts, &[x], shape, self.element(x))
    }

    pub(crate) fn broadcast(&self, inputs: &[TensorId]) -> Result<Vec<Expr>, ImportError> {
        let mut shape = Vec::new();
        for input in inputs {
            shape = broadcast(&shape, &self.shape(*input)?).map_err(ImportError::Invalid)?;
        }
        Ok(shape)
    }
}
