//! A report file as something that can be audited.

use std::sync::Arc;

use crate::census::Conventions;
use crate::claims::{
    AuditFacts, ClaimFile, ClaimSpec, Convention, EstimateSpec, Expected, Label, Labels, Part,
    PriceSpec, Publication, Published, Subject,
};
use crate::energy::Estimate;
use crate::formula::Formula;
use crate::graph::Setting;
use crate::loader::Loader;
use crate::report::spec::{Spec, Target};
use crate::source::{Diagnostic, Problems, Spanned};

/// A report as claims.
#[derive(Debug, Clone)]
pub struct AuditSubject {
    /// Its savings as a claim file.
    pub file: ClaimFile,
    /// What the report calls them.
    pub labels: Labels,
}

/// The savings of a report as claims: each target on each table and format, of
/// every variant against the first.
///
/// # Errors
/// A report without targets, or with fewer than two variants, of which the
/// first is the baseline; a model that does not exist or has mistakes.
pub fn audit_subject(spec: &Spec, loader: &Loader) -> Result<AuditSubject, Problems> {
    let lacks = |what: &str| Diagnostic::at(&spec.name.place, format!("the report has no {what}"));
    let variants = variants(spec, loader)?;
    let Some((baseline, others @ [_, ..])) = variants.split_first() else {
        return Err(lacks("two `variants`, of which one is the baseline").into());
    };
    if spec.targets.is_empty() {
        return Err(lacks("`[[target]]`, which would say what it claims").into());
    }
    let mut subject = AuditSubject {
        file: without_claims(spec),
        labels: Labels::default(),
    };
    for target in &spec.targets {
        for price in &spec.prices {
            let table = loader.table(&price.table)?;
            let label = format!("{} {}", table.name(), price.format);
            subject.add_claims(spec, (target, price, &label), (baseline, others))?;
        }
    }
    Ok(subject)
}

/// A variant of a report.
struct NamedVariant {
    /// As the report names it: a name or a path.
    meant: Spanned<String>,
    /// What it is called.
    name: String,
}

/// The variants of a report, the baseline first: those that it names, or all.
fn variants(spec: &Spec, loader: &Loader) -> Result<Vec<NamedVariant>, Problems> {
    let mut model = loader.model_given(&spec.model, &Setting::given(&spec.set))?;
    let named = |(meant, name)| NamedVariant { meant, name };
    if !spec.variants.is_empty() {
        let names = loader.choose(Arc::make_mut(&mut model), &spec.variants)?;
        let meant = spec.variants.iter().cloned();
        return Ok(meant.zip(names).map(named).collect());
    }
    let names = model.variant_names().into_iter().map(str::to_owned);
    let place = &spec.model.place;
    Ok(names
        .map(|name| (Spanned::new(name.clone(), place.clone()), name))
        .map(named)
        .collect())
}

/// What a report says that is no number.
fn without_claims(spec: &Spec) -> ClaimFile {
    ClaimFile {
        name: spec.name.clone(),
        title: spec.title.clone(),
        source: Publication {
            title: spec.title.clone(),
            identifier: spec.name.value.clone(),
            at: String::new(),
            read: None,
        },
        text: Vec::new(),
        inputs: Vec::new(),
        estimates: Vec::new(),
        quantities: Vec::new(),
        conventions: conventions(spec),
        leaves_out: Vec::new(),
        claims: Vec::new(),
        findings: Vec::new(),
    }
}

impl AuditSubject {
    /// What a target is of every variant on one table and in one format.
    fn add_claims(
        &mut self,
        spec: &Spec,
        (target, price, label_of_price): (&Target, &PriceSpec, &str),
        (baseline, others): (&NamedVariant, &[NamedVariant]),
    ) -> Result<(), Problems> {
        let mut problems = Problems::new();
        let place = &target.scope.place;
        let of = self.add_estimate(spec, (target, price), baseline);
        // A format that is shown beside wider ones is not hidden.
        let mut prices = spec.prices.iter();
        let is_narrow = prices.any(|price| price.format.operand.bits() <= 8);
        for (at, variant) in others.iter().enumerate() {
            let new = self.add_estimate(spec, (target, price), variant);
            let text = format!("1 - {new}.energy / {of}.energy");
            let formula = Formula::read(&text, place, &mut problems);
            let (Some(formula), Some(published)) = (formula, Published::percent(target.percent))
            else {
                continue;
            };
            let name = format!("claim {}", self.file.claims.len());
            let label = Label {
                subject: Subject::Target {
                    target: target.name.clone(),
                    price: label_of_price.to_owned(),
                },
                variant: variant.name.clone(),
                // As on the page of the report.
                is_published: at == 0,
            };
            self.labels.claims.insert(name.clone(), label);
            self.file.claims.push(ClaimSpec {
                name: Spanned::new(name, place.clone()),
                published,
                formula,
                expected: Expected::Holds,
                audit: AuditFacts {
                    baseline: (!is_narrow).then(|| Spanned::new(of.clone(), place.clone())),
                    deployed: None,
                    named: target.named.clone(),
                },
            });
        }
        problems.or(())
    }

    /// Adds the estimate of one variant, and gives its name.
    fn add_estimate(
        &mut self,
        spec: &Spec,
        (target, price): (&Target, &PriceSpec),
        variant: &NamedVariant,
    ) -> String {
        let name = format!("estimate_{}", self.file.estimates.len());
        self.labels
            .estimates
            .insert(name.clone(), variant.name.clone());
        self.file.estimates.push(EstimateSpec {
            name: Spanned::new(name.clone(), target.scope.place.clone()),
            model: spec.model.clone(),
            variant: Some(variant.meant.clone()),
            set: spec.set.clone(),
            densities: spec.densities.clone(),
            phase: spec.phase,
            price: Some(price.clone()),
            part: match target.scope.value == Estimate::WHOLE {
                true => Part::Whole,
                false => Part::Scope(target.scope.clone()),
            },
            conventions: Conventions::default(),
            zero_cost: Vec::new(),
        });
        name
    }
}

/// What a report says of its conventions.
fn conventions(spec: &Spec) -> Vec<Convention> {
    let all = spec.conventions.iter().map(|one| Convention {
        about: one.about.clone(),
        value: one.value.clone(),
        known: one.known.way(),
        claims: Vec::new(),
    });
    all.collect()
}
