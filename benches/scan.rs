//! Weights that are looked at, beside the limit: a plain loop over the same bytes
//! with the same questions. `cargo bench --bench scan`
//!
//! | row | what it is |
//! |---|---|
//! | plain loop | one element after the other, by hand: zeros, signs, one size |
//! | signs, zeros | a weight that must be read to its end |
//! | a gain for each row | the same, with a size for each index of an axis |
//! | noise | a weight of any numbers, of which the first elements tell |
//!
//! What is looked at is in memory: what a disk takes comes on top.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::hint::black_box;
use std::time::Instant;

use picojoule::import::bytes::Bytes;
use picojoule::import::onnx::proto::{ElementType, Payload, Tensor};
use picojoule::import::onnx::scan::{Pattern, scan};

/// Columns of a weight.
const WIDE: usize = 4096;

/// The element of this number, of plus and minus 1, some of them 0.
fn sign(at: usize) -> f32 {
    let mixed = (at as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 61;
    [-1.0, 1.0, 0.0, 1.0, -1.0, -1.0, 1.0, -1.0][mixed as usize]
}

fn bytes(count: usize, element: impl Fn(usize) -> f32) -> Vec<u8> {
    (0..count)
        .flat_map(|at| element(at).to_le_bytes())
        .collect()
}

/// Whether all elements are zero, or plus or minus 1; how many are zero; whether
/// one is below zero.
fn plain(bytes: &[u8]) -> (bool, u64, bool) {
    let (mut same, mut zeros, mut negative) = (true, 0, false);
    for word in bytes.as_chunks::<4>().0 {
        let value = f32::from_le_bytes(*word);
        zeros += u64::from(value == 0.0);
        negative |= value < 0.0;
        same &= value == 0.0 || value.abs() == 1.0;
    }
    (same, zeros, negative)
}

fn timed<T>(what: &str, bytes: usize, run: impl Fn() -> T) -> T {
    let mut best = f64::INFINITY;
    let mut last = None;
    for _ in 0..5 {
        let start = Instant::now();
        last = Some(black_box(run()));
        best = best.min(start.elapsed().as_secs_f64());
    }
    println!(
        "{what:22} {:8.2} ms {:8.2} GB/s",
        best * 1e3,
        bytes as f64 / best / 1e9
    );
    last.unwrap()
}

fn main() {
    // Cargo gives `--bench`; tests only look whether it runs.
    let rows = match std::env::args().any(|word| word == "--bench") {
        true => 1 << 14,
        false => 16,
    };
    let count = rows * WIDE;
    let tensor = Tensor {
        name: "w".to_owned(),
        dims: vec![rows as i64, WIDE as i64],
        element: ElementType::Float,
        payload: Payload::Raw(0..4 * count as u64),
    };
    let never = |_: &str| -> Result<Box<dyn Bytes>, String> { panic!("no other file") };
    let signs = bytes(count, sign);
    let all = signs.len();
    println!(
        "{} MB, {} threads",
        all / 1_000_000,
        rayon::current_num_threads()
    );
    let (same, zeros, negative) = timed("plain loop", all, || plain(black_box(&signs)));
    assert!(same && negative);
    let alone = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .unwrap();
    let look = |bytes: &Vec<u8>| scan(&tensor, bytes, &never).unwrap().unwrap();
    let found = alone.install(|| timed("signs, zeros, 1 thread", all, || look(&signs)));
    assert_eq!(
        (found.pattern, found.zeros),
        (Some(Pattern::Ternary), Some(zeros))
    );
    assert_eq!(timed("signs, zeros", all, || look(&signs)), found);
    let gain = |at: usize| sign(at) * (1.0 + (at / WIDE) as f32 / 7.0);
    let scaled = bytes(count, gain);
    let found = timed("a gain for each row", all, || look(&scaled));
    assert_eq!(found.pattern, Some(Pattern::Ternary));
    let noise = bytes(count, |at| {
        ((at as u32).wrapping_mul(2_654_435_761) >> 8) as f32 / 1e7
    });
    let found = timed("noise", all, || look(&noise));
    assert_eq!((found.pattern, found.zeros), (None, None));
}
