//! Which variants of a model, and over which part of it.

use clap::Args;

/// Several variants.
#[derive(Debug, Args)]
pub(in crate::cli) struct VariantsArgs {
    /// Variants, the baseline first: the model's own, or blocks for its slot, by
    /// name or path; `mine=./block.toml` gives one another name
    #[arg(
        long,
        visible_alias = "variant",
        value_name = "VARIANT",
        value_delimiter = ','
    )]
    pub(in crate::cli) variants: Vec<String>,
}

/// Several scopes.
#[derive(Debug, Args)]
pub(in crate::cli) struct ScopesArgs {
    /// Scopes; all that every variant has if none is given
    #[arg(
        long,
        visible_alias = "scopes",
        value_name = "SCOPE",
        value_delimiter = ','
    )]
    pub(in crate::cli) scope: Vec<String>,
}
