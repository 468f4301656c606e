//! The families, each as a model file that calls the shipped blocks.

mod bart;
mod bert;
mod decoders;
mod elder;
mod gemma;
mod gemma_n;
mod gpt;
mod latents;
mod mixtures;
mod nested;
mod rows;
mod special;
mod streams;
mod t5;
mod vit;
mod whisper;

use super::config::Config;
use super::draft::Draft;
use super::mechanism::plan::{HEADS, Outer};
use super::mechanism::traits::Traits;

/// A family that is written down by a function.
type Own = fn(&mut Config<'_>, &mut Draft);

/// A family that differs from its row by more than fields say.
type Special = fn(&mut Config<'_>, &mut Draft, &Outer);

/// How a family is written down in a draft.
#[derive(Clone, Copy)]
pub(super) enum Family {
    /// By a function of its own.
    Own(Own),
    /// As a row of the table of decoders.
    Row(&'static Traits),
    /// As a row of which something depends on the config.
    Special(Special),
    /// By its text model, which is of this `model_type` where it says none.
    Nested(&'static str),
}

impl Family {
    /// Writes a model down.
    pub(super) fn write(self, config: &mut Config<'_>, draft: &mut Draft) {
        self.write_within(config, draft, &Outer::default());
    }

    /// Writes down a model within another one, which may say more of it.
    fn write_within(self, config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
        match self {
            Family::Own(write) => write(config, draft),
            Family::Row(row) => row.write(config, draft, outer),
            Family::Special(write) => write(config, draft, outer),
            Family::Nested(text) => nested::write(config, draft, text),
        }
    }
}

/// The families that have a function, by their `model_type`.
const OWN: [(&str, Own); 21] = [
    ("bart", bart::bart),
    ("bert", bert::bert),
    ("blenderbot", bart::blenderbot),
    ("blenderbot-small", bart::blenderbot_small),
    ("distilbert", bert::distilbert),
    ("gpt2", gpt::gpt2),
    ("gpt_neox", gpt::gpt_neox),
    ("longt5", t5::longt5),
    ("m2m_100", bart::m2m_100),
    ("marian", bart::marian),
    ("mbart", bart::mbart),
    ("mt5", t5::mt5),
    ("mvp", bart::mvp),
    ("opt", gpt::opt),
    ("pegasus", bart::pegasus),
    ("plbart", bart::plbart),
    ("roberta", bert::roberta),
    ("t5", t5::t5),
    ("umt5", t5::umt5),
    ("vit", vit::vit),
    ("whisper", whisper::whisper),
];

/// The families that differ from a row, with what the names of their classes
/// begin with.
const SPECIAL: [(&str, &str, Special); 10] = [
    ("falcon", "Falcon", elder::falcon),
    ("gemma3n_text", "Gemma3n", gemma_n::gemma3n),
    ("gemma4_text", "Gemma4", gemma_n::gemma4),
    (
        "gpt_neox_japanese",
        "GPTNeoXJapanese",
        elder::gpt_neox_japanese,
    ),
    ("hyperclovax", "HyperCLOVAX", special::hyperclovax),
    ("laguna", "Laguna", special::laguna),
    ("llama4_text", "Llama4", special::llama4),
    ("longcat_flash", "LongcatFlash", special::longcat),
    ("mimo_v2_flash", "MiMoV2Flash", special::mimo),
    ("stablelm", "StableLm", elder::stablelm),
];

/// Every `model_type` that is known, in the order of the alphabet.
pub(super) fn known() -> Vec<&'static str> {
    let own = OWN.iter().map(|(name, _)| *name);
    let rows = rows::ROWS.iter().map(|(name, _)| *name);
    let special = SPECIAL.iter().map(|(name, ..)| *name);
    let nested = nested::NESTED.iter().map(|(name, _)| *name);
    let mut all: Vec<&str> = own.chain(rows).chain(special).chain(nested).collect();
    all.sort_unstable();
    all
}

/// The family of a `model_type`.
pub(super) fn of_type(name: &str) -> Option<Family> {
    let own = OWN.iter().find(|(known, _)| *known == name);
    let own = own.map(|(_, write)| Family::Own(*write));
    let special = || SPECIAL.iter().find(|(known, ..)| *known == name);
    own.or_else(|| rows::row(name).map(Family::Row))
        .or_else(|| special().map(|(.., write)| Family::Special(*write)))
        .or_else(|| {
            let nested = nested::NESTED.iter().find(|(known, _)| *known == name);
            nested.map(|(_, text)| Family::Nested(text))
        })
}

/// The family that has a class of this name.
pub(super) fn of_class(name: &str) -> Option<Family> {
    let begins = |classes: &str| {
        let end = name.strip_prefix(classes);
        end.is_some_and(|end| HEADS.iter().any(|(known, _)| *known == end))
    };
    let mut rows = rows::ROWS.iter().map(|(_, row)| *row);
    let row = rows.find(|row| begins(row.classes)).map(Family::Row);
    let special = || SPECIAL.iter().find(|(_, classes, _)| begins(classes));
    row.or_else(|| special().map(|(.., write)| Family::Special(*write)))
}
