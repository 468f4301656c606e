//! The shipped blocks that take tensors of any rank, against counts by hand.

use picojoule::primitive::Primitive::{
    Abs, Add, Compare, Div, Erf, Exp, Log, Mul, Negate, Select, Sqrt, Sub, Tanh,
};

use super::*;

/// `block` for an input of this shape, with b = 2, c = 6, n = 3, d = 5.
fn block(name: &str, shape: &str, with: &str) -> Counted {
    let call = format!(
        "[[op]]\nname = \"call\"\nblock = \"{name}\"\nwith = {{ {with} }}\ninputs = [\"x\"]\n"
    );
    let inputs = format!("x = \"{shape}\"");
    of(&text(&inputs, "b = 2, c = 6, n = 3, d = 5", &call))
}

/// One row, a matrix, and a tensor of four axes, with how many elements each has.
const SHAPES: [(&str, i64); 3] = [("d", 5), ("b d", 10), ("b c n d", 180)];

#[test]
fn activations() {
    // What each takes for one element.
    let each: [(&str, &[(Primitive, i64)]); 13] = [
        ("relu", &[(Compare, 1)]),
        ("relu6", &[(Compare, 2)]),
        // slope·x and the larger of both.
        ("leaky-relu", &[(Mul, 1), (Compare, 1)]),
        // x > 0, exp(x), − 1, the choice.
        ("elu", &[(Compare, 1), (Exp, 1), (Sub, 1), (Select, 1)]),
        // x/2, x/√2, their product; 1 + erf.
        ("gelu", &[(Mul, 3), (Add, 1), (Erf, 1)]),
        // x/2, 0.044715·x³ (three), times √(2/π), the product; two additions.
        ("gelu-tanh", &[(Mul, 6), (Add, 2), (Tanh, 1)]),
        // 1.702·x, its exponential, 1 +, and a division.
        ("quick-gelu", &[(Mul, 1), (Exp, 1), (Add, 1), (Div, 1)]),
        ("silu", &[(Negate, 1), (Exp, 1), (Add, 1), (Div, 1)]),
        ("sigmoid", &[(Negate, 1), (Exp, 1), (Add, 1), (Div, 1)]),
        // x + 3, clipped by two comparisons, times 1/6, times x.
        ("hard-swish", &[(Add, 1), (Compare, 2), (Mul, 2)]),
        ("softplus", &[(Exp, 1), (Add, 1), (Log, 1)]),
        // Softplus, its tanh, and the product.
        ("mish", &[(Exp, 1), (Add, 1), (Log, 1), (Tanh, 1), (Mul, 1)]),
        // Two products and a sum turn an element by its position.
        ("rotary", &[(Mul, 2), (Add, 1)]),
    ];
    for (name, steps) in each {
        for (shape, elements) in SHAPES {
            let all: Vec<(Primitive, i64)> = (steps.iter())
                .map(|(primitive, each)| (*primitive, each * elements))
                .collect();
            assert_eq!(
                totals(&block(name, shape, "")),
                counts(&all),
                "{name} of {shape}"
            );
        }
    }
}

#[test]
fn norms_and_softmax_over_the_last_axis() {
    for (shape, elements) in SHAPES {
        let rows = elements / 5;
        // Per element: maximum, shift and sum, exponential, division.
        assert_counts(
            &block("softmax", shape, ""),
            &[
                (Compare, elements),
                (Add, 2 * elements),
                (Exp, elements),
                (Div, elements),
            ],
        );
        // Per element: maximum, shift, exponential, sum, less the logarithm of
        // the sum, of which there is one per row.
        assert_counts(
            &block("log-softmax", shape, ""),
            &[
                (Compare, elements),
                (Sub, 2 * elements),
                (Exp, elements),
                (Add, elements),
                (Log, rows),
            ],
        );
        // Per element: into the sum; the difference from the mean, once; its
        // square, into the sum; times scale, times gain, plus bias. Per row: two
        // means, ε, the root and its reciprocal.
        let found = block("layer-norm", shape, "");
        assert_counts(
            &found,
            &[
                (Add, 3 * elements + rows),
                (Sub, elements),
                (Mul, 3 * elements + 2 * rows),
                (Sqrt, rows),
                (Div, rows),
            ],
        );
        // A gain and a bias for each of the d = 5 columns.
        assert_eq!(parameters(&found), whole(10));
        // Per element: squared, into the sum, times scale, times gain. Per row:
        // the mean, ε, the root and its reciprocal.
        assert_counts(
            &block("rms-norm", shape, ""),
            &[
                (Mul, 3 * elements + rows),
                (Add, elements + rows),
                (Sqrt, rows),
                (Div, rows),
            ],
        );
    }
}

#[test]
fn feed_forward_layers_of_any_rank() {
    for (shape, elements) in SHAPES {
        let rows = elements / 5;
        // Rows of 5 by 5 × 4 and 4 × 5: 40 products and sums, biases as the
        // first terms; GELU on 4.
        assert_counts(
            &block("mlp", shape, "ffn = 4"),
            &[
                (Mul, (40 + 12) * rows),
                (Add, (40 + 4) * rows),
                (Erf, 4 * rows),
            ],
        );
        // Two projections up, SiLU on 4, their product.
        assert_counts(
            &block("swiglu", shape, "ffn = 4"),
            &[
                (Mul, (60 + 4) * rows),
                (Add, (60 + 4) * rows),
                (Negate, 4 * rows),
                (Exp, 4 * rows),
                (Div, 4 * rows),
            ],
        );
    }
}

#[test]
fn batch_norm_is_a_gain_and_a_bias_for_each_channel() {
    for (shape, elements) in [("b c", 12), ("b c n", 36), ("b c n d", 180)] {
        let found = block("batch-norm", shape, "");
        assert_counts(&found, &[(Mul, elements), (Add, elements)]);
        assert_eq!(parameters(&found), whole(12), "{shape}");
    }
}

#[test]
fn group_norm_has_statistics_of_each_group() {
    // b = 2 images of c = 6 channels of n·d = 3·5: 180 elements. Per element as
    // for layer-norm; per group and image two means, ε, root and reciprocal.
    let expected = |groups: i64| {
        let all = 180;
        let statistics = 2 * groups;
        [
            (Add, 3 * all + statistics),
            (Sub, all),
            (Mul, 3 * all + 2 * statistics),
            (Sqrt, statistics),
            (Div, statistics),
        ]
    };
    for groups in [1, 2, 3, 6] {
        let found = block("group-norm", "b c n d", &format!("groups = {groups}"));
        assert_counts(&found, &expected(groups));
        assert_eq!(parameters(&found), whole(12));
    }
    // Every channel for itself.
    let found = block("instance-norm", "b c n d", "");
    assert_counts(&found, &expected(6));
    assert_eq!(parameters(&found), whole(12));
}

#[test]
fn a_slot_takes_any_activation() {
    // |x| of four axes, then what stands in the model's slot.
    for name in ["relu6", "elu", "sigmoid"] {
        let model = text(
            "x = \"b c n d\"",
            "b = 2, c = 6, n = 3, d = 5",
            &format!(
                "[slots]\nact = \"{name}\"\n[[op]]\nname = \"size\"\napply = \"abs(x)\"\n\
                 [[op]]\nname = \"o\"\nslot = \"act\"\ninputs = [\"size\"]\n"
            ),
        );
        let mut expected = totals(&block(name, "b c n d", ""));
        expected.insert(Abs, whole(180));
        assert_eq!(totals(&of(&model)), expected);
    }
}
