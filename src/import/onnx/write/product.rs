//! Products and reductions in index notation.

use std::fmt::Write;

use super::formula::{amount, formula};
use super::section::Section;
use crate::import::onnx::net::{Fold, FoldKind, NamedDim, NetNode, Product, ProductAxis};
use crate::model::{Map, Reduce};
use crate::source::TomlValue;
use crate::symbolic::Expr;

/// Names of axes, for the numbers that readers give them.
const NAMED: [(u16, &str); 13] = [
    (0, "b"),
    (1, "g"),
    (2, "c"),
    (3, "o"),
    (4, "y"),
    (5, "ky"),
    (6, "x"),
    (7, "kx"),
    (8, "z"),
    (9, "kz"),
    (100, "n"),
    (101, "k"),
    (102, "m"),
];
/// Names of other axes.
const OTHERS: [&str; 12] = ["i", "j", "p", "q", "r", "s", "t", "u", "v", "w", "e", "f"];

/// The names of the axes of one notation.
struct Letters<'n> {
    dims: &'n [NamedDim],
    given: Vec<(u16, String)>,
}

impl Letters<'_> {
    fn of(&mut self, axis: u16) -> String {
        if let Some((_, name)) = self.given.iter().find(|(known, _)| *known == axis) {
            return name.clone();
        }
        let named = NAMED.iter().find(|(known, _)| *known == axis);
        let free = |name: &str| {
            self.given.iter().all(|(_, other)| other != name)
                && self.dims.iter().all(|dim| dim.name != name)
        };
        let wish = named
            .map(|(_, name)| *name)
            .into_iter()
            .chain(OTHERS)
            .find(|name| free(name));
        let name = wish.map_or_else(|| format!("axis_{axis}"), str::to_owned);
        self.given.push((axis, name.clone()));
        name
    }

    fn axes(&mut self, axes: &[ProductAxis]) -> String {
        let axes: Vec<String> = axes.iter().map(|axis| self.axis(axis)).collect();
        axes.join(" ")
    }

    fn axis(&mut self, axis: &ProductAxis) -> String {
        match axis {
            ProductAxis::Index(axis) => self.of(*axis),
            ProductAxis::One => "1".to_owned(),
            ProductAxis::Split(outer, inner) => {
                format!("({} {})", self.of(*outer), self.of(*inner))
            }
            ProductAxis::Window {
                place,
                stride,
                within,
                dilation,
                padding,
            } => {
                let times = |factor: i64, name: String| match factor {
                    1 => name,
                    factor => format!("{factor}*{name}"),
                };
                let mut text = format!(
                    "({} + {}",
                    times(*stride, self.of(*place)),
                    times(*dilation, self.of(*within))
                );
                if !padding.is_zero() {
                    let _ = match padding.as_constant() {
                        Some(padding) => write!(text, " - {padding}"),
                        None => write!(text, " - ({})", formula(padding)),
                    };
                }
                text.push(')');
                text
            }
        }
    }
}

impl Section<'_> {
    pub(super) fn product(&mut self, node: &NetNode, product: &Product) {
        let inputs = TomlValue::list(node.inputs.iter().map(|input| self.factor(*input)));
        let scaled = node
            .inputs
            .iter()
            .any(|input| self.net.tensors[*input].scale.is_some());
        let dims = self.net.dims.clone();
        let mut letters = Letters {
            dims: &dims,
            given: Vec::new(),
        };
        let operands: Vec<String> = (product.operands.iter())
            .map(|axes| letters.axes(axes))
            .collect();
        let text = format!(
            "{} -> {}",
            operands.join(", "),
            letters.axes(&product.result)
        );
        let given_extents: Vec<(String, TomlValue)> = (product.given_extents.iter())
            .map(|(axis, extent)| (letters.of(*axis), amount(extent)))
            .collect();
        let name = if scaled {
            self.fresh(&format!("{}_sums", self.net.tensors[node.output].name))
        } else {
            self.name(node.output)
        };
        self.open(&name, node.stage);
        self.field("einsum", text);
        if product.map != Map::Mul {
            self.field("map", product.map.name());
        }
        if product.reduce != Reduce::Add {
            self.field("reduce", product.reduce.name());
        }
        if !given_extents.is_empty() {
            self.field("axes", TomlValue::Table(given_extents));
        }
        if let Some(sums) = &product.sums {
            self.field("sums", amount(sums));
        }
        self.field("inputs", inputs);
        if product.bias {
            self.field("bias", TomlValue::number(1));
        }
        self.close(node);
        if scaled {
            // The number that all weights share multiplies the sums.
            let result = self.name(node.output);
            self.open(&result, node.stage);
            self.field("apply", format!("{name} * 0.3"));
        }
    }

    pub(super) fn fold(&mut self, node: &NetNode, fold: &Fold) {
        let input = self.operand(node.inputs[0]);
        let dims = self.net.dims.clone();
        let mut letters = Letters {
            dims: &dims,
            given: Vec::new(),
        };
        let kept = self.net.tensors[node.output]
            .shape
            .as_ref()
            .map_or(0, Vec::len);
        let keep = kept == fold.reduced.len();
        let (mut before, mut after) = (Vec::new(), Vec::new());
        for (at, reduced) in fold.reduced.iter().enumerate() {
            let axis = letters.of(200 + at as u16);
            before.push(axis.clone());
            match (reduced, keep) {
                (false, _) => after.push(axis),
                (true, true) => after.push("1".to_owned()),
                (true, false) => {}
            }
        }
        let text = format!("{} -> {}", before.join(" "), after.join(" "));
        let mean = fold.kind == FoldKind::Mean;
        let name = if mean {
            self.fresh(&format!("{}_sum", self.net.tensors[node.output].name))
        } else {
            self.name(node.output)
        };
        self.open(&name, node.stage);
        self.field("einsum", text.trim_end());
        match fold.kind {
            FoldKind::Max => self.field("reduce", "max"),
            FoldKind::Min => self.field("reduce", "min"),
            FoldKind::Sum | FoldKind::Mean => {}
        }
        self.field("inputs", TomlValue::list([input]));
        self.close(node);
        if mean {
            let shape = self.net.tensors[node.inputs[0]]
                .shape
                .as_deref()
                .unwrap_or(&[]);
            let gone = shape
                .iter()
                .zip(&fold.reduced)
                .filter(|(_, reduced)| **reduced);
            let gone: Expr = gone.map(|(extent, _)| extent).product();
            let count = formula(&gone);
            // Which number stands there changes nothing that is counted, and
            // formulas over tensors know no `floor`.
            let count = match count.contains(['(', ',']) {
                true => "7".to_owned(),
                false => count,
            };
            let result = self.name(node.output);
            self.open(&result, node.stage);
            self.field("apply", format!("{name} * (1 / ({count}))"));
            self.close(node);
        }
    }
}
