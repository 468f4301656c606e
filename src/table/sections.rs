//! The sections that hold prices: one per number format, and `[every]` for
//! all formats that have no entry of their own.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::about::Defaults;
use super::resolve::{Key, PriceRules, Strictness};
use super::rule::PriceRule;
use crate::format::NumberFormat;
use crate::primitive::Primitive;
use crate::source::{Datum, Diagnostic, Problems};

/// The format sections and `[every]`.
pub(super) struct Sections<'s> {
    rules: &'s mut PriceRules,
    formats: &'s mut Vec<NumberFormat>,
    defaults: &'s Defaults<'s>,
    wrong: BTreeSet<Key>,
    wrong_every: BTreeSet<Primitive>,
    /// Whether every name of a section and an entry was understood.
    all_known: bool,
}

impl<'s> Sections<'s> {
    /// Reads into `rules` and `formats`; `whole` is whether the tables that
    /// this one extends could be read.
    pub fn new(
        rules: &'s mut PriceRules,
        formats: &'s mut Vec<NumberFormat>,
        defaults: &'s Defaults<'s>,
        whole: bool,
    ) -> Sections<'s> {
        Sections {
            rules,
            formats,
            defaults,
            wrong: BTreeSet::new(),
            wrong_every: BTreeSet::new(),
            all_known: whole,
        }
    }

    /// Notes that a section was not understood: nobody can then say what is
    /// missing.
    pub fn has_strangers(&mut self) {
        self.all_known = false;
    }

    /// Reads the section of `format`.
    pub fn read_format(&mut self, format: NumberFormat, node: &Datum, problems: &mut Problems) {
        if !self.formats.contains(&format) {
            self.formats.push(format);
        }
        self.read_entries(
            &format.to_string(),
            node,
            problems,
            |this, primitive, rule| {
                let key = (format, primitive);
                match rule {
                    Some(rule) => {
                        this.rules.own.insert(key, Arc::new(rule));
                    }
                    None => {
                        this.rules.own.remove(&key);
                        this.wrong.insert(key);
                    }
                }
            },
        );
    }

    /// Reads `[every]`.
    pub fn read_every(&mut self, node: &Datum, problems: &mut Problems) {
        self.read_entries(
            "every",
            node,
            problems,
            |this, primitive, rule| match rule {
                Some(rule) => {
                    this.rules.every.insert(primitive, Arc::new(rule));
                }
                None => {
                    this.rules.every.remove(&primitive);
                    this.wrong_every.insert(primitive);
                }
            },
        );
    }

    fn read_entries(
        &mut self,
        section: &str,
        node: &Datum,
        problems: &mut Problems,
        mut take: impl FnMut(&mut Self, Primitive, Option<PriceRule>),
    ) {
        let Some(entries) = node.entries(problems) else {
            self.all_known = false;
            return;
        };
        for (key, node) in entries {
            match key.value.parse::<Primitive>() {
                Ok(primitive) => {
                    let what = format!("{section}.{primitive}");
                    let rule = PriceRule::read(&what, node, self.defaults, problems);
                    take(self, primitive, rule);
                }
                Err(unknown) => {
                    self.all_known = false;
                    problems.push(
                        Diagnostic::at(&key.place, unknown.to_string())
                            .known(&key.value, Primitive::names()),
                    );
                }
            }
        }
    }

    /// How strictly the prices can be judged after this.
    pub fn strictness(mut self) -> Strictness {
        for primitive in &self.wrong_every {
            let keys = self.formats.iter().map(|format| (*format, *primitive));
            self.wrong.extend(keys);
        }
        Strictness {
            check: true,
            missing: self.all_known,
            wrong: self.wrong,
        }
    }
}
