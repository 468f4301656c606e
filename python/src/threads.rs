//! The threads that work things out.
//!
//! A process that was forked has none of the threads of the one that it was forked
//! from, and waits for them for ever. So the threads belong to a process, and one that
//! finds itself to be another makes its own.

use std::sync::{Arc, Mutex, PoisonError};

use rayon::{ThreadPool, ThreadPoolBuilder};

/// The number of a process, and its threads.
static POOL: Mutex<Option<(u32, Arc<ThreadPool>)>> = Mutex::new(None);

/// Does `work` with the threads of this process, or with one where no more can be had.
pub(crate) fn on_all<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    match pool() {
        Some(pool) => pool.install(work),
        None => work(),
    }
}

fn pool() -> Option<Arc<ThreadPool>> {
    let own = std::process::id();
    let mut known = POOL.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((process, pool)) = &*known
        && *process == own
    {
        return Some(Arc::clone(pool));
    }
    let pool = Arc::new(ThreadPoolBuilder::new().build().ok()?);
    if let Some((_, threads)) = known.replace((own, Arc::clone(&pool))) {
        // Its threads are in the other process; nobody here can end them.
        std::mem::forget(threads);
    }
    Some(pool)
}
