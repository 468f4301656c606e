//! Processes and their signals, which differ from system to system.

use std::ffi::OsStr;
use std::io;
#[cfg(unix)]
use std::path::Path;
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::SyncSender;
#[cfg(unix)]
use std::time::Duration;

/// A command and all that it has started.
#[cfg(unix)]
#[derive(Debug, Clone, Copy)]
pub(super) struct ProcessGroup(rustix::process::Pid);

#[cfg(unix)]
impl ProcessGroup {
    /// How long it has to end by itself.
    const GRACE: Duration = Duration::from_secs(2);
    const AGAIN: Duration = Duration::from_millis(5);

    pub(super) fn apart(command: &mut Command) {
        use std::os::unix::process::CommandExt;
        command.process_group(0);
    }

    pub(super) fn of(child: &Child) -> ProcessGroup {
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
pub(super) fn wait(child: Child, ended: &SyncSender<io::Result<ExitStatus>>) {
    use rustix::process::{Pid, WaitOptions, waitpid};
    use std::os::unix::process::ExitStatusExt;
    let pid = Pid::from_child(&child);
    loop {
        let ending = match waitpid(Some(pid), WaitOptions::UNTRACED) {
            Err(rustix::io::Errno::INTR) | Ok(None) => continue,
            Err(error) => Err(error.into()),
            Ok(Some((_, status))) => Ok(ExitStatus::from_raw(status.as_raw())),
        };
        let goes_on = matches!(ending, Ok(status) if is_stopped(status));
        let _ = ended.send(ending);
        if !goes_on {
            return;
        }
    }
}

/// Whether there is a program, by its path or on the `PATH`.
#[cfg(unix)]
pub(super) fn is_there(program: &OsStr) -> bool {
    use std::os::unix::ffi::OsStrExt;
    if program.as_bytes().contains(&b'/') {
        return Path::new(program).exists();
    }
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| folder.join(program).is_file())
}

/// Whether a command has not ended, but waits for a signal.
#[cfg(unix)]
pub(super) fn is_stopped(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    status.stopped_signal().is_some()
}

/// Elsewhere Ctrl-C comes to every program of the console by itself.
#[cfg(not(unix))]
#[derive(Debug, Clone, Copy)]
pub(super) struct ProcessGroup;

#[cfg(not(unix))]
impl ProcessGroup {
    pub(super) fn apart(_command: &mut Command) {}

    pub(super) fn of(_child: &Child) -> ProcessGroup {
        ProcessGroup
    }

    pub(super) fn end(self) {}
}

/// Waits until a command ends.
#[cfg(not(unix))]
pub(super) fn wait(mut child: Child, ended: &SyncSender<io::Result<ExitStatus>>) {
    let _ = ended.send(child.wait());
}

/// Elsewhere the system alone knows under which names it looks for a program.
#[cfg(not(unix))]
pub(super) fn is_there(_program: &OsStr) -> bool {
    true
}

/// Where there are no signals a command runs until it ends.
#[cfg(not(unix))]
pub(super) fn is_stopped(_status: ExitStatus) -> bool {
    false
}
