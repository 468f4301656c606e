//! What families are made of, one file for each mechanism.
//!
//! | file | what it writes |
//! |---|---|
//! | `activation` | the activation that a config names |
//! | `embedding` | words and positions, looked up in tables |
//! | `stack` | layers one upon the other, and norms beside them |
//! | `head` | scores of words, classes, spans |
//! | `attention` | which scores are computed: all, or those in a window |
//! | `rotary` | rotary positions |
//! | `experts` | experts, few of which compute a token |
//! | `sizes`, `decoder` | decoders with rotary positions |
//! | `encoder_decoder` | an encoder and a decoder that attends to it |

pub(super) mod activation;
pub(super) mod attention;
pub(super) mod decoder;
pub(super) mod embedding;
pub(super) mod encoder_decoder;
pub(super) mod experts;
pub(super) mod grouped;
pub(super) mod head;
pub(super) mod latent;
pub(super) mod layer;
pub(super) mod mixture;
pub(super) mod mlp;
pub(super) mod norm;
pub(super) mod plan;
pub(super) mod rotary;
pub(super) mod sizes;
pub(super) mod stack;
pub(super) mod traits;
pub(super) mod window;
