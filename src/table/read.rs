//! A table file, section by section, and the tables that it extends.
//!
//! All mistakes of a file are noted in one go, so reading goes on after each:
//! a part that cannot be read is remembered as there but wrong, and what
//! depends on it is not blamed for it.

use std::sync::Arc;

use super::EnergyTable;
use super::about::Defaults;
use super::amount::Unit;
use super::device::{DeviceNumber, add_device};
use super::entry::{Boundary, FigureKind, Word};
use super::hierarchy::add_hierarchies;
use super::keys::TABLE;
use super::memory::add_memories;
use super::resolve::resolve;
use super::scale::Scale;
use super::sections::Sections;
use crate::catalog::{self, Finder};
use crate::format::{Format, NumberFormat};
use crate::source::{Datum, Diagnostic, Fields, Place, Problems, Source, Spanned, parse_toml};

/// More tables than this in a chain of `extends` are refused.
const MAX_CHAIN: usize = 16;

impl EnergyTable {
    /// Reads the table in `source`. `finder` gives the table that `extends`
    /// names.
    ///
    /// # Errors
    /// Fails with every mistake in the file and in those that it extends, each
    /// with its place.
    ///
    /// # Example
    /// ```
    /// use picojoule::{format::NumberFormat, primitive::Primitive, source::Source};
    /// use picojoule::{loader::Loader, table::EnergyTable};
    ///
    /// let text = r#"
    /// name = "mine"
    /// boundary = "functional unit"
    /// kind = "measured"
    /// [source.bench]
    /// title = "My bench"
    /// where = "here, today"
    /// [fp32]
    /// add = { pj = 0.9, source = "bench", confidence = "low" }
    /// sub = "add"
    /// "#;
    /// let table = EnergyTable::read(&Source::new("mine.toml", text), &Loader::shipped())?;
    /// let sub = table.entry(Primitive::Sub, NumberFormat::FP32);
    /// assert_eq!(sub.map(|entry| picojoule::number::plain(&entry.pj)).as_deref(), Some("0.9"));
    /// # Ok::<(), picojoule::source::Problems>(())
    /// ```
    pub fn read(source: &Arc<Source>, finder: &dyn Finder) -> Result<EnergyTable, Problems> {
        let mut problems = Problems::new();
        let table = read(&mut vec![Arc::clone(source)], finder, &mut problems);
        problems.or_some(table)
    }
}

/// Reads the table in the last of `chain`, which the others extend.
fn read(
    chain: &mut Vec<Arc<Source>>,
    finder: &dyn Finder,
    problems: &mut Problems,
) -> Option<EnergyTable> {
    let source = Arc::clone(chain.last()?);
    let root = parse_toml(&source, problems)?;
    let mut fields = Fields::shaped(&root, &TABLE, problems)?;
    let top = Place::new(&source, 0..0);
    if fields.has("op") && !fields.has("boundary") {
        problems.push(
            Diagnostic::at(&top, "this is a model, not a hardware table")
                .help("a table has sections such as `[fp32]` and no `[[op]]`"),
        );
        return None;
    }

    let name = fields.text("name", problems);
    if name.is_none() && fields.take("name").is_none() {
        problems.push(
            Diagnostic::at(&top, "the table has no `name`").help("begin with `name = \"…\"`"),
        );
    }
    let title = fields.text("title", problems).map(|text| text.value);
    let node = fields.text("node", problems).map(|text| text.value);
    let supply = fields.text("supply", problems).map(|text| text.value);
    let extends = fields.text("extends", problems);
    let base = extends
        .as_ref()
        .map(|extends| read_base(extends, chain, finder, problems));
    let scale = fields.take("scale");
    if let (Some(node), None) = (scale, &extends) {
        let message = "`scale` in a table that extends none";
        problems.push(Diagnostic::at(&node.place, message).help("write `extends = \"45nm\"`, say"));
    }
    let scale = scale.map(|node| Scale::read(node, problems));
    for key in scale.iter().flatten().flat_map(Scale::says) {
        if let Some(node) = fields.take(key) {
            let message = format!("`{key}` beside a `scale` that says it");
            problems.push(Diagnostic::at(&node.place, message).help("keep the one in `scale`"));
        }
    }
    let scaled = match (&base, &scale) {
        (Some(Some(base)), Some(Some(scale))) => scale.apply(base, problems),
        _ => None,
    };
    // Without the base nobody can say what is missing.
    let whole = !matches!(base, Some(None)) && scale.is_some() == scaled.is_some();
    let unscaled = base.flatten();
    let base = scaled.as_ref().or(unscaled.as_ref());

    let needed_at = whole.then(|| name.as_ref().map_or(&top, |name| &name.place));
    let boundary = read_default(
        &mut fields,
        "boundary",
        base.map(|base| base.boundary),
        needed_at,
        problems,
    );
    let kind = read_default(
        &mut fields,
        "kind",
        base.map(|base| base.kind),
        needed_at,
        problems,
    );
    let unit = fields
        .take("unit")
        .and_then(|node| Unit::read(node, problems))
        .unwrap_or(Unit::Picojoule);

    let (mut sources, mut rules, mut formats, mut memories, mut hierarchies, mut device) =
        match base {
            Some(base) => (
                base.sources.clone(),
                base.rules.clone(),
                base.formats.clone(),
                base.memories.clone(),
                base.hierarchies.clone(),
                base.device.clone(),
            ),
            None => Default::default(),
        };
    if let Some(node) = fields.take("source") {
        sources.add(node, problems);
    }
    let defaults = Defaults {
        unit,
        boundary,
        kind,
        sources: whole.then_some(&sources),
    };
    let every = fields.take("every");
    let memory = fields.take("memory");
    let hierarchy = fields.take("hierarchy");
    if let Some(node) = fields.take("device") {
        add_device(&mut device, node, &defaults, problems);
    }
    let listed = fields.take("formats");

    let mut sections = Sections::new(&mut rules, &mut formats, &defaults, whole);
    let known = || TABLE.all().map(|key| key.name).chain(USUAL_FORMATS);
    for (key, node) in fields.rest() {
        match key.value.parse::<NumberFormat>() {
            Ok(format) => sections.read_format(format, node, problems),
            Err(unknown) => {
                sections.has_strangers();
                problems.push(
                    Diagnostic::at(&key.place, unknown.to_string()).known(&key.value, known()),
                );
            }
        }
    }
    if let Some(node) = every {
        sections.read_every(node, problems);
    }
    let strictness = sections.strictness();
    if let Some(node) = memory {
        add_memories(&mut memories, node, &defaults, problems);
    }
    if let Some(node) = hierarchy {
        add_hierarchies(&mut hierarchies, node, &memories, problems);
    }
    // A format of which only the peak is known is one all the same.
    for number in device.keys() {
        if let DeviceNumber::Peak(format) = number
            && !formats.contains(format)
        {
            formats.push(*format);
        }
    }
    let inherited = base.map(|base| {
        let formats = base.default_formats.clone();
        (formats, base.node.clone(), base.supply.clone())
    });
    let (base_formats, base_node, base_supply) = inherited.unwrap_or_default();
    let default_formats = match listed {
        Some(node) => read_formats(node, &formats, strictness.missing, problems),
        None if base_formats.is_empty() => formats.first().copied().map(both).into_iter().collect(),
        None => base_formats,
    };
    let entries = resolve(&formats, &rules, &strictness, problems);
    Some(EnergyTable {
        name: name?.value,
        title,
        node: node.or(base_node),
        supply: supply.or(base_supply),
        extends,
        scaled: scaled.as_ref().and_then(|table| table.scaled.clone()),
        base: unscaled.map(Arc::new),
        boundary,
        kind,
        default_formats,
        formats,
        rules,
        entries,
        memories,
        hierarchies,
        device,
        sources,
    })
}

/// The formats that a mistyped section is most likely meant to be.
const USUAL_FORMATS: [&str; 9] = [
    "fp32", "fp16", "bf16", "int32", "int16", "int8", "int1", "fix32", "fix8",
];

fn both(format: NumberFormat) -> Format {
    Format {
        operand: format,
        accumulator: format,
    }
}

fn read_base(
    extends: &Spanned<String>,
    chain: &mut Vec<Arc<Source>>,
    finder: &dyn Finder,
    problems: &mut Problems,
) -> Option<EnergyTable> {
    let source = match finder.find(catalog::Kind::Table, extends) {
        Ok(source) => source,
        Err(mistake) => {
            problems.push(mistake);
            return None;
        }
    };
    if chain.contains(&source) {
        let names: Vec<&str> = chain.iter().map(|source| source.name()).collect();
        problems.push(
            Diagnostic::at(
                &extends.place,
                format!(
                    "the table extends itself: {} → {}",
                    names.join(" → "),
                    source.name()
                ),
            )
            .help("one of them must stand on its own"),
        );
        return None;
    }
    if chain.len() >= MAX_CHAIN {
        problems.push(
            Diagnostic::at(
                &extends.place,
                format!("more than {MAX_CHAIN} tables extend one another"),
            )
            .help("extend a table nearer to the first"),
        );
        return None;
    }
    chain.push(source);
    let before = problems.len();
    let base = read(chain, finder, problems);
    chain.pop();
    base.filter(|_| problems.len() == before)
}

/// What holds for all entries of the file: its own word, or that of the table
/// it extends. Where neither has one, the mistake is noted at `needed_at`.
fn read_default<T: Word + Unstated>(
    fields: &mut Fields<'_>,
    field: &'static str,
    inherited: Option<T>,
    needed_at: Option<&Place>,
    problems: &mut Problems,
) -> T {
    match (fields.take(field), inherited) {
        (Some(node), _) => T::read(node, problems).unwrap_or(T::UNSTATED),
        (None, Some(inherited)) => inherited,
        (None, None) => {
            if let Some(place) = needed_at {
                let words = T::WORDS.iter().map(|(_, word)| *word);
                problems.push(
                    Diagnostic::at(place, format!("the table has no `{field}`"))
                        .help(crate::source::one_of(words)),
                );
            }
            T::UNSTATED
        }
    }
}

/// What stands in where a default is missing and the mistake is noted.
trait Unstated {
    const UNSTATED: Self;
}

impl Unstated for Boundary {
    const UNSTATED: Boundary = Boundary::Unstated;
}

impl Unstated for FigureKind {
    const UNSTATED: FigureKind = FigureKind::Unstated;
}

fn read_formats(
    node: &Datum,
    formats: &[NumberFormat],
    all_known: bool,
    problems: &mut Problems,
) -> Vec<Format> {
    let names: Vec<String> = formats.iter().map(ToString::to_string).collect();
    let mut read = Vec::new();
    for text in node.texts(problems).unwrap_or_default() {
        match text.value.parse::<Format>() {
            Ok(format) => {
                let has = |part| formats.contains(&part);
                if all_known && !(has(format.operand) && has(format.accumulator)) {
                    problems.push(
                        Diagnostic::at(
                            &text.place,
                            format!("the table prices nothing in `{}`", text.value),
                        )
                        .known(&text.value, names.iter().map(String::as_str)),
                    );
                }
                read.push(format);
            }
            Err(unknown) => problems.push(
                Diagnostic::at(&text.place, unknown.to_string())
                    .known(&text.value, names.iter().map(String::as_str)),
            ),
        }
    }
    read
}
