//! `picojoule table scale`: a table file that is another one scaled by a law.
//!
//! What is written is the question, `extends` and `scale`, and not the answer:
//! the file follows when the other table is corrected.

use std::path::{Path, PathBuf};

use super::args::ScaleArgs;
use super::{files, loading, output, unfinished};
use crate::catalog::is_path;
use crate::source::{Problems, Source};
use crate::table::EnergyTable;

pub(super) fn run(args: &ScaleArgs) -> Result<(), Problems> {
    let loader = loading::loader();
    let base = loader.table(&args.table)?;
    let text = text(args, &base);
    // Read as it will be: a law that does not cover what is asked for says so.
    let source = Source::generated("the table that this gives", text.clone());
    EnergyTable::read(&source, &loader)?;
    match files::destination(args.output.as_deref()) {
        None => output::print(&text),
        Some(path) => {
            files::keep_model(path, &args.table)?;
            files::write(path, text.as_bytes())
        }
    }
}

fn text(args: &ScaleArgs, base: &EnergyTable) -> String {
    let to: Vec<String> = [
        args.node.clone(),
        args.process.clone(),
        args.voltage
            .as_ref()
            .map(|volts| format!("{}V", number(volts))),
        args.width.map(|width| format!("{}{width}", family(args))),
    ]
    .into_iter()
    .flatten()
    .map(|part| part.replace(' ', ""))
    .collect();
    let suffix = to.join("-");
    let name = (args.name.clone()).unwrap_or_else(|| format!("{}-to-{suffix}", base.name()));
    let title = format!(
        "{}, scaled to {} by {}",
        base.title(),
        to.join(", "),
        args.law
    );
    let mut scale = vec![format!("law = {}", quoted(&args.law))];
    let mut add = |key: &str, value: Option<String>| {
        scale.extend(value.map(|value| format!("{key} = {value}")));
    };
    let node = |node: &String| match node.trim().strip_suffix("nm") {
        Some(digits) => quoted(&format!("{} nm", digits.trim())),
        None => quoted(node),
    };
    add("node", args.node.as_ref().map(node));
    add("process", args.process.as_deref().map(quoted));
    let volts = |volts: &String| quoted(&format!("{} V", number(volts)));
    add("voltage", args.voltage.as_ref().map(volts));
    add("format", args.format.as_deref().map(quoted));
    add("width", args.width.map(|width| width.to_string()));
    format!(
        "name = {}\ntitle = {}\nextends = {}\nscale = {{ {} }}\n",
        quoted(&name),
        quoted(&title),
        quoted(&extends(args)),
        scale.join(", ")
    )
}

/// `int` of `int8`.
fn family(args: &ScaleArgs) -> &str {
    let format = args.format.as_deref().unwrap_or("width");
    format.trim_end_matches(|c: char| c.is_ascii_digit())
}

/// `0.7`, also of `0.7 V`.
fn number(volts: &str) -> &str {
    let volts = volts.trim();
    volts.strip_suffix('V').map_or(volts, str::trim_end)
}

/// The other table as the new file names it: what ships by its name, a file by
/// a path that leads there from where the new one is.
fn extends(args: &ScaleArgs) -> String {
    let folder = args.output.as_deref().map(unfinished::folder);
    match folder {
        Some(folder) if is_path(&args.table) && folder != Path::new(".") => {
            let path: PathBuf =
                std::path::absolute(&args.table).unwrap_or_else(|_| (&args.table).into());
            path.display().to_string()
        }
        _ => args.table.clone(),
    }
}

/// A string of TOML.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
