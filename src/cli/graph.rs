//! `picojoule graph`

use super::args::{GraphArgs, GraphFormat};
use super::output;
use super::request::{self, ModelRequest};
use super::usage::usage_error;
use crate::graph::{Unfold, draw};
use crate::source::Problems;

pub(super) fn run(args: &GraphArgs) -> Result<(), Problems> {
    let variants: Vec<String> = args.variant.iter().cloned().collect();
    let model = ModelRequest::new(&args.model, &variants, request::Default::First)?;
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
