//! Fused attention, taken apart into what it computes.

use super::{Call, Outcome, Reader, Trouble};
use crate::import::onnx::net::{Binary, Block, TensorId, Unary};
use crate::number::whole;
use crate::symbolic::Expr;

/// What attention is computed from: tensors of batch, heads, rows, columns.
pub(super) struct Heads {
    pub(super) q: TensorId,
    pub(super) k: TensorId,
    pub(super) v: TensorId,
    /// What is added to the scores.
    pub(super) mask: Option<TensorId>,
    pub(super) causal: bool,
    /// Whether scores are multiplied by a factor.
    pub(super) scaled: bool,
    /// Whether scores are bounded: c·tanh(score / c).
    pub(super) capped: bool,
}

impl Reader<'_> {
    /// softmax(q·kᵀ · factor + mask)·v, of batch, heads, rows, columns.
    pub(super) fn attend(&mut self, heads: &Heads) -> Result<TensorId, Trouble> {
        let [batch, count, rows, _] = self.shape_of_rank::<4>(heads.q)?;
        let k = self.repeated(heads.k, &count)?;
        let v = self.repeated(heads.v, &count)?;
        let [kb, kh, columns, width] = self.shape_of_rank::<4>(k)?;
        let turned = self.moved(&[k], vec![kb, kh, width, columns.clone()])?;
        let element = self.element(heads.q);
        let mut score = self.matmul(heads.q, turned, element)?;
        if heads.scaled {
            score = self.binary_with(Binary::Mul, score, 0.125)?;
        }
        if heads.capped {
            score = self.binary_with(Binary::Mul, score, 0.02)?;
            score = self.unary(Unary::Tanh, score)?;
            score = self.binary_with(Binary::Mul, score, 50.0)?;
        }
        if let Some(mask) = heads.mask {
            score = self.binary(Binary::Add, score, mask)?;
        }
        if heads.causal {
            let mask = self.tensor("causal_mask", Some(vec![rows, columns]), element);
            self.net.tensors[mask].constant = true;
            score = self.binary(Binary::Add, score, mask)?;
        }
        let weights = self.block(Block::Softmax, &[score])?;
        let _ = batch;
        self.matmul(weights, v, element)
    }

    /// Heads of keys and values, each for several of the queries.
    fn repeated(&mut self, x: TensorId, heads: &Expr) -> Result<TensorId, Trouble> {
        let [batch, own, rows, columns] = self.shape_of_rank::<4>(x)?;
        if own == *heads {
            return Ok(x);
        }
        self.moved(&[x], vec![batch, heads.clone(), rows, columns])
    }

    /// `b n (h c)` as `b h n c`.
    pub(super) fn in_heads(&mut self, x: TensorId, heads: i64) -> Result<TensorId, Trouble> {
        if heads < 1 {
            return Err(Trouble::Wrong(format!("{heads} heads")));
        }
        let [batch, rows, width] = self.shape_of_rank::<3>(x)?;
        let columns = width.scale(&(whole(1) / whole(heads)));
        let split = vec![
            batch.clone(),
            rows.clone(),
            Expr::whole(heads),
            columns.clone(),
        ];
        let split = self.moved(&[x], split)?;
        self.moved(&[split], vec![batch, Expr::whole(heads), rows, columns])
    }

    /// `b h n c` as `b n (h c)`.
    pub(super) fn out_of_heads(&mut self, x: TensorId) -> Result<TensorId, Trouble> {
        let [batch, heads, rows, columns] = self.shape_of_rank::<4>(x)?;
        let turned = vec![batch.clone(), rows.clone(), heads.clone(), columns.clone()];
        let turned = self.moved(&[x], turned)?;
        self.moved(&[turned], vec![batch, rows, &heads * &columns])
    }

    /// Rows of earlier calls before those of this one: `b h p c` and `b h n c`.
    pub(super) fn after_past(
        &mut self,
        past: Option<TensorId>,
        x: TensorId,
    ) -> Result<TensorId, Trouble> {
        let Some(past) = past else {
            return Ok(x);
        };
        let [_, _, before, _] = self.shape_of_rank::<4>(past)?;
        let [batch, heads, rows, columns] = self.shape_of_rank::<4>(x)?;
        self.moved(&[past, x], vec![batch, heads, &before + &rows, columns])
    }
}

/// `Attention` of version 23 and later: q, k, v, mask, earlier keys and values.
pub(super) fn attention(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let (mut q, mut k, mut v) = (call.input(0)?, call.input(1)?, call.input(2)?);
    let flat = reader.shape(q)?.len() == 3;
    if flat {
        let heads = |name: &str| {
            let missing = || Trouble::Wrong(format!("it has no `{name}`"));
            call.int(name).ok_or_else(missing)
        };
        q = reader.in_heads(q, heads("q_num_heads")?)?;
        k = reader.in_heads(k, heads("kv_num_heads")?)?;
        v = reader.in_heads(v, heads("kv_num_heads")?)?;
    }
    k = reader.after_past(call.optional(4), k)?;
    v = reader.after_past(call.optional(5), v)?;
    let context = reader.attend(&Heads {
        q,
        k,
        v,
        mask: call.optional(3),
        causal: call.int_or("is_causal", 0) != 0,
        scaled: call.float("scale") != Some(1.0),
        capped: call.float("softcap").is_some_and(|cap| cap != 0.0),
    })?;
    let result = if flat {
        reader.out_of_heads(context)?
    } else {
        context
    };
    Ok(vec![result, k, v, context])
}
