//! Changes to a protobuf file by its fields, at any depth. Changes to single
//! bytes seldom leave the lengths around them right.

use libfuzzer_sys::fuzzer_mutate;

use crate::random::Random;

/// Numbers that are near some limit.
const NUMBERS: [u64; 10] = [
    0,
    1,
    2,
    3,
    64,
    1 << 31,
    1 << 40,
    1 << 63,
    u64::MAX,
    u64::MAX - 1,
];

/// A field: its tag, and its value as it is written, without a length.
type Field = (u64, Vec<u8>);

/// Changes the file in the first `size` bytes of `data`; the length of what is
/// there then.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut random = Random::new(seed);
    let changed = match fields(&data[..size]) {
        Some(fields) if random.below(8) > 0 && !fields.is_empty() => change(fields, &mut random),
        _ => return fuzzer_mutate(data, size, max_size),
    };
    if changed.len() > max_size {
        return size;
    }
    data[..changed.len()].copy_from_slice(&changed);
    changed.len()
}

/// The bytes of these fields, one or two of them changed, or one within them.
fn change(mut all: Vec<Field>, random: &mut Random) -> Vec<u8> {
    let at = random.below(all.len());
    if all[at].0 & 7 == 2 && random.below(8) > 0 {
        if let Some(inner) = fields(&all[at].1).filter(|inner| !inner.is_empty()) {
            all[at].1 = change(inner, random);
            return written(&all);
        }
    }
    let other = random.below(all.len());
    match random.below(6) {
        0 => drop(all.remove(at)),
        1 => all.insert(other, all[at].clone()),
        2 => all.swap(at, other),
        // Most of all, tensors of one node for those of another.
        3 => {
            let like: Vec<Field> = (all.iter().filter(|field| field.0 == all[at].0))
                .cloned()
                .collect();
            all[at].1 = like[random.below(like.len())].1.clone();
        }
        4 => all[at].1 = all[other].1.clone(),
        _ if all[at].0 & 7 == 0 => all[at].1 = varint(NUMBERS[random.below(NUMBERS.len())]),
        _ => {
            let value = &mut all[at].1;
            let size = value.len();
            value.resize(size + 8, 0);
            let size = fuzzer_mutate(value, size, size + 8);
            value.truncate(size);
        }
    }
    written(&all)
}

/// The fields of a message; `None` if it is none.
fn fields(mut bytes: &[u8]) -> Option<Vec<Field>> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let tag = read_varint(&mut bytes)?;
        let length = match tag & 7 {
            0 => bytes.iter().position(|byte| *byte < 0x80)? + 1,
            1 => 8,
            2 => usize::try_from(read_varint(&mut bytes)?).ok()?,
            5 => 4,
            _ => return None,
        };
        if tag >> 3 == 0 {
            return None;
        }
        let (value, rest) = bytes.split_at_checked(length)?;
        fields.push((tag, value.to_vec()));
        bytes = rest;
    }
    Some(fields)
}

fn written(fields: &[Field]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (tag, value) in fields {
        bytes.extend(varint(*tag));
        if tag & 7 == 2 {
            bytes.extend(varint(value.len() as u64));
        }
        bytes.extend(value);
    }
    bytes
}

fn read_varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..63).step_by(7) {
        let (first, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        if *first < 0x80 {
            return Some(value);
        }
    }
    None
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}
