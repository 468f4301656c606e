//! Formats that are lines of text.

use std::io::{self, BufWriter, Write};

use super::batch::{Encoded, RowBlock, RowWriter};

pub(super) struct TextRows<W: Write> {
    file: BufWriter<W>,
}

impl<W: Write> TextRows<W> {
    pub(super) fn new(file: W, header: &[u8]) -> io::Result<TextRows<W>> {
        let mut file = BufWriter::with_capacity(1 << 16, file);
        file.write_all(header)?;
        Ok(TextRows { file })
    }
}

impl<W: Write + Send> RowWriter for TextRows<W> {
    fn write(&mut self, block: RowBlock) -> io::Result<()> {
        match block.0 {
            Encoded::Text(text) => self.file.write_all(&text),
            #[cfg(feature = "parquet")]
            Encoded::Columns(..) => Err(io::ErrorKind::InvalidInput.into()),
        }
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.file.flush()
    }
}
