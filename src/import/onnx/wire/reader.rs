//! What all messages of a file are read with: the view of the file, and how
//! much may yet come of it.

use super::malformed::Malformed;
use super::window::Window;
use crate::import::bytes::Bytes;

/// Graphs within graphs deeper than this are refused.
pub(super) const MAX_DEPTH: usize = 32;

/// Longer texts are no names.
const MAX_TEXT: u64 = 64 * 1024;

/// Two bytes of a file can stand for an empty node that takes a hundred in
/// memory, so the file's size does not bound what is made of it; these do.
const MAX_NODES: usize = 1_000_000;
const MAX_PARTS: usize = 4_000_000;
const MAX_NUMBERS: usize = 16_000_000;

/// What messages are read with.
pub(super) struct Reader<'b> {
    window: Window<'b>,
    nodes: usize,
    parts: usize,
    numbers: usize,
}

impl<'b> Reader<'b> {
    pub fn new(bytes: &'b dyn Bytes) -> Result<Self, Malformed> {
        let window = Window::new(bytes).map_err(|error| unreadable(&error, 0))?;
        Ok(Reader {
            window,
            nodes: MAX_NODES,
            parts: MAX_PARTS,
            numbers: MAX_NUMBERS,
        })
    }

    /// How many bytes the file has.
    pub fn size(&self) -> u64 {
        self.window.size()
    }

    /// The byte at `at`.
    pub fn byte(&mut self, at: u64) -> Result<u8, Malformed> {
        self.window.byte(at).map_err(|error| unreadable(&error, at))
    }

    /// The bytes from `at` on.
    pub fn copy(&mut self, at: u64, into: &mut [u8]) -> Result<(), Malformed> {
        self.window
            .copy(at, into)
            .map_err(|error| unreadable(&error, at))
    }

    /// The text in so many bytes from `at` on, which is within the file.
    /// `None` if it is too long for a text or is none.
    pub fn text(&mut self, at: u64, length: u64) -> Result<Option<String>, Malformed> {
        if length > MAX_TEXT {
            return Ok(None);
        }
        // Cannot be cut short: it is less than the limit above.
        let mut bytes = vec![0; length as usize];
        self.copy(at, &mut bytes)?;
        Ok(String::from_utf8(bytes).ok())
    }

    /// Counts one node; an error if there are too many.
    pub fn count_node(&mut self, at: u64) -> Result<(), Malformed> {
        take(&mut self.nodes, 1, MAX_NODES, "nodes", at)
    }

    /// Counts one message or text; an error if there are too many.
    pub fn count_part(&mut self, at: u64) -> Result<(), Malformed> {
        take(&mut self.parts, 1, MAX_PARTS, "parts", at)
    }

    /// Counts one number of a list; an error if there are too many.
    pub fn count_number(&mut self, at: u64) -> Result<(), Malformed> {
        let what = "numbers in attributes and shapes";
        take(&mut self.numbers, 1, MAX_NUMBERS, what, at)
    }

    /// Whether so many numbers of a tensor may be kept; counts them if so.
    pub fn keep_numbers(&mut self, count: usize) -> bool {
        let left = self.numbers.checked_sub(count);
        self.numbers = left.unwrap_or(self.numbers);
        left.is_some()
    }
}

fn take(left: &mut usize, count: usize, of: usize, what: &str, at: u64) -> Result<(), Malformed> {
    *left = left.checked_sub(count).ok_or_else(|| Malformed {
        what: format!("more than {of} {what}"),
        at,
        within: "the model",
    })?;
    Ok(())
}

fn unreadable(error: &std::io::Error, at: u64) -> Malformed {
    Malformed {
        what: format!("cannot be read: {error}"),
        at,
        within: "the file",
    }
}
