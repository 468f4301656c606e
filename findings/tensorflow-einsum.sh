#!/usr/bin/env bash
# tensorflow-cpu 2.21.0 with keras 3.15.1, tf.compat.v1.profiler with
# ProfileOptionBuilder.float_operation(), which is what most scripts of Keras users for
# FLOPs call.
#
# Expected: tf.einsum("ij, jk -> ik") of 8 x 4 and 4 x 2 counts the 128 operations of
# tf.matmul, and a MultiHeadAttention of 4 heads of 64 over 256 tokens counts its
# four projections and the two products of attention.
# Seen: einsum counts 0, as the operator Einsum has no entry in the profiler's list.
# Keras makes the projections products of matrices, which count, and the products with
# keys and values Einsums, which do not: 134 million operations for the projections,
# 1.6 million for the softmax and the scale, and nothing for another 67 million.
# Why it matters: the part that is quadratic in the tokens is left out, the very one
# that cheaper attention is about.

set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 2
python3 -m venv venv || exit 2
venv/bin/pip install --quiet tensorflow-cpu==2.21.0 keras==3.15.1 numpy==2.4.6 || exit 2
TF_CPP_MIN_LOG_LEVEL=3 CUDA_VISIBLE_DEVICES= venv/bin/python - 2> errors <<'EOF'
import keras
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2


def count(function, *shapes):
    concrete = tf.function(function).get_concrete_function(*(tf.TensorSpec(shape, tf.float32) for shape in shapes))
    graph = convert_variables_to_constants_v2(concrete).graph if concrete.variables else concrete.graph
    options = tf.compat.v1.profiler.ProfileOptionBuilder.float_operation() | {"output": "none"}
    with graph.as_default():
        found = tf.compat.v1.profiler.profile(graph=graph, cmd="op", options=options)
    return found.total_float_ops


tokens, heads, head = 256, 4, 64
width = heads * head
attention = keras.layers.MultiHeadAttention(heads, head, use_bias=False)
matmul = count(tf.matmul, (8, 4), (4, 2))
einsum = count(lambda a, b: tf.einsum("ij, jk -> ik", a, b), (8, 4), (4, 2))
whole = count(lambda x: attention(x, x), (1, tokens, width))
projections = 4 * 2 * tokens * width * width
products = 2 * 2 * tokens * tokens * width
print(f"matmul {matmul}, einsum {einsum}")
print(f"attention {whole}: projections {projections}, and {whole - projections} of {products} and the softmax")
if (matmul, einsum) != (128, 0) or not 0 < whole - projections < products / 10:
    raise SystemExit("the behaviour has changed")
EOF
status=$?
[ $status = 0 ] || tail -3 errors
exit $status
