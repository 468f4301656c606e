//! `--over NAME=VALUES`: what runs over several values, in `sweep`,
//! `crossover` and `require`.
//!
//! | typed | means |
//! |---|---|
//! | `n=1,2,4` | these values |
//! | `n=1..512`, `rho=0..1:0.1` | from the first to the last, both included, in steps of 1 or as given |
//! | `n=16..4096:log:9` | nine values at equal distances of their logarithms, both ends included |
//! | `n=1..512:log` | a range of which the logarithm is drawn from |
//! | `table=45nm,7nm` | words: `table`, `format` and `variant` have no numbers |
//! | `n` | all that it can be, where roots are looked for |

use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};

use super::arg_source::Assignment;
use super::name::Name;
use super::settings::twice;
use crate::model::Model;
use crate::number::{self, parse_decimal};
use crate::source::{Diagnostic, Place, Problems, Spanned};
use crate::sweep::{MOST_LOG_POINTS, log_points, real_log_points};

/// One `--over`, read.
#[derive(Debug, Clone)]
pub(super) struct Over {
    pub(super) name: Name,
    /// The name as typed, and where.
    pub(super) typed: Spanned<String>,
    /// The values, and where they stand; nothing for a name alone.
    values: Option<(OverValues, Place)>,
    /// Whether the values lie evenly in their logarithms.
    pub(super) is_log: bool,
}

/// Numbers that something runs over.
#[derive(Debug, Clone)]
pub(super) enum OverValues {
    /// One by one.
    List(Vec<BigRational>),
    /// From one to another.
    Range(OverRange),
}

/// `FROM..TO`, `FROM..TO:STEP` or `FROM..TO:log`, both ends included.
#[derive(Debug, Clone)]
pub(super) struct OverRange {
    pub(super) from: BigRational,
    pub(super) to: BigRational,
    pub(super) step: Option<BigRational>,
    /// Whether its logarithm is meant.
    pub(super) log: bool,
}

/// Names of tables, formats or variants to run over.
#[derive(Debug, Clone)]
pub(super) struct OverWords {
    pub(super) axis: Spanned<String>,
    pub(super) words: Vec<String>,
}

impl OverWords {
    /// What each of the words was typed after.
    pub(super) fn flag(&self) -> &'static str {
        match self.axis.value.as_str() {
            "table" => "--over table=",
            "format" => "--over format=",
            _ => "--over variant=",
        }
    }
}

/// All `--over` flags, by what they have for values.
#[derive(Debug, Default)]
pub(super) struct Overs {
    pub(super) words: Vec<OverWords>,
    pub(super) numbers: Vec<Over>,
}

impl Overs {
    /// Reads all flags; each names an axis of its own.
    pub(super) fn read(flags: &[String]) -> Result<Overs, Problems> {
        let mut problems = Problems::new();
        let mut all = Overs::default();
        for flag in flags {
            if let Err(mistake) = all.add(flag) {
                problems.push(mistake);
            }
        }
        problems.or(all)
    }

    fn add(&mut self, flag: &str) -> Result<(), Diagnostic> {
        let assignment = Assignment::read("--over", flag)?;
        let name = &assignment.name;
        let words = self.words.iter().map(|words| &words.axis);
        let numbers = self.numbers.iter().map(|over| &over.typed);
        let known = words.chain(numbers).find(|known| known.value == name.value);
        if let Some(first) = known {
            return Err(twice(&name.value, &name.place, &first.place));
        }
        if is_words(&name.value) {
            let (values, _) = assignment.values().map_err(examples)?;
            self.words.push(OverWords {
                axis: name.clone(),
                words: values
                    .split(',')
                    .map(|word| word.trim().to_owned())
                    .collect(),
            });
            return Ok(());
        }
        let over = Over::of(&assignment)?;
        if over.values.is_none() {
            assignment.values().map_err(examples)?;
        }
        self.numbers.push(over);
        Ok(())
    }
}

fn examples(mistake: Diagnostic) -> Diagnostic {
    mistake.help("write `--over n=1..512`, `--over d=256,512` or `--over table=45nm,7nm`")
}

/// Whether an axis of this name has words for values.
fn is_words(name: &str) -> bool {
    matches!(name, "table" | "format" | "variant")
}

impl Over {
    /// Reads a flag of a command that takes one, with numbers or none.
    pub(super) fn read(flag: &str) -> Result<Over, Diagnostic> {
        let assignment = Assignment::read("--over", flag)?;
        let name = &assignment.name;
        if is_words(&name.value) {
            let message = format!("`{}` has no numbers to run over", name.value);
            return Err(Diagnostic::at(&name.place, message)
                .help(format!("choose with `--{}`", name.value)));
        }
        Over::of(&assignment)
    }

    fn of(assignment: &Assignment<'_>) -> Result<Over, Diagnostic> {
        let name = Name::read(&assignment.name)?;
        let mut is_log = false;
        let values = match assignment.has_values() {
            true => {
                let (text, place) = assignment.values().map_err(examples)?;
                let log = log_values(text, &place, &name)?;
                is_log = log.is_some();
                let values = match log {
                    Some(values) => OverValues::List(values),
                    None => values(text, &place)?,
                };
                Some((values, place))
            }
            false => None,
        };
        Ok(Over {
            name,
            typed: assignment.name.clone(),
            values,
            is_log,
        })
    }

    /// The same over the dim that the name means in `model`.
    pub(super) fn by_names_of(&self, model: &Model) -> Over {
        let mut over = self.clone();
        if let Name::Number(name) = &mut over.name {
            name.resolve(model);
        }
        over
    }

    /// The values, where there are any.
    pub(super) fn values(&self) -> Option<&OverValues> {
        self.values.as_ref().map(|(values, _)| values)
    }

    /// Where the values stand, or the name where there are none.
    pub(super) fn place(&self) -> &Place {
        (self.values.as_ref()).map_or(&self.typed.place, |(_, place)| place)
    }

    /// The smallest value.
    pub(super) fn least(&self) -> Option<&BigRational> {
        match self.values()? {
            OverValues::List(values) => values.iter().min(),
            OverValues::Range(range) => Some(&range.from),
        }
    }

    /// The largest value.
    pub(super) fn most(&self) -> Option<&BigRational> {
        match self.values()? {
            OverValues::List(values) => values.iter().max(),
            OverValues::Range(range) => Some(&range.to),
        }
    }
}

impl OverRange {
    /// How many values there are in steps; nothing for more than 2^64.
    pub(super) fn count(&self) -> Option<u64> {
        let steps = (&self.to - &self.from) / self.step();
        steps.floor().numer().to_u64()?.checked_add(1)
    }

    /// From one value to the next: 1 unless another is given.
    pub(super) fn step(&self) -> BigRational {
        self.step.clone().unwrap_or_else(|| number::whole(1))
    }
}

fn values(text: &str, place: &Place) -> Result<OverValues, Diagnostic> {
    if let Some((from, rest)) = text.split_once("..") {
        return range(from, rest, place).map(OverValues::Range);
    }
    let mut numbers = Vec::new();
    let mut start = 0;
    for piece in text.split(',') {
        numbers.push(number(piece, &place.part(start..start + piece.len()))?);
        start += piece.len() + 1;
    }
    Ok(OverValues::List(numbers))
}

/// The values of `FROM..TO:log:COUNT`; nothing where it is something else.
///
/// A dim and a parameter with whole ends have whole values: the nearest to each place,
/// once. Everything else has six digits.
fn log_values(
    text: &str,
    place: &Place,
    name: &Name,
) -> Result<Option<Vec<BigRational>>, Diagnostic> {
    let at = |message: String| Diagnostic::at(place, message);
    let parts = text.split_once("..").and_then(|(from, rest)| {
        let (to, spacing) = rest.split_once(':')?;
        let count = spacing.trim().strip_prefix("log")?.trim_start();
        Some((from, to, count.strip_prefix(':')?.trim()))
    });
    let Some((from, to, count)) = parts else {
        return Ok(None);
    };
    let (from, to) = ends(from, to, place)?;
    if from.is_zero() {
        return Err(at("a logarithmic range cannot begin at 0".to_owned()));
    }
    let count = count.parse().ok();
    let Some(count) = count.filter(|count| (2..=MOST_LOG_POINTS).contains(count)) else {
        let message = format!("a logarithmic range has 2 to {MOST_LOG_POINTS} values");
        return Err(at(message).help("write `FROM..TO:log:COUNT`, such as `16..4096:log:9`"));
    };
    Ok(Some(match name {
        Name::Number(_) => log_points(&from, &to, count),
        Name::Entry(_) | Name::Level(_) | Name::Device(_) => real_log_points(&from, &to, count),
    }))
}

/// Both ends of a range.
fn ends(from: &str, to: &str, place: &Place) -> Result<(BigRational, BigRational), Diagnostic> {
    let (from, to) = (number(from, place)?, number(to, place)?);
    if from > to {
        let (from, to) = (number::plain(&from), number::plain(&to));
        let message = format!("the range from {from} to {to} is reversed");
        return Err(Diagnostic::at(place, message).help("the least comes first"));
    }
    Ok((from, to))
}

fn range(from: &str, rest: &str, place: &Place) -> Result<OverRange, Diagnostic> {
    let (to, step) = match rest.split_once(':') {
        Some((to, step)) => (to, Some(step.trim())),
        None => (rest, None),
    };
    let at = |message: &str| Diagnostic::at(place, message);
    let (from, to) = ends(from, to, place)?;
    let log = step == Some("log");
    let step = match step {
        None | Some("log") => None,
        Some(step) => Some(number(step, place)?),
    };
    if step.as_ref().is_some_and(Zero::is_zero) {
        return Err(at("a step is above 0"));
    }
    if log && from.is_zero() {
        return Err(at("a logarithmic range cannot begin at 0"));
    }
    Ok(OverRange {
        from,
        to,
        step,
        log,
    })
}

/// A number that a dim, a parameter or a price can be.
fn number(text: &str, place: &Place) -> Result<BigRational, Diagnostic> {
    let value = parse_decimal(text.trim()).filter(|value| !value.is_negative());
    value.ok_or_else(|| {
        if text.contains('=') {
            return Diagnostic::at(place, "`--over` takes one axis")
                .help("give each axis an `--over` of its own, or fix it with `--set NAME=VALUE`");
        }
        let message = match text.trim() {
            "" => "a number is missing".to_owned(),
            text => format!("`{text}` is no number from 0 on"),
        };
        Diagnostic::at(place, message).help(
            "write `FROM..TO`, such as `1..4096`, `FROM..TO:STEP`, `FROM..TO:log:COUNT`, or a list",
        )
    })
}
