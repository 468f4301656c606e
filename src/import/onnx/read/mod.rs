//! From the operators of the specification to a [`Net`]: names resolved,
//! functions and branches put in place, shapes inferred, what depends on
//! shapes and weights alone computed once.
//!
//! | file | operators |
//! |---|---|
//! | `table` | which operator is read by which function |
//! | `call` | one application of an operator: its inputs and attributes |
//! | `constant` | elements that are known: shapes, axes, scales |
//! | `elementwise` | functions of each element |
//! | `linear`, `conv`, `einsum` | sums of products |
//! | `reduce`, `pool`, `norm` | sums, windows, normalisations |
//! | `layout`, `slice` | elements moved: reshape, gather, slice |
//! | `shape` | constants that are made of shapes |
//! | `quantised` | whole numbers for fractions |
//! | `attention`, `recurrent`, `microsoft` | fused networks, taken apart |

mod attention;
mod call;
mod constant;
mod conv;
mod einsum;
mod elementwise;
mod layout;
mod linear;
mod microsoft;
mod norm;
mod order;
mod pool;
mod quantised;
mod recurrent;
mod reduce;
mod shape;
mod slice;
pub(super) mod table;

use std::collections::{BTreeMap, HashMap};

pub(super) use self::call::Call;
pub(super) use self::quantised::STAGE as QUANTISATION;
use super::extent::{Dims, shown};
use super::net::{Net, Node, Tensor, TensorId, Value, Work};
use super::proto::{self, ElementType, Function, Graph, Model, Payload, ValueInfo};
use super::weights::Values;
use crate::domain::Domain;
use crate::source::Diagnostic;
use crate::symbolic::Expr;

/// Functions and branches within one another are followed to this depth.
const MAX_DEPTH: usize = 32;
/// Nodes, with those of functions each time they are called.
const MAX_NODES: usize = 1_000_000;
/// Tensors of more axes are refused.
const MAX_RANK: usize = 16;
/// Larger extents are refused as damage to the file.
const MAX_EXTENT: i64 = 1_000_000_000_000;
/// Longer names of operators are cut short: a model file holds no longer ones.
const MAX_NAME: usize = 200;

/// Why an operator cannot be read.
#[derive(Debug)]
pub(super) enum Trouble {
    /// It is not known, or not in this form: it is left out, and listed.
    Unknown(String),
    /// The file is wrong.
    Wrong(String),
}

/// What reading an operator gives: its results.
pub(super) type Outcome = Result<Vec<TensorId>, Trouble>;

/// Tells the values of weights.
pub type Look<'m> = dyn FnMut(&proto::Tensor) -> Values + 'm;

/// A graph while it is read.
pub(super) struct Reader<'m> {
    pub(super) net: Net,
    pub(super) dims: Dims,
    /// What the reader of an estimate should know, with how often.
    pub(super) notes: BTreeMap<String, usize>,
    /// By domain, name and overload.
    functions: HashMap<[&'m str; 3], &'m Function>,
    opsets: &'m [(String, i64)],
    /// Fractions that were whole numbers, and those.
    dequantised: HashMap<TensorId, TensorId>,
    /// What the file tells of tensors in between.
    infos: HashMap<&'m str, &'m ValueInfo>,
    look: &'m mut Look<'m>,
    /// The functions being put in place.
    active: Vec<&'m str>,
    depth: usize,
    steps: usize,
}

/// The names of one graph.
struct Scope<'m, 's> {
    names: HashMap<&'m str, TensorId>,
    outer: Option<&'s Scope<'m, 's>>,
    /// In a function: the call that it stands for.
    caller: Option<&'s Call<'m>>,
}

impl Scope<'_, '_> {
    fn find(&self, name: &str) -> Option<TensorId> {
        let own = self.names.get(name).copied();
        own.or_else(|| self.outer.and_then(|outer| outer.find(name)))
    }
}

/// Reads the graph of `model`, which stands in `file`; `look` tells the values
/// of its weights.
///
/// # Errors
/// Names that nothing makes, cycles, shapes that do not fit, extents that no
/// tensor has.
pub(super) fn read<'m>(
    model: &'m Model,
    file: &str,
    look: &'m mut Look<'m>,
) -> Result<Reader<'m>, Diagnostic> {
    let functions = (model.functions.iter())
        .map(|function| {
            let key = [&function.domain, &function.name, &function.overload];
            (key.map(String::as_str), function)
        })
        .collect();
    let mut reader = Reader {
        net: Net::default(),
        dims: Dims::default(),
        notes: BTreeMap::new(),
        functions,
        opsets: &model.opsets,
        dequantised: HashMap::new(),
        infos: HashMap::new(),
        look,
        active: Vec::new(),
        depth: 0,
        steps: 0,
    };
    match reader.root(&model.graph) {
        Ok(()) => Ok(reader),
        Err(message) => Err(Diagnostic::new(format!("{file}: {message}"))),
    }
}

impl<'m> Reader<'m> {
    fn root(&mut self, graph: &'m Graph) -> Result<(), String> {
        let mut scope = Scope {
            names: HashMap::new(),
            outer: None,
            caller: None,
        };
        self.initializers(graph, &mut scope)?;
        for input in &graph.inputs {
            // Older files list weights among the inputs.
            if scope.names.contains_key(input.name.as_str()) {
                continue;
            }
            let Some(dims) = &input.shape else {
                return Err(format!("the input `{}` has no shape", input.name));
            };
            let mut shape = Vec::with_capacity(dims.len());
            for (at, dim) in dims.iter().enumerate() {
                shape.push(self.dims.extent(dim, &input.name, at)?);
            }
            check_shape(&shape).map_err(|why| format!("the input `{}` {why}", input.name))?;
            let tensor = self.tensor(&input.name, Some(shape), input.element);
            self.net.inputs.push(tensor);
            scope.names.insert(&input.name, tensor);
        }
        self.nodes(&graph.nodes, &mut scope)?;
        for output in &graph.outputs {
            let Some(tensor) = scope.find(&output.name) else {
                return Err(format!("nothing makes the output `{}`", output.name));
            };
            self.net.outputs.push(tensor);
        }
        self.net.dims = self.dims.names.clone();
        Ok(())
    }

    fn initializers(&mut self, graph: &'m Graph, scope: &mut Scope<'m, '_>) -> Result<(), String> {
        let infos = graph.value_infos.iter().chain(&graph.outputs);
        self.infos
            .extend(infos.map(|info| (info.name.as_str(), info)));
        for initializer in &graph.initializers {
            let tensor = self.constant(initializer)?;
            self.net.tensors[tensor].stored = !initializer.element.is_whole();
            if scope.names.insert(&initializer.name, tensor).is_some() {
                return Err(format!("two tensors are named `{}`", initializer.name));
            }
        }
        Ok(())
    }

    /// A tensor of the file.
    fn constant(&mut self, tensor: &'m proto::Tensor) -> Result<TensorId, String> {
        let name = &tensor.name;
        let mut shape = Vec::with_capacity(tensor.dims.len());
        for (at, extent) in tensor.dims.iter().enumerate() {
            shape.push(self.dims.extent(&proto::Dim::Value(*extent), name, at)?);
        }
        check_shape(&shape).map_err(|why| format!("the tensor `{name}` {why}"))?;
        let value = match &tensor.payload {
            Payload::Ints(values) => Some(Value::Whole(
                values.iter().map(|value| Expr::whole(*value)).collect(),
            )),
            Payload::Floats(values) => Some(Value::Real(values.clone())),
            _ => None,
        };
        let count = (tensor.dims.iter()).try_fold(1usize, |all, extent| {
            all.checked_mul(usize::try_from(*extent).ok()?)
        });
        let values = (self.look)(tensor);
        let id = self.tensor(name, Some(shape), tensor.element);
        let made = &mut self.net.tensors[id];
        made.constant = true;
        // A list that is not as long as the shape says is no value.
        made.value = value.filter(|value| Some(value.len()) == count);
        made.domain = match values.domain {
            Domain::Real if tensor.element.is_whole() => Domain::Integer(None),
            domain => domain,
        };
        made.density = values.density;
        made.scaled = values.scaled;
        Ok(id)
    }

    fn nodes(&mut self, nodes: &'m [proto::Node], scope: &mut Scope<'m, '_>) -> Result<(), String> {
        for at in order::order(nodes, |name| scope.find(name).is_some())? {
            self.node(&nodes[at], scope)?;
        }
        Ok(())
    }

    /// One node: its results are named in `scope`.
    fn node(&mut self, node: &'m proto::Node, scope: &mut Scope<'m, '_>) -> Result<(), String> {
        self.steps += 1;
        if self.steps > MAX_NODES {
            return Err(format!("more than {MAX_NODES} nodes"));
        }
        let mut inputs = Vec::with_capacity(node.inputs.len());
        for name in &node.inputs {
            let found = scope.find(name);
            if found.is_none() && !name.is_empty() {
                return Err(format!(
                    "{} reads `{name}`, which nothing makes",
                    shown_node(node)
                ));
            }
            inputs.push(found.filter(|_| !name.is_empty()));
        }
        let call = Call::new(node, inputs, self.version(&node.domain), scope.caller);
        let results = match self.apply(&call, scope) {
            Ok(results) => results,
            Err(Trouble::Unknown(why)) => self.left_out(&call, &why)?,
            Err(Trouble::Wrong(why)) => return Err(format!("{}: {why}", shown_node(node))),
        };
        let mut results = results;
        for name in node.outputs.iter().skip(results.len()) {
            // What an operator gives besides is not followed.
            let element = ElementType::Float;
            results.push(self.tensor(name, None, element));
        }
        for (name, tensor) in node.outputs.iter().zip(results) {
            if name.is_empty() {
                continue;
            }
            if self.net.tensors[tensor].name.is_empty() {
                self.net.tensors[tensor].name.clone_from(name);
            }
            if scope.names.insert(name, tensor).is_some() {
                return Err(format!("two tensors are named `{name}`"));
            }
        }
        Ok(())
    }

    fn apply(&mut self, call: &Call<'m>, scope: &Scope<'m, '_>) -> Outcome {
        let node = call.node;
        let (domain, name) = (node.domain.as_str(), node.op_type.as_str());
        if let Some(function) = self.functions.get(&[domain, name, &node.overload]) {
            return self.function(function, call);
        }
        match (domain, name) {
            ("" | "ai.onnx", "If") => self.branch(call, scope),
            ("" | "ai.onnx", "Constant") => self.given(call),
            (domain, name) => match table::find(domain, name) {
                Some(operator) => (operator.read)(self, call),
                None => Err(Trouble::Unknown("unknown operator".to_owned())),
            },
        }
    }

    /// A function of the file, in place of the node that calls it.
    fn function(&mut self, function: &'m Function, call: &Call<'m>) -> Outcome {
        if self.active.contains(&function.name.as_str()) {
            let message = format!("the function `{}` calls itself", function.name);
            return Err(Trouble::Wrong(message));
        }
        let names = (function.inputs.iter().map(String::as_str))
            .zip(call.inputs.iter().copied())
            .filter_map(|(name, tensor)| Some((name, tensor?)))
            .collect();
        let caller = call.with_defaults(&function.defaults);
        let mut scope = Scope {
            names,
            outer: None,
            caller: Some(&caller),
        };
        self.active.push(&function.name);
        let read = self.nested(&function.nodes, &mut scope);
        self.active.pop();
        read?;
        let outputs = function.outputs.iter().map(String::as_str);
        found(outputs, &scope)
    }

    /// The branch of an `If` that is taken, where shapes and weights tell.
    fn branch(&mut self, call: &Call<'m>, scope: &Scope<'m, '_>) -> Outcome {
        let condition = call.input(0)?;
        let Some(condition) = self.net.scalar(condition) else {
            let why = "the condition is known only while it runs".to_owned();
            return Err(Trouble::Unknown(why));
        };
        let name = if condition == 0.0 {
            "else_branch"
        } else {
            "then_branch"
        };
        let Some(graph) = call.graph(name) else {
            return Err(Trouble::Wrong(format!("it has no `{name}`")));
        };
        let mut inner = Scope {
            names: HashMap::new(),
            outer: Some(scope),
            caller: scope.caller,
        };
        self.initializers(graph, &mut inner)
            .map_err(Trouble::Wrong)?;
        self.nested(&graph.nodes, &mut inner)?;
        let outputs = graph.outputs.iter().map(|output| output.name.as_str());
        found(outputs, &inner)
    }

    fn nested(
        &mut self,
        nodes: &'m [proto::Node],
        scope: &mut Scope<'m, '_>,
    ) -> Result<(), Trouble> {
        if self.depth == MAX_DEPTH {
            let message = format!("functions and branches stand more than {MAX_DEPTH} deep");
            return Err(Trouble::Wrong(message));
        }
        self.depth += 1;
        let read = self.nodes(nodes, scope);
        self.depth -= 1;
        read.map_err(Trouble::Wrong)
    }

    /// The results of an operator that is not counted: of the shape that the
    /// file tells, if it does.
    fn left_out(&mut self, call: &Call<'m>, why: &str) -> Result<Vec<TensorId>, String> {
        let mut results = Vec::new();
        let inputs: Vec<TensorId> = call.inputs.iter().flatten().copied().collect();
        for (at, name) in call.node.outputs.iter().enumerate() {
            let known = self.infos.get(name.as_str()).copied();
            let mut shape = None;
            if let Some(dims) = known.and_then(|info| info.shape.as_ref()) {
                // Dims that no input has could not be given.
                if dims.iter().all(|dim| self.dims.is_known(dim)) {
                    let extents: Result<Vec<Expr>, String> = (dims.iter().enumerate())
                        .map(|(at, dim)| self.dims.extent(dim, name, at))
                        .collect();
                    shape = Some(extents?);
                }
            }
            let element = known.map_or(ElementType::Float, |info| info.element);
            let output = self.tensor(name, shape, element);
            let work = match at {
                0 => Work::Unknown(shortened(format!("{} ({why})", call.operator()))),
                // Listed once.
                _ => Work::Move,
            };
            self.push(work, inputs.clone(), output);
            results.push(output);
        }
        Ok(results)
    }

    /// The version of the operators of a domain.
    fn version(&self, domain: &str) -> i64 {
        let same = |known: &str| known == domain || (domain.is_empty() && known == "ai.onnx");
        let found = self.opsets.iter().find(|(known, _)| same(known));
        found.map_or(i64::MAX, |(_, version)| *version)
    }

    /// A tensor that is not known before it is computed.
    pub(super) fn tensor(
        &mut self,
        name: &str,
        shape: Option<Vec<Expr>>,
        element: ElementType,
    ) -> TensorId {
        self.net.tensors.push(Tensor {
            name: name.to_owned(),
            shape,
            element,
            constant: false,
            stored: false,
            value: None,
            domain: Domain::Real,
            density: None,
            scaled: false,
        });
        self.net.tensors.len() - 1
    }

    fn push(&mut self, work: Work, inputs: Vec<TensorId>, output: TensorId) {
        self.net.nodes.push(Node {
            work,
            inputs,
            output,
            stage: None,
            format: None,
        });
    }

    /// The result of some work. What needs no input of the graph is computed
    /// once, before the network runs, and is a constant.
    pub(super) fn compute(
        &mut self,
        work: Work,
        inputs: &[TensorId],
        shape: Vec<Expr>,
        element: ElementType,
    ) -> Result<TensorId, Trouble> {
        check_shape(&shape).map_err(|why| Trouble::Wrong(format!("its result {why}")))?;
        let output = self.tensor("", Some(shape), element);
        if inputs.iter().all(|input| self.net.tensors[*input].constant) {
            let value = self.net.tensors[output].shape.as_deref();
            let value = value.and_then(|shape| constant::value(&work, inputs, shape, &self.net));
            let domain = constant::domain(&work, inputs, &self.net);
            let made = &mut self.net.tensors[output];
            made.constant = true;
            made.value = value;
            (made.domain, made.scaled) = domain;
        } else {
            self.push(work, inputs.to_vec(), output);
        }
        Ok(output)
    }

    /// The node that was made last, to say more of it.
    pub(super) fn last(&mut self, output: TensorId) -> Option<&mut Node> {
        self.net
            .nodes
            .last_mut()
            .filter(|node| node.output == output)
    }

    /// The shape of a tensor.
    pub(super) fn shape(&self, tensor: TensorId) -> Result<Vec<Expr>, Trouble> {
        let shape = self.net.tensors[tensor].shape.clone();
        shape.ok_or_else(|| Trouble::Unknown("the shape of its input is not known".to_owned()))
    }

    /// The shape of a tensor of so many axes.
    pub(super) fn shape_of_rank<const N: usize>(
        &self,
        tensor: TensorId,
    ) -> Result<[Expr; N], Trouble> {
        let shape = self.shape(tensor)?;
        <[Expr; N]>::try_from(shape).map_err(|shape| {
            Trouble::Wrong(format!(
                "an input of {N} axes is needed, not {}",
                shown(&shape)
            ))
        })
    }

    pub(super) fn element(&self, tensor: TensorId) -> ElementType {
        self.net.tensors[tensor].element
    }

    /// Tells the reader of an estimate of something.
    pub(super) fn note(&mut self, text: &str) {
        *self.notes.entry(text.to_owned()).or_default() += 1;
    }
}

fn found<'n>(names: impl Iterator<Item = &'n str>, scope: &Scope<'_, '_>) -> Outcome {
    let missing = |name: &str| Trouble::Wrong(format!("nothing makes its result `{name}`"));
    names
        .map(|name| scope.find(name).ok_or_else(|| missing(name)))
        .collect()
}

fn check_shape(shape: &[Expr]) -> Result<(), String> {
    if shape.len() > MAX_RANK {
        return Err(format!("has {} axes, more than {MAX_RANK}", shape.len()));
    }
    let limit = crate::number::whole(MAX_EXTENT);
    for extent in shape {
        let Some(value) = extent.as_constant() else {
            continue;
        };
        if value > limit {
            return Err(format!("has an axis of {extent} elements"));
        }
        if value < crate::number::whole(0) || !value.is_integer() {
            return Err(format!("would have an axis of {extent} elements"));
        }
    }
    Ok(())
}

fn shortened(name: String) -> String {
    match name.char_indices().nth(MAX_NAME - 1) {
        Some((end, last)) if end + last.len_utf8() < name.len() => format!("{}…", &name[..end]),
        _ => name,
    }
}

fn shown_node(node: &proto::Node) -> String {
    let name = match (node.name.as_str(), node.outputs.first()) {
        ("", Some(output)) => output,
        (name, _) => name,
    };
    format!("node `{name}` ({})", node.op_type)
}
