//! Completions: what can stand where the cursor is.
//!
//! A shell runs the program itself, with a variable set that says which shell it is
//! and with the line so far, and shows what it prints. So the candidates are those of
//! the model and the tables that stand on the line: its variants, dims and scopes,
//! their formats and entries. The script that makes a shell do so is what
//! `picojoule completions SHELL` prints.
//!
//! | file | what it knows |
//! |---|---|
//! | `line` | what was typed so far, and the model and tables that it names |
//! | `bash`, `zsh`, `script` | how these ask and are answered, and what their scripts share |
//! | `kinds` | which argument takes what |
//! | `values` | the values of each kind |

mod bash;
mod kinds;
mod line;
mod script;
mod values;
mod zsh;

use std::ffi::OsString;
use std::io::Write;
use std::sync::Arc;

use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_complete::engine::ArgValueCompleter;
use clap_complete::env::{Elvish, EnvCompleter, Fish, Powershell, Shells};

use self::bash::Bash;
use self::kinds::Kind;
use self::line::Line;
use self::values::Values;
use self::zsh::Zsh;
use super::args::Cli;
use super::output;
use super::usage::usage_error;
use crate::source::Problems;

/// The variable by which a shell asks.
const ASKED: &str = "_PICOJOULE_COMPLETE";
/// The shells that can ask.
const SHELLS: Shells<'static> = Shells(&[&Bash, &Elvish, &Fish, &Powershell, &Zsh]);

/// Answers a shell that asks for completions; nothing where none does.
pub(super) fn answer(arguments: &[OsString]) -> Option<u8> {
    let shell = std::env::var(ASKED).ok()?;
    let shell = SHELLS.completer(&shell)?;
    let mut typed = arguments.iter().skip_while(|word| *word != "--").skip(1);
    let words: Vec<OsString> = match shell.name() == Bash.name() {
        true => {
            let line = typed
                .next()
                .map(|line| bash::words(&line.to_string_lossy()));
            line.unwrap_or_default()
        }
        false => typed.cloned().collect(),
    };
    // A shell hands over the program's name, too; the adapters count on it.
    if words.is_empty() {
        return Some(1);
    }
    let line = Arc::new(Line::read(&words));
    let mut command = with_values(Cli::command(), &line);
    command.build();
    let folder = std::env::current_dir().ok();
    let mut answer = Vec::new();
    // Who asks for completions reads no complaints.
    let written = shell.write_complete(&mut command, words, folder.as_deref(), &mut answer);
    let told = written.and_then(|()| std::io::stdout().write_all(&answer));
    Some(match told {
        Ok(()) => 0,
        Err(_) => 1,
    })
}

/// Prints the script that makes a shell ask. `program` is how this one was called.
pub(super) fn script(shell: Shell, program: Option<&OsString>) -> Result<(), Problems> {
    let failed = |error: std::io::Error| usage_error(format!("no completions: {error}"));
    let name = shell.to_string();
    let shell = SHELLS
        .completer(&name)
        .ok_or_else(|| usage_error(format!("no completions for `{name}`")))?;
    let program = program.map_or("picojoule".into(), |called| called.to_string_lossy());
    // Called by a path, it is found from every folder.
    let program = match program.contains(['/', '\\']) {
        true => std::path::absolute(&*program).map_err(failed)?,
        false => program.into_owned().into(),
    };
    let mut script = Vec::new();
    shell
        .write_registration(
            ASKED,
            "picojoule",
            "picojoule",
            &program.to_string_lossy(),
            &mut script,
        )
        .map_err(failed)?;
    output::print(&String::from_utf8_lossy(&script))
}

/// The command with what each argument of it and of its subcommands takes.
fn with_values(command: Command, line: &Arc<Line>) -> Command {
    let name = command.get_name().to_owned();
    command
        .mut_args(
            |argument| match Kind::of(&name, argument.get_id().as_str()) {
                Some(kind) => argument.add(ArgValueCompleter::new(Values {
                    kind,
                    line: Arc::clone(line),
                })),
                None => argument,
            },
        )
        .mut_subcommands(|inner| with_values(inner, line))
}
