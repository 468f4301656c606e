//! Names that formulas of a model file can use.

use crate::formula::is_name;

/// Words that mean something in formulas.
const RESERVED: [&str; 16] = [
    "abs", "exp", "log", "sqrt", "tanh", "erf", "sign", "round", "max", "min", "clip", "where",
    "floor", "ceil", "true", "false",
];

/// A name that formulas can use, as like `text` as possible.
pub(crate) fn name_of(text: &str) -> String {
    // A path says most at its end.
    let tail = text.rsplit(['/', ':']).find(|part| !part.is_empty());
    let mut name: String = tail
        .unwrap_or("t")
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    name.truncate(48);
    let fits = is_name(&name) && !RESERVED.contains(&name.as_str());
    if fits { name } else { format!("t_{name}") }
}
