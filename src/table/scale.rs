//! A table that is another one scaled by a published law: `extends = "45nm"`
//! with `scale = { law = "stillmaker-baas-2017", node = "7 nm" }`.
//!
//! A law of a node or a supply multiplies every price by one factor. All
//! formulas of a table give energies, so it is enough to multiply the unit that
//! they are written in: published figures become so much smaller, and what is
//! derived from them follows by its own formula. A law of a width makes entries
//! of another format, each derived from the one that it is scaled from.
//!
//! What was published for one node is published for no other, so every entry
//! made here is derived and `assumed`, and says from which figure, by which law.
//! What a law does not cover is left out and named.

use std::collections::BTreeSet;
use std::sync::Arc;

use num_rational::BigRational;
use num_traits::{Pow, Signed};

use super::EnergyTable;
use super::entry::{Boundary, Confidence, Entry, FigureKind, Provenance, Word};
use super::law::{Process, ScalingLaw, energy_factor, nodes};
use super::rule::{PriceRule, Reference};
use crate::format::{Family, NumberFormat};
use crate::formula::Formula;
use crate::number::{self, parse_decimal, plain, whole};
use crate::primitive::Primitive;
use crate::source::{Datum, Diagnostic, Fields, Place, Problems, Source, Spanned, Value};
use crate::units::significant;

/// How a table came about that was scaled from another.
#[derive(Debug, Clone, PartialEq)]
pub struct Scaled {
    /// The law.
    pub law: ScalingLaw,
    /// From what to what, in words: `from 45 nm at 0.9 V to 7 nm at 0.7 V`.
    pub words: String,
    /// What the other table has and the law does not cover.
    pub left_out: Vec<String>,
}

/// What a file asks for under `scale`.
pub(super) struct Scale {
    law: ScalingLaw,
    place: Place,
    to: Target,
}

enum Target {
    Node {
        nanometres: Spanned<u32>,
        process: Process,
        volts: Option<Spanned<BigRational>>,
    },
    Supply(Spanned<BigRational>),
    Width {
        format: Spanned<NumberFormat>,
        width: u16,
    },
}

impl Scale {
    /// Reads the table `scale` at `node`.
    pub(super) fn read(node: &Datum, problems: &mut Problems) -> Option<Scale> {
        let mut fields = Fields::of(node, problems)?;
        let law = fields
            .require("law", "`scale`", problems)
            .and_then(|node| ScalingLaw::read(node, problems));
        let to_node = fields.take("node");
        let process = fields.take("process");
        let voltage = fields.take("voltage");
        let format = fields.take("format");
        let width = fields.take("width");
        fields.finish("`scale`", problems);
        let law = law?;
        let needed: &[(&str, Option<&Datum>)] = match law {
            ScalingLaw::StillmakerBaas2017 => &[("node", to_node)],
            ScalingLaw::Cv2 => &[("voltage", voltage)],
            ScalingLaw::MultiplierQuadratic => &[("format", format), ("width", width)],
        };
        let foreign: &[(&str, Option<&Datum>)] = match law {
            ScalingLaw::StillmakerBaas2017 => &[("format", format), ("width", width)],
            ScalingLaw::Cv2 => &[
                ("node", to_node),
                ("process", process),
                ("format", format),
                ("width", width),
            ],
            ScalingLaw::MultiplierQuadratic => &[
                ("node", to_node),
                ("process", process),
                ("voltage", voltage),
            ],
        };
        let before = problems.len();
        for (key, _) in needed.iter().filter(|(_, given)| given.is_none()) {
            let message = format!("the law `{}` needs a `{key}`", law.name());
            problems.push(Diagnostic::at(&node.place, message));
        }
        for (key, given) in foreign {
            if let Some(given) = given {
                let message = format!("the law `{}` knows of no `{key}`", law.name());
                problems.push(Diagnostic::at(&given.place, message));
            }
        }
        if problems.len() > before {
            return None;
        }
        let volts = match voltage {
            Some(node) => Some(read_volts(node, problems)?),
            None => None,
        };
        let to = match law {
            ScalingLaw::StillmakerBaas2017 => Target::Node {
                nanometres: read_node(to_node?, problems)?,
                process: match process {
                    Some(node) => Process::read(node, problems)?,
                    None => Process::Hp,
                },
                volts,
            },
            ScalingLaw::Cv2 => Target::Supply(volts?),
            ScalingLaw::MultiplierQuadratic => Target::Width {
                format: read_format(format?, problems)?,
                width: read_width(width?, problems)?,
            },
        };
        Some(Scale {
            law,
            place: node.place.clone(),
            to,
        })
    }

    /// What a file that is scaled may not say itself, since the law says it.
    pub(super) fn says(&self) -> &'static [&'static str] {
        match self.to {
            Target::Node { .. } => &["node", "supply"],
            Target::Supply(_) => &["supply"],
            Target::Width { .. } => &[],
        }
    }

    /// `base` as the law has it.
    pub(super) fn apply(&self, base: &EnergyTable, problems: &mut Problems) -> Option<EnergyTable> {
        let scaled = match &self.to {
            Target::Node {
                nanometres,
                process,
                volts,
            } => self.to_node(base, nanometres, *process, volts.as_ref()),
            Target::Supply(volts) => self.to_supply(base, volts),
            Target::Width { format, width } => self.to_width(base, format, *width),
        };
        problems.note(scaled.map_err(Problems::from))
    }

    fn to_node(
        &self,
        base: &EnergyTable,
        to: &Spanned<u32>,
        process: Process,
        volts: Option<&Spanned<BigRational>>,
    ) -> Result<EnergyTable, Diagnostic> {
        let from = self.node_of(base)?;
        let from_volts = self.volts_of(base)?;
        let at = volts.map_or(&to.place, |volts| &volts.place);
        let to_volts = volts.map_or(&from_volts, |volts| &volts.value);
        let known = || {
            let nodes: Vec<String> = nodes().iter().map(u32::to_string).collect();
            format!("its nodes in nm: {}", nodes.join(", "))
        };
        let factor = |nanometres, volts: &BigRational, place: &Place| {
            energy_factor(nanometres, process, volts)
                .map_err(|message| Diagnostic::at(place, message).help(known()))
        };
        let before = factor(from, &from_volts, &self.place)?;
        let after = factor(to.value, to_volts, at)?;
        let words = format!(
            "from {from} nm at {} V to {} nm at {} V",
            plain(&from_volts),
            to.value,
            plain(to_volts)
        );
        let mut table = self.multiplied(base, &(after / before), words)?;
        table.node = Some(format!("{} nm", to.value));
        table.supply = Some(format!("{} V", plain(to_volts)));
        Ok(table)
    }

    fn to_supply(
        &self,
        base: &EnergyTable,
        to: &Spanned<BigRational>,
    ) -> Result<EnergyTable, Diagnostic> {
        let from = self.volts_of(base)?;
        let words = format!("from {} V to {} V", plain(&from), plain(&to.value));
        let factor = Pow::pow(&to.value / from, 2);
        let mut table = self.multiplied(base, &factor, words)?;
        table.supply = Some(format!("{} V", plain(&to.value)));
        Ok(table)
    }

    /// The node that `base` says.
    fn node_of(&self, base: &EnergyTable) -> Result<u32, Diagnostic> {
        let said = base.node().and_then(nanometres);
        said.ok_or_else(|| {
            let of = base.node().unwrap_or("no node");
            let message = format!("`{}` is of {of}: nothing to scale from", base.name());
            Diagnostic::at(&self.place, message)
                .help("a table between the two may say it: `node = \"45 nm\"`")
        })
    }

    /// The supply that `base` says.
    fn volts_of(&self, base: &EnergyTable) -> Result<BigRational, Diagnostic> {
        let said = base.supply().and_then(volts);
        said.filter(Signed::is_positive).ok_or_else(|| {
            let message = format!("`{}` does not say its supply", base.name());
            Diagnostic::at(&self.place, message)
                .help("a table between the two may say it: `supply = \"0.9 V\"`")
        })
    }

    /// Every price of a circuit that computes, times `factor`; of the rest of
    /// the table nothing.
    fn multiplied(
        &self,
        base: &EnergyTable,
        factor: &BigRational,
        words: String,
    ) -> Result<EnergyTable, Diagnostic> {
        let mut table = base.clone();
        let mut left_out = BTreeSet::new();
        let mut own = BTreeSet::new();
        table.rules.own.retain(|(format, primitive), rule| {
            let is_covered = is_covered(rule);
            match is_covered {
                true => own.insert(format!("{format}.{primitive}")),
                false => left_out.insert(format!("{format}.{primitive}")),
            };
            is_covered
        });
        table.rules.every.retain(|primitive, rule| {
            let is_covered = is_covered(rule);
            if !is_covered {
                left_out.insert(format!("every.{primitive}"));
            }
            is_covered
        });
        if own.is_empty() {
            let message = format!(
                "`{}` has nothing that the law `{}` covers: it is of functional units, neither \
                 fitted nor all-in",
                base.name(),
                self.law.name()
            );
            return Err(Diagnostic::at(&self.place, message));
        }
        // What is derived from what is left out is left out with it.
        while let Some(key) = (table.rules.own.iter())
            .find(|(key, rule)| refers_to(rule, key.0, &left_out))
            .map(|(key, _)| *key)
        {
            table.rules.own.remove(&key);
            left_out.insert(format!("{}.{}", key.0, key.1));
        }
        let of = |format: Option<NumberFormat>, primitive: Primitive| match format {
            Some(format) => format!("{}.{format}.{primitive}", base.name()),
            None => format!("{}.{primitive}", base.name()),
        };
        for ((format, primitive), rule) in &mut table.rules.own {
            *rule = Arc::new(self.scaled(rule, factor, &of(Some(*format), *primitive), &words));
        }
        for (primitive, rule) in &mut table.rules.every {
            *rule = Arc::new(self.scaled(rule, factor, &of(None, *primitive), &words));
        }
        left_out.extend(table.memories.iter().map(|level| level.name()));
        left_out.extend(table.device.keys().map(ToString::to_string));
        table.memories.clear();
        table.hierarchies.clear();
        table.device.clear();
        table
            .sources
            .cite(self.law.name(), self.law.citation(&self.place));
        table.scaled = Some(Scaled {
            law: self.law,
            words: format!("{words}, times {}", shown(factor)),
            left_out: left_out.into_iter().collect(),
        });
        Ok(table)
    }

    /// One price times `factor`. Formulas give energies in their unit, so that
    /// unit is what is multiplied.
    fn scaled(&self, rule: &PriceRule, factor: &BigRational, of: &str, words: &str) -> PriceRule {
        let mut scaled = PriceRule {
            unit: &rule.unit * factor,
            confidence: Confidence::Assumed,
            kind: FigureKind::Assumed,
            ..rule.clone()
        };
        // What names other entries follows them.
        if rule.value.is_some() && !rule.references.is_empty() && is_derived(rule) {
            return scaled;
        }
        scaled.note = Some(self.note(
            words,
            rule.confidence,
            &rule.provenance,
            rule.note.as_deref(),
        ));
        scaled.provenance = self.provenance(factor, of);
        scaled
    }

    /// Where a scaled price comes from: a formula over what it was scaled from.
    fn provenance(&self, factor: &BigRational, of: &str) -> Provenance {
        Provenance::Derived {
            formula: format!("{} * {of}", shown(factor)),
            source: Some(self.law.name().to_owned()),
        }
    }

    fn note(
        &self,
        words: &str,
        confidence: Confidence,
        provenance: &Provenance,
        note: Option<&str>,
    ) -> String {
        let from = provenance.source().unwrap_or("an assumption");
        let mut text = format!("scaled {words}; there {confidence}, {from}");
        if let Some(note) = note {
            text.push_str("; ");
            text.push_str(note);
        }
        text
    }

    /// A format of another width beside those of `base`: additions go with the
    /// width, multiplications with its square.
    fn to_width(
        &self,
        base: &EnergyTable,
        format: &Spanned<NumberFormat>,
        width: u16,
    ) -> Result<EnergyTable, Diagnostic> {
        let from = format.value;
        let family = match from.family() {
            Family::Integer => "int",
            Family::Fixed => "fix",
            Family::Float | Family::Brain => {
                let message = format!(
                    "the law `{}` is of integers, not of `{from}`",
                    self.law.name()
                );
                return Err(Diagnostic::at(&format.place, message).help("scale from `int8`, say"));
            }
        };
        let to = (format!("{family}{width}").parse::<NumberFormat>())
            .map_err(|unknown| Diagnostic::at(&self.place, unknown.to_string()))?;
        let share = BigRational::new(width.into(), from.bits().into());
        let words = format!("from {from} to {to}");
        let mut table = base.clone();
        let mut made = 0;
        for (primitive, factor) in [
            (Primitive::Add, share.clone()),
            (Primitive::Mul, Pow::pow(&share, 2)),
        ] {
            // What the table prices itself is better than a law.
            let Some(entry) = base.entry(primitive, from) else {
                continue;
            };
            if base.rules.own.contains_key(&(to, primitive)) {
                continue;
            }
            let rule = self.widened(entry, &factor, (from, primitive), &words)?;
            table.rules.own.insert((to, primitive), Arc::new(rule));
            made += 1;
        }
        if made == 0 {
            let message = match base.formats().any(|known| known == from) {
                true => format!(
                    "`{}` prices additions and multiplications of `{to}` itself",
                    base.name()
                ),
                false => format!("`{}` prices nothing in `{from}`", base.name()),
            };
            return Err(Diagnostic::at(&format.place, message));
        }
        if !table.formats.contains(&to) {
            table.formats.push(to);
        }
        table
            .sources
            .cite(self.law.name(), self.law.citation(&self.place));
        table.scaled = Some(Scaled {
            law: self.law,
            words,
            left_out: Vec::new(),
        });
        Ok(table)
    }

    /// The rule of an entry of another width: a formula over the `entry` that it
    /// is scaled from, so that it follows that one.
    fn widened(
        &self,
        entry: &Entry,
        factor: &BigRational,
        (format, primitive): (NumberFormat, Primitive),
        words: &str,
    ) -> Result<PriceRule, Diagnostic> {
        let name = format!("{format}.{primitive}");
        let text = format!("{} * {name} / {}", factor.numer(), factor.denom());
        let place = Place::whole(&Source::new("a scaled price", text.clone()));
        let mut problems = Problems::new();
        let formula = Formula::read(&text, &place, &mut problems);
        let formula = formula.ok_or_else(|| Diagnostic::at(&self.place, problems.to_string()))?;
        let end = |end: &BigRational| Formula::number(end * factor, &place);
        Ok(PriceRule {
            value: Some(formula),
            range: (entry.range.as_ref()).map(|(low, high)| (end(low), end(high))),
            unit: whole(1),
            references: vec![Reference::read(&name, &place)?],
            provenance: self.provenance(factor, &name),
            confidence: Confidence::Assumed,
            kind: FigureKind::Assumed,
            boundary: entry.boundary,
            note: Some(self.note(
                words,
                entry.confidence,
                &entry.provenance,
                entry.note.as_deref(),
            )),
            place: Some(self.place.clone()),
        })
    }
}

/// Whether a law of logic says anything of a price.
fn is_covered(rule: &PriceRule) -> bool {
    rule.boundary == Boundary::FunctionalUnit && rule.kind != FigureKind::Fitted
}

fn is_derived(rule: &PriceRule) -> bool {
    matches!(rule.provenance, Provenance::Derived { .. })
}

/// Whether a rule of an entry in `format` names one of `entries`.
fn refers_to(rule: &PriceRule, format: NumberFormat, entries: &BTreeSet<String>) -> bool {
    rule.references.iter().any(|reference| {
        let format = reference.format.unwrap_or(format);
        entries.contains(&format!("{format}.{}", reference.primitive))
    })
}

/// A factor as a reader wants it: whole digits where there are few.
fn shown(factor: &BigRational) -> String {
    let text = plain(factor);
    match number::is_decimal(factor) && text.len() <= 8 {
        true => text,
        false => significant(number::to_f64(factor), 4),
    }
}

/// `7 nm`.
fn nanometres(text: &str) -> Option<u32> {
    text.trim().strip_suffix("nm")?.trim().parse().ok()
}

/// `0.9 V`.
fn volts(text: &str) -> Option<BigRational> {
    parse_decimal(text.trim().strip_suffix('V')?.trim())
}

fn read_node(node: &Datum, problems: &mut Problems) -> Option<Spanned<u32>> {
    let text = node.text(problems)?;
    let read = nanometres(&text.value);
    if read.is_none() {
        let message = format!("`{}` is no node", text.value);
        problems.push(Diagnostic::at(&text.place, message).help("write, for example, `7 nm`"));
    }
    Some(Spanned::new(read?, text.place))
}

/// A supply as tables say it, `0.9 V`, or in volts.
fn read_volts(node: &Datum, problems: &mut Problems) -> Option<Spanned<BigRational>> {
    let read = match &node.value {
        Value::Number(number) => Some(number.clone()),
        _ => volts(&node.text(problems)?.value),
    };
    let read = read.filter(|volts| volts.is_positive() && *volts <= whole(1000));
    if read.is_none() {
        let message = format!("{} is no supply", node.describe());
        problems.push(Diagnostic::at(&node.place, message).help("write, for example, `0.7 V`"));
    }
    Some(Spanned::new(read?, node.place.clone()))
}

fn read_format(node: &Datum, problems: &mut Problems) -> Option<Spanned<NumberFormat>> {
    let text = node.text(problems)?;
    Some(Spanned::new(text.parse(problems)?, text.place))
}

fn read_width(node: &Datum, problems: &mut Problems) -> Option<u16> {
    let width = node.whole_number(1024, problems)?;
    if width == 0 {
        problems.push(Diagnostic::at(&node.place, "a format has at least one bit"));
        return None;
    }
    u16::try_from(width).ok()
}
