//! Whether a model has as many weights as the file that they lie in: a structure
//! that was read wrongly, or another model's, shows here.

use std::collections::BTreeMap;
use std::fmt;

use num_rational::BigRational;
use num_traits::Zero;

use super::{OpGraph, OpKind};
use crate::model::Model;
use crate::number;

/// Weights of which the file holds another number than the model has.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredApart {
    /// The stages that take them.
    pub stages: Vec<String>,
    /// How many the model has.
    pub in_model: BigRational,
    /// How many the file holds; nothing where it has none of these stages.
    pub in_file: Option<u64>,
    /// What the file calls them.
    pub tensors: Option<String>,
}

impl fmt::Display for StoredApart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stages = self.stages.join("`, `");
        let in_model = number::plain(&self.in_model);
        match (self.in_file, &self.tensors) {
            (None, _) => write!(
                f,
                "The file of weights has none for `{stages}`, of which the model has {in_model}: \
                 they are counted in the format of the estimate."
            ),
            (Some(in_file), tensors) => {
                let tensors = tensors.as_deref().unwrap_or("its tensors");
                write!(
                    f,
                    "The file of weights has {in_file} numbers for `{stages}` ({tensors}), and the \
                     model {in_model}."
                )
            }
        }
    }
}

/// The weights of which a file holds another number than the model that was
/// lowered to `graph`, as its `[[stored]]` says. Nothing where it says none.
pub fn stored_apart(model: &Model, graph: &OpGraph) -> Vec<StoredApart> {
    let stored = &model.root.stored;
    if !stored.iter().any(|kind| kind.numbers.is_some()) {
        return Vec::new();
    }
    let values = graph.values();
    let mut counts = vec![BigRational::zero(); stored.len()];
    let mut others: BTreeMap<String, BigRational> = BTreeMap::new();
    for (at, op) in graph.iter() {
        if op.kind != OpKind::Weight {
            continue;
        }
        let count = &op.output.elements() * &graph.runs(op);
        let Ok(count) = count.evaluate(&values) else {
            continue;
        };
        let kind = op.output.stored_bits.as_ref().and_then(|bits| bits.kind);
        match kind.and_then(|kind| counts.get_mut(kind)) {
            Some(of_kind) => *of_kind = number::sum(of_kind, &count),
            None => {
                let reader = graph.ops().neighbors(at).min();
                let stage = reader.map_or("weight", |reader| &graph.ops()[reader].stage);
                *others.entry(stage.to_owned()).or_default() += count;
            }
        }
    }
    let kinds = stored.iter().zip(counts).filter_map(|(kind, in_model)| {
        let in_file = kind.numbers?;
        (in_model != number::whole(in_file)).then(|| StoredApart {
            stages: (kind.stages.iter())
                .map(|stage| stage.value.clone())
                .collect(),
            in_model,
            in_file: Some(in_file),
            tensors: kind.tensors.clone(),
        })
    });
    let others = others.into_iter().filter(|(_, count)| !count.is_zero());
    let others = others.map(|(stage, in_model)| StoredApart {
        stages: vec![stage],
        in_model,
        in_file: None,
        tensors: None,
    });
    kinds.chain(others).collect()
}
