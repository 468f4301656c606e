//! `picojoule man`: manual pages, made of what `--help` says.

use std::path::Path;

use clap::{Command, CommandFactory};

use super::args::Cli;
use super::usage::usage_error;
use super::{files, output};
use crate::report::PageFile;
use crate::source::Problems;

/// Prints the page of the program, or writes all pages into a folder.
pub(super) fn run(out: Option<&Path>) -> Result<(), Problems> {
    let mut root = Cli::command();
    root.build();
    let Some(folder) = out else {
        let page = page(root)?;
        return output::print(&String::from_utf8_lossy(&page));
    };
    let mut pages = Vec::new();
    add(&root, &mut pages)?;
    files::write_all(folder, &pages)?;
    for page in &pages {
        output::tell(format_args!("wrote {}", folder.join(&page.name).display()));
    }
    Ok(())
}

/// The pages of a command and of all within it: `picojoule-table-show.1`.
fn add(command: &Command, pages: &mut Vec<PageFile>) -> Result<(), Problems> {
    let name = command.get_display_name().unwrap_or(command.get_name());
    pages.push(PageFile {
        name: format!("{name}.1"),
        bytes: page(command.clone())?,
    });
    command
        .get_subcommands()
        .try_for_each(|inner| add(inner, pages))
}

/// What stands behind the options of a help text begins with its examples, where it
/// has some.
const EXTRA: &str = ".SH EXTRA\n";
const EXAMPLES: &str = ".SH EXTRA\nExamples:\n";

fn page(command: Command) -> Result<Vec<u8>, Problems> {
    let is_root = command.get_name() == "picojoule";
    let mut page = Vec::new();
    clap_mangen::Man::new(command)
        .source(concat!("picojoule ", env!("CARGO_PKG_VERSION")))
        .manual("picojoule")
        .render(&mut page)
        .map_err(|error| usage_error(format!("cannot write the manual page: {error}")))?;
    let mut page = String::from_utf8_lossy(&page)
        .replace(EXAMPLES, ".SH EXAMPLES\n")
        .replace(EXTRA, ".SH NOTES\n");
    page.push_str(match is_root {
        true => ".SH SEE ALSO\n`picojoule help` lists the pages of the documentation.\n",
        false => ".SH SEE ALSO\n.BR picojoule (1)\n",
    });
    Ok(page.into_bytes())
}
