//! How a report file is read, and what is refused.

use std::sync::Arc;

use num_traits::ToPrimitive;

use super::keys::{BATCH, CASE, CONVENTION, CURVE, FIGURE, PRICE, REPORT, SECTION, SHOWN, TARGET};
use super::spec::{
    Case, ConventionSpec, KnownFrom, MovementShown, Over, Section, Show, Spec, Target,
};
use crate::census::Conventions;
use crate::claims::conditions::{self, Known, PriceSpec};
use crate::model::Phase;
use crate::render::plot::{FigureStyle, StyleError};
use crate::source::{
    Datum, Diagnostic, Fields, Place, Problems, Source, Spanned, did_you_mean, parse_toml,
};
use crate::sweep::{MOST_LOG_POINTS, whole_log_points};

impl Spec {
    /// Reads a report file.
    ///
    /// # Errors
    /// Every mistake of the file, each with its place: text that is no TOML, a
    /// field that is missing, unknown or no value of its kind, a report without
    /// a price or a section.
    pub fn read(source: &Arc<Source>) -> Result<Spec, Problems> {
        let mut problems = Problems::new();
        let spec = parse_toml(source, &mut problems).and_then(|root| spec(&root, &mut problems));
        problems.or_some(spec)
    }
}

impl KnownFrom {
    fn read(text: &Spanned<String>, problems: &mut Problems) -> Option<KnownFrom> {
        // By its word, or as pages show it.
        let mut ways = Known::ALL.into_iter();
        let is_it = |way: &Known| way.name() == text.value || way.to_string() == text.value;
        if let Some(way) = ways.find(is_it) {
            return Some(KnownFrom::Way(way));
        }
        // A slip in one of the words would count as words of one's own.
        let known = Known::ALL.map(Known::name);
        let is_slip = !text.value.contains(' ') && did_you_mean(&text.value, known).is_some();
        if is_slip {
            let message = format!("`{}` is no way to know", text.value);
            problems.push(Diagnostic::at(&text.place, message).known(&text.value, known));
            return None;
        }
        Some(KnownFrom::Words(text.value.clone()))
    }
}

fn spec(root: &Datum, problems: &mut Problems) -> Option<Spec> {
    let mut fields = Fields::shaped(root, &REPORT, problems)?;
    let name = fields.require_text("name", "a report", problems);
    let title = fields.require_text("title", "a report", problems);
    let model = fields.require_text("model", "a report", problems);
    let text = paragraphs(&mut fields, problems);
    let variants = fields.texts("variants", problems);
    let set = conditions::settings(&mut fields, problems);
    let densities = fields.text("densities", problems);
    let phase = Phase::read(&mut fields, problems);
    let prices = fields.each("price", problems, price);
    let targets = fields.each("target", problems, target);
    let conventions = fields.each("convention", problems, convention);
    let figure = fields.take("figure").map(|node| figure(node, problems));
    let sections = fields.each("section", problems, section);
    let place = fields.place().clone();
    fields.finish("a report", problems);
    for (missing, what) in [
        (prices.is_empty(), "price"),
        (sections.is_empty(), "section"),
    ] {
        if missing {
            let start = Place::new(place.source(), 0..0);
            problems.push(Diagnostic::at(
                &start,
                format!("the report has no `[[{what}]]`"),
            ));
        }
    }
    Some(Spec {
        name: name?,
        title: title?.value,
        text,
        model: model?,
        variants,
        set,
        densities,
        phase,
        prices,
        targets,
        conventions,
        figure: figure.flatten().unwrap_or_default(),
        sections,
    })
}

/// `[figure]`: how all figures of the report are set.
fn figure(node: &Datum, problems: &mut Problems) -> Option<FigureStyle> {
    let mut fields = Fields::shaped(node, &FIGURE, problems)?;
    let width = fields.text("width", problems);
    let font = fields.text("font_size", problems);
    fields.finish("a figure", problems);
    let mut wrong = |place: &Place, error: StyleError| {
        problems.push(Diagnostic::at(place, error.to_string()));
    };
    let mut style = FigureStyle::default();
    if let Some(text) = &width {
        match text.value.parse() {
            Ok(width) => style.width = Some(width),
            Err(error) => wrong(&text.place, error),
        }
    }
    if let Some(text) = &font {
        match text.value.parse() {
            Ok(font) => style.font = Some(font),
            Err(error) => wrong(&text.place, error),
        }
    }
    if let Err(error) = style.check() {
        wrong(&node.place, error);
    }
    Some(style)
}

fn paragraphs(fields: &mut Fields<'_>, problems: &mut Problems) -> Vec<String> {
    let texts = fields.texts("text", problems).into_iter();
    texts.map(|text| text.value).collect()
}

fn price(node: &Datum, problems: &mut Problems) -> Option<PriceSpec> {
    let mut fields = Fields::shaped(node, &PRICE, problems)?;
    let table = fields.require_text("table", "a price", problems);
    let number_format = fields.require_text("format", "a price", problems);
    let movement = conditions::movement(&mut fields, problems);
    let statics = fields.take("static").map(|node| node.truth(problems));
    fields.finish("a price", problems);
    let number_format = number_format.and_then(|text| text.parse(problems));
    Some(PriceSpec {
        table: table?,
        format: number_format?,
        movement,
        statics: statics.flatten().unwrap_or(false),
    })
}

fn target(node: &Datum, problems: &mut Problems) -> Option<Target> {
    let mut fields = Fields::shaped(node, &TARGET, problems)?;
    let name = fields.require_text("name", "a target", problems);
    let words = fields.require_text("words", "a target", problems);
    let scope = fields.require_text("scope", "a target", problems);
    let percent = fields
        .require("percent", "a target", problems)
        .and_then(|node| node.whole_number(100, problems))
        .and_then(|percent| percent.to_u32());
    let named = fields.text("named", problems);
    fields.finish("a target", problems);
    Some(Target {
        name: name?.value,
        words: words?.value,
        scope: scope?,
        percent: percent?,
        named,
    })
}

fn convention(node: &Datum, problems: &mut Problems) -> Option<ConventionSpec> {
    let mut fields = Fields::shaped(node, &CONVENTION, problems)?;
    let about = fields.require_text("about", "a convention", problems);
    let value = fields.require_text("value", "a convention", problems);
    let known = fields.require_text("known", "a convention", problems);
    fields.finish("a convention", problems);
    let known = known.and_then(|text| KnownFrom::read(&text, problems));
    Some(ConventionSpec {
        about: about?.value.into(),
        value: value?.value,
        known: known?,
    })
}

fn section(node: &Datum, problems: &mut Problems) -> Option<Section> {
    let mut fields = Fields::shaped(node, &SECTION, problems)?;
    let title = fields.require_text("title", "a section", problems);
    let text = paragraphs(&mut fields, problems);
    let shown = fields.require_text("show", "a section", problems);
    let scope = fields.text("scope", problems);
    let curve = fields.take("over");
    let cases = fields.take("case");
    let batch = fields.take("batch");
    let prices = fields.each("price", problems, price);
    fields.finish("a section", problems);
    let shown = shown?;
    let lacks = |what: &str| {
        Diagnostic::at(
            &shown.place,
            format!("a section that shows {} needs `{what}`", shown.value),
        )
    };
    let show = match shown.value.as_str() {
        "headline" => Show::Headline,
        "stages" => match scope {
            Some(scope) => Show::Stages { scope },
            None => {
                problems.push(lacks("scope"));
                return None;
            }
        },
        "curve" => match curve {
            Some(node) => Show::Curve(over(node, problems)?),
            None => {
                problems.push(lacks("over"));
                return None;
            }
        },
        "movement" => match (curve, batch) {
            (Some(over_node), Some(batch)) => {
                let over = over(over_node, problems);
                let (batch, batches) = batches(batch, problems)?;
                if prices.is_empty() || prices.iter().any(|price| price.movement.is_none()) {
                    problems.push(
                        lacks("[[section.price]]")
                            .help("each with its `table`, its `format` and its `movement`"),
                    );
                    return None;
                }
                Show::Movement(MovementShown {
                    over: over?,
                    batch,
                    batches,
                    prices,
                })
            }
            (None, _) => {
                problems.push(lacks("over"));
                return None;
            }
            (_, None) => {
                problems.push(lacks("batch"));
                return None;
            }
        },
        "cases" => Show::Cases(cases.map_or_else(Vec::new, |node| node.each(problems, case))),
        other => {
            problems.push(
                Diagnostic::at(
                    &shown.place,
                    format!("nothing called `{other}` can be shown"),
                )
                .known(other, SHOWN),
            );
            return None;
        }
    };
    Some(Section {
        title: title?.value,
        text,
        show,
        place: shown.place,
    })
}

/// The most batches that a section may show.
const MAX_BATCHES: usize = 8;

/// `{ dim = "b", values = [1, 8] }`.
fn batches(node: &Datum, problems: &mut Problems) -> Option<(Spanned<String>, Vec<u64>)> {
    let mut fields = Fields::shaped(node, &BATCH, problems)?;
    let dim = fields.require_text("dim", "a batch", problems);
    let values = fields.require("values", "a batch", problems);
    fields.finish("a batch", problems);
    let values = values?.items(problems)?;
    let mut batches = Vec::new();
    for value in values.iter().take(MAX_BATCHES) {
        batches.push(value.whole_number(1 << 20, problems)?);
    }
    if batches.is_empty() || values.len() > MAX_BATCHES || batches.contains(&0) {
        let message = format!("a section shows 1 to {MAX_BATCHES} batches, each of at least 1");
        problems.push(Diagnostic::at(&node.place, message));
        return None;
    }
    Some((dim?, batches))
}

/// The most points that a curve may have.
const MAX_POINTS: u64 = 100_000;

fn over(node: &Datum, problems: &mut Problems) -> Option<Over> {
    let mut fields = Fields::shaped(node, &CURVE, problems)?;
    let dim = fields.require_text("dim", "a curve", problems);
    let label = fields.require_text("label", "a curve", problems);
    let mut end = |key| {
        let node = fields.require(key, "a curve", problems)?;
        node.whole_number(u64::MAX >> 1, problems)
    };
    let (from, to) = (end("from"), end("to"));
    let points = fields.take("points");
    let points = points.map(|node| node.whole_number(u64::from(MOST_LOG_POINTS), problems));
    fields.finish("a curve", problems);
    let (from, to) = (from?, to?);
    if let Some(points) = points {
        let count = u32::try_from(points?).unwrap_or(MOST_LOG_POINTS);
        if from == 0 || from > to || count < 2 {
            let message = format!(
                "from {from} to {to} is no range of {count} points: 2 to {MOST_LOG_POINTS} of \
                 them, above 0"
            );
            problems.push(Diagnostic::at(&node.place, message));
            return None;
        }
        return Some(Over {
            dim: dim?,
            values: whole_log_points(from, to, count),
            is_sampled: true,
            label: label?.value,
        });
    }
    if from == 0 || from > to || to - from >= MAX_POINTS {
        let message =
            format!("from {from} to {to} is no range of 1 to {MAX_POINTS} points above 0");
        problems.push(Diagnostic::at(&node.place, message));
        return None;
    }
    Some(Over {
        dim: dim?,
        values: (from..=to).collect(),
        is_sampled: false,
        label: label?.value,
    })
}

fn case(node: &Datum, problems: &mut Problems) -> Option<Case> {
    let mut fields = Fields::shaped(node, &CASE, problems)?;
    let name = fields.require_text("name", "a case", problems);
    let shown_on = fields
        .require("price", "a case", problems)
        .and_then(|node| price(node, problems));
    let set = conditions::settings(&mut fields, problems);
    let add = fields.texts("add", problems);
    let only = fields.texts("only", problems);
    let free = conditions::zero_cost(&mut fields, problems);
    let format = fields.parse("format", problems);
    let conventions = Conventions::read(&mut fields, problems);
    fields.finish("a case", problems);
    Some(Case {
        name: name?.value,
        price: shown_on?,
        set,
        add,
        only,
        format: format?,
        free,
        conventions: conventions?,
    })
}
