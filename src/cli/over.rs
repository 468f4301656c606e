//! `--over NAME=FROM..TO:STEP`: what a question runs over.

use std::collections::BTreeSet;

use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive};

use super::entry::{self, EntryName};
use super::request::{ModelRequest, PriceRequest};
use super::typed::Typed;
use crate::energy::Counted;
use crate::format::Format;
use crate::graph::{OpGraph, settable};
use crate::number::{self, parse_decimal};
use crate::source::{Diagnostic, Place, Problems};
use crate::symbolic::Symbol;
use crate::whatif::threshold::{Axis, Grid, Kind, Range};

/// What was typed after `--over`.
#[derive(Debug)]
pub(super) struct Over {
    /// The dim, parameter or entry.
    pub(super) name: String,
    /// Where it stands on the command line.
    pub(super) place: Place,
    /// The range, if one was given.
    ends: Option<Ends>,
}

#[derive(Debug)]
struct Ends {
    from: BigRational,
    to: BigRational,
    step: Option<BigRational>,
    place: Place,
}

impl Over {
    pub(super) fn parse(text: &str) -> Result<Over, Diagnostic> {
        let typed = Typed::new("--over", text);
        let place = |from: usize, to: usize| typed.place(from..to);
        if let Some(comma) = text.find(',') {
            return Err(
                Diagnostic::at(&place(comma, comma + 1), "`--over` takes one axis")
                    .help("fix all others with `--set NAME=VALUE`"),
            );
        }
        let (name, range) = match text.split_once('=') {
            Some((name, range)) => (name, Some(range)),
            None => (text, None),
        };
        if name.trim().is_empty() {
            let mistake = Diagnostic::at(&place(0, text.len()), "`--over` names nothing");
            return Err(mistake.help("write `--over NAME` or `--over NAME=FROM..TO`"));
        }
        let range_place = place(text.len() - range.map_or(0, str::len), text.len());
        Ok(Over {
            name: name.trim().to_owned(),
            place: place(0, name.len()),
            ends: range.map(|range| ends(range, &range_place)).transpose()?,
        })
    }

    /// Whether a range was given.
    pub(super) fn has_range(&self) -> bool {
        self.ends.is_some()
    }

    /// The values of `axis` that were asked for, or all that it takes.
    pub(super) fn range(&self, axis: &Axis) -> Result<Range, Diagnostic> {
        let Some(ends) = &self.ends else {
            return Ok(axis.default_range());
        };
        let name = axis.symbol.name();
        if axis.kind != Kind::Whole {
            if ends.step.is_some() {
                let message = format!(
                    "`{name}` takes any number: all of a range is looked at, without steps"
                );
                return Err(Diagnostic::at(&ends.place, message));
            }
            return Ok(Range::Real {
                from: ends.from.clone(),
                to: Some(ends.to.clone()),
            });
        }
        let whole = |value: &BigRational| {
            let whole = value.is_integer().then(|| value.to_integer().to_u64());
            whole
                .flatten()
                .filter(|value| *value <= number::MAX_WHOLE.unsigned_abs())
                .ok_or_else(|| {
                    let message = format!(
                        "`{name}` takes whole numbers up to 10^15, not {}",
                        number::plain(value)
                    );
                    Diagnostic::at(&ends.place, message)
                })
        };
        Ok(Range::Whole(Grid {
            from: whole(&ends.from)?,
            to: whole(&ends.to)?,
            step: ends.step.as_ref().map_or(Ok(1), whole)?,
        }))
    }
}

/// `FROM..TO` or `FROM..TO:STEP`.
fn ends(text: &str, place: &Place) -> Result<Ends, Diagnostic> {
    let no_range = || {
        Diagnostic::at(place, format!("`{text}` is no range"))
            .help("write `FROM..TO`, such as `1..4096`, or `FROM..TO:STEP`")
    };
    let (range, step) = match text.split_once(':') {
        Some((range, step)) => (range, Some(step)),
        None => (text, None),
    };
    let (from, to) = range.split_once("..").ok_or_else(no_range)?;
    let number = |text: &str| parse_decimal(text.trim()).ok_or_else(no_range);
    let (from, to) = (number(from)?, number(to)?);
    let step = step.map(number).transpose()?;
    if from > to {
        let message = format!(
            "the range from {} to {} is reversed",
            number::plain(&from),
            number::plain(&to)
        );
        return Err(Diagnostic::at(place, message).help("the least comes first"));
    }
    if from.is_negative() {
        return Err(Diagnostic::at(
            place,
            "no dim, parameter or price is below 0",
        ));
    }
    if step.as_ref().is_some_and(|step| !step.is_positive()) {
        return Err(Diagnostic::at(place, "a step is above 0"));
    }
    Ok(Ends {
        from,
        to,
        step,
        place: place.clone(),
    })
}

/// What is varied, and for a table entry its format.
pub(super) struct Chosen {
    pub(super) axis: Axis,
    pub(super) format: Option<Format>,
}

/// What `over` names: a dim or parameter of either variant, or an entry.
pub(super) fn axis(
    over: &Over,
    model: &ModelRequest,
    prices: &mut PriceRequest,
    counted: [&Counted; 2],
) -> Result<Chosen, Problems> {
    let symbol = Symbol::new(&over.name);
    let graphs: [&OpGraph; 2] = counted.map(|counted| &counted.graph);
    if let Some(axis) = Axis::of_model(&symbol, &graphs) {
        return Ok(Chosen { axis, format: None });
    }
    if over.name.contains('.') {
        return entry(over, prices);
    }
    let numbers = || graphs.iter().flat_map(|graph| graph.numbers());
    if let Some((name, value)) = numbers().find(|(name, _)| *name == over.name) {
        let mut mistake = Diagnostic::at(&over.place, format!("`{name}` is {value} here"));
        if settable(&model.model).contains(name.as_str()) {
            mistake = mistake.help(format!("give it a value of its own: `--set {name}=NUMBER`"));
        }
        return Err(mistake.help("or vary what it follows from").into());
    }
    let symbols = graphs.iter().flat_map(|graph| graph.symbols());
    let known: BTreeSet<&str> = symbols.map(|info| info.symbol.name()).collect();
    Err(
        Diagnostic::at(&over.place, format!("no dim or parameter `{}`", over.name))
            .known(&over.name, known)
            .help("a table entry is TABLE.FORMAT.PRIMITIVE, such as `45nm.fp32.mul`")
            .into(),
    )
}

/// A table entry. It is made independent of what it may be derived from, and
/// all other tables are left out: they know nothing of it.
fn entry(over: &Over, prices: &mut PriceRequest) -> Result<Chosen, Problems> {
    let at = |message: String| Diagnostic::at(&over.place, message);
    let parts = entry::parts(&over.name).ok_or_else(|| {
        at(format!(
            "`{}` is neither a dim nor a table entry",
            over.name
        ))
        .help(entry::SHAPE)
    })?;
    let found = EntryName::find(parts, &over.place, &prices.tables)?;
    let [table, format, primitive] = parts;
    let own = prices.tables.swap_remove(found.table);
    let Some(now) = own
        .entry(found.primitive, found.format)
        .map(|entry| entry.pj.clone())
    else {
        return Err(at(format!("table `{table}` has no `{primitive}` in {format}")).into());
    };
    let own = own.with_price(found.primitive, found.format, now.clone());
    let symbol = Symbol::new(&own.symbol(found.primitive, found.format));
    prices.tables = vec![own];
    Ok(Chosen {
        axis: Axis::of_entry(&symbol, &now),
        format: format.parse().ok(),
    })
}
