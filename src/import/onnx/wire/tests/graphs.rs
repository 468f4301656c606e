//! Models, graphs, nodes, attributes and functions.

use super::encode::*;
use super::{attribute, ok};
use crate::import::onnx::proto::{AttributeValue, Dim, ElementType, ValueInfo};

#[test]
fn a_model_names_its_producer_and_operator_sets() {
    let file = [
        int(1, 8),
        text(2, "pytorch"),
        message(8, &[int(2, 17)]),
        message(8, &[text(1, "ai.onnx.ml"), int(2, 3)]),
        model(&[text(2, "main")]),
    ]
    .concat();
    let model = ok(&file);
    assert_eq!(model.producer, "pytorch");
    let opsets = [(String::new(), 17), ("ai.onnx.ml".to_owned(), 3)];
    assert_eq!(model.opsets, opsets);
    assert_eq!(model.graph.name, "main");
}

#[test]
fn a_node_keeps_the_order_of_its_tensors() {
    let file = model(&[message(
        1,
        &[
            text(1, "x"),
            text(1, ""),
            text(1, "min"),
            text(2, "y"),
            text(3, "clip"),
            text(4, "Clip"),
            text(7, "custom"),
            text(8, "fast"),
        ],
    )]);
    let node = ok(&file).graph.nodes.remove(0);
    assert_eq!(node.inputs, ["x", "", "min"]);
    assert_eq!(node.outputs, ["y"]);
    assert_eq!(
        (node.name.as_str(), node.op_type.as_str()),
        ("clip", "Clip")
    );
    assert_eq!(
        (node.domain.as_str(), node.overload.as_str()),
        ("custom", "fast")
    );
}

#[test]
fn an_exporter_says_that_it_took_a_bias_of_zeros_away() {
    let rule = |name: &[u8]| {
        let entry = [text(1, "pkg.onnxscript.rewriter.rule_name"), bytes(2, name)];
        model(&[message(1, &[text(4, "Conv"), message(9, &entry)])])
    };
    let lost = |name: &[u8]| ok(&rule(name)).graph.nodes.remove(0).lost_bias;
    assert!(lost(b"RemoveOptionalBiasFromConv"));
    assert!(!lost(b"FuseConvAffine"));
    // What is no text, or too long for a rule, says nothing.
    assert!(!lost(b"RemoveOptionalBias\xff"));
    assert!(!lost(&b"RemoveOptionalBias".repeat(20)));
}

#[test]
fn extents_are_numbers_symbols_or_not_known() {
    let dims = [
        message(1, &[int(1, 3)]),
        message(1, &[text(2, "batch")]),
        message(1, &[text(2, "")]),
        message(1, &[]),
        message(1, &[int(1, i64::MIN)]),
    ];
    let tensor_type = message(1, &[int(1, 10), message(2, &dims)]);
    let file = model(&[
        message(11, &[text(1, "x"), message(2, &[tensor_type])]),
        message(12, &[text(1, "y"), message(2, &[message(1, &[int(1, 1)])])]),
        message(
            13,
            &[text(1, "z"), message(2, &[message(1, &[message(2, &[])])])],
        ),
    ]);
    let graph = ok(&file).graph;
    let known = ValueInfo {
        name: "x".to_owned(),
        element: ElementType::Float16,
        shape: Some(vec![
            Dim::Value(3),
            Dim::Param("batch".to_owned()),
            Dim::Unknown,
            Dim::Unknown,
            Dim::Value(i64::MIN),
        ]),
        ..ValueInfo::default()
    };
    assert_eq!(graph.inputs, [known]);
    // A shape that is not known is no scalar.
    assert_eq!(graph.outputs[0].shape, None);
    assert_eq!(graph.value_infos[0].shape, Some(vec![]));
}

#[test]
fn where_a_tensor_comes_from_is_read() {
    let entry = |key: &str, value: &str| message(4, &[text(1, key), text(2, value)]);
    let file = model(&[message(
        13,
        &[
            text(1, "w"),
            entry("other", "x"),
            entry("pkg.torch.export.graph_signature.InputSpec.kind", "BUFFER"),
            entry("pkg.onnxscript.optimizer.folded_from", "['a.b']"),
        ],
    )]);
    let known = ValueInfo {
        name: "w".to_owned(),
        input_kind: Some("BUFFER".to_owned()),
        folded_from: Some("['a.b']".to_owned()),
        ..ValueInfo::default()
    };
    assert_eq!(ok(&file).graph.value_infos, [known]);
}

#[test]
fn attributes_of_every_kind() {
    let value = |kind, field: Vec<u8>| attribute(&with_attribute(&[int(20, kind), field]));
    assert_eq!(value(1, float(2, 0.5)), AttributeValue::Float(0.5));
    assert_eq!(value(2, int(3, -1)), AttributeValue::Int(-1));
    assert_eq!(
        value(3, text(4, "SAME")),
        AttributeValue::Text("SAME".to_owned())
    );
    assert_eq!(value(3, bytes(4, &[0xff])), AttributeValue::None);
    let floats = [float(7, 1.0), float(7, 2.0)].concat();
    assert_eq!(value(6, floats), AttributeValue::Floats(vec![1.0, 2.0]));
    let packed = bytes(7, &[1f32.to_le_bytes(), 2f32.to_le_bytes()].concat());
    assert_eq!(value(6, packed), AttributeValue::Floats(vec![1.0, 2.0]));
    let ints = [int(8, 3), bytes(8, &[4, 5])].concat();
    assert_eq!(value(7, ints), AttributeValue::Ints(vec![3, 4, 5]));
    let texts = [text(9, "a"), text(9, "b")].concat();
    assert_eq!(
        value(8, texts),
        AttributeValue::Texts(vec!["a".to_owned(), "b".to_owned()])
    );
    let AttributeValue::Graph(graph) = value(5, message(6, &[text(2, "then")])) else {
        panic!("no graph");
    };
    assert_eq!(graph.name, "then");
    // A kind that came later than this reader.
    assert_eq!(value(77, int(3, 1)), AttributeValue::None);
}

#[test]
fn an_attribute_that_says_no_type_is_what_it_holds() {
    let value = |field: Vec<u8>| attribute(&with_attribute(&[field]));
    assert_eq!(value(int(3, 7)), AttributeValue::Int(7));
    assert_eq!(value(bytes(8, &[1, 2])), AttributeValue::Ints(vec![1, 2]));
    assert_eq!(value(text(1, "axis")), AttributeValue::None);
}

#[test]
fn a_value_that_is_left_out_is_zero_or_empty() {
    let value = |kind| attribute(&with_attribute(&[int(20, kind)]));
    assert_eq!(value(1), AttributeValue::Float(0.0));
    assert_eq!(value(2), AttributeValue::Int(0));
    assert_eq!(value(3), AttributeValue::Text(String::new()));
    assert_eq!(value(4), AttributeValue::None);
    assert_eq!(value(7), AttributeValue::Ints(vec![]));
}

#[test]
fn functions_have_formal_names_and_nodes() {
    let refers = message(5, &[text(1, "axis"), text(21, "dim"), int(20, 2)]);
    let function = message(
        25,
        &[
            text(1, "Gelu"),
            text(10, "custom"),
            text(4, "x"),
            text(5, "y"),
            text(6, "dim"),
            message(11, &[text(1, "alpha"), float(2, 1.0), int(20, 1)]),
            message(7, &[text(4, "Erf"), refers]),
            message(9, &[int(2, 18)]),
            text(13, "2"),
        ],
    );
    let file = [model(&[]), function].concat();
    let function = ok(&file).functions.remove(0);
    assert_eq!(
        (function.name.as_str(), function.domain.as_str()),
        ("Gelu", "custom")
    );
    assert_eq!(function.inputs, ["x"]);
    assert_eq!(function.outputs, ["y"]);
    assert_eq!(function.attributes, ["dim"]);
    assert_eq!(function.defaults[0].value, AttributeValue::Float(1.0));
    assert_eq!(function.opsets, [(String::new(), 18)]);
    assert_eq!(function.overload, "2");
    let axis = &function.nodes[0].attributes[0];
    assert_eq!(axis.refers_to.as_deref(), Some("dim"));
}

#[test]
fn fields_that_are_not_known_are_passed_over() {
    let strange = [
        int(900, 1),
        float(901, 1.0),
        bytes(902, &[1, 2, 3]),
        // Eight bytes.
        [varint(903 << 3 | 1), vec![0; 8]].concat(),
    ]
    .concat();
    let inner = [strange.clone(), text(2, "main"), strange.clone()];
    let file = [strange.clone(), model(&inner), strange].concat();
    assert_eq!(ok(&file).graph.name, "main");
}

#[test]
fn a_graph_in_two_pieces_is_one() {
    let piece = |name: &str| model(&[message(1, &[text(4, name)])]);
    let graph = ok(&[piece("A"), piece("B")].concat()).graph;
    let names: Vec<&str> = graph
        .nodes
        .iter()
        .map(|node| node.op_type.as_str())
        .collect();
    assert_eq!(names, ["A", "B"]);
}
