//! Which tensor a name stands for: graphs within graphs see the names around
//! them, functions see none but their own.

use crate::hash::FastMap;
use crate::import::onnx::net::TensorId;
use crate::import::onnx::operator::call::Attributes;

/// The names that can be seen, the innermost graph last.
#[derive(Debug, Default)]
pub(super) struct Names<'m> {
    scopes: Vec<NameScope<'m>>,
}

/// The names of one graph or function.
#[derive(Debug, Default)]
struct NameScope<'m> {
    /// `None` where an input of a function is left out.
    names: FastMap<&'m str, Option<TensorId>>,
    /// In a function: the attributes of the node that it stands for.
    caller: Option<Attributes<'m>>,
    /// Whether the names around it can be seen.
    sees_outside: bool,
}

impl<'m> Names<'m> {
    /// Enters a graph that sees the names around it.
    pub(super) fn enter_graph(&mut self) {
        let around = self.scopes.last();
        self.scopes.push(NameScope {
            names: FastMap::default(),
            caller: around.and_then(|scope| scope.caller.clone()),
            sees_outside: true,
        });
    }

    /// Makes room for so many names in the innermost graph.
    pub(super) fn reserve(&mut self, names: usize) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.names.reserve(names);
        }
    }

    /// Enters a function that stands for a node of these attributes.
    pub(super) fn enter_function(&mut self, caller: Attributes<'m>) {
        self.scopes.push(NameScope {
            names: FastMap::default(),
            caller: Some(caller),
            sees_outside: false,
        });
    }

    /// Leaves the innermost graph or function.
    pub(super) fn leave(&mut self) {
        self.scopes.pop();
    }

    /// How deep the innermost graph stands.
    pub(super) fn depth(&self) -> usize {
        self.scopes.len()
    }

    /// Leaves all graphs that stand deeper.
    pub(super) fn leave_to(&mut self, depth: usize) {
        self.scopes.truncate(depth);
    }

    /// The tensor that a name stands for.
    pub(super) fn find(&self, name: &str) -> Option<TensorId> {
        self.meaning(name).flatten()
    }

    /// Whether a name stands for something, be it an input that is left out.
    pub(super) fn is_known(&self, name: &str) -> bool {
        self.meaning(name).is_some()
    }

    fn meaning(&self, name: &str) -> Option<Option<TensorId>> {
        for scope in self.scopes.iter().rev() {
            if let Some(meaning) = scope.names.get(name) {
                return Some(*meaning);
            }
            if !scope.sees_outside {
                return None;
            }
        }
        None
    }

    /// Names a tensor in the innermost graph.
    ///
    /// # Errors
    /// The graph has another tensor of this name.
    pub(super) fn insert(&mut self, name: &'m str, tensor: TensorId) -> Result<(), String> {
        self.set(name, Some(tensor))
    }

    /// Says that an input of the innermost function is left out.
    ///
    /// # Errors
    /// The function has another input of this name.
    pub(super) fn leave_out(&mut self, name: &'m str) -> Result<(), String> {
        self.set(name, None)
    }

    fn set(&mut self, name: &'m str, meaning: Option<TensorId>) -> Result<(), String> {
        let Some(scope) = self.scopes.last_mut() else {
            return Ok(());
        };
        match scope.names.insert(name, meaning) {
            Some(_) => Err(format!("two tensors are named `{name}`")),
            None => Ok(()),
        }
    }

    /// Whether the innermost graph has a tensor of this name itself.
    pub(super) fn has_own(&self, name: &str) -> bool {
        let scope = self.scopes.last();
        scope.is_some_and(|scope| scope.names.contains_key(name))
    }

    /// In a function: the attributes of the node that it stands for.
    pub(super) fn caller(&self) -> Option<&Attributes<'m>> {
        self.scopes.last()?.caller.as_ref()
    }
}
