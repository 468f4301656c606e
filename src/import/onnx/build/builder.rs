//! A net under construction.

use std::collections::BTreeMap;

use super::held::{Held, Quantised};
use crate::domain::Domain;
use crate::hash::{FastMap, FastSet};
use crate::import::onnx::error::ImportError;
use crate::import::onnx::infer::extent::{MAX_VALUES, check_shape, number, shown};
use crate::import::onnx::infer::{constant, domain};
use crate::import::onnx::net::{
    Binary, KnownValue, Making, NamedDim, Net, NetNode, NetTensor, Origin, Scale, TensorId, Unary,
    Work,
};
use crate::import::onnx::proto::ElementType;
use crate::number::to_f64;
use crate::symbolic::Expr;

/// What a constant was computed from is followed over so many tensors.
const MAX_SOURCES: usize = 64;

/// How some work computes a constant.
fn making(work: &Work) -> Making {
    match work {
        Work::Product(_) => Making::Product,
        Work::Gather
        | Work::Move
        | Work::Unary(Unary::Cast)
        | Work::Where
        | Work::Binary(Binary::Add | Binary::Sub | Binary::Mul | Binary::Div) => Making::Linear,
        _ => Making::Other,
    }
}

/// A net under construction: all that an operator may look at and add to.
#[derive(Debug, Default)]
pub(crate) struct NetBuilder {
    net: Net,
    /// What the reader of an estimate should know, with how often.
    notes: BTreeMap<String, usize>,
    /// Numbers that stand for fractions, by these.
    pub(super) quantised: FastMap<TensorId, Quantised>,
    /// How numbers are held that take fewer bits than their type.
    pub(super) held: FastMap<TensorId, Held>,
    /// Tensors without a number below 0.
    never_negative: FastSet<TensorId>,
    /// What differences of tensors are made of.
    pub(super) differences: FastMap<TensorId, (TensorId, TensorId)>,
    /// The tensors of sequences, by what stands for the whole.
    sequences: FastMap<TensorId, Vec<TensorId>>,
}

impl NetBuilder {
    /// The net, computed from `inputs` and giving `outputs`, and what the
    /// reader of an estimate should know.
    pub(crate) fn finish(
        mut self,
        inputs: Vec<TensorId>,
        outputs: Vec<TensorId>,
        dims: Vec<NamedDim>,
    ) -> (Net, BTreeMap<String, usize>) {
        self.net.outputs = (outputs.iter())
            .flat_map(|output| self.parts(*output).unwrap_or(&[*output]).to_vec())
            .collect();
        self.net.inputs = inputs;
        self.net.dims = dims;
        (self.net, self.notes)
    }

    /// Makes room for what so many nodes and tensors of the file become: some nodes
    /// take several steps, and room that is not used costs nothing.
    pub(crate) fn reserve(&mut self, nodes: usize, stored: usize) {
        self.net.nodes.reserve(2 * nodes);
        self.net.tensors.reserve(2 * nodes + stored);
    }

    /// A tensor that is not known before it is computed.
    pub(crate) fn add_tensor(
        &mut self,
        name: &str,
        shape: Option<Vec<Expr>>,
        element: ElementType,
    ) -> TensorId {
        self.net.tensors.push(NetTensor {
            name: name.to_owned(),
            shape,
            element,
            constant: false,
            stored: false,
            origin: None,
            made_of: Vec::new(),
            making: Making::Other,
            value: None,
            domain: Domain::Real,
            density: None,
            scale: None,
            bits: None,
        });
        self.net.tensors.len() - 1
    }

    /// A constant of which no element is known.
    pub(crate) fn add_constant(
        &mut self,
        name: &str,
        shape: Vec<Expr>,
        element: ElementType,
    ) -> TensorId {
        let id = self.add_tensor(name, Some(shape), element);
        self.net.tensors[id].constant = true;
        id
    }

    /// A constant whose elements are known.
    pub(crate) fn known(
        &mut self,
        value: KnownValue,
        shape: Vec<Expr>,
        element: ElementType,
    ) -> TensorId {
        let id = self.add_constant("", shape, element);
        self.net.tensors[id].value = (value.len() <= MAX_VALUES).then_some(value);
        id
    }

    /// Says that no number of a tensor is below 0.
    pub(crate) fn says_never_negative(&mut self, tensor: TensorId) {
        self.never_negative.insert(tensor);
    }

    /// Whether no number of a tensor is known to be below 0.
    pub(crate) fn is_never_negative(&self, tensor: TensorId) -> bool {
        self.never_negative.contains(&tensor)
    }

    /// How many nodes there are so far.
    pub(crate) fn nodes(&self) -> usize {
        self.net.nodes.len()
    }

    /// Says which part of the nodes from this one on a causal mask hides.
    pub(crate) fn mask(&mut self, from: usize, hidden: &Expr) {
        let results = self.net.nodes.iter().skip(from).map(|node| node.output);
        let masked = results.map(|result| (result, hidden.clone()));
        self.net.masked.extend(masked);
    }

    /// A sequence of tensors.
    pub(crate) fn sequence(&mut self, parts: Vec<TensorId>) -> TensorId {
        let whole = self.add_tensor("", None, ElementType::Undefined);
        self.sequences.insert(whole, parts);
        whole
    }

    /// The tensors of a sequence, if it is one.
    pub(crate) fn parts(&self, sequence: TensorId) -> Option<&[TensorId]> {
        self.sequences.get(&sequence).map(Vec::as_slice)
    }

    /// A node, as it is.
    pub(crate) fn push(&mut self, work: Work, inputs: Vec<TensorId>, output: TensorId) {
        self.net.nodes.push(NetNode {
            work,
            inputs,
            output,
            stage: None,
            format: None,
            folded: Vec::new(),
        });
    }

    /// The result of some work. What needs no input of the graph is computed
    /// once, before the network runs, and is a constant.
    pub(crate) fn compute(
        &mut self,
        work: Work,
        inputs: &[TensorId],
        shape: Vec<Expr>,
        element: ElementType,
    ) -> Result<TensorId, ImportError> {
        check_shape(&shape).map_err(|why| ImportError::Invalid(format!("its result {why}")))?;
        if !inputs.iter().all(|input| self.is_constant(*input)) {
            let output = self.add_tensor("", Some(shape), element);
            self.push(work, inputs.to_vec(), output);
            return Ok(output);
        }
        let value = constant::value(&work, inputs, &shape, &self.net);
        let making = making(&work);
        let (domain, scale) = domain::domain(&work, inputs, &shape, &self.net);
        let output = self.add_constant("", shape, element);
        let made = &mut self.net.tensors[output];
        made.value = value;
        made.domain = domain;
        made.scale = scale;
        made.made_of = inputs.to_vec();
        made.making = making;
        Ok(output)
    }

    /// Says that a node stands for these constants, too, if it was added last
    /// and makes `output`.
    pub(crate) fn stands_for(&mut self, output: TensorId, constants: &[Option<TensorId>]) {
        let known = constants.iter().flatten().copied();
        let known: Vec<TensorId> = known.filter(|id| self.is_constant(*id)).collect();
        if let Some(node) = self.last(output) {
            node.folded.extend(known);
        }
    }

    /// Constants that tell earlier tokens from later ones.
    pub(super) fn orders(&mut self) -> &mut FastSet<TensorId> {
        &mut self.net.orders
    }

    /// Which axes the results of moves keep.
    pub(super) fn kept_axes(&mut self) -> &mut FastMap<TensorId, Vec<Option<usize>>> {
        &mut self.net.kept_axes
    }

    /// A number for each index of an axis goes where the axis goes.
    pub(super) fn keeps_scale(&mut self, moved: TensorId, axes: &[Option<usize>]) {
        let [source] = self.net.tensors[moved].made_of[..] else {
            return;
        };
        let source = &self.net.tensors[source];
        let Some(Scale::Along(before)) = source.scale else {
            return;
        };
        let domain = source.domain.clone();
        if let Some(now) = axes.iter().position(|axis| *axis == Some(before)) {
            let moved = self.tensor_mut(moved);
            moved.domain = domain;
            moved.scale = Some(Scale::Along(now));
        }
    }

    /// How many nodes there are, to come back to.
    pub(crate) fn mark(&self) -> usize {
        self.net.nodes.len()
    }

    /// Takes away the nodes that were added after a mark.
    pub(crate) fn rewind(&mut self, mark: usize) {
        self.net.nodes.truncate(mark);
    }

    /// How many products the nodes sum that were added after a mark.
    pub(crate) fn products_since(&self, mark: usize) -> Expr {
        let mut all = Expr::zero();
        for node in self.net.nodes.iter().skip(mark) {
            let Work::Product(product) = &node.work else {
                continue;
            };
            let shape = |id: &TensorId| self.net.tensors[*id].shape.as_deref().unwrap_or(&[]);
            let operands: Vec<&[Expr]> = node.inputs.iter().map(shape).collect();
            if let Some(products) = product.summed(&operands, shape(&node.output)) {
                all += &products;
            }
        }
        all
    }

    /// The constants that nodes read which were added after a mark.
    pub(crate) fn constants_since(&self, mark: usize) -> Vec<TensorId> {
        let nodes = self.net.nodes.iter().skip(mark);
        let read = nodes.flat_map(|node| node.inputs.iter().chain(&node.folded));
        read.copied().filter(|id| self.is_constant(*id)).collect()
    }

    /// An operator of known shape that no table prices: it is listed as left
    /// out, and what stands behind it is counted.
    pub(crate) fn unpriced(
        &mut self,
        name: &str,
        inputs: Vec<TensorId>,
        shape: Vec<Expr>,
        element: ElementType,
    ) -> Result<TensorId, ImportError> {
        check_shape(&shape).map_err(|why| ImportError::Invalid(format!("its result {why}")))?;
        let output = self.add_tensor("", Some(shape), element);
        let work = Work::Unsupported(format!("{name} (no table prices it)"));
        self.push(work, inputs, output);
        Ok(output)
    }

    /// The node that was added last, if it makes `output`, to say more of it.
    pub(crate) fn last(&mut self, output: TensorId) -> Option<&mut NetNode> {
        self.net
            .nodes
            .last_mut()
            .filter(|node| node.output == output)
    }

    /// Names the stage of the node that was added last, if it makes `output`.
    pub(crate) fn set_stage(&mut self, output: TensorId, stage: &'static str) {
        if let Some(node) = self.last(output) {
            node.stage = Some(stage);
        }
    }

    /// What the reader of an estimate is told so far, to come back to.
    pub(crate) fn notes(&mut self) -> &mut BTreeMap<String, usize> {
        &mut self.notes
    }

    /// Tells the reader of an estimate of something.
    pub(crate) fn note(&mut self, text: &str) {
        *self.notes.entry(text.to_owned()).or_default() += 1;
    }

    /// What is known of a tensor, to say more of it.
    pub(crate) fn tensor_mut(&mut self, tensor: TensorId) -> &mut NetTensor {
        &mut self.net.tensors[tensor]
    }

    /// Whether a tensor is known before any input.
    pub(crate) fn is_constant(&self, tensor: TensorId) -> bool {
        self.net.tensors[tensor].constant
    }

    /// Whether a tensor stands in the file and training may have changed it.
    pub(crate) fn is_stored(&self, tensor: TensorId) -> bool {
        self.net.tensors[tensor].stored
    }

    /// Whether training may have changed a constant: it stands in the file, and
    /// the exporter did not make it, or it was computed from such a one.
    pub(crate) fn may_be_learnt(&self, constant: TensorId) -> bool {
        let mut open = vec![constant];
        let mut steps = 0;
        while let Some(id) = open.pop() {
            let tensor = &self.net.tensors[id];
            steps += 1;
            let own = tensor.stored && tensor.origin != Some(Origin::Derived);
            if own || steps > MAX_SOURCES {
                return true;
            }
            open.extend(&tensor.made_of);
        }
        false
    }

    /// What the elements of a tensor are.
    pub(crate) fn element(&self, tensor: TensorId) -> ElementType {
        self.net.tensors[tensor].element
    }

    /// The elements of a tensor, where they are known.
    pub(crate) fn value(&self, tensor: TensorId) -> Option<&KnownValue> {
        self.net.tensors[tensor].value.as_ref()
    }

    /// The elements of a tensor as formulas, where all are known numbers.
    pub(crate) fn exprs(&self, tensor: TensorId) -> Option<Vec<Expr>> {
        self.value(tensor)?.exprs()
    }

    /// The elements of a constant, broadcast to `shape`.
    pub(crate) fn spread(&self, tensor: TensorId, shape: &[Expr]) -> Option<Vec<Expr>> {
        constant::spread(tensor, shape, &self.net)?.exprs()
    }

    /// What the elements of a constant are, if that was found out.
    pub(crate) fn reveal(&mut self, tensor: TensorId, value: Option<KnownValue>) {
        let made = &mut self.net.tensors[tensor];
        if made.constant {
            made.value = value.filter(|value| value.len() <= MAX_VALUES);
        }
    }

    /// The one element of a constant, if it has one and that is known.
    pub(crate) fn scalar(&self, tensor: TensorId) -> Option<f64> {
        self.net.scalar(tensor)
    }

    /// The number that every element of a constant is.
    pub(crate) fn uniform(&self, tensor: TensorId) -> Option<f64> {
        let tensor = &self.net.tensors[tensor];
        let known = tensor.value.as_ref().and_then(KnownValue::uniform);
        known.or_else(|| match &tensor.domain {
            Domain::Finite(values) if values.len() == 1 && tensor.scale.is_none() => {
                values.first().map(to_f64)
            }
            _ => None,
        })
    }

    /// The shape of a tensor.
    pub(crate) fn shape(&self, tensor: TensorId) -> Result<Vec<Expr>, ImportError> {
        let unknown = || ImportError::Unsupported("the shape of its input is not known".to_owned());
        self.net.tensors[tensor].shape.clone().ok_or_else(unknown)
    }

    /// The shape of a tensor of so many axes.
    pub(crate) fn shape_of_rank<const N: usize>(
        &self,
        tensor: TensorId,
    ) -> Result<[Expr; N], ImportError> {
        let shape = self.shape(tensor)?;
        <[Expr; N]>::try_from(shape).map_err(|shape| {
            ImportError::Invalid(format!(
                "an input of {N} axes is needed, not {}",
                shown(&shape)
            ))
        })
    }

    /// The elements of an input that the operator needs to know, as formulas.
    pub(crate) fn whole(&self, tensor: TensorId) -> Result<Vec<Expr>, ImportError> {
        let unknown = || {
            ImportError::Unsupported("what it needs to know is known only while it runs".to_owned())
        };
        match self.value(tensor) {
            Some(KnownValue::Whole(values)) => Ok(values.clone()),
            Some(KnownValue::Real(values)) => (values.iter())
                .map(|value| {
                    let rounded =
                        (value.fract() == 0.0 && value.abs() < 1e15).then_some(*value as i64);
                    rounded.map(Expr::whole).ok_or_else(unknown)
                })
                .collect(),
            None => Err(unknown()),
        }
    }

    /// The same where they must be plain numbers.
    pub(crate) fn numbers(&self, tensor: TensorId) -> Result<Vec<i64>, ImportError> {
        self.whole(tensor)?.iter().map(number).collect()
    }
}
