//! What shapes come out.

use super::{lowered, shipped, try_lowered};
use crate::graph::{AffineIndex, Einsum, OpGraph, OpKind, Projection, Unfold};
use crate::model::Map;
use crate::number::whole;
use crate::symbolic::Expr;

/// The shape of the result of `op`, as text.
fn shape(graph: &OpGraph, op: &str) -> String {
    let (_, op) = graph.iter().find(|(_, known)| &*known.name == op).unwrap();
    let axes: Vec<String> = op.output.shape.iter().map(ToString::to_string).collect();
    axes.join(" ")
}

fn one_op(inputs: &str, dims: &str, op: &str) -> OpGraph {
    let text = format!(
        "name = 'm'\ninputs = {{ {inputs} }}\ndims = {{ {dims} }}\n[[op]]\nname = 'o'\n{op}\n"
    );
    lowered(&text, &[])
}

#[test]
fn a_split_axis_is_divided_by_what_is_known() {
    let graph = one_op(
        "x = 'b d'",
        "b = 2, d = 512, h = 8",
        "einsum = 'b (h k) -> h b k'\ninputs = ['x']",
    );
    assert_eq!(shape(&graph, "o"), "h b d/h");
    // Nothing is summed, so the values stay where they are.
    let (_, op) = graph.iter().last().unwrap();
    assert!(matches!(&op.kind, OpKind::Einsum(einsum) if !einsum.has_reduction()));
}

#[test]
fn axes_join_and_spread() {
    let graph = one_op(
        "x = 'b d'",
        "b = 2, d = 512, r = 3",
        "einsum = 'b d -> (b d) r'\ninputs = ['x']",
    );
    assert_eq!(shape(&graph, "o"), "b·d r");
}

#[test]
fn a_window_slides_as_often_as_it_fits() {
    // 7 wide, stride 2, padded by 3 on either side: ⌊(s − 1 + 6 − 6)/2⌋ + 1.
    let graph = one_op(
        "x = 'c s'",
        "c = 3, s = 224",
        "einsum = 'c (2*y + k - 3), o c k -> o y'\ninputs = ['x', { weight = '64 c 7' }]",
    );
    assert_eq!(shape(&graph, "o"), "64 ⌊(s + 1)/2⌋");
    let values = graph.values();
    let (_, op) = graph.iter().last().unwrap();
    assert_eq!(op.output.shape[1].evaluate(&values).unwrap(), whole(112));
}

#[test]
fn a_dilated_window_reaches_further() {
    // 3 wide with gaps of 2: it covers 5 and fits s − 4 times.
    let graph = one_op(
        "x = 's'",
        "s = 20",
        "einsum = '(y + 2*k) -> y'\naxes = { k = 3 }\nreduce = 'max'\ninputs = ['x']",
    );
    assert_eq!(shape(&graph, "o"), "s − 4");
}

#[test]
fn concatenated_axes_add_up() {
    let graph = lowered(
        "name = 'm'\ninputs = { x = 'b n', y = 'b m' }\ndims = { b = 1, n = 2, m = 3 }\n\
         [[op]]\nname = 'o'\nconcat = 'b n, b m -> b (n + m)'\ninputs = ['x', 'y']\n",
        &[],
    );
    assert_eq!(shape(&graph, "o"), "b m + n");
}

#[test]
fn a_skipped_op_leaves_nothing_behind() {
    let text = |when: u8| {
        format!(
            "name = 'm'\ninputs = {{ x = 'n' }}\ndims = {{ n = 4 }}\nparams = {{ p = {when} }}\n\
             [[op]]\nname = 'a'\nwhen = 'p'\neinsum = 'n, n m -> m'\n\
             inputs = ['x', {{ weight = 'n (2 * n)' }}]\n\
             [[op]]\nname = 'b'\napply = 'a + 1'\n"
        )
    };
    let graph = lowered(&text(0), &[]);
    assert_eq!(graph.ops().node_count(), 2, "the input and b");
    assert_eq!(shape(&graph, "b"), "n");
    let graph = lowered(&text(1), &[]);
    assert_eq!(graph.ops().node_count(), 4);
    assert_eq!(shape(&graph, "b"), "2·n");
}

#[test]
fn the_order_of_the_file_does_not_matter() {
    let graph = lowered(
        "name = 'm'\ninputs = { x = 'n' }\ndims = { n = 4 }\noutput = 'b'\n\
         [[op]]\nname = 'b'\napply = 'a + 1'\n[[op]]\nname = 'a'\napply = 'x > 0'\n",
        &[],
    );
    let names: Vec<&str> = graph.iter().map(|(_, op)| &*op.name).collect();
    assert_eq!(names, ["x", "a", "b"]);
}

#[test]
fn ops_are_shared_only_where_their_numbers_agree() {
    let count = |other: u8| {
        let text = format!(
            "name = 'm'\ninputs = {{ x = 'n' }}\ndims = {{ n = 4 }}\n\
             params = {{ s = '2', t = '{other}' }}\n\
             [[op]]\nname = 'a'\napply = 'x * s'\n\
             [[op]]\nname = 'b'\napply = 'x * t'\n"
        );
        lowered(&text, &[]).ops().node_count()
    };
    assert_eq!(count(2), 2);
    assert_eq!(count(3), 3);
}

/// What a block does is done again in every place where the block stands.
#[test]
fn blocks_share_no_ops() {
    let block = "name = 'bits'\ninputs = { x = 'n' }\n[[op]]\nname = 'b'\napply = 'x > 0'\n";
    let text = "name = 'm'\ninputs = { x = 'n' }\ndims = { n = 4 }\n\
                [[op]]\nname = 'a'\nblock = 'bits'\ninputs = ['x']\n\
                [[op]]\nname = 'c'\nblock = 'bits'\ninputs = ['x']\n";
    let graph = lowered(text, &[("bits", block)]);
    assert_eq!(graph.ops().node_count(), 3);
}

#[test]
fn the_nearest_enclosing_choice_fills_a_slot() {
    let inner = |default: &str| {
        format!(
            "name = 'inner'\ninputs = {{ x = 'n n n' }}\n[slots]\nact = '{default}'\n\
             [[op]]\nname = 'o'\nslot = 'act'\ninputs = ['x']\n"
        )
    };
    let (relu, silu) = (inner("relu"), inner("silu"));
    let blocks = [("first", relu.as_str()), ("second", silu.as_str())];
    let text = |slots: &str| {
        format!(
            "name = 'm'\ninputs = {{ x = 'n n n' }}\ndims = {{ n = 4 }}\n{slots}\
             [[op]]\nname = 'a'\nblock = 'first'\ninputs = ['x']\n\
             [[op]]\nname = 'b'\nblock = 'second'\ninputs = ['a']\n"
        )
    };
    let formulas = |slots: &str| -> Vec<String> {
        let graph = lowered(&text(slots), &blocks);
        let texts = graph.iter().filter_map(|(_, op)| match &op.kind {
            OpKind::Elementwise(elementwise) => Some(elementwise.text.clone()),
            _ => None,
        });
        texts.collect()
    };
    // Each block has its own default, unless the model chooses for both.
    let own = formulas("");
    assert!(
        own[0].starts_with("max(") && own[1].contains("exp"),
        "{own:?}"
    );
    let model = formulas("slots = { act = 'relu' }\n");
    assert!(
        model.iter().all(|text| text.starts_with("max(")),
        "{model:?}"
    );
}

#[test]
fn llama_has_silu_in_its_feed_forward_layer() {
    let graph = shipped("llama-3.1-8b", "vanilla", Unfold::No);
    let (_, op) = graph.iter().find(|(_, op)| &*op.name == "act").unwrap();
    assert!(
        matches!(&op.kind, OpKind::Elementwise(elementwise) if elementwise.text.contains("exp(-x)")),
        "{:?}",
        op.kind
    );
}

#[test]
fn rounds_before_values_settle_stand_one_by_one() {
    // Bits go in, signs come out: the first of three rounds takes bits, the
    // other two are equal.
    let flip = "name = 'flip'\ninputs = { x = 'n' }\n\
                [[op]]\nname = 'o'\napply = '2 * (x > 0) - 1'\n";
    let text = "name = 'm'\ninputs = { x = { shape = 'n', domain = 'binary' } }\n\
                dims = { n = 4 }\n[[op]]\nname = 'f'\nblock = 'flip'\nrepeat = 3\ninputs = ['x']\n";
    let blocks = [("flip", flip)];
    let graph = lowered(text, &blocks);
    let names: Vec<String> = (graph.iter())
        .map(|(_, op)| format!("{} {}", graph.full_name(op), graph.runs(op)))
        .collect();
    assert_eq!(names, ["x 1", "f.0/o 1", "f.1..2/o 2"]);
    let into: Vec<bool> = (graph.iter().skip(1))
        .map(|(at, _)| graph.inputs(at)[0].1.tensor.domain.is_binary())
        .collect();
    assert_eq!(into, [true, false]);
    let (last, op) = graph.iter().last().unwrap();
    assert!(op.output.domain.is_sign());
    assert!(graph.inputs(last)[0].1.tensor.domain.is_sign());
    let unfolded = try_lowered(text, &blocks, Unfold::Yes).unwrap();
    assert_eq!(unfolded.ops().node_count(), 4);
}

/// The einsum of the last op.
fn einsum(graph: &OpGraph) -> &Einsum {
    match &graph.ops().node_weights().last().unwrap().kind {
        OpKind::Einsum(einsum) => einsum,
        other => panic!("{other:?}"),
    }
}

/// A projection as text: `2*y + ky - 3` for each index.
fn indices(einsum: &Einsum, projection: &Projection) -> Vec<String> {
    let index = |index: &AffineIndex| {
        let terms = index.terms.iter();
        let mut text: Vec<String> = terms
            .map(|(axis, factor)| format!("{factor} {}", einsum.axes[*axis].label))
            .collect();
        text.push(index.offset.to_string());
        text.join(" + ")
    };
    projection.0.iter().map(index).collect()
}

#[test]
fn an_einsum_keeps_its_axes_and_who_has_which() {
    // 3 rows of 8 = 2 heads of 4, against 5 rows.
    let graph = one_op(
        "x = 'n d', y = 'm d'",
        "n = 3, m = 5, d = 8, h = 2",
        "einsum = 'n (h k), m (h k) -> h n m'\ninputs = ['x', 'y']",
    );
    let einsum = einsum(&graph);
    let axes: Vec<String> = (einsum.axes.iter())
        .map(|axis| format!("{} {} {}", axis.label, axis.extent, axis.is_reduced))
        .collect();
    assert_eq!(axes, ["h h false", "n n false", "m m false", "k d/h true"]);
    assert_eq!(
        indices(einsum, &einsum.operands[0]),
        ["1 n + 0", "d/h h + 1 k + 0"]
    );
    assert_eq!(
        indices(einsum, &einsum.operands[1]),
        ["1 m + 0", "d/h h + 1 k + 0"]
    );
    assert_eq!(
        indices(einsum, &einsum.output),
        ["1 h + 0", "1 n + 0", "1 m + 0"]
    );
    // 2·3·5·4 combinations for 2·3·5 outputs.
    let value = |expr: &Expr| expr.evaluate(&graph.values()).unwrap();
    assert_eq!(value(&einsum.iteration_space()), whole(120));
    assert_eq!(value(&einsum.outputs()), whole(30));
    assert!(einsum.has_reduction());
}

#[test]
fn a_window_keeps_its_factors_and_its_offset() {
    let graph = one_op(
        "x = '1 c s'",
        "c = 3, s = 224, p = 3",
        "einsum = '1 c (2*y + k - p), o c k -> 1 o y'\ninputs = ['x', { weight = '64 c 7' }]",
    );
    let einsum = einsum(&graph);
    assert_eq!(
        indices(einsum, &einsum.operands[0]),
        ["0", "1 c + 0", "1 k + 2 y + −p"]
    );
    assert_eq!(indices(einsum, &einsum.output), ["0", "1 o + 0", "1 y + 0"]);
    // 64 outputs in 112 places of windows of 3·7.
    assert_eq!(
        einsum.iteration_space().evaluate(&graph.values()).unwrap(),
        whole(64 * 112 * 21)
    );
}

#[test]
fn a_bias_is_a_tensor_of_its_own() {
    let graph = one_op(
        "x = 'n d'",
        "n = 3, d = 8",
        "einsum = 'n d, d (h k) -> h n k'\naxes = { h = 2 }\n\
         inputs = ['x', { weight = 'd 10' }]\nbias = true\nformat = 'int8'",
    );
    let (last, op) = graph.iter().last().unwrap();
    let inputs = graph.inputs(last);
    assert_eq!((inputs.len(), graph.operands(last).len()), (3, 2));
    let (bias, edge) = inputs[2];
    assert_eq!(edge.slot, 2);
    let bias = &graph.ops()[bias];
    assert_eq!((&*bias.name, &bias.kind), ("o bias", &OpKind::Weight));
    // A number for each of 2·5 outputs of the weight, however many rows there are.
    assert_eq!(bias.output.elements(), Expr::whole(10));
    let einsum = einsum(&graph);
    let projection = einsum.bias.projection.as_ref().unwrap();
    assert_eq!(indices(einsum, projection), ["1 h + 0", "1 k + 0"]);
    // The op computes in int8; what it gives and what it takes of its own lies
    // in int8; the input lies in whatever the estimate says.
    let int8 = Some("int8".parse().unwrap());
    assert_eq!((op.computed_in, op.output.stored_in), (int8, int8));
    assert_eq!((bias.computed_in, bias.output.stored_in), (None, int8));
    assert_eq!(inputs[0].1.tensor.stored_in, None);
}

#[test]
fn a_bias_where_nothing_was_learnt_is_no_tensor() {
    let graph = one_op(
        "x = 'n d'",
        "n = 3, d = 8",
        "einsum = 'n d -> n'\ninputs = ['x']\nbias = true",
    );
    let (last, _) = graph.iter().last().unwrap();
    assert_eq!(graph.inputs(last).len(), 1);
    assert!(!einsum(&graph).bias.is_none());
}

#[test]
fn products_become_what_the_domains_allow() {
    let graph = one_op(
        "x = { shape = 'n', domain = 'binary' }",
        "n = 4",
        "einsum = 'n, n m -> m'\ninputs = ['x', { weight = 'n n' }]",
    );
    let (_, op) = graph.iter().last().unwrap();
    assert!(matches!(&op.kind, OpKind::Einsum(einsum) if einsum.map == Map::Select));
}
