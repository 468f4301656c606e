//! The text of one file, and a stretch of it.

use std::ops::Range;
use std::sync::Arc;

/// The longest text that is read: far above what a person writes, far below
/// what would fill the memory.
const MAX_BYTES: usize = 1 << 20;
/// The same for models, which may be made from graphs.
const MAX_MODEL_BYTES: usize = 12 << 20;

/// The text of one file with the name under which its user knows it.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    name: String,
    text: String,
    author: Author,
}

/// Who wrote a source, which says whether it is to be told of its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Author {
    /// Someone, in a file or on the command line.
    User,
    /// A program of ours, from a file that it has read within bounds.
    Program,
}

impl Source {
    /// A source with this `name` (a path, the name of a shipped file, or the
    /// flag that carried the text).
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Source> {
        Arc::new(Source {
            name: name.into(),
            text: text.into(),
            author: Author::User,
        })
    }

    /// A source that a program of ours has written.
    pub fn generated(name: impl Into<String>, text: impl Into<String>) -> Arc<Source> {
        Arc::new(Source {
            name: name.into(),
            text: text.into(),
            author: Author::Program,
        })
    }

    /// Whether a program of ours has written it.
    pub fn is_generated(&self) -> bool {
        self.author == Author::Program
    }

    /// The largest model, in bytes, that is read.
    pub const fn max_model_bytes() -> usize {
        MAX_MODEL_BYTES
    }

    /// The largest text, in bytes, that is worth reading.
    pub const fn max_bytes() -> usize {
        MAX_BYTES
    }

    /// The name users know it by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Line and column of a byte offset, both counted from 1, the column in
    /// characters.
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let mut end = offset.min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let before = &self.text[..end];
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        (line, before[start..].chars().count() + 1)
    }
}

/// A stretch of a source: where a value, a name or a mistake stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    source: Arc<Source>,
    /// Where it begins and ends: no text that is read is as long as 4 GiB.
    span: (u32, u32),
}

impl Place {
    /// The bytes `span` of `source`, cut to what the source has.
    pub fn new(source: &Arc<Source>, span: Range<usize>) -> Place {
        let end = span.end.min(source.text.len());
        let short = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Place {
            source: Arc::clone(source),
            span: (short(span.start.min(end)), short(end)),
        }
    }

    /// The whole of `source`.
    pub fn whole(source: &Arc<Source>) -> Place {
        Place::new(source, 0..source.text.len())
    }

    /// The source it stands in.
    pub fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// Its bytes in the source.
    pub fn span(&self) -> Range<usize> {
        self.span.0 as usize..self.span.1 as usize
    }

    /// A part of this place, `inner` counted from its start.
    pub fn part(&self, inner: Range<usize>) -> Place {
        let start = self.span().start;
        Place::new(&self.source, start + inner.start..start + inner.end)
    }
}

/// `file:line:column`.
impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (line, column) = self.source.line_column(self.span().start);
        write!(f, "{}:{line}:{column}", self.source.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_counted_in_characters() {
        let source = Source::new("t", "µ = 1\nab = ρ + x\n");
        let at = source.text().find('x').unwrap_or(0);
        assert_eq!(source.line_column(at), (2, 10));
        assert_eq!(Place::new(&source, at..at + 1).to_string(), "t:2:10");
    }

    #[test]
    fn a_place_never_leaves_its_source() {
        let source = Source::new("t", "ab");
        assert_eq!(Place::new(&source, 5..9).span(), 2..2);
        assert_eq!(source.line_column(99), (1, 3));
    }
}
