//! One node as ops.

use std::sync::Arc;

use super::formula::{amount, number, shape};
use super::section::Section;
use crate::import::onnx::net::{Binary, Block, NetNode, NodeId, TensorId, Unary, Work};
use crate::import::onnx::proto::ElementType;
use crate::primitive::Primitive;
use crate::source::TomlValue;
use crate::symbolic::Expr;

impl Section<'_> {
    pub(super) fn node(&mut self, at: NodeId) {
        let node = &self.net.nodes[at];
        self.at = at;
        self.stage = node.stage;
        match &node.work {
            Work::Product(product) => self.product(node, product),
            Work::Fold(fold) => self.fold(node, fold),
            Work::Unary(Unary::Cast) | Work::Move => self.moved(node, None),
            Work::Unsupported(name) => self.moved(node, Some(name)),
            Work::Unary(Unary::Sigmoid) => self.block(node, "sigmoid", &[]),
            Work::Unary(unary) => {
                let x = self.operand(node.inputs[0]);
                self.apply(node, unary_text(*unary, &x));
            }
            Work::Binary(binary) => {
                let (x, y) = (self.term(node.inputs[0]), self.term(node.inputs[1]));
                self.apply(node, binary_text(*binary, &x, &y));
            }
            Work::Clip(low, high) => {
                let x = self.operand(node.inputs[0]);
                self.clip(node, &x, *low, *high);
            }
            Work::Where => {
                let [c, x, y] =
                    [0, 1, 2].map(|at| node.inputs.get(at).map(|input| self.term(*input)));
                if let (Some(c), Some(x), Some(y)) = (c, x, y) {
                    self.apply(node, format!("where({c}, {x}, {y})"));
                }
            }
            Work::PerElement(counts) => self.per_element(node, counts),
            Work::Block(Block::LayerNorm { .. } | Block::RmsNorm { .. })
                if self.is_shared_norm(node) =>
            {
                self.shared_norm(node);
            }
            Work::Block(block) => {
                let with: &[(&str, bool)] = match block {
                    Block::LayerNorm { gain, shift } => &[("gain", *gain), ("shift", *shift)],
                    Block::RmsNorm { gain } => &[("gain", *gain)],
                    _ => &[],
                };
                self.block(node, block.name(), with);
            }
            Work::Gather => self.gather(node),
        }
    }

    /// A tensor in a formula: its name, or the number that it is.
    fn term(&mut self, tensor: TensorId) -> Arc<str> {
        let constant = &self.net.tensors[tensor];
        let single = constant
            .shape
            .as_ref()
            .is_some_and(|shape| shape.iter().all(|e| *e == Expr::one()));
        match (self.net.scalar(tensor), constant.constant && single) {
            (Some(value), true) => {
                let text = number(value);
                if text.starts_with('-') {
                    format!("({text})").into()
                } else {
                    text.into()
                }
            }
            // A number of which only that it is one matters.
            (None, true) if constant.shape.as_ref().is_some_and(Vec::is_empty) => "0.3".into(),
            _ => self.operand(tensor),
        }
    }

    fn apply(&mut self, node: &NetNode, text: String) {
        let name = self.name(node.output);
        self.open(&name, node.stage);
        self.field("apply", text);
        self.close(node);
    }

    fn clip(&mut self, node: &NetNode, x: &str, low: f64, high: f64) {
        let (bottom, top) = (number(low), number(high));
        let text = match (low.is_finite(), high.is_finite()) {
            (true, true) => format!("clip({x}, {bottom}, {top})"),
            (true, false) => format!("max({x}, {bottom})"),
            (false, true) => format!("min({x}, {top})"),
            (false, false) => x.to_owned(),
        };
        self.apply(node, text);
    }

    fn moved(&mut self, node: &NetNode, unsupported: Option<&str>) {
        let inputs = TomlValue::list(node.inputs.iter().map(|input| self.operand(*input)));
        let name = self.name(node.output);
        self.open(&name, node.stage);
        if let Some(order) = self.transposed(node) {
            self.field("einsum", order);
            self.field("inputs", inputs);
            return;
        }
        let extents = self.net.tensors[node.output].shape.as_deref();
        self.field("reshape", shape(extents.unwrap_or(&[])));
        self.field("inputs", inputs);
        if let Some(why) = unsupported {
            self.field("uncounted", why);
        }
    }

    /// The axes of a tensor in another order, where it is only that.
    fn transposed(&self, node: &NetNode) -> Option<String> {
        let [input] = node.inputs.as_slice() else {
            return None;
        };
        let kept = self.net.kept_axes.get(&node.output)?;
        let order: Vec<usize> = kept.iter().copied().collect::<Option<_>>()?;
        let rank = self.net.tensors[*input].shape.as_ref()?.len();
        let mut sorted = order.clone();
        sorted.sort_unstable();
        if order == sorted || sorted != (0..rank).collect::<Vec<_>>() || node.work != Work::Move {
            return None;
        }
        let axes = |order: &[usize]| {
            let names: Vec<String> = order.iter().map(|at| format!("a{at}")).collect();
            names.join(" ")
        };
        Some(format!("{} -> {}", axes(&sorted), axes(&order)))
    }

    /// So many primitives for each element of the result, which may have
    /// another shape than the inputs.
    fn per_element(&mut self, node: &NetNode, counts: &[(Primitive, Expr)]) {
        let net = self.net;
        // A pooling that compares gives one of what it compares.
        let compares = |(primitive, _): &(Primitive, Expr)| *primitive == Primitive::Compare;
        let is_largest = node.stage == Some("pool") && counts.iter().all(compares);
        let alike = net.tensors[node.inputs[0]].shape == net.tensors[node.output].shape;
        let mut first = self.operand(node.inputs[0]);
        if !alike {
            let inputs = TomlValue::list(node.inputs.iter().map(|input| self.operand(*input)));
            first = self.fresh(&format!("{}_places", net.tensors[node.output].name));
            self.open(&first, node.stage);
            let extents = net.tensors[node.output].shape.as_deref();
            self.field("reshape", shape(extents.unwrap_or(&[])));
            self.field("inputs", inputs);
        }
        let largest_of = counts.first().map(|(_, count)| amount(count));
        let counts = counts.iter();
        let counts = counts.map(|(primitive, count)| (primitive, amount(count)));
        let name = self.name(node.output);
        self.open(&name, node.stage);
        self.field("per_element", TomlValue::table(counts));
        self.field("inputs", TomlValue::list([first]));
        if net.tensors[node.output].element == ElementType::Bool {
            self.field("domain", "binary");
        } else if let Some(among) = largest_of.filter(|_| is_largest) {
            self.field("keeps_values", among);
        }
        self.close(node);
    }

    fn block(&mut self, node: &NetNode, block: &str, with: &[(&str, bool)]) {
        let x = self.operand(node.inputs[0]);
        let name = self.name(node.output);
        self.open(&name, node.stage);
        self.field("block", block);
        let off = with.iter().filter(|(_, on)| !on).map(|(param, _)| *param);
        if off.clone().next().is_some() {
            self.field("with", switched_off(off));
        }
        self.field("inputs", TomlValue::list([x]));
        self.masked(node);
    }

    /// Whether the gain and shift of a normalisation are vectors that are not
    /// its own: another one has them too, or they are computed.
    fn is_shared_norm(&self, node: &NetNode) -> bool {
        let last = self.net.tensors[node.inputs[0]].shape.as_deref();
        let last = last.and_then(<[Expr]>::last);
        let along_last = |input: &TensorId| {
            let shape = self.net.tensors[*input].shape.as_deref();
            shape.is_some_and(|shape| shape.len() == 1 && shape.last() == last)
        };
        !self.parameters.has_own_norm(self.at)
            && node.inputs.len() > 1
            && node.inputs.iter().skip(1).all(along_last)
    }

    /// A normalisation, and its gain and shift behind it.
    fn shared_norm(&mut self, node: &NetNode) {
        let (block, gained, off): (_, _, &[&str]) = match &node.work {
            Work::Block(block @ Block::LayerNorm { gain, .. }) => {
                (block, *gain, &["gain", "shift"])
            }
            Work::Block(block) => (block, true, &["gain"]),
            _ => return,
        };
        let x = self.operand(node.inputs[0]);
        let vectors: Vec<Arc<str>> = (node.inputs.iter().skip(1))
            .map(|vector| self.operand(*vector))
            .collect();
        let rows = self.fresh(&format!("{}_rows", self.net.tensors[node.output].name));
        self.open(&rows, node.stage);
        self.field("block", block.name());
        self.field("with", switched_off(off.iter().copied()));
        self.field("inputs", TomlValue::list([x]));
        let text = match (gained, vectors.as_slice()) {
            (true, [gain, shift]) => format!("{rows} * {gain} + {shift}"),
            (true, [gain, ..]) => format!("{rows} * {gain}"),
            (_, [shift, ..]) => format!("{rows} + {shift}"),
            (_, []) => rows.to_string(),
        };
        self.apply(node, text);
    }

    fn gather(&mut self, node: &NetNode) {
        let (table, indices) = (self.factor(node.inputs[0]), self.operand(node.inputs[1]));
        let rank = self.net.tensors[node.inputs[1]]
            .shape
            .as_ref()
            .map_or(0, Vec::len);
        let rows: Vec<String> = (0..rank).map(|at| format!("i{at}")).collect();
        let rows = rows.join(" ");
        let name = self.name(node.output);
        self.open(&name, node.stage);
        let text = format!("{rows}, v_ d_ -> {rows} d_");
        self.field("gather", text.trim_start());
        self.field("inputs", TomlValue::List(vec![indices.into(), table]));
    }
}

/// Params that are 0.
fn switched_off<'p>(params: impl Iterator<Item = &'p str>) -> TomlValue {
    TomlValue::table(params.map(|param| (param, TomlValue::number(0))))
}

fn unary_text(unary: Unary, x: &str) -> String {
    match unary {
        Unary::Abs => format!("abs({x})"),
        Unary::Negate => format!("-{x}"),
        Unary::Exp => format!("exp({x})"),
        Unary::Log => format!("log({x})"),
        Unary::Sqrt => format!("sqrt({x})"),
        Unary::Tanh => format!("tanh({x})"),
        Unary::Erf => format!("erf({x})"),
        Unary::Sign => format!("sign({x})"),
        // Formulas over tensors have one rounding; its cost is the same.
        Unary::Round | Unary::Floor | Unary::Ceil => format!("round({x})"),
        Unary::Reciprocal => format!("1 / {x}"),
        Unary::Relu => format!("max({x}, 0)"),
        Unary::Not => format!("not({x})"),
        // Written as a block and a move.
        Unary::Sigmoid | Unary::Cast => x.to_owned(),
    }
}

fn binary_text(binary: Binary, x: &str, y: &str) -> String {
    match binary {
        Binary::Add => format!("{x} + {y}"),
        Binary::Sub => format!("{x} - {y}"),
        Binary::Mul => format!("{x} * {y}"),
        Binary::Div => format!("{x} / {y}"),
        Binary::Power => format!("{x} ^ {y}"),
        Binary::Max => format!("max({x}, {y})"),
        Binary::Min => format!("min({x}, {y})"),
        Binary::Greater => format!("{x} > {y}"),
        Binary::GreaterOrEqual => format!("{x} >= {y}"),
        Binary::Less => format!("{x} < {y}"),
        Binary::LessOrEqual => format!("{x} <= {y}"),
        Binary::Equal => format!("{x} == {y}"),
        Binary::Or => format!("or({x}, {y})"),
        Binary::Xor => format!("xor({x}, {y})"),
    }
}
