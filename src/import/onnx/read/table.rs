//! Which operator is read by which function, and as what it is counted.

use super::{
    Call, Outcome, Reader, attention, conv, einsum, elementwise, layout, linear, microsoft, norm,
    pool, quantised, recurrent, reduce, shape, slice,
};

/// An operator that can be read.
pub(in crate::import::onnx) struct Operator {
    /// Its domain; empty for the standard one.
    pub(in crate::import::onnx) domain: &'static str,
    /// Its name.
    pub(in crate::import::onnx) name: &'static str,
    /// As what it is counted, for the documentation.
    pub(in crate::import::onnx) counted: &'static str,
    pub(super) read: fn(&mut Reader<'_>, &Call<'_>) -> Outcome,
}

macro_rules! operators {
    ($($domain:literal: { $($($name:literal),+ => $read:path, $counted:literal;)* })*) => {
        &[$($($(Operator {
            domain: $domain,
            name: $name,
            counted: $counted,
            read: $read,
        },)+)*)*]
    };
}

/// All operators that are read, in the order of the documentation.
pub(in crate::import::onnx) static OPERATORS: &[Operator] = operators! {
    "": {
        "MatMul" => linear::matmul, "products, summed";
        "Gemm" => linear::gemm, "products, summed, with a bias";
        "Einsum" => einsum::einsum, "products, summed; operands two at a time";
        "Conv" => conv::conv, "products, summed, padding in full";
        "ConvTranspose" => conv::transposed, "products of every input element with the window";
        "Attention" => attention::attention, "two products around a softmax";
        "LSTM", "GRU", "RNN" => recurrent::recurrent, "the products and gates of every step";
        "Add", "Sub", "Mul", "Div" => elementwise::binary_of, "one step for each element";
        "Pow" => elementwise::binary_of, "multiplications or a root for small powers; else log, mul, exp";
        "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Equal" => elementwise::binary_of, "one comparison";
        "Max", "Min" => elementwise::variadic, "one comparison for each further input";
        "Sum", "Mean" => elementwise::variadic, "one addition for each further input";
        "Abs", "Neg", "Exp", "Log", "Sqrt", "Tanh", "Erf" => elementwise::unary_of, "one step for each element";
        "Sign", "Round", "Floor", "Ceil" => elementwise::unary_of, "one comparison or rounding";
        "Sin", "Cos", "Tan", "Asin", "Acos", "Atan", "Sinh", "Cosh", "Asinh", "Acosh", "Atanh" => elementwise::wave, "nothing where known before; else listed as left out";
        "Reciprocal" => elementwise::unary_of, "one division";
        "Relu" => elementwise::unary_of, "one comparison";
        "Sigmoid" => elementwise::unary_of, "the block `sigmoid`";
        "Clip" => elementwise::clip, "one comparison for each bound";
        "Where" => elementwise::select, "one selection";
        "And", "Or", "Xor", "Not", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "BitwiseNot" => elementwise::logic, "one `and`";
        "IsNaN", "IsInf" => elementwise::is_odd, "one comparison";
        "Gelu", "HardSwish", "HardSigmoid", "Softplus", "Mish", "LeakyRelu", "Elu", "Selu", "Celu", "Swish" => elementwise::activation, "the block of that name";
        "PRelu", "ThresholdedRelu", "Shrink", "Softsign", "Mod", "CumSum" => elementwise::counted, "a few steps for each element";
        "ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp", "ReduceProd" => reduce::reduce, "one step for each element, and what is done with the sum";
        "ArgMax", "ArgMin" => reduce::arg, "one comparison for each element";
        "TopK" => reduce::top, "k comparisons for each element";
        "MaxPool", "AveragePool" => pool::pool, "the window for each place, padding in full";
        "GlobalAveragePool", "GlobalMaxPool" => pool::global, "one step for each element";
        "Resize", "Upsample" => pool::resize, "nothing, or the products of an interpolation";
        "Softmax", "LogSoftmax" => norm::softmax, "the block of that name";
        "LayerNormalization" => norm::layer, "the block `layer-norm`";
        "RMSNormalization", "SimplifiedLayerNormalization" => norm::rms, "the block `rms-norm`";
        "BatchNormalization" => norm::batch, "a gain and a shift; nothing behind a convolution";
        "GroupNormalization", "InstanceNormalization" => norm::group, "the block `layer-norm` over each group, a gain and a shift";
        "LpNormalization" => norm::lp, "squares, their sum, a root, divisions";
        "LRN" => norm::local, "squares over a window, a power of their sum";
        "QuantizeLinear" => quantised::quantise, "mul, round, two comparisons";
        "DequantizeLinear" => quantised::dequantise, "mul; nothing before a product of whole numbers";
        "DynamicQuantizeLinear" => quantised::dynamic, "two comparisons for the range; div, round, add, two comparisons";
        "MatMulInteger" => quantised::matmul_integer, "products in int8, sums in int32";
        "ConvInteger" => quantised::conv_integer, "products in int8, sums in int32";
        "QLinearMatMul" => quantised::qlinear_matmul, "products in int8, sums in int32; mul, round, two comparisons";
        "QLinearConv" => quantised::qlinear_conv, "products in int8, sums in int32; mul, round, two comparisons";
        "RotaryEmbedding" => microsoft::rotary, "the block `rotary`";
        "OneHot" => layout::one_hot, "one comparison";
        "Reshape" => layout::reshape, "nothing";
        "Flatten" => layout::flatten, "nothing";
        "Squeeze" => layout::squeeze, "nothing";
        "Unsqueeze" => layout::unsqueeze, "nothing";
        "Transpose" => layout::transpose, "nothing";
        "Expand" => layout::expand, "nothing";
        "Tile" => layout::tile, "nothing";
        "Concat" => layout::concat, "nothing";
        "Split" => layout::split, "nothing";
        "Slice" => slice::slice, "nothing";
        "Gather" => layout::gather, "nothing";
        "GatherElements", "GatherND", "ScatterElements", "ScatterND", "Scatter" => layout::chosen, "nothing";
        "Pad" => layout::pad, "nothing";
        "DepthToSpace", "SpaceToDepth" => layout::space, "nothing";
        "Trilu", "ReverseSequence" => layout::same, "nothing";
        "Cast", "CastLike" => elementwise::cast, "nothing";
        "Identity", "Dropout" => layout::identity, "nothing";
        "Shape" => shape::shape, "nothing";
        "Size" => shape::size, "nothing";
        "Range" => shape::range, "nothing";
        "ConstantOfShape", "EyeLike" => shape::filled, "nothing";
        "Loop", "Scan" => recurrent::repeated, "listed as left out";
    }
    "com.microsoft": {
        "Attention" => microsoft::attention, "projections, two products around a softmax";
        "MultiHeadAttention" => microsoft::multi_head, "two products around a softmax";
        "GroupQueryAttention" => microsoft::group_query, "two products around a softmax";
        "RotaryEmbedding" => microsoft::rotary, "the block `rotary`";
        "SkipLayerNormalization", "SkipSimplifiedLayerNormalization" => microsoft::skip_norm, "a sum and its normalisation";
        "SimplifiedLayerNormalization" => norm::rms, "the block `rms-norm`";
        "EmbedLayerNormalization" => microsoft::embed, "sums of rows and their normalisation";
        "BiasGelu", "FastGelu" => microsoft::bias_gelu, "a bias and the activation";
        "Gelu", "QuickGelu" => elementwise::activation, "the block of that name";
        "FusedMatMul", "TransposeMatMul" => microsoft::matmul, "products, summed";
        "FusedGemm", "FusedConv" => microsoft::activated, "products, summed, and the activation";
        "MatMulNBits" => quantised::nbits, "products, summed";
        "DynamicQuantizeMatMul", "MatMulIntegerToFloat" => microsoft::dynamic_matmul, "products in int8, sums in int32; mul";
        "QLinearAdd", "QLinearMul" => quantised::qlinear_binary, "to fractions, one step, and back";
        "QGemm" => quantised::qgemm, "products in int8, sums in int32; mul, round, two comparisons";
        "QLinearSoftmax", "QLinearLeakyRelu", "QLinearSigmoid", "QLinearGlobalAveragePool" => quantised::qlinear_unary, "to fractions, the function, and back";
        "QLinearConcat" => quantised::qlinear_concat, "nothing";
        "QuantizeLinear" => quantised::quantise, "mul, round, two comparisons";
        "DequantizeLinear" => quantised::dequantise, "mul; nothing before a product of whole numbers";
    }
};

/// The operator of this name.
pub(super) fn find(domain: &str, name: &str) -> Option<&'static Operator> {
    let domain = if domain == "ai.onnx" { "" } else { domain };
    OPERATORS
        .iter()
        .find(|operator| operator.name == name && operator.domain == domain)
}
