//! How many different experts tokens choose, as a function in expressions.

use std::sync::Arc;

use num_rational::BigRational;
use num_traits::One;

use super::function::extent;
use crate::number;
use crate::symbolic::{EvalError, Expr, Function, Prepared};

/// How many different ones of `all` are expected where each of so many tokens
/// chooses `each` of them.
pub(super) fn distinct(all: Expr, each: Expr, tokens: Expr) -> Expr {
    Expr::call(Arc::new(Distinct), vec![all, each, tokens])
}

/// Beyond this many tokens the power is taken in double precision.
const MAX_EXACT_TOKENS: u64 = 256;

#[derive(Debug)]
struct Distinct;

impl Distinct {
    fn value(arguments: &[f64]) -> f64 {
        match arguments {
            [all, each, _] if each >= all => *all,
            [all, each, tokens] => all * (1.0 - (1.0 - each / all).powf(*tokens)),
            _ => f64::NAN,
        }
    }
}

impl Function for Distinct {
    fn name(&self) -> &str {
        "distinct"
    }

    fn evaluate(&self, arguments: &[BigRational]) -> Result<BigRational, EvalError> {
        let wrong = || EvalError::NoValue("`distinct` takes three numbers".to_owned());
        let [all, each, tokens] = arguments else {
            return Err(wrong());
        };
        if each >= all {
            return Ok(all.clone());
        }
        let count = extent(tokens).filter(|count| *count <= MAX_EXACT_TOKENS);
        if let Some(count) = count.and_then(|count| i32::try_from(count).ok()) {
            let missed = (BigRational::one() - each / all).pow(count);
            return Ok(all * (BigRational::one() - missed));
        }
        let doubles: Vec<f64> = arguments.iter().map(number::to_f64).collect();
        BigRational::from_float(Distinct::value(&doubles)).ok_or_else(wrong)
    }

    fn prepare(&self, _: &[Option<f64>]) -> Prepared {
        Box::new(Distinct::value)
    }
}
