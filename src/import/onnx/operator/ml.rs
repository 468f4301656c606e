//! Models of `ai.onnx.ml` besides trees and support vectors: scalers,
//! encoders, linear models. Their numbers stand in attributes.

use super::call::Call;
use crate::import::onnx::build::NetBuilder;
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::infer::extent::number;
use crate::import::onnx::net::{
    Binary, Block, FoldKind, KnownValue, Origin, Product, ProductAxis, TensorId, Unary, Work,
};
use crate::import::onnx::proto::ElementType;
use crate::primitive::Primitive;
use crate::symbolic::Expr;

/// Rows of features: a tensor of one axis is one row.
pub(super) struct Rows {
    pub(super) x: TensorId,
    pub(super) count: Expr,
    pub(super) features: Expr,
}

/// The input as rows of features.
pub(super) fn rows(builder: &mut NetBuilder, call: &Call<'_>) -> Result<Rows, ImportError> {
    let x = call.input(0)?;
    let shape = builder.shape(x)?;
    let (count, features) = match shape.as_slice() {
        [features] => (Expr::one(), features.clone()),
        [count, features] => (count.clone(), features.clone()),
        _ => {
            let message = "rows of features are needed".to_owned();
            return Err(ImportError::Invalid(message));
        }
    };
    let x = match shape.len() {
        1 => builder.moved(&[x], vec![count.clone(), features.clone()])?,
        _ => x,
    };
    Ok(Rows { x, count, features })
}

/// Numbers that training found, of this shape.
pub(super) fn learnt(builder: &mut NetBuilder, shape: Vec<Expr>) -> TensorId {
    let made = builder.add_constant("", shape, ElementType::Float);
    let tensor = builder.tensor_mut(made);
    tensor.stored = true;
    tensor.origin = Some(Origin::Unsaid);
    made
}

/// How often `width` fits into so many numbers.
pub(super) fn shares_of(numbers: usize, width: &Expr, name: &str) -> Result<usize, ImportError> {
    let width = usize::try_from(number(width)?).unwrap_or(0);
    match numbers.checked_rem(width) {
        Some(0) => Ok(numbers / width),
        _ => {
            let message = format!("`{name}` has {numbers} numbers, for rows of {width}");
            Err(ImportError::Invalid(message))
        }
    }
}

/// Sums of products of rows with `outputs` rows of weights.
pub(super) fn products(
    builder: &mut NetBuilder,
    rows: &Rows,
    outputs: usize,
) -> Result<TensorId, ImportError> {
    let outputs = Expr::whole(outputs as i64);
    let weight = learnt(builder, vec![outputs.clone(), rows.features.clone()]);
    let product = Product::multiplied(by_row(), vec![ROW, OUTPUT], vec![]);
    let shape = vec![rows.count.clone(), outputs];
    builder.compute(
        Work::Product(product),
        &[rows.x, weight],
        shape,
        ElementType::Float,
    )
}

pub(super) const ROW: ProductAxis = ProductAxis::Index(0);
pub(super) const OUTPUT: ProductAxis = ProductAxis::Index(1);
const FEATURE: ProductAxis = ProductAxis::Index(2);

/// The axes of rows and of weights.
pub(super) fn by_row() -> Vec<Vec<ProductAxis>> {
    vec![vec![ROW, FEATURE], vec![OUTPUT, FEATURE]]
}

/// Scores, changed as `post_transform` says.
pub(super) fn transformed(
    builder: &mut NetBuilder,
    call: &Call<'_>,
    scores: TensorId,
) -> Result<TensorId, ImportError> {
    match call.text("post_transform").unwrap_or("NONE") {
        "NONE" => Ok(scores),
        "SOFTMAX" | "SOFTMAX_ZERO" => builder.block(Block::Softmax, &[scores]),
        "LOGISTIC" => builder.unary(Unary::Sigmoid, scores),
        other => Err(ImportError::Unsupported(format!(
            "`post_transform` is `{other}`"
        ))),
    }
}

/// The class with the highest score: a comparison for each.
pub(super) fn best(builder: &mut NetBuilder, scores: TensorId) -> Result<TensorId, ImportError> {
    let [count, _] = builder.shape_of_rank::<2>(scores)?;
    let compared = builder.per_element_of(scores, &[(Primitive::Compare, 1)])?;
    let class = builder.moved(&[compared], vec![count])?;
    builder.tensor_mut(class).element = ElementType::Int64;
    Ok(class)
}

/// How many classes a classifier tells apart.
pub(super) fn classes(call: &Call<'_>) -> usize {
    let texts = call.texts("classlabels_strings").map(<[String]>::len);
    let ints = ["classlabels_ints", "classlabels_int64s"].map(|name| call.ints(name));
    let ints = ints.into_iter().flatten().map(<[i64]>::len);
    texts.into_iter().chain(ints).max().unwrap_or(0)
}

/// Scores for all classes: of two the second may be told by the first alone.
pub(super) fn for_classes(
    builder: &mut NetBuilder,
    scores: TensorId,
    classes: usize,
) -> Result<TensorId, ImportError> {
    let [count, outputs] = builder.shape_of_rank::<2>(scores)?;
    if classes != 2 || outputs != Expr::one() {
        return Ok(scores);
    }
    builder.moved(&[scores], vec![count, Expr::whole(2)])
}

/// `LinearRegressor`, `LinearClassifier`: products with the coefficients, and
/// the intercepts.
pub(crate) fn linear(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let rows = rows(builder, call)?;
    let coefficients = call.floats("coefficients").unwrap_or(&[]);
    let outputs = shares_of(coefficients.len(), &rows.features, "coefficients")?;
    let mut scores = products(builder, &rows, outputs)?;
    if call.floats("intercepts").is_some_and(|all| !all.is_empty()) {
        let bias = learnt(builder, vec![Expr::whole(outputs as i64)]);
        scores = builder.with_bias(scores, Some(bias))?;
    }
    if call.node.op_type == "LinearRegressor" {
        return Ok(vec![transformed(builder, call, scores)?]);
    }
    let scores = for_classes(builder, scores, classes(call))?;
    let class = best(builder, scores)?;
    Ok(vec![class, transformed(builder, call, scores)?])
}

/// `Scaler`: (x − offset) · scale, without what is 0 or 1.
pub(crate) fn scaler(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let mut result = call.input(0)?;
    let steps = [("offset", Binary::Sub, 0.0), ("scale", Binary::Mul, 1.0)];
    for (name, binary, nothing) in steps {
        let numbers = call.floats(name).unwrap_or(&[]);
        if numbers.iter().all(|number| f64::from(*number) == nothing) {
            continue;
        }
        let values = numbers.iter().map(|number| f64::from(*number)).collect();
        let shape = vec![Expr::whole(numbers.len() as i64)];
        let constant = builder.known(KnownValue::Real(values), shape, ElementType::Float);
        result = builder.binary(binary, result, constant)?;
    }
    Ok(vec![result])
}

/// `Normalizer`: rows divided by their largest element, by the sum of their
/// sizes, or by their length.
pub(crate) fn normalizer(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let rank = builder.shape(x)?.len();
    let last = (0..rank).map(|at| at + 1 == rank).collect();
    let size = match call.text("norm").unwrap_or("MAX") {
        "L1" => {
            let sizes = builder.unary(Unary::Abs, x)?;
            builder.fold(FoldKind::Sum, sizes, last, true)?
        }
        "L2" => {
            let squares = builder.binary(Binary::Mul, x, x)?;
            let sum = builder.fold(FoldKind::Sum, squares, last, true)?;
            builder.unary(Unary::Sqrt, sum)?
        }
        // MAX
        _ => builder.fold(FoldKind::Max, x, last, true)?,
    };
    Ok(vec![builder.binary(Binary::Div, x, size)?])
}

/// `Binarizer`: 1 for what is above a threshold.
pub(crate) fn binarizer(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let shape = builder.shape(x)?;
    Ok(vec![compared(builder, x, shape)?])
}

/// `OneHotEncoder`: a comparison with each category.
pub(crate) fn one_hot(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let mut shape = builder.shape(x)?;
    let texts = call.texts("cats_strings").map(<[String]>::len);
    let ints = call.ints("cats_int64s").map(<[i64]>::len);
    let categories = texts.or(ints).unwrap_or(0);
    shape.push(Expr::whole(categories as i64));
    Ok(vec![compared(builder, x, shape)?])
}

/// Bits, each of one comparison.
fn compared(
    builder: &mut NetBuilder,
    x: TensorId,
    shape: Vec<Expr>,
) -> Result<TensorId, ImportError> {
    let one = [(Primitive::Compare, Expr::one())];
    let bits = builder.per_element(&one, &[x], shape, ElementType::Bool)?;
    let result = builder.unary(Unary::Cast, bits)?;
    builder.tensor_mut(result).element = ElementType::Float;
    Ok(result)
}

/// `Imputer`: a number for what is missing.
pub(crate) fn imputer(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let counts = [(Primitive::Compare, 1), (Primitive::Select, 1)];
    Ok(vec![builder.per_element_of(call.input(0)?, &counts)?])
}

/// `LabelEncoder`, `CategoryMapper`, `ZipMap`: a name for each element, looked
/// up.
pub(crate) fn looked_up(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let shape = builder.shape(x)?;
    let result = builder.moved(&[x], shape)?;
    let of = |names: [&str; 2]| names.iter().any(|name| call.ints(name).is_some());
    if of(["values_int64s", "cats_int64s"]) {
        builder.tensor_mut(result).element = ElementType::Int64;
    }
    Ok(vec![result])
}

/// `ArrayFeatureExtractor`: some elements of every row.
pub(crate) fn extracted(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let (x, at) = (call.input(0)?, call.input(1)?);
    let chosen: Expr = builder.shape(at)?.iter().product();
    let mut shape = builder.shape(x)?;
    if shape.len() == 1 {
        shape.insert(0, Expr::one());
    }
    if let Some(last) = shape.last_mut() {
        *last = chosen;
    }
    Ok(vec![builder.moved(&[x, at], shape)?])
}

/// `FeatureVectorizer`: rows one after the other.
pub(crate) fn joined(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let widths = call.ints("inputdimensions").unwrap_or(&[]);
    let rows = rows(builder, call)?;
    let width = widths
        .iter()
        .fold(0i64, |sum, width| sum.saturating_add(*width));
    let result = builder.moved(&call.all(), vec![rows.count, Expr::whole(width)])?;
    builder.tensor_mut(result).element = ElementType::Float;
    Ok(vec![result])
}
