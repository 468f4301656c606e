//! Attention, taken apart into what it computes.

use super::builder::NetBuilder;
use crate::import::onnx::error::ImportError;
use crate::import::onnx::net::{Binary, Block, TensorId, Unary};
use crate::number::whole;
use crate::symbolic::Expr;

/// What attention is computed from: tensors of batch, heads, tokens, head dim.
pub(crate) struct Heads {
    pub(crate) q: TensorId,
    pub(crate) k: TensorId,
    pub(crate) v: TensorId,
    /// What is added to the scores.
    pub(crate) mask: Option<TensorId>,
    pub(crate) causal: bool,
    /// Whether scores are multiplied by a factor.
    pub(crate) scaled: bool,
    /// Whether scores are bounded: c·tanh(score / c).
    pub(crate) capped: bool,
}

impl NetBuilder {
    /// softmax(q·kᵀ · factor + mask)·v, of batch, heads, tokens, head dim.
    pub(crate) fn attend(&mut self, heads: &Heads) -> Result<TensorId, ImportError> {
        let [_, count, queries, _] = self.shape_of_rank::<4>(heads.q)?;
        let k = self.repeated(heads.k, &count)?;
        let v = self.repeated(heads.v, &count)?;
        let [batch, heads_of_k, keys, head_dim] = self.shape_of_rank::<4>(k)?;
        let transposed = vec![batch, heads_of_k, head_dim, keys.clone()];
        let transposed = self.reordered(k, transposed, &[0, 1, 3, 2])?;
        let element = self.element(heads.q);
        let mut score = self.matmul(heads.q, transposed, element)?;
        if heads.scaled {
            score = self.binary_with(Binary::Mul, score, 0.125)?;
        }
        if heads.capped {
            score = self.binary_with(Binary::Mul, score, 0.02)?;
            score = self.unary(Unary::Tanh, score)?;
            score = self.binary_with(Binary::Mul, score, 50.0)?;
        }
        if let Some(mask) = heads.mask {
            let mask = self.as_wide_as(mask, &keys)?;
            score = self.binary(Binary::Add, score, mask)?;
        }
        if heads.causal {
            let mask = self.add_constant("causal_mask", vec![queries, keys], element);
            self.tells_order(mask);
            score = self.binary(Binary::Add, score, mask)?;
        }
        let weights = self.block(Block::Softmax, &[score])?;
        self.matmul(weights, v, element)
    }

    /// A mask for all keys: one that is shorter leaves out the keys beyond.
    fn as_wide_as(&mut self, mask: TensorId, keys: &Expr) -> Result<TensorId, ImportError> {
        let mut shape = self.shape(mask)?;
        let Some(own) = shape.last_mut() else {
            return Ok(mask);
        };
        if own == keys || *own == Expr::one() {
            return Ok(mask);
        }
        if let (Some(own), Some(keys)) = (own.as_constant(), keys.as_constant())
            && own > keys
        {
            let message = format!("a mask for {own} keys, of which there are {keys}");
            return Err(ImportError::Invalid(message));
        }
        *own = keys.clone();
        self.moved(&[mask], shape)
    }

    /// Heads of keys and values, each for several of the queries.
    fn repeated(&mut self, x: TensorId, heads: &Expr) -> Result<TensorId, ImportError> {
        let [batch, own, tokens, head_dim] = self.shape_of_rank::<4>(x)?;
        if own == *heads {
            return Ok(x);
        }
        self.moved(&[x], vec![batch, heads.clone(), tokens, head_dim])
    }

    /// `b n (h k)` as `b h n k`.
    pub(crate) fn in_heads(&mut self, x: TensorId, heads: i64) -> Result<TensorId, ImportError> {
        if heads < 1 {
            return Err(ImportError::Invalid(format!("{heads} heads")));
        }
        let [batch, tokens, hidden] = self.shape_of_rank::<3>(x)?;
        let head_dim = hidden.scale(&(whole(1) / whole(heads)));
        let split = vec![
            batch.clone(),
            tokens.clone(),
            Expr::whole(heads),
            head_dim.clone(),
        ];
        let split = self.moved(&[x], split)?;
        let in_heads = vec![batch, Expr::whole(heads), tokens, head_dim];
        self.reordered(split, in_heads, &[0, 2, 1, 3])
    }

    /// `b h n k` as `b n (h k)`.
    pub(crate) fn out_of_heads(&mut self, x: TensorId) -> Result<TensorId, ImportError> {
        let [batch, heads, tokens, head_dim] = self.shape_of_rank::<4>(x)?;
        let transposed = vec![
            batch.clone(),
            tokens.clone(),
            heads.clone(),
            head_dim.clone(),
        ];
        let transposed = self.reordered(x, transposed, &[0, 2, 1, 3])?;
        self.moved(&[transposed], vec![batch, tokens, &heads * &head_dim])
    }

    /// Tokens of earlier calls before those of this one: `b h p k` and `b h n k`.
    pub(crate) fn after_past(
        &mut self,
        past: Option<TensorId>,
        x: TensorId,
    ) -> Result<TensorId, ImportError> {
        let Some(past) = past else {
            return Ok(x);
        };
        let [_, _, before, _] = self.shape_of_rank::<4>(past)?;
        let [batch, heads, tokens, head_dim] = self.shape_of_rank::<4>(x)?;
        self.moved(&[past, x], vec![batch, heads, &before + &tokens, head_dim])
    }
}
