//! `picojoule import`

use super::args::ImportArgs;
use super::settings::{NumberSetting, Set, check_known, check_value};
use super::{files, loading, output};
use crate::formula::{AstNode, Formula};
use crate::graph::{Unfold, lower, settable, stored_apart};
use crate::import::Imported;
use crate::loader::{Loader, is_graph};
use crate::model::{Model, NumberRole};
use crate::number;
use crate::source::{Diagnostic, Problems, Source};

/// Writes the model file that is made of another file.
pub(super) fn run(args: &ImportArgs) -> Result<(), Problems> {
    let loader = loading::scanning(&args.scan)?;
    let mut problems = Problems::new();
    let mut set = Set::new(&args.set, &mut problems);
    if let Some(place) = set.hardware.places().next() {
        let message = "an import has no prices to set";
        problems.push(Diagnostic::at(place, message));
    }
    let text = match set.numbers.is_empty() {
        true => None,
        false => Some(written(&loader, &args.file, &mut set, &mut problems)?),
    };
    problems.or(())?;
    let imported = loader.import(&args.file, &set.given())?;
    for note in &imported.notes {
        output::tell(format_args!("note: {note}"));
    }
    for note in apart(&imported) {
        output::tell(format_args!("note: {note}"));
    }
    let text = text.unwrap_or(imported.text);
    match files::destination(args.out.as_deref()) {
        None => output::print(&text),
        Some(path) => {
            files::keep_model(path, &args.file)?;
            files::write(path, text.as_bytes())
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

/// The model file with what is set in the place of the numbers of its own.
fn written(
    loader: &Loader,
    file: &str,
    set: &mut Set,
    problems: &mut Problems,
) -> Result<String, Problems> {
    let given = set.given();
    let model = loader.model_given(file, &given)?;
    // A size of an ONNX graph is where its import has put it.
    let is_there =
        |number: &NumberSetting| is_graph(file) && given.get(&number.name.text()).is_some();
    let there: Vec<bool> = set.numbers.iter().map(is_there).collect();
    set.by_names_of(&model);
    let mut text = model.root.source.text().to_owned();
    let mut changes = Vec::new();
    for (number, is_there) in set.numbers.iter().zip(there) {
        let now = problems.note(own(&model, number).map_err(Problems::from));
        if let Some(now) = now.filter(|_| !is_there) {
            let mut span = now.place.span();
            if now.is_text {
                // With its quotes.
                span = span.start - 1..span.end + 1;
            }
            changes.push((span, literal(&number.formula)));
        }
    }
    // From the last one on, so that places stay what they are.
    changes.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    for (span, value) in changes {
        text.replace_range(span, &value);
    }
    Ok(text)
}

/// The number of the model file that is set, and not one of a block in it.
fn own<'m>(model: &'m Model, set: &NumberSetting) -> Result<&'m Formula, Diagnostic> {
    let name = &set.name;
    let variants = model.variant_names();
    if (name.owner.as_ref()).is_some_and(|owner| !variants.contains(&owner.as_str())) {
        let variants: Vec<String> = variants.into_iter().map(str::to_owned).collect();
        return Err(name.unknown_owner(&variants));
    }
    check_known(model, name)?;
    let known = settable(model);
    for (name, place) in set.formula.names() {
        if !known.contains(name.as_str()) {
            let message = format!("unknown dim or parameter `{name}`");
            return Err(Diagnostic::at(&place, message).known(&name, known));
        }
    }
    // Where it is a size it has taken the place of the dim.
    if model.root.needs.iter().any(|need| need.value == name.name) {
        let message = format!(
            "`{}` is set to no size: a graph is given whole numbers, at least 0",
            name.text()
        );
        return Err(Diagnostic::at(&set.formula.place, message));
    }
    check_value(model, set)?;
    let mut numbers = model.root.numbers.iter();
    let found =
        numbers.find(|number| number.name.value == name.name && number.role != NumberRole::Derived);
    found.map(|number| &number.formula).ok_or_else(|| {
        let message = format!(
            "`{}` is a number of blocks, which an import cannot set",
            name.name
        );
        Diagnostic::at(&name.place, message).help("set it where the model is estimated")
    })
}

/// The text of what is set, as it stands in a file.
fn literal(set: &Formula) -> String {
    match &set.ast.node {
        AstNode::Number(value) => number::plain(value),
        _ => format!("\"{}\"", set.text.trim()),
    }
}
