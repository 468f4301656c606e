//! Graphs that no exporter writes.

#![allow(clippy::unwrap_used)]

use super::proto::{
    Attribute, AttributeValue, Dim, ElementType, Function, Graph, Model, Node, Payload, Tensor,
    ValueInfo,
};
use super::{WeightValues, import};

fn texts(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn node(op_type: &str, inputs: &[&str], output: &str) -> Node {
    Node {
        op_type: op_type.to_owned(),
        inputs: texts(inputs),
        outputs: texts(&[output]),
        ..Node::default()
    }
}

fn ints(name: &str, values: &[i64]) -> Tensor {
    Tensor {
        name: name.to_owned(),
        dims: vec![values.len() as i64],
        element: ElementType::Int64,
        payload: Payload::Ints(values.to_vec()),
    }
}

/// A model of these nodes, which take `x` of 2 × 3 and give `y`.
fn model(nodes: Vec<Node>, initializers: Vec<Tensor>) -> Model {
    let x = ValueInfo {
        name: "x".to_owned(),
        element: ElementType::Float,
        shape: Some(vec![Dim::Value(2), Dim::Value(3)]),
    };
    let y = ValueInfo {
        name: "y".to_owned(),
        ..ValueInfo::default()
    };
    Model {
        opsets: vec![(String::new(), 18)],
        graph: Graph {
            nodes,
            initializers,
            inputs: vec![x],
            outputs: vec![y],
            ..Graph::default()
        },
        ..Model::default()
    }
}

fn text(model: &Model) -> Result<String, String> {
    import(model, "m.onnx", &mut |_| WeightValues::any())
        .map(|imported| imported.text)
        .map_err(|problems| problems.iter().next().unwrap().message().to_owned())
}

#[test]
fn a_graph_without_operators_computes_nothing() {
    let nothing = Err("m.onnx: the graph computes nothing".to_owned());
    let mut empty = model(vec![], vec![]);
    empty.graph.outputs.clear();
    assert_eq!(text(&empty), nothing);
    assert_eq!(text(&Model::default()), nothing);
    // What nobody takes is left out.
    empty.graph.nodes.push(node("Relu", &["x"], "unused"));
    assert_eq!(text(&empty), nothing);
}

#[test]
fn shapes_of_more_elements_than_can_be_counted() {
    let large = ints("shape", &[1_000_000_000_000, 1_000_000_000_000, 2, 3]);
    let expanded = node("Expand", &["x", "shape"], "y");
    let _ = text(&model(vec![expanded], vec![large.clone()]));
    let filled = node("ConstantOfShape", &["shape"], "filled");
    let sum = node("Add", &["x", "filled"], "y");
    assert!(text(&model(vec![filled, sum], vec![large])).is_ok());
}

#[test]
fn axes_that_change_places_in_a_shape_of_too_many_elements() {
    let large = ints("shape", &[1_000_000_000_000, 1_000_000_000_000, 2, 3]);
    let filled = node("ConstantOfShape", &["shape"], "filled");
    let mut turned = node("Transpose", &["filled"], "turned");
    turned.attributes.push(Attribute {
        name: "perm".to_owned(),
        value: AttributeValue::Ints(vec![3, 0, 1, 2]),
        ..Attribute::default()
    });
    let sum = node("ReduceSum", &["turned"], "y");
    let _ = text(&model(vec![filled, turned, sum], vec![large]));
}

#[test]
fn long_names_of_operators_are_cut_short() {
    let op_type = "Größe".repeat(100);
    let written = text(&model(vec![node(&op_type, &["x"], "y")], vec![])).unwrap();
    let name = written.split("uncounted = \"").nth(1).unwrap();
    let name = name.split('"').next().unwrap();
    assert_eq!(name.chars().count(), 200);
    assert!(name.starts_with("GrößeGröße") && name.ends_with('…'));
}

#[test]
fn functions_of_one_name_are_told_apart_by_their_overload() {
    let function = |overload: &str, op_type: &str| Function {
        name: "F".to_owned(),
        domain: "own".to_owned(),
        overload: overload.to_owned(),
        inputs: texts(&["a"]),
        outputs: texts(&["b"]),
        nodes: vec![node(op_type, &["a"], "b")],
        ..Function::default()
    };
    let call = |overload: &str| {
        let mut call = node("F", &["x"], "y");
        call.domain = "own".to_owned();
        call.overload = overload.to_owned();
        let mut model = model(vec![call], vec![]);
        model.functions = vec![function("1", "Exp"), function("2", "Sqrt")];
        text(&model).unwrap()
    };
    assert!(call("1").contains("exp("), "{}", call("1"));
    assert!(call("2").contains("sqrt("), "{}", call("2"));
    assert!(call("3").contains("own.F (unknown operator)"));
}
