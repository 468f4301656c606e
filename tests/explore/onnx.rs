//! ONNX graphs of a given size, whose tensors have given names.

use std::path::Path;

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn number(out: &mut Vec<u8>, field: u64, value: u64) {
    varint(out, field << 3);
    varint(out, value);
}

fn bytes(out: &mut Vec<u8>, field: u64, value: impl AsRef<[u8]>) {
    varint(out, field << 3 | 2);
    varint(out, value.as_ref().len() as u64);
    out.extend(value.as_ref());
}

/// A chain of products of 4 rows, activations and sums with what went before; `name`
/// names what each node gives, by its number. Widths follow from a
/// seed, so that nothing repeats.
pub fn write(path: &Path, nodes: usize, name: impl Fn(usize) -> String) {
    let mut graph = Vec::new();
    bytes(&mut graph, 2, "chain");
    let mut shape = Vec::new();
    for extent in [4, 4] {
        let mut dim = Vec::new();
        number(&mut dim, 1, extent);
        bytes(&mut shape, 1, dim);
    }
    let (mut tensor, mut kind) = (Vec::new(), Vec::new());
    number(&mut tensor, 1, 1);
    bytes(&mut tensor, 2, shape);
    bytes(&mut kind, 1, tensor);
    let value = |name: &str| {
        let mut info = Vec::new();
        bytes(&mut info, 1, name);
        info
    };
    let mut input = value("x");
    bytes(&mut input, 2, kind);
    bytes(&mut graph, 11, input);
    let (mut last, mut width, mut random) = ("x".to_owned(), 4, 1_u64);
    for at in 0..nodes {
        let (operator, second) = match at % 4 {
            0 => {
                random = random
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                let next = 4 + (random >> 33) % 9;
                let weight = format!("w{at}");
                let mut tensor = Vec::new();
                number(&mut tensor, 1, width);
                number(&mut tensor, 1, next);
                number(&mut tensor, 2, 1);
                bytes(&mut tensor, 8, &weight);
                let values = 1f32.to_le_bytes().repeat((width * next) as usize);
                bytes(&mut tensor, 9, values);
                bytes(&mut graph, 5, tensor);
                width = next;
                ("MatMul", Some(weight))
            }
            1 => ("Relu", None),
            2 => ("Tanh", None),
            _ => ("Add", Some(last.clone())),
        };
        let made = format!("{}.{at}", name(at));
        let mut node = Vec::new();
        bytes(&mut node, 1, &last);
        if let Some(second) = second {
            bytes(&mut node, 1, second);
        }
        bytes(&mut node, 2, &made);
        bytes(&mut node, 4, operator);
        bytes(&mut graph, 1, node);
        last = made;
    }
    bytes(&mut graph, 12, value(&last));
    let (mut opset, mut model) = (Vec::new(), Vec::new());
    number(&mut opset, 2, 18);
    number(&mut model, 1, 9);
    bytes(&mut model, 7, graph);
    bytes(&mut model, 8, opset);
    std::fs::write(path, model).unwrap();
}
