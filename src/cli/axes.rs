//! `--over NAME=VALUES`: what is swept.

use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};

use super::typed::Typed;
use crate::number;
use crate::source::{Diagnostic, Place, Problems, Spanned};
use crate::whatif::AxisValues;

/// One `--over`, read.
#[derive(Debug, Clone)]
pub(super) struct Over {
    /// What is swept: a dim, a parameter, a table entry, `table`, `format` or
    /// `variant`.
    pub(super) name: Spanned<String>,
    pub(super) values: OverValues,
}

/// The values of one `--over`.
#[derive(Debug, Clone)]
pub(super) enum OverValues {
    /// Numbers one by one.
    Numbers(AxisValues),
    /// A range; `log` where its logarithm is meant.
    Range {
        steps: AxisValues,
        from: BigRational,
        to: BigRational,
        log: bool,
    },
    /// Names of tables, formats or variants.
    Words(Vec<Spanned<String>>),
}

impl Over {
    /// The values as a list of points.
    pub(super) fn values(&self) -> Option<&AxisValues> {
        match &self.values {
            OverValues::Numbers(values) | OverValues::Range { steps: values, .. } => Some(values),
            OverValues::Words(_) => None,
        }
    }
}

/// Whether an axis of this name has words for values.
pub(super) fn is_words(name: &str) -> bool {
    matches!(name, "table" | "format" | "variant")
}

/// Reads all `--over` flags; each names an axis of its own.
pub(super) fn read(flags: &[String], problems: &mut Problems) -> Vec<Over> {
    let mut axes: Vec<Over> = Vec::new();
    for flag in flags {
        let Some(over) = over(flag, problems) else {
            continue;
        };
        if let Some(first) = axes
            .iter()
            .find(|known| known.name.value == over.name.value)
        {
            problems.push(
                Diagnostic::at(
                    &over.name.place,
                    format!("`{}` is swept twice", over.name.value),
                )
                .and(&first.name.place, "first here"),
            );
            continue;
        }
        axes.push(over);
    }
    axes
}

fn over(flag: &str, problems: &mut Problems) -> Option<Over> {
    let typed = Typed::new("--over", flag);
    let place = |from: usize, to: usize| typed.place(from..to);
    let Some((name, values)) = flag.split_once('=') else {
        problems.push(
            Diagnostic::at(&place(0, flag.len()), format!("`{flag}` sweeps nothing"))
                .help("write `--over n=1..512`, `--over d=256,512` or `--over table=45nm,7nm`"),
        );
        return None;
    };
    let start = flag.len() - values.len();
    let name = Spanned::new(name.trim().to_owned(), place(0, name.len()));
    let whole = place(start, flag.len());
    if values.trim().is_empty() {
        problems.push(Diagnostic::at(
            &name.place,
            format!("`{}` has no values", name.value),
        ));
        return None;
    }
    if is_words(&name.value) {
        let words = pieces(values).map(|(at, word)| {
            Spanned::new(word.to_owned(), place(start + at, start + at + word.len()))
        });
        return Some(Over {
            name,
            values: OverValues::Words(words.collect()),
        });
    }
    let read = match values.split_once("..") {
        Some((from, rest)) => range(from, rest, &whole, problems)?,
        None => {
            let mut numbers = Vec::new();
            for (at, word) in pieces(values) {
                let here = place(start + at, start + at + word.len());
                numbers.push(number(word, &here, problems)?);
            }
            OverValues::Numbers(AxisValues::List(numbers))
        }
    };
    Some(Over { name, values: read })
}

/// The parts of a list with their offsets.
fn pieces(list: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    list.split(',').map(move |piece| {
        let start = at + (piece.len() - piece.trim_start().len());
        at += piece.len() + 1;
        (start, piece.trim())
    })
}

fn number(text: &str, place: &Place, problems: &mut Problems) -> Option<BigRational> {
    let value = number::parse_decimal(text.trim()).filter(|value| !value.is_negative());
    if value.is_none() {
        problems.push(Diagnostic::at(
            place,
            format!("`{}` is no number from 0 on", text.trim()),
        ));
    }
    value
}

/// `FROM..TO`, `FROM..TO:STEP` or `FROM..TO:log`, both ends included.
fn range(from: &str, rest: &str, place: &Place, problems: &mut Problems) -> Option<OverValues> {
    let (to, step) = match rest.split_once(':') {
        Some((to, step)) => (to, Some(step.trim())),
        None => (rest, None),
    };
    let from = number(from, place, problems)?;
    let to = number(to, place, problems)?;
    let log = step == Some("log");
    let one = number::whole(1);
    let step = match step {
        None | Some("log") => one,
        Some(step) => number(step, place, problems)?,
    };
    let wrong = if from > to {
        Some("the range is empty: it ends before it begins")
    } else if step.is_zero() {
        Some("a step of 0 leads nowhere")
    } else if log && from.is_zero() {
        Some("a logarithmic range cannot begin at 0")
    } else {
        None
    };
    if let Some(wrong) = wrong {
        problems.push(Diagnostic::at(place, wrong).help("write `FROM..TO` or `FROM..TO:STEP`"));
        return None;
    }
    let count = ((&to - &from) / &step)
        .floor()
        .numer()
        .to_u64()
        .and_then(|n| n.checked_add(1));
    let Some(count) = count else {
        problems.push(Diagnostic::at(place, "the range has more than 2^64 values"));
        return None;
    };
    Some(OverValues::Range {
        steps: AxisValues::Steps {
            from: from.clone(),
            step,
            count,
        },
        from,
        to,
        log,
    })
}
