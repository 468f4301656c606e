//! What a row stands for: a model with its dims, and labels.

use std::path::Path;

use super::row::Cell;
use crate::cli::arg_source::ArgSource;
use crate::cli::arg_source::Assignment;
use crate::cli::args::{MeasureArgs, ModelArgs, ScanArgs, StrictArgs, VariantsArgs};
use crate::cli::caller::Caller;
use crate::cli::loading;
use crate::cli::request::{ModelRequest, Unnamed};
use crate::cli::settings::Set;
use crate::cli::unfinished;
use crate::format::Format;
use crate::graph::Unfold;
use crate::runs::is_label;
use crate::source::{Diagnostic, Problems};

const DEFAULT_PHASE: &str = "prefill";

/// The columns that say what was measured. The model is read, so that nobody waits
/// for a measurement of what there is not.
pub(super) fn cells(args: &MeasureArgs) -> Result<Vec<Cell>, Problems> {
    let mut problems = Problems::new();
    if let Some(model) = &args.model {
        problems.note(check(args, model));
    }
    let phase = args.phase.as_deref().unwrap_or(DEFAULT_PHASE);
    let phase = args.model.as_ref().map(|_| phase);
    // Settings stand beside each other; a formula is the same without its spaces.
    let set: Vec<String> = (args.set.iter())
        .map(|set| set.split_whitespace().collect())
        .collect();
    let mut cells = vec![
        Cell::new("model", model_from(args)),
        Cell::new("variant", args.variant.as_deref().unwrap_or_default()),
        Cell::new("set", set.join(" ")),
        Cell::new("phase", phase.unwrap_or_default()),
        Cell::new("format", args.format.as_deref().unwrap_or_default()),
    ];
    let labels = args.label.iter().map(|label| self::label(label));
    for label in labels {
        cells.extend(problems.note(label.map_err(Problems::from)));
    }
    problems.or(cells)
}

/// The model as the file of runs calls it: a path is found from its folder.
fn model_from(args: &MeasureArgs) -> String {
    let model = args.model.clone().unwrap_or_default();
    let here = match &args.out {
        Some(path) => unfinished::folder(path) == Path::new("."),
        None => true,
    };
    let path = Path::new(&model);
    if here || path.is_absolute() || !path.is_file() {
        return model;
    }
    std::path::absolute(path).map_or(model, |path| path.to_string_lossy().into_owned())
}

/// Checks that the model is there, and can be what is set.
fn check(args: &MeasureArgs, model: &str) -> Result<(), Problems> {
    let mut problems = Problems::new();
    let set = Set::new(&args.set, &mut problems);
    for place in set.hardware.places() {
        problems.push(Diagnostic::at(place, "a measurement has no prices to set"));
    }
    if let Some(format) = &args.format
        && let Err(error) = format.parse::<Format>()
    {
        let place = ArgSource::new("--format", format).whole();
        problems.push(Diagnostic::at(&place, error.to_string()));
    }
    problems.or(())?;
    let variants = VariantsArgs::of("--variant", args.variant.iter().cloned().collect());
    let args = ModelArgs {
        model: model.to_owned(),
        set: args.set.clone(),
        densities: None,
        phase: args.phase.clone().unwrap_or(DEFAULT_PHASE.to_owned()),
        optimizer: None,
        activations: None,
        scan: ScanArgs {
            scan_weights: false,
            weight_scan_limit: "0".to_owned(),
            caller: Caller::default(),
        },
        strict: StrictArgs { strict: false },
    };
    let loader = loading::scanning(&args.scan)?;
    let request = ModelRequest::new(&loader, &args, &variants, Unnamed::First)?;
    for variant in &request.variants {
        request.graph(variant, Unfold::No)?;
    }
    Ok(())
}

/// `NAME=VALUE`
fn label(text: &str) -> Result<Cell, Diagnostic> {
    let label = Assignment::read("--label", text)?;
    let (value, _) =
        (label.values()).map_err(|mistake| mistake.help("write `--label NAME=VALUE`"))?;
    if !is_label(&label.name) {
        let message = format!("`{}` is no label of a run", label.name.value);
        return Err(Diagnostic::at(&label.name.place, message)
            .help("files of runs have a column of that name for something else"));
    }
    Ok(Cell::new(label.name.value.clone(), value.trim()).at(label.name.place))
}
