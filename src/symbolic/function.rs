//! Functions that are no formula: how often a tile is loaded, for one.
//!
//! What a search gives for every size of its problem is a function of these
//! sizes like any other. As a factor of an expression it is summed, printed,
//! swept and bound as a floor is; only its value is for it alone to find.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use num_rational::BigRational;

use super::evaluate::EvalError;
use super::expr::{Atom, Expr};

/// A function of numbers, with a value of at least 0.
pub trait Function: fmt::Debug + Send + Sync {
    /// Its name in formulas. Two functions of one name are one function: what
    /// it depends on beside its arguments is a part of the name.
    fn name(&self) -> &str;

    /// The exact value.
    ///
    /// # Errors
    /// Where there is none: no tile fits into a buffer, an extent is not whole.
    fn evaluate(&self, arguments: &[BigRational]) -> Result<BigRational, EvalError>;

    /// The same for many evaluations, where some arguments are known
    /// beforehand. It is given all of them at each, and gives what is not a
    /// number where there is no value.
    fn prepare(&self, known: &[Option<f64>]) -> Prepared;
}

/// A function, prepared for many evaluations.
pub type Prepared = Box<dyn Fn(&[f64]) -> f64 + Send + Sync>;

/// A function and its arguments.
#[derive(Debug, Clone)]
pub struct Call {
    /// The function.
    pub function: Arc<dyn Function>,
    /// What it is applied to.
    pub arguments: Vec<Expr>,
}

impl Call {
    fn key(&self) -> (&str, &[Expr]) {
        (self.function.name(), &self.arguments)
    }
}

impl PartialEq for Call {
    fn eq(&self, other: &Call) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Call {}

impl PartialOrd for Call {
    fn partial_cmp(&self, other: &Call) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Call {
    fn cmp(&self, other: &Call) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl Hash for Call {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}

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
    use crate::symbolic::{Bindings, Compiled, Symbol};

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
