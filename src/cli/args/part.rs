//! Which variants of a model, and over which part of it.

use clap::Args;

/// What variants are typed after, unless a command has a flag of its own for them.
const VARIANT_FLAG: &str = "--variant";

/// Several variants.
#[derive(Debug, Clone, Args)]
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
    /// What they were typed after, for messages; a command whose flag is another one
    /// says so.
    #[arg(skip = VARIANT_FLAG)]
    pub(in crate::cli) flag: &'static str,
}

impl VariantsArgs {
    /// Variants that were typed after another flag.
    pub(in crate::cli) fn of(flag: &'static str, variants: Vec<String>) -> VariantsArgs {
        VariantsArgs { variants, flag }
    }

    /// None: those of the model.
    pub(in crate::cli) fn none() -> VariantsArgs {
        VariantsArgs::of(VARIANT_FLAG, Vec::new())
    }
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
