//! Tensors as modules of Hugging Face save them, quantised ones among them: the
//! numbers packed into larger ones, and beside them scales, offsets and orders.
//! All of it is bytes; only the numbers are numbers of the model.

use super::kinds::Role;
use super::role;
use super::tensor::StoredTensor;

/// What stands beside packed numbers, by the end of its name.
const BESIDE: [&str; 18] = [
    "SCB",
    "weight_format",
    "qzeros",
    "scales",
    "g_idx",
    "weight_g_idx",
    "weight_scale",
    "weight_scale_inv",
    "weight_scale_2",
    "weight_shape",
    "weight_zero_point",
    "weight_global_scale",
    "input_scale",
    "input_global_scale",
    "absmax",
    "nested_absmax",
    "quant_map",
    "nested_quant_map",
];

/// What a tensor is, where packed numbers have so many bits.
pub(super) fn role(tensor: &StoredTensor, packed: Option<u64>) -> Option<Role> {
    let name = tensor.name.as_str();
    let stages = role::of_module(name)?;
    let end = name.rsplit('.').next().unwrap_or(name);
    let is_beside =
        BESIDE.contains(&end) || end.ends_with("_scales") || name.contains("quant_state");
    if is_beside {
        return Some(Role {
            stages,
            is_vector: false,
            numbers: 0,
        });
    }
    let is_packed = matches!(end, "qweight" | "weight_packed")
        || end.ends_with("_blocks")
        || (end == "weight" && tensor.kind == "u8");
    let numbers = match (is_packed, tensor.kind) {
        (false, _) => tensor.elements,
        // Without their bits nobody knows how many there are.
        (true, _) => (tensor.bytes.checked_mul(8)?).checked_div(packed?)?,
    };
    Some(Role {
        stages,
        is_vector: !is_packed && (tensor.is_vector() || is_bias(end)),
        numbers,
    })
}

fn is_bias(end: &str) -> bool {
    end == "bias" || end.ends_with("_bias")
}
