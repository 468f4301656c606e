//! Where the bytes of an imported file come from.

use std::fs::File;
use std::io;

/// Bytes that can be read from anywhere. A file is handed over open: nothing
/// here opens one.
pub trait Bytes: Send + Sync {
    /// How many there are.
    fn size(&self) -> io::Result<u64>;

    /// Copies those from `offset` on; an error if there are too few.
    fn fill(&self, offset: u64, into: &mut [u8]) -> io::Result<()>;
}

impl Bytes for &[u8] {
    fn size(&self) -> io::Result<u64> {
        Ok(self.len() as u64)
    }

    fn fill(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        let from = usize::try_from(offset)
            .ok()
            .and_then(|offset| self.get(offset..)?.get(..into.len()))
            .ok_or(io::ErrorKind::UnexpectedEof)?;
        into.copy_from_slice(from);
        Ok(())
    }
}

impl Bytes for Vec<u8> {
    fn size(&self) -> io::Result<u64> {
        self.as_slice().size()
    }

    fn fill(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        self.as_slice().fill(offset, into)
    }
}

impl Bytes for File {
    fn size(&self) -> io::Result<u64> {
        let metadata = self.metadata()?;
        if !metadata.is_file() {
            // A pipe says that it is empty, a folder that it is not.
            return Err(io::Error::other("not a regular file"));
        }
        Ok(metadata.len())
    }

    #[cfg(unix)]
    fn fill(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        std::os::unix::fs::FileExt::read_exact_at(self, into, offset)
    }

    #[cfg(not(unix))]
    fn fill(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        use std::io::{Read, Seek, SeekFrom};
        let mut file = self;
        file.seek(SeekFrom::Start(offset))?;
        file.read_exact(into)
    }
}
