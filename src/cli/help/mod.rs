//! `picojoule help`: what the commands take, and the pages of the documentation.
//!
//! A topic is a command, as `picojoule help estimate`, or a page of `docs/`, which the
//! binary holds. Where both have one name, the command comes first and the page
//! behind it.

mod links;
mod page;
mod topics;

use std::io::IsTerminal;

use clap::{Command, CommandFactory};

pub(super) use self::topics::{TOPICS, Topic};
use super::args::Cli;
use super::output;
use crate::source::{Diagnostic, Problems};

pub(super) fn run(words: &[String]) -> Result<(), Problems> {
    let mut root = Cli::command();
    root.build();
    let Some((first, inner)) = words.split_first() else {
        return output::print(&format!("{}\n{}", of_command(root), topics()));
    };
    let page = Topic::find(first).filter(|_| inner.is_empty());
    let mut shown = Vec::new();
    match (command(&root, words), page) {
        (Err(unknown), None) => return Err(unknown.into()),
        (Err(_), Some(_)) => {}
        (Ok(command), _) => shown.push(of_command(command.clone()).trim_end().to_owned()),
    }
    shown.extend(page.map(|topic| page::lay_out(topic, output::width())));
    output::print(&shown.join("\n\n"))
}

/// The command that these words name, from without to within.
fn command<'c>(root: &'c Command, words: &[String]) -> Result<&'c Command, Diagnostic> {
    words.iter().try_fold(root, |command, word| {
        let found = command.find_subcommand(word);
        found.ok_or_else(|| unknown(word, command))
    })
}

/// What `--help` of a command prints.
fn of_command(mut command: Command) -> String {
    let help = command.render_long_help();
    let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    match colour {
        true => help.ansi().to_string(),
        false => help.to_string(),
    }
}

/// The pages with their titles.
fn topics() -> String {
    let names = TOPICS.iter().map(|topic| topic.name.len());
    let width = names.max().unwrap_or_default();
    let lines = TOPICS
        .iter()
        .map(|topic| format!("  {:width$}  {}", topic.name, topic.title()));
    let lines: Vec<String> = lines.collect();
    format!(
        "Topics, each printed by `picojoule help TOPIC`:\n{}",
        lines.join("\n")
    )
}

/// The mistake of a word that names no command in `within`, and no page either.
fn unknown(word: &str, within: &Command) -> Diagnostic {
    let commands = within.get_subcommands().map(Command::get_name);
    let topics = TOPICS.iter().map(|topic| topic.name);
    // Pages stand beside the commands of the program itself.
    let topics = topics.filter(|_| within.get_name() == "picojoule");
    Diagnostic::new(format!("no command and no topic `{word}`"))
        .known(word, commands.chain(topics))
        .help("`picojoule help` lists all of them")
}
