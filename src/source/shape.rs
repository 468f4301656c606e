//! What a table of a file may hold: its keys, and what each expects.
//!
//! A reader asks for keys one by one ([`Fields`](super::Fields)); a [`Shape`] says
//! beside it which these are, so that an editor can offer them before anything is
//! read. Neither goes its own way: a reader that asks for a key which its shape
//! lacks stops in every test, and a key which no reader asks for is refused as
//! unknown where a test reads a file that has it.

/// The keys of a kind of table.
pub struct Shape {
    /// What the table is called in a schema: `entry`, `memory`.
    pub name: &'static str,
    /// What it is, in a sentence.
    pub about: &'static str,
    /// Its keys, in groups that several kinds of tables share.
    pub keys: &'static [&'static [Key]],
    /// Keys beside these, if it has any.
    pub others: Option<(Names, &'static Expect)>,
}

/// A key and what it expects.
pub struct Key {
    /// The key.
    pub name: &'static str,
    /// What stands under it.
    pub expect: Expect,
    /// What it says, in a sentence.
    pub about: &'static str,
    /// Whether no table may leave it out.
    pub is_required: bool,
    /// The name that it had before, under which files may still have it.
    pub before: Option<&'static str>,
}

/// What stands under a key.
pub enum Expect {
    /// A string.
    Text,
    /// A number.
    Number,
    /// A whole number of at least 0.
    Whole,
    /// `true` or `false`.
    Truth,
    /// A number, a formula in a string, or `true` and `false` for 1 and 0.
    Formula,
    /// One of a few words.
    Word(fn() -> Vec<&'static str>),
    /// A table.
    Table(&'static Shape),
    /// An array.
    List(&'static Expect),
    /// A table whose keys are names.
    Map(Names, &'static Expect),
    /// Any of several.
    Any(&'static [Expect]),
}

/// Which names the keys of a table may be.
#[derive(Clone, Copy)]
pub enum Names {
    /// The user's own.
    Own,
    /// Some of these.
    Among(fn() -> Vec<&'static str>),
    /// Those that a regular expression describes.
    Like(&'static str),
}

impl Key {
    /// A key that may be left out.
    pub const fn new(name: &'static str, expect: Expect, about: &'static str) -> Key {
        Key {
            name,
            expect,
            about,
            is_required: false,
            before: None,
        }
    }

    /// The same, which may not be left out.
    pub const fn required(mut self) -> Key {
        self.is_required = true;
        self
    }

    /// The same, which had another name before.
    pub const fn formerly(mut self, before: &'static str) -> Key {
        self.before = Some(before);
        self
    }
}

impl Shape {
    /// All keys but those that are the user's own names.
    pub fn all(&'static self) -> impl Iterator<Item = &'static Key> {
        self.keys.iter().flat_map(|group| group.iter())
    }

    /// The key of this name, or that had it before.
    pub fn key(&'static self, name: &str) -> Option<&'static Key> {
        self.all()
            .find(|key| key.name == name || key.before == Some(name))
    }
}
