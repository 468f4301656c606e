//! A family of decoders as a table: what its layers are made of, and under
//! which fields its configs say so. A family that differs from Llama in three
//! things is a row of three fields beside `..LLAMA`.

use num_rational::BigRational;

use super::activation::activation;
use super::grouped::{Attention, Window};
use super::heads::{Gate, QkNorm};
use super::latent::{Latent, reusing};
use super::layer::{Layer, Mixer, Wiring};
use super::mixture::{ExpertTraits, Shared};
use super::mlp::mlp;
use super::norm::Norm;
use super::part::Part;
use super::plan::{Embed, Logits, Outer, Plan};
use super::rotary::{rotary_formula, rotary_share};
use super::sizes::{Defaults, PLAIN, longest, outline, sizes};
use super::window::{Windows, windowed};
use crate::import::huggingface::config::Config;
use crate::import::huggingface::draft::Draft;
use crate::number;

/// Whether something is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Say {
    No,
    Yes,
    /// As the field says, or so if it says nothing.
    Field(&'static str, bool),
    /// The same of a field that has two names.
    Either([&'static str; 2], bool),
    /// Where the field gives a number other than 1.
    Factor(&'static str),
}

impl Say {
    pub(crate) fn read(self, config: &mut Config<'_>) -> bool {
        match self {
            Say::No => false,
            Say::Yes => true,
            Say::Field(key, usual) => config.truth_or(key, usual),
            Say::Either(keys, usual) => {
                let key = config.first_of(&keys);
                config.truth_or(key, usual)
            }
            Say::Factor(key) => config.number(key).is_some_and(|by| by != number::whole(1)),
        }
    }
}

/// Which layers turn queries and keys by their positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turned {
    /// None.
    None,
    All,
    /// Those with a window, if any layer has one.
    Local,
    /// Those for which the list under this field has a 1; all without it.
    Listed(&'static str),
}

/// Positions that are added to words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Places {
    None,
    /// From a table that is learnt, with so many rows that stand for none.
    Table(u64),
    /// Waves, which are no parameters.
    Waves,
}

/// What families of decoders differ in.
pub(crate) struct Traits {
    /// What the names of its classes begin with.
    pub(crate) classes: &'static str,
    pub(crate) sizes: Defaults,
    pub(crate) wiring: Wiring,
    pub(crate) norm: Norm,
    /// Biases of queries, keys and values, and of the projection behind them.
    pub(crate) bias: [Say; 2],
    /// How queries and keys are normalised, and whether they are.
    pub(crate) qk_norm: (QkNorm, Say),
    pub(crate) turned: Turned,
    pub(crate) places: Places,
    /// Whether scores get a number by distance.
    pub(crate) relative: Say,
    /// Whether scores are multiplied by a number.
    pub(crate) scaling: bool,
    /// Whether values are normalised, without a gain.
    pub(crate) v_norm: bool,
    /// Whether every head has a score that stands for no token.
    pub(crate) sinks: bool,
    /// What the result of the heads is multiplied by.
    pub(crate) gate: Option<Gate>,
    /// Whether both parts have a norm before their last projection.
    pub(crate) inner_norm: bool,
    /// Whether queries are multiplied by a number of their position.
    pub(crate) query_scaled: bool,
    /// The hundredths of each head that are rotated if the config says nothing.
    pub(crate) percent: u64,
    pub(crate) windows: Windows,
    /// Latent attention instead of all that is said of heads.
    pub(crate) latent: Option<Latent>,
    /// Whether the feed-forward layers are gated.
    pub(crate) gated: bool,
    pub(crate) mlp_bias: Say,
    /// The field of the activation, and which it is without.
    pub(crate) activation: (&'static [&'static str], &'static str),
    pub(crate) experts: Option<&'static ExpertTraits>,
    /// Whether what is added to the stream is multiplied by a number.
    pub(crate) residual_scaled: Say,
    /// Whether words are.
    pub(crate) words_scaled: Say,
    /// The norm between words and layers.
    pub(crate) first_norm: Option<Norm>,
    /// Whether there is a norm behind the layers.
    pub(crate) last_norm: bool,
    /// Whether the head shares the table of words if the config says nothing.
    pub(crate) tied: bool,
    pub(crate) head_bias: Say,
    pub(crate) logits_scaled: Say,
    /// The fields of bounds of scores, those of keys and those of words, and
    /// what they are where the config says nothing. `null` and 0 are none.
    pub(crate) caps: [(&'static str, Option<u64>); 2],
}

/// Llama.
pub(crate) const LLAMA: Traits = Traits {
    classes: "Llama",
    sizes: PLAIN,
    wiring: Wiring::Pre,
    norm: Norm::Rms,
    bias: [Say::Field("attention_bias", false); 2],
    qk_norm: (QkNorm::Head(Norm::Rms), Say::No),
    turned: Turned::All,
    places: Places::None,
    relative: Say::No,
    scaling: true,
    v_norm: false,
    sinks: false,
    gate: None,
    inner_norm: false,
    query_scaled: false,
    percent: 100,
    windows: Windows::None,
    latent: None,
    gated: true,
    mlp_bias: Say::Field("mlp_bias", false),
    activation: (&["hidden_act", "hidden_activation"], "silu"),
    experts: None,
    residual_scaled: Say::No,
    words_scaled: Say::No,
    first_norm: None,
    last_norm: true,
    tied: false,
    head_bias: Say::No,
    logits_scaled: Say::No,
    caps: [
        ("attn_logit_softcapping", None),
        ("final_logit_softcapping", None),
    ],
};

impl Traits {
    /// Reads a config and writes the model down.
    pub(crate) fn write(&self, config: &mut Config<'_>, draft: &mut Draft, outer: &Outer) {
        self.plan(config, draft).write(config, draft, outer);
    }

    /// What a config says, with its sizes as dims.
    pub(crate) fn plan(&self, config: &mut Config<'_>, draft: &mut Draft) -> Plan {
        let [scores, softcap] = self.caps.map(|(key, usual)| cap(config, key, usual));
        if let Some(cap) = &scores {
            draft.param("softcap", number::plain(cap), "bound of the scores");
        }
        let (mixer, count) = match self.latent {
            Some(latent) => {
                let count = outline(config, draft, &self.sizes).layers;
                (Mixer::Latent(latent.part(config, draft)), count)
            }
            None => {
                let sizes = sizes(config, draft, &self.sizes);
                let mut attention = self.attention(config, sizes.head_dim);
                attention.softcap = scores.is_some();
                (Mixer::Attention(attention), sizes.layers)
            }
        };
        let (keys, usual) = self.activation;
        let key = config.first_of(keys);
        let act = activation(config, key, usual);
        draft.slot("activation", act);
        if keys.is_empty() {
            config.without_effect(&["hidden_act"]);
        }
        let layers = self.layers(config, draft, count, &mixer);
        let rows = match self.places {
            Places::Table(spare) => Some(longest(config) + spare),
            _ => None,
        };
        Plan {
            classes: self.classes,
            embed: Embed {
                scaled: self.words_scaled.read(config),
                positions: rows,
                waves: self.places == Places::Waves,
                norm: self.first_norm,
                spare: 0,
            },
            layers,
            norm: self.last_norm.then_some(self.norm),
            logits: Logits {
                tied: config.truth_or("tie_word_embeddings", self.tied),
                bias: self.head_bias.read(config),
                scaled: self.logits_scaled.read(config),
                softcap,
            },
        }
    }

    /// The attention of layers without a window.
    fn attention(&self, config: &mut Config<'_>, head_dim: u64) -> Attention {
        let [qkv, out] = self.bias.map(|say| say.read(config));
        let (norm, say) = self.qk_norm;
        let share: BigRational = number::whole(self.percent) / number::whole(100);
        let share = rotary_share(config, "partial_rotary_factor", share);
        let share = match config.optional_size("rotary_dim") {
            Some(columns) if columns < head_dim => format!("{columns} / {head_dim}"),
            Some(_) => "1".to_owned(),
            None => rotary_formula(&share, head_dim),
        };
        Attention {
            bias: [qkv, qkv, qkv, out],
            qk_norm: say.read(config).then_some(norm),
            rotary: (self.turned != Turned::None).then_some(share),
            relative: self.relative.read(config),
            scaling: self.scaling,
            v_norm: self.v_norm,
            sinks: self.sinks,
            gate: self.gate,
            out_norm: self.inner_norm.then_some(self.norm),
            query_scaled: self.query_scaled,
            ..Attention::new("h", "kv", "width")
        }
    }

    fn layers(
        &self,
        config: &mut Config<'_>,
        draft: &mut Draft,
        count: u64,
        mixer: &Mixer,
    ) -> Vec<Layer> {
        let mixers = match mixer {
            Mixer::Attention(attention) => self.windowed(config, draft, count, attention),
            Mixer::Latent(part) => indexed(config, count, part),
            other => vec![(other.clone(), ""); usize::try_from(count).unwrap_or(0)],
        };
        let bias = self.mlp_bias.read(config);
        config.without_effect(&["mlp_bias"]);
        let mut dense = mlp(self.gated, "ffn", bias);
        if self.inner_norm {
            dense = dense.switch("inner_norm", true);
        }
        let experts = self.experts.map(|traits| {
            let part = traits.part(config, draft);
            // Experts of all tokens are feed-forward layers like the dense ones.
            let part = match bias && traits.shared != Shared::None {
                true => part.switch("shared_bias", true),
                false => part,
            };
            (part, traits.sparse(config, count))
        });
        let scaled = self.residual_scaled.read(config);
        let sparse = experts.as_ref().map(|(_, sparse)| sparse.as_slice());
        let mixed = sparse.is_some_and(|sparse| sparse.contains(&false));
        let widths = config.by_layer("intermediate_size", count);
        let own = |at: usize| {
            let width = widths.as_ref().and_then(|widths| widths.get(at));
            let same = width == widths.as_ref().and_then(|widths| widths.first());
            width
                .filter(|_| !same)
                .map(|width| mlp(self.gated, &width.to_string(), bias))
        };
        let mut layers = Vec::new();
        for (at, (mixer, name)) in mixers.into_iter().enumerate() {
            let (part, other) = match &experts {
                Some((part, sparse)) if sparse.get(at) == Some(&true) => (part, ""),
                _ => (&dense, if mixed { "dense" } else { "" }),
            };
            let is_dense = *part == dense;
            let part = own(at).filter(|_| is_dense).unwrap_or_else(|| part.clone());
            layers.push(Layer {
                mixer,
                mlp: Some(part),
                wiring: self.wiring,
                norm: self.norm,
                scaled,
                kind: [name, other].join("_").trim_matches('_').to_owned(),
            });
        }
        layers
    }

    /// The attention of every layer, and what tells its kind.
    fn windowed(
        &self,
        config: &mut Config<'_>,
        draft: &mut Draft,
        count: u64,
        attention: &Attention,
    ) -> Vec<(Mixer, &'static str)> {
        let windows = windowed(config, draft, self.windows, count);
        let any_local = windows.iter().any(Option::is_some);
        let turned = self.turned(config, count);
        let widths = config.of_layers("head_dim", count);
        let kv = config.of_layers("num_key_value_heads", count);
        for (_, size) in &kv {
            let heads = config.optional_size("num_attention_heads").unwrap_or(*size);
            config.divides(
                ("num_key_value_heads", *size),
                ("num_attention_heads", heads),
            );
        }
        let given = |sizes: &[(u64, u64)], layer: usize| {
            let found = sizes.iter().rfind(|(at, _)| *at == layer as u64);
            found.map(|(_, size)| size.to_string())
        };
        let one = |(at, window): (usize, Option<Window>)| {
            let mut attention = attention.clone();
            attention.width = given(&widths, at).unwrap_or(attention.width);
            attention.kv = given(&kv, at).unwrap_or(attention.kv);
            let is_turned = match self.turned {
                Turned::Local => window.is_some() || !any_local,
                _ => {
                    let chunks = matches!(self.windows, Windows::Chunks(_));
                    let unlisted = window.is_some() || !chunks;
                    turned.get(at).copied().unwrap_or(unlisted)
                }
            };
            if !is_turned {
                attention.rotary = None;
            }
            let name = window.as_ref().map_or("", Window::name);
            attention.window = window;
            (Mixer::Attention(attention), name)
        };
        windows.into_iter().enumerate().map(one).collect()
    }

    /// Which layers turn queries and keys, where a list says so.
    fn turned(&self, config: &mut Config<'_>, count: u64) -> Vec<bool> {
        let Turned::Listed(key) = self.turned else {
            return Vec::new();
        };
        let listed = config.counts(key).unwrap_or_default();
        if !listed.is_empty() {
            config.as_many(key, listed.len(), count);
        }
        listed.iter().map(|turned| *turned != 0).collect()
    }
}

/// The attention of every layer of latent attention: some take the choice that
/// the indexer of an earlier layer made.
fn indexed(config: &mut Config<'_>, count: u64, part: &Part) -> Vec<(Mixer, &'static str)> {
    if let Some(kinds) = config.take("layer_types") {
        let listed = kinds.texts(&mut config.problems).unwrap_or_default();
        config.as_many("layer_types", listed.len(), count);
    }
    let shared = match config.has("indexer_types") && !config.is_null("indexer_types") {
        true => config.kinds("indexer_types", count, &["full", "shared"]),
        false => vec!["full"; usize::try_from(count).unwrap_or(0)],
    };
    let one = |kind: &&str| match *kind {
        "shared" => (Mixer::Latent(reusing(part)), "reusing"),
        _ => (Mixer::Latent(part.clone()), ""),
    };
    shared.iter().map(one).collect()
}

/// A bound of scores; `null` and 0 are none.
fn cap(config: &mut Config<'_>, key: &'static str, usual: Option<u64>) -> Option<BigRational> {
    let cap = match config.has(key) {
        true => config.number(key),
        false => usual.map(number::whole),
    };
    cap.filter(|cap| *cap != number::whole(0))
}
