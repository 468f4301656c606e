//! Files that are no ONNX models, or not whole.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use proptest::prelude::*;

use super::encode::*;
use super::{error, ok};
use crate::import::onnx::wire::{Bytes, read};

/// A model with something of everything.
fn varied() -> Vec<u8> {
    let then = message(6, &[message(1, &[text(4, "Add")])]);
    let value = message(5, &[int(1, 2), int(2, 1), bytes(9, &[0; 8])]);
    let node = message(
        1,
        &[
            text(1, "x"),
            text(2, "y"),
            text(4, "If"),
            message(5, &[text(1, "then_branch"), then, int(20, 5)]),
            message(5, &[text(1, "value"), value, int(20, 4)]),
            message(5, &[text(1, "pads"), bytes(8, &[1, 2, 3]), int(20, 7)]),
        ],
    );
    let weight = message(5, &[int(1, 300), int(2, 1), bytes(4, &[0; 1200])]);
    let info = message(11, &[text(1, "x"), message(2, &[message(1, &[int(1, 1)])])]);
    [
        text(2, "hand"),
        model(&[node, weight, info]),
        message(8, &[int(2, 18)]),
    ]
    .concat()
}

#[test]
fn what_is_no_model_is_said_to_be_none() {
    let text = |file: &[u8]| error(file).to_string();
    assert_eq!(text(b""), "the file is empty, at byte 0, in the file");
    assert_eq!(
        text(b"{\"model_type\": \"bert\"}"),
        "this is no ONNX model: a group, which ONNX has none of, at byte 0, in the model"
    );
    assert_eq!(
        text(&[0; 8]),
        "this is no ONNX model: no field begins like this, at byte 0, in the model"
    );
    assert_eq!(
        text(&int(1, 8)),
        "this is no ONNX model: it has no graph, at byte 0, in the file"
    );
    assert_eq!(
        text(&int(7, 8)),
        "this is no ONNX model: field `graph` has a whole number, not bytes, at byte 0, in the model"
    );
    assert_eq!(
        text(b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n"),
        "this is a Git LFS pointer, not the model itself; fetch it with `git lfs pull`, \
         at byte 0, in the file"
    );
}

#[test]
fn lengths_beyond_the_end_are_refused_before_anything_is_read() {
    // A tensor that claims ten billion bytes.
    let claim = [varint(9 << 3 | 2), varint(10_000_000_000)].concat();
    let file = with_tensor(&[1], 1, &[claim]);
    assert_eq!(
        error(&file).to_string(),
        "the length of field `raw_data` (10000000000) goes beyond the end of the file, \
         at byte 12, in a tensor"
    );
    // More than 64 bits can hold, once it is added.
    let claim = [varint(9 << 3 | 2), varint(u64::MAX)].concat();
    assert_eq!(
        error(&with_tensor(&[1], 1, &[claim])).what,
        "the length of field `raw_data` (18446744073709551615) goes beyond the end of the file"
    );
    // Within the file, but not within the tensor.
    let claim = [varint(9 << 3 | 2), varint(8)].concat();
    let file = [with_tensor(&[2], 1, &[claim]), vec![0; 100]].concat();
    assert_eq!(
        error(&file).to_string(),
        "the length of field `raw_data` (8) goes beyond the end of a tensor, \
         at byte 12, in a tensor"
    );
}

#[test]
fn numbers_have_64_bits() {
    let most = [varint(1 << 3), vec![0xff; 9], vec![1]].concat();
    ok(&[most, model(&[])].concat());
    let more = [varint(1 << 3), vec![0xff; 9], vec![2]].concat();
    let what = "this is no ONNX model: a number of more than 64 bits";
    assert_eq!(error(&[more, model(&[])].concat()).what, what);
    let longer = [varint(1 << 3), vec![0x80; 11]].concat();
    assert_eq!(error(&[longer, model(&[])].concat()).what, what);
}

#[test]
fn graphs_are_only_so_deep() {
    let nest = |depth| {
        let mut fields = vec![text(2, "inmost")];
        for _ in 0..depth {
            fields = vec![message(
                1,
                &[message(5, &[message(6, &fields), int(20, 5)])],
            )];
        }
        model(&fields)
    };
    ok(&nest(32));
    assert_eq!(
        error(&nest(33)).what,
        "graphs within graphs, more than 32 deep"
    );
}

#[test]
fn nodes_are_only_so_many() {
    let node = message(1, &[]);
    ok(&model(&[node.repeat(1_000_000)]));
    assert_eq!(
        error(&model(&[node.repeat(1_000_001)])).what,
        "more than 1000000 nodes"
    );
}

#[test]
fn names_are_texts() {
    assert_eq!(
        error(&model(&[bytes(2, &[0xff])])).to_string(),
        "field `name` is not UTF-8 or too long for a name, at byte 2, in a graph"
    );
}

#[test]
fn sparse_initializers_are_refused_by_name() {
    assert_eq!(
        error(&model(&[message(15, &[])])).what,
        "a sparse initializer, which is not read; write its tensor out in full"
    );
}

#[test]
fn every_cut_gives_an_error_or_less_of_the_model() {
    let file = varied();
    let whole = ok(&file);
    for end in 0..file.len() {
        let Ok(less) = read(&&file[..end]) else {
            continue;
        };
        // Only what follows the graph can be missing unnoticed.
        assert_eq!(less.graph, whole.graph);
        assert!(less.opsets.len() < whole.opsets.len(), "cut at {end}");
    }
}

/// A file that grew shorter after it was opened.
struct Shrunk(Vec<u8>);

impl Bytes for Shrunk {
    fn size(&self) -> io::Result<u64> {
        Ok(self.0.len() as u64 + 1)
    }

    fn fill(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        self.0.fill(offset, into)
    }
}

#[test]
fn files_that_cannot_be_read_are_an_error() {
    let error = read(&Shrunk(varied())).unwrap_err();
    assert!(error.what.starts_with("cannot be read: "), "{error}");
}

/// Counts what is read.
struct Counted(Vec<u8>, AtomicUsize);

impl Bytes for Counted {
    fn size(&self) -> io::Result<u64> {
        self.0.size()
    }

    fn fill(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        self.1.fetch_add(into.len(), Relaxed);
        self.0.fill(offset, into)
    }
}

#[test]
fn large_tensors_are_jumped_over() {
    let weight = message(
        5,
        &[int(1, 5_000_000), int(2, 3), bytes(9, &vec![1; 5_000_000])],
    );
    let file = Counted(model(&[weight.clone(), weight]), 0.into());
    assert_eq!(read(&file).unwrap().graph.initializers.len(), 2);
    let bytes = file.1.load(Relaxed);
    assert!(bytes < 100_000, "{bytes} bytes read");
}

proptest! {
    #[test]
    fn any_bytes_give_a_model_or_an_error(bytes: Vec<u8>) {
        let _ = read(&bytes);
        let _ = read(&model(&[bytes]));
    }

    #[test]
    fn any_change_gives_a_model_or_an_error(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut file = varied();
        for (at, byte) in changes {
            let at = at.index(file.len());
            file[at] = byte;
        }
        let _ = read(&file);
    }
}
