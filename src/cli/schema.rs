//! `picojoule schema`

use super::args::{KindArg, SchemaArgs};
use super::output;
use crate::catalog::Kind;
use crate::schema::schema;
use crate::source::Problems;

pub(super) fn run(args: &SchemaArgs) -> Result<(), Problems> {
    let kind = match args.kind {
        KindArg::Model => Kind::Model,
        KindArg::Block => Kind::Block,
        KindArg::Table => Kind::Table,
        KindArg::Report => Kind::Report,
        KindArg::Claim => Kind::Claim,
        KindArg::Densities => Kind::Densities,
    };
    output::print(&schema(kind).unwrap_or_default())
}
