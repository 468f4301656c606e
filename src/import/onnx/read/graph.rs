//! Graphs, functions and nodes, one after the other.

use std::collections::BTreeMap;

use super::aside::LeftOut;
use super::names::Names;
use super::order::order;
use super::origin::{is_said, mark_copies, origin};
use crate::domain::Domain;
use crate::hash::FastMap;
use crate::import::imported::Given;
use crate::import::onnx::build::NetBuilder;
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::infer::dims::Dims;
use crate::import::onnx::infer::extent::check_shape;
use crate::import::onnx::net::{KnownValue, Net, Origin, TensorId};
use crate::import::onnx::operator::call::Call;
use crate::import::onnx::operator::quantised::carried;
use crate::import::onnx::proto::{
    Dim, ElementType, Function, Graph, Model, Node, Payload, Tensor, ValueInfo,
};
use crate::import::onnx::weights::WeightProbe;
use crate::symbolic::Expr;

/// Functions and graphs within one another are followed to this depth.
pub(super) const MAX_DEPTH: usize = 32;
/// Nodes, with those of functions each time they are called.
const MAX_NODES: usize = 1_000_000;
/// How an operator is read.
pub(crate) enum Handler {
    /// By what stands in the node, and what is known of its inputs.
    Node(fn(&mut NetBuilder, &Call<'_>) -> Results),
    /// By reading graphs or tensors of the file.
    Graph(for<'m> fn(&mut GraphReader<'m>, &Call<'m>) -> Results),
}

/// What is known of an operator.
pub(super) struct Known {
    pub(super) handler: &'static Handler,
    /// Whether it only moves elements.
    pub(super) moves: bool,
}

/// What is known of the operator of this domain and name.
pub(super) type Lookup = fn(&str, &str) -> Option<Known>;

/// A graph while it is read.
pub(crate) struct GraphReader<'m> {
    pub(super) builder: NetBuilder,
    pub(super) dims: Dims<'m>,
    pub(super) names: Names<'m>,
    inputs: Vec<TensorId>,
    /// By domain, name and overload.
    functions: FastMap<[&'m str; 3], &'m Function>,
    opsets: &'m [(String, i64)],
    /// What the file tells of tensors in between.
    pub(super) infos: FastMap<&'m str, &'m ValueInfo>,
    /// Of tensors that a function of each element reads: what that gives, which
    /// has the same shape.
    pub(super) alike: FastMap<&'m str, &'m str>,
    probe: &'m mut WeightProbe<'m>,
    /// Handed in, since operators with graphs of their own come back here.
    pub(super) lookup: Lookup,
    /// What is known of the operator that is left out next.
    pub(super) aside: LeftOut,
    /// The functions being put in place.
    pub(super) active: Vec<&'m str>,
    pub(super) depth: usize,
    pub(super) steps: usize,
}

impl<'m> GraphReader<'m> {
    pub(super) fn new(
        model: &'m Model,
        given: &'m Given,
        probe: &'m mut WeightProbe<'m>,
        lookup: Lookup,
    ) -> GraphReader<'m> {
        let functions = (model.functions.iter())
            .map(|function| {
                let key = [&function.domain, &function.name, &function.overload];
                (key.map(String::as_str), function)
            })
            .collect();
        GraphReader {
            builder: NetBuilder::default(),
            dims: Dims::new(given, &model.graph.inputs),
            names: Names::default(),
            inputs: Vec::new(),
            functions,
            opsets: &model.opsets,
            infos: FastMap::default(),
            alike: FastMap::default(),
            probe,
            lookup,
            aside: LeftOut::default(),
            active: Vec::new(),
            depth: 0,
            steps: 0,
        }
    }

    /// Reads the graph of the model: the net, and what the reader of an
    /// estimate should know, with how often.
    ///
    /// # Errors
    /// What is wrong with the file, in words.
    pub(super) fn read(
        mut self,
        graph: &'m Graph,
    ) -> Result<(Net, BTreeMap<String, usize>), String> {
        self.names.enter_graph();
        let (nodes, stored) = (graph.nodes.len(), graph.initializers.len());
        self.names.reserve(nodes + stored);
        self.builder.reserve(nodes, stored);
        self.initializers(graph)?;
        for input in &graph.inputs {
            // Older files list weights among the inputs.
            if !self.names.has_own(&input.name) {
                self.input(input)?;
            }
        }
        self.nodes(&graph.nodes)?;
        let outputs = (graph.outputs.iter()).map(|output| {
            let missing = || format!("nothing makes the output `{}`", output.name);
            self.names.find(&output.name).ok_or_else(missing)
        });
        let outputs: Vec<TensorId> = outputs.collect::<Result<_, _>>()?;
        Ok(self.builder.finish(self.inputs, outputs, self.dims.named))
    }

    fn input(&mut self, input: &'m ValueInfo) -> Result<(), String> {
        let name = &input.name;
        if input.is_sequence {
            // Of tensors nobody knows how many there are.
            let sequence = self.builder.add_tensor(name, None, input.element);
            self.inputs.push(sequence);
            return self.names.insert(name, sequence);
        }
        let Some(dims) = &input.shape else {
            return Err(format!("the input `{name}` has no shape"));
        };
        let shape = self.extents(dims, name)?;
        check_shape(&shape).map_err(|why| format!("the input `{name}` {why}"))?;
        if let Some(value) = self.given_number(input, &shape)? {
            let tensor = self.builder.known(value, shape, input.element);
            return self.names.insert(name, tensor);
        }
        let tensor = self.builder.add_tensor(name, Some(shape), input.element);
        self.inputs.push(tensor);
        self.names.insert(name, tensor)
    }

    /// What an input was set to: a whole number or a truth by itself, such as a
    /// sampling rate, on which branches and shapes may depend.
    fn given_number(
        &mut self,
        input: &'m ValueInfo,
        shape: &[Expr],
    ) -> Result<Option<KnownValue>, String> {
        match is_number(shape, input.element) {
            true => {
                let value = self.dims.number(&input.name)?;
                Ok(value.map(|value| KnownValue::Whole(vec![value])))
            }
            false => Ok(None),
        }
    }

    /// Tells of the inputs that could be set to a number, where a branch or a
    /// loop may depend on one.
    pub(super) fn note_open_numbers(&mut self) {
        let mut flags = Vec::new();
        for input in self.inputs.clone() {
            let shape = self.builder.shape(input);
            if shape.is_ok_and(|shape| is_number(&shape, self.builder.element(input))) {
                let name = &self.builder.tensor_mut(input).name;
                flags.push(format!("`--set {name}=…`"));
            }
        }
        if !flags.is_empty() {
            let flags = flags.join(", ");
            let note = format!("what runs may depend on inputs that can be set: {flags}");
            self.builder.note(&note);
        }
    }

    pub(super) fn extents(&mut self, dims: &[Dim], of: &str) -> Result<Vec<Expr>, String> {
        let dims = dims.iter().enumerate();
        dims.map(|(at, dim)| self.dims.extent(dim, of, at))
            .collect()
    }

    fn initializers(&mut self, graph: &'m Graph) -> Result<(), String> {
        self.learn(graph);
        let said = is_said(&graph.value_infos);
        for initializer in &graph.initializers {
            let tensor = self.tensor_of_file(initializer)?;
            let info = self.infos.get(initializer.name.as_str());
            let made = self.builder.tensor_mut(tensor);
            let equal = made.value.as_ref().and_then(KnownValue::uniform).is_some();
            let origin = info.map_or(Origin::Unsaid, |info| origin(info, said && equal));
            made.stored = !initializer.element.is_whole();
            made.origin = Some(origin);
            self.names.insert(&initializer.name, tensor)?;
        }
        mark_copies(&mut self.builder, graph, &self.infos, &self.names);
        Ok(())
    }

    /// A tensor that stands in the file.
    pub(super) fn tensor_of_file(&mut self, tensor: &'m Tensor) -> Result<TensorId, String> {
        let name = &tensor.name;
        let shape: Vec<Expr> = (tensor.dims.iter())
            .map(|extent| Expr::whole(*extent))
            .collect();
        check_shape(&shape).map_err(|why| format!("the tensor `{name}` {why}"))?;
        let value = match &tensor.payload {
            Payload::Ints(values) => Some(KnownValue::ints(values)),
            Payload::Floats(values) => Some(KnownValue::Real(values.clone())),
            _ => None,
        };
        let count = (tensor.dims.iter()).try_fold(1usize, |all, extent| {
            all.checked_mul(usize::try_from(*extent).ok()?)
        });
        let values = (self.probe)(tensor);
        let id = self.builder.add_constant(name, shape, tensor.element);
        let made = self.builder.tensor_mut(id);
        // A list that is not as long as the shape says is no value.
        made.value = value.filter(|value| Some(value.len()) == count);
        made.domain = match values.domain {
            Domain::Real if tensor.element.is_whole() => Domain::Integer,
            domain => domain,
        };
        made.density = values.density;
        made.scale = values.scale;
        Ok(id)
    }

    fn nodes(&mut self, nodes: &'m [Node]) -> Result<(), String> {
        for at in order(nodes, |name| self.names.is_known(name))? {
            self.node(&nodes[at])?;
        }
        Ok(())
    }

    /// One node: its results are named in the innermost graph.
    fn node(&mut self, node: &'m Node) -> Result<(), String> {
        self.charge(1)?;
        let call = self.call(node)?;
        let mut results = match self.apply(&call) {
            Ok(results) => results,
            Err(ImportError::Unsupported(why)) => self.unsupported(&call, &why)?,
            Err(ImportError::Invalid(why)) => return Err(format!("{}: {why}", shown(node))),
        };
        for name in node.outputs.iter().skip(results.len()) {
            // What an operator gives besides is not followed.
            results.push(self.builder.add_tensor(name, None, ElementType::Float));
        }
        for (name, tensor) in node.outputs.iter().zip(results) {
            if name.is_empty() {
                continue;
            }
            let made = self.builder.tensor_mut(tensor);
            if made.name.is_empty() {
                made.name.clone_from(name);
            }
            self.names.insert(name, tensor)?;
        }
        Ok(())
    }

    /// Counts nodes, and what is as much work.
    ///
    /// # Errors
    /// More than any network has.
    pub(super) fn charge(&mut self, nodes: usize) -> Result<(), String> {
        self.steps = self.steps.saturating_add(nodes);
        match self.steps > MAX_NODES {
            true => Err(format!("more than {MAX_NODES} nodes")),
            false => Ok(()),
        }
    }

    /// A node with its inputs found.
    fn call(&mut self, node: &'m Node) -> Result<Call<'m>, String> {
        let mut inputs = Vec::with_capacity(node.inputs.len());
        for name in &node.inputs {
            let found = self.names.find(name);
            if found.is_none() && !name.is_empty() && !self.names.is_known(name) {
                let node = shown(node);
                return Err(format!("{node} reads `{name}`, which nothing makes"));
            }
            inputs.push(found.filter(|_| !name.is_empty()));
        }
        let version = self.version(&node.domain);
        let told = node.outputs.iter().map(|name| self.told(name)).collect();
        let caller = self.names.caller();
        Ok(Call::new(node, inputs, version, caller, told))
    }

    /// The version of the operators of a domain.
    fn version(&self, domain: &str) -> i64 {
        let same = |known: &str| known == domain || (domain.is_empty() && known == "ai.onnx");
        let found = self.opsets.iter().find(|(known, _)| same(known));
        found.map_or(i64::MAX, |(_, version)| *version)
    }

    fn apply(&mut self, call: &Call<'m>) -> Results {
        let node = call.node;
        let (domain, name) = (node.domain.as_str(), node.op_type.as_str());
        if let Some(function) = self.functions.get(&[domain, name, &node.overload]) {
            return self.function(function, call);
        }
        match (self.lookup)(domain, name).map(|known| known.handler) {
            Some(Handler::Node(read)) => carried(&mut self.builder, call, *read),
            Some(Handler::Graph(read)) => read(self, call),
            None => Err(ImportError::Unsupported("unknown operator".to_owned())),
        }
    }

    /// A function of the file, in place of the node that calls it.
    fn function(&mut self, function: &'m Function, call: &Call<'m>) -> Results {
        if self.active.contains(&function.name.as_str()) {
            let message = format!("the function `{}` calls itself", function.name);
            return Err(ImportError::Invalid(message));
        }
        let caller = call.attributes.with_defaults(&function.defaults);
        self.names.enter_function(caller);
        for (at, name) in function.inputs.iter().enumerate() {
            let inserted = match call.optional(at) {
                Some(tensor) => self.names.insert(name, tensor),
                None => self.names.leave_out(name),
            };
            inserted.map_err(ImportError::Invalid)?;
        }
        self.active.push(&function.name);
        let read = self.nested(&function.nodes);
        self.active.pop();
        read?;
        let results = self.results(function.outputs.iter().map(String::as_str));
        self.names.leave();
        results
    }

    /// A graph that an operator holds, in place of its node.
    pub(super) fn body(&mut self, graph: &'m Graph) -> Results {
        self.enter(graph)?;
        let results = self.turn(graph, &[])?;
        self.names.leave();
        Ok(results)
    }

    /// Enters a graph that an operator holds: its tensors are there once,
    /// however often it is run.
    pub(super) fn enter(&mut self, graph: &'m Graph) -> Result<(), ImportError> {
        self.names.enter_graph();
        self.initializers(graph).map_err(ImportError::Invalid)
    }

    /// Leaves such a graph.
    pub(super) fn leave(&mut self) {
        self.names.leave();
    }

    /// One run of a graph that was entered, of these inputs.
    pub(super) fn turn(&mut self, graph: &'m Graph, inputs: &[TensorId]) -> Results {
        let charged = self.charge(graph.inputs.len() + 1);
        charged.map_err(ImportError::Invalid)?;
        self.names.enter_graph();
        for (input, tensor) in graph.inputs.iter().zip(inputs) {
            let inserted = self.names.insert(&input.name, *tensor);
            inserted.map_err(ImportError::Invalid)?;
        }
        self.nested(&graph.nodes)?;
        let results = self.results(graph.outputs.iter().map(|output| output.name.as_str()))?;
        self.names.leave();
        Ok(results)
    }

    fn nested(&mut self, nodes: &'m [Node]) -> Result<(), ImportError> {
        if self.depth == MAX_DEPTH {
            let message = format!("functions and branches stand more than {MAX_DEPTH} deep");
            return Err(ImportError::Invalid(message));
        }
        self.depth += 1;
        let read = self.nodes(nodes);
        self.depth -= 1;
        read.map_err(ImportError::Invalid)
    }

    fn results<'n>(&self, names: impl Iterator<Item = &'n str>) -> Results {
        let missing = |name| ImportError::Invalid(format!("nothing makes its result `{name}`"));
        names
            .map(|name| self.names.find(name).ok_or_else(|| missing(name)))
            .collect()
    }
}

/// Whether a tensor is one whole number or truth.
fn is_number(shape: &[Expr], element: ElementType) -> bool {
    element.is_whole() && shape.iter().all(|extent| *extent == Expr::one())
}

/// A node in messages.
fn shown(node: &Node) -> String {
    let name = match (node.name.as_str(), node.outputs.first()) {
        ("", Some(output)) => output,
        (name, _) => name,
    };
    format!("node `{name}` ({})", node.op_type)
}
