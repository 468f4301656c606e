//! What every figure of a file says beside its value: how far to trust it,
//! where it comes from, how it was obtained, what it includes, and a remark.

use super::amount::Unit;
use super::entry::{Boundary, Confidence, Entry, FigureKind, Word};
use super::sources::Sources;
use crate::source::{Datum, Diagnostic, Fields, Problems, one_of};

/// What holds for all entries of one file unless they say otherwise.
pub(super) struct Defaults<'a> {
    pub unit: Unit,
    pub boundary: Boundary,
    pub kind: FigureKind,
    /// The sources that an entry may name; none where they are not all known.
    pub sources: Option<&'a Sources>,
}

/// What is said of one figure.
#[derive(Debug, Clone, PartialEq)]
pub struct About {
    /// A remark.
    pub note: Option<String>,
    /// How far it can be trusted.
    pub confidence: Confidence,
    /// The key of its source.
    pub source: Option<String>,
    /// How it was obtained.
    pub kind: FigureKind,
    /// What it includes.
    pub boundary: Boundary,
}

impl About {
    /// What is said of an entry.
    pub(super) fn of(entry: &Entry) -> About {
        About {
            note: None,
            confidence: entry.confidence,
            source: entry.provenance.source().map(str::to_owned),
            kind: entry.kind,
            boundary: entry.boundary,
        }
    }

    /// Reads it out of the fields of a table, which stands at `node` and may
    /// have others. What is `derived` needs neither a source nor a confidence.
    pub(super) fn read(
        what: &str,
        derived: bool,
        (node, fields): (&Datum, &mut Fields<'_>),
        defaults: &Defaults<'_>,
        problems: &mut Problems,
    ) -> About {
        let note = read_note(what, fields, problems);
        let confidence = read_confidence(what, derived, fields, problems);
        let source = match fields.take("source") {
            Some(node) => node.text(problems),
            None => {
                let argued = confidence == Confidence::Assumed && fields.take("why").is_some();
                if !derived && !argued {
                    problems.push(no_source(what, confidence, node));
                }
                None
            }
        };
        if let (Some(source), Some(known)) = (&source, defaults.sources) {
            known.check(source, problems);
        }
        let kind = fields
            .take("kind")
            .and_then(|node| FigureKind::read(node, problems));
        let boundary = fields
            .take("boundary")
            .and_then(|node| Boundary::read(node, problems));
        let guessed = derived || confidence == Confidence::Assumed;
        let usual = match guessed {
            true => FigureKind::Assumed,
            false => defaults.kind,
        };
        About {
            note,
            confidence,
            source: source.map(|source| source.value),
            kind: kind.unwrap_or(usual),
            boundary: boundary.unwrap_or(defaults.boundary),
        }
    }
}

/// The remark under `why` or `note`.
fn read_note(what: &str, fields: &mut Fields<'_>, problems: &mut Problems) -> Option<String> {
    let why = fields.text("why", problems);
    let note = fields.text("note", problems);
    if let (Some(why), Some(note)) = (&why, &note) {
        problems.push(
            Diagnostic::at(&note.place, format!("`{what}` has a `note` and a `why`"))
                .and(&why.place, "the other")
                .help("one remark is enough: `why` for an assumption, `note` otherwise"),
        );
    }
    why.or(note).map(|text| text.value)
}

/// The confidence that an entry states; what is derived has no other than
/// `assumed`. Where it is missing or unknown, `low` stands in.
fn read_confidence(
    what: &str,
    derived: bool,
    fields: &mut Fields<'_>,
    problems: &mut Problems,
) -> Confidence {
    match fields.take("confidence") {
        Some(node) => {
            let stated = Confidence::read(node, problems);
            if derived && stated.is_some_and(|stated| stated != Confidence::Assumed) {
                problems.push(
                    Diagnostic::at(
                        &node.place,
                        "a derived entry cannot have a confidence of its own",
                    )
                    .help("it is always `assumed`: leave `confidence` out"),
                );
            }
            stated.unwrap_or(Confidence::Low)
        }
        None if derived => Confidence::Assumed,
        None => {
            problems.push(
                Diagnostic::at(fields.place(), format!("`{what}` has no `confidence`"))
                    .help(one_of(Confidence::WORDS.iter().map(|(_, name)| *name))),
            );
            Confidence::Low
        }
    }
}

fn no_source(what: &str, confidence: Confidence, node: &Datum) -> Diagnostic {
    let help = if confidence == Confidence::Assumed {
        "an assumption without a source says `why`"
    } else {
        "name a [source.…] of the file; a guess has `confidence = \"assumed\"` and says `why`"
    };
    Diagnostic::at(&node.place, format!("`{what}` has no `source`")).help(help)
}
