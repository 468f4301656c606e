//! Normalisations, as layers and heads have them.

use crate::import::huggingface::op::Op;

/// A normalisation over the last axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Norm {
    /// By the root of the mean square, with a gain.
    Rms,
    /// The same without a gain.
    RmsPlain,
    /// By mean and variance, with a gain and a shift.
    Layer,
    /// The same without a shift.
    LayerGain,
    /// With neither.
    LayerPlain,
}

impl Norm {
    /// The block that ships.
    pub(crate) fn block(self) -> &'static str {
        match self {
            Norm::Rms | Norm::RmsPlain => "rms-norm",
            Norm::Layer | Norm::LayerGain | Norm::LayerPlain => "layer-norm",
        }
    }

    /// What of it is left out.
    fn switches(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Norm::Rms | Norm::Layer => &[],
            Norm::RmsPlain => &[("gain", "0")],
            Norm::LayerGain => &[("shift", "0")],
            Norm::LayerPlain => &[("gain", "0"), ("shift", "0")],
        }
    }

    /// The same without what is learnt.
    pub(crate) fn plain(self) -> Norm {
        match self {
            Norm::Rms | Norm::RmsPlain => Norm::RmsPlain,
            Norm::Layer | Norm::LayerGain | Norm::LayerPlain => Norm::LayerPlain,
        }
    }

    /// The op `name` that normalises `x`.
    pub(crate) fn of(self, name: &str, x: &str) -> Op {
        let op = Op::new(name).stage("norm").block(self.block());
        op.with(self.switches()).of(&[x])
    }

    /// The same as a part of attention.
    pub(crate) fn within_heads(self, name: &str, x: &str) -> Op {
        let op = Op::new(name).stage("qk-norm").block(self.block());
        op.with(self.switches()).of(&[x])
    }
}
