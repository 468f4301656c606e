//! Hugging Face configs: the `config.json` beside a model's weights.
//!
//! A config names a family (`model_type`) and gives its sizes; what is
//! computed stands in the code of `transformers`. So each family is written
//! down here once more, as a model file that calls the shipped blocks.
//!
//! | file | what it does |
//! |---|---|
//! | `config` | the fields of a config, each checked where it is taken |
//! | `class` | which of a family's classes is meant, and what follows the stack |
//! | `draft` | the text of a model file as a family puts it together |
//! | `common` | what several families share: embeddings, heads, activations |
//! | `llama` | decoders with rotary positions, their windows and their experts |
//! | `gemma`, `deepseek` | the ones of these with layers of their own |
//! | `gpt` | GPT-2, GPT-NeoX, OPT |
//! | `bert` | BERT, RoBERTa, DistilBERT |
//! | `bart` | BART and Marian |
//! | `t5`, `whisper`, `vit` | as named |
//!
//! A field that is missing is an error, unless `transformers` has a default
//! for it that does not depend on the model; such defaults are told.

mod bart;
mod bert;
mod class;
mod common;
mod config;
mod deepseek;
mod draft;
mod gemma;
mod gpt;
mod llama;
mod t5;
mod vit;
mod whisper;

use std::sync::Arc;

use self::config::Config;
use self::draft::Draft;
use super::imported::Imported;
use crate::source::{
    Diagnostic, Node, Place, Problems, Source, Spanned, Value, did_you_mean, parse_json,
};

/// Writes a family down in a draft.
type Family = fn(&mut Config<'_>, &mut Draft);

/// The families by their `model_type`.
const FAMILIES: [(&str, Family); 22] = [
    ("bart", bart::bart),
    ("bert", bert::bert),
    ("deepseek_v3", deepseek::deepseek_v3),
    ("distilbert", bert::distilbert),
    ("gemma2", gemma::gemma2),
    ("gemma3", gemma::gemma3_seeing),
    ("gemma3_text", gemma::gemma3_text),
    ("gpt2", gpt::gpt2),
    ("gpt_neox", gpt::gpt_neox),
    ("llama", llama::llama),
    ("marian", bart::marian),
    ("mistral", llama::mistral),
    ("mixtral", llama::mixtral),
    ("opt", gpt::opt),
    ("phi3", llama::phi3),
    ("qwen2", llama::qwen2),
    ("qwen3", llama::qwen3),
    ("qwen3_moe", llama::qwen3_moe),
    ("roberta", bert::roberta),
    ("t5", t5::t5),
    ("vit", vit::vit),
    ("whisper", whisper::whisper),
];

/// The longest name that a model takes over from a file.
const LONGEST_NAME: usize = 60;

/// Reads a config and writes it as a model file.
///
/// # Errors
/// Everything that is wrong with the config: no JSON, no family that is known,
/// fields that are missing or hold what cannot be.
pub fn import(source: &Arc<Source>) -> Result<Imported, Problems> {
    let start = Place::new(source, 0..0);
    if source.text().len() > Source::max_bytes() {
        let message = format!("longer than {} bytes: no config is", Source::max_bytes());
        return Err(Diagnostic::at(&start, message).into());
    }
    let mut problems = Problems::new();
    let root = parse_json(source, &mut problems);
    let root = problems.or_some(root)?;
    let (name, write) = family(&root, &start)?;
    let mut config = Config::new(&root, name, Problems::new())?;
    let mut draft = Draft::new(model_name(&mut config, source));
    draft.remark("Written from a Hugging Face config by `picojoule import`.");
    write(&mut config, &mut draft);
    let notes = config.remarks();
    config.problems.or(())?;
    notes.iter().for_each(|note| draft.remark(note.as_str()));
    Ok(Imported {
        text: draft.text(),
        notes,
    })
}

/// The family that the config names, and how it is written down.
fn family(root: &Node, start: &Place) -> Result<(Spanned<String>, Family), Problems> {
    let known = || FAMILIES.iter().map(|(name, _)| *name);
    let Value::Table(entries) = &root.value else {
        let message = format!("a config is an object, and this is {}", root.describe());
        return Err(Diagnostic::at(start, message).into());
    };
    let Some((_, node)) = entries.iter().find(|(key, _)| key.value == "model_type") else {
        let list = known().collect::<Vec<_>>().join("`, `");
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
    match FAMILIES.iter().find(|(known, _)| *known == name.value) {
        Some((_, write)) => Ok((name, *write)),
        None => {
            let list = known().collect::<Vec<_>>().join("`, `");
            let message = format!("the family `{}` is not known here", name.value);
            let mut mistake = Diagnostic::at(&name.place, message);
            if let Some(close) = did_you_mean(&name.value, known()) {
                mistake = mistake.help(format!("did you mean `{close}`?"));
            }
            Err(mistake.help(format!("known: `{list}`")).into())
        }
    }
}

/// What the model is called: as its file, as the folder of a `config.json`, as
/// the config itself says, or as its family.
fn model_name(config: &mut Config<'_>, source: &Source) -> String {
    let path = source.name().replace('\\', "/");
    let mut parts = path.rsplit('/');
    let stem = parts.next().map(|file| file.trim_end_matches(".json"));
    let folder = parts.next();
    let own = config.word("_name_or_path").map(|name| name.value);
    let own = own.as_deref().and_then(|name| name.rsplit('/').next());
    let places = [stem.filter(|stem| *stem != "config"), own, folder];
    let family = config.family.value.clone();
    let found = places.into_iter().flatten().map(harmless);
    let mut named = found.filter(|name| name.chars().any(char::is_alphanumeric));
    named.next().unwrap_or(family)
}

/// The letters, digits and dashes of a name.
fn harmless(name: &str) -> String {
    let plain = |c: &char| c.is_ascii_alphanumeric() || "-_.".contains(*c);
    name.chars().filter(plain).take(LONGEST_NAME).collect()
}
