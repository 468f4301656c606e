//! The command that is measured: started, waited for, ended with all that it started.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use super::interrupt::Interrupt;
use crate::source::{Diagnostic, Problems};

/// How much of what a failed command said is shown.
const SHOWN_BYTES: u64 = 2000;
const SHOWN_LINES: usize = 8;

/// A command that can be run often.
pub(super) struct Measured<'a> {
    words: &'a [OsString],
    show_output: bool,
    interrupt: &'a Interrupt,
}

/// What came of a command.
#[derive(Debug)]
enum Ending {
    Exited(ExitStatus),
    /// It wants something of the terminal, which it has not.
    Stopped,
    Lost(io::Error),
}

impl<'a> Measured<'a> {
    pub(super) fn new(
        words: &'a [OsString],
        show_output: bool,
        interrupt: &'a Interrupt,
    ) -> Measured<'a> {
        Measured {
            words,
            show_output,
            interrupt,
        }
    }

    /// The command as it was typed.
    pub(super) fn shown(&self) -> String {
        let words = self.words.iter().map(|word| word.to_string_lossy());
        words.collect::<Vec<_>>().join(" ")
    }

    /// Runs it once. `tick` is called again and again, `interval` apart.
    pub(super) fn run(
        &self,
        interval: Duration,
        tick: impl FnMut() -> Result<(), Problems>,
    ) -> Result<(), Problems> {
        let errors = match self.show_output {
            true => None,
            false => Some(tempfile::tempfile().map_err(|error| self.cannot_run(&error))?),
        };
        let running = self
            .start(errors.as_ref())
            .map_err(|error| self.cannot_run(&error))?;
        let ending = running.wait(interval, tick)?;
        drop(running);
        let message = match &ending {
            Ending::Exited(status) if status.success() => return Ok(()),
            Ending::Exited(status) => format!("`{}` failed: {status}", self.shown()),
            Ending::Stopped => format!("`{}` was stopped", self.shown()),
            Ending::Lost(error) => format!("`{}` is lost: {error}", self.shown()),
        };
        let mistake = Diagnostic::new(message);
        Err(match (ending, errors.and_then(last_words)) {
            (Ending::Stopped, _) => mistake.help(
                "it may want to read from the terminal, which it cannot, as it may be run often",
            ),
            (_, Some(words)) => mistake.help(format!("its last words: {words}")),
            (_, None) => mistake,
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
    ended: Receiver<Ending>,
    interrupt: &'a Interrupt,
}

impl Running<'_> {
    fn wait(
        &self,
        interval: Duration,
        mut tick: impl FnMut() -> Result<(), Problems>,
    ) -> Result<Ending, Problems> {
        loop {
            match self.ended.recv_timeout(interval) {
                Ok(ending) => return Ok(ending),
                Err(RecvTimeoutError::Timeout) => tick()?,
                Err(RecvTimeoutError::Disconnected) => {
                    return Ok(Ending::Lost(io::ErrorKind::BrokenPipe.into()));
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

/// A command and all that it has started.
#[cfg(unix)]
#[derive(Debug, Clone, Copy)]
pub(super) struct ProcessGroup(rustix::process::Pid);

#[cfg(unix)]
impl ProcessGroup {
    /// How long it has to end by itself.
    const GRACE: Duration = Duration::from_secs(2);
    const AGAIN: Duration = Duration::from_millis(5);

    fn apart(command: &mut Command) {
        use std::os::unix::process::CommandExt;
        command.process_group(0);
    }

    fn of(child: &Child) -> ProcessGroup {
        ProcessGroup(rustix::process::Pid::from_child(child))
    }

    /// Ends it, if need be by force.
    pub(super) fn end(self) {
        use rustix::process::{Signal, kill_process_group, test_kill_process_group};
        // One that is stopped hears of nothing else.
        for signal in [Signal::TERM, Signal::CONT] {
            let _ = kill_process_group(self.0, signal);
        }
        let asked = std::time::Instant::now();
        while test_kill_process_group(self.0).is_ok() {
            if asked.elapsed() > ProcessGroup::GRACE {
                let _ = kill_process_group(self.0, Signal::KILL);
                return;
            }
            std::thread::sleep(ProcessGroup::AGAIN);
        }
    }
}

/// Waits until a command ends, and tells if it is stopped before.
#[cfg(unix)]
fn wait(child: Child, ended: &SyncSender<Ending>) {
    use rustix::process::{Pid, WaitOptions, waitpid};
    use std::os::unix::process::ExitStatusExt;
    let pid = Pid::from_child(&child);
    loop {
        let ending = match waitpid(Some(pid), WaitOptions::UNTRACED) {
            Err(rustix::io::Errno::INTR) | Ok(None) => continue,
            Err(error) => Ending::Lost(error.into()),
            Ok(Some((_, status))) if status.stopped() => Ending::Stopped,
            Ok(Some((_, status))) => Ending::Exited(ExitStatus::from_raw(status.as_raw())),
        };
        let is_over = !matches!(ending, Ending::Stopped);
        let _ = ended.send(ending);
        if is_over {
            return;
        }
    }
}

/// Elsewhere Ctrl-C comes to every program of the console by itself.
#[cfg(not(unix))]
#[derive(Debug, Clone, Copy)]
pub(super) struct ProcessGroup;

#[cfg(not(unix))]
impl ProcessGroup {
    fn apart(_command: &mut Command) {}

    fn of(_child: &Child) -> ProcessGroup {
        ProcessGroup
    }

    pub(super) fn end(self) {}
}

/// Waits until a command ends.
#[cfg(not(unix))]
fn wait(mut child: Child, ended: &SyncSender<Ending>) {
    let ending = child.wait().map_or_else(Ending::Lost, Ending::Exited);
    let _ = ended.send(ending);
}
