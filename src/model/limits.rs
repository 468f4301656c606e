//! How much one file may hold: far more than a person writes, far less than
//! what would take minutes or fill the memory.

use crate::source::Source;

/// Ops of one file that a person wrote.
const OPS: usize = 10_000;
/// Ops of one file that was generated.
const GENERATED_OPS: usize = 200_000;

/// Ops, or weights, of one file.
pub(super) fn ops(source: &Source) -> usize {
    if source.is_generated() {
        GENERATED_OPS
    } else {
        OPS
    }
}

/// Numbers, inputs or slots of one file; extents, counts or numbers of one op.
pub(super) const NAMES: usize = 1_000;
/// Inputs of one op.
pub(super) const OPERANDS: usize = 256;
/// Characters of the name of an unknown operator.
pub(super) const OPERATOR: usize = 200;
/// Axes of one tensor.
pub(super) const AXES: usize = 16;
/// Scopes of one file, and members of one scope.
pub(super) const SCOPES: usize = 200;
/// Blocks that stand in one model file, and others that it draws on.
pub(super) const BLOCKS: usize = 500;
/// Variants of one model.
pub(super) const VARIANTS: usize = 200;
/// Densities of one file.
pub(super) const DENSITIES: usize = 100_000;
