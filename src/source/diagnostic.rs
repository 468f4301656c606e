//! A mistake as data, and the list of all mistakes found so far.

use std::collections::BTreeSet;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::renamed::RenamedKeys;
use super::suggest::{did_you_mean, one_of};
use super::text::Place;

/// How many mistakes of one run are shown; the rest is counted.
const SHOWN: usize = 40;
/// How many are kept. A file of noise has one on every line, and nobody reads
/// on after the first few.
const KEPT: usize = 1000;
/// Lists of more known names are shown as they come, repeated names included.
const FEW: usize = 200;
/// The longest message, in characters. What is cut away is a name or a value
/// that the user wrote, and the line itself is shown below.
const LONGEST: usize = 400;

/// One mistake in what a user gave: what is wrong, where, and what would be
/// right.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnostic {
    message: String,
    place: Option<(Place, String)>,
    related: Vec<(Place, String)>,
    helps: Vec<String>,
}

impl Diagnostic {
    /// A mistake without a place in a file.
    pub fn new(message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            message: cut(message.into()),
            place: None,
            related: Vec::new(),
            helps: Vec::new(),
        }
    }

    /// A mistake at `place`.
    pub fn at(place: &Place, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(message).labelled(place, "")
    }

    /// Points at `place` with a few words under it.
    pub fn labelled(mut self, place: &Place, label: impl Into<String>) -> Diagnostic {
        self.place = Some((place.clone(), cut(label.into())));
        self
    }

    /// A second place that a reader needs to see, such as an earlier definition.
    pub fn and(mut self, place: &Place, label: impl Into<String>) -> Diagnostic {
        self.related.push((place.clone(), cut(label.into())));
        self
    }

    /// Adds a line that says what would be right.
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.helps.push(cut(help.into()));
        self
    }

    /// The lines that say what would be right.
    pub fn helps(&self) -> impl Iterator<Item = &str> {
        self.helps.iter().map(String::as_str)
    }

    /// `did you mean …?` where a known name is close, the known names otherwise.
    pub fn known<'a>(self, given: &str, known: impl IntoIterator<Item = &'a str>) -> Diagnostic {
        self.known_names(given, known.into_iter().collect())
    }

    fn known_names(self, given: &str, mut known: Vec<&str>) -> Diagnostic {
        // A long list is cut anyway.
        if known.len() <= FEW {
            let mut seen = BTreeSet::new();
            known.retain(|name| seen.insert(*name));
        }
        match did_you_mean(given, known.iter().copied()) {
            Some(name) => self.help(format!("did you mean `{name}`?")),
            None => self.help(format!("known: {}", one_of(known))),
        }
    }

    /// The message alone, without its place.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The place of the mistake, where it has one.
    pub fn place(&self) -> Option<&Place> {
        self.place.as_ref().map(|(place, _)| place)
    }

    fn render(&self, renderer: &Renderer) -> String {
        let mut group = Group::with_title(Level::ERROR.primary_title(self.message.as_str()));
        if let Some((place, label)) = &self.place {
            let mut snippet = Snippet::source(place.source().text())
                .path(place.source().name())
                .annotation(
                    AnnotationKind::Primary
                        .span(place.span())
                        .label(label.as_str()),
                );
            let (same, other): (Vec<_>, Vec<_>) = self
                .related
                .iter()
                .partition(|(related, _)| related.source() == place.source());
            for (related, label) in same {
                snippet = snippet.annotation(
                    AnnotationKind::Context
                        .span(related.span())
                        .label(label.as_str()),
                );
            }
            group = group.element(snippet);
            for (related, label) in other {
                group = group.element(
                    Snippet::source(related.source().text())
                        .path(related.source().name())
                        .annotation(
                            AnnotationKind::Context
                                .span(related.span())
                                .label(label.as_str()),
                        ),
                );
            }
        }
        for help in &self.helps {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        renderer.render(&[group])
    }
}

/// The start and the end of a text that is too long to show.
fn cut(text: String) -> String {
    let length = text.chars().count();
    if length <= LONGEST {
        return text;
    }
    let end = LONGEST / 4;
    let start: String = text.chars().take(LONGEST - end).collect();
    let end: String = text.chars().skip(length - end).collect();
    format!("{start} … {end}")
}

/// All mistakes found so far, in the order in which they were found; beside
/// them what is no mistake, but what a user should know.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Problems {
    kept: Vec<Diagnostic>,
    /// How many more there are.
    more: usize,
    renamed: RenamedKeys,
}

impl Problems {
    /// An empty list.
    pub fn new() -> Problems {
        Problems::default()
    }

    /// Notes one more; the same mistake at the same place is noted once.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if self.kept.len() >= KEPT {
            self.more += 1;
        } else if !self.kept.contains(&diagnostic) {
            self.kept.push(diagnostic);
        }
    }

    /// Notes that the key `new` is written at `place` under its former name.
    pub fn note_renamed(&mut self, old: &'static str, new: &'static str, place: &Place) {
        self.renamed.add(old, new, place);
    }

    /// The keys under former names, for the caller to tell of.
    pub fn take_renamed(&mut self) -> RenamedKeys {
        std::mem::take(&mut self.renamed)
    }

    /// Takes over the mistakes that another step found.
    pub fn extend(&mut self, other: Problems) {
        self.more += other.more;
        self.renamed.extend(other.renamed);
        for diagnostic in other.kept {
            self.push(diagnostic);
        }
    }

    /// What came of another step; nothing, with its mistakes taken over, where
    /// it failed.
    pub fn note<T>(&mut self, result: Result<T, Problems>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(mistakes) => {
                self.extend(mistakes);
                None
            }
        }
    }

    /// The same mistakes, with `place` for those that stand nowhere.
    pub fn placed(mut self, place: &Place) -> Problems {
        for mistake in &mut self.kept {
            mistake
                .place
                .get_or_insert_with(|| (place.clone(), String::new()));
        }
        self
    }

    /// The same mistakes, behind the name of the `file` that those are in which
    /// stand nowhere: a file that is no text has no lines.
    pub fn within(mut self, file: &str) -> Problems {
        for mistake in &mut self.kept {
            if mistake.place.is_none() {
                mistake.message = cut(format!("{file}: {}", mistake.message));
            }
        }
        self
    }

    /// The same mistakes, the last of them with a `help`.
    pub fn help(mut self, help: &str) -> Problems {
        if let Some(last) = self.kept.pop() {
            self.kept.push(last.help(help));
        }
        self
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// How many mistakes were noted.
    pub fn len(&self) -> usize {
        self.kept.len() + self.more
    }

    /// The mistakes; the first thousand where there are more.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.kept.iter()
    }

    /// `value` if nothing is wrong, the mistakes otherwise.
    pub fn or<T>(self, value: T) -> Result<T, Problems> {
        if self.is_empty() {
            Ok(value)
        } else {
            Err(self)
        }
    }

    /// `value` if there is one and nothing is wrong. A missing value always
    /// comes with the mistake that explains it.
    pub fn or_some<T>(self, value: Option<T>) -> Result<T, Problems> {
        match value {
            Some(value) if self.is_empty() => Ok(value),
            _ => Err(self),
        }
    }

    /// The mistakes as a terminal shows them, each with the line it points at.
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour {
            Renderer::styled()
        } else {
            Renderer::plain()
        };
        let mut text: Vec<String> = self
            .kept
            .iter()
            .take(SHOWN)
            .map(|diagnostic| diagnostic.render(&renderer))
            .collect();
        if self.len() > SHOWN {
            text.push(format!("and {} more", self.len() - SHOWN));
        }
        text.join("\n\n")
    }
}

impl From<Diagnostic> for Problems {
    fn from(diagnostic: Diagnostic) -> Problems {
        Problems {
            kept: vec![diagnostic],
            ..Problems::default()
        }
    }
}

impl std::fmt::Display for Problems {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Problems {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    #[test]
    fn a_mistake_shows_file_line_column_and_what_would_be_right() {
        let source = Source::new("m.toml", "[dims]\nd_modl = 3\n");
        let place = Place::new(&source, 7..13);
        let text = Problems::from(
            Diagnostic::at(&place, "unknown dim `d_modl`").known("d_modl", ["d_model", "h"]),
        )
        .render(false);
        assert!(text.contains("error: unknown dim `d_modl`"), "{text}");
        assert!(text.contains("m.toml:2:1"), "{text}");
        assert!(text.contains("did you mean `d_model`?"), "{text}");
    }

    #[test]
    fn a_flood_of_mistakes_is_counted_and_cut() {
        let mut problems = Problems::new();
        for at in 0..KEPT + 5 {
            problems.push(Diagnostic::new(format!("{at}")));
        }
        assert_eq!(problems.len(), KEPT + 5);
        assert_eq!(problems.iter().count(), KEPT);
        assert!(problems.to_string().ends_with("and 965 more"));
        let long = Diagnostic::new(format!("no block `{}`!", "q".repeat(1_000_000)));
        assert!(long.message().chars().count() < 2 * LONGEST);
        assert!(long.message().starts_with("no block `q"));
        assert!(long.message().ends_with("q`!"));
    }

    #[test]
    fn a_mistake_is_told_once() {
        let mut problems = Problems::new();
        problems.push(Diagnostic::new("a"));
        problems.push(Diagnostic::new("a"));
        assert_eq!(problems.len(), 1);
    }
}
