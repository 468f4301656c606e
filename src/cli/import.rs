//! `picojoule import`

use std::ops::Range;

use super::args::ImportArgs;
use super::settings::{NumberSetting, Set, check_known, check_value};
use super::{files, loading, output};
use crate::formula::{AstNode, Formula};
use crate::graph::{Setting, Unfold, lower, lower_unchecked, settable, stored_apart};
use crate::import::Imported;
use crate::loader::{Loader, is_graph};
use crate::model::{Model, NumberRole};
use crate::number;
use crate::source::{Diagnostic, Problems, Source, Spanned};
use crate::symbolic::Symbol;

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

/// The model file with what is set in the place of the numbers of its own, when
/// decoding too.
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
    set.by_names_of(&model)?;
    let mut text = model.root.source.text().to_owned();
    let (mut changes, mut settings) = (Vec::new(), Vec::new());
    for (number, is_there) in set.numbers.iter().zip(there) {
        let now = problems.note(own(&model, number).map_err(Problems::from));
        if let Some(now) = now.filter(|_| !is_there) {
            let mut decode = model.root.decode.iter();
            let decode = decode.find(|(name, _)| name.value == number.name.name);
            for now in std::iter::once(now).chain(decode.map(|(_, formula)| formula)) {
                changes.push((span(now), literal(&number.formula)));
            }
            settings.push(number.setting());
        }
    }
    if problems.is_empty() {
        problems.note(check(&model, settings));
    }
    // From the last one on, so that places stay what they are.
    changes.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    for (span, value) in changes {
        text.replace_range(span, &value);
    }
    if problems.is_empty() {
        let source = Source::generated("the model file".to_owned(), text.clone());
        let model = Model::read(&source, loader)?;
        problems.note(check(&model, Vec::new()));
    }
    Ok(text)
}

/// Where a number stands in a model file, with its quotes.
fn span(formula: &Formula) -> Range<usize> {
    let span = formula.place.span();
    match formula.is_text {
        true => span.start - 1..span.end + 1,
        false => span,
    }
}

/// Whether each variant has a graph with what is set. Of sizes that are still
/// needed nothing is known, and so nothing of what depends on them.
fn check(model: &Model, mut settings: Vec<Setting>) -> Result<(), Problems> {
    let needs = model.root.needs.iter();
    let is_set = |name: &str| settings.iter().any(|set| set.name.value == name);
    let open: Vec<Spanned<String>> = needs.filter(|need| !is_set(&need.value)).cloned().collect();
    for need in &open {
        settings.push(Setting {
            name: need.clone(),
            formula: Formula::number(number::whole(1), &need.place),
        });
    }
    let open: Vec<Symbol> = open.iter().map(|need| Symbol::new(&need.value)).collect();
    for variant in model.variant_names() {
        match lower_unchecked(model, variant, &settings, Unfold::No) {
            Ok(graph) => graph.check_without(&open)?,
            Err(mistakes) if open.is_empty() => return Err(mistakes),
            Err(_) => {}
        }
    }
    Ok(())
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
