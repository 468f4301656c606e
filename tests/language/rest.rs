//! `...` in notations and in the inputs of blocks.

use picojoule::graph::OpKind;
use picojoule::primitive::Primitive::{Add, Compare, Exp, Mul};
use proptest::prelude::*;

use super::*;

/// a = 2, b = 3, c = 4, d = 5, e = 7.
const DIMS: &str = "a = 2, b = 3, c = 4, d = 5, e = 7";

fn einsum(inputs: &str, notation: &str, operands: &str) -> Counted {
    form("einsum", inputs, notation, operands)
}

fn form(form: &str, inputs: &str, notation: &str, operands: &str) -> Counted {
    let op = format!("[[op]]\nname = \"o\"\n{form} = \"{notation}\"\ninputs = [{operands}]\n");
    of(&text(inputs, DIMS, &op))
}

#[test]
fn a_linear_layer_for_tensors_of_any_rank() {
    let notation = "... d, d e -> ... e";
    // d·e = 35 products and sums for every combination of the axes before d.
    for (x, result, rows) in [("d", "e", 1), ("a d", "a e", 2), ("a b c d", "a b c e", 24)] {
        let inputs = format!("x = \"{x}\"");
        let found = einsum(&inputs, notation, "\"x\", { weight = \"d e\" }");
        assert_counts(&found, &[(Mul, rows * 35), (Add, rows * 35)]);
        assert_eq!(shape(&found, "o"), result);
    }
}

#[test]
fn what_the_result_lacks_is_summed() {
    // The last axis of [a, b, d]: 2·3·5 = 30 additions, 2·3 results.
    let found = einsum("x = \"a b d\"", "... d -> ...", "\"x\"");
    assert_counts(&found, &[(Add, 30)]);
    assert_eq!(shape(&found, "o"), "a b");
    // All axes but the last.
    let found = einsum("x = \"a b d\"", "... d -> d", "\"x\"");
    assert_counts(&found, &[(Add, 30)]);
    assert_eq!(shape(&found, "o"), "d");
    // None at all: nothing is summed, the tensor stays what it is.
    let found = einsum("x = \"d\"", "... d -> d", "\"x\"");
    assert_counts(&found, &[]);
    // Every axis: one number is left.
    let found = einsum("x = \"a b d\"", "... ->", "\"x\"");
    assert_counts(&found, &[(Add, 30)]);
    assert_eq!(shape(&found, "o"), "");
}

#[test]
fn the_axes_may_stand_anywhere() {
    // Channels first: c·... with a gain for each of a = 2 channels.
    let found = einsum(
        "x = \"b a c d\"",
        "b a ..., a -> b a ...",
        "\"x\", { weight = \"a\" }",
    );
    assert_counts(&found, &[(Mul, 2 * 3 * 4 * 5)]);
    assert_eq!(shape(&found, "o"), "b a c d");
    let found = einsum("x = \"a b c d\"", "a ... d -> d ... a", "\"x\"");
    assert_counts(&found, &[]);
    assert_eq!(shape(&found, "o"), "d b c a");
    // The same axes in both operands: [a, b, c] times [a, b, d] over a and b.
    let found = einsum(
        "x = \"a b c\", y = \"a b d\"",
        "... c, ... d -> ... c d",
        "\"x\", \"y\"",
    );
    assert_counts(&found, &[(Mul, 2 * 3 * 4 * 5)]);
    assert_eq!(shape(&found, "o"), "a b c d");
    // Split axes beside it.
    let found = einsum("x = \"b c (2 * e)\"", "... (e k) -> ... k e", "\"x\"");
    assert_eq!(shape(&found, "o"), "b c 2 e");
}

#[test]
fn moves_take_it_too() {
    let found = form(
        "concat",
        "x = \"a b c\", y = \"a b d\"",
        "... c, ... d -> ... (c + d)",
        "\"x\", \"y\"",
    );
    assert_counts(&found, &[]);
    assert_eq!(shape(&found, "o"), "a b c + d");
    let found = form(
        "gather",
        "i = \"a b\"",
        "..., e d -> ... d",
        "\"i\", { weight = \"e d\" }",
    );
    assert_eq!(shape(&found, "o"), "a b d");
    let found = form("index", "x = \"a b d\"", "... d -> ...", "\"x\"");
    assert_eq!(shape(&found, "o"), "a b");
    let found = form("index", "x = \"a b d\"", "... d -> d", "\"x\"");
    assert_eq!(shape(&found, "o"), "d");
}

#[test]
fn drawings_show_what_was_written() {
    let found = einsum("x = \"a b d\"", "... d -> ...", "\"x\"");
    let texts: Vec<&str> = (found.graph.iter())
        .filter_map(|(_, op)| match &op.kind {
            OpKind::Einsum(einsum) => Some(einsum.text.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(texts, ["... d -> ..."]);
}

/// exp of everything, the largest of every row, and the number of columns.
const ROWS: &str = "name = \"rows\"\ninputs = { x = \"... w\", bias = \"...\" }\n\
    [[op]]\nname = \"exps\"\napply = \"exp(x)\"\n\
    [[op]]\nname = \"top\"\neinsum = \"... w -> ...\"\nreduce = \"max\"\ninputs = [\"exps\"]\n\
    [[op]]\nname = \"o\"\napply = \"top * w + bias\"\n";

#[test]
fn a_block_takes_what_its_caller_gives() {
    let blocks = Blocks::shipped().with("rows", ROWS);
    for (x, bias, rows) in [("d", "", 1), ("a d", "a", 2), ("a b c d", "1 1 c", 24)] {
        let call = "[[op]]\nname = \"call\"\nblock = \"rows\"\ninputs = [\"x\", \"y\"]\n";
        let inputs = format!("x = \"{x}\", y = \"{bias}\"");
        let model = model_with(&text(&inputs, DIMS, call), &blocks);
        let found = counted(&model, "m", &set::<u8>(&[]));
        // Rows of d = 5: 5 exponentials and 5 comparisons, then one product
        // with w = d and one addition for each row. The bias has axes of its own.
        assert_counts(
            &found,
            &[
                (Exp, 5 * rows),
                (Compare, 5 * rows),
                (Mul, rows),
                (Add, rows),
            ],
        );
    }
}

proptest! {
    #![proptest_config(cases(24))]

    /// `...` counts what the axes that it stands for would count by name.
    #[test]
    fn the_same_as_by_name(rank in 0..4_usize, notation in 0..5_usize) {
        let by_rest = [
            "... d, d e -> ... e", "... d, d e -> ... d", "... d, d e -> e ...",
            "... d, d e -> d e", "... d, d e -> ... d e",
        ][notation];
        let names = ["a", "b", "c"][..rank].join(" ");
        let inputs = format!("x = \"{names} d\"");
        let operands = "\"x\", { weight = \"d e\" }";
        let open = einsum(&inputs, by_rest, operands);
        let named = einsum(&inputs, &by_rest.replace("...", &names), operands);
        prop_assert_eq!(totals(&open), totals(&named));
        prop_assert_eq!(shape(&open, "o"), shape(&named, "o"));
        prop_assert_eq!(&open.macs, &named.macs);
    }
}
