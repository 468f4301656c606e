//! Messages written by hand.

/// A number of seven bits a byte.
pub fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

/// A field with a whole number.
pub fn int(number: u64, value: i64) -> Vec<u8> {
    [varint(number << 3), varint(value as u64)].concat()
}

/// A field with a single-precision number.
pub fn float(number: u64, value: f32) -> Vec<u8> {
    [varint(number << 3 | 5), value.to_le_bytes().to_vec()].concat()
}

/// A field with bytes.
pub fn bytes(number: u64, value: &[u8]) -> Vec<u8> {
    [
        varint(number << 3 | 2),
        varint(value.len() as u64),
        value.to_vec(),
    ]
    .concat()
}

/// A field with a text.
pub fn text(number: u64, value: &str) -> Vec<u8> {
    bytes(number, value.as_bytes())
}

/// A field with a message of these fields.
pub fn message(number: u64, fields: &[Vec<u8>]) -> Vec<u8> {
    bytes(number, &fields.concat())
}

/// A model whose graph has these fields.
pub fn model(fields: &[Vec<u8>]) -> Vec<u8> {
    message(7, fields)
}

/// A model with one initializer named `w`, with these extents, type and other
/// fields.
pub fn with_tensor(dims: &[i64], element: i64, fields: &[Vec<u8>]) -> Vec<u8> {
    let mut all: Vec<Vec<u8>> = dims.iter().map(|dim| int(1, *dim)).collect();
    all.push(int(2, element));
    all.push(text(8, "w"));
    all.extend_from_slice(fields);
    model(&[message(5, &all)])
}

/// A model with one node whose only attribute has these fields.
pub fn with_attribute(fields: &[Vec<u8>]) -> Vec<u8> {
    model(&[message(1, &[text(4, "Op"), message(5, fields)])])
}
