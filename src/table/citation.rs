//! A text in the literature.

use crate::source::Place;

/// A text that energies were read in, so that a reader can go and look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation {
    /// Its title.
    pub title: String,
    /// Where in the literature it stands: venue, year, figure or table.
    pub venue: String,
    /// How the values were read, where not simply off the page.
    pub read: Option<String>,
    /// An address, where there is one.
    pub url: Option<String>,
    /// Where the table names it.
    pub place: Place,
}
