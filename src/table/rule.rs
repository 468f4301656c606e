//! What a file says about one price, before it is worked out.
//!
//! ```toml
//! add = { pj = 0.9, source = "horowitz2014", confidence = "high" }   # published
//! sub = "add"                                                        # derived
//! div = { is = "7.1 * mul", source = "…", why = "…" }                # derived, with reasons
//! abs = { pj = 0, range = [0, "add"], confidence = "assumed", why = "…" }
//! ```
//!
//! A number is a formula without names, so all four are the same [`PriceRule`]:
//! formulas for the value and the ends of its range, and what is known about
//! them. Rules are kept for as long as the table lives; a what-if replaces one
//! and works the others out again.

use num_rational::BigRational;

use super::amount::{Given, Unit, read_formula, read_range};
use super::dimension::check_is_energy;
use super::entry::{Boundary, Confidence, FigureKind, Provenance, Word};
use super::sources::Sources;
use crate::format::NumberFormat;
use crate::formula::Formula;
use crate::number;
use crate::primitive::Primitive;
use crate::source::{Datum, Diagnostic, Fields, Place, Problems, Source, Value, one_of};

/// What holds for all entries of one file unless they say otherwise.
pub(super) struct Defaults<'a> {
    pub unit: Unit,
    pub boundary: Boundary,
    pub kind: FigureKind,
    /// The sources that an entry may name; none where they are not all known.
    pub sources: Option<&'a Sources>,
}

/// Another entry that a formula names.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reference {
    /// None: the format of the entry that the formula is for.
    pub format: Option<NumberFormat>,
    pub primitive: Primitive,
    pub place: Place,
}

impl Reference {
    /// Reads `add` or `int8.add`.
    pub fn read(name: &str, place: &Place) -> Result<Reference, Diagnostic> {
        let (format, primitive) = match name.split_once('.') {
            Some((format, primitive)) => {
                let format = format
                    .parse::<NumberFormat>()
                    .map_err(|unknown| Diagnostic::at(place, unknown.to_string()))?;
                (Some(format), primitive)
            }
            None => (None, name),
        };
        let primitive = primitive.parse::<Primitive>().map_err(|unknown| {
            Diagnostic::at(place, unknown.to_string()).known(primitive, Primitive::names())
        })?;
        Ok(Reference {
            format,
            primitive,
            place: place.clone(),
        })
    }
}

/// One price as a file gives it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PriceRule {
    /// The value; none where the middle of the range is meant.
    pub value: Option<Formula>,
    pub range: Option<(Formula, Formula)>,
    /// Picojoules per unit of the numbers in the formulas.
    pub unit: BigRational,
    /// Every other entry that the formulas name.
    pub references: Vec<Reference>,
    pub provenance: Provenance,
    pub confidence: Confidence,
    pub kind: FigureKind,
    pub boundary: Boundary,
    pub note: Option<String>,
    pub place: Option<Place>,
}

impl PriceRule {
    /// A price set by hand, in picojoules.
    pub fn set(pj: BigRational, boundary: Boundary) -> PriceRule {
        let nowhere = Place::whole(&Source::new("a price set by hand", ""));
        PriceRule {
            value: Some(Formula::number(pj, &nowhere)),
            range: None,
            unit: number::whole(1),
            references: Vec::new(),
            provenance: Provenance::Set,
            confidence: Confidence::Assumed,
            kind: FigureKind::Assumed,
            boundary,
            note: Some("set by hand".to_owned()),
            place: None,
        }
    }

    /// Reads the rule for `what` (`fp32.add`). What is wrong beside the value
    /// is noted and replaced, so that the value is still checked.
    pub fn read(
        what: &str,
        node: &Datum,
        defaults: &Defaults<'_>,
        problems: &mut Problems,
    ) -> Option<PriceRule> {
        match &node.value {
            Value::Text(_) => {
                let formula = read_formula(node, problems)?;
                PriceRule::derived(formula, node, defaults, problems)
            }
            Value::Table(_) => {
                let mut fields = Fields::of(node, problems)?;
                let rule = PriceRule::from_fields(what, node, &mut fields, defaults, problems);
                fields.finish(&format!("the entry `{what}`"), problems);
                rule
            }
            Value::Number(_) => {
                problems.push(
                    Diagnostic::at(
                        &node.place,
                        format!("`{what}` does not say where it comes from"),
                    )
                    .help(format!(
                        "write `{{ {} = {}, source = \"…\", confidence = \"…\" }}`",
                        defaults.unit.field(),
                        node.place
                            .source()
                            .text()
                            .get(node.place.span())
                            .unwrap_or("…"),
                    )),
                );
                None
            }
            _ => {
                problems.push(
                    Diagnostic::at(
                        &node.place,
                        format!("expected a price for `{what}`, found {}", node.describe()),
                    )
                    .help("a price is a table with a source, or a formula such as \"4 * mul\""),
                );
                None
            }
        }
    }

    fn derived(
        formula: Formula,
        node: &Datum,
        defaults: &Defaults<'_>,
        problems: &mut Problems,
    ) -> Option<PriceRule> {
        PriceRule {
            provenance: Provenance::Derived {
                formula: formula.text.clone(),
                source: None,
            },
            value: Some(formula),
            range: None,
            unit: defaults.unit.picojoules(),
            references: Vec::new(),
            confidence: Confidence::Assumed,
            kind: FigureKind::Assumed,
            boundary: defaults.boundary,
            note: None,
            place: Some(node.place.clone()),
        }
        .with_references(problems)
    }

    /// Reads the rule out of the fields of a table, which may have others:
    /// a memory row has.
    pub fn from_fields(
        what: &str,
        node: &Datum,
        fields: &mut Fields<'_>,
        defaults: &Defaults<'_>,
        problems: &mut Problems,
    ) -> Option<PriceRule> {
        let given = Given::read(what, fields, defaults.unit, problems);
        let range = fields.take("range").map(|node| read_range(node, problems));
        let derived = fields.take("is").is_some();
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
        let value = match given {
            Given::Wrong => return None,
            Given::RangeAlone => None,
            Given::Number(formula) | Given::Formula(formula) => Some(formula),
        };
        let range = match range {
            Some(range) => Some(range?),
            None => None,
        };
        let source = source.map(|source| source.value);
        let provenance = match (&value, source) {
            (Some(formula), source) if derived => Provenance::Derived {
                formula: formula.text.clone(),
                source,
            },
            (_, Some(source)) => Provenance::Published { source },
            (_, None) => Provenance::Assumed,
        };
        let guessed = derived || confidence == Confidence::Assumed;
        PriceRule {
            value,
            range,
            unit: defaults.unit.picojoules(),
            references: Vec::new(),
            provenance,
            confidence,
            kind: kind.unwrap_or(if guessed {
                FigureKind::Assumed
            } else {
                defaults.kind
            }),
            boundary: boundary.unwrap_or(defaults.boundary),
            note,
            place: Some(node.place.clone()),
        }
        .with_references(problems)
    }

    /// The rule with all that its formulas name, if they name what there can
    /// be and give energies.
    fn with_references(mut self, problems: &mut Problems) -> Option<PriceRule> {
        let ends = self.range.iter().flat_map(|(low, high)| [low, high]);
        let formulas: Vec<&Formula> = self.value.iter().chain(ends).collect();
        let mut sound = true;
        let mut references = Vec::new();
        for (name, place) in formulas.iter().flat_map(|formula| formula.names()) {
            match Reference::read(&name, &place) {
                Ok(reference) => references.push(reference),
                Err(mistake) => {
                    problems.push(mistake);
                    sound = false;
                }
            }
        }
        for mistake in formulas
            .iter()
            .filter_map(|formula| check_is_energy(formula).err())
        {
            problems.push(mistake);
            sound = false;
        }
        self.references = references;
        sound.then_some(self)
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
