//! What was read so far.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Results by the name under which they were asked for, mistakes among them:
/// a file that is wrong is wrong each time.
pub(super) struct Memo<T, E>(Mutex<HashMap<String, Result<Arc<T>, E>>>);

impl<T, E> Default for Memo<T, E> {
    fn default() -> Self {
        Memo(Mutex::default())
    }
}

impl<T, E: Clone> Memo<T, E> {
    /// Forgets all of it.
    pub(super) fn clear(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    /// What is there under `key`, read if need be.
    pub(super) fn memoize(
        &self,
        key: &str,
        read: impl FnOnce() -> Result<Arc<T>, E>,
    ) -> Result<Arc<T>, E> {
        let lock = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(key) {
            return known.clone();
        }
        // Not under the lock: what two threads ask for at once is read twice,
        // and both get what was read first.
        let fresh = read();
        lock().entry(key.to_owned()).or_insert(fresh).clone()
    }
}
