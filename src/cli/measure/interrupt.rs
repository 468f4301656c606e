//! What an interrupted measurement leaves behind: nothing.
//!
//! The command runs in a process group of its own, so that what it has started ends
//! with it, and the terminal's signals come to us first. What there is to end or to
//! take away is kept behind one lock, which is also held while a file takes its name:
//! so a signal finds it written or not, never in between.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::process::ProcessGroup;

/// What an interrupted program exits with by convention.
const INTERRUPTED: i32 = 130;

/// What there is to end and to take away.
#[derive(Debug, Default)]
pub(super) struct Ongoing {
    pub(super) command: Option<ProcessGroup>,
    pub(super) unfinished: Option<PathBuf>,
}

/// The same, shared with who waits for signals.
#[derive(Debug, Clone, Default)]
pub(super) struct Interrupt(Arc<Mutex<Ongoing>>);

impl Interrupt {
    /// Cleans up from now on when the program is interrupted or ended. Where no
    /// handler can be set it runs on without.
    pub(super) fn watched() -> Interrupt {
        let interrupt = Interrupt::default();
        let watched = interrupt.clone();
        let _ = ctrlc::set_handler(move || {
            let mut ongoing = watched.lock();
            if let Some(command) = ongoing.command.take() {
                command.end();
            }
            if let Some(unfinished) = ongoing.unfinished.take() {
                let _ = std::fs::remove_file(unfinished);
            }
            std::process::exit(INTERRUPTED);
        });
        interrupt
    }

    /// Holds a signal back until the guard is gone.
    pub(super) fn lock(&self) -> MutexGuard<'_, Ongoing> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
