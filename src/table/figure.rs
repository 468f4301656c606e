//! A figure of a device that is no price: watts, seconds, operations or bytes a
//! second. Its unit is the name of its field, and what is known about it is what
//! every entry says of itself.
//!
//! ```toml
//! static = { watts = 72.5, range = [70, 75], source = "meter", confidence = "low" }
//! launch = { microseconds = [3, 6], confidence = "assumed", why = "of this order" }
//! ```

use num_rational::BigRational;
use num_traits::{Signed, Zero};

use super::about::{About, Defaults};
use super::entry::{Boundary, Confidence, FigureKind, Provenance};
use super::keys::{BANDWIDTH, ENERGY, POWER, RATE, TIME};
use crate::number::{plain, whole};
use crate::source::{Datum, Diagnostic, Fields, Place, Problems, Shape, Spanned, Value};

/// More than any machine has, in any of these units; beyond it results are no
/// numbers that anyone can read.
const MOST: i64 = 1_000_000_000_000_000_000;

/// One figure, in the unit of its [`Measure`], and why one may believe it.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Its value. Where the source gives a range alone, the middle of it, and
    /// `note` says so.
    pub value: BigRational,
    /// The least and the most that it may be, where known.
    pub range: Option<(BigRational, BigRational)>,
    /// Where it comes from.
    pub provenance: Provenance,
    /// How far it can be trusted.
    pub confidence: Confidence,
    /// How it was obtained.
    pub kind: FigureKind,
    /// What it includes.
    pub boundary: Boundary,
    /// A remark.
    pub note: Option<String>,
    /// Where it is written; none if set by hand.
    pub place: Option<Place>,
}

/// What a figure measures, and so in which unit it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// Operations a second, in units of 10¹².
    Rate,
    /// Bytes a second, in units of 10⁹.
    Bandwidth,
    /// A power in watts.
    Power,
    /// A time in seconds.
    Time,
    /// An energy in joules.
    Energy,
}

impl Measure {
    /// The fields that give one, the unit in which it is kept first, each with
    /// how many of it are one of that.
    const fn fields(self) -> &'static [(&'static str, u64)] {
        match self {
            Measure::Rate => &[("tops", 1), ("gops", 1_000)],
            Measure::Bandwidth => &[("gb_s", 1), ("mb_s", 1_000)],
            Measure::Power => &[("watts", 1), ("milliwatts", 1_000)],
            Measure::Time => &[
                ("seconds", 1),
                ("milliseconds", 1_000),
                ("microseconds", 1_000_000),
                ("nanoseconds", 1_000_000_000),
            ],
            Measure::Energy => &[
                ("joules", 1),
                ("millijoules", 1_000),
                ("microjoules", 1_000_000),
            ],
        }
    }

    /// The keys of a figure that measures it.
    fn shape(self) -> &'static Shape {
        match self {
            Measure::Rate => &RATE,
            Measure::Bandwidth => &BANDWIDTH,
            Measure::Power => &POWER,
            Measure::Time => &TIME,
            Measure::Energy => &ENERGY,
        }
    }

    /// The unit in which it is kept, as fields and settings name it: `watts`.
    pub fn unit(self) -> &'static str {
        self.fields().first().map_or("", |(field, _)| field)
    }

    /// Its unit as outputs write it.
    pub fn symbol(self) -> &'static str {
        match self {
            Measure::Rate => "Top/s",
            Measure::Bandwidth => "GB/s",
            Measure::Power => "W",
            Measure::Time => "s",
            Measure::Energy => "J",
        }
    }

    /// Whether it may have this value: what something is divided by is above 0,
    /// nothing is below, and nothing is more than any machine has.
    pub fn allows(self, value: &BigRational) -> bool {
        let is_enough = match self {
            Measure::Rate | Measure::Bandwidth => value.is_positive(),
            Measure::Power | Measure::Time | Measure::Energy => !value.is_negative(),
        };
        is_enough && *value <= whole(MOST)
    }

    /// What it must be, in words.
    pub fn must(self) -> &'static str {
        match self {
            Measure::Rate => "a peak is above 0, in operations a second, and at most 10¹⁸",
            Measure::Bandwidth => {
                "a bandwidth is above 0, in gigabytes of 10⁹ bytes a second, and at most 10¹⁸"
            }
            Measure::Power => "a power is 0 or more, in watts, and at most 10¹⁸",
            Measure::Time => "a time is 0 or more, in seconds, and at most 10¹⁸",
            Measure::Energy => "an energy is 0 or more, in joules, and at most 10¹⁸",
        }
    }
}

impl Figure {
    /// One that was set by hand.
    pub(super) fn set(value: BigRational, boundary: Boundary) -> Figure {
        Figure {
            value,
            range: None,
            provenance: Provenance::Set,
            confidence: Confidence::Assumed,
            kind: FigureKind::Assumed,
            boundary,
            note: Some("set by hand".to_owned()),
            place: None,
        }
    }

    /// Reads the figure `what` (`device.static`) at `node`.
    pub(super) fn read(
        what: &str,
        measure: Measure,
        node: &Datum,
        defaults: &Defaults<'_>,
        problems: &mut Problems,
    ) -> Option<Figure> {
        let unit = measure.unit();
        if !matches!(node.value, Value::Table(_)) {
            let found = node.describe();
            let message = format!("`{what}` is {found}: without a unit or a source");
            let help = format!("write `{{ {unit} = …, source = \"…\", confidence = \"…\" }}`");
            problems.push(Diagnostic::at(&node.place, message).help(help));
            return None;
        }
        let mut fields = Fields::shaped(node, measure.shape(), problems)?;
        let given = read_value(what, measure, &mut fields, problems);
        let about = About::read(what, false, (node, &mut fields), defaults, problems);
        fields.finish(&format!("the figure `{what}`"), problems);
        let Given {
            value,
            range,
            is_middle,
        } = given?;
        let middle = is_middle.then(|| "the middle of the range".to_owned());
        let notes: Vec<String> = middle.into_iter().chain(about.note).collect();
        Some(Figure::new(
            value,
            range,
            node,
            About {
                note: (!notes.is_empty()).then(|| notes.join("; ")),
                ..about
            },
        ))
    }

    /// Reads a number of which something else says what is known about it.
    pub(super) fn alone(
        measure: Measure,
        node: &Datum,
        about: About,
        problems: &mut Problems,
    ) -> Option<Figure> {
        let value = node.number(problems)?;
        if measure.allows(&value.value) {
            return Some(Figure::new(value.value, None, node, about));
        }
        problems.push(Diagnostic::at(&value.place, measure.must()));
        None
    }

    fn new(
        value: BigRational,
        range: Option<(BigRational, BigRational)>,
        node: &Datum,
        about: About,
    ) -> Figure {
        Figure {
            value,
            range,
            provenance: match about.source {
                Some(source) => Provenance::Published { source },
                None => Provenance::Assumed,
            },
            confidence: about.confidence,
            kind: about.kind,
            boundary: about.boundary,
            note: about.note,
            place: Some(node.place.clone()),
        }
    }
}

/// A value with its range, in the unit that is kept.
struct Given {
    value: BigRational,
    range: Option<(BigRational, BigRational)>,
    /// Whether the range alone is given.
    is_middle: bool,
}

fn read_value(
    what: &str,
    measure: Measure,
    fields: &mut Fields<'_>,
    problems: &mut Problems,
) -> Option<Given> {
    let known = measure.fields().iter();
    let given: Vec<(&Datum, u64)> = known
        .filter_map(|(field, parts)| Some((fields.take(field)?, *parts)))
        .collect();
    let range = fields.take("range");
    let units = || -> Vec<String> {
        let known = measure.fields().iter();
        known.map(|(field, _)| format!("`{field}`")).collect()
    };
    let (node, parts) = match given.as_slice() {
        [one] => *one,
        [] => {
            let message = format!("`{what}` has no value with a unit");
            let help = format!("give one of {}", units().join(", "));
            problems.push(Diagnostic::at(fields.place(), message).help(help));
            return None;
        }
        [(first, _), (second, _), ..] => {
            let message = format!("`{what}` is given in two units");
            problems.push(
                Diagnostic::at(&second.place, message)
                    .and(&first.place, "the first")
                    .help("keep one of them"),
            );
            return None;
        }
    };
    let mut number = |node: &Datum| {
        let Spanned { value, place } = node.number(problems)?;
        let value = value / whole(parts);
        if measure.allows(&value) {
            return Some(Spanned::new(value, place));
        }
        problems.push(Diagnostic::at(&place, measure.must()));
        None
    };
    let (value, range) = match (&node.value, range) {
        (Value::Array(ends), None) => (None, Some((node, ends.as_slice()))),
        (_, None) => (Some(number(node)?), None),
        (_, Some(range)) => (Some(number(node)?), Some((range, range.items(problems)?))),
    };
    let range = match range {
        Some((node, ends)) => Some(read_range(
            node,
            ends,
            value.as_ref(),
            measure,
            parts,
            problems,
        )?),
        None => None,
    };
    let is_middle = value.is_none();
    let value = match (value, &range) {
        (Some(value), _) => value.value,
        (None, Some((low, high))) => (low + high) / whole(2),
        (None, None) => BigRational::zero(),
    };
    Some(Given {
        value,
        range,
        is_middle,
    })
}

/// `[least, most]` in `parts` of the unit that is kept, around the value if
/// there is one.
fn read_range(
    node: &Datum,
    ends: &[Datum],
    value: Option<&Spanned<BigRational>>,
    measure: Measure,
    parts: u64,
    problems: &mut Problems,
) -> Option<(BigRational, BigRational)> {
    let [low, high] = ends else {
        problems.push(
            Diagnostic::at(&node.place, "a range has two ends").help("write `[least, most]`"),
        );
        return None;
    };
    let (low, high) = (low.number(problems)?, high.number(problems)?);
    let (least, most) = (low.value / whole(parts), high.value / whole(parts));
    let of_file = |value: &BigRational| plain(&(value * whole(parts)));
    let mistake = if !measure.allows(&least) {
        Diagnostic::at(&low.place, measure.must())
    } else if least > most {
        let message = format!(
            "the range from {} to {} is reversed",
            of_file(&least),
            of_file(&most)
        );
        Diagnostic::at(&low.place, message).help("the least comes first: `[least, most]`")
    } else if let Some(value) = value.filter(|one| one.value < least || one.value > most) {
        let message = format!(
            "{} is outside its range from {} to {}",
            of_file(&value.value),
            of_file(&least),
            of_file(&most)
        );
        Diagnostic::at(&value.place, message)
            .and(&low.place, "the range")
            .help("the range holds the value: widen it or correct the value")
    } else {
        return Some((least, most));
    };
    problems.push(mistake);
    None
}
