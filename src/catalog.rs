//! What ships in the binary, found by name: models, blocks, tables, reports,
//! claims.

use std::sync::Arc;

use crate::source::Source;

/// The kinds of files that ship.
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
        "llama-3.1-8b" "bitnet" "l-mul" "vit-b-16" "pvt-v2" "spikformer" "resnet-50" "alexnet"
        "vgg-16";
    Block "models/blocks": "vanilla" "e-att" "l1" "ecoformer" "latent" "weigh" "softmax" "rotary"
        "head-norm" "queries" "encoder-layer" "decoder-layer" "t5-decoder-layer" "sandwich-layer"
        "parallel-layer" "gated-layer" "moe-layer" "mlp" "swiglu" "experts" "positions" "pooler"
        "masked-head" "relu" "relu6" "leaky-relu" "elu" "gelu" "gelu-tanh" "quick-gelu" "silu"
        "hard-sigmoid" "hard-swish" "mish" "sigmoid" "softplus" "log-softmax" "layer-norm"
        "rms-norm" "batch-norm" "group-norm" "instance-norm" "conv-norm" "bottleneck" "bottlenecks"
        "conv-relu" "classifier";
    Table "energy-tables": "45nm" "7nm" "fpga-zc706";
    Report "reports": "e-att";
    Claim "reports/claims": "bitnet" "bitnet-b1.58" "ecoformer" "spikformer" "spiking-baselines"
        "l-mul" "shiftaddllm" "training-energy" "double-count" "eyeriss";
};

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
