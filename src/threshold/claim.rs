//! "Variant V saves at least the share s against the baseline", as a function
//! of one symbol.

use num_rational::BigRational;
use num_traits::Zero;

use super::axis::with_others;
use crate::number::whole;
use crate::symbolic::{Bindings, EvalError, Expr, Symbol};

/// That a variant saves at least a share of the energy of the baseline.
///
/// With the energies E_b and E_v and the share s it holds where
/// f = (1 − s)·E_b − E_v ≥ 0: there is no division, so f is a polynomial
/// wherever both energies are. With s = 0 it says that the variant costs no
/// more than the baseline, and the roots of f are where both cost the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    symbol: Symbol,
    share: BigRational,
    baseline: Expr,
    energy: Expr,
    now: Option<BigRational>,
}

/// An energy, and the values of everything in it.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// The energy, in picojoules.
    pub picojoules: &'a Expr,
    /// The values.
    pub values: &'a Bindings,
}

impl Claim {
    /// The claim that `energy` saves at least `share` of `baseline`, as a
    /// function of `symbol`, where everything else has the values given.
    ///
    /// # Errors
    /// A symbol without a value, or a division by zero.
    pub fn new(
        symbol: &Symbol,
        baseline: Side<'_>,
        energy: Side<'_>,
        share: BigRational,
    ) -> Result<Claim, EvalError> {
        let alone = |side: Side<'_>| {
            let alone = with_others(side.picojoules, symbol, side.values)
                .ok_or(EvalError::DivisionByZero)?;
            match alone.symbols().into_iter().find(|other| other != symbol) {
                Some(other) => Err(EvalError::Unbound(other)),
                None => Ok(alone),
            }
        };
        let now = |side: Side<'_>| side.picojoules.evaluate(side.values);
        Ok(Claim {
            symbol: symbol.clone(),
            baseline: alone(baseline)?,
            energy: alone(energy)?,
            share,
            now: saved(&now(baseline)?, &now(energy)?),
        })
    }

    /// The same where nobody has said what the symbol is now.
    pub fn without_now(self) -> Claim {
        Claim { now: None, ..self }
    }

    /// The symbol that it is a function of.
    pub fn symbol(&self) -> &Symbol {
        &self.symbol
    }

    /// The share that is to be saved.
    pub fn share(&self) -> &BigRational {
        &self.share
    }

    /// The energy of the baseline in picojoules.
    pub fn baseline(&self) -> &Expr {
        &self.baseline
    }

    /// The energy of the variant in picojoules.
    pub fn energy(&self) -> &Expr {
        &self.energy
    }

    /// What is saved at the values of now; nothing where the baseline costs
    /// nothing.
    pub fn saving_now(&self) -> Option<&BigRational> {
        self.now.as_ref()
    }

    /// f = (1 − s)·E_b − E_v, which is at least 0 where the claim holds.
    pub fn difference(&self) -> Expr {
        &self.baseline.scale(&(whole(1) - &self.share)) - &self.energy
    }

    /// What is saved at `x`; nothing where the baseline costs nothing.
    ///
    /// # Errors
    /// A division by zero.
    pub fn saving_at(&self, x: &BigRational) -> Result<Option<BigRational>, EvalError> {
        let mut values = Bindings::default();
        values.set(self.symbol.clone(), x.clone());
        let baseline = self.baseline.evaluate(&values)?;
        Ok(saved(&baseline, &self.energy.evaluate(&values)?))
    }
}

fn saved(baseline: &BigRational, energy: &BigRational) -> Option<BigRational> {
    (!baseline.is_zero()).then(|| whole(1) - energy / baseline)
}
