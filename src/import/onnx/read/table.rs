//! Which operator is read by which function, and as what it is counted.

use std::sync::LazyLock;

use super::graph::Handler::{self, Graph, Node};
use super::graph::Known;
use super::{control, flex, mapped};
use crate::hash::FastMap;
use crate::import::onnx::operator::{
    attention, concat, conv, einsum, elementwise, experts, gather, layout, linear,
    linear_attention, loss, microsoft, microsoft_attention, ml, norm, packed, pool, qonnx,
    quantised, recurrent, reduce, sampling, sequence, shape, slice, support_vectors, trees,
    unpriced, window,
};

/// An operator that can be read.
pub(crate) struct Operator {
    /// Its domain; empty for the standard one.
    pub(crate) domain: &'static str,
    /// Its name.
    pub(crate) name: &'static str,
    /// As what it is counted, for the documentation.
    pub(crate) counted: &'static str,
    handler: Handler,
}

/// By domain: names, the function that reads them, as what they are counted.
macro_rules! operators {
    ($($domain:literal: { $($($name:literal),+ => $handler:expr, $counted:literal;)* })*) => {
        &[$($($(Operator {
            domain: $domain,
            name: $name,
            counted: $counted,
            handler: $handler,
        },)+)*)*]
    };
}

/// All operators that are read, in the order of the documentation.
pub(crate) static OPERATORS: &[Operator] = operators! {
    "": {
        "MatMul" => Node(linear::matmul), "products, summed";
        "Gemm" => Node(linear::gemm), "products, summed, with a bias";
        "Einsum" => Node(einsum::einsum), "products, summed; operands two at a time";
        "Conv" => Node(conv::conv), "products, summed, padding in full";
        "CausalConvWithState" => Node(conv::causal), "products, summed, padding in full";
        "ConvTranspose" => Node(conv::transposed), "products of every input element with the window";
        "DeformConv" => Node(sampling::deformed), "the products of an interpolation for each element of the windows; products, summed";
        "Attention" => Node(attention::attention), "two products around a softmax";
        "LinearAttention" => Node(linear_attention::linear), "the state of every token: k vᵀ, its decay, its correction; q times it";
        "LSTM", "GRU", "RNN" => Node(recurrent::recurrent), "the products and gates of every step";
        "Add", "Sub", "Mul", "Div" => Node(elementwise::binary_of), "one step for each element";
        "Pow" => Node(elementwise::binary_of), "multiplications or a root for small powers; else log, mul, exp";
        "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Equal" => Node(elementwise::binary_of), "one comparison";
        "Max", "Min" => Node(elementwise::variadic), "one comparison for each further input";
        "Sum", "Mean" => Node(elementwise::variadic), "one addition for each further input";
        "Abs", "Neg", "Exp", "Log", "Sqrt", "Tanh", "Erf" => Node(elementwise::unary_of), "one step for each element";
        "Sign", "Round", "Floor", "Ceil" => Node(elementwise::unary_of), "one comparison or rounding";
        "Sin", "Cos", "Tan", "Asin", "Acos", "Atan", "Sinh", "Cosh", "Asinh", "Acosh", "Atanh" => Node(unpriced::elementwise), "nothing where known before; else listed as left out";
        "BitShift" => Node(elementwise::shift), "one shift";
        "RandomNormalLike", "RandomUniformLike", "Bernoulli" => Node(unpriced::elementwise), "listed as left out";
        "RandomNormal", "RandomUniform" => Node(unpriced::random), "listed as left out";
        "Det" => Node(unpriced::determinant), "listed as left out";
        "MaxRoiPool", "RoiAlign" => Node(unpriced::regions), "listed as left out";
        "HannWindow", "HammingWindow", "BlackmanWindow", "MelWeightMatrix" => Node(unpriced::table), "nothing where sizes are known before; else listed as left out";
        "DFT" => Node(unpriced::fourier), "listed as left out";
        "STFT" => Node(unpriced::frames), "listed as left out";
        "StringConcat", "RegexFullMatch" => Node(unpriced::elementwise), "listed as left out";
        "NonMaxSuppression", "Unique", "TfIdfVectorizer", "StringNormalizer", "StringSplit", "ImageDecoder" => Node(unpriced::untold), "listed as left out";
        "Reciprocal" => Node(elementwise::unary_of), "one division";
        "Relu" => Node(elementwise::unary_of), "one comparison";
        "Sigmoid" => Node(elementwise::unary_of), "the block `sigmoid`";
        "Clip" => Node(elementwise::clip), "one comparison for each bound";
        "Where" => Node(elementwise::select), "one selection";
        "And", "Or", "Xor", "Not", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "BitwiseNot" => Node(elementwise::logic), "one `and`";
        "IsNaN", "IsInf" => Node(elementwise::is_nan), "one comparison";
        "Gelu", "HardSwish", "HardSigmoid", "Softplus", "Mish", "LeakyRelu", "Swish" => Node(elementwise::activation), "the block of that name";
        "SwiGLU" => Node(elementwise::gated), "the block `silu`, and a multiplication";
        "Elu", "Selu", "Celu" => Node(elementwise::exponential), "the block `elu`, and what is multiplied by other numbers than 1";
        "PRelu", "ThresholdedRelu", "Shrink", "Softsign", "Mod" => Node(elementwise::counted), "a few steps for each element";
        "CumProd" => Node(reduce::running_product), "one multiplication for each element";
        "CumSum" => Node(reduce::running_sum), "one addition for each element";
        "ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp", "ReduceProd" => Node(reduce::reduce), "one step for each element, and what is done with the sum";
        "ArgMax", "ArgMin" => Node(reduce::arg), "one comparison for each element";
        "TopK" => Node(reduce::top), "k comparisons for each element";
        "MaxPool", "AveragePool", "LpPool" => Node(pool::pool), "the window for each place, padding in full";
        "GlobalAveragePool", "GlobalMaxPool" => Node(pool::global), "one step for each element";
        "MaxUnpool" => Node(pool::unpool), "nothing";
        "AffineGrid" => Node(sampling::affine), "products, summed";
        "GridSample" => Node(sampling::grid), "the factors of each place from its coordinates; nothing more, or the products of an interpolation";
        "Resize", "Upsample" => Node(pool::resize), "nothing, or the products of an interpolation";
        "Softmax", "LogSoftmax" => Node(norm::softmax), "the block of that name";
        "Hardmax" => Node(norm::hardmax), "two comparisons for each element";
        "NegativeLogLikelihoodLoss" => Node(loss::negative_log_likelihood), "a negation for each target, its weight, sums";
        "SoftmaxCrossEntropyLoss" => Node(loss::cross_entropy), "the block `log-softmax`, a negation for each target, its weight, sums";
        "LayerNormalization" => Node(norm::layer), "the block `layer-norm`";
        "RMSNormalization", "SimplifiedLayerNormalization" => Node(norm::rms), "the block `rms-norm`";
        "BatchNormalization" => Node(norm::batch), "a gain and a shift; nothing behind a product with weights";
        "GroupNormalization", "InstanceNormalization" => Node(norm::group), "the block `layer-norm` over each group, a gain and a shift";
        "LpNormalization" => Node(norm::lp), "squares, their sum, a root, divisions";
        "MeanVarianceNormalization" => Node(norm::mean_variance), "means, a root, divisions";
        "LRN" => Node(norm::local), "squares over a window, a power of their sum";
        "QuantizeLinear" => Node(quantised::quantise), "mul, round, two comparisons";
        "DequantizeLinear" => Node(quantised::dequantise), "mul; nothing before a product of whole numbers";
        "DynamicQuantizeLinear" => Node(quantised::dynamic), "two comparisons for the range; div, round, add, two comparisons";
        "MatMulInteger" => Node(quantised::matmul_integer), "products in int8, sums in int32";
        "ConvInteger" => Node(quantised::conv_integer), "products in int8, sums in int32";
        "QLinearMatMul" => Node(quantised::qlinear_matmul), "products in int8, sums in int32; mul, round, two comparisons";
        "QLinearConv" => Node(quantised::qlinear_conv), "products in int8, sums in int32; mul, round, two comparisons";
        "RotaryEmbedding" => Node(microsoft_attention::rotary), "the block `rotary`";
        "OneHot" => Node(gather::one_hot), "one comparison";
        "Reshape" => Node(layout::reshape), "nothing";
        "Flatten" => Node(layout::flatten), "nothing";
        "Squeeze" => Node(layout::squeeze), "nothing";
        "Unsqueeze" => Node(layout::unsqueeze), "nothing";
        "Transpose" => Node(layout::transpose), "nothing";
        "Expand" => Node(layout::expand), "nothing";
        "Tile" => Node(layout::tile), "nothing";
        "Concat" => Node(concat::concat), "nothing";
        "Split" => Node(concat::split), "nothing";
        "Slice" => Node(slice::slice), "nothing";
        "Gather" => Node(gather::gather), "nothing";
        "GatherElements" => Node(gather::elements), "nothing";
        "GatherND" => Node(gather::parts), "nothing";
        "ScatterElements", "ScatterND", "Scatter" => Node(gather::scatter), "nothing; with a reduction one step for each element scattered";
        "Compress" => Node(gather::compress), "nothing";
        "NonZero" => Node(gather::non_zero), "nothing where known before; else listed as left out";
        "Pad" => Node(concat::pad), "nothing";
        "CenterCropPad" => Node(slice::centred), "nothing";
        "DepthToSpace", "SpaceToDepth" => Node(layout::space), "nothing";
        "Trilu" => Node(layout::triangle), "nothing";
        "TensorScatter" => Node(gather::cached), "nothing";
        "ReverseSequence" => Node(layout::same), "nothing";
        "BitCast" => Node(elementwise::reinterpreted), "nothing";
        "Cast", "CastLike" => Node(elementwise::cast), "nothing";
        "Identity", "Dropout" => Node(layout::identity), "nothing";
        "Shape" => Node(shape::shape), "nothing";
        "Size" => Node(shape::size), "nothing";
        "Range" => Node(shape::range), "nothing";
        "ConstantOfShape" => Node(shape::filled), "nothing";
        "EyeLike" => Node(shape::eye), "nothing";
        "SplitToSequence" => Node(sequence::split), "nothing";
        "SequenceConstruct" => Node(sequence::construct), "nothing";
        "SequenceEmpty" => Node(sequence::empty), "nothing";
        "SequenceInsert" => Node(sequence::insert), "nothing";
        "SequenceErase" => Node(sequence::erase), "nothing";
        "SequenceAt" => Node(sequence::at), "nothing";
        "SequenceLength" => Node(sequence::length), "nothing";
        "ConcatFromSequence" => Node(sequence::joined), "nothing";
        "SequenceMap" => Graph(mapped::map), "its body for each tensor of the sequence";
        "Optional", "OptionalGetElement" => Node(sequence::given), "nothing";
        "OptionalHasElement" => Node(sequence::is_given), "nothing";
        "Col2Im" => Node(window::overlapped), "an addition for each element of the columns";
        "Constant" => Graph(control::constant), "nothing";
        "If" => Graph(control::branch), "the branch that is taken; listed as left out, with the MACs of both, where only data tells which";
        "Loop" => Graph(control::repeated), "its body for each turn; listed as left out, with the MACs of a turn, where only data tells how many";
        "Scan" => Graph(control::scanned), "its body for each slice; listed as left out where their number is a dim that is not set";
    }
    "ai.onnx.preview": {
        "FlexAttention" => Graph(flex::attention), "two products around a softmax, and what its graphs compute";
    }
    "ai.onnx.ml": {
        "LinearRegressor", "LinearClassifier" => Node(ml::linear), "products, summed, with a bias; one comparison for each class";
        "Scaler" => Node(ml::scaler), "sub and mul, where they change anything";
        "Normalizer" => Node(ml::normalizer), "the size of each row, divisions";
        "Binarizer" => Node(ml::binarizer), "one comparison";
        "Imputer" => Node(ml::imputer), "one comparison and one selection";
        "OneHotEncoder" => Node(ml::one_hot), "one comparison for each category";
        "LabelEncoder", "CategoryMapper", "ZipMap" => Node(ml::looked_up), "nothing";
        "ArrayFeatureExtractor" => Node(ml::extracted), "nothing";
        "FeatureVectorizer" => Node(ml::joined), "nothing";
        "TreeEnsembleRegressor", "TreeEnsembleClassifier" => Node(trees::in_lists), "the comparisons on the longest way through each tree, sums of the leaves; one comparison for each class";
        "TreeEnsemble" => Node(trees::by_roots), "the comparisons on the longest way through each tree, sums of the leaves";
        "SVMRegressor" => Node(support_vectors::regressor), "a kernel with every support vector, products of these, summed";
        "SVMClassifier" => Node(support_vectors::classifier), "a kernel with every support vector, products of these, summed; votes";
    }
    "com.microsoft": {
        "Attention" => Node(microsoft_attention::attention), "projections, two products around a softmax";
        "PackedAttention" => Node(packed::rows), "projections, two products around a softmax";
        "QAttention" => Node(packed::quantised), "projections in int8, two products around a softmax";
        "PackedMultiHeadAttention" => Node(packed::heads), "two products around a softmax";
        "DecoderMaskedMultiHeadAttention" => Node(packed::step), "two products around a softmax";
        "MultiHeadAttention" => Node(microsoft_attention::multi_head), "two products around a softmax";
        "GroupQueryAttention" => Node(microsoft_attention::group_query), "two products around a softmax";
        "RotaryEmbedding" => Node(microsoft_attention::rotary), "the block `rotary`";
        "SkipLayerNormalization", "SkipSimplifiedLayerNormalization" => Node(microsoft::skip_norm), "a sum and its normalisation";
        "SimplifiedLayerNormalization" => Node(norm::rms), "the block `rms-norm`";
        "EmbedLayerNormalization" => Node(microsoft::embed), "sums of rows and their normalisation";
        "GroupNorm", "SkipGroupNorm" => Node(microsoft::group_norm), "sums, the block `layer-norm` over each group, a gain and a shift, the block `silu`";
        "BiasAdd" => Node(microsoft::bias_add), "two additions";
        "BiasSplitGelu" => Node(microsoft::bias_split), "a bias, the activation of one half, a multiplication by the other";
        "BiasGelu", "FastGelu" => Node(microsoft::bias_gelu), "a bias and the activation";
        "Gelu", "QuickGelu" => Node(elementwise::activation), "the block of that name";
        "FusedMatMul", "TransposeMatMul" => Node(microsoft::matmul), "products, summed";
        "FusedGemm", "FusedConv" => Node(microsoft::activated), "products, summed, and the activation";
        "MoE" => Node(experts::experts), "the experts that a token takes: products, the activation, products, summed by their shares";
        "QMoE" => Node(experts::of_few_bits), "the experts that a token takes: products, the activation, products, summed by their shares";
        "NhwcConv" => Node(microsoft::channels_last), "products, summed, padding in full";
        "MatMulNBits", "MatMulBnb4" => Node(quantised::nbits), "products, summed";
        "GatherBlockQuantized" => Node(gather::of_blocks), "mul, and sub where there are zero points";
        "DynamicQuantizeLSTM" => Node(recurrent::quantised), "the products of every step in int8, its gates as those of `LSTM`";
        "DynamicQuantizeMatMul", "MatMulIntegerToFloat" => Node(microsoft::dynamic_matmul), "products in int8, sums in int32; mul";
        "QLinearAdd", "QLinearMul" => Node(quantised::qlinear_binary), "to fractions, one step, and back";
        "QGemm" => Node(quantised::qgemm), "products in int8, sums in int32; mul, round, two comparisons";
        "QLinearSoftmax", "QLinearLeakyRelu", "QLinearSigmoid", "QLinearGlobalAveragePool" => Node(quantised::qlinear_unary), "to fractions, the function, and back";
        "QLinearConcat" => Node(quantised::qlinear_concat), "nothing";
        "QuantizeLinear" => Node(quantised::quantise), "mul, round, two comparisons";
        "DequantizeLinear" => Node(quantised::dequantise), "mul; nothing before a product of whole numbers";
    }
    "qonnx.custom_op.general": {
        "Quant", "IntQuant" => Node(qonnx::quant), "mul, round, two comparisons; one comparison for one signed bit; mul, but not before a product of whole numbers";
        "BipolarQuant" => Node(qonnx::bipolar), "one comparison; mul, but not before a product of whole numbers";
        "Trunc" => Node(qonnx::trunc), "a shift; two comparisons in version 2; mul, but not before a product of whole numbers";
        "MultiThreshold" => Node(qonnx::thresholds), "a comparison for each threshold and additions of what they give; mul, but not before a product of whole numbers";
        "XnorPopcountMatMul" => Node(qonnx::xnor), "xnor, and a count of bits";
    }
};

/// Domains whose operators are those of another.
const SAME: [(&str, &str); 3] = [
    ("ai.onnx", ""),
    ("onnx.brevitas", "qonnx.custom_op.general"),
    ("finn.custom_op.general", "qonnx.custom_op.general"),
];

/// All operators by domain and name.
static KNOWN: LazyLock<FastMap<(&str, &str), &Operator>> = LazyLock::new(|| {
    let all = OPERATORS.iter();
    all.map(|operator| ((operator.domain, operator.name), operator))
        .collect()
});

/// What is known of the operator of this domain and name.
pub(super) fn find(domain: &str, name: &str) -> Option<Known> {
    let same = SAME.iter().find(|(other, _)| *other == domain);
    let domain = same.map_or(domain, |(_, domain)| *domain);
    let found = KNOWN.get(&(domain, name))?;
    Some(Known {
        handler: &found.handler,
        moves: found.counted == "nothing",
    })
}
