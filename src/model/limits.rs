//! How much one file may hold: what is made of the largest graphs, far less than
//! what would take minutes or fill the memory. An import is held against the
//! same limits before its text is handed on.

use crate::source::Source;

/// Ops, or weights, of a model or of one of its blocks.
pub(super) const OPS: usize = 200_000;
/// Numbers, inputs or slots of one file; extents, counts or numbers of one op.
pub(super) const NAMES: usize = 10_000;
/// Inputs of one op. Few kinds of ops may have so many, which is told when the model is
/// lowered: those that only move them, as the steps of a network that was unrolled.
pub(super) const INPUTS: usize = 65_536;
/// Operands of one notation.
pub(super) const OPERANDS: usize = 1024;
/// Characters of the name of an unknown operator.
pub(super) const OPERATOR: usize = 200;
/// Axes of one tensor.
pub(super) const AXES: usize = 16;
/// Scopes of one file, and members of one scope.
pub(super) const SCOPES: usize = 200;
/// Blocks that stand in one model file.
pub(super) const OWN_BLOCKS: usize = 20_000;
/// Blocks of other files that a model draws on.
pub(super) const BLOCKS: usize = 500;
/// Variants of one model.
pub(super) const VARIANTS: usize = 200;
/// Densities of one file.
pub(super) const DENSITIES: usize = 100_000;

/// Whether the text of an import is short enough to be read as a model.
///
/// # Errors
/// What there is too much of, in words.
pub(crate) fn check_import(text: &str) -> Result<(), String> {
    let most = Source::max_model_bytes();
    if text.len() > most {
        let most = most >> 20;
        return Err(format!(
            "its model file would be larger than {most} MiB, the most that is read"
        ));
    }
    let count = |head: &str| text.lines().filter(|line| *line == head).count();
    for (head, most, what) in [("[[op]]", OPS, "ops"), ("[[block]]", OWN_BLOCKS, "blocks")] {
        let count = count(head);
        if count > most {
            return Err(format!(
                "its model file would have {count} {what}, more than {most}, the most that are read"
            ));
        }
    }
    Ok(())
}
