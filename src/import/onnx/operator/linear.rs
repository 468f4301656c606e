//! `MatMul` and `Gemm`.

use super::call::Call;
use crate::import::onnx::build::NetBuilder;
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::net::{Binary, Product, ProductAxis, TensorId, Work};

/// `MatMul`
pub(crate) fn matmul(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let factors = builder.factors(call.input(0)?, call.input(1)?);
    let product = builder.matmul(factors.a, factors.b, builder.element(factors.a))?;
    Ok(vec![builder.finished(product, None, &factors)?])
}

/// `Gemm`: α·A·B + β·C
pub(crate) fn gemm(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let factors = builder.factors(call.input(0)?, call.input(1)?);
    let mut result = product_of(builder, call, factors.a, factors.b)?;
    let factor = call.float("alpha").unwrap_or(1.0);
    // A weight is multiplied once, before the network runs.
    let in_weight = builder.is_constant(factors.b) && !builder.is_constant(result);
    if factor != 1.0 && !in_weight {
        result = builder.binary_with(Binary::Mul, result, factor)?;
    }
    let bias = call.optional(2).filter(|_| call.float("beta") != Some(0.0));
    Ok(vec![builder.finished(result, bias, &factors)?])
}

/// A·B, each of which may be transposed.
pub(crate) fn product_of(
    builder: &mut NetBuilder,
    call: &Call<'_>,
    a: TensorId,
    b: TensorId,
) -> Result<TensorId, ImportError> {
    let [a0, a1] = builder.shape_of_rank::<2>(a)?;
    let [b0, b1] = builder.shape_of_rank::<2>(b)?;
    let transposed = |name| call.int_or(name, 0) != 0;
    let (n, k, m) = (
        ProductAxis::Index(100),
        ProductAxis::Index(101),
        ProductAxis::Index(102),
    );
    let (left, rows, inner) = if transposed("transA") {
        (vec![k.clone(), n.clone()], a1, a0)
    } else {
        (vec![n.clone(), k.clone()], a0, a1)
    };
    let (right, columns, other) = if transposed("transB") {
        (vec![m.clone(), k], b0, b1)
    } else {
        (vec![k, m.clone()], b1, b0)
    };
    if inner != other && inner.as_constant().is_some() && other.as_constant().is_some() {
        let message = format!("a matrix of {inner} columns times one of {other} rows");
        return Err(ImportError::Invalid(message));
    }
    let product = Product::multiplied(vec![left, right], vec![n, m], Vec::new());
    let element = builder.element(a);
    builder.compute(
        Work::Product(product),
        &[a, b],
        vec![rows, columns],
        element,
    )
}
