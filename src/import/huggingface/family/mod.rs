//! The families, each as a model file that calls the shipped blocks.

mod attending;
mod bart;
mod bert;
mod deberta;
mod decoders;
mod distil;
mod elder;
mod factorised;
mod gemma;
mod gemma_n;
mod gpt;
mod hybrid;
mod kin;
mod latents;
mod linear;
mod mixtures;
mod modern;
mod nested;
mod pairs;
mod rotated;
mod rows;
mod special;
mod staged;
mod state_space;
mod states;
mod streams;
mod swin;
mod switch;
mod t5;
mod text;
mod vision;
mod vit;
mod whisper;
mod words;
mod xlstm;
mod zamba;

use self::text::TextModel;
use super::config::Config;
use super::draft::Draft;
use super::mechanism::plan::Outer;

/// A family that is written down by a function.
type Own = fn(&mut Config<'_>, &mut Draft);

/// How a family is written down in a draft.
#[derive(Clone, Copy)]
pub(super) enum Family {
    /// By a function of its own.
    Own(Own),
    /// As a decoder of the table.
    Text(TextModel),
    /// By its text model, which is of this `model_type` where it says none.
    Nested(&'static str),
}

impl Family {
    /// Writes a model down.
    pub(super) fn write(self, config: &mut Config<'_>, draft: &mut Draft) {
        match self {
            Family::Own(write) => write(config, draft),
            Family::Text(text) => text.write(config, draft, &Outer::default()),
            Family::Nested(text) => nested::write(config, draft, text),
        }
    }
}

/// The families that have a function, by their `model_type`.
const OWN: [(&str, Own); 23] = [
    ("bart", bart::bart),
    ("bert", bert::bert),
    ("blenderbot", bart::blenderbot),
    ("blenderbot-small", bart::blenderbot_small),
    ("distilbert", distil::distilbert),
    ("gpt-sw3", gpt::gpt2),
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
    ("switch_transformers", switch::switch),
    ("t5", t5::t5),
    ("umt5", t5::umt5),
    ("vit", vit::vit),
    ("whisper", whisper::whisper),
];

/// Encoders of text, by their `model_type`.
const ENCODERS: &[(&str, Own)] = &[
    ("albert", factorised::albert),
    ("camembert", bert::camembert),
    ("data2vec-text", bert::data2vec_text),
    ("deberta", deberta::deberta),
    ("deberta-v2", deberta::deberta_v2),
    ("electra", factorised::electra),
    ("ernie", bert::ernie),
    ("esm", rotated::esm),
    ("eurobert", rotated::eurobert),
    ("gte", rotated::gte),
    ("jina_embeddings_v3", rotated::jina),
    ("megatron-bert", bert::megatron),
    ("modernbert", modern::modernbert),
    ("mpnet", bert::mpnet),
    ("nomic_bert", rotated::nomic),
    ("roberta-prelayernorm", bert::roberta_prelayernorm),
    ("roformer", rotated::roformer),
    ("xlm-roberta", bert::xlm_roberta),
    ("xlm-roberta-xl", bert::xlm_roberta_xl),
];

/// Models that look at images, by their `model_type`.
const VISION: &[(&str, Own)] = &[
    ("beit", vision::beit),
    ("clip", pairs::clip),
    ("clip_text_model", pairs::clip_text),
    ("clip_vision_model", pairs::clip_vision),
    ("convnext", staged::convnext),
    ("convnextv2", staged::convnextv2),
    ("deit", vision::deit),
    ("dinov2", vision::dinov2),
    ("dinov2_with_registers", vision::dinov2_with_registers),
    ("dinov3_vit", vision::dinov3),
    ("metaclip_2", pairs::meta_clip),
    ("metaclip_2_text_model", pairs::meta_clip_text),
    ("metaclip_2_vision_model", pairs::meta_clip_vision),
    ("resnet", staged::resnet),
    ("siglip", pairs::siglip),
    ("siglip_text_model", pairs::siglip_text),
    ("siglip_vision_model", pairs::siglip_vision),
    ("swin", swin::swin),
];

/// The families with a function of their own.
fn own() -> impl Iterator<Item = &'static (&'static str, Own)> {
    OWN.iter().chain(ENCODERS).chain(VISION)
}

/// Every `model_type` that is known, in the order of the alphabet.
pub(super) fn known() -> Vec<&'static str> {
    let own = own().map(|(name, _)| *name);
    let nested = nested::NESTED.iter().map(|(name, _)| *name);
    let mut all: Vec<&str> = own.chain(TextModel::known()).chain(nested).collect();
    all.sort_unstable();
    all
}

/// The family of a `model_type`.
pub(super) fn of_type(name: &str) -> Option<Family> {
    let own = own().find(|(known, _)| *known == name);
    let nested = || nested::NESTED.iter().find(|(known, _)| *known == name);
    own.map(|(_, write)| Family::Own(*write))
        .or_else(|| TextModel::of_type(name).map(Family::Text))
        .or_else(|| nested().map(|(_, text)| Family::Nested(text)))
}

/// The mechanisms that the family of a `model_type` is written down by.
pub(super) fn words(name: &str) -> Option<String> {
    match of_type(name)? {
        Family::Text(TextModel::Row(row)) => Some(row.words()),
        Family::Nested(text) => Some(format!(
            "the text model within, `{text}` unless it says another"
        )),
        Family::Own(_) | Family::Text(TextModel::Special(_)) => words::told(name),
    }
}

/// The family that has a class of this name.
pub(super) fn of_class(name: &str) -> Option<Family> {
    TextModel::of_class(name).map(Family::Text)
}
