//! Two trees held against each other.

use std::collections::HashMap;

use num_rational::BigRational;
use num_traits::{Signed, Zero};

use super::tree::{Node, NodeKind};

/// A part of two models, and what it costs in each.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Its name, within that of the part around it.
    pub name: String,
    /// What it is.
    pub kind: NodeKind,
    /// What it costs in the first, in picojoules, exactly; nothing where the first
    /// does not have it.
    pub before: Option<BigRational>,
    /// What it costs in the second.
    pub after: Option<BigRational>,
    /// What all that saves in it saves, before anything is added.
    pub saved: BigRational,
    /// What all that costs more in it adds.
    pub added: BigRational,
    /// What it holds, in the order of the first, then what the second has beside.
    pub children: Vec<Change>,
}

/// How `after` differs from `before`. Parts of one name and kind at one place are
/// the same part.
pub fn change(before: &Node, after: &Node) -> Change {
    of(Some(before), Some(after), &before.name, before.kind)
}

fn of(before: Option<&Node>, after: Option<&Node>, name: &str, kind: NodeKind) -> Change {
    let first = before.map_or(&[][..], |node| &node.children);
    let second = after.map_or(&[][..], |node| &node.children);
    let in_first: HashMap<_, &Node> = by_name(first);
    let in_second: HashMap<_, &Node> = by_name(second);
    let mut children: Vec<Change> = Vec::with_capacity(first.len());
    for child in first {
        let other = in_second.get(&(child.kind, child.name.as_str()));
        children.push(of(Some(child), other.copied(), &child.name, child.kind));
    }
    for child in second {
        if !in_first.contains_key(&(child.kind, child.name.as_str())) {
            children.push(of(None, Some(child), &child.name, child.kind));
        }
    }
    let energy = |node: Option<&Node>| node.map(|node| node.picojoules.clone());
    let (before, after) = (energy(before), energy(after));
    let difference = difference(&before, &after);
    let (saved, added) = match (children.is_empty(), difference.is_negative()) {
        (true, true) => (-difference, BigRational::zero()),
        (true, false) => (BigRational::zero(), difference),
        (false, _) => (
            children.iter().map(|child| &child.saved).sum(),
            children.iter().map(|child| &child.added).sum(),
        ),
    };
    Change {
        name: name.to_owned(),
        kind,
        before,
        after,
        saved,
        added,
        children,
    }
}

/// How much more the second costs; what is not there costs nothing.
fn difference(before: &Option<BigRational>, after: &Option<BigRational>) -> BigRational {
    let energy = |known: &Option<BigRational>| known.clone().unwrap_or_default();
    energy(after) - energy(before)
}

fn by_name(nodes: &[Node]) -> HashMap<(NodeKind, &str), &Node> {
    let nodes = nodes.iter();
    nodes
        .map(|node| ((node.kind, node.name.as_str()), node))
        .collect()
}

impl Change {
    /// How much more the second costs; less than 0 where it saves.
    pub fn difference(&self) -> BigRational {
        difference(&self.before, &self.after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::whole;

    fn op(name: &str, pj: i64) -> Node {
        Node {
            name: name.to_owned(),
            kind: NodeKind::Op,
            picojoules: whole(pj),
            children: Vec::new(),
        }
    }

    fn all(ops: Vec<Node>) -> Node {
        Node {
            name: "m".to_owned(),
            kind: NodeKind::Model,
            picojoules: ops.iter().map(|op| &op.picojoules).sum(),
            children: ops,
        }
    }

    /// `a` saves 7, `b` adds 2, `c` is gone (4 saved), `d` is new (5 added).
    #[test]
    fn what_is_gone_is_saved_and_what_is_new_is_added() {
        let before = all(vec![op("a", 10), op("b", 1), op("c", 4)]);
        let after = all(vec![op("b", 3), op("d", 5), op("a", 3)]);
        let change = change(&before, &after);
        let names: Vec<&str> = change.children.iter().map(|child| &*child.name).collect();
        assert_eq!(names, ["a", "b", "c", "d"]);
        assert_eq!(
            (change.before.clone(), change.after.clone()),
            (Some(whole(15)), Some(whole(11)))
        );
        assert_eq!(
            (change.saved.clone(), change.added.clone()),
            (whole(11), whole(7))
        );
        assert_eq!(change.difference(), whole(-4));
        assert_eq!(change.children[3].before, None);
    }
}
