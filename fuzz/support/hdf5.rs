//! Changes to an HDF5 file: most of it are zeros, and numbers of 2 to 8 bytes
//! that say where something lies and how large it is.

use libfuzzer_sys::fuzzer_mutate;

use crate::random::Random;

/// Numbers that are near some limit.
const NUMBERS: [u64; 9] = [0, 1, 2, 96, 1 << 16, 1 << 31, 1 << 32, 1 << 60, u64::MAX];

/// Names that mean something in a NIR graph.
const NAMES: [&[u8]; 12] = [
    b"Affine",
    b"Conv2d",
    b"CubaLIF",
    b"Delay",
    b"Flatten",
    b"Input",
    b"NIRGraph",
    b"SumPool2d",
    b"nodes\0",
    b"edges\0",
    b"weight\0",
    b"stride\0",
];

/// Changes the file in the first `size` bytes of `data`; the length of what is
/// there then.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut random = Random::new(seed);
    if size < 16 || random.below(4) == 0 {
        return fuzzer_mutate(data, size, max_size);
    }
    let file = &mut data[..size];
    for _ in 0..=random.below(3) {
        let at = place(file, &mut random);
        match random.below(5) {
            0 => file[at] = random.below(256) as u8,
            1 => file[at] ^= 1 << random.below(8),
            2 => {
                let number = NUMBERS[random.below(NUMBERS.len())].to_le_bytes();
                put(file, at, &number[..1 << random.below(4)]);
            }
            3 => {
                let from = place(file, &mut random);
                let number = file[from..].iter().copied().take(8).collect::<Vec<u8>>();
                put(file, at, &number);
            }
            _ => put(file, at, NAMES[random.below(NAMES.len())]),
        }
    }
    size
}

/// Where a number or a name begins: at a multiple of 8, and seldom where there
/// is nothing.
fn place(file: &[u8], random: &mut Random) -> usize {
    let mut at = 0;
    for _ in 0..16 {
        at = random.below(file.len()) & !7;
        if file[at..].iter().take(8).any(|byte| *byte != 0) {
            break;
        }
    }
    at
}

fn put(file: &mut [u8], at: usize, bytes: &[u8]) {
    for (place, byte) in file[at..].iter_mut().zip(bytes) {
        *place = *byte;
    }
}
