//! Attention without a softmax: every token adds to a state of keys by values,
//! which the query reads.

use super::call::Call;
use crate::import::onnx::build::NetBuilder;
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::net::{Binary, TensorId, Unary};
use crate::symbolic::Expr;

/// `LinearAttention`: S = exp(g)·S + k·(β·(v − exp(g)·Sᵀk))ᵀ and q·S, token by
/// token; without the factors that its rule does not have.
pub(crate) fn linear(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let (gated, corrected) = match call.text("update_rule") {
        Some("linear") => (false, false),
        Some("gated") => (true, false),
        Some("delta") => (false, true),
        Some("gated_delta") | None => (true, true),
        Some(other) => {
            let message = format!("the rule `{other}`");
            return Err(ImportError::Unsupported(message));
        }
    };
    let (heads, own) = (
        call.int_or("q_num_heads", 0),
        call.int_or("kv_num_heads", 0),
    );
    let q = by_token(builder, call.input(0)?, heads)?;
    let k = by_token(builder, call.input(1)?, own)?;
    let mut v = by_token(builder, call.input(2)?, own)?;
    let [batch, tokens, count, _, keys] = builder.shape_of_rank::<5>(k)?;
    let [_, _, _, _, values] = builder.shape_of_rank::<5>(v)?;
    let all = |heads: Expr| {
        vec![
            batch.clone(),
            tokens.clone(),
            heads,
            keys.clone(),
            values.clone(),
        ]
    };
    // The state before each token, which stands for the first one's, too.
    let earlier: Vec<TensorId> = call.optional(3).into_iter().chain([k, v]).collect();
    let mut state = builder.moved(&earlier, all(count.clone()))?;
    if gated {
        let decay = by_token(builder, call.input(4)?, own)?;
        let decay = builder.unary(Unary::Exp, decay)?;
        let mut shape = builder.shape(decay)?;
        shape.swap(3, 4);
        let decay = builder.moved(&[decay], shape)?;
        state = builder.binary(Binary::Mul, state, decay)?;
    }
    let element = builder.element(q);
    if corrected {
        let known = builder.matmul(k, state, element)?;
        v = builder.binary(Binary::Sub, v, known)?;
        let rate = call.input(5)?;
        let mut shape = builder.shape(rate)?;
        shape.extend([Expr::one(), Expr::one()]);
        let rate = builder.moved(&[rate], shape)?;
        v = builder.binary(Binary::Mul, v, rate)?;
    }
    let column = vec![
        batch.clone(),
        tokens.clone(),
        count.clone(),
        keys.clone(),
        Expr::one(),
    ];
    let column = builder.moved(&[k], column)?;
    let added = builder.binary(Binary::Mul, column, v)?;
    state = builder.binary(Binary::Add, state, added)?;
    let last = builder.moved(
        &[state],
        vec![batch.clone(), count.clone(), keys.clone(), values.clone()],
    )?;
    // Each head of the state is for several of the queries.
    let read = match own == heads {
        true => state,
        false => builder.moved(&[state], all(Expr::whole(heads)))?,
    };
    let mut result = builder.matmul(q, read, element)?;
    if call.float("scale") != Some(1.0) {
        result = builder.binary_with(Binary::Mul, result, 0.125)?;
    }
    let width = &Expr::whole(heads) * &values;
    let result = builder.moved(&[result], vec![batch, tokens, width])?;
    Ok(vec![result, last])
}

/// `b n (h c)` as `b n h 1 c`.
fn by_token(builder: &mut NetBuilder, x: TensorId, heads: i64) -> Result<TensorId, ImportError> {
    let x = builder.in_heads(x, heads)?;
    let [batch, count, tokens, columns] = builder.shape_of_rank::<4>(x)?;
    builder.moved(&[x], vec![batch, tokens, count, Expr::one(), columns])
}
