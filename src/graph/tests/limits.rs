//! Models that would fill the memory or never end are refused.

use std::fmt::Write;

use super::try_lowered;
use crate::graph::Unfold;

const HEAD: &str = "name = 'm'\ninputs = { x = 'n' }\ndims = { n = 4 }\n";

fn refused(text: &str, blocks: &[(&str, &str)], unfold: Unfold) -> String {
    let problems = try_lowered(text, blocks, unfold).unwrap_err();
    let mistake = problems.iter().next().unwrap();
    assert!(mistake.place().is_some(), "{problems}");
    mistake.message().to_owned()
}

/// A model of `count` ops, each written by `op` from its number and the name
/// of the op before it.
fn chain(head: &str, count: usize, op: impl Fn(usize, &str) -> String) -> String {
    let mut text = head.to_owned();
    let mut last = "x".to_owned();
    for at in 0..count {
        let _ = write!(text, "[[op]]\nname = 'o{at}'\n{}\n", op(at, &last));
        last = format!("o{at}");
    }
    text
}

#[test]
fn blocks_of_blocks_of_blocks() {
    // Forty blocks, each calling the next.
    let blocks: Vec<(String, String)> = (0..40)
        .map(|at| {
            let name = format!("b{at}");
            let text = format!(
                "name = '{name}'\ninputs = {{ x = 'n' }}\n\
                 [[op]]\nname = 'o'\nblock = 'b{}'\ninputs = ['x']\n",
                at + 1
            );
            (name, text)
        })
        .chain([(
            "b40".to_owned(),
            "name = 'b40'\ninputs = { x = 'n' }\n[[op]]\nname = 'o'\napply = 'x + 1'\n".to_owned(),
        )])
        .collect();
    let blocks: Vec<(&str, &str)> = (blocks.iter())
        .map(|(name, text)| (name.as_str(), text.as_str()))
        .collect();
    let text = format!("{HEAD}[[op]]\nname = 'o'\nblock = 'b0'\ninputs = ['x']\n");
    assert_eq!(
        refused(&text, &blocks, Unfold::No),
        "blocks nested more than 32 deep"
    );
}

#[test]
fn a_block_that_repeats_too_often() {
    let head = HEAD.replace("x = 'n'", "x = 'n n n'");
    let text =
        format!("{head}[[op]]\nname = 'o'\nblock = 'relu'\nrepeat = 1000000000\ninputs = ['x']\n");
    assert_eq!(
        refused(&text, &[], Unfold::No),
        "the number of repeats of `o` is 1000000000: above 1000000, the most repeats there can be"
    );
    assert_eq!(
        refused(&text, &[], Unfold::Yes),
        "only from 1 to 10000 repeats can be written out"
    );
}

#[test]
fn a_tensor_that_doubles_and_doubles() {
    let text = chain(HEAD, 60, |_, last| {
        format!("concat = 'a, b -> (a + b)'\ninputs = ['{last}', '{last}']")
    });
    // 4 · 2^48 = 1 125 899 906 842 624 is the first above 10^15.
    assert_eq!(
        refused(&text, &[], Unfold::No),
        "an axis of the result of `o47` is 1125899906842624: longer than 10^15"
    );
}

#[test]
fn a_shape_whose_formula_grows() {
    let head = HEAD.replace("n = 4", "n = 1");
    let text = chain(&head, 20, |_, last| {
        format!("einsum = 'a, b -> (a b)'\ninputs = ['{last}', '{last}']")
    });
    // n^(2^10) is the first exponent above 1000.
    assert_eq!(
        refused(&text, &[], Unfold::No),
        "the formula for the size of `o9` has grown too long, over 400 factors"
    );
}

#[test]
fn a_power_of_a_long_sum() {
    let names: Vec<String> = (0..16).map(|at| format!("s{at}")).collect();
    let params: Vec<String> = names.iter().map(|name| format!("{name} = 1")).collect();
    let text = format!(
        "name = 'm'\ninputs = {{ x = 'n' }}\nparams = {{ {} }}\ndims = {{ n = 4, m = '({})^32' }}\n\
         [[op]]\nname = 'o'\napply = 'x + 1'\n",
        params.join(", "),
        names.join(" + ")
    );
    assert_eq!(
        refused(&text, &[], Unfold::No),
        "the formulas of this model multiply out to more terms than can be worked with"
    );
}

#[test]
fn numbers_that_each_depend_on_the_next() {
    let mut dims = String::new();
    for at in 0..200 {
        let _ = write!(dims, "a{at:03} = 'a{:03} + 1', ", at + 1);
    }
    let text = HEAD.replace("n = 4", &format!("n = 4, {dims} a200 = 1"))
        + "[[op]]\nname = 'o'\napply = 'x + 1'\n";
    assert_eq!(
        refused(&text, &[], Unfold::No),
        "`a100` is one of more than 100 numbers that each depend on the next"
    );
}

#[test]
fn more_inputs_than_an_op_computes_with() {
    let op = |form: &str| {
        let inputs = vec!["'x'"; 1025].join(", ");
        format!("{HEAD}[[op]]\nname = 'o'\n{form}\ninputs = [{inputs}]\n")
    };
    assert_eq!(
        refused(&op("per_element = { add = 1 }"), &[], Unfold::No),
        "`o` has 1025 inputs; an op that computes has at most 1024"
    );
    assert!(try_lowered(&op("reshape = '1025*n'"), &[], Unfold::No).is_ok());
}

#[test]
fn mistakes_are_told_up_to_a_hundred() {
    let text = chain(HEAD, 300, |at, _| format!("apply = 'y{at} + 1'"));
    let problems = try_lowered(&text, &[], Unfold::No).unwrap_err();
    assert_eq!(problems.len(), 100);
}

#[test]
fn scopes_that_name_each_other_twice_are_gathered_once() {
    let mut text = format!("{HEAD}[[op]]\nname = 'o'\napply = 'x + 1'\n[scopes]\n");
    for at in 0..30 {
        let _ = writeln!(text, "s{at} = ['s{0}', 's{0}']", at + 1);
    }
    text.push_str("s30 = ['o']\n");
    let graph = try_lowered(&text, &[], Unfold::No).unwrap();
    assert_eq!(graph.scopes().len(), 31);
    assert_eq!(graph.scopes()[0].stages, ["o"]);
}

#[test]
fn a_long_model_in_any_order() {
    let ops: Vec<String> = (0..2000)
        .map(|at| match at {
            0 => "[[op]]\nname = 'o0'\napply = 'x + 1'\n".to_owned(),
            _ => format!("[[op]]\nname = 'o{at}'\napply = 'o{} + 1'\n", at - 1),
        })
        .collect();
    let reversed: String = ops.iter().rev().map(String::as_str).collect();
    let text = format!("output = 'o1999'\n{HEAD}{reversed}");
    let graph = try_lowered(&text, &[], Unfold::No).unwrap();
    assert_eq!(graph.ops().node_count(), 2001);
}
