//! `picojoule audit`

use std::sync::Arc;

use serde_json::{Value, json};

use super::args::AuditArgs;
use super::shelf::Files;
use super::{Answer, files, json::text, output};
use crate::catalog::{self, Kind};
use crate::claims::{ClaimFile, Ledger, Warning, audit, has_claims};
use crate::report::{Spec, audit_subject, audit_table};
use crate::source::{Diagnostic, Problems, Source};

/// Whether there is nothing to warn of.
pub(super) fn run(args: &AuditArgs) -> Result<Answer, Problems> {
    let source = open(&args.file)?;
    let file = match has_claims(&source) {
        true => ClaimFile::read(&source)?,
        false => audit_subject(&Spec::read(&source)?)?,
    };
    let shelf = Files::default();
    let ledger = Ledger::compute(file, &shelf)?;
    let warnings = audit(&ledger, &shelf)?;
    match output::table_format(args.format.output) {
        None => output::print(&text(&warnings.iter().map(as_json).collect::<Vec<_>>())?)?,
        // Where nothing is wrong, nothing is printed.
        Some(_) if warnings.is_empty() => {}
        Some(format) => output::print(&output::tables(&[audit_table(&warnings)], format))?,
    }
    Ok(Answer::of(warnings.is_empty()))
}

/// A claim file or a report that ships, or a file.
fn open(name: &str) -> Result<Arc<Source>, Problems> {
    if files::is_path(name) {
        return files::open(Kind::Claim, "claim", name);
    }
    let found = catalog::find(Kind::Claim, name).or_else(|| catalog::find(Kind::Report, name));
    found.ok_or_else(|| {
        let known = catalog::names(Kind::Claim).chain(catalog::names(Kind::Report));
        Diagnostic::new(format!("no claim file or report `{name}` ships"))
            .known(name, known)
            .help(format!(
                "a file of your own is given by its path: `./{name}.toml`"
            ))
            .into()
    })
}

fn as_json(warning: &Warning) -> Value {
    json!({
        "warning": warning.fault.name(),
        "of": warning.claim,
        "why": warning.says,
        "was": warning.was,
        "without": warning.becomes,
    })
}
