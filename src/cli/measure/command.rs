//! The command that is measured: started, waited for, ended with all that it started.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use super::interrupt::Interrupt;
use super::process::{ProcessGroup, is_stopped, is_there, wait};
use crate::source::{Diagnostic, Problems};

/// How much of what a failed command said is shown.
const SHOWN_BYTES: u64 = 2000;
const SHOWN_LINES: usize = 8;

/// A command that can be run often.
pub(super) struct Runner<'a> {
    words: &'a [OsString],
    show_output: bool,
    interrupt: &'a Interrupt,
}

impl<'a> Runner<'a> {
    /// A command of these words, of which the first is there.
    pub(super) fn new(
        words: &'a [OsString],
        show_output: bool,
        interrupt: &'a Interrupt,
    ) -> Result<Runner<'a>, Problems> {
        let runner = Runner {
            words,
            show_output,
            interrupt,
        };
        match words.first() {
            Some(program) if is_there(program) => Ok(runner),
            _ => Err(runner.cannot_run(&io::ErrorKind::NotFound.into())),
        }
    }

    /// The command as it was typed.
    pub(super) fn shown(&self) -> String {
        let words = self.words.iter().map(|word| word.to_string_lossy());
        words.collect::<Vec<_>>().join(" ")
    }

    /// Runs it once. `tick` is called again and again, `interval` apart, and the moment
    /// that it ends.
    pub(super) fn run(
        &self,
        interval: Duration,
        mut tick: impl FnMut() -> Result<(), Problems>,
    ) -> Result<(), Problems> {
        let errors = match self.show_output {
            true => None,
            false => Some(tempfile::tempfile().map_err(|error| self.cannot_run(&error))?),
        };
        let running = self
            .start(errors.as_ref())
            .map_err(|error| self.cannot_run(&error))?;
        let ending = running.wait(interval, &mut tick)?;
        tick()?;
        drop(running);
        let status = ending.map_err(|error| {
            Problems::from(Diagnostic::new(format!(
                "`{}` is lost: {error}",
                self.shown()
            )))
        })?;
        if status.success() {
            return Ok(());
        }
        let mistake = Diagnostic::new(format!("`{}` failed: {status}", self.shown()));
        if is_stopped(status) {
            let help = "it may want to read from the terminal, which it cannot, as it may be run \
                often";
            return Err(mistake.help(help).into());
        }
        Err(match errors.and_then(last_words) {
            Some(words) => mistake.help(format!("its last words: {words}")),
            None => mistake,
        }
        .into())
    }

    fn cannot_run(&self, error: &io::Error) -> Problems {
        let mistake = Diagnostic::new(format!("cannot run `{}`: {error}", self.shown()));
        match error.kind() {
            io::ErrorKind::NotFound => {
                mistake.help("a command is a program on the PATH, or the path of one")
            }
            _ => mistake,
        }
        .into()
    }

    fn start(&self, errors: Option<&File>) -> io::Result<Running<'_>> {
        let (program, arguments) = self.words.split_first().ok_or(io::ErrorKind::NotFound)?;
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::null());
        match errors {
            None => command.stdout(io::stderr()).stderr(Stdio::inherit()),
            Some(file) => command.stdout(Stdio::null()).stderr(file.try_clone()?),
        };
        ProcessGroup::apart(&mut command);
        // A signal comes before it is started, or when it is known whom to end.
        let mut ongoing = self.interrupt.lock();
        let child = command.spawn()?;
        let group = ProcessGroup::of(&child);
        ongoing.command = Some(group);
        let (sender, ended) = sync_channel(2);
        std::thread::spawn(move || wait(child, &sender));
        Ok(Running {
            group,
            ended,
            interrupt: self.interrupt,
        })
    }
}

/// A command that runs, and ends with this value.
struct Running<'a> {
    group: ProcessGroup,
    ended: Receiver<io::Result<ExitStatus>>,
    interrupt: &'a Interrupt,
}

impl Running<'_> {
    fn wait(
        &self,
        interval: Duration,
        mut tick: impl FnMut() -> Result<(), Problems>,
    ) -> Result<io::Result<ExitStatus>, Problems> {
        loop {
            match self.ended.recv_timeout(interval) {
                Ok(ending) => return Ok(ending),
                Err(RecvTimeoutError::Timeout) => tick()?,
                Err(RecvTimeoutError::Disconnected) => {
                    return Ok(Err(io::ErrorKind::BrokenPipe.into()));
                }
            }
        }
    }
}

impl Drop for Running<'_> {
    /// What it has left in the background would be measured as idle.
    fn drop(&mut self) {
        let mut ongoing = self.interrupt.lock();
        self.group.end();
        ongoing.command = None;
    }
}

/// The last lines that a command has written.
fn last_words(mut file: File) -> Option<String> {
    let length = file.metadata().ok()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(SHOWN_BYTES)))
        .ok()?;
    let mut bytes = Vec::new();
    file.take(SHOWN_BYTES).read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<String> = text
        .lines()
        .map(|line| line.chars().filter(|c| !c.is_control()).collect::<String>())
        .filter(|line| !line.trim().is_empty())
        .collect();
    let shown = lines.len().saturating_sub(SHOWN_LINES);
    (!lines.is_empty()).then(|| lines[shown..].join("\n"))
}
