//! `picojoule report`

use std::path::{Path, PathBuf};

use super::args::ReportArgs;
use super::usage::usage_error;
use super::{files, loading, output};
use crate::catalog::{Kind, is_path};
use crate::report::{Spec, run as compute};
use crate::source::{Diagnostic, Problems};

pub(super) fn run(args: &ReportArgs) -> Result<(), Problems> {
    let loader = loading::loader();
    let source = loader.open(Kind::Report, &args.report)?;
    let spec = Spec::read(&source)?;
    check_name(&spec)?;
    let page = compute(&spec, &loader, args.strict.strict);
    loading::tell_notes(&loader);
    let page = page?;
    let written = page
        .files()
        .map_err(|error| usage_error(format!("cannot draw the report: {error}")))?;
    let folder = args
        .out
        .clone()
        .unwrap_or_else(|| folder(&args.report, &spec.name.value));
    files::write_all(&folder, &written)?;
    for file in &written {
        output::tell(format_args!("wrote {}", folder.join(&file.name).display()));
    }
    output::print(&page.text(output::width()))
}

/// Where a report is written: beside its file, or here if it ships.
fn folder(report: &str, name: &str) -> PathBuf {
    match Path::new(report).parent() {
        Some(parent) if is_path(report) => parent.join(name),
        _ => PathBuf::from(name),
    }
}

/// The mistake for a report name that is no plain folder name.
fn check_name(spec: &Spec) -> Result<(), Problems> {
    let name = &spec.name;
    let plain = !name.value.is_empty()
        && name
            .value
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    if plain {
        return Ok(());
    }
    let message = format!("`{}` cannot name a folder", name.value);
    Err(Diagnostic::at(&name.place, message)
        .help("use letters, digits, `-` and `_`")
        .into())
}
