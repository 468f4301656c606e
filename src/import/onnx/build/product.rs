//! Products of matrices, and their biases.

use super::builder::NetBuilder;
use crate::import::onnx::error::ImportError;
use crate::import::onnx::infer::extent::{broadcast, shown};
use crate::import::onnx::net::{Binary, Product, ProductAxis, TensorId, Work};
use crate::import::onnx::proto::ElementType;
use crate::symbolic::Expr;

impl NetBuilder {
    /// NumPy's product of matrices, over any leading axes.
    pub(crate) fn matmul(
        &mut self,
        a: TensorId,
        b: TensorId,
        element: ElementType,
    ) -> Result<TensorId, ImportError> {
        let (left, right) = (self.shape(a)?, self.shape(b)?);
        let (Some(inner), false) = (left.last(), right.is_empty()) else {
            return Err(ImportError::Invalid(
                "a matrix is needed, not a number".to_owned(),
            ));
        };
        let (rows, columns) = (left.len() > 1, right.len() > 1);
        let at = if columns { right.len() - 2 } else { 0 };
        let differ = inner != &right[at];
        if differ && inner.as_constant().is_some() && right[at].as_constant().is_some() {
            let message = format!(
                "{} and {} cannot be multiplied",
                shown(&left),
                shown(&right)
            );
            return Err(ImportError::Invalid(message));
        }
        let batch_of = |shape: &[Expr], matrix: bool| {
            shape[..shape.len() - if matrix { 2 } else { 1 }].to_vec()
        };
        let (left_batch, right_batch) = (batch_of(&left, rows), batch_of(&right, columns));
        let mut shape = broadcast(&left_batch, &right_batch).map_err(ImportError::Invalid)?;
        let rank = shape.len();
        let batch_axes = |own: &[Expr]| -> Vec<ProductAxis> {
            let first = rank - own.len();
            let axes = own.iter().enumerate().map(|(at, extent)| {
                let stretched = *extent == Expr::one() && shape[first + at] != Expr::one();
                if stretched {
                    ProductAxis::One
                } else {
                    ProductAxis::Index((first + at) as u16)
                }
            });
            axes.collect()
        };
        let (n, k, m) = (100, 101, 102);
        let mut operands = [batch_axes(&left_batch), batch_axes(&right_batch)];
        let mut result: Vec<ProductAxis> = (0..rank as u16).map(ProductAxis::Index).collect();
        if rows {
            operands[0].push(ProductAxis::Index(n));
            result.push(ProductAxis::Index(n));
            shape.push(left[left.len() - 2].clone());
        }
        operands[0].push(ProductAxis::Index(k));
        operands[1].push(ProductAxis::Index(k));
        if columns {
            operands[1].push(ProductAxis::Index(m));
            result.push(ProductAxis::Index(m));
            shape.push(right[right.len() - 1].clone());
        }
        let product = Product::multiplied(operands.into(), result, Vec::new());
        self.compute(Work::Product(product), &[a, b], shape, element)
    }

    /// A product with a bias that is known before; a bias that is computed is
    /// added by itself.
    pub(crate) fn with_bias(
        &mut self,
        product: TensorId,
        bias: Option<TensorId>,
    ) -> Result<TensorId, ImportError> {
        let Some(bias) = bias else {
            return Ok(product);
        };
        if self.takes_bias(product, bias) {
            return Ok(product);
        }
        self.binary(Binary::Add, product, bias)
    }

    /// The same for a bias that has a number for each channel, the second axis
    /// of the product.
    pub(crate) fn with_channel_bias(
        &mut self,
        product: TensorId,
        bias: Option<TensorId>,
    ) -> Result<TensorId, ImportError> {
        let Some(mut bias) = bias else {
            return Ok(product);
        };
        if self.takes_bias(product, bias) {
            return Ok(product);
        }
        let mut shape = self.shape(bias)?;
        shape.resize(self.shape(product)?.len().saturating_sub(1), Expr::one());
        bias = self.reshaped(bias, shape)?;
        self.binary(Binary::Add, product, bias)
    }

    /// Makes a bias that is known before part of the product, if that is the
    /// last node.
    fn takes_bias(&mut self, product: TensorId, bias: TensorId) -> bool {
        let known = self.is_constant(bias);
        match self.last(product) {
            Some(node) if known && matches!(node.work, Work::Product(_)) => {
                if let Work::Product(product) = &mut node.work {
                    product.bias = true;
                }
                node.folded.push(bias);
                true
            }
            _ => false,
        }
    }
}
