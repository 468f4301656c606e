//! The sources that a table cites.

use std::collections::BTreeMap;

use super::citation::Citation;
use super::keys::SOURCE;
use crate::source::{Datum, Diagnostic, Fields, Problems, Spanned};

/// The sources of a table by their keys.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Sources(pub BTreeMap<String, Citation>);

impl Sources {
    /// Adds the `[source.key]` sections under `node`; one that a table which
    /// is extended already has is replaced.
    pub fn add(&mut self, node: &Datum, problems: &mut Problems) {
        let Some(entries) = node.entries(problems) else {
            return;
        };
        for (key, node) in entries {
            let Some(mut fields) = Fields::shaped(node, &SOURCE, problems) else {
                continue;
            };
            let what = format!("the source `{}`", key.value);
            let mut text = |name, required| {
                let node = if required {
                    fields.require(name, &what, problems)
                } else {
                    fields.take(name)
                };
                node.and_then(|node| node.text(problems))
                    .map(|text| text.value)
            };
            let title = text("title", true);
            let venue = text("where", true);
            let read = text("read", false);
            let url = text("url", false);
            fields.finish(&what, problems);
            // A source that is incomplete is still there to be named.
            let citation = Citation {
                title: title.unwrap_or_default(),
                venue: venue.unwrap_or_default(),
                read,
                url,
                place: key.place.clone(),
            };
            self.0.insert(key.value.clone(), citation);
        }
    }

    /// Adds a source that no file has: that of a law. What is there under the
    /// key stays.
    pub fn cite(&mut self, key: &str, citation: Citation) {
        self.0.entry(key.to_owned()).or_insert(citation);
    }

    /// Notes a mistake if no source has the key that was `given`.
    pub fn check(&self, given: &Spanned<String>, problems: &mut Problems) {
        if !self.0.contains_key(&given.value) {
            problems.push(
                Diagnostic::at(&given.place, format!("no source `{}`", given.value))
                    .known(&given.value, self.0.keys().map(String::as_str)),
            );
        }
    }
}
