//! How weights lie in memory, as a model file says it: `[[stored]]`.

use num_rational::BigRational;

use crate::number;

/// One kind of weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredKind {
    pub(crate) stages: Vec<&'static str>,
    /// The ops that take them, where others of these stages take weights that are
    /// stored otherwise.
    pub(crate) ops: Vec<&'static str>,
    /// Whether it is of gains and biases alone, or of all else alone.
    pub(crate) vectors: Option<bool>,
    /// The bits of one number.
    pub(crate) bits: BigRational,
    /// How many numbers there are, where that is known.
    pub(crate) numbers: u64,
    /// What the file calls the tensors, which is harmless.
    pub(crate) tensors: String,
    /// In which types they are, and how many numbers of each.
    pub(crate) types: String,
}

impl StoredKind {
    /// Its lines, without the head of the table.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("stages = [{}]", quoted(&self.stages))];
        if !self.ops.is_empty() {
            lines.push(format!("ops = [{}]", quoted(&self.ops)));
        }
        lines.extend(self.vectors.map(|vectors| format!("vectors = {vectors}")));
        lines.push(format!("bits = {} # {}", written(&self.bits), self.types));
        lines.push(format!("numbers = {}", self.numbers));
        lines.push(format!("tensors = \"{}\"", self.tensors));
        lines
    }
}

fn quoted(names: &[&str]) -> String {
    let names = names.iter().map(|name| format!("\"{name}\""));
    names.collect::<Vec<_>>().join(", ")
}

/// Bits as a model file has them: a number, or a fraction in quotes.
pub(crate) fn written(bits: &BigRational) -> String {
    let plain = number::plain(bits);
    match number::is_decimal(bits) {
        true => plain,
        false => format!("\"{plain}\""),
    }
}
