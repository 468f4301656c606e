//! Changes to a text by its lines and words. Changes to single bytes seldom
//! leave more than a mistake of syntax.

use libfuzzer_sys::fuzzer_mutate;

use crate::random::Random;

/// Numbers that are near some limit.
const NUMBERS: [&str; 12] = [
    "0",
    "1",
    "-1",
    "2",
    "0.5",
    "1e308",
    "1e-308",
    "65536",
    "4294967296",
    "9223372036854775807",
    "1e15",
    "\"a\"",
];

/// Changes the text in the first `size` bytes of `data`; the length of what is
/// there then.
pub fn mutate(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut random = Random::new(seed);
    let changed = match std::str::from_utf8(&data[..size]) {
        Ok(text) if random.below(4) > 0 && text.contains('\n') => change(text, &mut random),
        _ => return fuzzer_mutate(data, size, max_size),
    };
    let length = changed.len().min(max_size);
    data[..length].copy_from_slice(&changed.as_bytes()[..length]);
    length
}

fn change(text: &str, random: &mut Random) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let at = random.below(lines.len());
    let other = random.below(lines.len());
    match random.below(6) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, lines[other].clone()),
        2 => lines.swap(at, other),
        3 => lines[at] = replaced(&lines[at], &lines[other], random),
        4 => {
            let from = lines[other].clone();
            lines[at] = replaced(&lines[at], &from, random);
        }
        _ => lines[at] = replaced(&lines[at], NUMBERS[random.below(NUMBERS.len())], random),
    }
    lines.join("\n") + "\n"
}

/// `line` with one of its words replaced by one of `from`.
fn replaced(line: &str, from: &str, random: &mut Random) -> String {
    let (old, new) = (words(line), words(from));
    if old.is_empty() || new.is_empty() {
        return line.to_owned();
    }
    let (start, end) = old[random.below(old.len())];
    let (first, last) = new[random.below(new.len())];
    format!("{}{}{}", &line[..start], &from[first..last], &line[end..])
}

/// Where the words of a line are; a sign by itself is one.
fn words(line: &str) -> Vec<(usize, usize)> {
    let within = |c: char| c.is_alphanumeric() || "_.-\"".contains(c);
    let mut words: Vec<(usize, usize)> = Vec::new();
    let mut before = false;
    for (at, c) in line.char_indices().filter(|(_, c)| !c.is_whitespace()) {
        let end = at + c.len_utf8();
        match words.last_mut() {
            Some(last) if before && within(c) && last.1 == at => last.1 = end,
            _ => words.push((at, end)),
        }
        before = within(c);
    }
    words
}
