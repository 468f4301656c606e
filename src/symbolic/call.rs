//! Functions applied to expressions.

use std::sync::Arc;

use num_rational::BigRational;

use super::expr::{Atom, Call, Expr};
use super::function::Function;

impl Expr {
    /// A function of expressions; its value where all of them have one.
    pub fn call(function: Arc<dyn Function>, arguments: Vec<Expr>) -> Expr {
        let known: Option<Vec<BigRational>> = arguments.iter().map(Expr::as_constant).collect();
        // Without a value it stays a call, so that whoever asks is told why.
        if let Some(value) = known.and_then(|known| function.evaluate(&known).ok()) {
            return Expr::constant(value);
        }
        Expr::from_atom(Atom::Call(Arc::new(Call {
            function,
            arguments,
        })))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use num_traits::{Signed, ToPrimitive};

    use super::*;
    use crate::number::whole;
    use crate::symbolic::{Bindings, Compiled, EvalError, Prepared, Symbol};

    /// How many digits a whole number has.
    #[derive(Debug)]
    struct Digits;

    impl Function for Digits {
        fn name(&self) -> &str {
            "digits"
        }

        fn evaluate(&self, arguments: &[BigRational]) -> Result<BigRational, EvalError> {
            match arguments {
                [number] if number.is_integer() && number.is_positive() => {
                    Ok(whole(number.numer().to_string().len() as i64))
                }
                _ => Err(EvalError::NoValue("a number that is not whole".to_owned())),
            }
        }

        fn prepare(&self, _: &[Option<f64>]) -> Prepared {
            Box::new(|arguments| {
                let exact: Vec<BigRational> =
                    arguments.iter().map(|value| whole(*value as i64)).collect();
                let value = Digits.evaluate(&exact);
                value.map_or(f64::NAN, |value| value.to_f64().unwrap())
            })
        }
    }

    #[test]
    fn a_call_is_a_factor_like_any_other() {
        let n = Expr::symbol("n");
        let digits = Expr::call(Arc::new(Digits), vec![&n * &n]);
        let twice = &digits + &digits;
        assert_eq!(twice, digits.scale(&whole(2)));
        assert_eq!(twice.to_string(), "2·digits(n²)");
        assert_eq!(twice.symbols().len(), 1);
        // 100² has five digits.
        let mut values = Bindings::default();
        values.set(Symbol::new("n"), whole(100));
        assert_eq!(twice.evaluate(&values), Ok(whole(10)));
        assert_eq!(twice.bind(&[], &values), Ok(Expr::whole(10)));
        let compiled = Compiled::new(&twice, &[Symbol::new("n")], &Bindings::default()).unwrap();
        assert_eq!(compiled.evaluate(&[100.0]), 10.0);
        assert!(compiled.evaluate(&[0.0]).is_nan());
        values.set(Symbol::new("n"), whole(0));
        assert!(twice.evaluate(&values).is_err());
    }
}
