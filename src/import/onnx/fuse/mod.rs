//! The same network in the same nodes, whoever exported it: what several
//! nodes compute together becomes the block that one fused operator stands
//! for.
//!
//! | file | what becomes one |
//! |---|---|
//! | `wiring` | nothing: who makes and who reads each tensor |
//! | `scaled` | nothing: which weights stay few values times numbers |
//! | `linear` | a product and its bias, its normalisation |
//! | `scale` | multiplications by one number, one after the other |
//! | `recognise` | activations, softmax and normalisations, by what they compute |
//! | `affine` | a normalisation and its gain and shift |
//! | `rotary` | products with sines and cosines |
//! | `attention` | two products around a softmax, and the projections |

mod affine;
mod attention;
mod linear;
mod recognise;
mod rotary;
mod scale;
mod scaled;
mod wiring;

use self::wiring::drop_unread;
use super::net::Net;

/// Brings a net into the one form of its network. How many softmaxes of scores
/// were not recognised as attention.
pub(super) fn fuse(net: &mut Net) -> usize {
    drop_unread(net);
    scaled::settle(net);
    linear::fuse(net);
    scale::fuse(net);
    recognise::fuse(net);
    drop_unread(net);
    affine::fuse(net);
    rotary::fuse(net);
    drop_unread(net);
    let other = attention::fuse(net);
    drop_unread(net);
    other
}
