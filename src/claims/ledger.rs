//! A claim file computed: every number beside the published one, and what is
//! to be said of it.

use std::collections::BTreeMap;

use super::computed::Computed;
use super::conditions::Known;
use super::context::Context;
use super::counting::compute;
use super::meaning::Names;
use super::published::{Bound, Published};
use super::quantity::Quantity;
use super::spec::{ClaimFile, ClaimSpec, Expected, FindingSpec};
use crate::loader::Loader;
use crate::number;
use crate::source::{Diagnostic, Place, Problems, Spanned};
use crate::units::significant;

/// A claim file computed, with the graphs that its numbers are from: what an audit
/// looks into.
#[derive(Debug, Clone)]
pub struct Recomputed {
    /// Every claim with its verdict.
    pub ledger: Ledger,
    pub(super) estimates: BTreeMap<String, Computed>,
}

/// The claims of one publication, recomputed.
#[derive(Debug, Clone)]
pub struct Ledger {
    /// The file.
    pub file: ClaimFile,
    /// Its claims, in order.
    pub claims: Vec<Claim>,
    /// Its findings, in order.
    pub findings: Vec<Finding>,
    /// Its paragraphs, with the numbers put in.
    pub text: Vec<String>,
}

/// A published number and ours.
#[derive(Debug, Clone)]
pub struct Claim {
    /// What it is of.
    pub name: String,
    /// The published number.
    pub published: Published,
    /// Ours.
    pub computed: Quantity,
    /// How ours is computed, in names.
    pub formula: String,
    /// The same in numbers.
    pub numbers: String,
    /// What is to be said.
    pub verdict: Verdict,
    /// Whether that is what the file says.
    pub as_expected: bool,
}

/// What is to be said of a published number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Its printed digits come out.
    Holds(Agreement),
    /// They do, with conventions that are inferred: these.
    HoldsIf(Agreement, Vec<String>),
    /// They do not.
    Differs,
}

/// How closely a number comes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// To the last printed digit.
    AsPrinted,
    /// To what the rounding of the published inputs leaves open.
    WithinInputRounding,
}

impl Verdict {
    /// In a word or two.
    pub fn name(&self) -> &'static str {
        match self {
            Verdict::Holds(_) => "holds",
            Verdict::HoldsIf(..) => "holds if",
            Verdict::Differs => "differs",
        }
    }

    /// Whether it comes out only within what the rounding of the published
    /// inputs leaves open.
    pub fn is_within_input_rounding(&self) -> bool {
        matches!(
            self,
            Verdict::Holds(Agreement::WithinInputRounding)
                | Verdict::HoldsIf(Agreement::WithinInputRounding, _)
        )
    }

    /// Whether the published number comes out.
    pub fn holds(&self) -> bool {
        *self != Verdict::Differs
    }
}

/// What comes out under other conditions.
#[derive(Debug, Clone)]
pub struct Finding {
    /// What it is.
    pub name: String,
    /// The number, in base units.
    pub value: Quantity,
    /// The number as it is shown.
    pub shown: String,
    /// How it is computed.
    pub formula: String,
}

impl Recomputed {
    /// Computes everything that `file` states.
    ///
    /// # Errors
    /// Every number that cannot be computed, with its place in the file and the
    /// reason: a model, scope, table or entry that does not exist, a formula
    /// that divides by 0 or has another unit than the published number, a name
    /// in a text that is no claim.
    pub fn of(file: ClaimFile, loader: &Loader) -> Result<Recomputed, Problems> {
        let mut problems = Problems::new();
        let estimates = compute(&file.estimates, loader)?;
        let names = Names::new(&file, &estimates, loader);
        // Also those that nothing names.
        gather(&file.quantities, &mut problems, |(_, formula)| {
            Ok(names.value(formula, Context::PLAIN)?)
        });
        let claims = gather(&file.claims, &mut problems, |claim| names.claim(claim));
        let findings = gather(&file.findings, &mut problems, |one| names.finding(one));
        let text = match problems.is_empty() {
            true => gather(&file.text, &mut problems, |text| {
                filled(text, &claims, &findings)
            }),
            // What it names may be among what could not be computed.
            false => Vec::new(),
        };
        problems.or(())?;
        let ledger = Ledger {
            claims,
            findings,
            text,
            file,
        };
        Ok(Recomputed { ledger, estimates })
    }
}

impl Ledger {
    /// Computes everything that `file` states, and lets the graphs go: those of many
    /// files at once fill the memory.
    ///
    /// # Errors
    /// As of [`Recomputed::of`].
    pub fn compute(file: ClaimFile, loader: &Loader) -> Result<Ledger, Problems> {
        Ok(Recomputed::of(file, loader)?.ledger)
    }

    /// Whether every claim is what the file says of it.
    pub fn is_as_expected(&self) -> bool {
        self.claims.iter().all(|claim| claim.as_expected)
    }
}

/// What can be computed, with the mistakes of the rest noted.
fn gather<S, T>(
    specs: &[S],
    problems: &mut Problems,
    compute: impl Fn(&S) -> Result<T, Diagnostic>,
) -> Vec<T> {
    let mut all = Vec::new();
    for spec in specs {
        match compute(spec) {
            Ok(one) => all.push(one),
            Err(mistake) => problems.push(mistake),
        }
    }
    all
}

impl Names<'_> {
    fn claim(&self, claim: &ClaimSpec) -> Result<Claim, Diagnostic> {
        let computed = self.value(&claim.formula, Context::PLAIN)?;
        let unit = &claim.published.unit;
        if computed.dimension != unit.dimension() {
            let message = format!(
                "the formula gives {}, and published is {}",
                computed.dimension,
                unit.dimension()
            );
            return Err(Diagnostic::at(&claim.formula.place, message));
        }
        let verdict = self.verdict(claim, &computed);
        let as_expected = verdict.holds() == (claim.expected == Expected::Holds);
        Ok(Claim {
            name: claim.name.value.clone(),
            published: claim.published.clone(),
            formula: claim.formula.text.clone(),
            numbers: self.with_numbers(&claim.formula),
            computed,
            verdict,
            as_expected,
        })
    }

    fn verdict(&self, claim: &ClaimSpec, computed: &Quantity) -> Verdict {
        let published = &claim.published;
        let agreement = if published.is_met_by(&computed.value) {
            Agreement::AsPrinted
        } else if published.bound == Bound::Is && published.is_met_within(computed) {
            Agreement::WithinInputRounding
        } else {
            return Verdict::Differs;
        };
        let inferred = |known: Known| known == Known::Inferred;
        let conventions = self.file.conventions.iter();
        let conditions: Vec<String> = conventions
            .filter(|one| inferred(one.known) && one.is_of(&claim.name.value))
            .map(|one| one.about.to_string())
            .collect();
        match conditions.is_empty() {
            true => Verdict::Holds(agreement),
            false => Verdict::HoldsIf(agreement, conditions),
        }
    }

    fn finding(&self, finding: &FindingSpec) -> Result<Finding, Diagnostic> {
        let value = self.value(&finding.formula, Context::PLAIN)?;
        let unit = &finding.unit.value;
        if value.dimension != unit.dimension() {
            let message = format!("the formula gives {}, not {unit}", value.dimension);
            return Err(Diagnostic::at(&finding.unit.place, message));
        }
        let in_unit = number::to_f64(&(&value.value / unit.scale()));
        Ok(Finding {
            name: finding.name.value.clone(),
            shown: unit.after(&significant(in_unit, finding.digits)),
            formula: finding.formula.text.clone(),
            value,
        })
    }
}

/// A paragraph with the numbers that it names put in.
fn filled(
    text: &Spanned<String>,
    claims: &[Claim],
    findings: &[Finding],
) -> Result<String, Diagnostic> {
    let mut filled = String::new();
    let mut rest = text.value.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            return Err(Diagnostic::at(&text.place, "`{` without `}`"));
        };
        filled.push_str(&number_of(name, &text.place, claims, findings)?);
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

fn number_of(
    name: &str,
    place: &Place,
    claims: &[Claim],
    findings: &[Finding],
) -> Result<String, Diagnostic> {
    let (own, published) = match name.strip_suffix("|published") {
        Some(own) => (own, true),
        None => (name, false),
    };
    if let Some(claim) = claims.iter().find(|claim| claim.name == own) {
        return Ok(match published {
            true => claim.published.text(),
            false => claim.published.same_digits(&claim.computed.value),
        });
    }
    if let Some(finding) = findings.iter().find(|one| one.name == own && !published) {
        return Ok(finding.shown.clone());
    }
    let known = claims.iter().map(|claim| claim.name.as_str());
    let known = known.chain(findings.iter().map(|finding| finding.name.as_str()));
    Err(Diagnostic::at(place, format!("no claim or finding `{own}`")).known(own, known))
}
