//! Attention, taken apart into what it computes.

use super::builder::NetBuilder;
use crate::import::onnx::error::ImportError;
use crate::import::onnx::infer::bounds::smaller;
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
    pub(crate) causal: Option<Causal>,
    /// Whether scores are multiplied by a factor.
    pub(crate) scaled: bool,
    /// Whether scores are bounded: c·tanh(score / c).
    pub(crate) capped: bool,
    /// How many keys a query sees at most, where that is not all.
    pub(crate) window: Option<Expr>,
}

/// What attention gives.
pub(crate) struct Attended {
    pub(crate) context: TensorId,
    /// What the softmax is taken of.
    pub(crate) scores: TensorId,
    /// What it gives.
    pub(crate) weights: TensorId,
}

/// A causal mask: query i sees the keys up to its own place, `before + i`.
pub(crate) struct Causal {
    /// How many keys are earlier than the first query; all but the queries' own
    /// where it is not said.
    pub(crate) before: Option<Expr>,
}

impl Causal {
    /// A mask after so many earlier keys.
    pub(crate) fn after(before: Option<Expr>) -> Causal {
        Causal { before }
    }

    /// The part that it hides of the pairs of a query and a key that it sees at
    /// most; nothing where there are none. The first k queries see one key more each than the one
    /// before, `before + 1` and so on, all others as many as there are, or as
    /// the window lets them see.
    fn hidden(&self, queries: &Expr, keys: &Expr, window: Option<&Expr>) -> Option<Expr> {
        let most = match window {
            Some(window) => keys.smaller(window),
            None => keys.clone(),
        };
        let before = match &self.before {
            Some(before) => before.clone(),
            None => keys - queries,
        };
        let mut rising = (&most - &before).smaller(queries);
        if rising != *queries {
            rising = rising.larger(&Expr::zero());
        }
        let half = (&rising * &(&rising + &Expr::one())).scale(&(whole(1) / whole(2)));
        let seen = &(&(&rising * &before) + &half) + &(&(queries - &rising) * &most);
        let all = queries * &most;
        (&all - &seen).divide(&all)
    }
}

impl NetBuilder {
    /// softmax(q·kᵀ · factor + mask)·v, of batch, heads, tokens, head dim.
    pub(crate) fn attend(&mut self, heads: &Heads) -> Result<Attended, ImportError> {
        let [_, _, queries, _] = self.shape_of_rank::<4>(heads.q)?;
        let [_, _, keys, _] = self.shape_of_rank::<4>(heads.k)?;
        let window = heads.window.as_ref();
        let hidden =
            (heads.causal.as_ref()).and_then(|causal| causal.hidden(&queries, &keys, window));
        let first = self.nodes();
        let scores = self.scores(heads)?;
        let weights = self.block(Block::Softmax, &[scores])?;
        let context = self.read(weights, heads)?;
        if let Some(hidden) = hidden {
            self.mask(first, &hidden);
        }
        Ok(Attended {
            context,
            scores,
            weights,
        })
    }

    /// q·kᵀ · factor + mask.
    pub(crate) fn scores(&mut self, heads: &Heads) -> Result<TensorId, ImportError> {
        let [_, _, queries, _] = self.shape_of_rank::<4>(heads.q)?;
        let k = self.seen(heads.k, heads)?;
        let [batch, heads_of_k, keys, head_dim] = self.shape_of_rank::<4>(k)?;
        let transposed = vec![batch, heads_of_k, head_dim, keys.clone()];
        let transposed = self.turned(k, transposed, [0, 1, 3, 2])?;
        let element = self.element(heads.q);
        let factors = self.factors(heads.q, transposed);
        let score = self.matmul(factors.a, factors.b, element)?;
        let mut score = self.finished(score, None, &factors)?;
        if heads.scaled {
            score = self.binary_with(Binary::Mul, score, 0.125)?;
        }
        if heads.capped {
            score = self.binary_with(Binary::Mul, score, 0.02)?;
            score = self.unary(Unary::Tanh, score)?;
            score = self.binary_with(Binary::Mul, score, 50.0)?;
        }
        if let Some(mask) = heads.mask {
            let mask = match &heads.window {
                Some(_) => self.of_keys(mask, &keys)?,
                None => self.as_wide_as(mask, &keys)?,
            };
            score = self.binary(Binary::Add, score, mask)?;
        }
        if heads.causal.is_some() {
            let mask = self.add_constant("causal_mask", vec![queries, keys], element);
            self.tells_order(mask);
            score = self.binary(Binary::Add, score, mask)?;
        }
        Ok(score)
    }

    /// The values, weighed.
    pub(crate) fn read(
        &mut self,
        weights: TensorId,
        heads: &Heads,
    ) -> Result<TensorId, ImportError> {
        let v = self.seen(heads.v, heads)?;
        self.matmul(weights, v, self.element(heads.q))
    }

    /// The keys or values that a query sees, of all heads of the queries.
    fn seen(&mut self, x: TensorId, heads: &Heads) -> Result<TensorId, ImportError> {
        let [_, count, _, _] = self.shape_of_rank::<4>(heads.q)?;
        let x = self.repeated(x, &count)?;
        let [batch, count, keys, head_dim] = self.shape_of_rank::<4>(x)?;
        let Some(window) = &heads.window else {
            return Ok(x);
        };
        let some = smaller(window, &keys);
        match some == keys {
            true => Ok(x),
            false => self.moved(&[x], vec![batch, count, some, head_dim]),
        }
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

    /// What a mask says of the keys that are seen.
    fn of_keys(&mut self, mask: TensorId, keys: &Expr) -> Result<TensorId, ImportError> {
        let mut shape = self.shape(mask)?;
        match shape.last_mut() {
            Some(own) if own != keys && *own != Expr::one() => *own = keys.clone(),
            _ => return Ok(mask),
        }
        self.moved(&[mask], shape)
    }

    /// Heads of keys and values, each for several of the queries.
    fn repeated(&mut self, x: TensorId, heads: &Expr) -> Result<TensorId, ImportError> {
        let [batch, own, tokens, head_dim] = self.shape_of_rank::<4>(x)?;
        if own == *heads {
            return Ok(x);
        }
        self.moved_with_numbers(x, vec![batch, heads.clone(), tokens, head_dim])
    }

    /// The axes of a tensor in another order, with the numbers that stand for its
    /// elements.
    fn turned(
        &mut self,
        x: TensorId,
        shape: Vec<Expr>,
        order: [usize; 4],
    ) -> Result<TensorId, ImportError> {
        let result = self.moved_with_numbers(x, shape)?;
        self.keeps_axes(result, order.map(Some).to_vec());
        Ok(result)
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
        let split = self.moved_with_numbers(x, split)?;
        let in_heads = vec![batch, Expr::whole(heads), tokens, head_dim];
        self.turned(split, in_heads, [0, 2, 1, 3])
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
        let transposed = self.turned(x, transposed, [0, 2, 1, 3])?;
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
