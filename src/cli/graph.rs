//! `picojoule graph`

use super::args::{GraphArgs, GraphFormat, VariantsArgs};
use super::request::{ModelRequest, Unnamed};
use super::usage::usage_error;
use super::{loading, output};
use crate::graph::{Unfold, draw};
use crate::source::Problems;

pub(super) fn run(args: &GraphArgs) -> Result<(), Problems> {
    let variants = VariantsArgs::of("--variant", args.variant.iter().cloned().collect());
    let loader = loading::scanning(&args.model.scan)?;
    let model = ModelRequest::new(&loader, &args.model, &variants, Unnamed::First)?;
    let unfold = if args.expand { Unfold::Yes } else { Unfold::No };
    let Some(variant) = model.variants.first() else {
        return Err(usage_error("the model has no variant"));
    };
    let graph = model.graph(variant, unfold)?;
    output::print(&match args.output {
        GraphFormat::Dot => draw::dot(&graph),
        GraphFormat::Mermaid => draw::mermaid(&graph),
        GraphFormat::Json => draw::json(&graph),
    })
}
