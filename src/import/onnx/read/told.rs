//! What the file tells of tensors, beside the nodes that make them: the shapes
//! of those that no operator here makes.

use super::capture::captured;
use super::graph::{GraphReader, MAX_DEPTH};
use crate::import::onnx::infer::extent::check_shape;
use crate::import::onnx::net::{TensorId, Work};
use crate::import::onnx::operator::call::Call;
use crate::import::onnx::proto::{ElementType, Graph};
use crate::symbolic::Expr;

/// Longer names of operators are cut short: a model file holds no longer ones.
const MAX_NAME: usize = 200;
/// Functions of each element that stand behind a sum.
const KEEP_SHAPE: [&str; 9] = [
    "Cast", "CastLike", "Exp", "Identity", "Log", "Neg", "Relu", "Sqrt", "Tanh",
];

impl<'m> GraphReader<'m> {
    /// Takes note of what a graph says of its tensors.
    pub(super) fn learn(&mut self, graph: &'m Graph) {
        let infos = graph.value_infos.iter().chain(&graph.outputs);
        self.infos
            .extend(infos.map(|info| (info.name.as_str(), info)));
        let keep = (graph.nodes.iter()).filter(|node| KEEP_SHAPE.contains(&node.op_type.as_str()));
        let pairs = keep.filter_map(|node| Some((node.inputs.first()?, node.outputs.first()?)));
        self.alike
            .extend(pairs.map(|(from, to)| (from.as_str(), to.as_str())));
    }

    /// The shape that the file tells of a tensor, or of what functions of each
    /// element make of it.
    pub(super) fn told(&mut self, name: &str) -> Option<Vec<Expr>> {
        // What functions name is not what the graph names.
        let mut named = Some(name).filter(|_| self.active.is_empty());
        let mut steps = 0;
        while let Some(name) = named.filter(|name| !self.infos.contains_key(name)) {
            named = self.alike.get(name).copied().filter(|_| steps < MAX_DEPTH);
            steps += 1;
        }
        let name = named?;
        let info = self.infos.get(name)?;
        // Dims that no input has could not be given.
        let dims = info.shape.as_ref()?;
        if !dims.iter().all(|dim| self.dims.is_known(dim)) {
            return None;
        }
        let shape = self.extents(dims, name).ok()?;
        check_shape(&shape).is_ok().then_some(shape)
    }

    /// The results of an operator that is not counted: of the shape that the
    /// file tells, if it does.
    pub(super) fn unsupported(
        &mut self,
        call: &Call<'m>,
        why: &str,
    ) -> Result<Vec<TensorId>, String> {
        let mut results = Vec::new();
        // Also what only its branches and bodies read was computed for it.
        let within = captured(call.node).into_iter();
        let within = within.filter_map(|name| self.names.find(name));
        let read = call.all().into_iter().chain(within);
        let inputs: Vec<TensorId> = read
            .flat_map(|input| self.builder.parts(input).unwrap_or(&[input]).to_vec())
            .collect();
        let node = call.node;
        let moves = (self.lookup)(&node.domain, &node.op_type).is_some_and(|known| known.moves);
        let aside = std::mem::take(&mut self.aside);
        let moves = moves && (0..node.outputs.len()).all(|at| call.told(at).is_some());
        for (at, name) in node.outputs.iter().enumerate() {
            let known = self.infos.get(name.as_str());
            let found = aside.results.get(at).cloned().flatten();
            let element = match (known, &found) {
                (Some(info), _) => info.element,
                (None, Some((_, element))) => *element,
                (None, None) => ElementType::Float,
            };
            let shape = found.map(|(shape, _)| shape);
            let shape = shape.or_else(|| call.told(at).map(<[Expr]>::to_vec));
            let output = self.builder.add_tensor(name, shape, element);
            let work = match at {
                0 if !moves => Work::Unsupported(shortened(format!("{} ({why})", call.operator()))),
                // Listed once.
                _ => Work::Move,
            };
            self.builder.push(work, inputs.clone(), output);
            if at == 0 {
                let weights: Vec<_> = aside.weights.iter().copied().map(Some).collect();
                self.builder.stands_for(output, &weights);
            }
            results.push(output);
        }
        Ok(results)
    }
}

fn shortened(name: String) -> String {
    match name.char_indices().nth(MAX_NAME - 1) {
        Some((end, last)) if end + last.len_utf8() < name.len() => format!("{}…", &name[..end]),
        _ => name,
    }
}
