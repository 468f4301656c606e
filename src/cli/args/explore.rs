//! `picojoule explore`, as typed.

use std::path::PathBuf;

use clap::Args;

use super::model::ModelArgs;
use super::output::file;
use super::part::VariantsArgs;
use super::price::PriceArgs;

/// `picojoule explore`
#[derive(Debug, Args)]
#[command(mut_arg("phase", |arg| {
    arg.default_value("all").help(
        "Phases to choose from, several with commas: `prefill`, `decode`, `train`; `all` is \
         prefill and, of a model that generates, decode",
    )
}))]
#[command(mut_arg("table", |arg| {
    arg.help("Hardware tables to choose from, by name or path, several with commas; all that \
              ship and price the model if none is given")
}))]
#[command(mut_arg("format", |arg| {
    arg.help("Number formats to choose from, several with commas, the first first; the model's \
              own and those that the tables propose if none is given")
}))]
#[command(mut_arg("movement", |arg| {
    arg.default_value("all").help(
        "How data moves, several with commas: `none`, `no-reuse`, `compulsory`; `all` is these \
         three. Tiles are searched for, which a page does not do",
    )
}))]
#[command(mut_arg("tiles", |arg| arg.hide(true)))]
#[command(mut_arg("fuse", |arg| arg.hide(true)))]
#[command(mut_arg("statics", |arg| arg.hide(true)))]
#[command(after_help = "\
Examples:
  picojoule explore attention -o attention.html
  picojoule explore gpt2 --phase prefill,decode --format bf16,int8 -o gpt2.html
  picojoule explore mine.toml --table mine-table.toml,45nm -o mine.html
  picojoule explore net.onnx --set batch=1 -o net.html

The page is one file that needs no network and no server: open it in a browser,
send it to a colleague. What is chosen stands in its address after the `#`.")]
pub(in crate::cli) struct ExploreArgs {
    #[command(flatten)]
    pub(in crate::cli) model: ModelArgs,
    #[command(flatten)]
    pub(in crate::cli) price: PriceArgs,
    #[command(flatten)]
    pub(in crate::cli) variants: VariantsArgs,
    /// The scope that is shown first; all of the model if none is given
    #[arg(long, value_name = "SCOPE")]
    pub(in crate::cli) scope: Option<String>,
    /// Write the page into this file; `-`, or a pipe if no file is given, is standard
    /// output
    #[arg(long, short, value_name = "FILE", value_parser = file)]
    pub(in crate::cli) output: Option<PathBuf>,
}
