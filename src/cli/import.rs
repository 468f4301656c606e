//! `picojoule import`

use super::args::ImportArgs;
use super::settings::{NumberSetting, Set, check_known};
use super::{files, loading, output};
use crate::graph::{Unfold, lower, settable, stored_apart};
use crate::import::{Given, Imported};
use crate::loader::Loader;
use crate::model::Model;
use crate::source::{Diagnostic, Problems, Source};

/// Writes the model file that is made of another file.
pub(super) fn run(args: &ImportArgs) -> Result<(), Problems> {
    let loader = loading::scanning(&args.scan)?;
    let imported = loader.import(&args.file, &given(args, &loader)?)?;
    for note in &imported.notes {
        output::tell(format_args!("note: {note}"));
    }
    for note in apart(&imported) {
        output::tell(format_args!("note: {note}"));
    }
    match files::destination(args.out.as_deref()) {
        None => output::print(&imported.text),
        Some(path) => {
            files::keep_model(path, &args.file)?;
            files::write(path, imported.text.as_bytes())
        }
    }
}

/// What the file of the weights has otherwise than the model that was made of it;
/// nothing where that has mistakes, which whoever reads it is told of.
fn apart(imported: &Imported) -> Vec<String> {
    let source = Source::generated("the model file".to_owned(), imported.text.clone());
    let read = || -> Result<Vec<String>, Problems> {
        let model = Model::read(&source, &Loader::shipped())?;
        let variant = model
            .variant_names()
            .first()
            .copied()
            .unwrap_or_default()
            .to_owned();
        let graph = lower(&model, &variant, &[], Unfold::No)?;
        let apart = stored_apart(&model, &graph);
        Ok(apart.iter().map(ToString::to_string).collect())
    };
    match imported.text.contains("\n[[stored]]") {
        true => read().unwrap_or_default(),
        false => Vec::new(),
    }
}

/// The dims that are given: each one of the graph, with a size.
fn given(args: &ImportArgs, loader: &Loader) -> Result<Given, Problems> {
    let mut problems = Problems::new();
    let mut set = Set::new(&args.set, &mut problems);
    let given = set.given();
    if let Some(place) = set.hardware.places().next() {
        let message = "an import has no prices to set";
        problems.push(Diagnostic::at(place, message));
    }
    if !set.numbers.is_empty() {
        let model = loader.model_given(&args.file, &given)?;
        set.by_names_of(&model);
        for number in &set.numbers {
            problems.note(check(&model, number).map_err(Problems::from));
        }
    }
    problems.or(given)
}

/// The mistake for what is no dim of the graph, or set to no size.
fn check(model: &Model, set: &NumberSetting) -> Result<(), Diagnostic> {
    check_known(model, &set.name)?;
    let known = settable(model);
    for (name, place) in set.formula.names() {
        if !known.contains(name.as_str()) {
            let message = format!("unknown dim or parameter `{name}`");
            return Err(Diagnostic::at(&place, message).known(&name, known));
        }
    }
    // Where it is a size it has taken the place of the dim.
    if model
        .root
        .needs
        .iter()
        .any(|need| need.value == set.name.name)
    {
        let message = format!(
            "`{}` is set to no size: a graph is given whole numbers, at least 0",
            set.name.text()
        );
        return Err(Diagnostic::at(&set.formula.place, message));
    }
    Ok(())
}
