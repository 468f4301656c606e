//! A line of text, put together from short pieces.
//!
//! A piece is copied as so many bytes as are known beforehand, a few of them too many:
//! that takes a few instructions, where to copy any number of bytes is a call.

use std::ops::Range;

/// At least so many bytes follow the end of a line.
const ROOM: usize = 32;

/// The line, and what is left of others behind its end.
pub(super) struct Line {
    bytes: Vec<u8>,
    end: usize,
}

impl Line {
    pub(super) fn new() -> Line {
        Line {
            bytes: vec![0; ROOM],
            end: 0,
        }
    }

    pub(super) fn text(&self) -> &[u8] {
        &self.bytes[..self.end]
    }

    /// Where it ends.
    pub(super) fn end(&self) -> usize {
        self.end
    }

    /// Lets it end earlier.
    pub(super) fn cut(&mut self, end: usize) {
        self.end = self.end.min(end);
    }

    /// Makes its last byte another one.
    pub(super) fn set_last(&mut self, byte: u8) {
        if let Some(last) = self.bytes[..self.end].last_mut() {
            *last = byte;
        }
    }

    /// Appends a piece, of any length; quick are those of 8 to 24 bytes.
    #[inline(always)]
    pub(super) fn push(&mut self, piece: &[u8]) {
        let length = piece.len();
        let to = self.grow(length);
        match (piece.first_chunk::<8>(), piece.last_chunk::<8>()) {
            (Some(first), Some(last)) if length <= 24 => {
                if let Some(middle) = piece[8..].first_chunk::<8>() {
                    to[8..16].copy_from_slice(middle);
                }
                to[..8].copy_from_slice(first);
                to[length - 8..length].copy_from_slice(last);
            }
            _ => to[..length].copy_from_slice(piece),
        }
    }

    /// Appends one byte.
    #[inline(always)]
    pub(super) fn push_byte(&mut self, byte: u8) {
        self.grow(1)[0] = byte;
    }

    /// Appends what stands in another text; quick are pieces of up to so many bytes.
    #[inline(always)]
    pub(super) fn push_from(&mut self, text: &[u8], place: Range<usize>) {
        let length = place.len();
        let to = self.grow(length);
        match (
            text[place.start..].first_chunk::<ROOM>(),
            to.first_chunk_mut::<ROOM>(),
        ) {
            (Some(from), Some(to)) if length <= ROOM => *to = *from,
            _ => to[..length].copy_from_slice(&text[place]),
        }
    }

    /// Makes it so much longer: the new bytes, and those behind.
    #[inline(always)]
    fn grow(&mut self, by: usize) -> &mut [u8] {
        let start = self.end;
        self.end += by;
        if self.bytes.len() < self.end + ROOM {
            self.bytes.resize(2 * (self.end + ROOM), 0);
        }
        &mut self.bytes[start..]
    }
}
