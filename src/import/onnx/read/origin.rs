//! Where the tensors of a file come from, as PyTorch's exporter says: which are
//! parameters and buffers of the module, and which tensors it computed before
//! it wrote the file, with the names of those that each was computed from.

use super::names::Names;
use crate::hash::FastMap;
use crate::import::onnx::build::NetBuilder;
use crate::import::onnx::net::{Making, Origin, TensorId};
use crate::import::onnx::proto::{Graph, ValueInfo};

/// Steps that only move or repeat what they read, as the exporter names their
/// results.
const MOVES: [&str; 16] = [
    "_to_copy",
    "_unsafe_view",
    "alias",
    "clone",
    "detach",
    "expand",
    "getitem",
    "permute",
    "repeat",
    "select",
    "slice",
    "squeeze",
    "t",
    "transpose",
    "unsqueeze",
    "view",
];
/// Steps that make a tensor of nothing.
const SOURCES: [&str; 13] = [
    "arange",
    "empty",
    "eye",
    "fill",
    "full",
    "full_like",
    "lift_fresh_copy",
    "linspace",
    "new_ones",
    "new_zeros",
    "ones",
    "scalar_tensor",
    "zeros",
];

/// Whether the exporter says of tensors what they were to the module.
pub(super) fn is_said(infos: &[ValueInfo]) -> bool {
    infos.iter().any(|info| info.input_kind.is_some())
}

/// What the exporter says of a tensor. Where it says what the tensors of the
/// module were, those of equal elements (`made_up`) of which it says nothing
/// are its own: the gain of ones of a normalisation without one. What was computed of parameters lists at
/// least one by its path, as in `q.weight`, or, where it was moved alone, by its
/// name in the module; masks, tables of sines and states list steps of the
/// computation alone.
pub(super) fn origin(info: &ValueInfo, made_up: bool) -> Origin {
    match (info.input_kind.as_deref(), &info.folded_from) {
        (Some("PARAMETER"), _) => Origin::Parameter,
        (Some(_), _) => Origin::Buffer,
        (None, Some(list)) if paths(list).next().is_none() && moved(list).is_none() => {
            Origin::Derived
        }
        (None, None) if made_up => Origin::Derived,
        (None, Some(_)) => Origin::Computed,
        (None, None) => Origin::Unsaid,
    }
}

/// Tensors that were computed from others of the file, or written twice, hold
/// no parameters of their own.
pub(super) fn mark_copies<'m>(
    builder: &mut NetBuilder,
    graph: &'m Graph,
    infos: &FastMap<&'m str, &'m ValueInfo>,
    names: &Names<'m>,
) {
    let mut copies = Copies::default();
    for initializer in &graph.initializers {
        let name = initializer.name.as_str();
        let (Some(info), Some(tensor)) = (infos.get(name), names.find(name)) else {
            continue;
        };
        let elements = initializer.elements();
        let find = |name: &str| names.find(name);
        if let Some(sources) = copies.sources(info, tensor, elements, find) {
            let made = builder.tensor_mut(tensor);
            made.origin = None;
            made.made_of = sources;
            made.making = Making::Linear;
        }
    }
}

/// Tensors that hold a parameter as it is, whichever way round, by the names of
/// these; each with its elements.
#[derive(Debug, Default)]
struct Copies<'m> {
    whole: FastMap<&'m str, (TensorId, u64)>,
}

impl<'m> Copies<'m> {
    /// The tensors that hold what `tensor` was computed from, if the file has
    /// them all; `find` finds one by its name.
    fn sources(
        &mut self,
        info: &'m ValueInfo,
        tensor: TensorId,
        elements: Option<u64>,
        find: impl Fn(&str) -> Option<TensorId>,
    ) -> Option<Vec<TensorId>> {
        let list = info.folded_from.as_deref()?;
        let found: Option<Vec<TensorId>> = paths(list).map(find).collect();
        if let Some(found) = found.filter(|found| !found.is_empty()) {
            return Some(found);
        }
        // One name alone is that of a tensor that was turned.
        let (mut names, elements) = (names(list), elements?);
        let name = names.next().filter(|_| names.next().is_none())?;
        let (first, held) = *self.whole.entry(name).or_insert((tensor, elements));
        (first != tensor && held == elements).then(|| vec![first])
    }
}

/// The names of a list as Python prints it.
fn names(list: &str) -> impl Iterator<Item = &str> {
    list.split('\'').skip(1).step_by(2)
}

/// Those of tensors within the modules of a module.
fn paths(list: &str) -> impl Iterator<Item = &str> {
    names(list).filter(|name| name.contains('.'))
}

/// The one tensor that was moved and nothing else, unless a step made it.
fn moved(list: &str) -> Option<&str> {
    // `val_3` is a result without a name, as the extents of a move are.
    let is_move = |step: &str| step == "val" || MOVES.contains(&step);
    let mut others = names(list).filter(|name| !is_move(step(name)));
    let name = others.next().filter(|_| others.next().is_none())?;
    let made = SOURCES.contains(&step(name)) || name.starts_with("int64_");
    (!made).then_some(name)
}

/// The step that made a result: its name without the number behind it.
fn step(name: &str) -> &str {
    match name.rsplit_once('_') {
        Some((step, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => step,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::moved;

    #[test]
    fn what_was_moved_alone_is_told_from_what_was_computed() {
        assert_eq!(moved("['cls_token', 'val_6', 'val_7']"), Some("cls_token"));
        assert_eq!(moved("['expand', 'queries', 'val_1']"), Some("queries"));
        assert_eq!(moved("['zeros', 'val_0']"), None);
        assert_eq!(moved("['arange_1', 'unsqueeze_3', 'val_0']"), None);
        assert_eq!(moved("['arange', 'cos', 'val_0']"), None);
        assert_eq!(moved("['val_80', 'val_81']"), None);
    }
}
