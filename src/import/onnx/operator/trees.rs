//! Ensembles of trees. A row is compared along the longest way from the root of
//! each tree to a leaf, and adds what it finds there: as much as any row can
//! take, where another takes less.

use std::collections::{HashMap, HashSet};

use super::call::Call;
use super::ml::{Rows, best, classes, for_classes, rows, transformed};
use crate::import::onnx::build::NetBuilder;
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::net::TensorId;
use crate::import::onnx::proto::{ElementType, Payload};
use crate::primitive::Primitive;
use crate::symbolic::Expr;

/// A node, by the number of its tree and its own.
type Place = (i64, i64);

/// What follows a comparison: another one, or nothing, which is a leaf.
type Children = HashMap<Place, [Option<Place>; 2]>;

/// How many comparisons stand on the longest way from a root.
fn depth(root: Place, children: &Children, seen: &mut HashSet<Place>) -> Result<i64, ImportError> {
    let mut longest = 0;
    let mut open = vec![(root, 0)];
    while let Some((place, above)) = open.pop() {
        let Some(below) = children.get(&place) else {
            continue;
        };
        if !seen.insert(place) {
            let message = format!("node {} is below two nodes of its tree", place.1);
            return Err(ImportError::Invalid(message));
        }
        longest = longest.max(above + 1);
        open.extend(below.iter().flatten().map(|child| (*child, above + 1)));
    }
    Ok(longest)
}

/// The comparisons of all trees on their longest ways.
fn comparisons(
    roots: impl Iterator<Item = Place>,
    children: &Children,
) -> Result<i64, ImportError> {
    let mut seen = HashSet::new();
    let mut all = 0i64;
    for root in roots {
        all = all.saturating_add(depth(root, children, &mut seen)?);
    }
    Ok(all)
}

/// What one row takes: comparisons, and what the leaves add.
struct Ensemble {
    comparisons: i64,
    /// For each tree as many as a leaf has numbers.
    gathered: i64,
    outputs: usize,
}

impl Ensemble {
    /// The sums of every row.
    fn sums(
        &self,
        builder: &mut NetBuilder,
        call: &Call<'_>,
        rows: Rows,
    ) -> Result<TensorId, ImportError> {
        let gather = match call.text("aggregate_function") {
            Some("MIN" | "MAX") => Primitive::Compare,
            _ => Primitive::Add,
        };
        let counts = [
            (Primitive::Compare, Expr::whole(self.comparisons)),
            (gather, Expr::whole(self.gathered)),
        ];
        let row = vec![rows.count.clone()];
        let found = builder.per_element(&counts, &[rows.x], row, ElementType::Float)?;
        let shape = vec![rows.count, Expr::whole(self.outputs as i64)];
        let mut sums = builder.moved(&[found], shape)?;
        if call.text("aggregate_function") == Some("AVERAGE") {
            sums = builder.per_element_of(sums, &[(Primitive::Div, 1)])?;
        }
        if call
            .floats("base_values")
            .is_some_and(|all| !all.is_empty())
        {
            sums = builder.per_element_of(sums, &[(Primitive::Add, 1)])?;
        }
        Ok(sums)
    }
}

/// `TreeEnsembleRegressor`, `TreeEnsembleClassifier`: nodes in lists, each with
/// the number of its tree.
pub(crate) fn in_lists(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let classifier = call.node.op_type == "TreeEnsembleClassifier";
    let list = |name: &str| call.ints(name).unwrap_or(&[]);
    let (trees, nodes) = (list("nodes_treeids"), list("nodes_nodeids"));
    let below = list("nodes_truenodeids")
        .iter()
        .zip(list("nodes_falsenodeids"));
    let modes = call.texts("nodes_modes").unwrap_or(&[]);
    let mut children = Children::new();
    for (((tree, node), (yes, no)), mode) in trees.iter().zip(nodes).zip(below).zip(modes) {
        if mode != "LEAF" {
            children.insert((*tree, *node), [Some((*tree, *yes)), Some((*tree, *no))]);
        }
    }
    let inner: HashSet<Place> = children.values().flatten().flatten().copied().collect();
    let places = trees.iter().copied().zip(nodes.iter().copied());
    let roots = places.filter(|place| !inner.contains(place));
    let [of_leaf, leaf_nodes] = match classifier {
        true => ["class_treeids", "class_nodeids"].map(list),
        false => ["target_treeids", "target_nodeids"].map(list),
    };
    let outputs = match classifier {
        true => classes(call),
        false => usize::try_from(call.int_or("n_targets", 1)).unwrap_or(1),
    };
    let ensemble = Ensemble {
        comparisons: comparisons(roots, &children)?,
        gathered: gathered(of_leaf.iter().copied().zip(leaf_nodes.iter().copied())),
        outputs,
    };
    let rows = rows(builder, call)?;
    let sums = ensemble.sums(builder, call, rows)?;
    if !classifier {
        return Ok(vec![transformed(builder, call, sums)?]);
    }
    let scores = for_classes(builder, sums, outputs)?;
    let class = best(builder, scores)?;
    Ok(vec![class, transformed(builder, call, scores)?])
}

/// For each tree as many numbers as the leaf has that has most.
fn gathered(numbers: impl Iterator<Item = Place>) -> i64 {
    let mut of_leaf: HashMap<Place, i64> = HashMap::new();
    for place in numbers {
        *of_leaf.entry(place).or_default() += 1;
    }
    let mut most: HashMap<i64, i64> = HashMap::new();
    for ((tree, _), count) in of_leaf {
        let most = most.entry(tree).or_default();
        *most = count.max(*most);
    }
    most.values().sum()
}

/// `TreeEnsemble`: comparisons and leaves in lists of their own, with the roots
/// of the trees.
pub(crate) fn by_roots(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let list = |name: &str| call.ints(name).unwrap_or(&[]);
    let side = |nodes: &str, leaves: &str| -> Vec<Option<Place>> {
        let pairs = list(nodes).iter().zip(list(leaves));
        pairs
            .map(|(node, leaf)| (*leaf == 0).then_some((0, *node)))
            .collect()
    };
    let yes = side("nodes_truenodeids", "nodes_trueleafs");
    let no = side("nodes_falsenodeids", "nodes_falseleafs");
    let pairs = (0..).zip(yes.into_iter().zip(no));
    let children: Children = pairs.map(|(at, (yes, no))| ((0, at), [yes, no])).collect();
    let roots = list("tree_roots");
    let members = call.tensor("nodes_modes").map(|modes| &modes.payload);
    if matches!(members, Some(Payload::Ints(modes)) if modes.contains(&6)) {
        builder.note("a tree that asks whether a number is one of several compares it once");
    }
    let ensemble = Ensemble {
        comparisons: comparisons(roots.iter().map(|root| (0, *root)), &children)?,
        gathered: roots.len() as i64,
        outputs: usize::try_from(call.int_or("n_targets", 1)).unwrap_or(1),
    };
    let rows = rows(builder, call)?;
    let sums = ensemble.sums(builder, call, rows)?;
    Ok(vec![transformed(builder, call, sums)?])
}
