//! Which argument takes what, by the names of command and argument.

/// The endings of files that models are made from.
const IMPORTED: [&str; 5] = [".onnx", ".nir", ".json", ".gguf", ".safetensors"];
/// The endings of all files that are models.
const MODELS: [&str; 6] = [".toml", ".onnx", ".nir", ".json", ".gguf", ".safetensors"];

/// What an argument takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Model,
    Table,
    Report,
    Claim,
    /// A claim file or a report.
    Audited,
    /// Whatever ships.
    Any,
    /// A command or a page of the documentation.
    Topic,
    Variant,
    Scope,
    /// `NAME=VALUE`
    Set,
    /// The same, and `table`, `format`, `variant`.
    Over,
    Format,
    Memory,
    /// One of a few words.
    Words(&'static [&'static str]),
    Primitive,
    /// A file with one of these endings; any file where there is none.
    File(&'static [&'static str]),
    Folder,
}

impl Kind {
    /// What an argument of a command takes; nothing where nobody knows, or where its
    /// values are few and declared with it.
    pub(super) fn of(command: &str, argument: &str) -> Option<Kind> {
        Some(match (command, argument) {
            ("show", "name") => Kind::Any,
            ("audit", "file") => Kind::Audited,
            ("import", "file") => Kind::File(&IMPORTED),
            ("calibrate" | "validate", "runs") => Kind::File(&[".csv"]),
            ("report", "out") | ("man", "out") => Kind::Folder,
            ("help", "topic") => Kind::Topic,
            (_, "model" | "others") => Kind::Model,
            (_, "table") => Kind::Table,
            (_, "report") => Kind::Report,
            (_, "names") => Kind::Claim,
            (_, "variants" | "variant" | "between" | "diff") => Kind::Variant,
            (_, "scope") => Kind::Scope,
            (_, "set") => Kind::Set,
            (_, "over") => Kind::Over,
            (_, "format") => Kind::Format,
            (_, "memory") => Kind::Memory,
            (_, "free") => Kind::Primitive,
            (_, "phase") => Kind::Words(&crate::model::Phase::NAMES),
            (_, "optimizer") => Kind::Words(&crate::model::Optimiser::NAMES),
            (_, "activations") => Kind::Words(&crate::model::Activations::NAMES),
            (_, "movement") => Kind::Words(&crate::movement::Movement::NAMES),
            (_, "tiles") => Kind::Words(&["any", "divisors"]),
            (_, "fuse") => Kind::Words(&["none", "attention"]),
            (_, "spikes") => Kind::Words(&["bits", "events"]),
            (_, "dot_adds") => Kind::Words(&["k", "k-1"]),
            (_, "bias") => Kind::Words(&["start", "counted"]),
            (_, "padding" | "causal") => Kind::Words(&["counted", "skipped"]),
            (_, "at") => Kind::Words(&["energy", "saving="]),
            (_, "densities") => Kind::File(&[".toml"]),
            (_, "plot" | "residuals") => Kind::File(&[".svg", ".png", ".pdf"]),
            (_, "watts") => Kind::File(&[".csv"]),
            (_, "out" | "folded") => Kind::File(&[]),
            _ => return None,
        })
    }

    /// The endings of the files that may stand for it, if any may.
    pub(super) fn files(self) -> Option<&'static [&'static str]> {
        match self {
            Kind::Model => Some(&MODELS),
            Kind::Table | Kind::Report | Kind::Claim | Kind::Audited | Kind::Variant => {
                Some(&[".toml"])
            }
            Kind::Any => Some(&MODELS),
            Kind::File(endings) => Some(endings),
            _ => None,
        }
    }
}
