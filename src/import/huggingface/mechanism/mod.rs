//! What families are made of, one file for each mechanism.
//!
//! | file | what it writes |
//! |---|---|
//! | `traits` | a family of decoders as a table of all of these |
//! | `plan` | a decoder: what stands before its layers, the layers, the head |
//! | `layer` | a layer: two parts, norms and additions; layers that are equal |
//! | `part` | a call of a block, with its numbers |
//! | `grouped` | attention with heads of queries and fewer of keys |
//! | `heads` | what is done with heads, op by op |
//! | `chosen` | attention whose projections of queries are experts |
//! | `latent` | latent attention, and the indexer that chooses keys |
//! | `window` | which keys a layer attends to |
//! | `mixture` | experts, few of which compute a token |
//! | `neurons` | experts that are single neurons |
//! | `mlp` | feed-forward layers |
//! | `norm` | normalisations |
//! | `per_layer` | inputs of every layer from a table of words of its own |
//! | `activation` | the activation that a config names |
//! | `disentangled` | scores of distances beside those of tokens |
//! | `embedding` | words and positions, looked up in tables |
//! | `stack` | layers one upon the other, and norms beside them |
//! | `head` | scores of words, classes, spans |
//! | `attention` | what goes with every causal model |
//! | `rotary` | rotary positions |
//! | `sizes` | the sizes of decoders |
//! | `recurrent`, `state_space` | what keeps a state of a fixed size |
//! | `shared` | a layer whose weights several share |
//! | `hybrid` | layers that mix tokens in several ways |
//! | `tower` | layers that look at images, and read what is held against them |
//! | `encoder_decoder` | an encoder and a decoder that attends to it |

pub(super) mod activation;
pub(super) mod attention;
pub(super) mod chosen;
pub(super) mod disentangled;
pub(super) mod embedding;
pub(super) mod encoder_decoder;
pub(super) mod grouped;
pub(super) mod head;
pub(super) mod heads;
pub(super) mod hybrid;
pub(super) mod latent;
pub(super) mod layer;
pub(super) mod mixture;
pub(super) mod mlp;
pub(super) mod neurons;
pub(super) mod norm;
pub(super) mod part;
pub(super) mod per_layer;
pub(super) mod plan;
pub(super) mod recurrent;
pub(super) mod rotary;
pub(super) mod shared;
pub(super) mod sizes;
pub(super) mod stack;
pub(super) mod state_space;
pub(super) mod tower;
pub(super) mod traits;
pub(super) mod window;
