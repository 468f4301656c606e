//! Support vector machines: a kernel of each row with every support vector, and
//! sums of these by their coefficients.

use super::call::Call;
use super::ml::{OUTPUT, ROW, Rows, best, by_row, classes, for_classes, learnt};
use super::ml::{products, rows, shares_of, transformed};
use crate::import::onnx::build::NetBuilder;
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::net::{Binary, Product, TensorId, Unary, Work};
use crate::import::onnx::proto::ElementType;
use crate::model::Map;
use crate::primitive::Primitive;
use crate::symbolic::Expr;

/// `SVMRegressor`
pub(crate) fn regressor(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let rows = rows(builder, call)?;
    let vectors = call.floats("support_vectors").unwrap_or(&[]);
    let sums = match vectors.len() {
        0 => products(builder, &rows, 1)?,
        count => {
            let supports = shares_of(count, &rows.features, "support_vectors")?;
            let kernel = kernel(builder, call, &rows, supports)?;
            weighed(builder, kernel, &rows.count, supports, 1)?
        }
    };
    let mut result = builder.per_element_of(sums, &[(Primitive::Add, 1)])?;
    if call.int_or("one_class", 0) != 0 {
        result = builder.per_element_of(result, &[(Primitive::Compare, 1)])?;
    }
    Ok(vec![transformed(builder, call, result)?])
}

/// `SVMClassifier`: of any two classes one gets a vote, by a sum over the
/// support vectors of both.
pub(crate) fn classifier(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let rows = rows(builder, call)?;
    let labels = classes(call);
    let vectors = call.floats("support_vectors").unwrap_or(&[]);
    if vectors.is_empty() {
        let coefficients = call.floats("coefficients").unwrap_or(&[]);
        let outputs = shares_of(coefficients.len(), &rows.features, "coefficients")?;
        let sums = products(builder, &rows, outputs)?;
        let scores = builder.per_element_of(sums, &[(Primitive::Add, 1)])?;
        let scores = for_classes(builder, scores, labels)?;
        let class = best(builder, scores)?;
        return Ok(vec![class, transformed(builder, call, scores)?]);
    }
    if call.floats("prob_a").is_some_and(|all| !all.is_empty()) {
        builder.note("probabilities of an `SVMClassifier` are left out: votes are counted");
    }
    let supports = shares_of(vectors.len(), &rows.features, "support_vectors")?;
    let kernel = kernel(builder, call, &rows, supports)?;
    // Every vector stands for its class against each of the others.
    let others = labels.saturating_sub(1).max(1);
    let sums = weighed(builder, kernel, &rows.count, supports, others)?;
    let pairs = labels.saturating_mul(labels.saturating_sub(1)) / 2;
    let votes = vec![rows.count.clone(), Expr::whole(pairs.max(1) as i64)];
    let votes = builder.moved(&[sums], votes)?;
    let vote = [(Primitive::Add, 2), (Primitive::Compare, 1)];
    let votes = builder.per_element_of(votes, &vote)?;
    let scores = vec![rows.count.clone(), Expr::whole(labels as i64)];
    let scores = builder.moved(&[votes], scores)?;
    let class = best(builder, scores)?;
    Ok(vec![class, transformed(builder, call, scores)?])
}

/// The kernel of every row with every support vector: γ·⟨x, v⟩ + c and what is
/// made of it, or exp(−γ·|x − v|²).
fn kernel(
    builder: &mut NetBuilder,
    call: &Call<'_>,
    rows: &Rows,
    supports: usize,
) -> Result<TensorId, ImportError> {
    let parameters = call.floats("kernel_params").unwrap_or(&[]);
    let scaled = [(Primitive::Mul, 1), (Primitive::Add, 1)];
    match call.text("kernel_type").unwrap_or("LINEAR") {
        "LINEAR" => products(builder, rows, supports),
        "POLY" => {
            let degree = parameters.get(2).map_or(3.0, |degree| f64::from(*degree));
            let sums = products(builder, rows, supports)?;
            let sums = builder.per_element_of(sums, &scaled)?;
            builder.binary_with(Binary::Power, sums, degree)
        }
        "SIGMOID" => {
            let sums = products(builder, rows, supports)?;
            let sums = builder.per_element_of(sums, &scaled)?;
            builder.unary(Unary::Tanh, sums)
        }
        "RBF" => {
            let count = Expr::whole(supports as i64);
            let vectors = learnt(builder, vec![count.clone(), rows.features.clone()]);
            let mut distance = Product::multiplied(by_row(), vec![ROW, OUTPUT], vec![]);
            distance.map = Map::SquareDiff;
            let shape = vec![rows.count.clone(), count];
            let distance = Work::Product(distance);
            let inputs = [rows.x, vectors];
            let distance = builder.compute(distance, &inputs, shape, ElementType::Float)?;
            let distance = builder.per_element_of(distance, &[(Primitive::Mul, 1)])?;
            builder.unary(Unary::Exp, distance)
        }
        other => Err(ImportError::Unsupported(format!("the kernel `{other}`"))),
    }
}

/// Kernels summed by so many coefficients of each support vector.
fn weighed(
    builder: &mut NetBuilder,
    kernel: TensorId,
    count: &Expr,
    supports: usize,
    coefficients: usize,
) -> Result<TensorId, ImportError> {
    let rows = Rows {
        x: kernel,
        count: count.clone(),
        features: Expr::whole(supports as i64),
    };
    products(builder, &rows, coefficients)
}
