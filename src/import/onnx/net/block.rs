//! The blocks that ship and that operators stand for.

/// Blocks that ship and that operators stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Block {
    Softmax,
    LogSoftmax,
    LayerNorm { gain: bool, shift: bool },
    RmsNorm { gain: bool },
    Gelu,
    GeluTanh,
    QuickGelu,
    Silu,
    HardSwish,
    HardSigmoid,
    Softplus,
    Mish,
    Elu,
    LeakyRelu,
    Rotary,
}

impl Block {
    /// Its name in `models/blocks`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Block::Softmax => "softmax",
            Block::LogSoftmax => "log-softmax",
            Block::LayerNorm { .. } => "layer-norm",
            Block::RmsNorm { .. } => "rms-norm",
            Block::Gelu => "gelu",
            Block::GeluTanh => "gelu-tanh",
            Block::QuickGelu => "quick-gelu",
            Block::Silu => "silu",
            Block::HardSwish => "hard-swish",
            Block::HardSigmoid => "hard-sigmoid",
            Block::Softplus => "softplus",
            Block::Mish => "mish",
            Block::Elu => "elu",
            Block::LeakyRelu => "leaky-relu",
            Block::Rotary => "rotary",
        }
    }

    /// Whether it is a function of one number, as between the two linear
    /// layers of a feed-forward network.
    pub(crate) fn is_activation(self) -> bool {
        !matches!(
            self,
            Block::Softmax
                | Block::LogSoftmax
                | Block::LayerNorm { .. }
                | Block::RmsNorm { .. }
                | Block::Rotary
        )
    }
}
