//! Decoders, by themselves or within a model that sees or hears: those that are
//! rows of the table, and those of which something depends on the config.

use super::{attending, elder, gemma_n, rows, special, states};
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::mechanism::plan::{HEADS, Outer};
use crate::import::huggingface::mechanism::traits::Traits;

/// A family that differs from its row by more than fields say.
pub(in crate::import::huggingface) type Special = fn(&mut Config<'_>, &mut Draft, &Outer);

/// A family of decoders.
#[derive(Clone, Copy)]
pub(in crate::import::huggingface) enum TextModel {
    /// As a row of the table.
    Row(&'static Traits),
    /// As a row of which something depends on the config.
    Special(Special),
}

impl TextModel {
    /// Writes a model down, within another one that may say more of it.
    pub(super) fn write(self, config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
        match self {
            TextModel::Row(row) => row.write(config, draft, outer),
            TextModel::Special(write) => write(config, draft, outer),
        }
    }

    /// The family of a `model_type`.
    pub(super) fn of_type(name: &str) -> Option<TextModel> {
        let special = || specials().find(|(known, ..)| *known == name);
        let row = rows::row(name).map(TextModel::Row);
        row.or_else(|| special().map(|(.., write)| TextModel::Special(*write)))
    }

    /// The family that has a class of this name.
    pub(super) fn of_class(name: &str) -> Option<TextModel> {
        let begins = |classes: &str| {
            let end = name.strip_prefix(classes);
            end.is_some_and(|end| HEADS.iter().any(|(known, _)| *known == end))
        };
        let mut rows = rows::ROWS.iter().map(|(_, row)| *row);
        let row = rows.find(|row| begins(row.classes)).map(TextModel::Row);
        let special = || specials().find(|(_, classes, _)| begins(classes));
        row.or_else(|| special().map(|(.., write)| TextModel::Special(*write)))
    }

    /// Every `model_type`.
    pub(super) fn known() -> impl Iterator<Item = &'static str> {
        let rows = rows::ROWS.iter().map(|(name, _)| *name);
        rows.chain(specials().map(|(name, ..)| *name))
    }
}

/// Those that differ from a row, and those that keep a state of a fixed size.
fn specials() -> impl Iterator<Item = &'static (&'static str, &'static str, Special)> {
    SPECIAL.iter().chain(&states::STATES)
}

/// The families that differ from a row, with what the names of their classes
/// begin with.
const SPECIAL: [(&str, &str, Special); 15] = [
    ("dbrx", "Dbrx", special::dbrx),
    ("diffllama", "DiffLlama", attending::diffllama),
    ("doge", "Doge", attending::doge),
    ("falcon", "Falcon", elder::falcon),
    ("gemma3n_text", "Gemma3n", gemma_n::gemma3n),
    ("gemma4_text", "Gemma4", gemma_n::gemma4),
    (
        "gpt_neox_japanese",
        "GPTNeoXJapanese",
        elder::gpt_neox_japanese,
    ),
    ("hyperclovax", "HyperCLOVAX", special::hyperclovax),
    ("jetmoe", "JetMoe", attending::jetmoe),
    ("laguna", "Laguna", special::laguna),
    ("llama4_text", "Llama4", special::llama4),
    ("longcat_flash", "LongcatFlash", special::longcat),
    ("mimo_v2_flash", "MiMoV2Flash", special::mimo),
    ("molmo2_text", "Molmo2", special::molmo2),
    ("stablelm", "StableLm", elder::stablelm),
];
