//! `picojoule import`

use super::args::ImportArgs;
use super::settings::Set;
use super::{files, loading, output};
use crate::import::Given;
use crate::source::{Problems, Source};

/// Writes the model file that is made of another file.
pub(super) fn run(args: &ImportArgs) -> Result<(), Problems> {
    let imported = loading::scanning(&args.scan)?.import(&args.file, &given(args)?)?;
    for note in &imported.notes {
        output::tell(format_args!("note: {note}"));
    }
    if imported.text.len() > Source::max_bytes() {
        let most = Source::max_bytes() >> 20;
        output::tell(format_args!(
            "note: the model file is larger than {most} MiB, the most that is read; estimate `{}` itself",
            args.file
        ));
    }
    match &args.output {
        None => output::print(&imported.text),
        Some(path) => files::write(path, imported.text.as_bytes()),
    }
}

/// The dims that are given.
fn given(args: &ImportArgs) -> Result<Given, Problems> {
    let mut problems = Problems::new();
    let set = Set::new(&args.set, &mut problems);
    problems.or(set.given())
}
