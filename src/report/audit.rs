//! Warnings as a table, and a report file as something that can be audited.

use crate::claims::{
    ClaimFile, ClaimSpec, Convention, EstimateSpec, Expected, Fault, Known, Label, Labels, Part,
    PriceSpec, Publication, Published, Reading, Shelf, Warning, sentence,
};
use crate::energy::Estimate;
use crate::formula::Formula;
use crate::primitive::Primitive;
use crate::render::table::{Align, Cell, Column, Row, RowKind, Table};
use crate::report::{Spec, Target};
use crate::source::{Diagnostic, Problems, Spanned};

/// One row for each warning; one that several variants or claims have in the
/// same words is told once.
pub fn audit_table(warnings: &[Warning]) -> Table {
    let column = |name: &str, key: &str, align| Column {
        name: name.to_owned(),
        key: key.to_owned(),
        align,
    };
    let rows = merged(warnings).into_iter().map(|told| {
        let cells = [
            told.fault.name().to_owned(),
            told.of(),
            sentence(&told.about, &told.parts),
            numbers(told.was),
            numbers(told.becomes),
        ];
        Row {
            cells: cells.map(Cell::Text).to_vec(),
            kind: RowKind::Plain,
        }
    });
    Table {
        title: None,
        columns: vec![
            column("Warning", "warning", Align::Left),
            column("Of", "of", Align::Left),
            column("Why", "why", Align::Left),
            column("As it stands", "was", Align::Right),
            column("Without", "without", Align::Right),
        ],
        rows: rows.collect(),
        notes: Vec::new(),
    }
}

/// A warning of one or several claims or variants.
#[derive(PartialEq)]
struct Told {
    fault: Fault,
    claims: Vec<String>,
    variants: Vec<String>,
    about: String,
    parts: Vec<String>,
    was: Vec<String>,
    becomes: Vec<String>,
}

impl Told {
    /// What it is of: `e-att, l1: attention, 45nm fp32 / 45nm int8`.
    fn of(&self) -> String {
        let mut text = match self.variants.is_empty() {
            true => String::new(),
            false => format!("{}: ", self.variants.join(", ")),
        };
        let mut before = "";
        for (at, claim) in self.claims.iter().enumerate() {
            let (head, rest) = claim.split_once(", ").unwrap_or(("", claim));
            match at {
                0 => text.push_str(claim),
                _ if head == before && !head.is_empty() => text.push_str(&format!(" / {rest}")),
                _ => text.push_str(&format!("; {claim}")),
            }
            before = head;
        }
        text
    }
}

/// The warnings with those of the same in one: of several variants about the
/// same number, then of several numbers in the same words. In the order of the
/// faults.
fn merged(warnings: &[Warning]) -> Vec<Told> {
    let mut variants: Vec<Told> = Vec::new();
    for warning in warnings {
        let same = variants.iter_mut().find(|told| {
            warning.variant.is_some()
                && told.fault == warning.fault
                && told.about == warning.about
                && told.claims.contains(&warning.claim)
        });
        match same {
            Some(told) => {
                told.variants.extend(warning.variant.clone());
                for part in &warning.parts {
                    if !told.parts.contains(part) {
                        told.parts.push(part.clone());
                    }
                }
                told.was.push(warning.was.clone());
                told.becomes.push(warning.becomes.clone());
            }
            None => variants.push(Told {
                fault: warning.fault,
                claims: vec![warning.claim.clone()],
                variants: warning.variant.iter().cloned().collect(),
                about: warning.about.clone(),
                parts: warning.parts.clone(),
                was: vec![warning.was.clone()],
                becomes: vec![warning.becomes.clone()],
            }),
        }
    }
    let mut all: Vec<Told> = Vec::new();
    for mut told in variants {
        // Each number with the variant that it is of.
        if told.variants.len() > 1 {
            for numbers in [&mut told.was, &mut told.becomes] {
                let named = told.variants.iter().zip(numbers.iter());
                let named = named.map(|(variant, number)| format!("{variant} {number}"));
                *numbers = vec![named.collect::<Vec<_>>().join(", ")];
            }
        }
        let same = all.iter_mut().find(|other| {
            (&other.fault, &other.about, &other.parts, &other.variants)
                == (&told.fault, &told.about, &told.parts, &told.variants)
        });
        match same {
            Some(other) => {
                other.claims.extend(told.claims);
                other.was.extend(told.was);
                other.becomes.extend(told.becomes);
            }
            None => all.push(told),
        }
    }
    all.sort_by_key(|told| told.fault);
    all
}

/// The numbers of several claims; one that all of them share once.
fn numbers(mut all: Vec<String>) -> String {
    if let Some(first) = all.first().cloned()
        && all.iter().all(|other| *other == first)
    {
        all.truncate(1);
    }
    all.join(" / ")
}

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
/// A report without targets, or with fewer than two variants; what keeps its
/// model from being read.
pub fn audit_subject(spec: &Spec, shelf: &dyn Shelf) -> Result<AuditSubject, Problems> {
    let mut problems = Problems::new();
    let lacks = |what: &str| Diagnostic::at(&spec.name.place, format!("the report has no {what}"));
    let variants = match spec.variants.is_empty() {
        false => spec.variants.clone(),
        // As the report itself takes them.
        true => {
            let model = shelf.model(&spec.model)?;
            let names = model.variant_names().into_iter();
            names
                .map(|name| Spanned::new(name.to_owned(), spec.model.place.clone()))
                .collect()
        }
    };
    let Some((baseline, [second, others @ ..])) = variants.split_first() else {
        return Err(lacks("two `variants`, of which one is the baseline").into());
    };
    if spec.targets.is_empty() {
        return Err(lacks("`[[target]]`, which would say what it claims").into());
    }
    let mut file = ClaimFile {
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
    };
    let mut labels = Labels::default();
    // A format that is shown beside wider ones is not hidden.
    let narrow = spec
        .prices
        .iter()
        .any(|price| price.format.operand.bits() <= 8);
    for target in &spec.targets {
        for price in &spec.prices {
            let place = &target.scope.place;
            let mut add = |variant: &Spanned<String>| {
                let name = format!("estimate_{}", file.estimates.len());
                labels.estimates.insert(name.clone(), variant.value.clone());
                file.estimates
                    .push(estimate(spec, target, price, (&name, variant)));
                name
            };
            let of = add(baseline);
            let news: Vec<_> = std::iter::once(second)
                .chain(others)
                .map(|variant| (variant, add(variant)))
                .collect();
            for (at, (variant, new)) in news.into_iter().enumerate() {
                let text = format!("1 - {new}.energy / {of}.energy");
                let formula = Formula::read(&text, place, &mut problems);
                let (Some(formula), Some(published)) =
                    (formula, Published::percent(target.percent))
                else {
                    continue;
                };
                let name = format!("claim {}", file.claims.len());
                labels.claims.insert(
                    name.clone(),
                    Label {
                        claim: format!("{}, {} {}", target.name, price.table.value, price.format),
                        variant: variant.value.clone(),
                        // As on the page of the report.
                        is_published: at == 0,
                    },
                );
                let baseline = Spanned::new(of.clone(), place.clone());
                file.claims.push(ClaimSpec {
                    name: Spanned::new(name, place.clone()),
                    published,
                    formula,
                    expected: Expected::Holds,
                    reading: Reading {
                        baseline: (!narrow).then_some(baseline),
                        deployed: None,
                        named: named(target),
                    },
                });
            }
        }
    }
    problems.or(AuditSubject { file, labels })
}

fn estimate(
    spec: &Spec,
    target: &Target,
    price: &crate::report::PriceSpec,
    (name, variant): (&str, &Spanned<String>),
) -> EstimateSpec {
    EstimateSpec {
        name: Spanned::new(name.to_owned(), target.scope.place.clone()),
        model: spec.model.clone(),
        variant: Some(variant.clone()),
        set: spec.set.clone(),
        densities: spec.densities.clone(),
        price: Some(PriceSpec {
            table: price.table.clone(),
            format: price.format,
        }),
        part: match target.scope.value == Estimate::WHOLE {
            true => Part::Whole,
            false => Part::Scope(target.scope.clone()),
        },
        conventions: crate::census::Conventions::default(),
        free: Vec::<Primitive>::new(),
    }
}

/// The scope that a target's words name, where they name a whole attention or
/// a whole network.
fn named(target: &Target) -> Option<Spanned<String>> {
    let scope = &target.scope;
    let words = target.words.to_lowercase();
    let says = |word: &str| {
        words
            .split(|c: char| !c.is_alphanumeric())
            .any(|one| one == word)
    };
    if !["whole", "entire", "full", "total"].into_iter().any(says) {
        return None;
    }
    let of = |name: String| Some(Spanned::new(name, scope.place.clone()));
    if says("attention") {
        return of(format!("{}-full", scope.value));
    }
    match ["model", "network", "layer"].into_iter().any(says) {
        true => of(Estimate::WHOLE.to_owned()),
        false => None,
    }
}

/// What a report says of its conventions. Only what it knows from a paper or
/// its code is more than inferred.
fn conventions(spec: &Spec) -> Vec<Convention> {
    let all = spec.conventions.iter().map(|one| Convention {
        about: one.about.clone(),
        value: one.value.clone(),
        known: match one.known.contains("code") {
            true => Known::Code,
            false if one.known.contains("paper") => Known::Stated,
            false => Known::Inferred,
        },
        claims: Vec::new(),
    });
    all.collect()
}
