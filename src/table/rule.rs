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

use super::about::{About, Defaults};
use super::amount::{Given, read_formula, read_range};
use super::dimension::check_is_energy;
use super::entry::{Boundary, Confidence, FigureKind, Provenance};
use super::keys::ENTRY;
use crate::format::NumberFormat;
use crate::formula::Formula;
use crate::number;
use crate::primitive::Primitive;
use crate::source::{Datum, Diagnostic, Fields, Place, Problems, Source, Value};

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
                let mut fields = Fields::shaped(node, &ENTRY, problems)?;
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
        let About {
            note,
            confidence,
            source,
            kind,
            boundary,
        } = About::read(what, derived, (node, fields), defaults, problems);
        let value = match given {
            Given::Wrong => return None,
            Given::RangeAlone => None,
            Given::Number(formula) | Given::Formula(formula) => Some(formula),
        };
        let range = match range {
            Some(range) => Some(range?),
            None => None,
        };
        let provenance = match (&value, source) {
            (Some(formula), source) if derived => Provenance::Derived {
                formula: formula.text.clone(),
                source,
            },
            (_, Some(source)) => Provenance::Published { source },
            (_, None) => Provenance::Assumed,
        };
        PriceRule {
            value,
            range,
            unit: defaults.unit.picojoules(),
            references: Vec::new(),
            provenance,
            confidence,
            kind,
            boundary,
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
