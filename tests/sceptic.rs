//! Small models made to catch the census out, each with its count by hand.
//!
//! A test that is ignored states what is right by hand and is not yet so.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::*;
use picojoule::census::DotAdds;
use picojoule::graph::{Unfold, lower};
use picojoule::primitive::Primitive::{
    Abs, Add, And, Compare, Exp, Mul, Negate, Popcount, Select, Shift, Sub, Xnor,
};

fn census_with(text: &str, blocks: &Blocks, dot_adds: DotAdds) -> Counts {
    let model = model_with(text, blocks);
    totals(&counted_by(&model, "m", &set::<u8>(&[]), dot_adds))
}

fn census(text: &str) -> Counts {
    census_with(text, &Blocks::shipped(), DotAdds::K)
}

// ---------------------------------------------------------------------------
// Ops that are one, and ops that only look like one
// ---------------------------------------------------------------------------

#[test]
fn the_same_op_on_the_same_tensor_is_done_once() {
    // x > 0 twice is one comparison for each of 4 elements.
    let text = "name = \"m\"\ninputs = { x = \"4\" }\n\
        [[op]]\nname = \"a\"\napply = \"x > 0\"\n\
        [[op]]\nname = \"b\"\napply = \"x > 0\"\n\
        [[op]]\nname = \"c\"\napply = \"a + b\"\n";
    assert_eq!(census(text), counts(&[(Compare, 4), (Add, 4)]));
}

#[test]
fn the_same_op_on_another_tensor_or_with_another_weight_is_another() {
    // Two comparisons (of x and of y) and two products of 4·4 with weights of their own.
    let text = "name = \"m\"\ninputs = { x = \"4\", y = \"4\" }\n\
        [[op]]\nname = \"a\"\napply = \"x > 0\"\n\
        [[op]]\nname = \"b\"\napply = \"y > 0\"\n\
        [[op]]\nname = \"c\"\neinsum = \"d, d e -> e\"\ninputs = [\"x\", { weight = \"4 4\" }]\n\
        [[op]]\nname = \"d\"\neinsum = \"d, d e -> e\"\ninputs = [\"x\", { weight = \"4 4\" }]\n";
    assert_eq!(census(text), counts(&[(Compare, 8), (Mul, 32), (Add, 32)]));
}

#[test]
fn which_operand_is_which_matters() {
    // x − y and y − x are two ops, whatever the operands are called.
    let text = "name = \"m\"\ninputs = { x = \"4\", y = \"4\" }\n\
        [[op]]\nname = \"a\"\napply = \"x - y\"\n\
        [[op]]\nname = \"b\"\napply = \"y - x\"\n\
        [[op]]\nname = \"c\"\napply = \"a * b\"\n";
    // As formulas both are "#0 - #1": the operands tell them apart.
    assert_eq!(census(text), counts(&[(Sub, 8), (Mul, 4)]));
}

#[test]

fn one_formula_with_two_numbers_is_two_ops() {
    // A block compares with its parameter t. Called with 1 and with 2 on the
    // same tensor it makes different bits: 2·4 comparisons.
    let block = "name = \"above\"\ninputs = { x = \"d\" }\nneeds = [\"t\"]\n\
        [[op]]\nname = \"bits\"\napply = \"x > t\"\n";
    let text = "name = \"m\"\ninputs = { x = \"4\" }\n\
        [[op]]\nname = \"a\"\nblock = \"above\"\nwith = { t = 1 }\ninputs = [\"x\"]\n\
        [[op]]\nname = \"b\"\nblock = \"above\"\nwith = { t = 2 }\ninputs = [\"x\"]\n\
        [[op]]\nname = \"c\"\napply = \"a - b\"\n";
    let blocks = Blocks::shipped().with("above", block);
    assert_eq!(
        census_with(text, &blocks, DotAdds::K),
        counts(&[(Compare, 8), (Sub, 4)])
    );
}

#[test]

fn lists_of_primitives_are_not_known_to_be_one() {
    // A list says how much is done and not what: two of them on one tensor (a
    // table of sines, a table of cosines) are two ops, 2·4 multiplications.
    let text = "name = \"m\"\ninputs = { x = \"4\" }\n\
        [[op]]\nname = \"sine\"\nper_element = { mul = 1 }\ninputs = [\"x\"]\n\
        [[op]]\nname = \"cosine\"\nper_element = { mul = 1 }\ninputs = [\"x\"]\n\
        [[op]]\nname = \"both\"\napply = \"sine + cosine\"\n";
    assert_eq!(census(text), counts(&[(Mul, 8), (Add, 4)]));
}

#[test]

fn two_biases_are_two_ops() {
    // Two sums of the same row with biases of their own: 2·4 additions.
    let text = "name = \"m\"\ninputs = { x = \"4\" }\n\
        [[op]]\nname = \"a\"\neinsum = \"d -> \"\ninputs = [\"x\"]\nbias = true\n\
        [[op]]\nname = \"b\"\neinsum = \"d -> \"\ninputs = [\"x\"]\nbias = true\n\
        [[op]]\nname = \"c\"\napply = \"a * b\"\n";
    assert_eq!(census(text), counts(&[(Add, 8), (Mul, 1)]));
}

#[test]

fn rows_and_columns_are_not_one_tensor() {
    // One row and one column of a square of 4·4, and the exponential of either:
    // 8, though both have 4 elements and come from the same square.
    let text = "name = \"m\"\ninputs = { x = \"4 4\" }\n\
        [[op]]\nname = \"row\"\nindex = \"r c -> c\"\ninputs = [\"x\"]\n\
        [[op]]\nname = \"column\"\nindex = \"r c -> r\"\ninputs = [\"x\"]\n\
        [[op]]\nname = \"a\"\napply = \"exp(row)\"\n\
        [[op]]\nname = \"b\"\napply = \"exp(column)\"\n\
        [[op]]\nname = \"c\"\napply = \"a + b\"\n";
    assert_eq!(census(text), counts(&[(Exp, 8), (Add, 4)]));
}

#[test]
fn an_op_that_is_shared_is_counted_where_it_first_stands() {
    // 4 comparisons under `first`, none under `second`: the sum is right, but a
    // stage may look cheap because another one has done its work.
    let text = "name = \"m\"\ninputs = { x = \"4\" }\n\
        [[op]]\nname = \"a\"\nstage = \"first\"\napply = \"x > 0\"\n\
        [[op]]\nname = \"b\"\nstage = \"second\"\napply = \"x > 0\"\n\
        [[op]]\nname = \"c\"\nstage = \"third\"\napply = \"a + b\"\n";
    let stages = by_stage(&counted(&model(text), "m", &set::<u8>(&[])));
    assert_eq!(stages["first"], counts(&[(Compare, 4)]));
    assert!(!stages.contains_key("second"));
}

// ---------------------------------------------------------------------------
// Skipped zeros
// ---------------------------------------------------------------------------

#[test]

fn fewer_ones_than_outputs_never_save_more_than_there_is() {
    // 8 rows of 4 bits, one bit set in every second row: 4 of 32, ρ = 1/8. With
    // k − 1 additions a row with one bit set takes none, and a row without any
    // takes none: 0 in all, and certainly not 32/8 − 8 = −4.
    let text = "name = \"m\"\ninputs = { x = { shape = \"8 4\", domain = \"binary\", density = 0.125 } }\n\
        [[op]]\nname = \"y\"\neinsum = \"n d, d -> n\"\ninputs = [\"x\", { weight = \"4\" }]\n";
    let found = census_with(text, &Blocks::shipped(), DotAdds::KMinusOne);
    assert!(found.values().all(|count| *count >= whole(0)), "{found:?}");
}

#[test]

fn a_distance_to_zero_is_not_nothing() {
    // Σ|x − y| over 8 columns, half of x being 0: |0 − y| = |y| must still be
    // added. Only 4 subtractions can be saved: 4 sub, 8 abs, 8 add.
    let text = "name = \"m\"\ninputs = { x = { shape = \"8\", density = 0.5 }, y = \"8\" }\n\
        [[op]]\nname = \"z\"\neinsum = \"d, d ->\"\nmap = \"abs_diff\"\ninputs = [\"x\", \"y\"]\n";
    let found = census(text);
    assert_eq!(found[&Add], whole(8));
    assert_eq!(found[&Abs], whole(8));
}

// ---------------------------------------------------------------------------
// Biases
// ---------------------------------------------------------------------------

#[test]

fn a_bias_on_a_maximum_is_an_addition() {
    // The largest of 4 in 2 rows, then a bias: 2·4 comparisons (one less in
    // each row where only those between the terms count), 2 additions.
    let text = "name = \"m\"\ninputs = { x = \"2 4\" }\n\
        [[op]]\nname = \"y\"\neinsum = \"n d -> n\"\nreduce = \"max\"\nbias = true\ninputs = [\"x\"]\n";
    assert_eq!(census(text), counts(&[(Compare, 8), (Add, 2)]));
    assert_eq!(
        census_with(text, &Blocks::shipped(), DotAdds::KMinusOne),
        counts(&[(Compare, 6), (Add, 2)])
    );
}

#[test]

fn a_bias_on_a_count_of_bits_is_an_addition() {
    // ±1 by ±1, 4 of each in 2 rows, where only what stands between the terms
    // counts: 8 gates, 2·3 counted bits, and for the bias, which is a number
    // and no bit, 2 additions.
    let text = "name = \"m\"\ninputs = { x = { shape = \"2 4\", domain = \"sign\" } }\n\
        [[op]]\nname = \"y\"\neinsum = \"n d, d -> n\"\nbias = true\n\
        inputs = [\"x\", { weight = \"4\", domain = \"sign\" }]\n";
    assert_eq!(
        census_with(text, &Blocks::shipped(), DotAdds::KMinusOne),
        counts(&[(Xnor, 8), (Popcount, 6), (Add, 2)])
    );
}

#[test]

fn a_bias_is_there_or_it_is_not() {
    // With −5 biases a sum of 4 terms would take 4 − 1 − 5 = −2 additions. Such
    // a model is refused, not counted.
    let text = "name = \"m\"\ninputs = { x = \"1 4\" }\n\
        [[op]]\nname = \"y\"\neinsum = \"n d -> n\"\nbias = -5\ninputs = [\"x\"]\n";
    assert!(lower(&model(text), "m", &[], Unfold::No).is_err());
}

// ---------------------------------------------------------------------------
// Products by domain, once more
// ---------------------------------------------------------------------------

#[test]

fn a_trit_without_a_sum_costs_the_same_in_both_notations() {
    // 4 products of a trit and a number with no adder behind them: selected,
    // then negated, written as a formula or as an einsum.
    let inputs =
        "name = \"m\"\ninputs = { x = { shape = \"4\", domain = \"ternary\" }, y = \"4\" }\n";
    let formula = format!("{inputs}[[op]]\nname = \"z\"\napply = \"x * y\"\n");
    let einsum =
        format!("{inputs}[[op]]\nname = \"z\"\neinsum = \"d, d -> d\"\ninputs = [\"x\", \"y\"]\n");
    assert_eq!(census(&formula), counts(&[(Select, 4), (Negate, 4)]));
    assert_eq!(census(&einsum), census(&formula));
}

#[test]

fn a_product_with_a_bit_is_a_selection_under_any_reduction() {
    // The largest of 4 numbers that a mask leaves: 4 selections, 4 comparisons.
    let text = "name = \"m\"\ninputs = { mask = { shape = \"4\", domain = \"binary\" }, x = \"4\" }\n\
        [[op]]\nname = \"z\"\neinsum = \"d, d ->\"\nreduce = \"max\"\ninputs = [\"mask\", \"x\"]\n";
    assert_eq!(census(text), counts(&[(Select, 4), (Compare, 4)]));
}

/// Four values made from x by `ops` as `y`, then summed with four weights.
fn product_after(input: &str, ops: &str) -> Counts {
    census(&format!(
        "name = \"m\"\ninputs = {{ x = {{ shape = \"4\", domain = \"{input}\" }} }}\n{ops}\
         [[op]]\nname = \"z\"\neinsum = \"d, d ->\"\ninputs = [\"y\", {{ weight = \"4\" }}]\n"
    ))
}

#[test]

fn clipping_whole_numbers_leaves_the_ends() {
    // Whole numbers between −0.4 and 0.4 are −0.4, 0 or 0.4: trits times 0.4,
    // which multiplies their one sum.
    let clip = "[[op]]\nname = \"y\"\napply = \"clip(x, -0.4, 0.4)\"\n";
    assert_eq!(
        product_after("integer", clip),
        counts(&[(Compare, 8), (Select, 4), (Add, 4), (Mul, 1)])
    );
    // Between −1 and 1 they are trits.
    let clip = "[[op]]\nname = \"y\"\napply = \"clip(x, -1, 1)\"\n";
    assert_eq!(
        product_after("integer", clip),
        counts(&[(Compare, 8), (Select, 4), (Add, 4)])
    );
}

#[test]

fn clipping_between_ends_in_the_wrong_order() {
    // min(max(x, 9), 5) is always 5, and not a bit: 4 products.
    let clip = "[[op]]\nname = \"y\"\napply = \"round(clip(x, 9, 5))\"\n";
    let found = product_after("real", clip);
    assert_eq!(found.get(&Mul), Some(&whole(4)), "{found:?}");
}

#[test]

fn bits_with_a_bias_are_bits_no_more() {
    // Rearranged, and a number added to each of them: 4 additions, then 4
    // products with what may be any number.
    let biased = "[[op]]\nname = \"y\"\neinsum = \"d -> d\"\nbias = true\ninputs = [\"x\"]\n";
    assert_eq!(
        product_after("binary", biased),
        counts(&[(Add, 4), (Mul, 4), (Add, 4)])
    );
}

#[test]

fn the_negative_of_a_power_of_two_is_one() {
    // ±2^k with its sign changed: 4 shifts in the sum.
    let negative = "[[op]]\nname = \"y\"\napply = \"-x\"\n";
    assert_eq!(
        product_after("power-of-two", negative),
        counts(&[(Negate, 4), (Shift, 4), (Add, 4)])
    );
}

#[test]

fn bits_of_bits_are_bits_in_both_notations() {
    // A gate on two bits gives a bit: 4 gates, 4 selections, 4 additions.
    let formula = "[[op]]\nname = \"y\"\napply = \"x * x\"\n";
    let einsum = "[[op]]\nname = \"y\"\neinsum = \"d, d -> d\"\ninputs = [\"x\", \"x\"]\n";
    let expected = counts(&[(And, 4), (Select, 4), (Add, 4)]);
    assert_eq!(product_after("binary", formula), expected);
    assert_eq!(product_after("binary", einsum), expected);
}

// ---------------------------------------------------------------------------
// Parameters
// ---------------------------------------------------------------------------

fn parameters_with(text: &str, blocks: &Blocks) -> num_rational::BigRational {
    parameters(&counted(&model_with(text, blocks), "m", &set::<u8>(&[])))
}

#[test]

fn what_is_switched_off_has_no_weights() {
    // A projection of 4·4 that is off: no product, and no weight either.
    let text = "name = \"m\"\ninputs = { x = \"4\" }\n\
        [[op]]\nname = \"y\"\nwhen = 0\neinsum = \"d, d e -> e\"\ninputs = [\"x\", { weight = \"4 4\" }]\n\
        [[op]]\nname = \"z\"\napply = \"abs(y)\"\n";
    assert_eq!(census(text), counts(&[(Abs, 4)]));
    assert_eq!(parameters_with(text, &Blocks::shipped()), whole(0));
}

#[test]

fn weights_are_there_however_often_they_are_used() {
    // A block with 4·4 weights that runs half of the time, or three times, has
    // 16 of them. (Repeated, it has its own each time: 3·16.)
    let block = "name = \"dense\"\ninputs = { x = \"d\" }\n\
        [[op]]\nname = \"y\"\neinsum = \"d, d e -> e\"\ninputs = [\"x\", { weight = \"d d\" }]\n";
    let blocks = Blocks::shipped().with("dense", block);
    let text = |how: &str| {
        format!(
            "name = \"m\"\ninputs = {{ x = \"4\" }}\n[[op]]\nname = \"y\"\nblock = \"dense\"\n{how}\ninputs = [\"x\"]\n"
        )
    };
    assert_eq!(parameters_with(&text("repeat = 3"), &blocks), whole(48));
    assert_eq!(parameters_with(&text("times = 0.5"), &blocks), whole(16));
    assert_eq!(parameters_with(&text("times = 3"), &blocks), whole(16));
}

#[test]

fn a_larger_batch_has_no_more_weights() {
    let model = shipped("vit-b-16");
    let one = counted(&model, "vanilla", &set(&[("b", 1)]));
    let many = counted(&model, "vanilla", &set(&[("b", 8)]));
    assert_eq!(parameters(&one), parameters(&many));
}

// ---------------------------------------------------------------------------
// Names
// ---------------------------------------------------------------------------

#[test]

fn an_axis_that_stands_nowhere_is_a_mistake() {
    // `axes` names an axis that the notation lacks: a slip of the pen that must
    // not multiply 2·3 products by 5.
    let text = "name = \"m\"\ninputs = { x = \"2 3\", y = \"3\" }\n\
        [[op]]\nname = \"z\"\neinsum = \"n d, d -> n d\"\naxes = { r = 5 }\ninputs = [\"x\", \"y\"]\n";
    match lower(&model(text), "m", &[], Unfold::No) {
        Err(_) => {}
        Ok(_) => assert_eq!(census(text), counts(&[(Mul, 6)])),
    }
}

#[test]

fn a_window_stays_inside_its_input() {
    // Ten windows of 3 do not fit into 5 numbers: 5 − 3 + 1 = 3 do. A dim that
    // happens to be called like the axis must not make them fit.
    let text = "name = \"m\"\ninputs = { x = \"5\" }\n[dims]\ny = 10\n\
        [[op]]\nname = \"z\"\neinsum = \"(y + k), k -> y\"\ninputs = [\"x\", { weight = \"3\" }]\n";
    assert!(lower(&model(text), "m", &[], Unfold::No).is_err());
}

#[test]

fn a_dim_of_the_model_is_no_parameter_of_a_block_by_chance() {
    // One attention layer whose model happens to have a dim `width` for
    // something else (pixels). d = 8, h = 2, n = 3: q takes 3·8·8 = 192
    // products, not 3·8·(2·100).
    let text = "name = \"m\"\ninputs = { x = \"b n d\" }\n[dims]\nb = 1\nn = 3\nd = 8\nh = 2\nwidth = 100\n\
        [[op]]\nname = \"a\"\nblock = \"vanilla\"\ninputs = [\"x\", \"x\"]\n";
    let found = by_stage(&counted(&model(text), "m", &set::<u8>(&[])));
    assert_eq!(found["q-proj"], counts(&[(Mul, 192), (Add, 192)]));
}

#[test]
fn a_parameter_set_by_hand_reaches_every_block() {
    // E-Att in BERT with f = 4 instead of 12: q has r = 768/4 = 192 columns,
    // 12 layers of 128·768·192 selections.
    let model = shipped("bert-base");
    let found = by_stage(&counted(&model, "e-att", &set(&[("f", 4)])));
    assert_eq!(found["q-proj"][&Select], whole(12 * 128 * 768 * 192_i64));
}

// ---------------------------------------------------------------------------
// One graph folded and unfolded
// ---------------------------------------------------------------------------

#[test]

fn what_every_layer_does_to_the_same_tensor() {
    // Three layers each compare the same memory of 4 with 0, and add it.
    // Whether the bits are made once or in each layer is a convention, but one
    // that must not depend on how the graph is drawn.
    let layer = "name = \"layer\"\ninputs = { x = \"4\", memory = \"4\" }\n\
        [[op]]\nname = \"bits\"\napply = \"memory > 0\"\n\
        [[op]]\nname = \"sum\"\napply = \"x + bits\"\n";
    let text = "name = \"m\"\ninputs = { x = \"4\", memory = \"4\" }\n\
        [[op]]\nname = \"y\"\nblock = \"layer\"\nrepeat = 3\ninputs = [\"x\", \"memory\"]\n";
    let blocks = Blocks::shipped().with("layer", layer);
    let model = model_with(text, &blocks);
    let unfolded = graph(&model, "m", &set::<u8>(&[]), Unfold::Yes);
    let unfolded = picojoule::energy::Counted::new(unfolded, Default::default()).unwrap();
    let folded = counted(&model, "m", &set::<u8>(&[]));
    assert_eq!(totals(&folded), totals(&unfolded));
}
