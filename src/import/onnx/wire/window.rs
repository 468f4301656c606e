//! A view of a file through a small buffer, so that weights that nobody reads
//! are never in memory.

use std::io;

use crate::import::bytes::Bytes;

/// Bytes held at a time. Reading jumps over every large tensor, and each jump
/// reads a buffer's worth, so a larger one would read more of the weights.
const HELD: usize = 16 * 1024;

/// The bytes of a file, some of which are held.
pub(super) struct Window<'b> {
    bytes: &'b dyn Bytes,
    size: u64,
    held: Vec<u8>,
    start: u64,
}

impl<'b> Window<'b> {
    pub fn new(bytes: &'b dyn Bytes) -> io::Result<Self> {
        Ok(Window {
            bytes,
            size: bytes.size()?,
            held: Vec::new(),
            start: 0,
        })
    }

    /// How many bytes the file has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The byte at `at`.
    pub fn byte(&mut self, at: u64) -> io::Result<u8> {
        if let Some(byte) = self.held_from(at).first() {
            return Ok(*byte);
        }
        self.hold(at)?;
        self.held
            .first()
            .copied()
            .ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    /// The bytes from `at` on.
    pub fn copy(&mut self, at: u64, into: &mut [u8]) -> io::Result<()> {
        let length = into.len();
        if self.held_from(at).len() < length {
            if length > HELD {
                return self.bytes.fill(at, into);
            }
            self.hold(at)?;
        }
        let from = self
            .held_from(at)
            .get(..length)
            .ok_or(io::ErrorKind::UnexpectedEof)?;
        into.copy_from_slice(from);
        Ok(())
    }

    fn held_from(&self, at: u64) -> &[u8] {
        at.checked_sub(self.start)
            .and_then(|skipped| self.held.get(usize::try_from(skipped).ok()?..))
            .unwrap_or_default()
    }

    fn hold(&mut self, at: u64) -> io::Result<()> {
        let left = self.size.saturating_sub(at);
        self.held
            .resize(usize::try_from(left).map_or(HELD, |left| left.min(HELD)), 0);
        self.start = at;
        self.bytes
            .fill(at, &mut self.held)
            .inspect_err(|_| self.held.clear())
    }
}
