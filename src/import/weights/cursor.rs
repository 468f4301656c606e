//! A head of a file, read from its first byte on through a small buffer.
//!
//! A length that a file states is held against what is left of it before
//! anything is done with it, and a head against the most that one may take: no
//! number in a file makes a loop or a buffer long.

use std::fmt;

use crate::import::bytes::Bytes;

/// So much is read at once.
const BUFFER: u64 = 1 << 16;
/// No head of a file of weights is longer: one with a quarter of a million words
/// takes 10 MB.
pub(super) const LONGEST: u64 = 1 << 28;

/// What is wrong with a head, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HeaderError {
    offset: u64,
    message: String,
}

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at byte {}: {}", self.offset, self.message)
    }
}

/// In which order the bytes of a number lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// The lowest first.
    Little,
    /// The highest first.
    Big,
}

/// A place in a head.
pub(super) struct Cursor<'b> {
    bytes: &'b dyn Bytes,
    /// How long the file is, or the most that a head may take.
    end: u64,
    is_cut: bool,
    at: u64,
    /// What lies from `from` on.
    buffer: Vec<u8>,
    from: u64,
    pub(super) order: Order,
}

impl<'b> Cursor<'b> {
    pub(super) fn new(bytes: &'b dyn Bytes) -> Result<Cursor<'b>, HeaderError> {
        let failed = |error: std::io::Error| HeaderError {
            offset: 0,
            message: error.to_string(),
        };
        let size = bytes.size().map_err(failed)?;
        if size == 0 {
            return Err(HeaderError {
                offset: 0,
                message: "the file is empty".to_owned(),
            });
        }
        Ok(Cursor {
            bytes,
            end: size.min(LONGEST),
            is_cut: size > LONGEST,
            at: 0,
            buffer: Vec::new(),
            from: 0,
            order: Order::Little,
        })
    }

    /// A mistake where the cursor is.
    pub(super) fn wrong(&self, message: impl Into<String>) -> HeaderError {
        HeaderError {
            offset: self.at,
            message: message.into(),
        }
    }

    /// How many bytes are behind it.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// How many bytes there are from here on.
    pub(super) fn left(&self) -> u64 {
        self.end.saturating_sub(self.at)
    }

    /// Goes on behind so many bytes.
    pub(super) fn skip(&mut self, bytes: u64) -> Result<(), HeaderError> {
        self.check(bytes)?;
        self.at += bytes;
        Ok(())
    }

    /// The bytes from here on, of which there must be so many.
    pub(super) fn take(&mut self, count: u64) -> Result<Vec<u8>, HeaderError> {
        self.check(count)?;
        let mut bytes = vec![0; usize::try_from(count).unwrap_or(0)];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    /// Fills `into` with the bytes from here on, of which there are enough.
    fn fill(&mut self, into: &mut [u8]) -> Result<(), HeaderError> {
        let mut done = 0;
        while let Some(rest) = into.get_mut(done..).filter(|rest| !rest.is_empty()) {
            let part = self.part(rest.len() as u64)?;
            let taken = part.len();
            for (byte, own) in rest.iter_mut().zip(part) {
                *byte = *own;
            }
            self.at += taken as u64;
            done += taken;
        }
        Ok(())
    }

    fn check(&self, count: u64) -> Result<(), HeaderError> {
        if count <= self.left() {
            return Ok(());
        }
        let left = self.left();
        Err(self.wrong(match self.is_cut {
            true => format!(
                "the head goes on behind {} MiB, the most that is read",
                LONGEST >> 20
            ),
            false => format!("{count} bytes should follow, and there are {left}"),
        }))
    }

    /// Up to `most` bytes from here on, at least one.
    fn part(&mut self, most: u64) -> Result<&[u8], HeaderError> {
        let held = self.from + self.buffer.len() as u64;
        if !(self.from..held).contains(&self.at) {
            let count = usize::try_from(BUFFER.min(self.left()).max(1)).unwrap_or(1);
            let mut buffer = std::mem::take(&mut self.buffer);
            buffer.resize(count, 0);
            let filled = self.bytes.fill(self.at, &mut buffer);
            filled.map_err(|error| self.wrong(error.to_string()))?;
            self.buffer = buffer;
            self.from = self.at;
        }
        let start = usize::try_from(self.at - self.from).unwrap_or(usize::MAX);
        let rest = self.buffer.get(start..).unwrap_or(&[]);
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        Ok(rest.get(..most).unwrap_or(rest))
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], HeaderError> {
        self.check(N as u64)?;
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    pub(super) fn u8(&mut self) -> Result<u8, HeaderError> {
        let [byte] = self.array()?;
        Ok(byte)
    }

    pub(super) fn u16(&mut self) -> Result<u16, HeaderError> {
        let bytes = self.array()?;
        Ok(match self.order {
            Order::Little => u16::from_le_bytes(bytes),
            Order::Big => u16::from_be_bytes(bytes),
        })
    }

    pub(super) fn u32(&mut self) -> Result<u32, HeaderError> {
        let bytes = self.array()?;
        Ok(match self.order {
            Order::Little => u32::from_le_bytes(bytes),
            Order::Big => u32::from_be_bytes(bytes),
        })
    }

    pub(super) fn u64(&mut self) -> Result<u64, HeaderError> {
        let bytes = self.array()?;
        Ok(match self.order {
            Order::Little => u64::from_le_bytes(bytes),
            Order::Big => u64::from_be_bytes(bytes),
        })
    }
}
