//! `MatMul` and `Gemm`.

use super::{Call, Outcome, Reader, Trouble};
use crate::import::onnx::extent::{broadcast, shown};
use crate::import::onnx::net::{Axis, Binary, Product, TensorId, Work};
use crate::import::onnx::proto::ElementType;
use crate::model::{Map, Reduce};
use crate::symbolic::Expr;

/// A product of two tensors that are multiplied and summed.
pub(super) fn multiplied(
    operands: Vec<Vec<Axis>>,
    result: Vec<Axis>,
    told: Vec<(u16, Expr)>,
) -> Product {
    Product {
        operands,
        result,
        told,
        map: Map::Mul,
        reduce: Reduce::Add,
        bias: false,
    }
}

impl Reader<'_> {
    /// NumPy's product of matrices, over any leading axes.
    pub(super) fn matmul(
        &mut self,
        a: TensorId,
        b: TensorId,
        element: ElementType,
    ) -> Result<TensorId, Trouble> {
        let (left, right) = (self.shape(a)?, self.shape(b)?);
        let (Some(inner), false) = (left.last(), right.is_empty()) else {
            return Err(Trouble::Wrong(
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
            return Err(Trouble::Wrong(message));
        }
        let batch_of = |shape: &[Expr], matrix: bool| {
            shape[..shape.len() - if matrix { 2 } else { 1 }].to_vec()
        };
        let (left_batch, right_batch) = (batch_of(&left, rows), batch_of(&right, columns));
        let mut shape = broadcast(&left_batch, &right_batch).map_err(Trouble::Wrong)?;
        let rank = shape.len();
        let batch_axes = |own: &[Expr]| -> Vec<Axis> {
            let first = rank - own.len();
            let axes = own.iter().enumerate().map(|(at, extent)| {
                let stretched = *extent == Expr::one() && shape[first + at] != Expr::one();
                if stretched {
                    Axis::One
                } else {
                    Axis::Index((first + at) as u16)
                }
            });
            axes.collect()
        };
        let (n, k, m) = (100, 101, 102);
        let mut operands = [batch_axes(&left_batch), batch_axes(&right_batch)];
        let mut result: Vec<Axis> = (0..rank as u16).map(Axis::Index).collect();
        if rows {
            operands[0].push(Axis::Index(n));
            result.push(Axis::Index(n));
            shape.push(left[left.len() - 2].clone());
        }
        operands[0].push(Axis::Index(k));
        operands[1].push(Axis::Index(k));
        if columns {
            operands[1].push(Axis::Index(m));
            result.push(Axis::Index(m));
            shape.push(right[right.len() - 1].clone());
        }
        let product = multiplied(operands.into(), result, Vec::new());
        self.compute(Work::Product(product), &[a, b], shape, element)
    }

    /// A product with a bias that is known before; a bias that is computed is
    /// added by itself.
    pub(super) fn with_bias(
        &mut self,
        product: TensorId,
        bias: Option<TensorId>,
    ) -> Result<TensorId, Trouble> {
        let Some(bias) = bias else {
            return Ok(product);
        };
        let known = self.net.tensors[bias].constant;
        match self.last(product) {
            Some(node) if known => {
                if let Work::Product(product) = &mut node.work {
                    product.bias = true;
                }
                Ok(product)
            }
            _ => self.binary(Binary::Add, product, bias),
        }
    }
}

/// `MatMul`
pub(super) fn matmul(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let factors = reader.factors(call.input(0)?, call.input(1)?);
    let product = reader.matmul(factors.a, factors.b, reader.element(factors.a))?;
    Ok(vec![reader.finished(product, None, &factors)?])
}

/// `Gemm`: α·A·B + β·C
pub(super) fn gemm(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let factors = reader.factors(call.input(0)?, call.input(1)?);
    let mut result = product_of(reader, call, factors.a, factors.b)?;
    let factor = call.float("alpha").unwrap_or(1.0);
    // A weight is multiplied once, before the network runs.
    if factor != 1.0 && !reader.net.tensors[factors.b].constant {
        result = reader.binary_with(Binary::Mul, result, factor)?;
    }
    let bias = call.optional(2).filter(|_| call.float("beta") != Some(0.0));
    Ok(vec![reader.finished(result, bias, &factors)?])
}

/// A·B, each of which may be transposed.
pub(super) fn product_of(
    reader: &mut Reader<'_>,
    call: &Call<'_>,
    a: TensorId,
    b: TensorId,
) -> Result<TensorId, Trouble> {
    let [a0, a1] = reader.shape_of_rank::<2>(a)?;
    let [b0, b1] = reader.shape_of_rank::<2>(b)?;
    let turned = |name| call.int_or(name, 0) != 0;
    let (n, k, m) = (Axis::Index(100), Axis::Index(101), Axis::Index(102));
    let (left, rows, inner) = if turned("transA") {
        (vec![k.clone(), n.clone()], a1, a0)
    } else {
        (vec![n.clone(), k.clone()], a0, a1)
    };
    let (right, columns, other) = if turned("transB") {
        (vec![m.clone(), k], b0, b1)
    } else {
        (vec![k, m.clone()], b1, b0)
    };
    if inner != other && inner.as_constant().is_some() && other.as_constant().is_some() {
        let message = format!("a matrix of {inner} columns times one of {other} rows");
        return Err(Trouble::Wrong(message));
    }
    let product = multiplied(vec![left, right], vec![n, m], Vec::new());
    let element = reader.element(a);
    reader.compute(
        Work::Product(product),
        &[a, b],
        vec![rows, columns],
        element,
    )
}
