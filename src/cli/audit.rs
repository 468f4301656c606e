//! `picojoule audit`

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::args::{AuditArgs, OutputFormat};
use super::json::{exact, text};
use super::usage::usage_error;
use super::{loading, output};
use crate::catalog::{self, Kind, is_path};
use crate::claims::{
    ClaimFile, Corrected, Labels, NoValue, Recomputed, UnitValue, Warning, audit, has_claims,
};
use crate::loader::Loader;
use crate::model::Phase;
use crate::report::{Spec, audit_subject};
use crate::source::{Diagnostic, Fields, Place, Problems, Source, parse_toml};
use crate::view::{audit_data, audit_table};

/// Whether there is nothing to warn of.
pub(super) fn run(args: &AuditArgs) -> Result<Answer, Problems> {
    let loader = loading::loader();
    let source = open(&args.file, &loader)?;
    let (file, labels) = match has_claims(&source) {
        true => (ClaimFile::read(&source)?, None),
        false => {
            let subject = audit_subject(&report(&source)?, &loader)?;
            (subject.file, Some(subject.labels))
        }
    };
    let done = Recomputed::of(file, &loader)?;
    let warnings = audit(&done, &loader, labels.as_ref())?;
    loading::tell_notes(&loader);
    match args.format.output {
        OutputFormat::Json => {
            let text = text(&warnings.iter().map(as_json).collect::<Vec<_>>())?;
            output::print_json(&text, &args.format.columns)?;
        }
        // Where nothing is wrong, nothing is printed.
        _ if warnings.is_empty() => {}
        OutputFormat::Csv => output::print_tables(vec![audit_data(&warnings)], &args.format)?,
        _ => {
            let file = &done.ledger.file;
            let table = audit_table(&warnings, &phases(file, labels.as_ref()));
            let caption = format!("{}: what an audit warns of", file.name.value);
            let table = output::captioned(table, &caption, args.format.output);
            output::print_tables(vec![table], &args.format)?;
        }
    }
    Ok(Answer::of(warnings.is_empty()))
}

/// A claim file or a report that ships, or a file.
fn open(name: &str, loader: &Loader) -> Result<Arc<Source>, Problems> {
    if is_path(name) {
        return Ok(loader.open(Kind::Claim, name)?);
    }
    let found = catalog::find(Kind::Claim, name).or_else(|| catalog::find(Kind::Report, name));
    if let Some(source) = found {
        return Ok(source);
    }
    if Path::new(name).is_dir() {
        return Err(usage_error(format!("`{name}` is a directory")));
    }
    let known = catalog::names(Kind::Claim).chain(catalog::names(Kind::Report));
    Err(
        Diagnostic::new(format!("no claim file or report `{name}` ships"))
            .known(name, known)
            .help(format!(
                "a file of your own is given by its path: `./{name}.toml`"
            ))
            .into(),
    )
}

/// The report in a file that is no claim file. One that is no report either is
/// told so, and not everything that it lacks.
fn report(source: &Arc<Source>) -> Result<Spec, Problems> {
    let root = parse_toml(source, &mut Problems::new());
    let fields = (root.as_ref()).and_then(|root| Fields::of(root, &mut Problems::new()));
    let is_report = |fields: Fields<'_>| {
        let mut own = ["target", "section", "price"].into_iter();
        own.any(|key| fields.has(key))
    };
    if fields.is_none_or(is_report) {
        return Spec::read(source);
    }
    let start = Place::new(source, 0..0);
    Err(
        Diagnostic::at(&start, "this is neither a claim file nor a report")
            .help("a claim file has `[[claim]]`, a report has `[[target]]`")
            .into(),
    )
}

/// What the models of estimates are used for, by what readers know these as,
/// where it is not a forward pass alone.
fn phases(file: &ClaimFile, labels: Option<&Labels>) -> BTreeMap<String, Phase> {
    let others = file.estimates.iter();
    let others = others.filter(|estimate| estimate.phase != Phase::Prefill);
    let named = others.map(|estimate| {
        let name = &estimate.name.value;
        let label = labels.and_then(|labels| labels.estimates.get(name));
        (label.unwrap_or(name).clone(), estimate.phase)
    });
    named.collect()
}

/// The fields are a promise: they may be added to, never renamed.
fn as_json(warning: &Warning) -> Value {
    let value = |number: &Result<UnitValue, NoValue>| {
        (number.as_ref()).map_or(Value::Null, |number| exact(&number.value))
    };
    let (without, by_table) = match &warning.corrected {
        Corrected::Number(number) => (value(number), None),
        Corrected::EachTable(tables) => {
            let tables = tables.iter();
            let each = tables.map(|(table, number)| (table.clone(), value(number)));
            (Value::Null, Some(each.collect::<Map<String, Value>>()))
        }
        Corrected::NoBase => (Value::Null, None),
    };
    json!({
        "warning": warning.fault.kind().to_string(),
        "of": warning.subject.to_string(),
        "variant": warning.variant,
        "why": warning.fault.to_string(),
        "was": warning.was.text,
        "without": warning.corrected.to_string(),
        "was_value": exact(&warning.was.value),
        "without_value": without,
        "without_by_table": by_table,
        "unit": warning.was.unit,
    })
}
