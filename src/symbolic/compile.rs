//! Expressions compiled to floating point, for many evaluations.
//!
//! Exact evaluation is for one number. A sweep evaluates the same expressions
//! millions of times over variables in known places; [`Compiled`] is the plain
//! tree for that, with all other symbols already replaced by their values.
//!
//! A double has 53 bits, and that is not always enough: ⌊n/2⌋ turns a last bit
//! into a whole step, and of n·d − n·d + 1 nothing may be left. So a sum whose
//! terms may cancel is looked at beside the sum of their sizes, and a floor
//! is taken of a quotient of whole numbers, or of an interval that is sure to
//! hold the value. Where doubles cannot tell, the exact numbers decide. What is
//! given is within 10⁻¹² of the exact value, relatively; floors of whole numbers
//! are exact as long as they fit.
//!
//! The point itself is the decimal that its doubles print as: 0.3 is 3/10.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::One;

use super::bounded::{Bounded, MAX_EXACT, floor, floor_of, larger, power, quotient};
use super::staircase::{known, of_atom};
use super::{Atom, Bindings, Call, EvalError, Expr, Prepared, Steps, Symbol};
use crate::number::{parse_decimal, to_f64};

/// Where the sizes of terms add up to more than so many times their sum, too
/// many digits cancel.
pub(crate) const MAX_CANCELLED: f64 = 64.0;

/// An expression over variables in known places.
#[derive(Debug, Clone, PartialEq)]
pub struct Compiled {
    pub(super) terms: Vec<Term>,
    /// Whether all terms have one sign whatever the variables are, so that
    /// none cancels another.
    pub(super) steady: bool,
    /// The same as a quotient of polynomials with whole coefficients.
    pub(super) quotient: Quotient,
    pub(super) exact: Arc<Exact>,
}

/// The expression itself, for where doubles do not suffice.
#[derive(Debug, PartialEq)]
pub(super) struct Exact {
    pub(super) expr: Expr,
    variables: Vec<Symbol>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Term {
    pub(super) coefficient: f64,
    /// Factors with positive exponents, and with negative ones. Both products
    /// are taken first and divided once, so that 45/15 is 3 exactly.
    pub(super) above: Vec<(Factor, i32)>,
    pub(super) below: Vec<(Factor, i32)>,
}

/// Sums of products of whole numbers, one over another.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Quotient {
    pub(super) above: Vec<WholeTerm>,
    pub(super) below: WholeTerm,
}

/// A coefficient and factors with positive exponents.
pub(super) type WholeTerm = (Bounded, Vec<(Factor, i32)>);

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Factor {
    Variable(usize),
    Group(Arc<Compiled>),
    Floor(Arc<Compiled>),
    Max(Arc<(Compiled, Compiled)>),
    Call(Arc<CompiledCall>),
    Steps(Arc<(Steps, Compiled)>),
}

/// A function, and its arguments.
pub(super) struct CompiledCall {
    call: Arc<Call>,
    /// What is known of them, and the others by their places.
    known: Vec<f64>,
    open: Vec<(usize, Compiled)>,
    prepared: Prepared,
    /// The last arguments and the value there: inside of a maximum a function is
    /// asked for again at every value of an axis that it does not depend on.
    last: Mutex<(Vec<f64>, f64)>,
}

impl std::fmt::Debug for CompiledCall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.call.fmt(f)
    }
}

impl PartialEq for CompiledCall {
    fn eq(&self, other: &CompiledCall) -> bool {
        (&self.call, &self.open) == (&other.call, &other.open)
    }
}

impl CompiledCall {
    fn of(call: &Arc<Call>, variables: &[Symbol]) -> CompiledCall {
        let known = known(call);
        let open = known.iter().zip(&call.arguments).enumerate();
        let open = open.filter(|(_, (known, _))| known.is_none());
        CompiledCall {
            call: Arc::clone(call),
            open: open
                .map(|(at, (_, argument))| (at, Compiled::of(argument, variables)))
                .collect(),
            prepared: call.function.prepare(&known),
            last: Mutex::new((Vec::new(), f64::NAN)),
            known: known
                .iter()
                .map(|value| value.unwrap_or(f64::NAN))
                .collect(),
        }
    }

    fn evaluate(&self, at: &[f64]) -> f64 {
        let mut arguments = self.known.clone();
        for (place, argument) in &self.open {
            if let Some(slot) = arguments.get_mut(*place) {
                *slot = argument.evaluate(at);
            }
        }
        // Whoever finds another at work does not wait.
        let Ok(mut last) = self.last.try_lock() else {
            return (self.prepared)(&arguments);
        };
        if last.0 != arguments {
            last.1 = (self.prepared)(&arguments);
            last.0 = arguments;
        }
        last.1
    }
}

impl Compiled {
    /// Compiles `expr` over the `variables` given; every other symbol is
    /// replaced by its value.
    ///
    /// # Errors
    /// A symbol that is no variable and has no value, or a division by zero.
    pub fn new(
        expr: &Expr,
        variables: &[Symbol],
        values: &Bindings,
    ) -> Result<Compiled, EvalError> {
        let bound = expr.bind(variables, values)?;
        Ok(Compiled::of(&bound, variables))
    }

    /// Compiles an expression that has no symbols but the variables.
    fn of(expr: &Expr, variables: &[Symbol]) -> Compiled {
        let joined = expr.joined();
        let factors = Factors::of(&[expr, &joined], variables);
        let terms = joined.terms().map(|(monomial, coefficient)| {
            let mut term = Term {
                coefficient: to_f64(coefficient),
                above: Vec::new(),
                below: Vec::new(),
            };
            for (atom, exponent) in monomial.factors() {
                let factor = factors.get(atom);
                if *exponent > 0 {
                    term.above.push((factor, *exponent));
                } else {
                    term.below.push((factor, -exponent));
                }
            }
            term
        });
        Compiled {
            terms: terms.collect(),
            steady: expr.keeps_sign(),
            quotient: Quotient::of(expr, &factors),
            exact: Arc::new(Exact {
                expr: expr.clone(),
                variables: variables.to_vec(),
            }),
        }
    }

    /// The value where the variables have the values `at`; not a number where
    /// something is divided by 0.
    pub fn evaluate(&self, at: &[f64]) -> f64 {
        let (mut sum, mut size) = (0.0, 0.0);
        for term in &self.terms {
            let value = term.evaluate(at);
            sum += value;
            size += value.abs();
        }
        // Terms of one sign add up to their size.
        let size = if self.steady { f64::abs(sum) } else { size };
        if !size.is_finite() {
            return f64::NAN;
        }
        // Both are 0 where all terms are.
        if size <= MAX_CANCELLED * f64::abs(sum) {
            return sum;
        }
        self.exactly(at).map_or(f64::NAN, |value| to_f64(&value))
    }

    /// Two numbers between which the value lies; both are the value itself
    /// where that is whole and known.
    pub fn between(&self, at: &[f64]) -> (f64, f64) {
        match self.quotient.whole(at) {
            Some((above, below)) => quotient(above, below).ends(),
            None => self.quotient.evaluate(at).ends(),
        }
    }

    /// The exact value where the variables are what the doubles `at` print as.
    ///
    /// # Errors
    /// A division by zero.
    pub fn exactly(&self, at: &[f64]) -> Result<BigRational, EvalError> {
        let mut values = Bindings::default();
        for (symbol, value) in self.exact.variables.iter().zip(at) {
            if let Some(value) = printed(*value) {
                values.set(symbol.clone(), value);
            }
        }
        self.exact.expr.evaluate(&values)
    }

    /// The largest whole number not above the value.
    pub(super) fn floor(&self, at: &[f64]) -> Bounded {
        if let Some((above, below)) = self.quotient.whole(at)
            && below != 0.0
        {
            return Bounded::new(floor_of(above, below));
        }
        let (low, high) = self.quotient.evaluate(at).ends();
        if floor(low) == floor(high) {
            return Bounded::new(floor(low));
        }
        let exact = self
            .exactly(at)
            .map_or(f64::NAN, |value| to_f64(&value.floor()));
        Bounded::new(exact)
    }
}

/// The decimal that a double prints as.
fn printed(value: f64) -> Option<BigRational> {
    if value.fract() == 0.0 && value.abs() <= MAX_EXACT {
        return Some(BigRational::from_integer(BigInt::from(value as i64)));
    }
    parse_decimal(&value.to_string())
}

impl Term {
    fn evaluate(&self, at: &[f64]) -> f64 {
        let product = |factors: &[(Factor, i32)]| {
            factors
                .iter()
                .map(|(factor, exponent)| power(factor.evaluate(at), *exponent))
                .product::<f64>()
        };
        let above = self.coefficient * product(&self.above);
        // A division by 1 is exact, but not free.
        match self.below.as_slice() {
            [] => above,
            below => above / product(below),
        }
    }
}

impl Quotient {
    fn of(expr: &Expr, compiled: &Factors<'_>) -> Quotient {
        let mut divisor = BigInt::one();
        let mut below: Vec<(Atom, i32)> = Vec::new();
        for (monomial, coefficient) in expr.terms() {
            divisor = divisor.lcm(coefficient.denom());
            for (atom, exponent) in monomial
                .factors()
                .iter()
                .filter(|(_, exponent)| *exponent < 0)
            {
                match below.iter_mut().find(|(known, _)| known == atom) {
                    Some((_, known)) => *known = (*known).max(-exponent),
                    None => below.push((atom.clone(), -exponent)),
                }
            }
        }
        let compiled = |factors: &mut dyn Iterator<Item = (&Atom, i32)>| {
            let factors = factors.filter(|(_, exponent)| *exponent != 0);
            factors
                .map(|(atom, exponent)| (compiled.get(atom), exponent))
                .collect()
        };
        let whole = BigRational::from_integer(divisor.clone());
        let above = expr.terms().map(|(monomial, coefficient)| {
            let own = |atom: &Atom| {
                let mut factors = monomial.factors().iter();
                factors
                    .find(|(known, _)| known == atom)
                    .map_or(0, |(_, exponent)| *exponent)
            };
            let others = monomial
                .factors()
                .iter()
                .map(|(atom, exponent)| (atom, *exponent));
            let others = others.filter(|(atom, _)| below.iter().all(|(known, _)| known != *atom));
            let divided = below
                .iter()
                .map(|(atom, exponent)| (atom, exponent + own(atom)));
            let coefficient = to_f64(&(coefficient * &whole));
            (
                Bounded::new(coefficient),
                compiled(&mut others.chain(divided)),
            )
        });
        Quotient {
            above: above.collect(),
            below: (
                Bounded::new(to_f64(&whole)),
                compiled(&mut below.iter().map(|(atom, exponent)| (atom, *exponent))),
            ),
        }
    }

    /// What stands above and below the bar, where both are whole numbers that
    /// doubles hold all along the way: products of such numbers only grow.
    fn whole(&self, at: &[f64]) -> Option<(f64, f64)> {
        let product = |(coefficient, factors): &WholeTerm| {
            let mut product = Some(coefficient.value).filter(|_| coefficient.is_exact())?;
            for (factor, exponent) in factors {
                let factor = factor.whole(at)?;
                for _ in 0..*exponent {
                    product *= factor;
                }
            }
            Some(product).filter(|product| product.abs() <= MAX_EXACT)
        };
        let mut above = 0.0;
        for term in &self.above {
            above += product(term)?;
            if f64::abs(above) > MAX_EXACT {
                return None;
            }
        }
        Some((above, product(&self.below)?))
    }

    /// What stands above and below the bar.
    fn parts(&self, at: &[f64]) -> (Bounded, Bounded) {
        let product = |(coefficient, factors): &WholeTerm| {
            let mut product = *coefficient;
            for (factor, exponent) in factors {
                let factor = factor.bounded(at);
                for _ in 0..*exponent {
                    product = product.times(factor);
                }
            }
            product
        };
        let above = self.above.iter().map(product);
        (
            above.fold(Bounded::ZERO, Bounded::plus),
            product(&self.below),
        )
    }

    fn evaluate(&self, at: &[f64]) -> Bounded {
        let (above, below) = self.parts(at);
        above.over(below)
    }
}

/// The factors of expressions, each compiled once.
struct Factors<'e>(BTreeMap<&'e Atom, Factor>);

impl<'e> Factors<'e> {
    fn of(exprs: &[&'e Expr], variables: &[Symbol]) -> Factors<'e> {
        let mut all = BTreeMap::new();
        let terms = exprs.iter().flat_map(|expr| expr.terms());
        for (atom, _) in terms.flat_map(|(monomial, _)| monomial.factors()) {
            all.entry(atom)
                .or_insert_with(|| Factor::of(atom, variables));
        }
        Factors(all)
    }

    fn get(&self, atom: &Atom) -> Factor {
        self.0
            .get(atom)
            .cloned()
            .unwrap_or(Factor::Variable(usize::MAX))
    }
}

impl Factor {
    fn of(atom: &Atom, variables: &[Symbol]) -> Factor {
        match atom {
            Atom::Symbol(symbol) => Factor::Variable(
                // Binding has replaced every symbol that is no variable.
                variables
                    .iter()
                    .position(|known| known == symbol)
                    .unwrap_or(usize::MAX),
            ),
            Atom::Group(inner) => Factor::Group(Arc::new(Compiled::of(inner, variables))),
            Atom::Floor(inner) => Factor::Floor(Arc::new(Compiled::of(inner, variables))),
            Atom::Max(pair) => Factor::Max(Arc::new((
                Compiled::of(&pair.0, variables),
                Compiled::of(&pair.1, variables),
            ))),
            Atom::Call(call) => match of_atom(atom) {
                Some((argument, steps)) => {
                    Factor::Steps(Arc::new((steps, Compiled::of(argument, variables))))
                }
                None => Factor::Call(Arc::new(CompiledCall::of(call, variables))),
            },
        }
    }

    pub(super) fn evaluate(&self, at: &[f64]) -> f64 {
        match self {
            Factor::Variable(place) => at.get(*place).copied().unwrap_or(f64::NAN),
            Factor::Group(inner) => inner.evaluate(at),
            Factor::Floor(inner) => inner.floor(at).value,
            Factor::Max(pair) => larger(pair.0.evaluate(at), pair.1.evaluate(at)),
            Factor::Call(call) => call.evaluate(at),
            Factor::Steps(steps) => steps.0.at(steps.1.evaluate(at)),
        }
    }

    /// The value, if it is a whole number that doubles hold.
    fn whole(&self, at: &[f64]) -> Option<f64> {
        let of = |inner: &Compiled| inner.quotient.whole(at);
        let exact = |(above, below): (f64, f64)| {
            let value = quotient(above, below);
            Some(value.value).filter(|_| value.is_exact())
        };
        match self {
            Factor::Variable(place) => {
                let value = *at.get(*place)?;
                Some(value).filter(|value| *value as i64 as f64 == *value)
            }
            Factor::Group(inner) => exact(of(inner)?),
            Factor::Floor(inner) => {
                let floor = of(inner).map(|(above, below)| floor_of(above, below));
                floor.filter(|floor| !floor.is_nan())
            }
            Factor::Max(pair) => Some(larger(exact(of(&pair.0)?)?, exact(of(&pair.1)?)?)),
            Factor::Call(_) | Factor::Steps(_) => {
                let value = Bounded::new(self.evaluate(at));
                Some(value.value).filter(|_| value.is_exact())
            }
        }
    }

    fn bounded(&self, at: &[f64]) -> Bounded {
        match self {
            Factor::Variable(place) => Bounded::new(at.get(*place).copied().unwrap_or(f64::NAN)),
            Factor::Group(inner) => inner.quotient.evaluate(at),
            Factor::Floor(inner) => inner.floor(at),
            Factor::Max(pair) => {
                let [a, b] = [&pair.0, &pair.1].map(|side| side.quotient.evaluate(at));
                a.larger(b)
            }
            Factor::Call(_) | Factor::Steps(_) => Bounded::new(self.evaluate(at)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::number::whole;

    #[test]
    fn compiled_and_exact_values_agree() {
        let (n, d, h) = (Expr::symbol("n"), Expr::symbol("d"), Expr::symbol("h"));
        let half = (&n - &Expr::one()).scale(&whole(2).recip()).floor();
        let expr = &(&(&d * &d).divide(&h).unwrap() + &half) + &n.larger(&d);
        let mut values = Bindings::default();
        values.set(Symbol::new("h"), whole(8));
        let variables = [Symbol::new("n"), Symbol::new("d")];
        let compiled = Compiled::new(&expr, &variables, &values).unwrap();
        // 512²/8 + ⌊24/2⌋ + max(25, 512) = 32768 + 12 + 512
        assert_eq!(compiled.evaluate(&[25.0, 512.0]), 33292.0);
    }

    #[test]
    fn a_quotient_of_multiples_is_whole() {
        let ratio = Expr::symbol("a")
            .divide(&Expr::symbol("b"))
            .unwrap()
            .floor();
        let variables = [Symbol::new("a"), Symbol::new("b")];
        let compiled = Compiled::new(&ratio, &variables, &Bindings::default()).unwrap();
        for b in 1..60_i32 {
            for times in 1..60_i32 {
                let at = [f64::from(b * times), f64::from(b)];
                assert_eq!(compiled.evaluate(&at), f64::from(times));
            }
        }
    }

    /// ⌊n/2⌋ of 3 000 000 001 is 1 500 000 000, and of 2⁵³ + 3, which is no
    /// double, that of the double next to it.
    #[test]
    fn floors_of_large_numbers_are_exact() {
        let n = Expr::symbol("n");
        let half = n.scale(&whole(2).recip()).floor();
        let variables = [Symbol::new("n")];
        let compiled = Compiled::new(&half, &variables, &Bindings::default()).unwrap();
        assert_eq!(compiled.evaluate(&[3_000_000_001.0]), 1_500_000_000.0);
        assert_eq!(
            compiled.evaluate(&[999_999_999_999_999.0]),
            499_999_999_999_999.0
        );
        // ⌊n·n/7⌋ of 10¹⁵ − 1: (10³⁰ − 2·10¹⁵ + 1)/7 by hand.
        let square = (&n * &n).scale(&whole(7).recip()).floor();
        let compiled = Compiled::new(&square, &variables, &Bindings::default()).unwrap();
        let exact = "142857142857142571428571428571".parse::<f64>().unwrap();
        assert_eq!(compiled.evaluate(&[999_999_999_999_999.0]), exact);
    }

    /// 10·ρ is whole where ρ is a tenth as it is written, though no double is.
    #[test]
    fn decimals_are_what_they_print_as() {
        let ten = Expr::symbol("rho").scale(&whole(10)).floor();
        let compiled = Compiled::new(&ten, &[Symbol::new("rho")], &Bindings::default()).unwrap();
        for (rho, tenths) in [(0.3, 3.0), (0.7, 7.0), (0.29, 2.0)] {
            assert_eq!(compiled.evaluate(&[rho]), tenths, "{rho}");
        }
    }

    /// Of a·c − b·c with a = b + 1 only c is left, 15 digits further down.
    #[test]
    fn what_cancels_is_worked_out_exactly() {
        let [a, b, c] = ["a", "b", "c"].map(Expr::symbol);
        let difference = &(&a * &c) - &(&b * &c);
        let variables = ["a", "b", "c"].map(Symbol::new);
        let compiled = Compiled::new(&difference, &variables, &Bindings::default()).unwrap();
        let at = [
            999_999_999_999_999.0,
            999_999_999_999_998.0,
            12_345_678_901.0,
        ];
        assert_eq!(compiled.evaluate(&at), 12_345_678_901.0);
        let larger = difference.larger(&Expr::zero());
        let compiled = Compiled::new(&larger, &variables, &Bindings::default()).unwrap();
        assert_eq!(compiled.evaluate(&at), 12_345_678_901.0);
    }

    /// Floors in floors are compiled once each, not twice at every level.
    #[test]
    fn deep_expressions_stay_small() {
        let n = Expr::symbol("n");
        let mut deep = n.clone();
        for k in 2..40 {
            deep = (&deep.scale(&whole(k).recip()) + &n).floor();
            deep = deep.larger(&n);
        }
        let compiled = Compiled::new(&deep, &[Symbol::new("n")], &Bindings::default()).unwrap();
        let mut values = Bindings::default();
        values.set(Symbol::new("n"), whole(1000));
        assert_eq!(
            whole(compiled.evaluate(&[1000.0]) as i64),
            deep.evaluate(&values).unwrap()
        );
    }

    #[test]
    fn a_symbol_without_a_value_is_named() {
        let error = Compiled::new(&Expr::symbol("x"), &[], &Bindings::default());
        assert_eq!(error, Err(EvalError::Unbound(Symbol::new("x"))));
    }
}
