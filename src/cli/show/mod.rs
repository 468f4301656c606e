//! `picojoule show`: a file as it ships, and what is read in it.
//!
//! The file is printed first, as it is, and what is read in it behind it as
//! comments: together they are a file again, so that the output can be kept and
//! edited, and the lines that the comments name are those above them.
//!
//! | file | what it outlines |
//! |---|---|
//! | `outline` | facts and lists, for people and for programs |
//! | `model` | numbers, variants, phases, and where the stages of scopes lie |
//! | `block` | the same of a block |
//! | `table` | the entries of a hardware table |
//! | `claim` | what was published, and what it is computed from |
//! | `report` | what a report shows |

mod block;
mod claim;
mod model;
mod outline;
mod report;
mod table;

use std::sync::Arc;

pub(super) use self::model::graphs;
use self::outline::Outline;
use super::args::{ShippedKind, ShowArgs, ShowOutput};
use super::{loading, output};
use crate::catalog::{self, Kind, is_path};
use crate::loader::Loader;
use crate::source::{Diagnostic, Problems, Source, did_you_mean, one_of};

pub(super) fn run(args: &ShowArgs) -> Result<(), Problems> {
    let loader = loading::loader();
    let kind = kind(args, &loader)?;
    let printed = match args.output {
        ShowOutput::Toml => source(&args.name, kind, &loader)?.text().to_owned(),
        ShowOutput::Json => outlined(&args.name, kind, &loader)?.json()?,
        ShowOutput::Summary => outlined(&args.name, kind, &loader)?.text(output::width()),
        ShowOutput::Text => {
            let source = source(&args.name, kind, &loader)?;
            let outline = outlined(&args.name, kind, &loader)?;
            let comments = commented(&outline.text(output::width().saturating_sub(2)));
            format!("{}\n\n{comments}", source.text().trim_end_matches('\n'))
        }
    };
    loading::tell_notes(&loader);
    output::print(&printed)
}

/// Every line as a comment of TOML.
fn commented(text: &str) -> String {
    let lines = text.lines().map(|line| match line {
        "" => "#".to_owned(),
        line => format!("# {line}"),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// What is meant by the name. Where several kinds have it, the others are told of.
fn kind(args: &ShowArgs, loader: &Loader) -> Result<ShippedKind, Problems> {
    if let Some(kind) = args.kind {
        return Ok(kind);
    }
    let name = args.name.as_str();
    if is_path(name) {
        return kind_of_file(name, loader);
    }
    let all = ShippedKind::ALL.into_iter();
    let mut found = all.filter(|kind| catalog::find(kind.kind(), name).is_some());
    let Some(first) = found.next() else {
        return Err(not_shipped(name).into());
    };
    for other in found {
        let word = other.word();
        output::tell(format_args!(
            "note: `{name}` is also a {word}: `picojoule show {name} --kind {word}`"
        ));
    }
    Ok(first)
}

/// The mistake of a name that nothing has which ships.
fn not_shipped(name: &str) -> Diagnostic {
    let known = |kind: ShippedKind| catalog::names(kind.kind());
    let mistake = Diagnostic::new(format!("nothing called `{name}` ships"));
    if let Some(close) = did_you_mean(name, ShippedKind::ALL.into_iter().flat_map(known)) {
        let kinds = ShippedKind::ALL.into_iter();
        let kinds = kinds.filter(|kind| catalog::find(kind.kind(), close).is_some());
        let kinds: Vec<&str> = kinds.map(ShippedKind::word).collect();
        return mistake.help(format!(
            "did you mean `{close}`, a {}?",
            kinds.join(" and a ")
        ));
    }
    ShippedKind::ALL
        .into_iter()
        .filter(|kind| *kind != ShippedKind::Block)
        .fold(mistake, |mistake, kind| {
            let names = one_of(known(kind));
            mistake.help(format!("{}s: {names}", kind.word()))
        })
        .help("a file of your own is given by its path: `./mine.toml`")
}

/// What stands in a file, by the keys at its top that only one kind has.
fn kind_of_file(path: &str, loader: &Loader) -> Result<ShippedKind, Problems> {
    if !path.ends_with(".toml") {
        return Ok(ShippedKind::Model);
    }
    let source = loader.open(Kind::Model, path)?;
    // What is wrong with the file is told by whoever reads it as what it is.
    let file: toml::Table = source.text().parse().unwrap_or_default();
    let has = |keys: &[&str]| keys.iter().any(|key| file.contains_key(*key));
    Ok(match () {
        () if has(&["claim", "estimates"]) => ShippedKind::Claim,
        () if has(&["section", "target"]) => ShippedKind::Report,
        () if has(&["boundary", "extends", "unit", "memory"]) => ShippedKind::Table,
        () if has(&["variant", "block", "format", "tokens", "densities"]) => ShippedKind::Model,
        () if has(&["op"]) && !has_sizes(&file) => ShippedKind::Block,
        () => ShippedKind::Model,
    })
}

/// Whether a file has sizes of its own, as models do: those of a block follow from
/// what it is called with.
fn has_sizes(file: &toml::Table) -> bool {
    let dims = file.get("dims").and_then(toml::Value::as_table);
    let is_size = |value: &toml::Value| value.is_integer() || value.is_table();
    dims.is_some_and(|dims| dims.values().any(is_size))
}

/// The text of what is shown. A graph or a config is shown as the model file that
/// is made of it.
fn source(name: &str, kind: ShippedKind, loader: &Loader) -> Result<Arc<Source>, Problems> {
    match kind {
        ShippedKind::Model => Ok(Arc::clone(&loader.model(name)?.root.source)),
        _ => Ok(loader.open(kind.kind(), name)?),
    }
}

fn outlined(name: &str, kind: ShippedKind, loader: &Loader) -> Result<Outline, Problems> {
    let open = || loader.open(kind.kind(), name);
    match kind {
        ShippedKind::Model => model::outline(name, loader),
        ShippedKind::Block => block::outline(name, loader),
        ShippedKind::Table => table::outline(name, open()?.name(), loader),
        ShippedKind::Claim => claim::outline(name, &open()?),
        ShippedKind::Report => report::outline(name, &open()?),
    }
}
