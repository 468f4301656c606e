//! The kinds of work, by which boxes are coloured.

use crate::graph::OpKind;
use crate::model::Map;
use crate::primitive::Primitive;

/// What kind of work an op is, which gives it its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Work {
    Input,
    Product,
    Cheap,
    Elementwise,
    Function,
    Move,
    Unknown,
}

impl Work {
    pub(super) const ALL: [Work; 7] = [
        Work::Input,
        Work::Product,
        Work::Cheap,
        Work::Elementwise,
        Work::Function,
        Work::Move,
        Work::Unknown,
    ];

    pub(super) fn of(kind: &OpKind) -> Work {
        match kind {
            OpKind::Input | OpKind::Weight | OpKind::Constant | OpKind::State => Work::Input,
            OpKind::Move(_) => Work::Move,
            OpKind::Unsupported(_) => Work::Unknown,
            OpKind::Elementwise(elementwise) => {
                let hard = |primitive: &Primitive| {
                    use Primitive::{Div, Erf, Exp, Log, Sqrt, Tanh};
                    matches!(primitive, Div | Sqrt | Exp | Log | Tanh | Erf)
                };
                if elementwise
                    .steps
                    .iter()
                    .any(|(primitive, _)| hard(primitive))
                {
                    Work::Function
                } else {
                    Work::Elementwise
                }
            }
            OpKind::Einsum(einsum) if einsum.operands.len() < 2 => {
                if einsum.has_reduction() {
                    Work::Elementwise
                } else {
                    Work::Move
                }
            }
            OpKind::Einsum(einsum) => match (einsum.map, einsum.has_reduction()) {
                (Map::Mul | Map::SquareDiff, true) => Work::Product,
                (_, true) => Work::Cheap,
                (_, false) => Work::Elementwise,
            },
        }
    }

    /// What the key says of it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Work::Input => "input",
            Work::Product => "sums of products",
            Work::Cheap => "sums without products",
            Work::Elementwise => "elementwise",
            Work::Function => "with a division, root or exponential",
            Work::Move => "moves data",
            Work::Unknown => "unknown, left out",
        }
    }

    /// The colours of its box and of the box's border.
    pub(super) fn colours(self) -> (&'static str, &'static str) {
        match self {
            Work::Input => ("#ffffff", "#9a9a9a"),
            Work::Product => ("#f6d5cb", "#b4573a"),
            Work::Cheap => ("#d3e8d4", "#4c8a52"),
            Work::Elementwise => ("#dfe7f2", "#6d87ad"),
            Work::Function => ("#f7e6bd", "#b08a2a"),
            Work::Move => ("#ececec", "#9a9a9a"),
            Work::Unknown => ("#f3d1e4", "#a8326f"),
        }
    }
}
