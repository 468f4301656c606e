//! Keys that have another name by now: what was written so far is read still,
//! and its author gets a note.

use super::text::Place;

/// A key under a name that it had before.
#[derive(Debug, Clone, PartialEq)]
pub struct RenamedKey {
    /// The former name, which the file has.
    pub old: &'static str,
    /// The name that it has now.
    pub new: &'static str,
    /// The first place in the file where it stands.
    pub place: Place,
    /// In how many more places the file has it.
    pub more: usize,
}

/// `m.toml:12:1: the key `move` is called `reshape` now (here and in 3 more places)`
impl std::fmt::Display for RenamedKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let RenamedKey {
            old, new, place, ..
        } = self;
        write!(f, "{place}: the key `{old}` is called `{new}` now")?;
        match self.more {
            0 => Ok(()),
            1 => f.write_str(" (here and in one more place)"),
            more => write!(f, " (here and in {more} more places)"),
        }
    }
}

/// The keys under former names of all files read so far, each once per file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RenamedKeys(Vec<RenamedKey>);

impl RenamedKeys {
    /// Notes that `new` is written as `old` at `place`. A text that a program
    /// of ours has written is nobody's to change.
    pub(super) fn add(&mut self, old: &'static str, new: &'static str, place: &Place) {
        if place.source().is_generated() {
            return;
        }
        let known = self.0.iter_mut().find(|known| {
            known.old == old && known.new == new && known.place.source() == place.source()
        });
        match known {
            Some(known) => known.more += 1,
            None => self.0.push(RenamedKey {
                old,
                new,
                place: place.clone(),
                more: 0,
            }),
        }
    }

    /// Takes over those that another step found.
    pub fn extend(&mut self, other: RenamedKeys) {
        for key in other.0 {
            if !self.0.contains(&key) {
                self.0.push(key);
            }
        }
    }

    /// One by one, in the order in which they were found.
    pub fn iter(&self) -> impl Iterator<Item = &RenamedKey> {
        self.0.iter()
    }
}
