//! Hugging Face configs: the `config.json` beside a model's weights.
//!
//! A config names a family (`model_type`) and gives its sizes; what is
//! computed stands in the code of `transformers`. So each family is written
//! down here once more, as a model file that calls the shipped blocks.
//!
//! | file | what it does |
//! |---|---|
//! | `config` | the fields of a config, each checked where it is taken |
//! | `lists` | fields that say something of every layer |
//! | `joined` | fields that stand in objects within a config |
//! | `ignored` | fields that change nothing that is counted |
//! | `hints` | what the fields of an unknown family suggest |
//! | `label` | names of a file, made harmless |
//! | `class` | which of a family's classes is meant, and what follows the stack |
//! | `draft`, `block`, `op` | the text of a model file as a family puts it together |
//! | `numeric` | the format of the numbers |
//! | `quantised` | in which numbers linear layers of quantised weights multiply |
//! | `mechanism` | what families are made of: embeddings, heads, windows, experts |
//! | `family` | the families, one file for those that are built alike |
//!
//! A field that is missing is an error, unless `transformers` has a default
//! for it that does not depend on the model; such defaults are told.

mod block;
mod class;
mod config;
mod draft;
mod family;
mod hints;
mod ignored;
mod joined;
pub(super) mod label;
mod lists;
mod mechanism;
mod numeric;
mod op;
mod quantised;

use std::sync::Arc;

use self::config::Config;
use self::draft::Draft;
use self::family::{Family, known, of_class, of_type};
use self::label::harmless;
use super::imported::Imported;
use super::stored::StoredKind;
use crate::source::{
    Datum, Diagnostic, Place, Problems, Source, Spanned, Value, did_you_mean, parse_json,
};

/// How the weights of a model lie in memory, as the heads of their files say.
pub(super) struct StoredWeights {
    pub(super) kinds: Vec<StoredKind>,
    /// What a reader should know of it.
    pub(super) notes: Vec<String>,
}

/// What stands beside a config: the heads of files of weights.
pub(super) struct Beside<'w> {
    /// What the model is written from, in words.
    pub(super) origin: &'static str,
    /// The file that the model is called after.
    pub(super) name: &'w str,
    /// How the weights lie in memory, where numbers that are packed into others
    /// have so many bits.
    pub(super) stored: &'w dyn Fn(Option<u64>) -> StoredWeights,
}

/// Reads a config and writes it as a model file.
///
/// # Errors
/// Everything that is wrong with the config: no JSON, no family that is known,
/// fields that are missing or hold what cannot be.
pub fn import(source: &Arc<Source>) -> Result<Imported, Problems> {
    imported(source, None)
}

/// The same with what the heads of the files of its weights say.
///
/// # Errors
/// As of [`import`].
pub(super) fn import_beside(
    source: &Arc<Source>,
    beside: &Beside<'_>,
) -> Result<Imported, Problems> {
    imported(source, Some(beside))
}

fn imported(source: &Arc<Source>, beside: Option<&Beside<'_>>) -> Result<Imported, Problems> {
    let start = Place::new(source, 0..0);
    if source.text().len() > Source::max_bytes() {
        let message = format!("longer than {} bytes: no config is", Source::max_bytes());
        return Err(Diagnostic::at(&start, message).into());
    }
    let mut problems = Problems::new();
    let root = parse_json(source, &mut problems);
    let root = joined::joined(problems.or_some(root)?);
    let (name, family, by_class) = family(&root, &start)?;
    let mut config = Config::new(&root, name, Problems::new())?;
    if let Some(class) = by_class {
        config.remark(format!(
            "The family `{}` is not known here; read as its class `{class}` says.",
            harmless(&config.family.value)
        ));
    }
    let path = beside.map_or(source.name(), |beside| beside.name);
    let mut draft = Draft::new(model_name(&mut config, path));
    if let Some(beside) = beside {
        draft.from(beside.origin);
    }
    draft.remark(match beside {
        None => "Written from a Hugging Face config by `picojoule import`.".to_owned(),
        Some(beside) => format!("Written from {} by `picojoule import`.", beside.origin),
    });
    family.write(&mut config, &mut draft);
    numeric::format(&mut config, &mut draft);
    let packed = quantised::quantisation(&mut config, &mut draft, beside.is_some());
    if let Some(beside) = beside {
        let StoredWeights { kinds, notes } = (beside.stored)(packed);
        draft.stored(kinds);
        notes.into_iter().for_each(|note| config.remark(note));
    }
    config.remark_unread();
    let notes = config.remarks();
    config.problems.or(())?;
    notes.iter().for_each(|note| draft.remark(note.as_str()));
    Ok(Imported {
        text: draft.text(),
        outline: None,
        notes,
    })
}

/// Every family that is read, by its `model_type`, with the mechanisms that it
/// is written down by.
pub fn families() -> Vec<(&'static str, String)> {
    let named = |name: &'static str| Some((name, family::words(name)?));
    known().into_iter().filter_map(named).collect()
}

/// What a family that is not read seems to be made of, from the names of the
/// fields of its configs.
pub fn suggested_by<'n>(fields: impl Iterator<Item = &'n str>) -> Vec<&'static str> {
    hints::named(fields)
}

/// What the config names, how it is written down, and the class by which that
/// was found if not by its name.
type Found<'a> = (Spanned<String>, Family, Option<&'a str>);

/// The family that the config names.
fn family<'a>(root: &'a Datum, start: &Place) -> Result<Found<'a>, Problems> {
    let Value::Table(entries) = &root.value else {
        let message = format!("a config is an object, and this is {}", root.describe());
        return Err(Diagnostic::at(start, message).into());
    };
    let Some((_, node)) = entries.iter().find(|(key, _)| key.value == "model_type") else {
        let list = known().join("`, `");
        let message = "the config has no `model_type`, which names the family of the model";
        let mistake = Diagnostic::at(start, message);
        return Err(mistake
            .help(format!("families known here: `{list}`"))
            .into());
    };
    let mut problems = Problems::new();
    let Some(name) = node.text(&mut problems) else {
        return Err(problems);
    };
    if let Some(family) = of_type(&name.value) {
        return Ok((name, family, None));
    }
    let class = named_class(entries);
    match class.and_then(of_class) {
        Some(family) => Ok((name, family, class)),
        None => {
            let list = known().join("`, `");
            let message = format!("the family `{}` is not known here", name.value);
            let mut mistake = Diagnostic::at(&name.place, message);
            if let Some(close) = did_you_mean(&name.value, known()) {
                mistake = mistake.help(format!("did you mean `{close}`?"));
            }
            if let Some(sentence) = hints::sentence(entries) {
                mistake = mistake.help(sentence);
            }
            Err(mistake.help(format!("known: `{list}`")).into())
        }
    }
}

/// The class that a config names first.
fn named_class(entries: &[(Spanned<String>, Datum)]) -> Option<&str> {
    let (_, listed) = entries
        .iter()
        .find(|(key, _)| key.value == "architectures")?;
    match &listed.value {
        Value::Array(items) => match &items.first()?.value {
            Value::Text(name) => Some(name),
            _ => None,
        },
        _ => None,
    }
}

/// What the model is called: as its file, as the folder of a `config.json`, as
/// the config itself says, or as its family.
fn model_name(config: &mut Config<'_>, path: &str) -> String {
    let path = path.replace('\\', "/");
    let mut parts = path.rsplit('/');
    let ends = [".safetensors.index.json", ".safetensors", ".json", ".gguf"];
    let stem = parts.next().map(|file| {
        let stem = ends.into_iter().find_map(|end| file.strip_suffix(end));
        stem.unwrap_or(file)
    });
    let folder = parts.next();
    let own = config.word("_name_or_path").map(|name| name.value);
    let own = own.as_deref().and_then(|name| name.rsplit('/').next());
    let candidates = [
        stem.filter(|stem| !["config", "model"].contains(stem)),
        own,
        folder,
    ];
    let family = config.family.value.clone();
    let found = candidates.into_iter().flatten().map(harmless);
    let mut named = found.filter(|name| name.chars().any(char::is_alphanumeric));
    named.next().unwrap_or(family)
}
