//! What of a tensor is read, and where the rest is.

use super::encode::*;
use super::{attribute, error, ok, payload};
use crate::import::onnx::proto::{AttributeValue, ElementType, Payload};

fn raw(dims: &[i64], element: i64, value: &[u8]) -> Vec<u8> {
    with_tensor(dims, element, &[bytes(9, value)])
}

#[test]
fn few_whole_numbers_are_read_from_raw_bytes() {
    let ints = [[1i64, -1].map(i64::to_le_bytes).concat()].concat();
    assert_eq!(payload(&raw(&[2], 7, &ints)), Payload::Ints(vec![1, -1]));
    assert_eq!(
        payload(&raw(&[3], 9, &[1, 0, 1])),
        Payload::Ints(vec![1, 0, 1])
    );
    assert_eq!(payload(&raw(&[], 3, &[0x80])), Payload::Ints(vec![-128]));
    // Three elements of four bits take two bytes.
    assert_eq!(
        payload(&raw(&[3], 22, &[0x1f, 0x08])),
        Payload::Ints(vec![-1, 1, -8])
    );
    assert_eq!(payload(&raw(&[0], 7, &[])), Payload::Ints(vec![]));
}

#[test]
fn few_fractions_are_read_from_raw_bytes() {
    let halves = [0x00, 0x3c, 0x00, 0xc0];
    assert_eq!(
        payload(&raw(&[2], 10, &halves)),
        Payload::Floats(vec![1.0, -2.0])
    );
    let double = 0.1f64.to_le_bytes();
    assert_eq!(payload(&raw(&[1], 11, &double)), Payload::Floats(vec![0.1]));
    assert_eq!(
        payload(&raw(&[1], 16, &[0x80, 0x3f])),
        Payload::Floats(vec![1.0])
    );
}

#[test]
fn few_elements_are_read_from_typed_lists() {
    let typed = |element, fields: &[Vec<u8>]| payload(&with_tensor(&[2], element, fields));
    // Packed, spread, and both.
    assert_eq!(typed(7, &[bytes(7, &[5, 6])]), Payload::Ints(vec![5, 6]));
    assert_eq!(
        typed(7, &[int(7, 5), int(7, -6)]),
        Payload::Ints(vec![5, -6])
    );
    assert_eq!(
        typed(7, &[bytes(7, &[5]), int(7, 6)]),
        Payload::Ints(vec![5, 6])
    );
    assert_eq!(
        typed(1, &[float(4, 0.5), float(4, 2.0)]),
        Payload::Floats(vec![0.5, 2.0])
    );
    assert_eq!(
        typed(3, &[int(5, -1), int(5, 7)]),
        Payload::Ints(vec![-1, 7])
    );
    assert_eq!(typed(13, &[bytes(11, &[5, 6])]), Payload::Ints(vec![5, 6]));
    let doubles = [1f64, 2.0].map(f64::to_le_bytes).concat();
    assert_eq!(
        typed(11, &[bytes(10, &doubles)]),
        Payload::Floats(vec![1.0, 2.0])
    );
    // Half precision as the whole number that its bits make.
    assert_eq!(
        typed(10, &[int(5, 0x3c00), int(5, 0xc000)]),
        Payload::Floats(vec![1.0, -2.0])
    );
    // Two elements of four bits in one number.
    assert_eq!(typed(21, &[int(5, 0xf1)]), Payload::Ints(vec![1, 15]));
}

#[test]
fn many_elements_stay_in_the_file() {
    let file = raw(&[65], 1, &[0; 65 * 4]);
    let end = file.len() as u64;
    assert_eq!(payload(&file), Payload::Raw(end - 65 * 4..end));
    let file = raw(&[4097], 9, &[0; 4097]);
    let end = file.len() as u64;
    assert_eq!(payload(&file), Payload::Raw(end - 4097..end));
    let file = with_tensor(&[65], 1, &[bytes(4, &[0; 65 * 4])]);
    let end = file.len() as u64;
    // With the three bytes of the field's beginning.
    assert_eq!(payload(&file), Payload::Packed(end - 65 * 4 - 3..end));
    // Beyond what a number here can be.
    let file = raw(&[], 13, &[0xff; 8]);
    let end = file.len() as u64;
    assert_eq!(payload(&file), Payload::Raw(end - 8..end));
}

#[test]
fn shapes_are_kept_as_they_are_claimed() {
    let file = with_tensor(&[i64::MAX, i64::MAX, -1], 1, &[bytes(9, &[0; 4])]);
    let tensor = ok(&file).graph.initializers.remove(0);
    assert_eq!(tensor.dims, [i64::MAX, i64::MAX, -1]);
    let end = file.len() as u64;
    assert_eq!(tensor.payload, Payload::Raw(end - 4..end));
}

#[test]
fn types_that_are_not_known_are_kept() {
    let file = raw(&[4], 99, &[0; 4]);
    let tensor = ok(&file).graph.initializers.remove(0);
    assert_eq!(tensor.element, ElementType::Other(99));
    let end = file.len() as u64;
    assert_eq!(tensor.payload, Payload::Raw(end - 4..end));
}

#[test]
fn weights_that_were_taken_out_are_absent() {
    assert_eq!(payload(&with_tensor(&[2, 3], 1, &[])), Payload::Absent);
    assert_eq!(
        payload(&with_tensor(&[2, 3], 1, &[bytes(9, &[])])),
        Payload::Absent
    );
    assert_eq!(
        payload(&with_tensor(&[2, 3], 1, &[bytes(4, &[])])),
        Payload::Absent
    );
}

#[test]
fn weights_in_another_file_are_not_opened() {
    let entry = |key: &str, value: &str| message(13, &[text(1, key), text(2, value)]);
    let location = entry("location", "weights.bin");
    let with = |entries: &[Vec<u8>]| with_tensor(&[2], 1, &[int(14, 1), entries.concat()]);
    let here = |offset, length| Payload::External {
        location: "weights.bin".to_owned(),
        offset,
        length,
    };
    let (offset, length) = (entry("offset", "4096"), entry("length", "8"));
    assert_eq!(
        payload(&with(std::slice::from_ref(&location))),
        here(0, None)
    );
    assert_eq!(
        payload(&with(&[length, location.clone(), offset])),
        here(4096, Some(8))
    );
    assert_eq!(
        error(&with(&[])).what,
        "the tensor `w` is in another file, but in which is not said"
    );
    assert_eq!(
        error(&with(&[location, entry("offset", "-1")])).what,
        "the tensor `w` has `-1` as offset in another file"
    );
}

#[test]
fn constants_are_tensors_in_attributes() {
    let tensor = message(5, &[int(1, 1), int(2, 7), bytes(7, &[42])]);
    let file = with_attribute(&[text(1, "value"), int(20, 4), tensor]);
    let AttributeValue::Tensor(tensor) = attribute(&file) else {
        panic!("no tensor");
    };
    assert_eq!(tensor.payload, Payload::Ints(vec![42]));
}

#[test]
fn payloads_that_do_not_fit_the_shape_are_refused() {
    let what = |file: &[u8]| error(file).what;
    assert_eq!(
        what(&raw(&[2, 3], 1, &[0; 20])),
        "the tensor `w` has 20 bytes, while 6 elements of float take 24"
    );
    assert_eq!(
        what(&with_tensor(&[3], 7, &[bytes(7, &[1, 2])])),
        "the tensor `w` has 2 entries in `int64_data`, while 3 elements of int64 take 3"
    );
    assert_eq!(
        what(&with_tensor(&[1], 1, &[int(7, 1)])),
        "the tensor `w` holds elements of float in `int64_data`"
    );
    assert_eq!(
        what(&with_tensor(&[1], 1, &[float(4, 1.0), bytes(9, &[0; 4])])),
        "the tensor `w` holds elements both in `raw_data` and in `float_data`"
    );
    assert_eq!(
        what(&with_tensor(&[1], 1, &[float(4, 1.0), int(7, 1)])),
        "elements both in `float_data` and in `int64_data`"
    );
}
