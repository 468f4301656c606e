//! `picojoule audit`

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};

use super::answer::Answer;
use super::args::AuditArgs;
use super::usage::usage_error;
use super::{json::text, loading, output};
use crate::catalog::{self, Kind, is_path};
use crate::claims::{ClaimFile, Labels, Ledger, Warning, audit, has_claims};
use crate::loader::Loader;
use crate::model::Phase;
use crate::report::{Spec, audit_subject};
use crate::source::{Diagnostic, Fields, Place, Problems, Source, parse_toml};
use crate::view::audit_table;

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
    let ledger = Ledger::compute(file, &loader)?;
    let warnings = audit(&ledger, &loader, labels.as_ref())?;
    loading::tell_notes(&loader);
    match output::table_format(args.format.output) {
        None => output::print(&text(&warnings.iter().map(as_json).collect::<Vec<_>>())?)?,
        // Where nothing is wrong, nothing is printed.
        Some(_) if warnings.is_empty() => {}
        Some(format) => {
            let table = audit_table(&warnings, &phases(&ledger.file, labels.as_ref()));
            output::print(&output::tables(&[table], format))?;
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

fn as_json(warning: &Warning) -> Value {
    json!({
        "warning": warning.fault.kind().to_string(),
        "of": warning.subject.to_string(),
        "variant": warning.variant,
        "why": warning.fault.to_string(),
        "was": warning.was,
        "without": warning.corrected.to_string(),
    })
}
