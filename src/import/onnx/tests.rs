//! Graphs that no exporter writes.

#![allow(clippy::unwrap_used)]

use super::proto::{
    Attribute, AttributeValue, Dim, ElementType, Function, Graph, Model, Node, Payload, Tensor,
    ValueInfo,
};
use super::{Given, WeightValues, import};

/// The key of an op that moves elements, as it is written.
const RESHAPE: &str = "reshape";

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
        ..ValueInfo::default()
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
    import(model.clone(), "m.onnx", &Given::new(), &mut |_| {
        WeightValues::any()
    })
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

/// A shape of 10^12 · 10^12 · 2 · 3 elements: more than 2^64, while each axis
/// is one that a tensor may have.
fn huge() -> Tensor {
    ints("shape", &[1_000_000_000_000, 1_000_000_000_000, 2, 3])
}

#[test]
fn shapes_of_more_elements_than_can_be_counted() {
    let expanded = node("Expand", &["x", "shape"], "y");
    let written = text(&model(vec![expanded], vec![huge()])).unwrap();
    // x has 2 × 3 elements, which are repeated along the other axes.
    let reshape = format!("{RESHAPE} = \"1000000000000 1000000000000 2 3\"\ninputs = [\"x\"]");
    assert!(written.contains(&reshape), "{written}");
    let filled = node("ConstantOfShape", &["shape"], "filled");
    let sum = node("Add", &["x", "filled"], "y");
    let written = text(&model(vec![filled, sum], vec![huge()])).unwrap();
    assert!(written.contains("apply = \"x + filled\""), "{written}");
    // An axis of one more is damage to the file.
    let too_long = ints("shape", &[1_000_000_000_001, 2, 3]);
    let expanded = node("Expand", &["x", "shape"], "y");
    let refused = text(&model(vec![expanded], vec![too_long]));
    let wanted = "m.onnx: node `y` (Expand): its result has an axis of 1000000000001 elements";
    assert_eq!(refused, Err(wanted.to_owned()));
}

/// What is made of constants alone is a constant, and is computed by no node.
#[test]
fn axes_that_change_places_in_a_shape_of_too_many_elements() {
    let filled = node("ConstantOfShape", &["shape"], "filled");
    let mut transposed = node("Transpose", &["filled"], "transposed");
    transposed.attributes.push(Attribute {
        name: "perm".to_owned(),
        value: AttributeValue::Ints(vec![3, 0, 1, 2]),
        ..Attribute::default()
    });
    let constant = vec![filled, transposed];
    let mut alone = constant.clone();
    alone.push(node("ReduceSum", &["transposed"], "y"));
    let written = text(&model(alone, vec![huge()])).unwrap();
    assert!(
        written.contains(&format!("{RESHAPE} = \"1 1 1 1\"")),
        "{written}"
    );
    // The last axis of the constant has 2 elements, that of x has 3.
    let mut added = constant;
    added.push(node("Add", &["transposed", "x"], "y"));
    let refused = text(&model(added, vec![huge()])).unwrap_err();
    let shapes = "[3, 1000000000000, 1000000000000, 2] and [2, 3] cannot be combined";
    assert!(refused.contains(shapes), "{refused}");
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

/// A function that reads a name of the graph around it reads nothing; a branch
/// may read it.
#[test]
fn branches_see_the_names_around_them_and_functions_do_not() {
    let body = vec![node("Sqrt", &["outside"], "inside")];
    let outside = node("Exp", &["x"], "outside");
    let mut call = node("F", &["x"], "y");
    call.domain = "own".to_owned();
    let mut with_function = model(vec![outside.clone(), call], vec![]);
    with_function.functions = vec![Function {
        name: "F".to_owned(),
        domain: "own".to_owned(),
        inputs: texts(&["a"]),
        outputs: texts(&["inside"]),
        nodes: body.clone(),
        ..Function::default()
    }];
    let refused = text(&with_function).unwrap_err();
    assert!(
        refused.contains("reads `outside`, which nothing makes"),
        "{refused}"
    );
    let mut branch = node("If", &["condition"], "y");
    branch.attributes.push(Attribute {
        name: "then_branch".to_owned(),
        value: AttributeValue::Graph(Box::new(Graph {
            nodes: body,
            outputs: vec![ValueInfo {
                name: "inside".to_owned(),
                ..ValueInfo::default()
            }],
            ..Graph::default()
        })),
        ..Attribute::default()
    });
    let written = text(&model(vec![outside, branch], vec![ints("condition", &[1])])).unwrap();
    assert!(written.contains("apply = \"sqrt(outside)\""), "{written}");
}
