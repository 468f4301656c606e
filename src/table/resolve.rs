//! From rules to prices: every formula worked out, in an order in which what
//! it names is known before it.
//!
//! A rule under `[every]` stands for one entry in each format that has none of
//! its own, as far as what it names exists there: `sub = "add"` makes no
//! `int1.sub` where single bits have no `add`. A rule of a format's own must
//! come out, and a rule for every format must come out somewhere.
//!
//! The walk keeps its own stack, so that a long chain of entries cannot
//! exhaust the thread's.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::entry::Entry;
use super::price::price;
use super::rule::{PriceRule, Reference};
use crate::format::NumberFormat;
use crate::primitive::Primitive;
use crate::source::{Diagnostic, Place, Problems};

/// One entry of a table.
pub(super) type Key = (NumberFormat, Primitive);

/// The rules of a table.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct PriceRules {
    pub own: BTreeMap<Key, Arc<PriceRule>>,
    pub every: BTreeMap<Primitive, Arc<PriceRule>>,
}

/// How mistakes are treated.
pub(super) struct Strictness {
    /// Whether prices must be at least 0 and inside their ranges: so in a
    /// file, not so in a what-if, where a range that no longer holds its value
    /// is dropped.
    pub check: bool,
    /// Whether to tell of entries that are named and missing. Not where a part
    /// of the file could not be read and may be what is missing.
    pub missing: bool,
    /// Entries that are there but could not be read.
    pub wrong: BTreeSet<Key>,
}

enum State<'r> {
    Untouched,
    /// On the stack: what it names is being worked out.
    Open,
    Done(Entry),
    /// Made by a rule for every format, but not here.
    Absent(Absence<'r>),
    /// A mistake that has been noted.
    Wrong,
}

/// Why a rule for every format makes no entry in one of them.
enum Absence<'r> {
    /// It names an entry that is missing here.
    Lacks(Key, &'r Reference),
    /// It would be derived from itself.
    Circle(Diagnostic),
}

struct Cell<'r> {
    rule: &'r PriceRule,
    general: bool,
    state: State<'r>,
}

/// Works out all prices.
pub(super) fn resolve(
    formats: &[NumberFormat],
    rules: &PriceRules,
    strictness: &Strictness,
    problems: &mut Problems,
) -> BTreeMap<Key, Entry> {
    let mut cells = BTreeMap::new();
    for format in formats {
        for (primitive, rule) in &rules.every {
            let key = (*format, *primitive);
            if !strictness.wrong.contains(&key) {
                cells.insert(key, Cell::new(rule, true));
            }
        }
    }
    for (key, rule) in &rules.own {
        cells.insert(*key, Cell::new(rule, false));
    }
    let keys: Vec<Key> = cells.keys().copied().collect();
    let mut walk = Walk {
        cells,
        strictness,
        problems,
    };
    for key in keys {
        walk.settle(key);
    }
    walk.report_unused(rules);
    walk.cells
        .into_iter()
        .filter_map(|(key, cell)| match cell.state {
            State::Done(entry) => Some((key, entry)),
            _ => None,
        })
        .collect()
}

impl<'r> Cell<'r> {
    fn new(rule: &'r PriceRule, general: bool) -> Cell<'r> {
        Cell {
            rule,
            general,
            state: State::Untouched,
        }
    }
}

fn show(key: Key) -> String {
    format!("{}.{}", key.0, key.1)
}

fn target(reference: &Reference, format: NumberFormat) -> Key {
    (reference.format.unwrap_or(format), reference.primitive)
}

struct Walk<'r, 'p> {
    cells: BTreeMap<Key, Cell<'r>>,
    strictness: &'p Strictness,
    problems: &'p mut Problems,
}

impl<'r> Walk<'r, '_> {
    fn settle(&mut self, start: Key) {
        let mut stack = vec![start];
        while let Some(&key) = stack.last() {
            let Some(cell) = self.cells.get_mut(&key) else {
                stack.pop();
                continue;
            };
            match cell.state {
                State::Untouched => cell.state = State::Open,
                State::Open => {}
                _ => {
                    stack.pop();
                    continue;
                }
            }
            let rule = cell.rule;
            let unsettled = rule.references.iter().find_map(|reference| {
                let other = target(reference, key.0);
                match self.cells.get(&other)?.state {
                    State::Untouched => Some((other, None)),
                    State::Open => Some((other, Some(reference))),
                    _ => None,
                }
            });
            match unsettled {
                Some((other, None)) => stack.push(other),
                Some((other, Some(reference))) => {
                    let from = stack.iter().position(|on| *on == other).unwrap_or(0);
                    self.close_cycle(&stack.split_off(from), &reference.place);
                }
                None => {
                    let state = self.work_out(key, rule);
                    if let Some(cell) = self.cells.get_mut(&key) {
                        cell.state = state;
                    }
                    stack.pop();
                }
            }
        }
    }

    /// `cycle` names itself at `place`.
    fn close_cycle(&mut self, cycle: &[Key], place: &Place) {
        let first = cycle.first().copied();
        let way: Vec<String> = cycle.iter().copied().chain(first).map(show).collect();
        let mistake = Diagnostic::at(
            place,
            format!("derived from itself: {}", way.join(" from ")),
        )
        .help("give one of them a price that does not depend on the others");
        let own = |key: &Key| self.cells.get(key).is_some_and(|cell| !cell.general);
        let told = cycle.iter().any(own);
        for key in cycle {
            if let Some(cell) = self.cells.get_mut(key) {
                cell.state = if told {
                    State::Wrong
                } else {
                    State::Absent(Absence::Circle(mistake.clone()))
                };
            }
        }
        if told {
            self.problems.push(mistake);
        }
    }

    /// The state of an entry when all that it names is settled.
    fn work_out(&mut self, key: Key, rule: &'r PriceRule) -> State<'r> {
        for reference in &rule.references {
            let other = target(reference, key.0);
            match self.cells.get(&other).map(|cell| &cell.state) {
                Some(State::Done(_)) => {}
                Some(State::Wrong) => return State::Wrong,
                None if self.strictness.wrong.contains(&other) => return State::Wrong,
                _ => return self.missing(key, other, reference),
            }
        }
        let cells = &self.cells;
        let mut lookup = |name: &str, place: &Place| {
            let other = target(&Reference::read(name, place)?, key.0);
            match cells.get(&other).map(|cell| &cell.state) {
                Some(State::Done(entry)) => Ok(entry.pj.clone()),
                _ => Err(Diagnostic::at(place, format!("no `{}`", show(other)))),
            }
        };
        match price(rule, &mut lookup, self.strictness.check, self.problems) {
            Some(entry) => State::Done(entry),
            None => State::Wrong,
        }
    }

    /// The state of an entry that names another one, which is missing.
    fn missing(&mut self, key: Key, other: Key, reference: &'r Reference) -> State<'r> {
        if self.cells.get(&key).is_some_and(|cell| cell.general) {
            return State::Absent(Absence::Lacks(other, reference));
        }
        if self.strictness.missing {
            let mistake = self.lacks(key, other, reference);
            self.problems.push(mistake);
        }
        State::Wrong
    }

    fn lacks(&self, key: Key, other: Key, reference: &Reference) -> Diagnostic {
        let here: Vec<String> = self
            .cells
            .iter()
            .filter(|((format, _), cell)| {
                *format == other.0 && matches!(cell.state, State::Done(_) | State::Untouched)
            })
            .map(|((_, primitive), _)| primitive.to_string())
            .collect();
        Diagnostic::at(
            &reference.place,
            format!(
                "`{}` is derived from `{}`, which has no price",
                show(key),
                show(other)
            ),
        )
        .help(format!(
            "the entries of `{}`: {}",
            other.0,
            crate::source::one_of(here.iter().map(String::as_str))
        ))
    }

    /// Tells of rules for every format that came out for none.
    fn report_unused(&mut self, rules: &PriceRules) {
        if !self.strictness.missing {
            return;
        }
        for primitive in rules.every.keys() {
            let general = |(key, cell): &(&Key, &Cell<'_>)| key.1 == *primitive && cell.general;
            let mut found = self.cells.iter().filter(general);
            if let Some((key, first)) = found.next()
                && let State::Absent(absence) = &first.state
                && found.all(|(_, cell)| matches!(cell.state, State::Absent(_)))
            {
                let mistake = match absence {
                    Absence::Lacks(other, reference) => self.lacks(*key, *other, reference),
                    Absence::Circle(mistake) => mistake.clone(),
                };
                self.problems.push(mistake);
            }
        }
    }
}
