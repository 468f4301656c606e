//! What ships in the binary, found by name: models, blocks, tables, reports,
//! claims; and how a file names another.
//!
//! Wherever a file is named, on the command line or in another file, it is
//! named in one of two ways. A name with a slash, or with the ending of a
//! file, is a **path**, relative to the folder of the file that it stands in;
//! any other is the name of what ships. Rooms that read files which name
//! others (models, tables) are handed a [`Finder`] for them.

use std::sync::Arc;

use crate::source::{Diagnostic, Source, Spanned};

/// The kinds of files that are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A model, `models/*.toml`.
    Model,
    /// A block, `models/blocks/*.toml`.
    Block,
    /// A hardware table, `energy-tables/*.toml`.
    Table,
    /// A report, `reports/*.toml`.
    Report,
    /// Claims of a publication, `reports/claims/*.toml`.
    Claim,
    /// Densities that were measured of a model, `models/densities/*.toml`.
    Densities,
    /// Runs that were measured. None ship.
    Runs,
}

impl Kind {
    /// Whether files of this kind ship, so that a name may mean one of them.
    pub const fn ships(self) -> bool {
        !matches!(self, Kind::Runs)
    }

    /// What such a file is called in messages.
    pub const fn noun(self) -> &'static str {
        match self {
            Kind::Model => "model",
            Kind::Block => "block",
            Kind::Table => "table",
            Kind::Report => "report",
            Kind::Claim => "claim",
            Kind::Densities => "densities",
            Kind::Runs => "file of runs",
        }
    }
}

/// Finds the files that other files name.
pub trait Finder {
    /// The file of this kind that `name` means where it stands: one that ships,
    /// or one at a path relative to the file that the name stands in.
    ///
    /// # Errors
    /// At the place of the name: nothing of this name ships, or the file at the
    /// path cannot be read.
    fn find(&self, kind: Kind, name: &Spanned<String>) -> Result<Arc<Source>, Diagnostic>;

    /// The names of this kind that mean the same file wherever they stand.
    fn names(&self, kind: Kind) -> Vec<&str>;
}

/// The endings of files that may be named without their folder.
pub const ENDINGS: [&str; 6] = [".toml", ".onnx", ".nir", ".json", ".gguf", ".safetensors"];

/// Whether `name` means a file at a path, and not one that ships.
pub fn is_path(name: &str) -> bool {
    let ending = |ending: &str| name.ends_with(ending);
    name.contains(['/', '\\']) || ENDINGS.into_iter().any(ending)
}

/// The mistake of a name under which nothing ships.
pub fn not_shipped(kind: Kind, name: &str, mistake: impl Fn(String) -> Diagnostic) -> Diagnostic {
    let noun = kind.noun();
    if kind == Kind::Model && find(Kind::Block, name).is_some() {
        return mistake(format!("`{name}` is a block, and no model")).help(format!(
            "try it in the slot of a model: `--variants {name}`"
        ));
    }
    let folder = match kind {
        Kind::Model => format!(", a folder with a `config.json` by `./{name}`"),
        _ => String::new(),
    };
    mistake(format!("no {noun} `{name}` ships"))
        .known(name, names(kind))
        .help(format!(
            "a {noun} file of your own is given by its path: `./{name}.toml`{folder}"
        ))
}

/// One file that ships.
struct Shipped {
    kind: Kind,
    name: &'static str,
    path: &'static str,
    text: &'static str,
}

macro_rules! shipped {
    ($($kind:ident $folder:literal: $($name:literal)*;)*) => {
        &[$($(Shipped {
            kind: Kind::$kind,
            name: $name,
            path: concat!($folder, "/", $name, ".toml"),
            text: include_str!(concat!("../", $folder, "/", $name, ".toml")),
        },)*)*]
    };
}

/// In the order in which listings show them.
static SHIPPED: &[Shipped] = shipped! {
    Model "models": "attention" "cross-attention" "transformer-base" "bert-base" "gpt2" "opt-6.7b"
        "llama-3.1-8b" "bitnet" "l-mul" "vit-b-16" "pvt-v2" "spikformer" "spikingformer"
        "spike-driven" "spiking-layer" "resnet-18" "resnet-20" "resnet-50"
        "convolution" "alexnet" "vgg-16" "mobilenet-v1" "mobilenet-v2" "mlperf-tiny-ad"
        "mlperf-tiny-ic" "mlperf-tiny-kws" "mlperf-tiny-vww" "primate-reaching";
    Block "models/blocks": "vanilla" "e-att" "l1" "ecoformer" "latent" "latent-absorbed" "indexer" "weigh" "softmax" "rotary"
        "head-norm" "queries" "encoder-layer" "decoder-layer" "t5-decoder-layer" "sandwich-layer"
        "parallel-layer" "gated-layer" "moe-layer" "mlp" "swiglu" "experts" "positions" "pooler"
        "masked-head" "relu" "relu6" "relu-squared" "tanh" "xielu" "leaky-relu" "elu" "gelu" "gelu-tanh" "quick-gelu" "silu"
        "hard-sigmoid" "hard-swish" "mish" "sigmoid" "softplus" "log-softmax" "layer-norm"
        "rms-norm" "batch-norm" "group-norm" "instance-norm" "conv-norm" "bottleneck" "bottlenecks"
        "conv-relu" "classifier" "conv-relu6" "separable" "inverted-residual" "inverted-residuals"
        "mobilenet-v1" "mean" "delta-net" "kimi-delta" "lightning" "gated-conv"
        "mamba" "mamba2" "rg-lru" "rwkv-time" "rwkv-channel" "mlstm" "short-conv" "l2-norm";
    Table "energy-tables": "45nm" "7nm" "fpga-zc706" "45nm-cacti" "tpu-v4i" "eyeriss" "lemaire" "a100" "h100" "h200" "b200"
        "tpu-v5e" "jetson-orin" "h100-fitted" "xavier-tflite" "rk3588-armnn-neon"
        "rk3588-armnn-opencl" "rk3588-tflite" "gap9" "stm32-h7a3" "stm32-l4r5" "stm32-u575"
        "bare-board" "bare-chip";
    Report "reports": "e-att";
    Densities "models/densities": "spikingformer-8-512" "spikingformer-8-768";
    Claim "reports/claims": "bitnet" "bitnet-b1.58" "ecoformer" "spikformer" "spikingformer"
        "spike-driven" "syops" "fwformer" "neurobench" "spiking-baselines" "l-mul"
        "addernet" "shiftaddllm" "training-energy" "double-count" "eyeriss" "eyeriss-layers" "lemaire" "spike-rate";
};

/// The tables that a comparison shows where none is named. The others that ship
/// are one of these with other memories, or the constants of one publication.
pub const COMPARED_TABLES: [&str; 3] = ["45nm", "7nm", "fpga-zc706"];

/// The shipped file of this kind and name.
pub fn find(kind: Kind, name: &str) -> Option<Arc<Source>> {
    let file = all(kind).find(|file| file.name == name)?;
    Some(Source::new(file.path, file.text))
}

/// The names of all shipped files of this kind.
pub fn names(kind: Kind) -> impl Iterator<Item = &'static str> {
    all(kind).map(|file| file.name)
}

fn all(kind: Kind) -> impl Iterator<Item = &'static Shipped> {
    SHIPPED.iter().filter(move |file| file.kind == kind)
}
