//! `picojoule explore`

use std::io::IsTerminal;

use super::args::ExploreArgs;
use super::request::{ExploreRequest, explored};
use super::usage::usage_error;
use super::{files, output};
use crate::energy::Estimate;
use crate::explore::{MAX_BYTES, Subject, page};
use crate::source::{Diagnostic, Problems};

pub(super) fn run(args: &ExploreArgs) -> Result<(), Problems> {
    let file = files::destination(args.output.as_deref());
    match file {
        Some(file) => files::ready(file)?,
        None if args.output.is_none() && std::io::stdout().is_terminal() => {
            return Err(usage_error(
                "a page is for a browser, not for a terminal: name a file, as in `-o page.html`",
            ));
        }
        None => {}
    }
    let request = explored(args)?;
    check_scope(args.scope.as_deref(), &request)?;
    let subject = Subject {
        model: &request.model,
        phases: &request.phases,
        tables: &request.tables,
        formats: &request.formats,
        zero_cost: &request.zero_cost,
        scope: args.scope.as_deref(),
        notes: &request.notes,
    };
    let page = page(&subject).map_err(|error| usage_error(error.to_string()))?;
    if page.len() > MAX_BYTES {
        output::tell(format_args!(
            "note: the page is {} kB long; fewer tables, formats or movements make it smaller",
            page.len() / 1000
        ));
    }
    let written = match file {
        Some(file) => files::keep_model(file, &args.model.model)
            .and_then(|()| files::write(file, page.as_bytes())),
        None => output::print(&page),
    };
    // The program ends here: to take a large graph apart first is waste.
    std::mem::forget(request);
    written
}

/// Every variant must have the scope.
fn check_scope(scope: Option<&str>, request: &ExploreRequest) -> Result<(), Problems> {
    let Some(scope) = scope.filter(|scope| *scope != Estimate::WHOLE) else {
        return Ok(());
    };
    let variants = request.phases.iter().flat_map(|phase| &phase.variants);
    for counted in variants {
        let known = counted.graph.scopes();
        if !known.iter().any(|known| known.name == scope) {
            let variant = &counted.graph.variant;
            let names = known
                .iter()
                .map(|known| known.name.as_str())
                .chain([Estimate::WHOLE]);
            return Err(
                Diagnostic::new(format!("variant `{variant}` has no scope `{scope}`"))
                    .known(scope, names)
                    .into(),
            );
        }
    }
    Ok(())
}
