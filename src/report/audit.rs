//! Warnings as a table, and a report file as something that can be audited.

use crate::claims::{
    ClaimFile, ClaimSpec, Convention, EstimateSpec, Expected, Known, Part, PriceSpec, Publication,
    Published, Reading, Warning,
};
use crate::energy::Estimate;
use crate::formula::Formula;
use crate::primitive::Primitive;
use crate::render::table::{Align, Cell, Column, Row, RowKind, Table};
use crate::report::{Spec, Target};
use crate::source::{Problems, Spanned};

/// One row for each warning.
pub fn audit_table(warnings: &[Warning]) -> Table {
    let column = |name: &str, key: &str, align| Column {
        name: name.to_owned(),
        key: key.to_owned(),
        align,
    };
    let rows = warnings.iter().map(|warning| {
        let cells = [
            warning.fault.name(),
            &warning.claim,
            &warning.says,
            &warning.was,
            &warning.becomes,
        ];
        Row {
            cells: cells.map(|text| Cell::Text(text.to_owned())).to_vec(),
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

/// The savings of a report as claims: each target on each table and format, of
/// the second variant against the first.
///
/// # Errors
/// A report without targets, or with fewer than two variants.
pub fn audit_subject(spec: &Spec) -> Result<ClaimFile, Problems> {
    let mut problems = Problems::new();
    let lacks = |what: &str| {
        crate::source::Diagnostic::at(&spec.name.place, format!("the report has no {what}"))
    };
    let [baseline, variant, ..] = spec.variants.as_slice() else {
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
    // A format that is shown beside wider ones is not hidden.
    let narrow = spec
        .prices
        .iter()
        .any(|price| price.format.operand.bits() <= 8);
    for target in &spec.targets {
        for price in &spec.prices {
            let names = [baseline, variant].map(|one| name(&one.value, target, price));
            for (name, variant) in names.iter().zip([baseline, variant]) {
                file.estimates
                    .push(estimate(spec, target, price, (name, variant)));
            }
            let [of, new] = &names;
            let text = format!("1 - {new}.energy / {of}.energy");
            let formula = Formula::read(&text, &target.scope.place, &mut problems);
            let (Some(formula), Some(published)) = (formula, Published::percent(target.percent))
            else {
                continue;
            };
            let label = format!("{}, {}, {}", target.name, price.table.value, price.format);
            let baseline = Spanned::new(of.clone(), target.scope.place.clone());
            file.claims.push(ClaimSpec {
                name: Spanned::new(label, target.scope.place.clone()),
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
    problems.or(file)
}

/// The name of an estimate: `e_att_attention_45nm_fp32`.
fn name(variant: &str, target: &Target, price: &crate::report::PriceSpec) -> String {
    let (scope, table) = (&target.scope.value, &price.table.value);
    let text = format!("{variant}_{scope}_{table}_{}", price.format);
    let sign = |c: char| if c.is_alphanumeric() { c } else { '_' };
    let name: String = text.chars().map(sign).collect();
    match name.starts_with(|c: char| c.is_ascii_digit()) {
        true => format!("_{name}"),
        false => name,
    }
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

/// The scope that a target's words name, where they name a whole.
fn named(target: &Target) -> Option<Spanned<String>> {
    let scope = &target.scope;
    let words = target.words.to_lowercase();
    let says = |word: &str| words.split_whitespace().any(|one| one == word);
    if !["whole", "entire", "full", "total"].into_iter().any(says) {
        return None;
    }
    let of = |name: String| Some(Spanned::new(name, scope.place.clone()));
    match says("attention") {
        true => of(format!("{}-full", scope.value)),
        false => of(Estimate::WHOLE.to_owned()),
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
