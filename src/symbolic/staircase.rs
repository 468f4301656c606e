//! Terms of an expression that are staircases in one argument.
//!
//! What an encoder layer moves is a sum of hundreds of terms, each of which
//! changes at a few capacities. Where nothing else differs between them they are
//! one staircase, and a point of a sweep costs one search instead of hundreds.

use std::sync::Arc;

use num_rational::BigRational;
use num_traits::{One, Signed};

use super::error::EvalError;
use super::expr::{Atom, Call, Expr, Monomial};
use super::function::{Function, Prepared};
use super::steps::Steps;
use crate::number::to_f64;

impl Expr {
    /// The same sum with its staircases joined: of terms that differ only in
    /// functions of one argument, each a staircase in it, one is made. Its
    /// steps are doubles, so this is for many evaluations, not for exact ones.
    pub(crate) fn joined(&self) -> Expr {
        let mut staircases: Vec<Staircase<'_>> = Vec::new();
        let mut terms = Vec::new();
        for (monomial, coefficient) in self.terms() {
            let Some(own) = Staircase::of(monomial, coefficient) else {
                terms.push((monomial.clone(), coefficient.clone()));
                continue;
            };
            match staircases.iter_mut().find(|known| known.is_beside(&own)) {
                Some(sum) => sum.add(own),
                None => staircases.push(own),
            }
        }
        terms.extend(staircases.into_iter().map(Staircase::term));
        terms.sort_by(|(a, _), (b, _)| a.cmp(b));
        Expr::of(terms)
    }
}

/// Terms that are products of functions with one open argument, which are
/// staircases in it, and of factors that all of them have.
struct Staircase<'e> {
    argument: &'e Expr,
    /// The sum of the sizes of the terms, without the other factors.
    steps: Steps,
    /// The other factors: prices, for one.
    others: Vec<&'e (Atom, i32)>,
    /// The sign of all terms. What may cancel stays apart, so that it is seen.
    negative: bool,
    terms: Vec<(&'e Monomial, &'e BigRational)>,
}

impl<'e> Staircase<'e> {
    /// What a term is as a staircase, if it is one.
    fn of(monomial: &'e Monomial, coefficient: &'e BigRational) -> Option<Staircase<'e>> {
        let mut product: Option<(&Expr, Steps)> = None;
        let mut others = Vec::new();
        for factor in monomial.factors() {
            let (atom, exponent) = factor;
            let staircase = of_atom(atom).filter(|_| *exponent > 0);
            let Some((argument, steps)) = staircase else {
                others.push(factor);
                continue;
            };
            for _ in 0..*exponent {
                product = Some(match product {
                    None => (argument, steps.clone()),
                    Some((same, all)) if same == argument => {
                        (argument, all.with(&steps, |a, b| a * b))
                    }
                    Some(_) => return None,
                });
            }
        }
        let (argument, steps) = product?;
        Some(Staircase {
            argument,
            steps: steps.scale(to_f64(&coefficient.abs())),
            others,
            negative: coefficient.is_negative(),
            terms: vec![(monomial, coefficient)],
        })
    }

    /// Whether the two differ in their steps alone, so that these add up.
    fn is_beside(&self, other: &Staircase<'_>) -> bool {
        let kind = |of: &Staircase<'_>| of.negative;
        kind(self) == kind(other) && self.argument == other.argument && self.others == other.others
    }

    fn add(&mut self, other: Staircase<'e>) {
        self.steps = self.steps.with(&other.steps, |a, b| a + b);
        self.terms.extend(other.terms);
    }

    /// The one term that stands for all of them.
    fn term(self) -> (Monomial, BigRational) {
        if let [(monomial, coefficient)] = self.terms.as_slice()
            && monomial.factors().len() == self.others.len() + 1
        {
            return ((*monomial).clone(), (*coefficient).clone());
        }
        let sum = self
            .terms
            .iter()
            .map(|(monomial, coefficient)| ((*monomial).clone(), (*coefficient).clone()));
        let call = Call {
            function: Arc::new(Joined {
                name: Expr::of(sum.collect()).to_string(),
                steps: self.steps,
            }),
            arguments: vec![self.argument.clone()],
        };
        let mut factors: Vec<(Atom, i32)> = self.others.into_iter().cloned().collect();
        factors.push((Atom::Call(Arc::new(call)), 1));
        factors.sort();
        let sign = match self.negative {
            true => -BigRational::one(),
            false => BigRational::one(),
        };
        (Monomial(factors), sign)
    }
}

/// Several staircases as one, under the name of their sum.
#[derive(Debug)]
struct Joined {
    name: String,
    steps: Steps,
}

impl Function for Joined {
    fn name(&self) -> &str {
        &self.name
    }

    /// The value as a double has it.
    fn evaluate(&self, arguments: &[BigRational]) -> Result<BigRational, EvalError> {
        let at = arguments.first().map(to_f64);
        let value = at.and_then(|at| BigRational::from_float(self.steps.at(at)));
        value.ok_or_else(|| EvalError::NoValue("there is no step so far down".to_owned()))
    }

    fn steps(&self, _: &[Option<f64>]) -> Option<Steps> {
        Some(self.steps.clone())
    }

    fn prepare(&self, _: &[Option<f64>]) -> Prepared {
        let steps = self.steps.clone();
        Box::new(move |arguments| arguments.first().map_or(f64::NAN, |at| steps.at(*at)))
    }
}

/// A function of one open argument, in which it is a staircase.
pub(super) fn of_atom(atom: &Atom) -> Option<(&Expr, Steps)> {
    let Atom::Call(call) = atom else {
        return None;
    };
    let known = known(call);
    let mut open = known.iter().zip(&call.arguments);
    let (_, argument) = open.find(|(known, _)| known.is_none())?;
    if open.any(|(known, _)| known.is_none()) {
        return None;
    }
    Some((argument, call.function.steps(&known)?))
}

/// The values of the arguments that are known.
pub(super) fn known(call: &Call) -> Vec<Option<f64>> {
    let values = call.arguments.iter().map(Expr::as_constant);
    values.map(|value| value.as_ref().map(to_f64)).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use num_traits::Zero;

    use super::*;
    use crate::number::whole;
    use crate::symbolic::{Bindings, Compiled, Symbol};

    /// 1 from a number on, 0 below.
    #[derive(Debug)]
    struct From(i64, String);

    impl Function for From {
        fn name(&self) -> &str {
            &self.1
        }

        fn evaluate(&self, arguments: &[BigRational]) -> Result<BigRational, EvalError> {
            let from = whole(self.0);
            let reached = arguments.first().is_some_and(|at| *at >= from);
            Ok(match reached {
                true => BigRational::one(),
                false => BigRational::zero(),
            })
        }

        fn steps(&self, _: &[Option<f64>]) -> Option<Steps> {
            Some(Steps::new(vec![(0.0, 0.0), (self.0 as f64, 1.0)]))
        }

        fn prepare(&self, _: &[Option<f64>]) -> Prepared {
            let from = self.0 as f64;
            Box::new(move |arguments| f64::from(arguments.first().is_some_and(|at| *at >= from)))
        }
    }

    fn from(number: i64, argument: &str) -> Expr {
        let function = From(number, format!("from{number}"));
        Expr::call(Arc::new(function), vec![Expr::symbol(argument)])
    }

    /// With p a price: 3p from 2 on, 5p from 4 on, 7p from 3 and from 4 on: one
    /// term, 0, 3p, 3p and 15p at 1 to 4.
    #[test]
    fn terms_that_differ_in_steps_alone_become_one() {
        let p = Expr::symbol("p");
        let sum = &from(2, "x").scale(&whole(3)) + &from(4, "x").scale(&whole(5));
        let sum = &sum + &(&from(3, "x") * &from(4, "x")).scale(&whole(7));
        let sum = &sum * &p;
        assert_eq!((sum.terms().len(), sum.joined().terms().len()), (3, 1));
        let variables = [Symbol::new("x"), Symbol::new("p")];
        let compiled = Compiled::new(&sum, &variables, &Bindings::default()).unwrap();
        let at = |x: f64| compiled.evaluate(&[x, 2.0]);
        assert_eq!([1.0, 2.0, 3.0, 4.0].map(at), [0.0, 6.0, 6.0, 30.0]);
    }

    /// What divides is a factor like another, and stays what it is.
    #[test]
    fn divisors_stay_beside_a_staircase() {
        let all = &from(2, "x") + &Expr::one();
        let share = (&from(2, "x") + &from(3, "x")).divide(&all).unwrap();
        assert_eq!(share.joined().terms().len(), 1);
        let variables = [Symbol::new("x")];
        let compiled = Compiled::new(&share, &variables, &Bindings::default()).unwrap();
        assert_eq!(
            [1.0, 2.0, 3.0].map(|x| compiled.evaluate(&[x])),
            [0.0, 0.5, 1.0]
        );
    }

    /// Other signs, arguments and prices make terms of their own: what cancels
    /// has to be seen, where it is worked out exactly.
    #[test]
    fn what_differs_otherwise_stays_apart() {
        let two = from(2, "x");
        let others = [
            -from(3, "x"),
            from(3, "y"),
            &from(3, "x") * &Expr::symbol("p"),
            &from(3, "x") * &from(3, "y"),
        ];
        for other in others {
            let sum = &two + &other;
            assert_eq!(sum.joined(), sum);
        }
    }
}
