//! Names that a file gives, made harmless: they are written into model files
//! and notes.

/// The longest name that is taken over from a file.
const LONGEST: usize = 60;

/// The letters, digits and dashes of a name.
pub(crate) fn harmless(name: &str) -> String {
    let plain = |c: &char| c.is_ascii_alphanumeric() || "-_.".contains(*c);
    name.chars().filter(plain).take(LONGEST).collect()
}
