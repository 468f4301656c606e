//! One claim under audit.

use num_rational::BigRational;

use super::fault::Fault;
use super::uses::{self, Uses};
use super::warning::{Corrected, Label, Labels, NoValue, Subject, UnitValue, Warning};
use crate::claims::computed::Prices;
use crate::claims::context::Context;
use crate::claims::evaluate::Failure;
use crate::claims::meaning::Names;
use crate::claims::quantity::Quantity;
use crate::claims::spec::{ClaimSpec, Expected};
use crate::number;
use crate::source::{Diagnostic, Problems};
use crate::units::significant;

/// One claim under audit.
pub(super) struct Case<'a> {
    pub(super) names: &'a Names<'a>,
    pub(super) claim: &'a ClaimSpec,
    labels: Option<&'a Labels>,
    pub(super) uses: Uses<'a>,
    /// The claim as it stands.
    pub(super) value: Quantity,
}

impl<'a> Case<'a> {
    /// A claim, computed as it stands.
    pub(super) fn new(
        names: &'a Names<'a>,
        claim: &'a ClaimSpec,
        labels: Option<&'a Labels>,
    ) -> Result<Case<'a>, Diagnostic> {
        Ok(Case {
            names,
            claim,
            labels,
            uses: Uses::of(names, &claim.formula)?,
            value: names.value(&claim.formula, Context::PLAIN)?,
        })
    }

    /// A warning about the claim as a whole.
    pub(super) fn warning(&self, fault: Fault, corrected: Corrected) -> Warning {
        let label = self.label();
        Warning {
            fault,
            subject: match label {
                Some(label) => label.subject.clone(),
                None => Subject::Claim(self.claim.name.value.clone()),
            },
            variant: label.map(|label| label.variant.clone()),
            was: match label {
                Some(label) if !label.is_published => self.shown(&self.value.value),
                // What comes out without the fault is held against what comes
                // out with it.
                None if self.claim.expected == Expected::Differs => self.shown(&self.value.value),
                _ => self.published(),
            },
            corrected,
        }
    }

    /// A warning that holds what comes out against what was published, whether or
    /// not the two are known to differ.
    pub(super) fn against_published(&self, fault: Fault, corrected: Corrected) -> Warning {
        Warning {
            was: self.published(),
            ..self.warning(fault, corrected)
        }
    }

    fn label(&self) -> Option<&'a Label> {
        let labels = self.labels?;
        labels.claims.get(&self.claim.name.value)
    }

    /// The variant of a report that the claim is of.
    pub(super) fn variant(&self) -> Option<&'a str> {
        self.label().map(|label| label.variant.as_str())
    }

    /// What readers know an estimate as.
    pub(super) fn label_of<'n>(&self, name: &'n str) -> &'n str
    where
        'a: 'n,
    {
        let known = self.labels.and_then(|labels| labels.estimates.get(name));
        known.map_or(name, String::as_str)
    }

    /// The mistake of a baseline that the formula does not rest on.
    pub(super) fn check_baseline(&self) -> Problems {
        let mut problems = Problems::new();
        if let Some(baseline) = &self.claim.audit.baseline
            && !uses::mentions(self.names, &self.claim.formula, &baseline.value)
        {
            let message = format!("the formula does not rest on `{}`", baseline.value);
            problems.push(
                Diagnostic::at(&baseline.place, message)
                    .help("the baseline is an estimate or a quantity that the formula names"),
            );
        }
        problems
    }

    /// The claim under other prices.
    pub(super) fn under(&self, prices: &dyn Prices) -> Result<BigRational, NoValue> {
        self.evaluate(Context::all(prices))
    }

    /// The claim in another context.
    pub(super) fn evaluate(&self, context: Context<'_>) -> Result<BigRational, NoValue> {
        match self.names.value(&self.claim.formula, context) {
            Ok(quantity) => Ok(quantity.value),
            Err(Failure::DivisionByZero(_)) => Err(NoValue::DividesByZero),
            Err(Failure::Mistake(_)) => Err(NoValue::Unpriced),
        }
    }

    /// A value of the claim, in its unit, to three digits.
    pub(super) fn shown(&self, value: &BigRational) -> UnitValue {
        let unit = &self.claim.published.unit;
        let value = value / unit.scale();
        UnitValue {
            text: unit.after(&significant(number::to_f64(&value), 3).replace('-', "−")),
            value,
            unit: unit.to_string(),
        }
    }

    /// What was published.
    fn published(&self) -> UnitValue {
        let published = &self.claim.published;
        UnitValue {
            text: published.text(),
            value: published.quantity().value / published.unit.scale(),
            unit: published.unit.to_string(),
        }
    }

    /// The claim without a fault.
    pub(super) fn corrected(&self, value: Result<BigRational, NoValue>) -> Corrected {
        Corrected::Number(value.map(|value| self.shown(&value)))
    }
}
