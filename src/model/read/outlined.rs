//! What a program of ours has written, read by its outline.

use std::sync::Arc;

use super::op::op;
use crate::model::op::OpDecl;
use crate::source::{Outline, Problems, Source};

/// The ops of a model that a program of ours has written, one by one. How many
/// there are was held against the limits before.
pub(super) fn outlined_ops(
    source: &Arc<Source>,
    outline: &Outline,
    problems: &mut Problems,
) -> Vec<OpDecl> {
    let mut ops = Vec::with_capacity(outline.count(source, "op"));
    ops.extend(
        outline
            .tables(source, "op")
            .filter_map(|node| op(&node, problems)),
    );
    ops
}
