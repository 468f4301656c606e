//! The pixels of a picture while it is drawn.

use resvg::tiny_skia::PixmapMut;

/// Pixels to draw a picture on, and then the next one: they are millions of bytes, which
/// cost more to get anew than to wipe.
#[derive(Debug, Default)]
pub struct Canvas(Vec<u8>);

impl Canvas {
    /// A canvas of this size, all white; none where there is no memory for it.
    pub(super) fn white(&mut self, width: u32, height: u32) -> Option<PixmapMut<'_>> {
        let length = 4 * usize::try_from(u64::from(width) * u64::from(height)).ok()?;
        self.0.clear();
        if self.0.capacity() < length {
            // What is on the old one need not be kept.
            self.0 = Vec::new();
            self.0.try_reserve_exact(length).ok()?;
        }
        self.0.resize(length, u8::MAX);
        PixmapMut::from_bytes(&mut self.0, width, height)
    }
}
