//! Operators that read graphs or tensors of the file themselves: branches,
//! loops, constants.

use super::graph::GraphReader;
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::net::KnownValue;
use crate::import::onnx::operator::call::Call;
use crate::import::onnx::proto::{AttributeValue, ElementType};
use crate::symbolic::Expr;

/// `If`: the branch that is taken, where shapes and weights tell.
pub(super) fn branch<'m>(reader: &mut GraphReader<'m>, call: &Call<'m>) -> Results {
    let Some(condition) = reader.builder.scalar(call.input(0)?) else {
        let why = "the condition is known only while it runs".to_owned();
        return Err(ImportError::Unsupported(why));
    };
    let name = if condition == 0.0 {
        "else_branch"
    } else {
        "then_branch"
    };
    match call.graph(name) {
        Some(graph) => reader.body(graph),
        None => Err(ImportError::Invalid(format!("it has no `{name}`"))),
    }
}

/// `Loop` and `Scan` run as often as their data says.
pub(super) fn repeated(_: &mut GraphReader<'_>, _: &Call<'_>) -> Results {
    Err(ImportError::Unsupported(
        "how often it runs is known only while it runs".to_owned(),
    ))
}

/// `Constant`
pub(super) fn constant<'m>(reader: &mut GraphReader<'m>, call: &Call<'m>) -> Results {
    if let Some(tensor) = call.tensor("value") {
        let tensor = reader.tensor_of_file(tensor);
        return Ok(vec![tensor.map_err(ImportError::Invalid)?]);
    }
    let length = |count: usize| vec![Expr::whole(count as i64)];
    let (value, shape, element) = match call.first_attribute() {
        Some(AttributeValue::Int(value)) => {
            (KnownValue::ints(&[*value]), vec![], ElementType::Int64)
        }
        Some(AttributeValue::Ints(values)) => (
            KnownValue::ints(values),
            length(values.len()),
            ElementType::Int64,
        ),
        Some(AttributeValue::Float(value)) => {
            let value = KnownValue::Real(vec![f64::from(*value)]);
            (value, vec![], ElementType::Float)
        }
        Some(AttributeValue::Floats(values)) => {
            let value = values.iter().map(|value| f64::from(*value)).collect();
            (
                KnownValue::Real(value),
                length(values.len()),
                ElementType::Float,
            )
        }
        _ => {
            let why = "a constant of text".to_owned();
            return Err(ImportError::Unsupported(why));
        }
    };
    Ok(vec![reader.builder.known(value, shape, element)])
}
